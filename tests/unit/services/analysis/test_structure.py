"""Groups are told apart from a cloud that has none."""

from __future__ import annotations

import numpy as np
import pytest

from services.analysis.kmeans import Float
from services.analysis.validity import Gap, Margins, _is_decided, normal_ranks, structure_gaps
from services.domain.report import LEAST_GAP, LEAST_GAP_Z
from tests.unit.services.analysis.clouds import cloud, islands


def test_separate_groups_are_far_tighter_than_their_gaussian_twin() -> None:
    points, _ = islands(50, 50, 50, apart=4.0)
    for tested in structure_gaps(points.astype(Float), {3, 4}, np.random.default_rng(0)):
        assert tested.gap > 0.1
        assert tested.z > 5


def test_a_gaussian_cloud_is_no_tighter_than_itself() -> None:
    tested = [
        gap
        for seed in range(12)
        for gap in structure_gaps(cloud(150, seed).astype(Float), {2, 4}, np.random.default_rng(seed))
    ]
    assert abs(float(np.mean([gap.gap for gap in tested]))) < 0.02
    assert abs(float(np.mean([gap.z for gap in tested]))) < 1


def test_length_and_direction_of_the_cloud_do_not_matter() -> None:
    stretched = cloud(300, 5) * np.array([6.0, 1, 1, 1, 1, 0.01])
    assert (
        max(gap.gap for gap in structure_gaps(stretched.astype(Float), {2, 4}, np.random.default_rng(0)))
        < 0.05
    )


def test_identical_points_have_no_gap() -> None:
    gaps = structure_gaps(np.full((40, 6), 1.25, dtype=Float), {2, 4}, np.random.default_rng(0))
    assert gaps == [Gap(2, 0.0, 0.0), Gap(4, 0.0, 0.0)]


def skewed(n: int, seed: int) -> np.ndarray:
    """Return nine features that hang together and are far from normal, and no groups."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal((n, 1))
    normal = 0.5 * common + 0.8 * rng.standard_normal((n, 9))
    return np.where(normal > 0.3, 2.0 + 0.2 * normal, 0.1 * normal)


def passes(scores: np.ndarray, projection: np.ndarray, *, copula: bool) -> bool:
    margins = Margins(scores, projection) if copula else None
    gaps = structure_gaps((scores @ projection).astype(Float), (2, 4), np.random.default_rng(0), margins)
    return any(gap.gap >= LEAST_GAP and gap.z >= LEAST_GAP_Z for gap in gaps)


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
    gaps = structure_gaps(scores[:, :6].astype(Float), (2, 4), np.random.default_rng(0), margins)
    assert all(np.isfinite([gap.gap, gap.z]).all() for gap in gaps)


def test_equal_values_share_the_mean_of_their_normal_scores() -> None:
    found = normal_ranks(np.array([5.0, 1.0, 5.0, 7.0]), np.array([-1.0, -0.25, 0.25, 1.0]))
    np.testing.assert_allclose(found, [0.0, -1.0, 0.0, 1.0])


@pytest.mark.parametrize(
    ("gaps", "decided"),
    [
        ([(0.4, 0.01), (0.9, 0.03)], True),
        ([(0.4, 0.01), (2.0, 0.04)], False),
        ([(2.5, 0.04), (0.4, 0.01)], False),
        ([(2.5, 0.04), (9.0, 0.06)], True),
        ([(2.5, 0.001), (0.4, 0.01)], True),
        ([(9.0, 0.0195), (0.4, 0.01)], False),
        ([(0.0, 0.0), (0.0, 0.0)], True),
    ],
)
def test_more_is_drawn_only_where_the_verdict_is_near(gaps: list[tuple[float, float]], decided: bool) -> None:
    assert _is_decided([Gap(k, gap, z) for k, (z, gap) in zip((2, 4), gaps, strict=True)], 24) == decided
