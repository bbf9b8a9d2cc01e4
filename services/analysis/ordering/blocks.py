"""Order short lists for certain, and long ones block by block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from services.analysis.ordering import annealing, search
from services.analysis.ordering.cost import Steps, Weights
from services.analysis.ordering.problem import Arc, Problem

LARGEST = 1_000
"""Tracks that are ordered as one; the table of 3,000 would take a gigabyte as lists."""
BLOCK = 300
_KICKS = 400
_MOVES = 40_000
_MILD = 0.03

Rows = NDArray[np.intp]


def order_in_blocks(
    steps: Steps, arc: Arc | None, weights: Weights, locks: Mapping[int, int], *, seed: int
) -> list[int]:
    """Return a good order of many tracks.

    Without an arc, tracks that sound alike make a block, the blocks follow each other by their centres,
    and each path goes on from where the last one ended. With one, the track of each height goes to a
    place of that height, and each stretch is improved in turn.
    """
    locked = set(locks.values())
    if arc is None:
        blocks = _alike(steps, [row for row in range(len(steps)) if row not in locked])
        order = _path_through(steps, weights, _in_a_row(steps, blocks, seed), seed)
    else:
        order = [row for row in _by_height(arc) if row not in locked]
    order = _with_locks(order, locks, len(steps))
    for low in range(0, len(order), BLOCK):
        # with the track before the stretch, which stays where it is
        high, first = min(low + BLOCK, len(order)), max(low - 1, 0)
        inside = {place - first for place in locks if low <= place < high} | set(range(low - first))
        if arc is not None or len(inside) > low - first:
            rows = order[first:high]
            part = replace(
                _stretch(steps, arc, weights, rows, first), locks={place: place for place in inside}
            )
            hot = _MILD if arc is None else annealing.HOT
            found = annealing.anneal(part, range(len(rows)), seed=seed, moves=_MOVES, hot=hot)
            order[first:high] = [rows[index] for index in found]
    return order


def _alike(steps: Steps, rows: Sequence[int]) -> list[list[int]]:
    """Halve the tracks across the direction in which they differ most until the parts are small."""
    if not rows:
        return []
    points = np.nan_to_num(steps.points)
    waiting, blocks = [np.array(rows, dtype=np.intp)], []
    while waiting:
        part = waiting.pop()
        if len(part) <= BLOCK:
            blocks.append(part.tolist())
            continue
        centred = points[part] - points[part].mean(axis=0)
        direction = np.linalg.svd(centred.T @ centred)[0][:, 0]
        by_place = part[np.argsort(centred @ direction, kind="stable")]
        waiting += [by_place[len(part) // 2 :], by_place[: len(part) // 2]]
    return blocks


def _in_a_row(steps: Steps, blocks: Sequence[list[int]], seed: int) -> list[list[int]]:
    centres = np.array([np.nan_to_num(steps.points[rows]).mean(axis=0) for rows in blocks])
    apart = np.sqrt(((centres[:, None] - centres[None, :]) ** 2).sum(axis=2))
    count = len(blocks)
    problem = _problem(apart, range(count), np.zeros((2, count)), {})
    return [
        blocks[index]
        for index in search.improve(problem, list(range(count)), seed=seed, kicks=search.kicks_for(count))
    ]


def _path_through(steps: Steps, weights: Weights, blocks: Sequence[list[int]], seed: int) -> list[int]:
    path: list[int] = []
    for block in blocks:
        rows = [*path[-1:], *block]
        part = steps.of(rows)
        problem = _problem(part.matrix(weights), part.artists, part.penalties[1:], {0: 0} if path else {})
        found = search.improve(problem, list(range(len(rows))), seed=seed, kicks=_KICKS)
        path += [rows[index] for index in found[1 if path else 0 :]]
    return path


def _by_height(arc: Arc) -> list[int]:
    heights = arc.heights.copy()
    unknown = np.flatnonzero(np.isnan(heights))
    heights[unknown] = (np.arange(len(unknown)) + 0.5) / max(len(unknown), 1)
    order = np.empty(len(heights), dtype=np.intp)
    order[np.argsort(arc.targets, kind="stable")] = np.argsort(heights, kind="stable")
    result: list[int] = order.tolist()
    return result


def _stretch(steps: Steps, arc: Arc | None, weights: Weights, rows: Sequence[int], first: int) -> Problem:
    """Price a stretch of an order that begins at place `first`; its tracks are numbered as they stand."""
    part = steps.of(rows)
    problem = _problem(part.matrix(weights), part.artists, part.penalties[1:], {})
    if arc is None:
        return problem
    return replace(
        problem,
        heights=np.nan_to_num(arc.heights[list(rows)]).tolist(),
        pulls=arc.pulls[list(rows)].tolist(),
        targets=arc.targets[first : first + len(rows)].tolist(),
    )


def _problem(
    costs: NDArray[np.float64],
    artists: Sequence[int],
    repeats: NDArray[np.float64],
    locks: Mapping[int, int],
) -> Problem:
    nothing = [0.0] * len(costs)
    return Problem(costs, artists, repeats, heights=nothing, pulls=nothing, targets=nothing, locks=locks)


def _with_locks(order: Sequence[int], locks: Mapping[int, int], count: int) -> list[int]:
    rest = iter(order)
    return [locks[place] if place in locks else next(rest) for place in range(count)]


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
