"""Count what an order is like and costs beside chance and lower bounds, and what is rough about its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from services.analysis.matrix import feature_matrix
from services.analysis.ordering.blocks import LARGEST
from services.analysis.ordering.cost import (
    DIAGONAL,
    FITTING,
    WEIGHTS,
    Camelot,
    Parts,
    Steps,
    Weights,
    compute_steps,
    is_harmonic,
    key_cost,
    relation,
)
from services.analysis.ordering.problem import Arc
from services.analysis.reference import TYPICAL
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.ordering import Figures, Goal, KeyStep, OrderCosts, Transition
from services.domain.report import EnrichedTrack
from services.domain.vocabulary import FEATURE_WORDS

Floats = NDArray[np.float64]

ROUNDS = 60
_LARGE = 400
"""Tracks from which a round is so long that fewer have to do."""
_ROUNDS_WHEN_LARGE = 25
_FORBIDDEN = 1e3


def path_bound(costs: Floats, best: float, *, start: int | None = None, end: int | None = None) -> float:
    """Return a lower bound for the cost of all paths through all nodes.

    The spanning tree with one extra node that costs nothing to reach is no dearer than any path closed
    through it; prices on the nodes make the tree look like a path (Held and Karp 1971).

    Parameters
    ----------
    costs : array of shape (n, n)
        Symmetric and not negative.
    best : float
        Cost of a known path: sets the size of the first changes of the prices.
    start, end : int, optional
        Where the path has to begin and to end.
    """
    nodes = len(costs)
    if nodes < 2:
        return 0.0
    ends = np.zeros(nodes)
    fixed = [node for node in (start, end) if node is not None]
    if len(fixed) == 2:
        ends += _FORBIDDEN
    ends[fixed] = 0.0
    prices = np.zeros(nodes)
    bound, stride = 0.0, 1.0
    for _ in range(ROUNDS if nodes <= _LARGE else _ROUNDS_WHEN_LARGE):
        value, degrees = _one_tree(costs, ends, prices, fixed[0] if len(fixed) == 1 else None)
        if value > bound:
            bound = value
        else:
            stride *= 0.8
        surplus = degrees - 2
        square = float(surplus @ surplus)
        if square == 0:
            break
        prices += stride * max(best * 1.01 - value, 1e-6) / square * surplus
    return min(bound, best)


def _one_tree(
    costs: Floats, ends: Floats, prices: Floats, fixed: int | None
) -> tuple[float, NDArray[np.int64]]:
    """Return what the cheapest tree with both ends tied costs under `prices`, and the degrees of its nodes.

    Prim's algorithm on the dense matrix, O(n²).
    """
    nodes = len(costs)
    degrees = np.zeros(nodes, dtype=np.int64)
    near = costs[0] + prices[0] + prices
    parent = np.zeros(nodes, dtype=np.intp)
    near[0] = np.inf
    total = 0.0
    for _ in range(nodes - 1):
        node = int(near.argmin())
        total += float(near[node])
        degrees[node] += 1
        degrees[parent[node]] += 1
        fresh = costs[node] + (prices[node] + prices)
        closer = fresh < near
        closer &= near < np.inf
        parent[closer] = node
        np.copyto(near, fresh, where=closer)
        near[node] = np.inf
    tied = ends + prices
    if fixed is None:
        first, second = np.argpartition(tied, 1)[:2] if nodes > 2 else (0, 1)
    else:
        first = fixed
        second = int(np.where(np.arange(nodes) == fixed, np.inf, tied).argmin())
    total += float(tied[first] + tied[second])
    degrees[first] += 1
    degrees[second] += 1
    return total - 2 * float(prices.sum()), degrees


def nearest_bound(two_nearest: Floats) -> float:
    """Return a weaker bound for lists too long for a tree: every node has two neighbours on a path, or one.

    Parameters
    ----------
    two_nearest : array of shape (n, 2)
        For each node the two cheapest steps from it, the cheaper first.
    """
    if len(two_nearest) < 2:
        return 0.0
    second = np.sort(two_nearest[:, 1])
    return float(two_nearest.sum() - second[-2:].sum()) / 2


RANDOM_ORDERS = 40
_RANDOM_SEED = 20
_STRIPE = 256
"""Rows of the table of steps that are priced at once for the weaker bound."""


def compute_costs(
    steps: Steps, arc: Arc | None, goal: Goal, locks: Mapping[int, int], orders: Sequence[Sequence[int]]
) -> OrderCosts:
    """Price the original and the new order (the two `orders`), chance, and what none can be cheaper than.

    Random orders keep the locks; they are the same in every run.
    """
    count = len(steps)
    if count < 2:
        return OrderCosts(0.0, 0.0, 0.0, 0.0)
    weights = WEIGHTS[goal]
    original, optimized = (total_cost(steps, arc, order, weights) for order in orders)
    rng = np.random.default_rng(_RANDOM_SEED)
    movable = np.array([row for row in range(count) if row not in set(locks.values())], dtype=np.intp)
    free = [place for place in range(count) if place not in locks]
    drawn = np.zeros(count, dtype=np.intp)
    for place, row in locks.items():
        drawn[place] = row
    totals = []
    for _ in range(RANDOM_ORDERS):
        drawn[free] = rng.permutation(movable)
        totals.append(total_cost(steps, arc, drawn, weights))
    if count <= LARGEST:
        ends = {"start": locks.get(0), "end": locks.get(count - 1)}
        bound = path_bound(steps.matrix(weights), optimized, **ends)
    else:
        bound = nearest_bound(_two_nearest(steps, weights))
    per_step = count - 1
    return OrderCosts(
        original=original / per_step,
        random_mean=float(np.mean(totals)) / per_step,
        optimized=optimized / per_step,
        lower_bound=min(bound, optimized) / per_step,
    )


def total_cost(
    steps: Steps, arc: Arc | None, order: Sequence[int] | NDArray[np.intp], weights: Weights
) -> float:
    """Return the whole cost of an order: its steps, artists that come back too soon, and the arc."""
    rows = np.array(order, dtype=np.intp)
    total = float(steps.along(rows, weights).sum())
    total += sum(float(steps.repeats(rows, distance).sum()) for distance in (2, 3) if len(rows) > distance)
    return total if arc is None else total + float(arc.costs(rows).sum())


def compute_figures(steps: Steps, arc: Arc | None, order: Sequence[int], weights: Weights) -> Figures:
    """Count what can be counted in an order."""
    rows = np.array(order, dtype=np.intp)
    if len(rows) < 2:
        return Figures(0.0, None, None, 0, None)
    parts = steps.parts(rows[:-1], rows[1:])
    keys, jumps = steps.key_costs(rows), steps.bpm_jumps(rows)
    known_keys, measured_tempi = np.isfinite(keys), np.isfinite(jumps)
    artists = np.array(steps.artists)[rows]
    return Figures(
        step_cost=float(parts.weighted(weights).mean()),
        harmonic_share=float((keys[known_keys] <= FITTING).mean()) if known_keys.any() else None,
        median_bpm_jump=float(np.median(jumps[measured_tempi])) if measured_tempi.any() else None,
        same_artist_steps=int((artists[:-1] == artists[1:]).sum()),
        arc_fit=None if arc is None else _fit(arc, rows),
        known_keys=float(known_keys.mean()),
        measured_tempi=float(measured_tempi.mean()),
        measured_course=1.0 if arc is None else float(arc.measured.mean()),
    )


def _fit(arc: Arc, rows: NDArray[np.intp]) -> float | None:
    heights, known = arc.heights[rows], arc.measured[rows]
    if known.sum() < 3 or np.ptp(heights[known]) == 0 or np.ptp(arc.targets[known]) == 0:
        return None
    return float(np.corrcoef(heights[known], arc.targets[known])[0, 1])


def _two_nearest(steps: Steps, weights: Weights) -> Floats:
    everything = np.arange(len(steps), dtype=np.intp)
    stripes = []
    for low in range(0, len(steps), _STRIPE):
        rows = everything[low : low + _STRIPE]
        costs = steps.parts(rows[:, None], everything[None, :]).weighted(weights)
        costs[np.arange(len(rows)), rows] = np.inf
        stripes.append(np.sort(np.partition(costs, 1, axis=1)[:, :2], axis=1))
    return np.concatenate(stripes)


ROUGHEST = 5
"""Transitions that are named."""
_DIGITS = 9
"""Decimals that decide which step is dearer, so that rounding never does."""
_LEAP = 1.2
"""Spreads between two tracks from which a feature is worth a word."""


def describe_transitions(
    tracks: Sequence[EnrichedTrack], order: Sequence[int], goal: Goal
) -> tuple[Transition, ...]:
    """Describe every step of an order."""
    return describe_steps(tracks, compute_steps(tracks), order, goal, range(len(order) - 1))


def roughest_transitions(
    tracks: Sequence[EnrichedTrack], steps: Steps, order: Sequence[int], goal: Goal
) -> tuple[Transition, ...]:
    """Describe the dearest steps of an order, the dearest first; what is unknown is not held against any."""
    rows = np.array(order, dtype=np.intp)
    parts = steps.parts(rows[:-1], rows[1:])
    known = (steps.trust[:, rows[:-1]] * steps.trust[:, rows[1:]]) > 0
    heard = Parts(*(np.where(flag, part, 0.0) for flag, part in zip(known, parts.each, strict=True)))
    costs = heard.weighted(WEIGHTS[goal]) + steps.repeats(rows, 1)
    dearest = np.argsort(-costs.round(_DIGITS), kind="stable")[:ROUGHEST]
    return describe_steps(tracks, steps, order, goal, dearest.tolist())


def describe_steps(
    tracks: Sequence[EnrichedTrack], steps: Steps, order: Sequence[int], goal: Goal, places: Sequence[int]
) -> tuple[Transition, ...]:
    """Describe the steps of an order that begin at some places."""
    rows = np.array(order, dtype=np.intp)
    parts = steps.parts(rows[:-1], rows[1:])
    costs = steps.along(rows, WEIGHTS[goal])
    scores = TYPICAL.normal_scores(feature_matrix(tracks))
    described = []
    for place in places:
        before, after = order[place], order[place + 1]
        keys = steps.places[before], steps.places[after]
        bpm = tracks[before].features.tempo, tracks[after].features.tempo
        same_artist = steps.artists[before] == steps.artists[after]
        estimated = any(tracks[row].is_imputed(feature) for row in (before, after) for feature in Feature)
        described.append(
            Transition(
                position=place,
                before=before,
                after=after,
                cost=float(costs[place]),
                key=float(parts.key[place]),
                tempo=float(parts.tempo[place]),
                sound=float(parts.sound[place]),
                same_artist=same_artist,
                camelot=tuple(None if key is None else str(key) for key in keys),  # type: ignore[arg-type]
                bpm=bpm,
                leaps=_leaps(scores[after] - scores[before]),
                loudness=float(parts.loudness[place]),
                clash=_clash(*keys),
                key_step=None if keys[0] is None or keys[1] is None else relation(keys[0], keys[1]),
                estimated=estimated,
                bpm_estimated=any(tracks[row].is_imputed(Feature.TEMPO) for row in (before, after)),
            )
        )
    return tuple(described)


def _leaps(leaps: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[tuple[Feature, bool], ...]:
    """Name the two features that jump most, if they jump, each with whether it goes up."""
    sizes = {
        feature: float(leaps[SOUND_FEATURES.index(feature)])
        for feature, words in FEATURE_WORDS.items()
        if words.leap and abs(leaps[SOUND_FEATURES.index(feature)]) >= _LEAP
    }
    if Feature.ENERGY in sizes:
        sizes.pop(Feature.LOUDNESS, None)  # hardly ever another fact
    largest = sorted(sizes, key=lambda feature: -abs(sizes[feature]))[:2]
    return tuple((feature, sizes[feature] > 0) for feature in largest)


def _clash(before: Camelot | None, after: Camelot | None) -> KeyStep | None:
    if before is None or after is None or is_harmonic(key_cost(before, after)):
        return None
    return relation(before, after) if key_cost(before, after) > DIAGONAL else None
