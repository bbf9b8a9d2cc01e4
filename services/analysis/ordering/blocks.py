"""Order a list that is too long for a table of all steps: block by block."""

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
