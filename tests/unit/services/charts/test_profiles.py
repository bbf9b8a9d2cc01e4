from __future__ import annotations

from dataclasses import replace

from services.charts.profiles import render_profiles, telling_features
from services.domain.features import SOUND_FEATURES, Feature
from tests.unit.services.charts.reports import make_report


def with_profiles(report, *profiles):
    clusters = tuple(
        replace(cluster, profile=profile) for cluster, profile in zip(report.clusters, profiles, strict=True)
    )
    return replace(report, clusters=clusters)


def test_the_feature_that_separates_most_comes_first():
    flat = dict.fromkeys(SOUND_FEATURES, 2.0)
    report = with_profiles(
        make_report(60, 2),
        flat | {Feature.ENERGY: -1.0, Feature.VALENCE: 0.4},
        flat | {Feature.ENERGY: 1.0, Feature.VALENCE: 0.8},
    )
    assert telling_features(report.clusters, 2) == (Feature.ENERGY, Feature.VALENCE)


def test_a_single_group_is_ranked_by_its_distance_from_typical_music():
    report = with_profiles(make_report(60, 1), dict.fromkeys(SOUND_FEATURES, 0.1) | {Feature.TEMPO: -1.2})
    assert telling_features(report.clusters)[0] is Feature.TEMPO


def test_a_feature_that_nobody_knows_is_left_out():
    report = with_profiles(
        make_report(60, 2), {Feature.ENERGY: 1.0, Feature.TEMPO: float("nan")}, {Feature.ENERGY: 0.0}
    )
    assert telling_features(report.clusters) == (Feature.ENERGY,)
    chart = render_profiles(report)
    assert "A +1.0, B +0.0" in chart.text
    assert "nan" not in chart.text + chart.alt_text


def test_the_description_says_which_way_each_group_leans():
    report = with_profiles(
        make_report(60, 2),
        dict.fromkeys(SOUND_FEATURES, 0.0) | {Feature.ENERGY: 1.5},
        dict.fromkeys(SOUND_FEATURES, 0.0) | {Feature.ENERGY: -0.5},
    )
    first, second = report.clusters
    alt = render_profiles(report).alt_text
    assert f"A, {first.name} ({first.size}): very energetic." in alt
    assert f"B, {second.name} ({second.size}): calm." in alt
