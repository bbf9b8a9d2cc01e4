"""Draw the map as the card shows it: for the width that it has on a phone, with few words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from services.charts import theme
from services.charts.labels import Box, Labels, Wish
from services.charts.lettering import drawable
from services.charts.map import describe_map, draw_areas, draw_dots, no_map_words, place_tracks, tell_map
from services.charts.map_frame import OUTLIER_RING, Points, known, ring_boxes
from services.charts.sheet import Align, Sheet
from services.charts.words import playlist_name
from services.domain.charts import Chart, ChartKind
from services.domain.portrait import Outlier
from services.domain.report import AnalysisReport, EnrichedTrack, MapAxes, Placement
from services.domain.sound import SoundPlace

WIDTH, DENSITY = 264.0, 3
"""What a card leaves for a picture on a screen 390 wide."""
SMALLEST = 11.5
_LINE = 17.0
_HEIGHT, _LOW = 126.0, 120.0
"""Of the drawing area; of that of many groups, and of a sound file, whose words take more lines."""
_LONGEST = 40.0
"""Between a name and its mark: a longer line would cross half of the map."""
_APART = 8.0
"""Between words on one line."""
_MANY = 4
_LETTER = 18.0
_NAMED_OUTLIERS = 2
_NAME_WIDTHS = (130.0, 90.0)


def render_card(report: AnalysisReport, *, ringed: str = "") -> Chart:
    """Draw the map of a playlist small: areas with letters, dots, directions, and what stands out.

    `ringed` says what is, where it is the last track and none that stands out.
    """
    placed = any(place.x is not None for place in report.placements)
    height = _HEIGHT if len(report.clusters) <= _MANY and not ringed else _LOW
    words = _LINE if report.axes is not None and placed else 0.0
    rows = 0 if report.axes is None else _rows_below(report.axes)
    sheet = Sheet(height + words * (1 + rows) + 8.0, WIDTH, density=DENSITY, ground=theme.PANEL)
    frame = Box.at(4.0, words + 4.0, WIDTH - 8.0, height)
    if placed:
        positions, areas = place_tracks(report, frame)
        draw_areas(sheet, report, areas)
        draw_dots(sheet, report, positions, size=_dot(len(report.tracks)))
        letters = _draw_letters(sheet, report, positions, frame)
        _name_outliers(sheet, report, positions, frame, letters)
        _draw_directions(sheet, report, frame)
    else:
        sheet.write(
            frame.x,
            frame.y,
            no_map_words(report),
            size=SMALLEST,
            colour=theme.MUTED,
            align="center",
        )
    return sheet.chart(
        ChartKind.CARD,
        f"Map of {playlist_name(report)}",
        describe_map(report, ringed),
        tell_map(report, ringed),
    )


def render_place(report: AnalysisReport, entry: EnrichedTrack, place: SoundPlace) -> Chart | None:
    """Draw a map with one more track on it, ringed; None where it has no place there."""
    if place.x is None or place.y is None:
        return None
    ghost = Placement(
        cluster=place.cluster,
        confidence=None,
        likely=True,
        probability=place.probability,
        x=place.x,
        y=place.y,
    )
    with_it = replace(
        report,
        tracks=(*report.tracks, entry),
        placements=(*report.placements, ghost),
        outliers=(Outlier(len(report.tracks), (), 0.0),),
    )
    return render_card(with_it, ringed=f"your file, {drawable(entry.track.label)}")


def _dot(tracks: int) -> float:
    return float(np.clip(20.0 * tracks**-0.28, 2.0, 7.0))


def _draw_letters(sheet: Sheet, report: AnalysisReport, positions: Points, frame: Box) -> list[Box]:
    """Write each group's letter where most of its tracks are, beside the letters before it."""
    rings = known(positions, [outlier.track for outlier in report.outliers])
    labels = Labels(frame.within(2), dots=rings)
    for index, cluster in enumerate(report.clusters):
        points = known(positions, cluster.members)
        if not len(points):
            continue
        x, y = (float(middle) for middle in np.median(points, axis=0))
        place = labels.place(Wish(x, y, _LETTER, _LETTER, on_anchor=True))
        if place is None:
            continue
        style = theme.cluster_style(report.clusters, index)
        x, y = place.box.x, place.box.y
        sheet.dots([x], [y], marker="o", size=_LETTER, colour=style.colour, edge=1.0, layer=4.5)
        ink = theme.ink_on(style.colour)
        sheet.write(x, y, style.letter, size=SMALLEST + 1, colour=ink, bold=True, align="center")
    return labels.placed


