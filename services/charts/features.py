"""Draw the nine features row by row: of a playlist beside typical music, and of one of its groups."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from services.charts import theme
from services.charts.profiles import profile_value
from services.charts.series import compute_series
from services.charts.sheet import Sheet
from services.charts.words import (
    cluster_name,
    count,
    describe,
    in_unit,
    leaning,
    listed,
    playlist_name,
    track_name,
)
from services.domain.charts import Chart, ChartKind
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.report import AnalysisReport
from services.domain.stats import FeatureStats, Known, PlaylistStats
from services.domain.vocabulary import FEATURE_WORDS

_TOP, _HEAD, _ROW, _FOOT = 6.0, 27.0, 26.0, 84.0
_NAMES, _LEFT, _RIGHT, _VALUES = 16.0, 150.0, 282.0, 386.0
"""Where names begin, the ends of the scales (of percentiles from 0 to 100), where values end."""
_LEAST_REACH = 1.5
"""Spreads that the scale of a group shows at least, so that small differences look small."""


def render_stats(report: AnalysisReport, stats: PlaylistStats) -> Chart:
    """Draw the features of a playlist beside typical music."""
    panel = _HEAD + _ROW * len(stats.features) + 6
    sheet = Sheet(_TOP + panel + _FOOT)
    sheet.panel(6, _TOP, sheet.width - 12, panel)
    draw_percentiles(sheet, stats, _TOP)
    _draw_legend(sheet, stats, _TOP + panel + 18)
    return sheet.chart(
        ChartKind.NUMBERS,
        "The numbers beside typical music",
        _alt_text(report, stats),
        (feature_line(each) for each in stats.features),
    )


def draw_percentiles(sheet: Sheet, stats: PlaylistStats, top: float) -> None:
    """Draw one scale per feature: typical music's middle half as ground, these tracks' own as a bar."""
    unit, middle = (_RIGHT - _LEFT) / 100, (_LEFT + _RIGHT) / 2
    sheet.write(_NAMES, top + 15, "percentile", colour=theme.MUTED)
    for x, rank in ((_LEFT, "1"), (middle, "50"), (_RIGHT, "99")):
        sheet.write(x, top + 15, rank, colour=theme.MUTED, align="center")
    sheet.write(_VALUES, top + 15, "median", colour=theme.MUTED, align="right")
    for row, each in enumerate(stats.features):
        y = top + _HEAD + _ROW * row + _ROW / 2
        sheet.bar(_LEFT + 25 * unit, y - 10, 50 * unit, 20, colour=theme.SHADE, alpha=0.6, layer=1)
        sheet.line([_LEFT, _RIGHT], [y, y], colour=theme.RULE, width=1.5)
        sheet.write(_NAMES, y, FEATURE_WORDS[each.feature].name, bold=True)
        if each.own is None or each.percentiles is None:
            sheet.write(_VALUES, y, _missing(each), colour=theme.MUTED, align="right")
            continue
        low, mark, high = (
            _LEFT + unit * rank
            for rank in (each.percentiles.low, each.percentiles.median, each.percentiles.high)
        )
        sheet.bar(low, y - 4, max(high - low, 2.0), 8, colour=theme.ACCENT, alpha=0.75)
        sheet.dots([mark], [y], marker="o", size=11, colour=theme.INK, edge=1.5)
        value = in_unit(each.feature, each.own.median).replace("about ", "~")
        sheet.write(_VALUES, y, value, align="right")


def feature_line(each: FeatureStats) -> str:
    """Say everything about one feature in one line."""
    name = FEATURE_WORDS[each.feature].name
    if each.own is None or each.percentiles is None:
        return f"{name}: {_missing(each)} ({_behind(each.known)})"
    middle, low, high, typical, typical_low, typical_high = (
        in_unit(each.feature, value)
        for value in (
            each.own.median,
            each.own.low,
            each.own.high,
            each.typical.median,
            each.typical.low,
            each.typical.high,
        )
    )
    return (
        f"{name}: {middle} (typical {typical}), percentile {_rank(each.percentiles.median)}; "
        f"middle half {low} to {high} (typical {typical_low} to {typical_high}); {_behind(each.known)}"
    )


def _draw_legend(sheet: Sheet, stats: PlaylistStats, y: float) -> None:
    sheet.bar(_NAMES, y - 4, 18, 8, colour=theme.ACCENT, alpha=0.75)
    sheet.dots([_NAMES + 9], [y], marker="o", size=11, colour=theme.INK, edge=1.5)
    sheet.write(_NAMES + 26, y, "these tracks: median and middle half", room=340)
    sheet.bar(_NAMES, y + 16, 18, 16, colour=theme.SHADE, alpha=0.6)
    sheet.write(_NAMES + 26, y + 24, "typical music: middle half", room=340)
    fewest = min((each.known for each in stats.features), key=lambda known: known.real)
    same = stats.with_sound is not None
    words = f"{'' if same else 'at least '}{fewest.real:,} of {fewest.total:,} tracks have real values"
    sheet.write(_NAMES, y + 48, words, colour=theme.MUTED, room=360)


def _missing(each: FeatureStats) -> str:
    return "estimated" if each.known.estimated else "unknown"


def _behind(known: Known) -> str:
    said = [f"real for {known.real:,} of {known.total:,}"]
    said += [f"{known.estimated:,} estimated"] if known.estimated else []
    said += [f"{known.unknown:,} unknown"] if known.unknown else []
    return ", ".join(said)


def _rank(percentile: float) -> str:
    """Say a percentile; the reference says no more than 1 and 99 at its ends."""
    rank = round(percentile)
    return "1 or below" if rank <= 1 else "99 or above" if rank >= 99 else f"{rank}"


def _alt_text(report: AnalysisReport, stats: PlaylistStats) -> str:
    known = [each for each in stats.features if each.own is not None and each.percentiles is not None]
    if not known:
        return f"No feature of {playlist_name(report)} has a real value, so the scales are empty."
    places = [
        f"{FEATURE_WORDS[each.feature].name.lower()} {in_unit(each.feature, each.own.median)} "
        f"(percentile {_rank(each.percentiles.median)}, {each.known.real:,} of {each.known.total:,} real)"
        for each in known
        if each.own is not None and each.percentiles is not None
    ]
    return describe(
        (
            f"Where the middle half of {playlist_name(report)} lies in typical music, on nine scales.",
            f"Medians: {listed(places)}.",
        )
    )


def playlist_mean(report: AnalysisReport, feature: Feature) -> float:
    """Return the mean of all grouped tracks in spreads of typical music: the groups' means by their sizes."""
    pairs = [(profile_value(cluster, feature), cluster.size) for cluster in report.clusters]
    known = [(value, size) for value, size in pairs if not np.isnan(value) and size]
    total = sum(size for _, size in known)
    return sum(value * size for value, size in known) / total if total else float("nan")


