from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from services.charts.cluster_profile import playlist_mean, render_cluster_profile
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


def test_the_playlist_mean_weighs_groups_by_size():
    report = make_report(200, 3)
    total = sum(cluster.size for cluster in report.clusters)
    expected = sum(cluster.profile[Feature.ENERGY] * cluster.size for cluster in report.clusters) / total
    assert playlist_mean(report, Feature.ENERGY) == pytest.approx(expected)


def test_medians_of_a_group_leave_estimates_out():
    report = make_report(200, 2, imputed=0.3)
    cluster = report.clusters[0]
    values = [report.tracks[index].features.energy for index in cluster.members]
    assert f"median {np.median(values):.2f}" in render_cluster_profile(report, 0).text


@pytest.mark.parametrize("index", [-1, 2])
def test_refuses_a_group_that_is_not_there(index):
    with pytest.raises(IndexError):
        render_cluster_profile(make_report(60, 2), index)
