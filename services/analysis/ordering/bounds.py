"""Say what no order can be cheaper than."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
