from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from services.analysis.portrait import compute_stats
from services.charts.features import playlist_mean, render_cluster_profile, render_stats
from services.domain.charts import Chart
from services.domain.features import Feature
from services.domain.report import AnalysisReport, Trait
from tests.unit.services.charts.legibility import assert_contrast, assert_legible
from tests.unit.services.charts.reports import make_report
from tests.unit.services.charts.test_render import AT_THE_GATE, SHAPES


def draw(report: AnalysisReport) -> Chart:
    return render_stats(report, compute_stats(report))


@pytest.mark.parametrize("shape", AT_THE_GATE)
def test_every_shape_of_report_can_be_read_on_the_smallest_phone(shape, sheets):
    chart = draw(make_report(**SHAPES[shape]))
    assert Image.open(io.BytesIO(chart.png)).width == 800
    assert 0 < len(chart.alt_text) <= 1024
    assert len(chart.text.splitlines()) == 9
    assert_legible(sheets[-1])
    assert_contrast(chart, sheets[-1])
    assert not any(writing.words.endswith("…") for writing in sheets[-1].writings), "nothing is cut"


def test_the_twin_says_what_the_picture_shows_and_how_much_of_it_is_real():
    report = make_report(100, 3, imputed=0.2, unknown=0.1)
    chart = draw(report)
    known = f"real for {report.coverage.measured} of 100, {report.coverage.imputed} estimated"
    assert all(known in line for line in chart.text.splitlines())
    assert all("percentile " in line for line in chart.text.splitlines())
    assert f"{report.coverage.measured} of 100 real" in chart.alt_text


def test_estimates_move_nothing_in_the_picture():
    only_estimated = draw(make_report(30, 2, imputed=1.0))
    assert "No feature" in only_estimated.alt_text
    assert "estimated (real for 0 of 30, 30 estimated)" in only_estimated.text


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


def test_what_a_group_is_called_by_its_median_is_not_called_typical_by_its_mean():
    report = make_report(200, 2)
    cluster = report.clusters[0]
    energetic = Trait(Feature.ENERGY, 0.6, 0.6, 0.86, 0.68, degree=2)
    profile = dict.fromkeys(cluster.profile, 0.0)
    for traits, typical in (((), "energy"), ((energetic,), "mood")):
        group = replace(cluster, traits=traits, profile=profile)
        alt = render_cluster_profile(replace(report, clusters=(group, *report.clusters[1:])), 0).alt_text
        named = alt.partition("Typical: ")[2].partition(".")[0]
        assert typical in named
        assert ("energy" in named) == (not traits)
        assert ("close to typical music" in alt) == (not traits)


@pytest.mark.parametrize("index", [-1, 2])
def test_refuses_a_group_that_is_not_there(index):
    with pytest.raises(IndexError):
        render_cluster_profile(make_report(60, 2), index)
