"""Draw the journey: how energy and mood move along the playlist's own order, and which groups it passes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.charts import theme
from services.charts.legend import GroupLegend
from services.charts.lettering import drawable
from services.charts.series import (
    MOST_BINS,
    MOST_DOTS,
    Bins,
    Floats,
    Series,
    compute_bins,
    compute_groups,
    compute_series,
    smooth,
)
from services.charts.sheet import HEAD, Sheet, rectangle
from services.charts.words import cluster_name, count, describe, listed, playlist_name
from services.domain.charts import Chart, ChartKind
from services.domain.features import Feature
from services.domain.report import AnalysisReport
from services.domain.vocabulary import FEATURE_WORDS

FEATURES = (Feature.ENERGY, Feature.VALENCE)
_DOTS_ON_TOP = 60
"""Up to this many tracks the single dot matters more than the line."""
_LEAST_SAID = 0.1
"""Share of the variance that a line must have for its highest or lowest place to be said."""
_TRACKS_PER_BIN = 12
_PANEL = 132.0
_BELOW, _TICKS, _NOTE = 2.0, 28.0, 24.0
_LEFT, _RIGHT = 18.0, 382.0
LANE, _GAP = 13.0, 3.0
"""Height of a lane, and what of it stays free."""
_SHAPE, _AWAY = 8.0, 9.0
"""Size of the shape in front of a lane, and how far before it."""
_MOST_COLUMNS = 110
"""More columns than this turn into a barcode."""
_MOST_SHARES = 90
_SMOOTHING = 40.0
"""The shares are averaged over this part of the list: a shuffled one shows its mixture, not noise."""


@dataclass(frozen=True, slots=True)
class Course:
    """One feature along the list: what is drawn and what can be said about it."""

    feature: Feature
    series: Series
    line: Floats
    """(points,) smoothed measured values, NaN in gaps."""
    at: Floats
    """(points,) positions of the line's points in the list, 0-based."""


def compute_course(report: AnalysisReport, feature: Feature) -> Course:
    """Smooth one feature: over about a twentieth of the list, track by track or stretch by stretch."""
    series = compute_series(report.tracks, feature)
    tracks = len(report.tracks)
    if tracks <= MOST_DOTS:
        line = smooth(series.measured, max(1.2, tracks / 36))
        return Course(feature, series, line, np.arange(tracks, dtype=np.float64))
    bins = compute_bins(series.measured, _bins_for(tracks))
    middles = (bins.edges[:-1] + bins.edges[1:] - 1) / 2
    return Course(feature, series, smooth(bins.middle, len(middles) / 36), middles)


