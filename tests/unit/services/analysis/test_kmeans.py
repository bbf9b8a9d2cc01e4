"""Many fits at once give what one fit at a time gives."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans

from services.analysis.kmeans import (
    Float,
    assign_all,
    lloyd,
    place_seeds,
    squared_distances,
)
from tests.unit.services.analysis.clouds import cloud, islands


def ones(fits: int, n: int) -> np.ndarray:
    return np.ones((fits, n), dtype=Float)


def starts(points: np.ndarray, k: int, weights: np.ndarray, seed: int) -> np.ndarray:
    return place_seeds(points, weights, np.random.default_rng(seed).random((k, len(weights))))


def test_reaches_the_inertia_of_scikit_learn() -> None:
    points = cloud(400, seed=3)
    start = starts(points.astype(Float), 5, ones(16, 400), 0)
    ours = lloyd(points.astype(Float), start).inertia.min()
    theirs = KMeans(5, n_init=16, random_state=0).fit(points).inertia_
    assert ours <= 1.01 * theirs


def test_a_fit_does_not_depend_on_the_fits_beside_it() -> None:
    points = cloud(200, seed=4).astype(Float)
    start = starts(points, 4, ones(6, 200), 1)
    together = lloyd(points, start)
    for index in range(6):
        alone = lloyd(points, start[index : index + 1])
        np.testing.assert_allclose(alone.centres[0], together.centres[index], atol=1e-4)
        assert alone.inertia[0] == pytest.approx(together.inertia[index], rel=1e-4)


def test_fits_of_several_clouds_are_those_of_each_alone() -> None:
    clouds = np.stack([cloud(120, seed=10), cloud(120, seed=11)]).astype(Float)
    draws = np.random.default_rng(7).random((3, 2))
    together = lloyd(clouds, place_seeds(clouds, ones(2, 120), draws))
    for index, points in enumerate(clouds):
        alone = lloyd(points, place_seeds(points, ones(1, 120), draws[:, [index]]))
        np.testing.assert_allclose(alone.centres[0], together.centres[index], atol=1e-4)
        assert alone.inertia[0] == pytest.approx(together.inertia[index], rel=1e-4)


def test_a_weight_of_two_is_the_same_row_twice() -> None:
    points = cloud(60, seed=5).astype(Float)
    counts = np.random.default_rng(2).integers(0, 3, 60)
    start = starts(points, 3, ones(1, 60), 3)
    weighted = lloyd(points, start, counts[None].astype(Float))
    repeated = lloyd(np.repeat(points, counts, axis=0), start)
    np.testing.assert_allclose(weighted.centres, repeated.centres, atol=1e-4)
    assert weighted.inertia[0] == pytest.approx(repeated.inertia[0], rel=1e-4)


def test_seeds_are_points_and_never_points_of_no_weight() -> None:
    points = cloud(30, seed=6).astype(Float)
    weights = ones(8, 30)
    weights[:, ::2] = 0
    for centres in starts(points, 5, weights, 4):
        rows = [int(np.flatnonzero((points == centre).all(axis=1))[0]) for centre in centres]
        assert all(row % 2 == 1 for row in rows)
        assert len(set(rows)) == 5


def test_more_centres_than_distinct_points_are_survived() -> None:
    points = np.repeat(cloud(2, seed=7), 10, axis=0).astype(Float)
    fits = lloyd(points, starts(points, 4, ones(3, 20), 5))
    assert np.isfinite(fits.centres).all()
    assert fits.inertia == pytest.approx(0, abs=1e-4)


def test_best_keeps_the_lowest_inertia_of_each_run() -> None:
    points, _ = islands(30, 30, 30)
    fits = lloyd(points.astype(Float), starts(points.astype(Float), 3, ones(6, 90), 6))
    best = fits.best(3)
    assert best.inertia.tolist() == [fits.inertia[:3].min(), fits.inertia[3:].min()]
    assert best.centres.shape == (2, 3, 6)


def test_members_are_those_of_the_nearest_centre() -> None:
    points = cloud(50, seed=8)
    centres = cloud(4, seed=9)
    member = assign_all(points.astype(Float), centres.astype(Float)[None])[0]
    np.testing.assert_array_equal(member.argmax(axis=0), squared_distances(points, centres).argmin(axis=1))
    assert (member.sum(axis=0) == 1).all()