def render_cluster_profile(report: AnalysisReport, index: int) -> Chart:
    """Draw the profile of the group `index`.

    Raises
    ------
    IndexError
        The report has no such group.
    """
    if not 0 <= index < len(report.clusters):
        raise IndexError(f"no group {index} in a report with {len(report.clusters)}")
    cluster = report.clusters[index]
    style = theme.cluster_style(report.clusters, index)
    height = 8 + _ROW * len(SOUND_FEATURES)
    sheet, top = Sheet(6.0 + height + 58.0), 6.0  # the card says in words what a heading would
    sheet.panel(6, top, sheet.width - 12, height)
    medians = _raw_medians(report, index)
    draw_cluster_profile(sheet, report, index, medians, top + 4)
    _draw_group_key(sheet, style, top + height + 16)
    return sheet.chart(
        ChartKind.CLUSTER_PROFILE,
        f"Profile of {cluster_name(cluster)}",
        _group_alt_text(report, index),
        _group_twin(report, index, medians),
    )


def draw_cluster_profile(
    sheet: Sheet, report: AnalysisReport, index: int, medians: Mapping[Feature, str], top: float
) -> None:
    """Draw a bar per feature from typical music to the group, and a mark for the playlist."""
    cluster = report.clusters[index]
    colour = theme.cluster_style(report.clusters, index).colour
    values = [profile_value(cluster, feature) for feature in SOUND_FEATURES]
    means = [playlist_mean(report, feature) for feature in SOUND_FEATURES]
    reach = max([_LEAST_REACH] + [abs(value) for value in values + means if not np.isnan(value)]) * 1.05
    middle, unit = (_LEFT + _RIGHT) / 2, (_RIGHT - _LEFT) / 2 / reach
    for row, feature in enumerate(SOUND_FEATURES):
        y = top + _ROW * (row + 0.5)
        sheet.write(_NAMES, y, FEATURE_WORDS[feature].name, bold=True)
        sheet.line([_LEFT, _RIGHT], [y, y], colour=theme.RULE, width=1)
        value, mean = values[row], means[row]
        if np.isnan(value):
            sheet.write(_VALUES, y, "unknown", colour=theme.MUTED, align="right")
            continue
        end = middle + unit * value
        sheet.bar(min(middle, end), y - 7, max(abs(end - middle), 1.5), 14, colour=colour, alpha=0.9)
        if not np.isnan(mean):
            sheet.dots([middle + unit * mean], [y], marker="D", size=9, colour=theme.INK, edge=1.2, layer=4)
        typical = leaning(feature, value) == "typical"
        said = medians.get(feature, "").replace("about ", "~")
        sheet.write(_VALUES, y, said, colour=theme.MUTED if typical else theme.INK, align="right")
    sheet.line(
        [middle, middle],
        [top + 2, top + _ROW * len(SOUND_FEATURES) - 2],
        colour=theme.MUTED,
        width=1,
        linestyle=":",
        zorder=3,
    )


