from __future__ import annotations

import numpy as np
import pytest

from services.analysis.comparison.score import (
    distances,
    energy_distance,
    resampled_weights,
    spread_between,
    spread_inside,
)
from tests.unit.services.analysis.clouds import cloud


def slowly(first: np.ndarray, second: np.ndarray) -> float:
    """The definition, pair by pair."""

    def mean(pairs: list[float]) -> float:
        return sum(pairs) / len(pairs)

    between = mean([float(np.linalg.norm(x - y)) for x in first for y in second])
    inside = [
        mean([float(np.linalg.norm(x - y)) for i, x in enumerate(rows) for j, y in enumerate(rows) if i != j])
        for rows in (first, second)
    ]
    return 2 * between - sum(inside)


def test_agrees_with_the_definition() -> None:
    first, second = cloud(9, 1), cloud(13, 2) + 0.7
    assert energy_distance(first, second) == pytest.approx(slowly(first, second))


def test_is_symmetric_and_ignores_the_order_of_the_rows() -> None:
    first, second = cloud(30, 1), cloud(40, 2) + 0.4
    assert energy_distance(first, second) == pytest.approx(energy_distance(second, first))
    assert energy_distance(first[::-1], second) == pytest.approx(energy_distance(first, second))


def test_is_not_above_zero_for_one_sample_and_above_zero_for_any_other() -> None:
    first = cloud(40, 1)
    assert energy_distance(first, first) <= 0
    for shift in (0.5, 1.0, 3.0):
        assert energy_distance(first, first + shift) > 0


def test_sees_what_means_and_spreads_do_not() -> None:
    rng = np.random.default_rng(5)
    one = np.zeros((200, 6))
    one[:, 0] = rng.standard_normal(200)
    two = np.zeros((200, 6))
    two[:, 0] = np.where(np.arange(200) % 2, 1.0, -1.0) + 0.05 * rng.standard_normal(200)
    assert abs(one.mean() - two.mean()) < 0.05
    assert energy_distance(one, two) > 0.05


@pytest.mark.parametrize("size", [10, 50, 200])
def test_is_unbiased_at_every_length_of_list(size: int) -> None:
    found = [energy_distance(cloud(size, 2 * n), cloud(size, 2 * n + 1)) for n in range(60)]
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(len(found))


def test_a_row_that_counts_double_is_two_rows() -> None:
    first, second = cloud(12, 1), cloud(15, 2)
    twice = np.concatenate([first, first[:1]])
    counted = spread_between(first, np.array([[2.0] + [1.0] * 11]), second, np.ones((1, 15)))
    assert counted[0] == pytest.approx(distances(twice, second).mean())


def test_a_row_that_counts_nothing_is_not_there() -> None:
    first = cloud(12, 1)
    weights = np.array([[0.0] * 2 + [1.0] * 10])
    assert spread_inside(first, weights)[0] == pytest.approx(spread_inside(first[2:], np.ones((1, 10)))[0])


def test_samples_are_as_large_as_the_list_and_never_of_one_track_alone() -> None:
    weights = resampled_weights(np.ones(2), np.arange(2), 200, np.random.default_rng(1))
    assert (weights.sum(axis=1) == 2).all()
    assert ((weights > 0).sum(axis=1) == 2).all()


def test_an_artist_is_drawn_with_all_tracks_but_where_there_is_no_other() -> None:
    rng = np.random.default_rng(1)
    two_each = resampled_weights(np.ones(8), np.arange(8) // 2, 200, rng)
    assert (two_each[:, ::2] == two_each[:, 1::2]).all()
    assert two_each.mean() == pytest.approx(1.0)
    of_one = resampled_weights(np.ones(8), np.zeros(8, dtype=np.intp), 200, rng)
    assert (of_one.sum(axis=1) == 8).all()
    assert (of_one[:, ::2] != of_one[:, 1::2]).any()
