"""Which tracks stand out most from a playlist, and in what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.analysis.perception import audible
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.report import Outlier
from services.domain.vocabulary import COMPARATIVES

ALONE = 0.35
"""Added to the log distance of a track whose lead artist occurs once in the list: strangers come singly.
Planted one by one among 50 tracks they are told with an AUC of .837 ± .032 over five listeners in place of
.793 ± .031, and all from one other list with .779 in place of .763 (`benchmarks/outliers.py`).
"""

MOSTLY_ALONE = 0.8
"""Share of such tracks from which being alone says nothing about one of them."""

NEIGHBOURS = 10
FEWEST_TRACKS = 20
"""Below, ten neighbours are most of the playlist and everything is far from something."""

THRESHOLD, THRESHOLD_WITH_ARTISTS = 2.5, 2.3
"""Robust z of the log distance, without and with what lone artists add: both flag 2.6 % of the tracks of
lists that were left alone.
"""

MOST = 5
MAD_TO_SD = 1.4826

EXACT_SEARCH = 500
"""Rows up to which the nearest neighbours are exact; beyond, they come from a thinned pool."""

POOL = 2_000
"""Most rows that neighbours are searched among: an even sample of all, the same in every run."""

LAYERS = 10
BLOCK = 256
"""Rows at a time: a block of distances stays in the cache of one core."""

FAR = 1.8
"""Spreads between a track and its group from which a difference is "far": most pairs of tracks stay below."""

WORTH_SAYING = 0.6
_TRUST = MappingProxyType({Feature.TEMPO: 0.5, Feature.LIVENESS: 0.6, Feature.SPEECHINESS: 0.8})
"""Weight of a difference as a reason: measured tempi double and halve, and liveness is mostly noise."""
_TRUSTED = np.array([_TRUST.get(feature, 1.0) for feature in SOUND_FEATURES])


def find_outliers(
    points: ArrayLike,
    z: ArrayLike,
    labels: ArrayLike,
    names: Sequence[str],
    *,
    artists: Sequence[str] = (),
    most: int = MOST,
) -> tuple[Outlier, ...]:
    """Rank the tracks that are farthest from their nearest company.

    A ranking of what stands out most, not a judgement of what does not belong: of tracks planted from
    somebody else's playlist it finds about a quarter.

    Parameters
    ----------
    points : array of shape (n, 6)
        Tracks with evidence in the sound space.
    z : array of shape (n, 9)
        Their normal scores, columns as in `SOUND_FEATURES`: the source of the reasons.
    labels : array of n ints
        Group of each row, or negative for none.
    names : sequence of k str
        Name of each group; may be empty where there are no groups.
    artists : sequence of n str, optional
        Lead artist of each row; rows of nobody are alone with theirs.
    most : int
        Longest ranking wanted.

    Returns
    -------
    tuple of Outlier
        Strangest first; `track` is a row of `points`. Empty below `FEWEST_TRACKS` rows. The same for any
        order of the rows.
    """
    places = np.asarray(points, dtype=np.float64)
    scores = np.asarray(z, dtype=np.float64)
    groups = np.asarray(labels, dtype=np.intp)
    if len(places) < FEWEST_TRACKS:
        return ()
    extra = lone(artists)
    threshold = THRESHOLD_WITH_ARTISTS if np.any(extra) else THRESHOLD
    strangeness = robust_z(neighbour_distance(places), extra=extra)
    ranked = np.lexsort((*places.T, -np.round(strangeness, 9)))[:most]
    return tuple(
        _explained(int(row), float(strangeness[row]), scores, groups, names)
        for row in ranked
        if strangeness[row] > threshold
    )


def neighbour_distance(points: ArrayLike) -> NDArray[np.float64]:
    """Return the mean distance of each row, shape (n, d), to its ten nearest other rows.

    Above `EXACT_SEARCH` rows the pool is thinned: it is dealt into layers and of each layered column only
    the nearest row counts, which costs a fifteenth of selecting among all and misses a neighbour only where
    two of the ten fall into one column. Above `POOL` rows the pool is a sample: O(n). The ranking hardly
    changes, because an outlier is far from any sample of the others.
    """
    # Single precision keeps the ranking and halves the time of a library.
    places = np.asarray(points, dtype=np.float32)
    count = len(places)
    result = np.zeros(count)
    nearest = min(NEIGHBOURS, count - 1)
    if nearest < 1:
        return result
    places = places - places.mean(axis=0)
    pool = np.lexsort(places.T)
    if count > POOL:
        pool = pool[np.linspace(0, count - 1, POOL).round().astype(np.intp)]
    if count > EXACT_SEARCH:
        pool = pool[: len(pool) // LAYERS * LAYERS]
    company = places[pool]
    towards = -2 * company.T
    lengths = np.einsum("ij,ij->i", company, company)
    seat = np.full(count, -1, dtype=np.intp)
    seat[pool] = np.arange(len(pool))
    for start in range(0, count, BLOCK):
        block = places[start : start + BLOCK]
        squares = block @ towards
        squares += lengths
        squares += np.einsum("ij,ij->i", block, block)[:, None]
        own = seat[start : start + BLOCK]
        (pooled,) = np.nonzero(own >= 0)
        squares[pooled, own[pooled]] = np.inf
        if count > EXACT_SEARCH:
            squares = squares.reshape(len(block), LAYERS, -1).min(axis=1)
        closest = np.partition(squares, nearest - 1, axis=1)[:, :nearest]
        result[start : start + BLOCK] = np.sqrt(np.maximum(closest, 0.0)).mean(axis=1)
    return result


def lone(artists: Sequence[str]) -> NDArray[np.float64] | float:
    """Return what is added to the log distance of each track for its artist; 0 where that says nothing."""
    if not artists:
        return 0.0
    count = Counter(artists)
    alone = np.array([not artist or count[artist] == 1 for artist in artists])
    return 0.0 if alone.mean() > MOSTLY_ALONE else ALONE * alone


def robust_z(distances: ArrayLike, *, extra: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Return how many robust standard deviations each log distance, with an extra, is above the median."""
    # Distances of 0 are repeated rows: as un-outlying as can be, whatever the logarithm says.
    logs = np.log(np.maximum(np.asarray(distances, dtype=np.float64), 1e-6)) + np.asarray(extra)
    centre = np.median(logs)
    spread = MAD_TO_SD * float(np.median(np.abs(logs - centre)))
    if spread < 1e-9:
        return np.zeros_like(logs)
    result: NDArray[np.float64] = (logs - centre) / spread
    return result


def _explained(
    row: int, score: float, z: NDArray[np.float64], labels: NDArray[np.intp], names: Sequence[str]
) -> Outlier:
    cluster = int(labels[row])
    company = labels == cluster
    company[row] = False
    named = 0 <= cluster < len(names) and bool(company.any())
    others = z[company] if named else np.delete(z, row, axis=0)
    difference = audible(z[row]) - audible(others).mean(axis=0)
    ranked = np.argsort(-np.round(np.abs(difference) * _TRUSTED, 9), kind="stable")
    said = [
        int(ranked[0]),
        *(int(column) for column in ranked[1:2] if abs(difference[column]) > WORTH_SAYING),
    ]
    far = abs(difference[said[0]]) >= FAR
    words = [COMPARATIVES[SOUND_FEATURES[column]][int(difference[column] > 0)] for column in said]
    reference = f"“{names[cluster]}”" if named else "the rest"
    reason = f"{'far ' if far else ''}{' and '.join(words)} than {reference}"
    return Outlier(
        track=row,
        reason=reason,
        score=score,
        features=tuple(SOUND_FEATURES[column] for column in said),
    )