def _name_outliers(
    sheet: Sheet, report: AnalysisReport, positions: Points, frame: Box, letters: list[Box]
) -> None:
    """Name what stands out most, where that hides nothing: by its artist, where many others are by title."""
    dot = _dot(len(report.tracks))
    seen, rings = positions[~np.isnan(positions[:, 0])], ring_boxes(report, positions, dot, apart=_APART / 2)
    labels = Labels(
        frame.within(2, 1), obstacles=[*letters, *rings], dots=seen, radius=dot / 2, longest=_LONGEST
    )
    named, tracks = 0, [entry.track for entry in report.tracks]
    for outlier in report.outliers:
        track = tracks[outlier.track]
        x, y = (float(value) for value in positions[outlier.track])
        if not track.artists or np.isnan(x) or named == _NAMED_OUTLIERS:
            continue
        is_usual = sum(track.artists[0] in each.artists for each in tracks) > len(tracks) / 2
        words = drawable(track.title if is_usual else track.artists[0])
        names = [sheet.shorten(words, width, SMALLEST) for width in _NAME_WIDTHS]
        for name in filter(None, dict.fromkeys(names)):
            width = sheet.measure(name, SMALLEST) + 4
            wish = Wish(x, y, width, SMALLEST * 1.3, clear=(dot + OUTLIER_RING) / 2)
            if (place := labels.place(wish)) is not None:
                sheet.lead(wish, place, colour=theme.MUTED)
                sheet.write(place.box.x, place.box.y, name, size=SMALLEST, align="center")
                named += 1
                break


def _draw_directions(sheet: Sheet, report: AnalysisReport, frame: Box) -> None:
    if report.axes is None:
        return
    axes, low = report.axes, frame.bottom
    wide = WIDTH - 12
    left, down, right = _below(axes)
    middle, sides = WIDTH / 2, low + _LINE * (_rows_below(axes) - 0.5)
    if sides < low + _LINE:
        middle += (sheet.measure(left, SMALLEST) - sheet.measure(right, SMALLEST)) / 2
    rooms = [max(wide / 2, wide - sheet.measure(other, SMALLEST)) - _APART / 2 for other in (right, left)]
    ends: tuple[tuple[float, float, str, Align, float], ...] = (
        (WIDTH / 2, frame.top - _LINE / 2, f"↑ {drawable(axes.top)}", "center", wide),
        (middle, low + _LINE / 2, down, "center", wide),
        (6.0, sides, left, "left", rooms[0]),
        (WIDTH - 6.0, sides, right, "right", rooms[1]),
    )
    for x, y, words, align, room in ends:
        sheet.write(x, y, words, size=SMALLEST, colour=theme.MUTED, align=align, room=room)


def _below(axes: MapAxes) -> tuple[str, str, str]:
    """Say what left, down and right mean."""
    return f"← {drawable(axes.left)}", f"↓ {drawable(axes.bottom)}", f"{drawable(axes.right)} →"


def _rows_below(axes: MapAxes) -> int:
    """Count the lines that left, down and right take: one where all three find room beside each other."""
    ruler = Sheet(1.0, WIDTH, density=DENSITY)
    taken = sum(ruler.measure(words, SMALLEST) for words in _below(axes)) + 2 * _APART
    return 1 if taken <= WIDTH - 12.0 else 2
