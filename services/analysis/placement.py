"""Say where a point stands among the centres: its group, how clearly, and how surely if guessed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.analysis.kmeans import squared_distances
from services.analysis.reference import REFERENCE, Reference
from services.domain.features import FEATURE_RANGES, SOUND_FEATURES

DRAWS = 128
"""Simulated values per imputed track: a probability is exact to about 4 points."""

TRACKS_AT_ONCE = 50
"""Keeps the drawn values of large playlists within a few megabytes."""

DRAW_SEED = 20260101


def margins(points: ArrayLike, centres: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each point's distance to its nearest and to its second-nearest centre, two arrays of shape (n,).

    With a single centre the second distance is infinite.
    """
    distances = np.sqrt(squared_distances(_rows(points), _rows(centres)))
    if distances.shape[1] == 1:
        return distances[:, 0], np.full(len(distances), np.inf)
    nearest = np.partition(distances, 1, axis=1)
    return nearest[:, 0], nearest[:, 1]


def confidence(points: ArrayLike, centres: ArrayLike) -> NDArray[np.float64]:
    """Return 1 - own distance / second distance, shape (n,): 0 on a border, 1 at a centre."""
    own, second = margins(points, centres)
    return np.where(second > 0, 1 - own / np.where(second > 0, second, 1), 0.0)


def assign(points: ArrayLike, centres: ArrayLike) -> NDArray[np.intp]:
    """Return the nearest centre of each point, shape (n,); also for tracks that were not fitted."""
    nearest: NDArray[np.intp] = squared_distances(_rows(points), _rows(centres)).argmin(axis=1)
    return nearest


def assignment_probability(
    matrix: ArrayLike,
    standard_errors: ArrayLike,
    centres: ArrayLike,
    *,
    reference: Reference = REFERENCE,
) -> NDArray[np.float64]:
    """Return how likely each track belongs to each group when its values are known with an error only.

    Values are drawn around the estimate (normal, independent, cut to the range of the feature)
    and each draw goes to its nearest centre. All tracks share the same draws, so a track's answer does not
    depend on its company or position.

    Parameters
    ----------
    matrix : array of shape (n, 9)
        Raw values, complete, in the order of `SOUND_FEATURES`.
    standard_errors : array of shape (n, 9)
        In the unit of each feature; 0 or NaN where the value is known.
    centres : array of shape (k, 6)

    Returns
    -------
    ndarray of shape (n, k)
        Rows sum to 1.
    """
    goals = _rows(centres)
    probabilities = np.empty((len(_rows(matrix)), len(goals)))
    for some, drawn in drawn_values(matrix, standard_errors):
        groups = assign(reference.sound_space(drawn.reshape(-1, drawn.shape[2])), goals).reshape(
            drawn.shape[:2]
        )
        probabilities[some] = (groups[:, :, None] == np.arange(len(goals))).mean(axis=1)
    return probabilities


def drawn_values(
    matrix: ArrayLike, standard_errors: ArrayLike
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Yield what the values of some tracks at a time may be, shape (tracks, draws, 9), with their place."""
    values, errors = _rows(matrix), np.nan_to_num(_rows(standard_errors), nan=0.0)
    noise = np.random.default_rng(DRAW_SEED).standard_normal((DRAWS // 2, values.shape[1]))
    noise = np.concatenate([noise, -noise])  # antithetic: the draws centre on the estimate exactly
    low, high = np.array([FEATURE_RANGES[feature] for feature in SOUND_FEATURES]).T
    for start in range(0, len(values), TRACKS_AT_ONCE):
        some = slice(start, start + TRACKS_AT_ONCE)
        yield some, np.clip(values[some, None, :] + noise * errors[some, None, :], low, high)


def _rows(values: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)
