"""Draw what tells the groups apart: their strongest features against typical music."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from services.charts import theme
from services.charts.labels import spread_apart
from services.charts.legend import GroupLegend
from services.charts.lettering import drawable
from services.charts.series import compute_series
from services.charts.sheet import HEAD, Sheet
from services.charts.words import (
    cluster_name,
    count,
    describe,
    found_words,
    in_unit,
    leaning,
    listed,
    playlist_name,
)
from services.domain.charts import Chart, ChartKind
from services.domain.features import FEATURE_RANGES, SOUND_FEATURES, Feature
from services.domain.report import AnalysisReport, Cluster
from services.domain.vocabulary import FEATURE_WORDS

_MOST_FEATURES = 6
_TOP, _ROW = 28.0, 62.0
_LEFT, _RIGHT = 28.0, 372.0
"""Ends of the scale; the words for the ends stand above it."""
_LEAST_REACH = 1.5
"""Spreads that the scale shows at least, so that small differences look small."""
_LETTER_GAP = 18.0
_HEADLINE = 32
"""Characters that surely find room in a headline."""
_QUIETEST_DB = -30.0


def profile_value(cluster: Cluster, feature: Feature) -> float:
    """Return the group's mean in spreads of typical music; NaN where it is not known."""
    value = cluster.profile.get(feature)
    return float(value) if value is not None and np.isfinite(value) else float("nan")


def telling_features(clusters: Sequence[Cluster], limit: int = _MOST_FEATURES) -> tuple[Feature, ...]:
    """List the features that set the groups apart most, the strongest first.

    Ranked by the standard deviation of the groups' means, weighted by size; a single group is
    ranked by its distance from typical music.
    """
    strength: dict[Feature, float] = {}
    for feature in SOUND_FEATURES:
        values = np.array([profile_value(cluster, feature) for cluster in clusters])
        weights = np.array([max(cluster.size, 1) for cluster in clusters], dtype=np.float64)
        known = ~np.isnan(values)
        if not known.any():
            continue
        values, weights = values[known], weights[known] / weights[known].sum()
        centre = float(values @ weights) if len(clusters) > 1 else 0.0
        strength[feature] = float(np.sqrt(((values - centre) ** 2) @ weights))
    ranked = sorted(strength, key=lambda feature: (-strength[feature], SOUND_FEATURES.index(feature)))
    return tuple(ranked[:limit])


def render_profiles(report: AnalysisReport) -> Chart:
    """Draw the groups' profiles, or the spread of the tracks where there are no groups."""
    features = telling_features(report.clusters)
    rows = features or SOUND_FEATURES[:_MOST_FEATURES]
    panel = _TOP + _ROW * len(rows) + 6
    key = GroupLegend(report, guesses=False)
    sheet = Sheet(HEAD + panel + 8.0 + key.height + (0.0 if features else 14.0))
    name = drawable(playlist_name(report, 120)) or count(len(report.tracks), "track")
    top = sheet.head(_finding(report, features), name)
    sheet.panel(6, top, sheet.width - 12, panel)
    if features:
        draw_profiles(sheet, report.clusters, features, top)
    else:
        draw_track_spread(sheet, report, rows, top)
    bottom = top + panel + 6
    if report.clusters:
        key.draw(sheet, bottom)
    else:
        words = "each dot is a track, hollow: estimated"
        sheet.write(theme.MARGIN, bottom + 8, words, colour=theme.MUTED)
    return sheet.chart(
        ChartKind.PROFILES, "What tells the groups apart", _alt_text(report, features), _twin(report)
    )


def draw_profiles(sheet: Sheet, clusters: Sequence[Cluster], features: Sequence[Feature], top: float) -> None:
    """Draw one scale per feature with a mark for each group, its letter above."""
    table = np.array([[profile_value(cluster, feature) for cluster in clusters] for feature in features])
    reach = max(_LEAST_REACH, float(np.nanmax(np.abs(table)))) * 1.05
    middle, unit = (_LEFT + _RIGHT) / 2, (_RIGHT - _LEFT) / 2 / reach
    sheet.line(
        [middle, middle],
        [top + 26, top + 26 + _ROW * len(features)],
        colour=theme.MUTED,
        width=1,
        linestyle=":",
    )
    sheet.write(middle, top + 15, "typical music", colour=theme.MUTED, align="center")
    for row, feature in enumerate(features):
        y = top + _TOP + _ROW * row + 50
        _draw_scale(sheet, feature, y)
        known = [index for index in range(len(clusters)) if not np.isnan(table[row, index])]
        xs = [middle + unit * float(table[row, index]) for index in known]
        sheet.line([min(xs), max(xs)], [y, y], colour=theme.FAINT, width=3)
        letters = spread_apart(xs, _LETTER_GAP, _LEFT, _RIGHT)
        for index, x, letter_x in zip(known, xs, letters, strict=True):
            style = theme.cluster_style(clusters, index)
            sheet.dots([x], [y], marker=style.marker, size=12 * style.scale, colour=style.colour, edge=0.8)
            sheet.write(letter_x, y - 16, style.letter, colour=style.colour, bold=True, align="center")


