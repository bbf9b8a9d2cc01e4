from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch

from services.charts.journey import render_journey
from services.charts.labels import Box
from services.charts.map import draw_areas, draw_dots, place_tracks, render_map
from services.charts.profiles import render_profiles
from services.charts.sheet import Sheet
from services.domain.group_words import outlier_words
from services.domain.music import Track
from services.domain.report import Verdict
from tests.unit.services.charts.legibility import assert_legible
from tests.unit.services.charts.reports import make_report

FRAME = Box.at(10, 70, 380, 340)


def placed(report):
    return place_tracks(report, FRAME)[0]


def dots_of(report):
    sheet = Sheet(500)
    draw_dots(sheet, report, placed(report))
    return [artist for artist in sheet.figure.get_children() if isinstance(artist, Line2D)]


@pytest.mark.parametrize("tracks", [12, 199, 200, 3000])
def test_every_dot_is_inside_the_frame(tracks):
    positions = placed(make_report(tracks, 3))
    assert (positions[:, 0] >= FRAME.left).all()
    assert (positions[:, 0] <= FRAME.left + FRAME.width).all()
    assert (positions[:, 1] >= FRAME.top).all()
    assert (positions[:, 1] <= FRAME.bottom).all()


def test_up_is_up_and_right_is_right():
    report = make_report(80, 2)
    positions = placed(report)
    assert np.argmax([p.x for p in report.placements]) == np.argmax(positions[:, 0])
    assert np.argmax([p.y for p in report.placements]) == np.argmin(positions[:, 1])


def test_one_stray_track_does_not_press_the_others_together():
    report = make_report(1000, 3)
    spread = np.std(placed(report)[:, 0])
    far = replace(report.placements[0], x=1e6, y=1e6)
    stretched = np.std(placed(replace(report, placements=(far, *report.placements[1:])))[:, 0])
    assert stretched > 0.8 * spread


def test_a_nan_position_counts_as_none():
    report = make_report(30, 2)
    odd = replace(report.placements[0], x=float("nan"))
    positions = placed(replace(report, placements=(odd, *report.placements[1:])))
    assert np.isnan(positions[0]).all()
    assert not np.isnan(positions[1:]).any()


def test_coinciding_tracks_sit_in_the_middle():
    report = make_report(15, 0)
    report = replace(report, placements=tuple(replace(p, x=3.0, y=3.0) for p in report.placements))
    np.testing.assert_allclose(placed(report), [(200, 240)] * 15)


def test_estimated_tracks_are_hollow_and_all_tracks_are_drawn():
    report = make_report(200, 3, imputed=0.3, unknown=0.1, outliers=0)
    hollow = sum(len(line.get_xdata()) for line in dots_of(report) if line.get_markerfacecolor() == "none")
    filled = sum(len(line.get_xdata()) for line in dots_of(report) if line.get_markerfacecolor() != "none")
    assert hollow == report.coverage.imputed
    assert filled == report.coverage.measured


def test_estimated_tracks_are_hollow_without_groups_too():
    report = make_report(40, 0, imputed=0.5, outliers=0)
    hollow = sum(len(line.get_xdata()) for line in dots_of(report) if line.get_markerfacecolor() == "none")
    assert hollow == report.coverage.imputed


def test_each_group_has_its_own_shape():
    report = make_report(300, 8, outliers=0)
    assert len({line.get_marker() for line in dots_of(report)}) == 8


@pytest.mark.parametrize(
    ("verdict", "styles"),
    [
        (Verdict.CLEAR, {"solid"}),
        (Verdict.LOOSE, {"dashed"}),
        (Verdict.UNTESTABLE, {"dotted"}),
        (Verdict.NONE, set()),
    ],
)
def test_borders_are_as_firm_as_the_verdict(verdict, styles):
    report = make_report(200, 3, verdict=verdict)
    sheet = Sheet(500)
    draw_areas(sheet, report, place_tracks(report, FRAME)[1])
    patches = [artist for artist in sheet.figure.get_children() if isinstance(artist, PathPatch)]
    outlined = [patch for patch in patches if patch.get_edgecolor()[3] > 0]
    assert {patch.get_linestyle() for patch in outlined} == styles
    assert len(patches) > len(outlined)


def test_the_description_names_groups_sizes_and_directions():
    report = make_report(150, 4)
    alt = render_map(report).alt_text
    for cluster in report.clusters:
        assert f"{cluster.name} ({cluster.size})" in alt
    assert "From left to right calmer, acoustic to livelier, louder" in alt
    assert "150 tracks" in alt


def test_the_legend_shortens_its_bars_before_it_cuts_a_name(sheets):
    report = make_report(40, 2)
    name = "Drone, calm & instrumental"
    render_map(replace(report, clusters=(replace(report.clusters[0], name=name), *report.clusters[1:])))
    assert name in [writing.words for writing in sheets[0].writings]


def test_one_mood_is_called_one_mood():
    assert "groups not separated by sound" in render_map(make_report(100, 2, verdict=Verdict.NONE)).alt_text


def test_the_twin_lists_typical_tracks_and_outliers():
    report = make_report(150, 4)
    text = render_map(report).text
    for cluster in report.clusters:
        for track in cluster.typical:
            assert report.tracks[track].track.label in text
    for outlier in report.outliers:
        why = outlier_words(outlier, report.names)
        assert f"Stands out: {report.tracks[outlier.track].track.label} ({why})" in text


def test_tracks_without_a_place_are_counted():
    report = make_report(100, 3, unknown=0.2)
    chart = render_map(report)
    assert f"{report.coverage.unknown} tracks could not be placed" in chart.alt_text
    assert f"Not on the map (unknown sound): {report.coverage.unknown}" in chart.text


def test_a_long_end_of_the_map_takes_the_room_that_a_short_one_leaves(sheets):
    report = make_report(60, 2)
    axes = replace(report.axes, left="acoustic", right="electronic-sounding")
    render_map(replace(report, axes=axes))
    assert {"← acoustic", "electronic-sounding →"} <= {writing.words for writing in sheets[-1].writings}


def test_a_name_of_a_track_is_whole_where_there_is_room(sheets):
    report = make_report(3, 0)
    long = Track(title="Superlemonade and honey (Live in Bristol)", artists=("Kestrel & Moss Ensemble",))
    tracks = tuple(replace(entry, track=long) for entry in report.tracks)
    render_map(replace(report, tracks=tracks))
    words = [writing.words for writing in sheets[-1].writings]
    assert "Superlemonade and honey" in words
    assert "Kestrel & Moss Ensemble –" in words


def test_no_name_of_a_group_is_cut_in_the_key(sheets):
    report = make_report(60, 2)
    name = "Electronic & hip hop, danceable & cheerful"
    named = replace(report, clusters=(replace(report.clusters[0], name=name), *report.clusters[1:]))
    for render in (render_map, render_profiles, render_journey):
        render(named)
        words = [writing.words for writing in sheets[-1].writings]
        assert [line for line in words if line in name and "&" in line] == [
            "Electronic & hip hop,",
            "danceable & cheerful",
        ]
        assert_legible(sheets[-1])
