"""The reference population: ranks, medians, the sound space and where the constants are from."""

from __future__ import annotations

import json
from importlib import resources
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analysis.reference import (
    CLIP,
    REFERENCE,
    REFERENCE_MEDIANS,
    SOUND_DIMENSIONS,
    TYPICAL,
    read_reference,
)
from services.domain.features import FEATURE_RANGES, SOUND_FEATURES, Feature

MIDDLE = np.array([[REFERENCE_MEDIANS[feature] for feature in SOUND_FEATURES]])


def constants() -> dict[str, object]:
    file = resources.files("services.analysis").joinpath("constants", "reference.json")
    return dict(json.loads(file.read_text(encoding="utf-8")))


def column(feature: Feature, values: list[float]) -> np.ndarray:
    rows = np.repeat(MIDDLE, len(values), axis=0)
    rows[:, SOUND_FEATURES.index(feature)] = values
    return TYPICAL.normal_scores(rows)[:, SOUND_FEATURES.index(feature)]


@pytest.mark.parametrize("feature", SOUND_FEATURES)
def test_a_higher_value_never_scores_lower(feature: Feature) -> None:
    low, high = FEATURE_RANGES[feature]
    scores = column(feature, np.linspace(low, high, 3000).tolist())
    assert (np.diff(scores) >= 0).all()
    assert len(np.unique(scores.round(3))) > 50


@pytest.mark.parametrize("feature", SOUND_FEATURES)
def test_scores_end_at_one_and_ninety_nine_percent(feature: Feature) -> None:
    low, high = FEATURE_RANGES[feature]
    limit = NormalDist().inv_cdf(1 - CLIP)
    scores = column(feature, [low, high])
    assert scores[1] <= limit + 1e-9
    assert scores[0] >= -limit - 1e-9
    assert scores[1] > 1.5


@pytest.mark.parametrize("feature", SOUND_FEATURES)
def test_the_median_scores_about_zero(feature: Feature) -> None:
    # half of all music is sung throughout: a mass at 0, of which the median is the upper end
    near = 0.5 if feature is Feature.INSTRUMENTALNESS else 0.03
    assert column(feature, [REFERENCE_MEDIANS[feature]])[0] == pytest.approx(0, abs=near)
    own = np.array([[REFERENCE.medians[each] for each in SOUND_FEATURES]])
    assert REFERENCE.normal_scores(own)[0, SOUND_FEATURES.index(feature)] == pytest.approx(0, abs=0.03)


def test_next_to_no_instrumentalness_is_none() -> None:
    none, trace, some = column(Feature.INSTRUMENTALNESS, [0.0, 0.0004, 0.02])
    assert none == trace < some


def test_the_mass_at_no_instrumentalness_scores_the_middle_of_its_ranks() -> None:
    """A third of the population ties at 0: it is below the median, and far from the lowest percent."""
    score = column(Feature.INSTRUMENTALNESS, [0.0])[0]
    assert -1.5 < score < -0.5


@settings(deadline=None)
@given(st.sets(st.integers(0, 8)))
def test_nan_stays_where_it_is(gaps: set[int]) -> None:
    row = MIDDLE.copy()
    row[0, list(gaps)] = np.nan
    assert set(np.flatnonzero(np.isnan(REFERENCE.normal_scores(row)[0]))) == gaps
    assert np.isnan(REFERENCE.sound_space(row)).all() == bool(gaps)


def test_the_sound_space_is_linear_in_the_scores() -> None:
    rows = MIDDLE * np.array([[0.5], [1.0], [1.4]])
    assert REFERENCE.sound_space(rows).shape == (3, SOUND_DIMENSIONS)
    np.testing.assert_allclose(
        REFERENCE.sound_space(rows), REFERENCE.normal_scores(rows) @ REFERENCE.projection
    )


def test_a_song_lands_on_the_same_spot_in_any_company() -> None:
    rows = MIDDLE * np.random.default_rng(0).uniform(0.4, 1.6, (501, 9))
    order = np.random.default_rng(1).permutation(501)
    np.testing.assert_array_equal(REFERENCE.sound_space(rows[order]), REFERENCE.sound_space(rows)[order])
    np.testing.assert_array_equal(REFERENCE.sound_space(rows[17:18])[0], REFERENCE.sound_space(rows)[17])


def test_no_rows_give_no_points() -> None:
    assert REFERENCE.sound_space(np.empty((0, 9))).shape == (0, 6)


def test_refuses_a_matrix_of_other_columns() -> None:
    with pytest.raises(ValueError, match=r"\(n, 9\)"):
        REFERENCE.normal_scores(np.zeros((3, 11)))


def test_constants_say_where_they_are_from() -> None:
    provenance = REFERENCE.provenance
    assert provenance["script"] == "benchmarks/learn_metric.py"
    assert provenance["listeners"] == ["P1", "P2", "P3", "P4", "P5"]
    assert provenance["tracks"] > 10_000
    assert provenance["playlists"] > 200
    assert provenance["source"]
    assert provenance["method"]


def test_constants_hold_nobodys_tracks() -> None:
    """Quantiles only: no table comes near the number of tracks that it was made from."""
    text = json.dumps(constants())
    assert len(text) < 60_000


def test_refuses_constants_of_other_features() -> None:
    with pytest.raises(ValueError, match="learn them again"):
        read_reference({**constants(), "features": ["energy", "valence"]})


def test_refuses_a_projection_of_another_shape() -> None:
    with pytest.raises(ValueError, match="projection"):
        read_reference({**constants(), "projection": [[1.0, 2.0]]})
