"""How far two clouds of tracks lie apart, and how far that would move with other tracks of the same taste.

The energy distance (Székely and Rizzo, 2004) sees means, spreads and several moods at once. The unbiased
estimate leaves a track's distance to itself out: with the plain one, two lists of one person look further
apart the shorter they are (.82 at 10 tracks, .19 at 200), with this one the median is 0 at every length.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]


def distances(first: Float, second: Float) -> Float:
    """Return the Euclidean distances between rows, shape (n, m)."""
    squares = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)[None, :] - 2 * first @ second.T
    apart: Float = np.sqrt(np.maximum(squares, 0.0))
    return apart


def spread_inside(points: Float, weights: Float) -> Float:
    """Return the mean distance between two different tracks of one cloud, for each row of weights.

    Parameters
    ----------
    points : array of shape (n, d)
    weights : array of shape (draws, n)
        At least two positive in each row.

    Returns
    -------
    ndarray of shape (draws,)
    """
    apart = distances(points, points)
    np.fill_diagonal(apart, 0.0)
    pairs = ((weights @ apart) * weights).sum(axis=1)
    inside: Float = pairs / (weights.sum(axis=1) ** 2 - (weights**2).sum(axis=1))
    return inside


def spread_between(first: Float, first_weights: Float, second: Float, second_weights: Float) -> Float:
    """Return the mean distance between a track of one cloud and a track of the other, shape (draws,)."""
    pairs = ((first_weights @ distances(first, second)) * second_weights).sum(axis=1)
    between: Float = pairs / (first_weights.sum(axis=1) * second_weights.sum(axis=1))
    return between


def energy_distance(
    first: Float,
    second: Float,
    first_weights: Float | None = None,
    second_weights: Float | None = None,
) -> float:
    """Return the unbiased estimate of the energy distance (U-statistic); slightly below 0 by chance.

    Parameters
    ----------
    first, second : arrays of shape (n, d) and (m, d)
        At least two rows each.
    first_weights, second_weights : arrays of shape (n,) and (m,), optional
        How much each row counts; equally by default.
    """
    one = (np.ones(len(first)) if first_weights is None else first_weights)[None, :]
    other = (np.ones(len(second)) if second_weights is None else second_weights)[None, :]
    apart = (
        2 * spread_between(first, one, second, other)
        - spread_inside(first, one)
        - spread_inside(second, other)
    )
    return float(apart[0])


def resampled_weights(
    weights: Float, artist: NDArray[np.intp], draws: int, rng: np.random.Generator
) -> Float:
    """Draw bootstrap samples as weights: how often each row was drawn, times what it counts.

    Rows come artist by artist, as they do in lists: an artist is drawn with all that there is. A list by one
    artist is drawn row by row, as if each were by somebody else.

    Parameters
    ----------
    weights : shape (n,)
    artist : shape (n,)
        A number for the artist of each row, from 0 on.

    Returns
    -------
    ndarray of shape (draws, n)
    """
    artists = int(artist.max()) + 1
    if artists < 2:
        artist, artists = np.arange(len(weights)), len(weights)
    counts = rng.multinomial(artists, np.full(artists, 1.0 / artists), size=draws).astype(np.float64)
    drawn: Float = counts[:, artist] * weights
    # a draw that hit one single row has no inside; it needs two rows and would take n of one kind
    lonely = (drawn > 0).sum(axis=1) < 2
    drawn[lonely] = weights
    return drawn
