"""Lay out a map: place dots in a frame that cuts off no area of a group, and write in it and around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
from contourpy import FillType, contour_generator
from matplotlib.path import Path

from services.charts import theme
from services.charts.labels import Box, Labels, Wish
from services.charts.lettering import drawable, wrap
from services.charts.sheet import Align, Sheet
from services.domain.report import AnalysisReport, MapAxes

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
STRIP = 26.0
"""Height of a line of words above and below the frame of a map."""
_BETWEEN = 10.0
_MOST_TRACKS, _MOST_TRIED = 3, 12
_ADDED = re.compile(r"(?<=\w\w)\s[-–(\[]")
"""Where a title goes on to say which recording it is."""
_WIDE, _NARROW = 260.0, 140.0
_WAYS = ((_WIDE, False), (_NARROW, True), (_NARROW, False))
"""Widths of a track's name, and whether its parts take two lines before they are cut; better ways first."""
_LINE = 20.0
_LETTER = 24.0
_COVERABLE = 6
"""Groups with fewer dots would vanish under their own letter: it stands beside them."""
OUTLIER_RING = 8.0
"""Pixels by which the ring of an outlier is wider than its dot."""
_APART = 12.0
_ROOM = 2.5
"""The same for the dot of any other track with a label."""
_MOST_DOTS = 2500
"""Above this number of dots the names of tracks can't but hide some, and looking for gaps is wasted time."""


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


def draw_labels(sheet: Sheet, report: AnalysisReport, positions: Points, bounds: Box, dot: float) -> None:
    """Write the labels: none overlaps another, none leaves `bounds`.

    Parameters
    ----------
    positions
        (n, 2) in pixels, NaN rows for tracks without a position.
    dot
        Diameter of a track's dot in pixels.
    """
    letters = _draw_letters(sheet, report, positions, bounds, dot)
    if len(positions) > _MOST_DOTS:
        return
    rings = ring_boxes(report, positions, dot)
    seen = positions[~np.isnan(positions[:, 0])]
    labels = Labels(bounds, obstacles=letters + rings, dots=seen, radius=dot / 2)
    written = 0
    for track, colour, clear in _worth_a_label(report, positions, dot):
        mark = Box(float(positions[track, 0]), float(positions[track, 1]), clear, clear)
        if not any(mark.overlaps(box) for box in letters):
            written += _draw_track(sheet, report, track, labels, mark, colour=colour)
        if written == _MOST_TRACKS:
            return


def ring_boxes(report: AnalysisReport, positions: Points, dot: float, *, apart: float = _APART) -> list[Box]:
    """Return what labels of others keep off: the rings, and so much that none seems to belong to one."""
    across = dot + OUTLIER_RING + 2 * apart
    rings = known(positions, [outlier.track for outlier in report.outliers])
    return [Box(float(x), float(y), across, across) for x, y in rings]


def _draw_letters(
    sheet: Sheet, report: AnalysisReport, positions: Points, bounds: Box, dot: float
) -> list[Box]:
    wishes: list[tuple[theme.GroupStyle, Wish]] = []
    few = [known(positions, [outlier.track for outlier in report.outliers])]
    for index, cluster in enumerate(report.clusters):
        points = known(positions, cluster.members)
        if not len(points):
            continue
        style = theme.cluster_style(report.clusters, index)
        width = sheet.measure(style.letter, theme.SIZE, bold=True) + 10
        x, y = (float(middle) for middle in np.median(points, axis=0))
        if len(points) >= _COVERABLE:
            # a letter near the edge of the map slides inwards instead of hanging out
            reach = max((bounds.width - width) / 2, 0.0)
            x = min(max(x, bounds.x - reach), bounds.x + reach)
            wishes.append((style, Wish(x, y, width, _LETTER, on_anchor=True)))
        else:
            few.append(points)
            wishes.append((style, Wish(x, y, width, _LETTER, clear=dot / 2 + OUTLIER_RING)))
    if len(positions) <= _MOST_DOTS:
        few.append(positions[~np.isnan(positions[:, 0])])
    labels = Labels(bounds, dots=np.concatenate(few))
    for style, wish in wishes:
        if (place := labels.place(wish)) is not None:
            x, y = place.box.x, place.box.y
            sheet.write(x, y, style.letter, colour=style.colour, bold=True, align="center", backing=1.0)
    return labels.placed


