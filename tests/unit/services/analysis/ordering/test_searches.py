"""The searches against each other, and each against plain recounting."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.ordering import annealing, blocks, search
from services.analysis.ordering.figures import nearest_bound, path_bound
from services.analysis.ordering.problem import Problem
from services.analysis.ordering.search import Tour
from tests.unit.services.analysis.ordering.invented import problem


def _respects(wanted: Problem, order: Sequence[int]) -> bool:
    return all(order[place] == row for place, row in wanted.locks.items())


@pytest.mark.parametrize("seed", range(6))
def test_exact_is_the_best_of_all_orders(seed: int) -> None:
    wanted = problem(7, seed=seed, arc=seed % 2 == 1, artists=3, locks={2: 4} if seed > 3 else {})
    orders = [order for order in itertools.permutations(range(7)) if _respects(wanted, order)]
    best = min(wanted.cost(order) for order in orders)
    found = blocks.best_order(wanted, orders[-1])
    assert _respects(wanted, found)
    assert wanted.cost(found) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(8))
def test_the_search_finds_what_is_exact_for_short_lists(seed: int) -> None:
    wanted = problem(11, seed=seed, artists=100, locks={0: 3} if seed % 2 else {})
    start = wanted.with_locks(range(11))
    best = wanted.cost(blocks.best_order(wanted, start))
    assert wanted.cost(search.improve(wanted, start, seed=1, kicks=150)) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(4))
def test_annealing_comes_close_to_what_is_exact(seed: int) -> None:
    wanted = problem(11, seed=seed, arc=True, locks={5: 2})
    start = wanted.with_locks(range(11))
    best = wanted.cost(blocks.best_order(wanted, start))
    found = annealing.anneal(wanted, start, seed=1, moves=6_000)
    assert _respects(wanted, found)
    assert best - 1e-9 <= wanted.cost(found) <= 1.05 * best


@given(st.integers(3, 40), st.integers(0, 1_000), st.integers(1, 12))
def test_the_search_counts_its_changes_as_a_recount_does(count: int, seed: int, artists: int) -> None:
    """Every move is priced by the few places it touches; a slip would let the order get worse unseen."""
    wanted = problem(count, seed=seed, artists=artists)
    tour = Tour(wanted, range(count))
    settled = search.LocalSearch(tour).settle(range(count))
    assert sorted(tour.order) == list(range(count))
    assert wanted.cost(tour.order) == pytest.approx(wanted.cost(range(count)) + settled)
    assert all(tour.path[tour.place[node]] == node for node in range(count))


@given(st.integers(4, 30), st.integers(0, 1_000), st.sets(st.integers(0, 29), max_size=5))
def test_annealing_never_moves_a_locked_track_nor_makes_anything_worse(
    count: int, seed: int, places: set[int]
) -> None:
    locks = {place: (place * 7 + 3) % count for place in places if place < count}
    locks = {place: row for place, row in locks.items() if list(locks.values()).count(row) == 1}
    wanted = problem(count, seed=seed, arc=seed % 2 == 0, locks=locks)
    start = wanted.with_locks(range(count))
    found = annealing.anneal(wanted, start, seed=seed, moves=300)
    assert sorted(found) == list(range(count))
    assert _respects(wanted, found)
    assert wanted.cost(found) <= wanted.cost(start) + 1e-9


@pytest.mark.parametrize("locks", [{}, {0: 2}, {8: 4}, {0: 1, 8: 5}])
def test_no_order_is_cheaper_than_the_bound_and_the_bound_is_close(locks: dict[int, int]) -> None:
    wanted = problem(9, seed=5, artists=100, locks=locks)
    best = wanted.cost(blocks.best_order(wanted, wanted.with_locks(range(9))))
    bound = path_bound(wanted.costs, best * 1.05, start=locks.get(0), end=locks.get(8))
    assert 0.93 * best <= bound <= best + 1e-9


def test_the_weaker_bound_holds_too() -> None:
    wanted = problem(10, seed=3, artists=100)
    best = wanted.cost(blocks.best_order(wanted, range(10)))
    costs = wanted.costs + np.diag(np.full(10, np.inf))
    assert 0 < nearest_bound(np.sort(costs, axis=1)[:, :2]) <= best