def _draw_group_key(sheet: Sheet, style: theme.GroupStyle, y: float) -> None:
    x = _NAMES
    sheet.bar(x, y - 6, 18, 12, colour=style.colour, alpha=0.9)
    x = sheet.write(x + 26, y, "this group", colour=theme.MUTED).right + 22
    sheet.dots([x + 4], [y], marker="D", size=9, colour=theme.INK)
    sheet.write(x + 16, y, "whole playlist", colour=theme.MUTED)
    sheet.line([_NAMES + 9, _NAMES + 9], [y + 15, y + 33], colour=theme.MUTED, width=1.5, linestyle=":")
    sheet.write(_NAMES + 26, y + 24, "typical music; right: the median", colour=theme.MUTED)


def _raw_medians(report: AnalysisReport, index: int) -> dict[Feature, str]:
    """Say the median of each feature over the group's measured values, in its own unit."""
    members = [report.tracks[track] for track in report.clusters[index].members]
    medians = {}
    for feature in SOUND_FEATURES:
        known = compute_series(members, feature).evidence
        if len(known):
            medians[feature] = in_unit(feature, float(np.median(known)))
    return medians


def _group_alt_text(report: AnalysisReport, index: int) -> str:
    cluster = report.clusters[index]
    known = {f: profile_value(cluster, f) for f in SOUND_FEATURES if not np.isnan(profile_value(cluster, f))}
    ranked = sorted(known, key=lambda feature: -abs(known[feature]))
    apart = [leaning(f, known[f]) for f in ranked if leaning(f, known[f]) != "typical"]
    # What the card says of it by the median is not called typical here by the mean.
    told = {trait.feature for trait in cluster.traits}
    plain_ones = [
        FEATURE_WORDS[f].name.lower() for f in ranked if leaning(f, known[f]) == "typical" and f not in told
    ]
    against = f"Against typical music it is {listed(apart)}." if apart else ""
    return describe(
        (
            f"Profile of {cluster_name(cluster)}, {count(cluster.size, 'track')} of {playlist_name(report)}.",
            against if apart or told else "It is close to typical music.",
            f"Typical: {listed(plain_ones)}." if plain_ones else "",
            f"For example {listed(track_name(report, t, 50) for t in cluster.typical)}."
            if cluster.typical
            else "",
        )
    )


def _group_twin(report: AnalysisReport, index: int, medians: Mapping[Feature, str]) -> list[str]:
    cluster = report.clusters[index]
    lines = [f"{cluster_name(cluster)}: mean in spreads of typical music, and the median"]
    for feature in SOUND_FEATURES:
        value = profile_value(cluster, feature)
        if np.isnan(value):
            lines.append(f"{FEATURE_WORDS[feature].name}: unknown")
            continue
        raw = medians.get(feature)
        lines.append(
            f"{FEATURE_WORDS[feature].name}: {value:+.1f} ({leaning(feature, value)}), "
            f"playlist {playlist_mean(report, feature):+.1f}{f', median {raw}' if raw else ''}"
        )
    return lines
