from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from services.charts import journey, theme
from services.charts.journey import LANE, compute_course, draw_strip, render_journey
from services.charts.series import compute_series
from services.charts.sheet import Sheet
from services.domain.features import AudioFeatures, Feature, Origin, Provenance
from tests.unit.services.charts.reports import make_report


def with_energy(values, imputed=()):
    report = make_report(len(values), 2)
    tracks = []
    for index, (entry, value) in enumerate(zip(report.tracks, values, strict=True)):
        origin = Origin.IMPUTED if index in imputed else Origin.MEASURED
        known = {} if value is None else {Feature.ENERGY: Provenance(origin, "test")}
        tracks.append(replace(entry, features=AudioFeatures(energy=value), provenance=known))
    return replace(report, tracks=tuple(tracks))


@pytest.mark.parametrize("tracks", [12, 400, 401, 5000])
def test_the_line_follows_a_rise(tracks):
    course = compute_course(with_energy(np.linspace(0.1, 0.9, tracks).tolist()), Feature.ENERGY)
    assert (np.diff(course.line) > 0).all()
    assert (np.diff(course.at) > 0).all()
    assert course.at[0] >= 0
    assert course.at[-1] <= tracks - 1


def test_estimates_do_not_move_the_line():
    values = [0.3] * 40
    guessed = dict.fromkeys(range(0, 40, 4), 0.9)
    course = compute_course(
        with_energy([guessed.get(i, v) for i, v in enumerate(values)], guessed), Feature.ENERGY
    )
    np.testing.assert_allclose(course.line, 0.3)
    assert course.series.estimates == 10


def test_a_stretch_without_values_is_a_gap():
    values = [0.5] * 60
    values[20:40] = [None] * 20
    course = compute_course(with_energy(values), Feature.ENERGY)
    assert np.isnan(course.line[26:34]).all()


def test_measured_estimated_and_unknown_add_up():
    report = make_report(200, 3, imputed=0.3, unknown=0.2, missing=0.1)
    series = compute_series(report.tracks, Feature.VALENCE)
    assert len(series.evidence) + series.estimates + series.unknown == 200


def test_infinite_values_are_unknown():
    series = compute_series(with_energy([0.5, float("inf"), float("nan"), None]).tracks, Feature.ENERGY)
    assert series.evidence.tolist() == [0.5]
    assert series.unknown == 3


def test_the_description_tells_start_end_and_peak():
    values = [*np.linspace(0.2, 0.8, 50), *np.linspace(0.8, 0.4, 50)]
    alt = render_journey(with_energy([float(value) for value in values])).alt_text
    assert "Energy starts about 0.2" in alt
    assert "highest near track 5" in alt
    assert "Mood: too little was measured for a line." in alt


def test_the_twin_has_a_line_for_each_tenth():
    chart = render_journey(make_report(100, 2))
    assert sum(line.startswith("tracks ") for line in chart.text.splitlines()) == 10


LEFT, RIGHT, TOP = 20.0, 380.0, 100.0


def drawn(report):
    sheet = Sheet(300)
    bottom = draw_strip(sheet, report, left=LEFT, right=RIGHT, top=TOP)
    assert bottom == TOP + LANE * len(report.clusters)
    return sheet


def painted(sheet):
    """Return left, top, right and bottom of each block, and its colour."""
    (collection,) = [a for a in sheet.figure.get_children() if isinstance(a, PolyCollection)]
    boxes = [(*path.vertices.min(axis=0), *path.vertices.max(axis=0)) for path in collection.get_paths()]
    return np.array(boxes).reshape(-1, 4), [tuple(colour) for colour in collection.get_facecolors()]


def area(boxes):
    return float(((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sum())


def test_a_track_takes_a_column_and_a_guess_half_of_one():
    report = make_report(90, 3, imputed=0.3, unknown=0.2)
    column = (LANE - journey._GAP) * (RIGHT - LEFT) / 90
    boxes, _ = painted(drawn(report))
    assert area(boxes) == pytest.approx(column * (report.coverage.measured + report.coverage.imputed / 2))


def test_shares_of_a_long_list_leave_guesses_and_unknown_tracks_out():
    report = make_report(3000, 4, imputed=0.3, unknown=0.2)
    boxes, _ = painted(drawn(report))
    tallest = float((boxes[:, 3] - boxes[:, 1]).max())
    assert tallest == pytest.approx(LANE - journey._GAP)  # the largest share anywhere fills its lane
    sizes = np.array([cluster.size for cluster in report.clusters])
    lanes = ((boxes[:, 3] - TOP) // LANE).astype(int)
    areas = np.array([area(boxes[lanes == group]) for group in range(4)])
    np.testing.assert_allclose(areas / areas.sum(), sizes / sizes.sum(), rtol=0.05)


@pytest.mark.parametrize("tracks", [40, 110, 111, 400, 5000])
def test_whoever_sees_no_colours_sees_the_groups_apart(tracks):
    boxes, colours = painted(drawn(make_report(tracks, 8, outliers=0)))
    lanes = (boxes[:, 3] - TOP) // LANE
    assert (boxes[:, 1] >= TOP + lanes * LANE - 1e-6).all()  # no block reaches into another lane
    of_lane = {lane: {c for c, at in zip(colours, lanes, strict=True) if at == lane} for lane in set(lanes)}
    assert [len(of_lane[lane]) for lane in sorted(of_lane)] == [1] * 8
    assert boxes[:, 0].min() >= LEFT - 1e-6
    assert boxes[:, 2].max() <= RIGHT + 1e-6


def test_each_lane_begins_with_the_shape_of_its_group():
    sheet = drawn(make_report(40, 3))
    shapes = [a.get_marker() for a in sheet.figure.get_children() if getattr(a, "get_marker", str)()]
    assert shapes == [theme.group_style(group).marker for group in range(3)]


def test_a_report_without_groups_draws_no_block():
    assert len(painted(drawn(make_report(30, 0)))[0]) == 0
