"""Draw the map: every track a dot, every group an area, the directions in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from services.charts import theme
from services.charts.labels import Box
from services.charts.legend import GroupLegend
from services.charts.lettering import drawable
from services.charts.map_frame import (
    OUTLIER_RING,
    STRIP,
    Area,
    Points,
    draw_directions,
    draw_labels,
    known,
    settle,
)
from services.charts.sheet import HEAD, Sheet
from services.charts.words import (
    axes_lines,
    axes_sentence,
    cluster_name,
    count,
    describe,
    found_words,
    listed,
    playlist_name,
    track_name,
)
from services.domain.charts import Chart, ChartKind
from services.domain.group_words import outlier_words
from services.domain.report import AnalysisReport, Verdict

_FRAME_HEIGHT = 300.0
_NOTE = 26.0
_INSETS = (0.0, 8.0, 16.0, 26.0, 38.0)
"""By how much the dots move inwards where an area would be cut off."""
_OUTLINES: dict[Verdict, str] = {
    Verdict.CLEAR: "solid",
    Verdict.LOOSE: "dashed",
    Verdict.UNTESTABLE: "dotted",
}
"""Verdicts that draw an outline around a group, and how sure it looks. "None" has no borders to draw."""


def positions_of(report: AnalysisReport) -> Points:
    """Return (n, 2) positions on the map, y upwards; NaN rows for tracks without one."""
    raw = np.array(
        [
            (np.nan, np.nan) if place.x is None or place.y is None else (place.x, place.y)
            for place in report.placements
        ],
        dtype=np.float64,
    ).reshape(-1, 2)
    raw[~np.isfinite(raw).all(axis=1)] = np.nan
    return raw


def place_tracks(report: AnalysisReport, frame: Box) -> tuple[Points, list[Area | None]]:
    """Return positions in pixels and the groups' areas; `frame` cuts off none if it can be helped."""
    groups = [cluster.members for cluster in report.clusters]
    placed, areas = settle(positions_of(report), groups, [frame.within(each) for each in _INSETS], frame)
    return placed.places, areas


def render_map(report: AnalysisReport) -> Chart:
    """Draw the map of a playlist with its description and text twin."""
    groups, tracks = report.clusters, len(report.tracks)
    positioned = any(place.x is not None for place in report.placements)
    key = GroupLegend(report)
    foot = key.height + _NOTE * len(_notes(report))
    sheet = Sheet(HEAD + _FRAME_HEIGHT + 2 * STRIP + 28.0 + foot)
    found = found_words(report)
    name = drawable(playlist_name(report, 120)) or "Playlist map"
    top = sheet.head(found[:1].upper() + found[1:], f"{count(tracks, 'track')} · {name}")
    sheet.panel(6, top, sheet.width - 12, _FRAME_HEIGHT + 2 * STRIP)
    frame = Box.at(10, top + STRIP, sheet.width - 20, _FRAME_HEIGHT)
    if positioned:
        positions, areas = place_tracks(report, frame)
        draw_areas(sheet, report, areas)
        draw_dots(sheet, report, positions)
        draw_labels(sheet, report, positions, frame.within(2, 1), _dot_look(len(report.tracks))[0])
    else:
        sheet.write(
            frame.x,
            frame.y,
            no_map_words(report),
            colour=theme.MUTED,
            align="center",
        )
    bottom = frame.bottom + STRIP
    if positioned and report.axes is not None:
        draw_directions(sheet, report.axes, frame)
        bottom += 26
    bottom = key.draw(sheet, bottom + 6) if groups else bottom + 6
    sheet.foot(_notes(report), bottom + 1, _NOTE)
    return sheet.chart(
        ChartKind.MAP, f"Map of {playlist_name(report)}", describe_map(report), tell_map(report)
    )


def draw_areas(sheet: Sheet, report: AnalysisReport, areas: Sequence[Area | None]) -> None:
    """Draw each group's area and core: outlined as firmly as the verdict allows."""
    outline = _OUTLINES.get(report.firmness)
    for index, area in enumerate(areas):
        if area is None:
            continue
        colour = theme.cluster_style(report.clusters, index).colour
        border, core = area.paths(area.outer, area.inner)
        sheet.shape(border, colour=colour, alpha=0.14, outline=outline)
        if outline is not None:
            sheet.shape(core, colour=colour, alpha=0.12)


