"""Where a track stands among the groups, known or guessed."""

from __future__ import annotations

import numpy as np
import pytest

from services.analysis.membership import assign, assignment_probability, confidence, margins
from services.analysis.reference import REFERENCE_MEDIANS, sound_space
from services.domain.features import SOUND_FEATURES, Feature
from tests.unit.services.analysis.clouds import cloud

CENTRES = np.array([[0.0] * 6, [4.0, 0, 0, 0, 0, 0], [0, 9.0, 0, 0, 0, 0]])
ENERGY, VALENCE = SOUND_FEATURES.index(Feature.ENERGY), SOUND_FEATURES.index(Feature.VALENCE)


def row(**values: float) -> np.ndarray:
    return np.array([[values.get(f.value, REFERENCE_MEDIANS[f]) for f in SOUND_FEATURES]])


def test_own_is_the_nearest_and_second_the_next() -> None:
    own, second = margins(np.array([[1.0, 0, 0, 0, 0, 0]]), CENTRES)
    assert (own[0], second[0]) == (1.0, 3.0)


def test_confidence_is_one_at_a_centre_and_zero_on_a_border() -> None:
    at, between = np.array([4.0, 0, 0, 0, 0, 0]), np.array([2.0, 0, 0, 0, 0, 0])
    assert confidence([at, between], CENTRES) == pytest.approx([1.0, 0.0])


def test_confidence_stays_in_range_and_group_is_the_nearest() -> None:
    points = 3 * cloud(300)
    sure = confidence(points, CENTRES)
    assert ((sure >= 0) & (sure <= 1)).all()
    distances = np.linalg.norm(points[:, None] - CENTRES[None], axis=2)
    np.testing.assert_array_equal(assign(points, CENTRES), distances.argmin(axis=1))
    np.testing.assert_allclose(margins(points, CENTRES)[1], np.sort(distances, axis=1)[:, 1])


def test_a_single_group_leaves_no_doubt() -> None:
    own, second = margins(cloud(3), CENTRES[:1])
    assert np.isinf(second).all()
    assert np.isfinite(own).all()
    assert confidence(cloud(3), CENTRES[:1]) == pytest.approx([1, 1, 1])


def test_two_equal_centres_give_no_confidence_at_all() -> None:
    assert confidence([[0.0] * 6], np.zeros((2, 6))) == pytest.approx([0.0])


def test_an_exact_value_is_certain() -> None:
    calm, lively = row(energy=0.1, valence=0.2), row(energy=0.95, valence=0.8)
    centres = sound_space(np.concatenate([calm, lively]))
    errors = np.full((2, 9), np.nan)
    np.testing.assert_allclose(
        assignment_probability(np.concatenate([calm, lively]), errors, centres), np.eye(2)
    )


def test_a_vaguer_value_is_less_certain() -> None:
    calm, lively = row(energy=0.1, valence=0.2), row(energy=0.95, valence=0.8)
    centres = sound_space(np.concatenate([calm, lively]))
    sure = []
    for size in (0.01, 0.3, 3.0):
        errors = np.zeros((1, 9))
        errors[0, [ENERGY, VALENCE]] = size
        probability = assignment_probability(calm, errors, centres)
        assert probability.sum() == pytest.approx(1)
        sure.append(probability[0, 0])
    assert sure[0] == 1.0
    assert sure[0] > sure[1] > sure[2]
    assert sure[2] < 0.85


def test_probabilities_do_not_depend_on_company_or_run() -> None:
    rows = np.concatenate([row(energy=e) for e in (0.2, 0.5, 0.8)])
    errors = np.tile([0.1, 0.2, 2.0, 0.02, 0.2, 0.1, 0.1, 0.2, 20.0], (3, 1))
    centres = sound_space(np.concatenate([row(energy=0.1), row(energy=0.9), row(valence=0.9)]))
    together = assignment_probability(rows, errors, centres)
    np.testing.assert_array_equal(assignment_probability(rows[::-1], errors, centres), together[::-1])
    np.testing.assert_array_equal(assignment_probability(rows[1:2], errors[1:2], centres), together[1:2])


def test_no_tracks_give_no_probabilities() -> None:
    assert assignment_probability(np.empty((0, 9)), np.empty((0, 9)), CENTRES).shape == (0, 3)