def _bins_for(tracks: int) -> int:
    """Return the number of stretches: enough tracks in each for quartiles that mean something."""
    return min(tracks // _TRACKS_PER_BIN, MOST_BINS)


def render_journey(report: AnalysisReport) -> Chart:
    """Draw the journey of a playlist with its description and text twin."""
    courses = [compute_course(report, feature) for feature in FEATURES]
    has_groups = bool(report.clusters)
    tail = len(report.clusters) * LANE + _BELOW if has_groups else 0.0
    note = _note(report, courses)
    key = GroupLegend(report, guesses=False)
    sheet = Sheet(
        HEAD
        + len(courses) * (_PANEL + 8)
        + tail
        + _TICKS
        + (key.height if has_groups else 0.0)
        + _NOTE * len(note)
        + 4.0
    )
    top = sheet.head(_finding(courses), drawable(playlist_name(report, 120)) or "in the playlist's own order")
    for course in courses:
        sheet.panel(6, top, sheet.width - 12, _PANEL)
        draw_course(sheet, report, course, top)
        top += _PANEL + 8
    if has_groups:
        top = draw_strip(sheet, report, left=_LEFT, right=_RIGHT, top=top) + _BELOW
    _draw_ticks(sheet, len(report.tracks), top + 2)
    top += _TICKS
    if has_groups:
        top = key.draw(sheet, top)
    sheet.foot(note, top, _NOTE)
    return sheet.chart(ChartKind.JOURNEY, "The journey", _alt_text(report, courses), _twin(report, courses))


def draw_course(sheet: Sheet, report: AnalysisReport, course: Course, top: float) -> None:
    """Draw one feature in its panel: single tracks or the middle half of each stretch, and the line."""
    ends = FEATURE_WORDS[course.feature]
    title = sheet.write(_LEFT - 2, top + 14, ends.name, bold=True)
    sheet.write(title.right + 8, top + 14, f"up: {ends.high}, down: {ends.low}", colour=theme.MUTED)
    ceiling, floor = top + 33, top + _PANEL - 9
    for level in (0.0, 0.5, 1.0):
        y = floor - level * (floor - ceiling)
        sheet.line([_LEFT, _RIGHT], [y, y], colour=theme.RULE, width=0.8, zorder=1)
    if np.isnan(course.series.measured).all() and not course.series.estimates:
        words = f"{ends.name} is unknown for every track."
        sheet.write(sheet.width / 2, (ceiling + floor) / 2 - 10, words, colour=theme.MUTED, align="center")
        return
    tracks = len(report.tracks)
    xs = _along(course.at, tracks)
    if tracks <= MOST_DOTS:
        _draw_tracks(sheet, report, course.series, ceiling, floor)
    else:
        bins = compute_bins(course.series.measured, _bins_for(tracks))
        sheet.polygons(_band(xs, floor, ceiling, bins), [theme.BAND])
    sheet.line(xs, floor - course.line * (floor - ceiling), colour=theme.CANVAS, width=4.2, zorder=3.8)
    sheet.line(xs, floor - course.line * (floor - ceiling), colour=theme.INK, width=2.2, zorder=4)


def _band(xs: Floats, floor: float, ceiling: float, bins: Bins) -> list[Floats]:
    """Return the outlines of the middle half, one for each unbroken stretch of known bins."""
    known = np.flatnonzero(~np.isnan(bins.low))
    stretches = np.split(known, np.flatnonzero(np.diff(known) > 1) + 1)
    lower, upper = (floor - values * (floor - ceiling) for values in (bins.low, bins.high))
    return [
        np.concatenate(
            (np.column_stack((xs[part], upper[part])), np.column_stack((xs[part], lower[part]))[::-1])
        )
        for part in stretches
        if len(part) > 1
    ]


def _draw_tracks(sheet: Sheet, report: AnalysisReport, series: Series, ceiling: float, floor: float) -> None:
    groups, _ = compute_groups(report)
    xs = _along(np.arange(len(report.tracks), dtype=np.float64), len(report.tracks))
    size = float(np.clip(24.0 * len(report.tracks) ** -0.3, 3.6, 8.0))
    for group in range(-1, len(report.clusters)):
        style = theme.cluster_style(report.clusters, group) if group >= 0 else theme.NO_GROUP
        colour = theme.FAINT if group < 0 and report.clusters else style.colour
        for values, hollow in ((series.imputed, True), (series.measured, False)):
            chosen = (groups == group) & ~np.isnan(values)
            if chosen.any():
                ys = floor - np.clip(values[chosen], 0, 1) * (floor - ceiling)
                sheet.dots(
                    xs[chosen],
                    ys,
                    marker=style.marker,
                    size=size * style.scale,
                    colour=colour,
                    hollow=hollow,
                    alpha=0.85,
                    layer=4.5 if len(report.tracks) <= _DOTS_ON_TOP else 3.0,
                )


def _along(positions: Floats, tracks: int) -> Floats:
    """Return x in pixels of 0-based positions in the list."""
    xs: Floats = _LEFT + (_RIGHT - _LEFT) * (positions + 0.5) / max(tracks, 1)
    return xs


def _draw_ticks(sheet: Sheet, tracks: int, y: float) -> None:
    if not tracks:
        return
    last = sheet.measure(f"{tracks:,}", theme.SIZE)
    sheet.write(_LEFT, y + 8, "track 1", colour=theme.MUTED)
    sheet.write(_RIGHT - last, y + 8, f"{tracks:,}", colour=theme.MUTED)
    if tracks >= 20:
        middle = tracks // 2
        x = float(_along(np.array([middle - 1.0]), tracks)[0])
        sheet.write(x, y + 8, f"{middle:,}", colour=theme.MUTED, align="center")


def _note(report: AnalysisReport, courses: list[Course]) -> list[str]:
    """Say what the marks mean, one line each."""
    long = len(report.tracks) > MOST_DOTS
    lines = ["band: the middle half of the tracks"] if long else []
    if estimates := max(course.series.estimates for course in courses):
        lines.append(f"{estimates:,} estimated: {'left out' if long else 'hollow'}")
    if unknown := max(course.series.unknown for course in courses):
        lines.append(f"{unknown:,} unknown: left out")
    return lines


def _finding(courses: list[Course]) -> str:
    """Say where the line of the first feature is farthest from its middle, where it says anything at all."""
    course = courses[0]
    known = np.flatnonzero(~np.isnan(course.line))
    evidence = course.series.evidence
    if not len(known) or np.var(course.line[known]) < _LEAST_SAID * np.var(evidence):
        return "The journey"
    line = course.line[known]
    away = line - np.median(line)
    place = int(np.argmax(np.abs(away)))
    end = "Liveliest" if away[place] > 0 else "Calmest"
    return f"{end} around track {course.at[known[place]] + 1:,.0f}"


def _moves(course: Course) -> str:
    """Say how a course runs: where it starts and ends, and where it peaks."""
    known = np.flatnonzero(~np.isnan(course.line))
    name = FEATURE_WORDS[course.feature].name
    if not len(known):
        return f"{name}: too little was measured for a line."
    line = course.line
    first, last = line[known[0]], line[known[-1]]
    highest = known[int(np.argmax(line[known]))]
    lowest = known[int(np.argmin(line[known]))]
    return (
        f"{name} starts about {first:.2f} and ends about {last:.2f}; highest near track "
        f"{course.at[highest] + 1:,.0f} ({line[highest]:.2f}), lowest near track "
        f"{course.at[lowest] + 1:,.0f} ({line[lowest]:.2f})."
    )


def _alt_text(report: AnalysisReport, courses: list[Course]) -> str:
    groups, _ = compute_groups(report)
    means = []
    for index, cluster in enumerate(report.clusters):
        where = np.flatnonzero(groups == index)
        if len(where):
            means.append(f"{cluster_name(cluster)} around track {np.median(where) + 1:,.0f}")
    return describe(
        (
            f"Energy and mood along {playlist_name(report)}, {count(len(report.tracks), 'track')} in order.",
            *(_moves(course) for course in courses),
            f"Middles of the groups: {listed(means)}." if means else "",
            *(f"{line}." for line in _note(report, courses)),
        )
    )


def _twin(report: AnalysisReport, courses: list[Course]) -> list[str]:
    lines = [f"{playlist_name(report)} in its own order: median energy and mood of each tenth"]
    tracks = len(report.tracks)
    stretches = max(1, min(10, tracks))
    bins = [compute_bins(course.series.measured, stretches) for course in courses]
    for index in range(stretches if tracks else 0):
        start, end = int(bins[0].edges[index]), int(bins[0].edges[index + 1])
        values = ", ".join(
            f"{FEATURE_WORDS[course.feature].name.lower()} "
            + ("unknown" if np.isnan(part.middle[index]) else f"{part.middle[index]:.2f}")
            for course, part in zip(courses, bins, strict=True)
        )
        lines.append(f"tracks {start + 1:,}–{end:,}: {values}")
    lines += [_moves(course) for course in courses]
    return lines + _note(report, courses)


def draw_strip(sheet: Sheet, report: AnalysisReport, *, left: float, right: float, top: float) -> float:
    """Draw a lane for each group with a block for each of its tracks; return the y below.

    The lane says what the colour says, for eyes that take two colours for one, and the group's shape
    stands before it. A guess is half as high. A lane of a longer list is as high as the group's share of
    a short stretch, beside the largest share of any group; guesses are left out there.
    """
    groups, likely = compute_groups(report)
    count = len(report.clusters)
    is_long = len(groups) > _MOST_COLUMNS
    if is_long:
        heights, edges = _shares(np.where(likely, -1, groups), count)
    else:
        heights = (groups == np.arange(count)[:, None]) * np.where(likely, 0.5, 1.0)
        edges = np.arange(len(groups) + 1, dtype=np.float64)
    xs = left + (right - left) * edges / max(len(groups), 1)
    corners, colours = [], []
    for group, lane in enumerate(heights):
        style = theme.cluster_style(report.clusters, group)
        floor = top + (group + 1) * LANE - _GAP
        middle = floor - (LANE - _GAP) / 2
        sheet.dots(
            [left - _AWAY], [middle], marker=style.marker, size=_SHAPE * style.scale, colour=style.colour
        )
        sheet.line([left, right], [floor, floor], colour=theme.RULE, width=0.8, zorder=1)
        # One block for each unbroken run of one height: neighbours would show a seam.
        starts = np.flatnonzero(np.diff(lane, prepend=-1.0))
        for start, end in zip(starts, [*starts[1:], len(lane)], strict=True):
            if lane[start]:
                corners.append(rectangle(xs[start], floor - lane[start] * (LANE - _GAP), xs[end], floor))
                colours.append(style.colour)
    sheet.polygons(corners, colours)
    return top + count * LANE


def _shares(groups: npt.NDArray[np.int64], count: int) -> tuple[Floats, Floats]:
    """Return how large each group is in each stretch beside the largest anywhere, and where they begin."""
    bins = min(len(groups) // _TRACKS_PER_BIN, _MOST_SHARES)
    edges = np.linspace(0, len(groups), bins + 1).round().astype(np.int64)
    shares = np.zeros((bins, count))
    for index in range(bins):
        part = groups[edges[index] : edges[index + 1]]
        shares[index] = np.bincount(part[part >= 0], minlength=count) / max(len(part), 1)
    smoothed = np.array([smooth(column, max(bins / _SMOOTHING, 0.8)) for column in shares.T])
    return smoothed / max(float(smoothed.max(initial=0.0)), 1e-9), edges.astype(np.float64)
