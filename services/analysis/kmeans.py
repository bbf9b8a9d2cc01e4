"""Run many k-means fits at once, with one matrix product per step for all of them.

The stability search of `clustering.py` needs hundreds of small fits. One by one they cost mostly call
overhead; stacked, a step is one product of all centres with all points. The result is that of Lloyd's
algorithm with k-means++ seeding (Arthur & Vassilvitskii 2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_STEPS = 40
"""Steps of Lloyd's algorithm; on real playlists 9 in 10 fits are done after 20."""

TOLERANCE = 1e-4
"""A fit is done when a step lowers its inertia by less than this share."""

COLUMNS = 8
"""A product of matrices takes so many columns at a time: seven take twice as long as eight."""

Float = np.float32
"""Half the memory traffic; distances in a six-dimensional space need no more."""


@dataclass(frozen=True, slots=True)
class Fits:
    """Several k-means fits of the same points."""

    centres: NDArray[np.float32]
    """Shape (fits, k, d)."""
    inertia: NDArray[np.float64]
    """Shape (fits,): weighted sum of squared distances to the nearest centre."""

    def best(self, per_group: int) -> Fits:
        """Keep the fit of the lowest inertia out of each run of `per_group` consecutive fits."""
        grouped = self.inertia.reshape(-1, per_group)
        chosen = grouped.argmin(axis=1) + np.arange(len(grouped)) * per_group
        return Fits(self.centres[chosen], self.inertia[chosen])


