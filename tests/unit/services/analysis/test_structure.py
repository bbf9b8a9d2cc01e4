"""Groups are told apart from a cloud that has none."""

from __future__ import annotations

import numpy as np
import pytest

from services.analysis.kmeans import Float
from services.analysis.validity import Gap, Margins, _is_decided, is_real, normal_ranks, structure_gap
from tests.unit.services.analysis.clouds import cloud, islands


def test_in_separate_groups_neighbours_are_far_nearer_than_in_their_gaussian_twin() -> None:
    points, _ = islands(50, 50, 50, apart=4.0)
    tested = structure_gap(points.astype(Float), np.random.default_rng(0))
    assert tested.gap > 0.1
    assert tested.z > 5


@pytest.mark.parametrize("sizes", [(20, 20), (10, 10, 10), (40, 40), (300, 300)])
def test_groups_are_found_in_short_lists_and_in_a_part_of_long_ones(sizes: tuple[int, ...]) -> None:
    points, _ = islands(*sizes, apart=5.0)
    assert is_real(structure_gap(points.astype(Float), np.random.default_rng(0)))


def test_small_clumps_as_of_albums_are_no_groups() -> None:
    rng = np.random.default_rng(4)
    albums = np.repeat(rng.standard_normal((30, 6)), 5, axis=0)
    clumps = 0.7 * albums + 0.7 * rng.standard_normal((150, 6))
    assert not is_real(structure_gap(clumps.astype(Float), np.random.default_rng(0)))


def test_groups_that_are_no_more_than_albums_are_told_by_few_tracks_of_each() -> None:
    rng = np.random.default_rng(5)
    albums, eye = np.repeat(np.arange(12), 10), np.eye(6)
    scores = 0.85 * rng.standard_normal((12, 6))[albums] + 0.5 * rng.standard_normal((120, 6))
    alone, known = (
        structure_gap(scores.astype(Float), np.random.default_rng(0), Margins(scores, eye, each))
        for each in (None, albums)
    )
    assert is_real(alone)
    assert (alone.gap, alone.z, alone.of_albums) == (known.gap, known.z, False)
    assert known.of_albums


def test_groups_of_many_albums_are_more_than_those() -> None:
    rng = np.random.default_rng(1)
    kinds, projection = rng.standard_normal((3, 9)), np.eye(9)[:, :6]
    scores = 2.0 * kinds[np.repeat(np.arange(3), 50)] + 0.5 * rng.standard_normal((150, 9))
    margins = Margins(scores, projection, np.arange(150) // 5)
    tested = structure_gap((scores @ projection).astype(Float), np.random.default_rng(0), margins)
    assert is_real(tested)
    assert not tested.of_albums


def test_few_tracks_of_each_album_are_the_first_ones() -> None:
    margins = Margins(np.zeros((9, 2)), np.eye(2), np.array([7, 1, 7, 7, 7, 1, 2, 7, 1]))
    assert margins.few_of_each_album().tolist() == [0, 1, 2, 3, 5, 6, 8]
    assert margins.are_albums(np.array([0, 1, 0, 0, 0, 1, 1, 0, 1]))
    assert not margins.are_albums(np.zeros(9, dtype=np.intp))
    assert not margins.are_albums(np.array([0, 1, 0, 2, 2, 1, 1, 0, 1])), "two parts of one album"


def test_a_gaussian_cloud_is_no_tighter_than_itself() -> None:
    tested = [
        structure_gap(cloud(150, seed).astype(Float), np.random.default_rng(seed)) for seed in range(24)
    ]
    assert abs(float(np.mean([gap.gap for gap in tested]))) < 0.02
    assert abs(float(np.mean([gap.z for gap in tested]))) < 1


def test_length_and_direction_of_the_cloud_do_not_matter() -> None:
    stretched = cloud(300, 5) * np.array([6.0, 1, 1, 1, 1, 0.01])
    assert structure_gap(stretched.astype(Float), np.random.default_rng(0)).gap < 0.05


def test_identical_points_have_no_gap() -> None:
    assert structure_gap(np.full((40, 6), 1.25, dtype=Float), np.random.default_rng(0)) == Gap(0.0, 0.0)


def skewed(n: int, seed: int) -> np.ndarray:
    """Return nine features that hang together and are far from normal, and no groups."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal((n, 1))
    normal = 0.5 * common + 0.8 * rng.standard_normal((n, 9))
    return np.where(normal > 0.3, 2.0 + 0.2 * normal, 0.1 * normal)


def passes(scores: np.ndarray, projection: np.ndarray, *, copula: bool) -> bool:
    margins = Margins(scores, projection) if copula else None
    return is_real(structure_gap((scores @ projection).astype(Float), np.random.default_rng(0), margins))


def test_skewed_features_without_groups_are_no_structure_under_their_own_marginals() -> None:
    projection = np.random.default_rng(3).standard_normal((9, 6)) / 3
    clouds = [skewed(120, seed) for seed in range(6)]
    assert sum(passes(cloud, projection, copula=False) for cloud in clouds) >= 4
    assert not any(passes(cloud, projection, copula=True) for cloud in clouds)


def test_groups_that_differ_in_many_features_are_found_under_their_own_marginals() -> None:
    rng = np.random.default_rng(1)
    kinds = rng.standard_normal((3, 9))
    scores = 2.0 * kinds[np.repeat(np.arange(3), 50)] + 0.5 * rng.standard_normal((150, 9))
    assert passes(scores, np.eye(9)[:, :6], copula=True)


def test_a_feature_that_never_varies_and_one_that_repeats_another_do_not_stop_the_test() -> None:
    scores = np.random.default_rng(2).standard_normal((60, 9))
    scores[:, 4] = -1.0
    scores[:, 5] = scores[:, 6]
    margins = Margins(scores, np.eye(9)[:, :6])
    tested = structure_gap(scores[:, :6].astype(Float), np.random.default_rng(0), margins)
    assert np.isfinite([tested.gap, tested.z]).all()


def test_equal_values_share_the_mean_of_their_normal_scores() -> None:
    found = normal_ranks(np.array([5.0, 1.0, 5.0, 7.0]), np.array([-1.0, -0.25, 0.25, 1.0]))
    np.testing.assert_allclose(found, [0.0, -1.0, 0.0, 1.0])


@pytest.mark.parametrize(
    ("z", "gap", "decided"),
    [
        (0.4, 0.01, True),
        (2.2, 0.04, False),
        (2.8, 0.04, False),
        (9.0, 0.06, True),
        (2.5, 0.001, True),
        (9.0, 0.0195, False),
        (0.0, 0.0, True),
    ],
)
def test_more_is_drawn_only_where_the_verdict_is_near(z: float, gap: float, decided: bool) -> None:
    assert _is_decided([Gap(0.01, 0.4), Gap(gap, z)], 24) == decided
