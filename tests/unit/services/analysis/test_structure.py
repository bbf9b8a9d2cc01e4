"""Groups are told apart from a cloud that has none."""

from __future__ import annotations

import numpy as np

from services.analysis.kmeans import Float
from services.analysis.structure import Gap, gaussian_gaps
from tests.unit.services.analysis.clouds import cloud, islands


def test_separate_groups_are_far_tighter_than_their_gaussian_twin() -> None:
    points, _ = islands(50, 50, 50, apart=4.0)
    for tested in gaussian_gaps(points.astype(Float), {3, 4}, np.random.default_rng(0)):
        assert tested.gap > 0.1
        assert tested.z > 5


def test_a_gaussian_cloud_is_no_tighter_than_itself() -> None:
    tested = [
        gap
        for seed in range(12)
        for gap in gaussian_gaps(cloud(150, seed).astype(Float), {2, 4}, np.random.default_rng(seed))
    ]
    assert abs(float(np.mean([gap.gap for gap in tested]))) < 0.02
    assert abs(float(np.mean([gap.z for gap in tested]))) < 1


def test_length_and_direction_of_the_cloud_do_not_matter() -> None:
    stretched = cloud(300, 5) * np.array([6.0, 1, 1, 1, 1, 0.01])
    assert (
        max(gap.gap for gap in gaussian_gaps(stretched.astype(Float), {2, 4}, np.random.default_rng(0)))
        < 0.05
    )


def test_identical_points_have_no_gap() -> None:
    gaps = gaussian_gaps(np.full((40, 6), 1.25, dtype=Float), {2, 4}, np.random.default_rng(0))
    assert gaps == [Gap(2, 0.0, 0.0), Gap(4, 0.0, 0.0)]
