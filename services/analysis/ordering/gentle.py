"""Mend the roughest places of a list and leave the rest as it is, until half of what can be gained is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from services.analysis.ordering.problem import Problem

KEPT = 0.5
"""Share of the gain that is left alone: people's own orders are hardly smoother than chance, so whether the
smoothest one sounds better than half of the way to it is not known.
"""
_PATIENCE = 20
"""Tracks that may be looked at in vain, one after the other, before nothing more is tried."""
_TINY = 1e-9


def mend(problem: Problem, order: Sequence[int], target: float) -> list[int]:
    """Move the track that costs most where it stands to where it costs least, until `target` is reached.

    Parameters
    ----------
    problem : Problem
        Without an arc. Locked tracks stay; with locks between the ends tracks change places in pairs.
    order : sequence of n ints
        What to begin with.
    target : float
        Cost of an order that is good enough.
    """
    path = list(order)
    total = problem.cost(path)
    resting: set[int] = set()
    moves = 4 * len(path)
    while total > target and moves and len(resting) < min(_PATIENCE, len(path)):
        moves -= 1
        here = _roughest(problem, path, resting)
        if here is None:
            break
        better = _exchanged(problem, path, here) if problem.inner_locks else _moved(problem, path, here)
        cost = problem.cost(better)
        if cost < total - _TINY:
            path, total = better, cost
            resting.clear()
        else:
            resting.add(path[here])
    return path


def _roughest(problem: Problem, path: Sequence[int], resting: set[int]) -> int | None:
    """Return the place whose track gives the most when it is taken out."""
    rows = np.array(path, dtype=np.intp)
    costs = problem.costs
    gain = np.zeros(len(rows))
    steps = costs[rows[:-1], rows[1:]]
    gain[:-1] += steps
    gain[1:] += steps
    gain[1:-1] -= costs[rows[:-2], rows[2:]]
    fixed = set(problem.locks.values()) | resting
    gain[[place for place, row in enumerate(path) if row in fixed]] = -np.inf
    place = int(gain.argmax())
    return place if np.isfinite(gain[place]) else None


def _moved(problem: Problem, path: Sequence[int], here: int) -> list[int]:
    """Put one track where it costs least."""
    row = path[here]
    rest = [*path[:here], *path[here + 1 :]]
    rows = np.array(rest, dtype=np.intp)
    to = problem.costs[row][rows]
    added = np.concatenate([to[:1], to[:-1] + to[1:] - problem.costs[rows[:-1], rows[1:]], to[-1:]])
    if 0 in problem.locks:
        added[0] = np.inf
    if len(path) - 1 in problem.locks:
        added[-1] = np.inf
    added[here] = np.inf
    place = int(added.argmin())
    return [*rest[:place], row, *rest[place:]]


def _exchanged(problem: Problem, path: Sequence[int], here: int) -> list[int]:
    """Let one track change places with another so that the four steps around them cost least."""
    rows = np.array(path, dtype=np.intp)
    count, costs = len(rows), problem.costs

    def around(place: int, row: int) -> float:
        near = [rows[other] for other in (place - 1, place + 1) if 0 <= other < count]
        return float(sum(costs[row, one] for one in near))

    best, found = 0.0, here
    for other in range(count):
        if other in problem.locks or abs(other - here) < 2:
            continue
        change = around(here, path[other]) + around(other, path[here])
        change -= around(here, path[here]) + around(other, path[other])
        if change < best:
            best, found = change, other
    swapped = list(path)
    swapped[here], swapped[found] = swapped[found], swapped[here]
    return swapped