def squared_distances(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return exact squared distances, shape (n_points, n_centres), in double precision."""
    squares = np.zeros((len(centres), len(points)))
    apart = np.empty_like(squares)
    # Coordinate by coordinate: a sum over six numbers for each pair takes four times as long. In the same
    # place, since fresh memory takes a third more.
    for places, goals in zip(np.ascontiguousarray(points.T), centres.T, strict=True):
        np.subtract(places, goals[:, None], out=apart)
        np.square(apart, out=apart)
        squares += apart
    return squares.T


def place_seeds(
    points: NDArray[np.float32], weights: NDArray[np.float32], draws: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Choose starting centres (fits, k, d) by k-means++ from random numbers (k, fits) of 0..1.

    Parameters
    ----------
    points : shape (n, d), or (fits, n, d) where each fit has its own
    weights : shape (fits, n)
    """
    fits, n = weights.shape
    k = len(draws)
    fit = np.arange(fits)
    last = (fit + 1) * n - 1
    norms = np.einsum("...nd,...nd->...n", points, points)
    centres = np.empty((fits, k, points.shape[-1]), dtype=Float)
    nearest = np.full((fits, n), np.inf, dtype=Float)
    chance = weights
    for step in range(k):
        # One running sum over all fits, and one search in it.
        below, above, total = _running_sums(chance, last)
        exhausted = above <= below  # fewer distinct points than centres: repeat any point
        if exhausted.any():
            below, above, total = _running_sums(np.where(exhausted[:, None], weights, chance), last)
        place = np.searchsorted(total, below + draws[step] * (above - below), side="right")
        picked = np.minimum(place, last) - fit * n
        new = points[fit, picked] if points.ndim == 3 else points[picked]
        centres[:, step] = new
        if step == k - 1:
            break
        product = np.matmul(points, new[:, :, None])[:, :, 0] if points.ndim == 3 else new @ points.T
        product *= -2
        product += norms
        product += np.einsum("fd,fd->f", new, new)[:, None]
        np.maximum(product, 0, out=product)
        np.minimum(nearest, product, out=nearest)
        chance = nearest * weights
    return centres


def _running_sums(
    chance: NDArray[np.float32], last: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the sum before each row and that to its end, shape (fits,), and the sums to each entry."""
    total = np.cumsum(chance.ravel(), dtype=np.float64)
    above = total[last]
    return np.concatenate([[0.0], above[:-1]]), above, total


def lloyd(
    points: NDArray[np.float32], start: NDArray[np.float32], weights: NDArray[np.float32] | None = None
) -> Fits:
    """Move all starting centres, shape (fits, k, d), to their local optimum.

    Parameters
    ----------
    points : shape (n, d), or (fits, n, d) where each fit has its own
        Best centred on their mean, which keeps single precision exact enough.
    weights : shape (fits, n), optional
        How often each fit sees each point (bootstrap counts); all ones by default. An emptied cluster keeps
        its centre.
    """
    fits, k, dimensions = start.shape
    centres = start.copy()
    norms = np.einsum("...nd,...nd->...n", points, points)
    spread = (
        norms.sum(axis=-1, dtype=np.float64) if weights is None else (weights @ norms).astype(np.float64)
    ) + np.zeros(fits)
    with_one = _with_one(points)
    flipped = np.ascontiguousarray(np.swapaxes(with_one, -1, -2))
    extended = np.zeros((fits, k, with_one.shape[-1]), dtype=Float)
    room = np.empty((fits, k, points.shape[-2]), dtype=Float)
    inertia = np.full(fits, np.inf)
    active = np.arange(fits)
    for _ in range(MAX_STEPS):
        moving = centres[active]
        affinity = _affinity(moving, flipped, extended[: len(active)], room[: len(active)])
        best = affinity.max(axis=1)
        belongs = affinity  # in the same place: fresh memory for each step took a fifth of the time
        belongs[...] = affinity == best[:, None, :]
        if weights is None:
            gain = best.sum(axis=1)
        else:
            belongs *= weights[:, None, :]
            gain = np.vecdot(best, weights)
        current = spread[active] - 2 * gain.astype(np.float64)
        if with_one.ndim == 3:
            totals = np.matmul(belongs, with_one)
        else:
            totals = (belongs.reshape(len(active) * k, -1) @ with_one).reshape(len(active), k, -1)
        sums, counts = totals[:, :, :dimensions], totals[:, :, dimensions, None]
        centres[active] = np.where(counts > 0, sums / np.maximum(counts, 1e-9), moving)
        unfinished = inertia[active] - current > TOLERANCE * np.abs(current)
        inertia[active] = current
        if unfinished.all():
            continue
        active = active[unfinished]
        if not len(active):
            break
        if with_one.ndim == 3:
            with_one, flipped = with_one[unfinished], flipped[unfinished]
        if weights is not None:
            weights = weights[unfinished]
    return Fits(centres, np.maximum(inertia, 0))


def assign_all(points: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return membership of each point in each fit, shape (fits, k, n); a tie belongs to all that tie."""
    fits, k, _ = centres.shape
    with_one = _with_one(points)
    affinity = _affinity(
        centres,
        with_one.T,
        np.zeros((fits, k, with_one.shape[1]), dtype=Float),
        np.empty((fits, k, len(points)), dtype=Float),
    )
    member: NDArray[np.bool_] = affinity == affinity.max(axis=1)[:, None, :]
    return member


def _with_one(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return points, shape (..., n, d), with a one behind their coordinates, and zeros up to `COLUMNS`."""
    dimensions = points.shape[-1]
    extended = np.zeros((*points.shape[:-1], dimensions + 1 + -(dimensions + 1) % COLUMNS), dtype=Float)
    extended[..., :dimensions] = points
    extended[..., dimensions] = 1
    return extended


def _affinity(
    centres: NDArray[np.float32],
    flipped: NDArray[np.float32],
    extended: NDArray[np.float32],
    room: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return x·c - |c|²/2, shape (fits, k, n): largest for the nearest centre, without the |x|² all share.

    Parameters
    ----------
    centres : shape (fits, k, d)
    flipped : shape (width, n), or (fits, width, n)
        Points as `_with_one` extends them, so that the product alone is the whole sum.
    extended : shape (fits, k, width)
        Zeros, of which the first columns are overwritten.
    room : shape (fits, k, n)
        Is overwritten, and returned.
    """
    dimensions = centres.shape[-1]
    extended[:, :, :dimensions] = centres
    extended[:, :, dimensions] = np.einsum("fkd,fkd->fk", centres, centres) / -2
    if flipped.ndim == 3:
        np.matmul(extended, flipped, out=room)
    else:
        fits, k, width = extended.shape
        np.matmul(extended.reshape(fits * k, width), flipped, out=room.reshape(fits * k, -1))
    return room
