from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.lines import Line2D

from services.charts.card import render_card
from services.charts.labels import Box
from services.charts.map import draw_dots, place_tracks, render_map
from services.charts.sheet import Sheet
from tests.unit.services.charts.legibility import assert_legible
from tests.unit.services.charts.reports import make_report


@pytest.mark.parametrize(
    "shape", [{"groups": 0}, {}, {"groups": 8, "hostile": True}, {"tracks": 3000}], ids=str
)
def test_every_word_can_be_read_on_a_phone(shape, sheets):
    report = make_report(**shape)
    chart = render_card(report)
    assert_legible(sheets[0])
    assert sheets[0].height <= 240
    assert chart.filename == "map.png"
    for cluster in report.clusters:
        assert f"({cluster.size:,})" in chart.alt_text


@pytest.mark.parametrize("seed", range(6))
def test_no_area_is_cut_off_by_the_frame(seed):
    report = make_report(14, 2, seed=seed)
    _, areas = place_tracks(report, Box.at(4, 20, 256, 176))
    assert len(areas) == len(report.clusters)
    for area in areas:
        assert area is None or not area.reaches_edge(area.outer)


def test_a_list_by_one_artist_names_what_stands_out_by_its_title(sheets):
    report = make_report(60, 2, outliers=1)
    (odd,) = (report.tracks[each.track].track for each in report.outliers)
    render_card(report)
    assert odd.artists[0] in [each.words for each in sheets[0].writings]
    tracks = [replace(each, track=replace(each.track, artists=odd.artists)) for each in report.tracks]
    render_card(replace(report, tracks=tuple(tracks)))
    words = [each.words for each in sheets[1].writings]
    assert odd.artists[0] not in words
    assert odd.title in words


@pytest.mark.parametrize(
    ("evidence", "said"),
    [(0, "No track is known well enough for a map."), (1, "A map takes two different tracks.")],
)
def test_an_empty_map_says_why_and_claims_no_dots(evidence, said, sheets):
    report = replace(make_report(9, 0, unknown=1.0), evidence=evidence)
    for chart in (render_card(report), render_map(report)):
        assert said in chart.alt_text
        assert "dots" not in chart.alt_text
        assert said in [each.words for each in sheets.pop(0).writings]


def rings(sheet):
    """Count the dashed rings; those of one look are one line with a gap before each but the first."""
    dashed = [each for each in sheet.figure.get_children() if isinstance(each, Line2D) and each.is_dashed()]
    return sum(1 + int(np.isnan(each.get_xdata()).sum()) for each in dashed)


def test_a_dashed_ring_is_for_what_stands_out_and_for_nothing_else(sheets):
    report = make_report(120, 3, outliers=3)
    sheet = Sheet(400)
    draw_dots(sheet, report, place_tracks(report, Box.at(10, 10, 380, 340))[0])
    assert rings(sheet) == len(report.outliers)
    render_card(report)
    assert rings(sheets[0]) == len(report.outliers)
