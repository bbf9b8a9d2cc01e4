"""Shapes, prior, back-off, variance, partial gaps and intervals, each on its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.imputation.expectation import (
    PRIOR_ROWS,
    back_off,
    condition,
    describe,
    expected,
    log_breadth,
    playlist_correlation,
    predictive_variance,
    raw_errors,
)
from services.analysis.imputation.neighbourhoods import LEVELS
from services.analysis.imputation.shapes import Constants, from_shape, load_constants, raw_matrix, to_shape
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.music import Track
from tests.unit.services.analysis.imputation.invented import sound, track

SHARE = st.floats(0, 1)
ROW = st.tuples(
    SHARE,
    SHARE,
    st.floats(-40, 0),
    st.floats(0.02, 1),
    SHARE,
    SHARE,
    st.floats(0.02, 1),
    SHARE,
    st.floats(40, 240),
)


@given(ROW)
def test_shape_space_can_be_left_the_way_it_was_entered(row: tuple[float, ...]) -> None:
    raw = np.array([row])
    assert from_shape(to_shape(raw)) == pytest.approx(raw, abs=1e-6)


def test_unknown_stays_unknown_in_shape_space() -> None:
    assert np.isnan(to_shape(np.full((2, 9), np.nan))).all()


def test_describes_a_label_by_the_rows_of_the_table() -> None:
    label = track(1, title="Lantern Song (Live)", release_year=1985, album="Tides", explicit=True)
    row = dict(zip(PRIOR_ROWS, describe([label])[0], strict=True))
    assert row["year 1980"] == row["year 1990"] == 0.5
    assert row["live"] == row["explicit"] == 1.0
    assert row["remix"] == row["album live"] == row["non-latin"] == 0.0
    assert sum(value for name, value in row.items() if name.startswith("duration")) == pytest.approx(1.0)


def test_a_silent_label_promises_the_average() -> None:
    c = load_constants()
    assert np.isnan(describe([Track()])).all()
    assert (expected([Track()], c.prior_centre, c.prior_table) == 0).all()


def test_labels_promise_what_one_would_think() -> None:
    c = load_constants()
    plain, live, skit = expected(
        [track(1), track(1, title="Lantern (Live at Quay)"), track(1, title="Skit", duration_ms=40_000)],
        c.prior_centre,
        c.prior_table,
    )
    assert live[SOUND_FEATURES.index(Feature.LIVENESS)] > plain[SOUND_FEATURES.index(Feature.LIVENESS)] + 0.5
    assert skit[SOUND_FEATURES.index(Feature.SPEECHINESS)] > plain[SOUND_FEATURES.index(Feature.SPEECHINESS)]


def test_back_off_weighs_means_by_how_many_speak() -> None:
    sums = np.zeros((2, 1, 18))
    sums[0, 0, :9], sums[0, 0, 9:] = 6.0, 3.0  # three tracks with a mean of 2
    sums[1, 0, :9], sums[1, 0, 9:] = -1.0, 1.0  # one with -1
    estimate, leftover = back_off(sums, np.array([[3.0] * 9, [1.0] * 9]))
    assert estimate == pytest.approx(np.full((1, 9), 0.5 * (0.5 * 2) + 0.5 * -1))
    assert leftover == pytest.approx(np.full((2, 1, 9), 0.5))


def test_back_off_without_company_stays_at_the_prior() -> None:
    estimate, leftover = back_off(np.zeros((len(LEVELS), 4, 18)), load_constants().shrinkage)
    assert (estimate == 0).all()
    assert (leftover == 1).all()


@given(
    st.lists(st.floats(0.01, 1), min_size=len(LEVELS), max_size=len(LEVELS)), st.integers(0, len(LEVELS) - 1)
)
def test_company_never_widens_the_variance(leftover: list[float], level: int) -> None:
    c = load_constants()
    some = np.repeat(np.array(leftover)[:, None, None], 9, axis=2)
    more = some.copy()
    more[level] /= 2
    assert (predictive_variance(more, np.zeros(9), c) <= predictive_variance(some, np.zeros(9), c)).all()


def test_breadth_compares_with_the_average_playlist() -> None:
    breadth = np.ones(9)
    draws = np.random.default_rng(0).standard_normal((400, 9))
    assert log_breadth(2 * draws, breadth) == pytest.approx(np.log(4) * np.ones(9), abs=0.3)
    assert (log_breadth(draws / 2, breadth) < -1).all()
    assert (log_breadth(np.full((5, 9), np.nan), breadth) == 0).all()


def test_conditioning_on_nothing_changes_nothing() -> None:
    estimate, variance = np.random.default_rng(0).random((2, 3, 9))
    mean, rest = condition(estimate, variance, np.full((3, 9), np.nan), load_constants().correlation)
    assert mean == pytest.approx(estimate)
    assert rest == pytest.approx(variance)


def test_conditioning_follows_the_correlation() -> None:
    correlation = np.eye(9)
    correlation[0, 1] = correlation[1, 0] = 0.6
    observed = np.full((1, 9), np.nan)
    observed[0, 1] = 2.0
    mean, variance = condition(np.zeros((1, 9)), np.ones((1, 9)), observed, correlation)
    assert mean[0, 0] == pytest.approx(1.2)
    assert variance[0, 0] == pytest.approx(1 - 0.36)
    assert mean[0, 2] == 0


def test_a_playlists_correlation_is_a_correlation() -> None:
    pooled = load_constants().correlation
    rows = np.random.default_rng(0).standard_normal((50, 9))
    rows[:, 3] = 1.0
    own = playlist_correlation(rows, pooled)
    assert np.linalg.eigvalsh(own).min() > 0
    assert np.diag(own) == pytest.approx(np.ones(9))
    assert playlist_correlation(rows[:2], pooled) is pooled


def test_raw_errors_grow_with_the_deviation() -> None:
    c = load_constants()
    middle = (to_shape(raw_matrix([sound(i) for i in range(20)])) - c.centre) / c.spread
    narrow, wide = (raw_errors(middle, np.full_like(middle, d), c) for d in (0.3, 0.9))
    assert (narrow > 0).all()
    assert (wide >= narrow).all()


def test_constants_survive_their_file() -> None:
    c = load_constants()
    again = Constants.from_json(c.to_json())
    assert again.to_json() == c.to_json()
    assert c.prior_table.shape == (len(PRIOR_ROWS), 9)
    assert c.shrinkage.shape == (len(LEVELS), 9)
    assert (c.shrinkage > 0).all()
    assert np.linalg.eigvalsh(c.correlation).min() > 0
    with pytest.raises(KeyError):
        Constants.from_json({})