def draw_track_spread(sheet: Sheet, report: AnalysisReport, features: Sequence[Feature], top: float) -> None:
    """Draw every track's raw value on each feature's own range: all that few tracks allow to say."""
    for row, feature in enumerate(features):
        y = top + _TOP + _ROW * row + 44
        _draw_scale(sheet, feature, y + 6)
        low, high = FEATURE_RANGES[feature]
        if feature is Feature.LOUDNESS:
            low, high = _QUIETEST_DB, 0.0
        series = compute_series(report.tracks, feature)
        for values, hollow in ((series.imputed, True), (series.measured, False)):
            kept = values[~np.isnan(values)]
            if len(kept):
                xs = _LEFT + (_RIGHT - _LEFT) * np.clip((kept - low) / (high - low), 0, 1)
                sheet.dots(
                    xs,
                    np.full(len(xs), y),
                    marker="o",
                    size=10,
                    colour=theme.ACCENT,
                    hollow=hollow,
                    alpha=0.75,
                )


def _draw_scale(sheet: Sheet, feature: Feature, y: float) -> None:
    """Draw the empty scale of a feature."""
    write_ends(sheet, feature, y - 38)
    sheet.line([_LEFT, _RIGHT], [y, y], colour=theme.RULE, width=1.5)


def write_ends(sheet: Sheet, feature: Feature, y: float) -> None:
    """Write a feature's name between the words for its two ends."""
    ends = FEATURE_WORDS[feature]
    inside = theme.MARGIN + 4
    low = sheet.write(inside, y, ends.low, colour=theme.MUTED).right + 8
    high = sheet.write(sheet.width - inside, y, ends.high, colour=theme.MUTED, align="right").left - 8
    half = min(sheet.measure(ends.name, theme.SIZE, bold=True), high - low) / 2
    middle = min(max(sheet.width / 2, low + half), high - half)
    sheet.write(middle, y, ends.name, bold=True, align="center", room=high - low)


def _finding(report: AnalysisReport, features: Sequence[Feature]) -> str:
    if len(report.clusters) < 2 or not features:
        return "How it sounds"
    names = [FEATURE_WORDS[feature].name.lower() for feature in features[:2]]
    both = f"Apart in {listed(names)}"
    return both if len(both) <= _HEADLINE else f"Apart in {names[0]}"


def _alt_text(report: AnalysisReport, features: Sequence[Feature]) -> str:
    if not features:
        return describe(
            (
                f"{playlist_name(report)} has {found_words(report)}.",
                "Each known track is a dot on the scale of each feature.",
                *(_spread_line(report, feature) for feature in SOUND_FEATURES[:_MOST_FEATURES]),
            )
        )
    names = listed(FEATURE_WORDS[feature].name.lower() for feature in features[:3])
    parts = [
        f"{theme.cluster_style(report.clusters, index).letter}, {cluster_name(cluster)} ({cluster.size:,}): "
        + (_leanings(cluster, features) or "typical throughout")
        + "."
        for index, cluster in enumerate(report.clusters)
    ]
    return describe(
        (
            f"Profiles of the groups of {playlist_name(report)} against typical music, mostly by {names}.",
            *parts,
        )
    )


def _leanings(cluster: Cluster, features: Sequence[Feature]) -> str:
    known = [(f, profile_value(cluster, f)) for f in features]
    said = [leaning(f, z) for f, z in known if not np.isnan(z) and leaning(f, z) != "typical"]
    return ", ".join(said[:3])


def _spread_line(report: AnalysisReport, feature: Feature) -> str:
    known = compute_series(report.tracks, feature).evidence
    name = FEATURE_WORDS[feature].name
    if not len(known):
        return f"{name}: unknown."
    return f"{name}: {in_unit(feature, float(known.min()))} to {in_unit(feature, float(known.max()))}."


def _twin(report: AnalysisReport) -> list[str]:
    if not report.clusters:
        return [playlist_name(report), *(_spread_line(report, feature) for feature in SOUND_FEATURES)]
    lines = ["Mean of each group in spreads of typical music (0 = typical)"]
    for feature in telling_features(report.clusters, len(SOUND_FEATURES)):
        values = [
            f"{theme.cluster_style(report.clusters, index).letter} {profile_value(cluster, feature):+.1f}"
            for index, cluster in enumerate(report.clusters)
            if not np.isnan(profile_value(cluster, feature))
        ]
        ends = FEATURE_WORDS[feature]
        lines.append(f"{ends.name} ({ends.low} − … + {ends.high}): {', '.join(values)}")
    lines += [
        f"{theme.cluster_style(report.clusters, index).letter} = {cluster_name(cluster)} ({cluster.size:,})"
        for index, cluster in enumerate(report.clusters)
    ]
    return lines
