"""Ask whether a resampled playlist falls into the same groups again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.analysis.kmeans import Float, assign_all, lloyd, seed_centres

BOOTSTRAPS = 16
RESTARTS_PER_BOOTSTRAP = 2


@dataclass(frozen=True, slots=True)
class Stability:
    """How well a grouping and its single groups survive a resampling, each 0..1."""

    agreement: float
    """Mean adjusted Rand index between the grouping and its bootstrap refits."""
    weakest_group: float
    """Mean Jaccard similarity of the group that is found again worst (Hennig 2007)."""


def adjusted_rand(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the adjusted Rand index of contingency tables, shape (..., a, b) to (...).

    Hubert & Arabie (1985). Two partitions that both put everything into one group agree fully: 1.
    """
    total = table.sum(axis=(-2, -1))
    pairs = _pairs(table).sum(axis=(-2, -1))
    rows = _pairs(table.sum(axis=-1)).sum(axis=-1)
    columns = _pairs(table.sum(axis=-2)).sum(axis=-1)
    expected = rows * columns / np.maximum(_pairs(total), 1)
    room = (rows + columns) / 2 - expected
    index: NDArray[np.float64] = np.where(room > 0, (pairs - expected) / np.where(room > 0, room, 1), 1.0)
    return index


def agreement(first: NDArray[np.intp], second: NDArray[np.intp]) -> float:
    """Return the adjusted Rand index of two labellings of the same rows: 1 the same groups, 0 chance."""
    table = np.zeros((int(first.max()) + 1, int(second.max()) + 1))
    np.add.at(table, (first, second), 1)
    return float(adjusted_rand(table))


def bootstrap_stability(
    points: NDArray[np.float32], centres: NDArray[np.float32], rng: np.random.Generator
) -> Stability:
    """Refit on bootstrap samples and compare both groupings of all points.

    Parameters
    ----------
    points : shape (n, d)
    centres : shape (k, d)
        The fit in question.
    """
    n, k = len(points), len(centres)
    counts = rng.multinomial(n, np.full(n, 1 / n), size=BOOTSTRAPS).astype(Float)
    weights = np.repeat(counts, RESTARTS_PER_BOOTSTRAP, axis=0)
    refits = lloyd(points, seed_centres(points, k, weights, rng), weights).best(RESTARTS_PER_BOOTSTRAP)
    own = assign_all(points, centres[None])[0].astype(Float)
    others = assign_all(points, refits.centres).astype(Float)
    table = (others.reshape(-1, n) @ own.T).reshape(BOOTSTRAPS, k, k).astype(np.float64)
    union = table.sum(axis=1, keepdims=True) + table.sum(axis=2, keepdims=True) - table
    found_again = (table / np.maximum(union, 1)).max(axis=1).mean(axis=0)
    return Stability(float(adjusted_rand(table).mean()), float(found_again.min()))


def _pairs(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    return counts * (counts - 1) / 2
