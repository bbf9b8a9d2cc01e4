"""Find the best order of a short list for certain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.analysis.ordering.problem import Problem

Floats = NDArray[np.float64]

MOST = 12
"""Tracks up to which 2^n sets of tracks can be gone through in a moment."""
_TINY = 1e-9


def best_order(problem: Problem, good: Sequence[int]) -> tuple[int, ...]:
    """Return an order of at most `MOST` tracks that none is cheaper than.

    Dynamic programming over the sets of tracks that are left (Held and Karp 1962) prices every way to go
    on, but for artists that come back after two or three places. Those are found by going through the
    orders in depth, with the prices as the least that the rest can cost.

    Parameters
    ----------
    good : sequence of int
        A good order that keeps the locks: the cheaper it is, the sooner the rest is ruled out.
    """
    count = len(problem)
    if count < 2:
        return tuple(good)
    places = _place_costs(problem)
    rest = _cheapest_rest(problem.costs, places)
    search = _Search(problem, places, rest, good)
    search.go([], (1 << count) - 1, 0.0)
    return tuple(search.best)


def _place_costs(problem: Problem) -> Floats:
    """Return what each track costs at each place, (places, tracks): infinite where a lock forbids it."""
    away = np.array(problem.targets)[:, None] - np.array(problem.heights)[None, :]
    places: Floats = np.array(problem.pulls)[None, :] * away**2
    for place, row in problem.locks.items():
        allowed = places[place, row]
        places[place, :] = np.inf
        places[:, row] = np.inf
        places[place, row] = allowed
    return places


def _cheapest_rest(costs: Floats, places: Floats) -> Floats:
    """Return the least that it costs to go on from each track with each set left, (sets, tracks)."""
    count = len(costs)
    bits = 1 << np.arange(count)
    rest = np.full((1 << count, count), np.inf)
    rest[0] = 0.0
    left = np.array([mask.bit_count() for mask in range(1 << count)])
    nodes = np.arange(count)
    # A set contains only smaller sets, so counting upwards meets each after all that it needs.
    for mask in range(1, (1 << count) - 1):
        inside = (mask & bits) > 0
        chosen = nodes[inside]
        onward = rest[mask ^ bits[chosen], chosen] + places[count - left[mask], chosen]
        rest[mask] = (costs[:, chosen] + onward[None, :]).min(axis=1)
    return rest


class _Search:
    """Depth first through the orders, cheapest way on first, leaving out what can't be cheaper."""

    def __init__(self, problem: Problem, places: Floats, rest: Floats, good: Sequence[int]) -> None:
        self._count = len(problem)
        self._costs = problem.costs.tolist()
        self._places = places.tolist()
        self._rest = rest
        self._artists = problem.artists
        self._repeats = problem.repeats.tolist()
        self.best = list(good)
        self._limit = problem.cost(good) - _TINY

    def go(self, path: list[int], left: int, spent: float) -> None:
        """Try all ways to go on from `path`."""
        if not left:
            if spent < self._limit:
                self._limit = spent - _TINY
                self.best = list(path)
            return
        ways = []
        for row in range(self._count):
            if left >> row & 1:
                cost = spent + self._places[len(path)][row] + self._step(path, row)
                least = cost + float(self._rest[left ^ (1 << row), row])
                if least < self._limit:
                    ways.append((least, row, cost))
        for least, row, cost in sorted(ways):
            if least < self._limit:
                path.append(row)
                self.go(path, left ^ (1 << row), cost)
                path.pop()

    def _step(self, path: list[int], row: int) -> float:
        if not path:
            return 0.0
        cost: float = self._costs[path[-1]][row]
        for distance, penalties in zip((2, 3), self._repeats, strict=True):
            if len(path) >= distance and self._artists[path[-distance]] == self._artists[row]:
                cost += penalties[row]
        return cost
