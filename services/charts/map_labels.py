"""Write on a map: letters of groups, as many tracks as hide nothing, and what its ends mean."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.charts import theme
from services.charts.labels import Box, Place, Wish, place_labels
from services.charts.lettering import drawable
from services.charts.regions import known
from services.charts.sheet import Align, Sheet
from services.domain.report import AnalysisReport, MapAxes

Points = npt.NDArray[np.float64]

STRIP = 26.0
"""Height of a line of words above and below the frame of a map."""
_BETWEEN = 10.0
_MOST_TRACKS = 3
_TRACK_WIDTH = 140.0
_LINE = 20.0
_LETTER = 24.0
_COVERABLE = 6
"""Groups with fewer dots would vanish under their own letter: it stands beside them."""
OUTLIER_RING = 8.0
"""Pixels by which the ring of an outlier is wider than its dot."""
_ROOM = 2.5
"""The same for the dot of any other track with a label."""
_MOST_DOTS = 2500
"""Above this number of dots the names of tracks can't but hide some, and looking for gaps is wasted time."""


def draw_labels(
    sheet: Sheet, report: AnalysisReport, positions: Points, bounds: Box, dot: float
) -> list[Box]:
    """Write the labels and return their boxes: none overlaps another, none leaves `bounds`.

    Parameters
    ----------
    positions
        (n, 2) in pixels, NaN rows for tracks without a position.
    dot
        Diameter of a track's dot in pixels.
    """
    letters = _draw_letters(sheet, report, positions, bounds, dot)
    if len(positions) > _MOST_DOTS:
        return letters
    chosen = [
        (track, colour)
        for track, colour in _worth_a_label(report, positions)
        if not any(_mark_box(positions, track, _mark(report, track, dot)).overlaps(box) for box in letters)
    ][:_MOST_TRACKS]
    anchors = [_mark_box(positions, track, _mark(report, track, dot)) for track, _ in chosen]
    wishes, texts = [], []
    for track, _ in chosen:
        lines = _track_lines(sheet, report, track)
        width = max(sheet.measure(line, theme.SIZE) for line in lines)
        texts.append(lines)
        x, y = positions[track]
        wishes.append(
            Wish(float(x), float(y), width + 4, _LINE * len(lines) + 2, clear=_mark(report, track, dot) / 2)
        )
    seen = positions[~np.isnan(positions[:, 0])]
    places = place_labels(wishes, bounds=bounds, obstacles=letters + anchors, dots=seen, radius=dot / 2)
    for (_, colour), lines, wish, place in zip(chosen, texts, wishes, places, strict=True):
        if place is not None:
            _draw_track(sheet, lines, wish, place, colour=colour)
    return letters + [place.box for place in places if place is not None]


def _draw_letters(
    sheet: Sheet, report: AnalysisReport, positions: Points, bounds: Box, dot: float
) -> list[Box]:
    texts: list[tuple[str, str]] = []
    wishes: list[Wish] = []
    few: list[Points] = []
    for index, cluster in enumerate(report.clusters):
        points = known(positions, cluster.members)
        if not len(points):
            continue
        style = theme.cluster_style(report.clusters, index)
        width = sheet.measure(style.letter, theme.SIZE, bold=True) + 10
        # a letter near the edge of the map slides inwards instead of hanging out
        reach = max((bounds.width - width) / 2, 0.0)
        x = float(np.clip(np.median(points[:, 0]), bounds.x - reach, bounds.x + reach))
        texts.append((style.letter, style.colour))
        y = float(np.median(points[:, 1]))
        if len(points) >= _COVERABLE:
            wishes.append(Wish(x, y, width, _LETTER, on_anchor=True))
        else:
            few.append(points)
            wishes.append(
                Wish(float(np.median(points[:, 0])), y, width, _LETTER, clear=dot / 2 + OUTLIER_RING)
            )
    few += [positions[[outlier.track]] for outlier in report.outliers]
    if len(positions) <= _MOST_DOTS:
        few.append(positions[~np.isnan(positions[:, 0])])
    dots = np.concatenate(few) if few else None
    boxes = []
    for (words, colour), place in zip(texts, place_labels(wishes, bounds=bounds, dots=dots), strict=True):
        if place is not None:
            sheet.write(
                place.box.x, place.box.y, words, colour=colour, bold=True, align="center", backing=0.78
            )
            boxes.append(place.box)
    return boxes


def _worth_a_label(report: AnalysisReport, positions: Points) -> list[tuple[int, str]]:
    """List (track, colour): outliers, then every group's most typical, then the other typical ones.

    A list without groups shows as many of its tracks as fit, in its own order.
    """
    ranked: list[tuple[int, int, str]] = []
    for index, cluster in enumerate(report.clusters):
        colour = theme.cluster_style(report.clusters, index).colour
        ranked += [(2 * rank, track, colour) for rank, track in enumerate(cluster.typical)]
    ranked += [(-1, outlier.track, theme.INK) for outlier in report.outliers[:3]]
    if not report.clusters:
        ranked += [(2, track, theme.MUTED) for track in range(min(len(report.tracks), 3 * _MOST_TRACKS))]
    ranked.sort(key=lambda entry: entry[0])
    chosen: dict[int, str] = {}
    for _, track, colour in ranked:
        if not np.isnan(positions[track, 0]):
            chosen.setdefault(track, colour)
    return list(chosen.items())


def _track_lines(sheet: Sheet, report: AnalysisReport, index: int) -> tuple[str, ...]:
    """Return `Artist – Title` on one line where it is short, else broken after the dash."""
    track = report.tracks[index].track
    title = drawable(track.title)
    artist = drawable(track.artists[0]) if track.artists else ""
    if not title and not artist:
        return (f"track {index + 1}",)
    whole = f"{artist} – {title}" if title and artist else title or artist
    if sheet.measure(whole, theme.SIZE) <= _TRACK_WIDTH:
        return (whole,)
    lines = (f"{artist} –", title) if title and artist else (whole,)
    return tuple(sheet.shorten(line, _TRACK_WIDTH, theme.SIZE) for line in lines)


def _draw_track(sheet: Sheet, lines: tuple[str, ...], wish: Wish, place: Place, *, colour: str) -> None:
    box = place.box
    if place.leader:
        sheet.line([wish.x, place.leader[0]], [wish.y, place.leader[1]], colour=colour, width=0.9, zorder=3.3)
    for row, line in enumerate(lines):
        middle = box.y + _LINE * (row - (len(lines) - 1) / 2)
        sheet.write(box.x, middle, line, align="center")


def _mark(report: AnalysisReport, track: int, dot: float) -> float:
    """Return the diameter of what a label keeps off: the dot, with its ring if it has one."""
    return dot + (OUTLIER_RING if any(track == outlier.track for outlier in report.outliers) else _ROOM)


def _mark_box(positions: Points, track: int, diameter: float) -> Box:
    return Box(float(positions[track, 0]), float(positions[track, 1]), diameter, diameter)


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