def _worth_a_label(report: AnalysisReport, positions: Points, dot: float) -> list[tuple[int, str, float]]:
    """List (track, colour, diameter to keep off): outliers, then the most typical of each group, then others.

    A list without groups shows as many of its tracks as fit, in its own order.
    """
    ringed, plain = dot + OUTLIER_RING, dot + _ROOM
    ranked = [(-1, outlier.track, theme.INK, ringed) for outlier in report.outliers]
    for index, cluster in enumerate(report.clusters):
        colour = theme.cluster_style(report.clusters, index).colour
        ranked += [(rank, track, colour, plain) for rank, track in enumerate(cluster.typical)]
    if not report.clusters:
        ranked += [(0, track, theme.MUTED, plain) for track in range(min(len(report.tracks), _MOST_TRIED))]
    ranked.sort(key=lambda entry: entry[0])
    chosen: dict[int, tuple[int, str, float]] = {}
    for _, track, colour, clear in ranked:
        if not np.isnan(positions[track, 0]):
            chosen.setdefault(track, (track, colour, clear))
    return list(chosen.values())[:_MOST_TRIED]


def _draw_track(
    sheet: Sheet, report: AnalysisReport, track: int, labels: Labels, mark: Box, *, colour: str
) -> bool:
    """Write the name of a track near its mark where there is room, whole or else cut; return whether."""
    tried: set[tuple[str, ...]] = set()
    for room, wraps in _WAYS:
        lines = _track_lines(sheet, report, track, room, wraps=wraps)
        if lines in tried:
            continue
        tried.add(lines)
        width = max(sheet.measure(line, theme.SIZE) for line in lines) + 4
        wish = Wish(mark.x, mark.y, width, _LINE * len(lines) + 2, clear=mark.width / 2)
        place = labels.place(wish)
        if place is None:
            continue
        sheet.lead(wish, place, colour=colour)
        for row, line in enumerate(lines):
            middle = place.box.y + _LINE * (row - (len(lines) - 1) / 2)
            sheet.write(place.box.x, middle, line, align="center")
        return True
    return False


def _track_lines(
    sheet: Sheet, report: AnalysisReport, index: int, room: float, *, wraps: bool
) -> tuple[str, ...]:
    """Return `Artist – Title` on one line where it is short, else broken after the dash."""
    track = report.tracks[index].track
    title = drawable(track.title)
    artist = drawable(track.artists[0]) if track.artists else ""
    if not title and not artist:
        return (f"track {index + 1}",)
    whole = f"{artist} – {title}" if title and artist else title or artist
    if sheet.measure(whole, theme.SIZE) <= _NARROW:
        return (whole,)
    if sheet.measure(title, theme.SIZE) > room:
        title = _ADDED.split(title, maxsplit=1)[0]
    lines = (f"{artist} –", title) if title and artist else (whole,)
    if not wraps:
        return tuple(sheet.shorten(line, room, theme.SIZE) for line in lines)
    wrapped = [wrap(line, lambda part: sheet.measure(part, theme.SIZE) <= room) for line in lines]
    return tuple(part for parts in wrapped for part in parts)


def draw_directions(sheet: Sheet, axes: MapAxes | None, frame: Box, *, size: float = theme.SIZE) -> None:
    """Say around the frame of a map what its directions mean; above and below it `STRIP` is kept free."""
    if axes is None:
        return
    top, bottom = frame.top, frame.bottom
    wide, reach = frame.width - 8, frame.width / 2 - 4
    left, right = f"← {drawable(axes.left)}", f"{drawable(axes.right)} →"
    rooms = [max(wide / 2, wide - sheet.measure(other, size)) - _BETWEEN for other in (right, left)]
    ends: tuple[tuple[float, float, str, Align, float], ...] = (
        (frame.x, top - STRIP / 2 + 2, f"↑ {drawable(axes.top)}", "center", wide),
        (frame.x, bottom + STRIP / 2 - 2, f"↓ {drawable(axes.bottom)}", "center", wide),
        (frame.x - reach, bottom + STRIP + 13, left, "left", rooms[0]),
        (frame.x + reach, bottom + STRIP + 13, right, "right", rooms[1]),
    )
    for x, y, words, align, room in ends:
        sheet.write(x, y, words, size=size, colour=theme.MUTED, align=align, room=room)
