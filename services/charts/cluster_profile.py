"""Draw one group: its nine features against the playlist and against typical music."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from services.charts import theme
from services.charts.lettering import drawable
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

_ROW = 33.0
_LEFT, _RIGHT = 104.0, 280.0
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
    sheet = Sheet(50.0 + 8.0 + _ROW * len(SOUND_FEATURES) + 34.0)
    known = sum(other.size for other in report.clusters)
    share = f" · {100 * cluster.size / known:.0f} % of the known ones" if known else ""
    likely = f" + {len(cluster.likely):,} likely" if cluster.likely else ""
    top = sheet.head(
        f"{style.letter}  {drawable(cluster_name(cluster, 80))}".strip(),
        f"{count(cluster.size, 'track')}{likely}{share}",
    )
    height = 8 + _ROW * len(SOUND_FEATURES)
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
        sheet.write(theme.MARGIN + 4, y, FEATURE_WORDS[feature].name, bold=True, size=theme.SIZE_SMALL)
        sheet.line([_LEFT, _RIGHT], [y, y], colour=theme.RULE, width=1)
        value, mean = values[row], means[row]
        if np.isnan(value):
            sheet.write(_RIGHT + 10, y, "unknown", size=theme.SIZE_SMALL, colour=theme.MUTED)
            continue
        end = middle + unit * value
        sheet.bar(min(middle, end), y - 6, max(abs(end - middle), 1.5), 12, colour=colour, alpha=0.9)
        if not np.isnan(mean):
            sheet.dots([middle + unit * mean], [y], marker="D", size=7, colour=theme.INK, edge=1.2, layer=4)
        typical = leaning(feature, value) == "typical"
        raw = medians.get(feature)
        sheet.write(
            _RIGHT + 10,
            y - 6 if raw else y,
            leaning(feature, value),
            size=theme.SIZE_SMALL,
            colour=theme.MUTED if typical else theme.INK,
            room=sheet.width - _RIGHT - 20,
        )
        if raw:
            sheet.write(_RIGHT + 10, y + 7, raw, size=theme.SIZE_LABEL, colour=theme.MUTED)
    sheet.line(
        [middle, middle],
        [top + 2, top + _ROW * len(SOUND_FEATURES) - 2],
        colour=theme.MUTED,
        width=1,
        linestyle=":",
        zorder=3,
    )


def _draw_key(sheet: Sheet, style: theme.GroupStyle, y: float) -> None:
    def say(x: float, words: str) -> float:
        return sheet.write(x, y, words, size=theme.SIZE_SMALL, colour=theme.MUTED).right + 16

    x = theme.MARGIN + 4
    sheet.bar(x, y - 4, 14, 8, colour=style.colour, alpha=0.9)
    x = say(x + 19, "this group")
    sheet.dots([x + 4], [y], marker="D", size=7, colour=theme.INK)
    x = say(x + 13, "whole playlist")
    sheet.line([x + 2, x + 2], [y - 7, y + 7], colour=theme.MUTED, width=1, linestyle=":")
    say(x + 9, "typical music")


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
