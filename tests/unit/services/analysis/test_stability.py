"""Agreement of groupings, and whether groups come back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from services.analysis.kmeans import Float
from services.analysis.validity import Resamples, Stability, adjusted_rand, agreement, bootstrap_stability
from tests.unit.services.analysis.clouds import cloud, islands

labellings = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=60)


def stability(points: np.ndarray, centres: np.ndarray, seed: int) -> Stability:
    resamples = Resamples.draw(len(points), len(centres), np.random.default_rng(seed))
    return bootstrap_stability(points, centres, resamples)


@settings(deadline=None)
@given(labellings)
def test_agreement_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    first, second = np.array(pairs, dtype=np.intp).T
    assert agreement(first, second) == pytest.approx(adjusted_rand_score(first, second), abs=1e-9)


def test_many_tables_at_once_are_each_on_their_own() -> None:
    tables = np.random.default_rng(0).integers(0, 9, (5, 3, 4)).astype(float)
    np.testing.assert_allclose(adjusted_rand(tables), [float(adjusted_rand(table)) for table in tables])


def test_true_groups_come_back_and_cuts_through_a_cloud_do_not() -> None:
    points, labels = islands(60, 60, 60)
    middles = np.stack([points[labels == group].mean(axis=0) for group in range(3)])
    real = stability(points.astype(Float), middles.astype(Float), 1)
    blob = np.random.default_rng(2).standard_normal((180, 6)).astype(Float)
    chance = stability(blob, blob[:5], 1)
    assert real.agreement > 0.99
    assert real.found_again > 0.99
    assert chance.agreement < 0.5
    assert chance.found_again < 0.7


def test_a_cut_through_one_group_explains_little_and_comes_back_less() -> None:
    points, labels = islands(60, 60, 60)
    points -= points.mean(axis=0)
    middles = np.stack([points[labels == group].mean(axis=0) for group in range(3)])
    cut = np.concatenate([middles, middles[:1] + 0.5])
    whole, split = (stability(points.astype(Float), centres.astype(Float), 1) for centres in (middles, cut))
    assert split.found_again < 0.9 < whole.found_again
    assert 0 < split.gain - whole.gain < 0.05 * whole.gain


def test_the_gain_is_what_the_distances_to_the_means_of_groups_lack() -> None:
    points = cloud(90, seed=5)
    points -= points.mean(axis=0)
    labels = ((points[:, None] - points[None, :4]) ** 2).sum(axis=2).argmin(axis=1)
    means = np.stack([points[labels == group].mean(axis=0) for group in range(4)])
    saved = (points**2).sum() - ((points - means[labels]) ** 2).sum()
    found = stability(points.astype(Float), points[:4].astype(Float), 1)
    assert found.gain == pytest.approx(saved / 90, rel=1e-5)
    assert (found.k, found.smallest) == (4, np.bincount(labels).min())


def test_the_same_draws_give_the_same_stability() -> None:
    points = cloud(80).astype(Float)
    first, second = (stability(points, points[:3], 3) for _ in range(2))
    assert first == second