def draw_dots(sheet: Sheet, report: AnalysisReport, positions: Points, *, size: float | None = None) -> None:
    """Draw every positioned track: filled where measured, hollow where its group is a guess.

    What stands out has a dashed ring, which means nothing else anywhere.
    """
    usual, alpha = _dot_look(len(report.tracks))
    size = usual if size is None else size
    belongs = np.array([-1 if p.cluster is None else p.cluster for p in report.placements], dtype=np.int64)
    likely = np.array([p.likely for p in report.placements], dtype=bool)
    seen = ~np.isnan(positions[:, 0]) if len(positions) else np.zeros(0, dtype=bool)
    for index in range(-1, len(report.clusters)):
        style = theme.cluster_style(report.clusters, index) if index >= 0 else theme.NO_GROUP
        for hollow in (True, False):
            part = positions[seen & (belongs == index) & (likely == hollow)]
            if len(part):
                sheet.dots(
                    part[:, 0],
                    part[:, 1],
                    marker=style.marker,
                    size=size * style.scale,
                    colour=style.colour,
                    hollow=hollow,
                    alpha=alpha,
                    edge=0.4 if size > 5 else 0.0,
                    layer=2.8 if hollow else 3.0,
                )
    for x, y in known(positions, tuple(outlier.track for outlier in report.outliers)):
        sheet.ring(float(x), float(y), size + OUTLIER_RING - 1)


def _notes(report: AnalysisReport) -> list[str]:
    """Say what rings mean and what is missing, one line each."""
    notes = []
    if report.outliers:
        verb = "stands" if len(report.outliers) == 1 else "stand"
        notes.append(f"ringed: {count(len(report.outliers), 'track')} that {verb} out")
    if missing := _unplaced(report):
        notes.append(f"{count(missing, 'track')} not on the map")
    return notes


def _dot_look(tracks: int) -> tuple[float, float]:
    """Return marker size in pixels and opacity: many dots are small and translucent."""
    size = float(np.clip(26.0 * tracks**-0.28, 2.2, 8.5))
    alpha = float(np.clip(1.35 - 0.1 * np.log2(max(tracks, 2)) / 1.2, 0.4, 0.95))
    return size, alpha


def no_map_words(report: AnalysisReport) -> str:
    """Say why a list has no map."""
    return (
        "A map takes two different tracks." if report.evidence else "No track is known well enough for a map."
    )


def _unplaced(report: AnalysisReport) -> int:
    return sum(place.x is None or place.y is None for place in report.placements)


def describe_map(report: AnalysisReport, ringed: str = "") -> str:
    """Say for somebody who can't see it what the map shows.

    `ringed` says what is, where it is the last track and none that stands out.
    """
    tracks, unplaced = len(report.tracks) - bool(ringed), _unplaced(report)
    if unplaced == tracks:
        return f"Map of {playlist_name(report)}, empty. {no_map_words(report)}"
    verdict = found_words(report)
    groups = [
        f"{cluster_name(c)} ({c.size:,}{f' and {len(c.likely):,} likely' if c.likely else ''})"
        for c in report.clusters
    ]
    return describe(
        (
            f"Map of {playlist_name(report)}: {count(tracks - unplaced, 'track')} as dots, {verdict}.",
            f"{count(len(groups), 'group')}: {listed(groups)}." if groups else "No groups are drawn.",
            axes_sentence(report.axes),
            _ringed(report, ringed),
            f"{count(unplaced, 'track')} could not be placed." if unplaced else "",
        )
    )


def _ringed(report: AnalysisReport, ringed: str) -> str:
    if ringed:
        return f"Ringed: {ringed}."
    odd = listed(track_name(report, each.track, 50) for each in report.outliers[:3])
    return f"Ringed as standing out: {odd}." if odd else ""


def tell_map(report: AnalysisReport, ringed: str = "") -> list[str]:
    """Say in lines of text what the map shows."""
    tracks = len(report.tracks) - bool(ringed)
    total, verdict = count(tracks, "track"), found_words(report)
    lines = [f"{playlist_name(report)}: {total}, {verdict}"]
    lines += axes_lines(report.axes)
    for index, cluster in enumerate(report.clusters):
        likely = f" + {len(cluster.likely):,} likely" if cluster.likely else ""
        letter = theme.cluster_style(report.clusters, index).letter
        lines.append(f"{letter}  {cluster_name(cluster)}: {count(cluster.size, 'track')}{likely}")
        lines += [f"   typical: {track_name(report, track)}" for track in cluster.typical]
    if ringed:
        lines.append(f"Ringed: {ringed}")
    else:
        lines += [
            f"Stands out: {track_name(report, each.track)} ({outlier_words(each, report.names)})"
            for each in report.outliers
        ]
    if missing := _unplaced(report):
        why = "unknown sound" if missing < tracks else no_map_words(report).rstrip(".")
        lines.append(f"Not on the map ({why}): {missing:,}")
    return lines
