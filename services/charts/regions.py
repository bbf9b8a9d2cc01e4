"""Draw the area of a group on the map: contours of equal density, which outliers do not stretch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
from contourpy import FillType, contour_generator
from matplotlib.path import Path

Points = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint8]

_CELL = 4.0
"""Grid step in pixels: fine enough for smooth outlines, 40 times fewer cells than pixels."""
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

    def path(self, level: float) -> Path:
        """Return the outline of everything denser than `level`, islands and holes included."""
        generator = contour_generator(self.xs, self.ys, self.density, fill_type=FillType.OuterCode)
        outlines, codes = cast("tuple[list[Points], list[Codes]]", generator.filled(level, np.inf))
        if not outlines:
            return Path(np.zeros((0, 2)))
        return Path(np.concatenate(outlines), np.concatenate(codes))


def compute_area(points: Points, left: float, top: float, width: float, height: float) -> Area | None:
    """Estimate the density of `points` (n, 2), in pixels, over a frame; None for fewer than three.

    A Gaussian kernel on a grid: counts per cell, then two small matrix products, so that the time
    does not depend on the number of tracks. The bandwidth follows Scott (1992): spread · n^(-1/6).
    """
    if len(points) < 3:
        return None
    xs: Points = left + _CELL * (np.arange(int(width / _CELL), dtype=np.float64) + 0.5)
    ys: Points = top + _CELL * (np.arange(int(height / _CELL), dtype=np.float64) + 0.5)
    columns = np.clip(((points[:, 0] - left) / _CELL).astype(np.int64), 0, len(xs) - 1)
    rows = np.clip(((points[:, 1] - top) / _CELL).astype(np.int64), 0, len(ys) - 1)
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
