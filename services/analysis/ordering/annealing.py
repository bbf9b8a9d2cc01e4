"""Improve an order whose places matter: a wanted arc, or tracks that are locked in the middle."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np

from services.analysis.ordering.problem import Problem

HOT, COLD = 0.12, 0.004
"""Temperatures at the start and the end, in costs of a step: a bad step is about 0.5."""
FARTHEST = 20
"""Places by which one track is moved."""
LONGEST_REVERSED = 30
_RANK_SHARE = 0.12
"""Of all places: how far apart in height two places are that exchange their tracks."""


def moves_for(tracks: int) -> int:
    """Return how many moves are tried: a number and not a time, so that any machine finds the same."""
    return 6_000 + 110 * tracks


def anneal(problem: Problem, order: Sequence[int], *, seed: int, moves: int, hot: float = HOT) -> list[int]:
    """Search from `order`, which keeps the locks, by small moves that are at first allowed to cost something.

    Exchanges of two tracks whose places want much the same, reversals of up to `LONGEST_REVERSED` and
    moves by up to `FARTHEST` places between two locks. Returns the best order met.
    """
    free = [place for place in range(len(problem)) if place not in problem.locks]
    if len(free) < 2:
        return list(order)
    work = _Annealing(problem, order, free)
    rng = random.Random(seed)
    draw = rng.random
    cooling = (COLD / hot) ** (1 / max(moves, 1))
    heat = hot
    for _ in range(moves):
        heat *= cooling
        allowed = -heat * math.log(1.0 - draw())
        kind = draw()
        if kind < 0.5:
            work.exchange(draw(), draw(), allowed)
        elif kind < 0.75:
            work.reverse(draw(), draw(), allowed)
        else:
            work.move(draw(), draw(), allowed)
    return work.best()


class _Annealing:
    """The order as it stands, and the moves; each is kept if it costs no more than it is allowed to."""

    def __init__(self, problem: Problem, order: Sequence[int], free: list[int]) -> None:
        self._problem = problem
        self._start = list(order)
        self._order = list(order)
        self._count = len(problem)
        self._costs: list[list[float]] = problem.costs.tolist()
        self._heights, self._targets = list(problem.heights), list(problem.targets)
        self._pulls = list(problem.pulls)
        self._artists = problem.artists
        self._repeats: list[list[float]] = problem.repeats.tolist()
        self._has_repeats = problem.has_repeats
        self._free = free
        if problem.has_arc:
            # places by height, with the position in the list as the second key: neighbours want the same
            heights = np.array(self._targets)[free]
            self._ranked = [free[index] for index in np.lexsort((np.array(free), heights.round(6)))]
            self._window = max(2, round(_RANK_SHARE * len(free)))
        else:
            self._ranked, self._window = free, len(free)
        self._run_end = self._ends_of_runs(free)

    def best(self) -> list[int]:
        """Return the order as it stands, or the first one if that was better."""
        if self._problem.cost(self._start) <= self._problem.cost(self._order):
            return self._start
        return self._order

    def exchange(self, which: float, other: float, allowed: float) -> None:
        """Exchange two tracks."""
        ranked = self._ranked
        first = int(which * len(ranked))
        second = first + 1 + int(other * self._window)
        if second >= len(ranked):
            return
        low, high = sorted((ranked[first], ranked[second]))
        order, heights, targets = self._order, self._heights, self._targets
        one, two = order[low], order[high]
        change = 0.0
        if pull := self._pulls[one]:
            change += pull * ((heights[one] - targets[high]) ** 2 - (heights[one] - targets[low]) ** 2)
        if pull := self._pulls[two]:
            change += pull * ((heights[two] - targets[low]) ** 2 - (heights[two] - targets[high]) ** 2)
        costs = self._costs
        ones, twos = costs[one], costs[two]
        if low:
            before = order[low - 1]
            change += twos[before] - ones[before]
        if high < self._count - 1:
            after = order[high + 1]
            change += ones[after] - twos[after]
        if high - low > 1:
            change += twos[order[low + 1]] - ones[order[low + 1]]
            change += ones[order[high - 1]] - twos[order[high - 1]]
        if change >= allowed + 0.6:
            return
        if self._has_repeats:
            change -= self._repeats_of(low, high)
        order[low], order[high] = two, one
        if self._has_repeats:
            change += self._repeats_of(low, high)
        if change >= allowed:
            order[low], order[high] = one, two

    def reverse(self, where: float, length: float, allowed: float) -> None:
        """Turn a stretch around."""
        low = self._free[int(where * len(self._free))]
        high = min(low + 1 + int(length * LONGEST_REVERSED), self._run_end[low])
        if high > low:
            self._replace(low, self._order[low : high + 1][::-1], allowed)

    def move(self, where: float, distance: float, allowed: float) -> None:
        """Move one track a few places on, or from there back."""
        low = self._free[int(where * len(self._free))]
        back = distance < 0.5
        high = min(low + 1 + int((distance * 2 % 1) * FARTHEST), self._run_end[low])
        if high > low:
            stretch = self._order[low : high + 1]
            moved = [stretch[-1], *stretch[:-1]] if back else [*stretch[1:], stretch[0]]
            self._replace(low, moved, allowed)

    def _replace(self, low: int, nodes: list[int], allowed: float) -> None:
        order, costs = self._order, self._costs
        high = low + len(nodes) - 1
        old = order[low : high + 1]
        change = 0.0
        if low:
            row = costs[order[low - 1]]
            change += row[nodes[0]] - row[old[0]]
        if high < self._count - 1:
            row = costs[order[high + 1]]
            change += row[nodes[-1]] - row[old[-1]]
        if nodes[0] != old[-1] or nodes[-1] != old[0]:  # a moved track opens one step and closes another
            if nodes[0] == old[-1]:
                change += costs[nodes[0]][nodes[1]] - costs[old[-2]][old[-1]]
            else:
                change += costs[nodes[-2]][nodes[-1]] - costs[old[0]][old[1]]
        if change >= allowed + 1.5:
            return
        change += self._pull_of(low, nodes) - self._pull_of(low, old)
        if change >= allowed + 0.6:
            return
        if self._has_repeats:
            change -= self._repeats_of(low, high, through=True)
        order[low : high + 1] = nodes
        if self._has_repeats:
            change += self._repeats_of(low, high, through=True)
        if change >= allowed:
            order[low : high + 1] = old

    def _pull_of(self, low: int, nodes: Sequence[int]) -> float:
        heights, pulls, targets = self._heights, self._pulls, self._targets
        total = 0.0
        for place, node in enumerate(nodes, low):
            away = heights[node] - targets[place]
            total += pulls[node] * away * away
        return total

    def _repeats_of(self, low: int, high: int, *, through: bool = False) -> float:
        """Price the artists that come back after two or three places, for all pairs that a move touches."""
        last = self._count - 1
        if through or high - low <= 6:
            places = range(max(low - 3, 0), min(high, last) + 1)
            return sum(self._pairs_from(place) for place in places)
        return sum(
            self._pairs_from(place)
            for middle in (low, high)
            for place in range(max(middle - 3, 0), middle + 1)
        )

    def _pairs_from(self, place: int) -> float:
        order, artists = self._order, self._artists
        node = order[place]
        total = 0.0
        if place + 2 < self._count and artists[order[place + 2]] == artists[node]:
            total = self._repeats[0][node]
        if place + 3 < self._count and artists[order[place + 3]] == artists[node]:
            total += self._repeats[1][node]
        return total

    def _ends_of_runs(self, free: Sequence[int]) -> dict[int, int]:
        """Return for each free place the last one that no lock parts from it."""
        ends: dict[int, int] = {}
        for place in reversed(free):
            ends[place] = ends.get(place + 1, place)
        return ends
