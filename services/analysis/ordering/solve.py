"""Find an order for tracks: for certain where few, by search where many, gently where half is enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from services.analysis.ordering import annealing, blocks, search
from services.analysis.ordering.blocks import LARGEST, order_in_blocks
from services.analysis.ordering.cost import WEIGHTS, Steps, compute_steps
from services.analysis.ordering.figures import (
    compute_costs,
    compute_figures,
    describe_steps,
    roughest_transitions,
)
from services.analysis.ordering.problem import Arc, Problem, compute_arc
from services.domain.ordering import Goal, OrderOptions, OrderResult, is_sound_known
from services.domain.report import EnrichedTrack

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


Floats = NDArray[np.float64]

NOISE = 0.3
"""Share by which steps are made dearer at random for another good order: enough for half of the neighbours
to be others, at a few percent of the cost."""
_MILD = 0.03
"""Temperature at which an order with locked places is mended rather than made anew."""
_DIGITS = 4
OPENING = 12
"""Steps at the beginning that are described, each with its reason."""
_ROUNDING = 1e-6
"""A mean step that is cheaper by no more than this is no gain: the list stays as it is."""


def find_order(tracks: Sequence[EnrichedTrack], options: OrderOptions) -> OrderResult:
    """Put tracks in the order that an option asks for; the same options give the same order.

    Raises
    ------
    ValueError
        A lock names a track or a place that does not exist, or one of them twice.
    """
    locks = _checked(options, len(tracks))
    steps, arc = compute_steps(tracks), compute_arc(tracks, options.goal)
    as_it_was = list(range(len(tracks)))
    if not is_sound_known(tracks) and not locks:
        order = as_it_was
    elif len(tracks) > LARGEST:
        order = (
            _gently_in_parts(steps, locks)
            if options.goal is Goal.GENTLE
            else order_in_blocks(steps, arc, WEIGHTS[options.goal], locks, seed=options.seed)
        )
    else:
        problem = make_problem(steps, arc, options.goal, locks)
        order = (
            _gently(problem, seed=options.seed)
            if options.goal is Goal.GENTLE
            else solve(problem, seed=options.seed)
        )
    costs = compute_costs(steps, arc, options.goal, locks, [as_it_was, order])
    if costs.original <= costs.optimized + _ROUNDING and options.seed == 0 and _respects(as_it_was, locks):
        order, costs = as_it_was, replace(costs, optimized=costs.original)
    weights = WEIGHTS[options.goal]
    is_exact = len(tracks) <= blocks.MOST and options.seed == 0 and options.goal is not Goal.GENTLE
    if is_exact:
        costs = replace(costs, lower_bound=costs.optimized)
    return OrderResult(
        goal=options.goal,
        seed=options.seed,
        order=tuple(order),
        costs=costs,
        before=compute_figures(steps, arc, as_it_was, weights),
        after=compute_figures(steps, arc, order, weights),
        exact=is_exact,
        roughest=roughest_transitions(tracks, steps, order, options.goal),
        course=_course(arc, tracks),
        wanted=() if arc is None else tuple(arc.targets.round(_DIGITS).tolist()),
        steps_before=_rounded(steps, as_it_was, options.goal),
        steps_after=_rounded(steps, order, options.goal),
        opening=describe_steps(tracks, steps, order, options.goal, range(min(OPENING, len(order) - 1))),
    )


def _gently(problem: Problem, *, seed: int) -> list[int]:
    """Go half of the way from the list as it is, with its locks, to the smoothest order."""
    given = problem.with_locks(range(len(problem)))
    before, best = problem.cost(given), problem.cost(solve(problem, seed=seed))
    return mend(problem, given, best + KEPT * (before - best)) if best < before else given


def _gently_in_parts(steps: Steps, locks: Mapping[int, int]) -> list[int]:
    """Mend a list that is too long for one table in stretches of its own order."""
    locked = set(locks.values())
    rest = iter([row for row in range(len(steps)) if row not in locked])
    order = [locks[place] if place in locks else next(rest) for place in range(len(steps))]
    for low in range(0, len(order), LARGEST):
        rows = order[low : low + LARGEST]
        inside = {place - low: place - low for place in locks if low <= place < low + len(rows)}
        ends = inside | {0: 0, len(rows) - 1: len(rows) - 1}
        part = make_problem(steps.of(rows), None, Goal.GENTLE, ends)
        order[low : low + LARGEST] = [rows[index] for index in _gently(part, seed=0)]
    return order


def make_problem(steps: Steps, arc: Arc | None, goal: Goal, locks: Mapping[int, int]) -> Problem:
    """Price all steps of a list that is short enough for a table."""
    nothing = [0.0] * len(steps)
    return Problem(
        costs=steps.matrix(WEIGHTS[goal]),
        artists=steps.artists,
        repeats=steps.penalties[1:],
        heights=nothing if arc is None else np.nan_to_num(arc.heights).tolist(),
        pulls=nothing if arc is None else arc.pulls.tolist(),
        targets=nothing if arc is None else arc.targets.tolist(),
        locks=locks,
    )


def solve(problem: Problem, *, seed: int) -> list[int]:
    """Return the best order that is found for `seed` 0, and another good one for any other."""
    wanted = problem if seed == 0 else replace(problem, costs=_shaken(problem.costs, seed))
    order = _find(wanted, seed)
    if seed and not problem.has_arc and not problem.inner_locks:
        order = search.improve(problem, order, seed=seed, kicks=0)
    if not problem.has_arc and not problem.locks and _likeness(order[::-1]) > _likeness(order):
        order.reverse()  # costs the same, and what came first still comes first
    return order


def _find(problem: Problem, seed: int) -> list[int]:
    count = len(problem)
    if count < 3:
        return problem.with_locks(range(count))
    if problem.has_arc:
        order = annealing.anneal(
            problem, _along_the_arc(problem), seed=seed, moves=annealing.moves_for(count)
        )
    else:
        ends = {place: row for place, row in problem.locks.items() if place in {0, count - 1}}
        free = replace(problem, locks=ends)
        order = search.improve(free, nearest_first(free), seed=seed, kicks=search.kicks_for(count))
        if problem.inner_locks:
            order = annealing.anneal(
                problem, problem.with_locks(order), seed=seed, moves=annealing.moves_for(count), hot=_MILD
            )
    return list(blocks.best_order(problem, order)) if count <= blocks.MOST else order


def nearest_first(problem: Problem) -> list[int]:
    """Go from track to track, always to the nearest that is left; locked ends are kept."""
    count = len(problem)
    costs = problem.costs.copy()
    np.fill_diagonal(costs, np.inf)
    last = problem.locks.get(count - 1)
    here = problem.locks.get(0)
    if here is None:
        here = next(row for row in range(count) if row != last)
    order = [here]
    costs[:, here] = np.inf
    if last is not None:
        costs[:, last] = np.inf
    while len(order) < count - (last is not None):
        here = int(costs[here].argmin())
        order.append(here)
        costs[:, here] = np.inf
    return order if last is None else [*order, last]


def _along_the_arc(problem: Problem) -> list[int]:
    """Put the track of each height at a place of that height; those without one in between."""
    count = len(problem)
    heights = np.array(problem.heights)
    unknown = np.flatnonzero(np.array(problem.pulls) == 0)
    heights[unknown] = (np.arange(len(unknown)) + 0.5) / max(len(unknown), 1)
    order = np.empty(count, dtype=np.intp)
    order[np.argsort(problem.targets, kind="stable")] = np.argsort(heights, kind="stable")
    return problem.with_locks(order.tolist())


def _shaken(costs: Floats, seed: int) -> Floats:
    upper = np.triu(np.random.default_rng(seed).random(costs.shape), 1)
    shaken: Floats = costs * (1 + NOISE * (upper + upper.T))
    return shaken


def _likeness(order: Sequence[int]) -> int:
    """Return a number that grows the more an order runs as the list did."""
    return sum(place * row for place, row in enumerate(order))


def _checked(options: OrderOptions, tracks: int) -> dict[int, int]:
    locks = {lock.position: lock.row for lock in options.locks}
    valid = all(0 <= number < tracks for pair in locks.items() for number in pair)
    if not valid or len(locks) < len(options.locks) or len(set(locks.values())) < len(locks):
        raise ValueError(f"locks {options.locks} do not fit {tracks} tracks")
    return locks


def _respects(order: Sequence[int], locks: Mapping[int, int]) -> bool:
    return all(order[place] == row for place, row in locks.items())


def _course(arc: Arc | None, tracks: Sequence[EnrichedTrack]) -> tuple[float | None, ...]:
    shown = arc or compute_arc(tracks, Goal.STEADY)
    heights = [] if shown is None else shown.heights.round(_DIGITS).tolist()
    return tuple(None if np.isnan(height) else height for height in heights)


def _rounded(steps: Steps, order: Sequence[int], goal: Goal) -> tuple[float, ...]:
    rows = np.array(order, dtype=np.intp)
    return tuple(steps.along(rows, WEIGHTS[goal]).round(_DIGITS).tolist())
