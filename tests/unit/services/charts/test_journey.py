from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from services.charts.journey import compute_course, render_journey
from services.charts.series import compute_series
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
