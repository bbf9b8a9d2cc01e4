"""Draw one group: its nine features against the playlist and against typical music."""

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
from services.domain.vocabulary import FEATURE_WORDS

_ROW = 27.0
_NAMES, _LEFT, _RIGHT, _VALUES = 16.0, 150.0, 282.0, 386.0
"""Where names begin, the ends of the bars, where values end."""
_LEAST_REACH = 1.5


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
    _draw_key(sheet, style, top + height + 16)
    return Chart(
        kind=ChartKind.CLUSTER_PROFILE,
        title=f"Profile of {cluster_name(cluster)}",
        png=sheet.png(),
        alt_text=_alt_text(report, index),
        text="\n".join(_twin(report, index, medians)),
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


def _draw_key(sheet: Sheet, style: theme.GroupStyle, y: float) -> None:
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


def _alt_text(report: AnalysisReport, index: int) -> str:
    cluster = report.clusters[index]
    known = {f: profile_value(cluster, f) for f in SOUND_FEATURES if not np.isnan(profile_value(cluster, f))}
    ranked = sorted(known, key=lambda feature: -abs(known[feature]))
    apart = [leaning(f, known[f]) for f in ranked if leaning(f, known[f]) != "typical"]
    plain_ones = [FEATURE_WORDS[f].name.lower() for f in ranked if leaning(f, known[f]) == "typical"]
    return describe(
        (
            f"Profile of {cluster_name(cluster)}, {count(cluster.size, 'track')} of {playlist_name(report)}.",
            f"Against typical music it is {listed(apart)}." if apart else "It is close to typical music.",
            f"Typical: {listed(plain_ones)}." if plain_ones else "",
            f"For example {listed(track_name(report, t, 50) for t in cluster.typical)}."
            if cluster.typical
            else "",
        )
    )


def _twin(report: AnalysisReport, index: int, medians: Mapping[Feature, str]) -> list[str]:
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
