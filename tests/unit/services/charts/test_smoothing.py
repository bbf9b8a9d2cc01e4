from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.charts.series import compute_bins, smooth


def test_a_constant_stays_a_constant():
    np.testing.assert_allclose(smooth(np.full(50, 0.3), 3), 0.3)


def test_unknown_tracks_do_not_pull_the_line():
    values = np.full(50, 0.3)
    values[10:12] = np.nan
    np.testing.assert_allclose(smooth(values, 3), 0.3)


def test_a_long_stretch_of_unknown_tracks_is_a_gap():
    values = np.full(60, 0.5)
    values[20:40] = np.nan
    line = smooth(values, 2)
    assert np.isnan(line[25:35]).all()
    assert not np.isnan(line[:18]).any()


def test_nothing_known_gives_no_line():
    assert np.isnan(smooth(np.full(9, np.nan), 2)).all()
    assert smooth(np.array([]), 2).shape == (0,)


@given(st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), min_size=1, max_size=80))
def test_the_line_stays_within_the_values(values):
    series = np.array(values)
    line = smooth(series, 3.0)
    drawn = line[~np.isnan(line)]
    if len(drawn):
        assert drawn.min() >= np.nanmin(series) - 1e-9
        assert drawn.max() <= np.nanmax(series) + 1e-9


@pytest.mark.parametrize(("tracks", "bins"), [(1000, 120), (401, 120), (10, 10), (7, 3)])
def test_bins_are_the_quartiles_of_their_stretch(tracks, bins):
    values = np.random.default_rng(5).random(tracks)
    values[::7] = np.nan
    result = compute_bins(values, bins)
    assert result.edges[0] == 0
    assert result.edges[-1] == tracks
    for index in range(bins):
        part = values[result.edges[index] : result.edges[index + 1]]
        part = part[~np.isnan(part)]
        found = (result.low[index], result.middle[index], result.high[index])
        if len(part):
            np.testing.assert_allclose(found, np.percentile(part, (25, 50, 75)))
        else:
            assert np.isnan(found).all()
