"""Place dots in a frame so that it cuts off no area of a group: contours of equal density around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
from contourpy import FillType, contour_generator
from matplotlib.path import Path

from services.charts.labels import Box

Points = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint8]
Rows = Sequence[int] | npt.NDArray[np.int64]

STRETCH = 1.5
"""How much more one direction may be stretched than the other: distances stay nearly comparable."""
_CELL = 4.0
"""Grid step in pixels: fine enough for smooth outlines, 40 times fewer cells than pixels."""
_MARGIN = 14.0
"""Pixels between the frame and the outermost dot."""
_STRAY = 0.2
"""Percent of many dots on each side that may sit at the edge: they must not press the rest into a corner."""
_MANY = 200
_LEAST_BANDWIDTH = 9.0
"""Pixels: a group of three dots still gets an island rather than three specks."""


@dataclass(frozen=True, slots=True)
class Area:
    """Density of one group over a grid, and the two levels that bound its area and its core."""

    xs: Points
    ys: Points
    density: Points
    outer: float
    """Level that encloses about 85 % of the group."""
    inner: float
    """Level that encloses about 45 %."""

    def reaches_edge(self, level: float) -> bool:
        """Whether what is denser than `level` is cut off by the frame."""
        density = self.density
        edge = max(density[0].max(), density[-1].max(), density[:, 0].max(), density[:, -1].max())
        return bool(edge >= level)

    def paths(self, *levels: float) -> list[Path]:
        """Return the outline of everything denser than each level, islands and holes included."""
        generator = contour_generator(self.xs, self.ys, self.density, fill_type=FillType.OuterCode)
        paths = []
        for level in levels:
            outlines, codes = cast("tuple[list[Points], list[Codes]]", generator.filled(level, np.inf))
            paths.append(
                Path(np.concatenate(outlines), np.concatenate(codes)) if outlines else Path(np.zeros((0, 2)))
            )
        return paths


@dataclass(frozen=True, slots=True)
class Fit:
    """How a map lies in a frame."""

    places: Points
    """(n, 2) in pixels; the few beyond the edge sit at it."""
    scale: Points
    """Pixels per unit to the right and upwards."""
    origin: Points
    """Where the map's zero is, in pixels."""

    def move(self, raw: Points) -> Points:
        """Return where other points of the map lie, in pixels."""
        return raw * self.scale * (1, -1) + self.origin


def fit(raw: Points, frame: Box, *, stretch: float = STRETCH) -> Fit:
    """Place `raw` (n, 2), y upwards, inside `frame`, y downwards; NaN rows stay.

    `stretch` is how much more one direction may be drawn out than the other.
    """
    middle = np.array((frame.x, frame.y))
    known = raw[~np.isnan(raw[:, 0])]
    if not len(known):
        return Fit(raw, np.ones(2), middle)
    stray = _STRAY if len(known) >= _MANY else 0.0
    low, high = np.percentile(known, (stray, 100 - stray), axis=0)
    room = np.array((frame.width, frame.height)) - 2 * _MARGIN
    scale = room / np.maximum(high - low, 1e-9)
    scale = np.minimum(scale, scale.min() * stretch)
    origin = middle - (low + high) / 2 * scale * (1, -1)
    half = (room + _MARGIN) / 2
    placed = np.clip(raw * scale * (1, -1) + origin, middle - half, middle + half)
    return Fit(placed, scale, origin)


def settle(
    raw: Points,
    groups: Sequence[Rows],
    frames: Sequence[Box],
    picture: Box,
    *,
    rim: float = 1.0,
    stretch: float = STRETCH,
) -> tuple[Fit, list[Area | None]]:
    """Place `raw` in the first of `frames` from which no area reaches the edge of `picture`, or in the last.

    Parameters
    ----------
    groups
        The rows of each group's dots, for its area; None for an area that has too few.
    frames
        From large to small, at least one.
    rim
        Faintest density that is drawn, in parts of that of an area's border.
    """
    placed = fit(raw, frames[0], stretch=stretch)
    areas = [compute_area(known(placed.places, rows), picture) for rows in groups]
    is_cut = any(area is not None and area.reaches_edge(area.outer * rim) for area in areas)
    if is_cut and len(frames) > 1:
        return settle(raw, groups, frames[1:], picture, rim=rim, stretch=stretch)
    return placed, areas


def known(positions: Points, rows: Rows) -> Points:
    """Return the positions of some dots, without those that have none."""
    chosen = positions[np.array(rows, dtype=np.int64)]
    kept: Points = chosen[~np.isnan(chosen[:, 0])]
    return kept


def compute_area(points: Points, frame: Box) -> Area | None:
    """Estimate the density of `points` (n, 2), in pixels, over a frame; None for fewer than three.

    A Gaussian kernel on a grid: counts per cell, then two small matrix products, so that the time
    does not depend on the number of tracks. The bandwidth follows Scott (1992): spread · n^(-1/6).
    """
    if len(points) < 3:
        return None
    xs: Points = frame.left + _CELL * (np.arange(int(frame.width / _CELL), dtype=np.float64) + 0.5)
    ys: Points = frame.top + _CELL * (np.arange(int(frame.height / _CELL), dtype=np.float64) + 0.5)
    columns = np.clip(((points[:, 0] - frame.left) / _CELL).astype(np.int64), 0, len(xs) - 1)
    rows = np.clip(((points[:, 1] - frame.top) / _CELL).astype(np.int64), 0, len(ys) - 1)
    counts = np.bincount(rows * len(xs) + columns, minlength=len(xs) * len(ys)).reshape(len(ys), len(xs))
    quartiles = np.percentile(points, (25, 75), axis=0)
    spread = np.maximum((quartiles[1] - quartiles[0]) / 1.349, 1.0)
    bandwidth = np.maximum(spread * len(points) ** (-1 / 6), _LEAST_BANDWIDTH)
    density = _kernel(ys, float(bandwidth[1])) @ counts @ _kernel(xs, float(bandwidth[0]))
    levels = np.quantile(density[rows, columns], (0.15, 0.55))
    # tracks that coincide have one density for all of them, and no level would surround it
    outer = float(min(levels[0], density.max() / 2))
    inner = float(max(levels[1], outer * 1.05))
    return Area(xs, ys, density, outer, inner)


def _kernel(centres: Points, bandwidth: float) -> Points:
    steps = (centres[:, None] - centres[None, :]) / bandwidth
    weights: Points = np.exp(-0.5 * steps * steps)
    return weights
