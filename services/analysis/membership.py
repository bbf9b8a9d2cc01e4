"""How tracks belong to their groups: to which, how clearly, how surely, and which of them show it best."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import nsmallest

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.analysis.kmeans import squared_distances
from services.analysis.reference import REFERENCE
from services.analysis.titles import core_title, lead_artist
from services.domain.features import FEATURE_RANGES, SOUND_FEATURES

DRAWS = 128
"""Simulated values per imputed track: a probability is exact to about 4 points."""

TRACKS_AT_ONCE = 50
"""Keeps the drawn values of large playlists within a few megabytes."""

DRAW_SEED = 20260101
NEAREST_SHARE = 0.75
"""Typical tracks come from the three quarters of a group nearest to its centre: clear cases, not extremes.

On the measured libraries 60 % of such tracks carry genres that mark their group, 58 % from the nearest half,
61 % without a limit, 55 % of those nearest to the centre and 53 % of a random draw.
"""


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
    matrix: ArrayLike, standard_errors: ArrayLike, centres: ArrayLike
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
        points = REFERENCE.sound_space(drawn.reshape(-1, drawn.shape[2]))
        groups = assign(points, goals).reshape(drawn.shape[:2])
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


def typical_tracks(
    points: ArrayLike,
    labels: ArrayLike,
    centres: ArrayLike,
    artists: Sequence[Sequence[str]],
    count: int = 3,
    *,
    titles: Sequence[str] = (),
    telling: ArrayLike = (),
) -> tuple[tuple[int, ...], ...]:
    """Choose the tracks of each group that belong to it most clearly, by different artists.

    Ranked by margin (distance to the second nearest centre minus distance to the own): tracks nearest to a
    centre are what all groups have in common, and say no more about a group than a random draw.

    Parameters
    ----------
    points : array of shape (n, d)
        Tracks with evidence in the sound space.
    labels : array of n ints
        Group of each row; negative labels are ignored.
    centres : array of shape (k, d)
    artists : sequence of n credits
        Artists of each row, main artist first; rows without any count as different artists.
    count : int
        How many per group, where the group has as many.
    titles : sequence of n titles, or empty
        Rows whose titles name one song count as that song, whatever release they are on.
    telling : array of n bools, or empty
        Which rows carry the words that distinguish their group: of the clear cases these come first.

    Returns
    -------
    tuple of k tuples of row numbers
        Best first. An artist comes a second time only where there are too few artists, and a song
        listed twice only where there is nothing else. Does not depend on the order of the rows but for
        exact ties, which the earlier row wins.
    """
    places = np.asarray(points, dtype=np.float64)
    groups = np.asarray(labels, dtype=np.intp)
    middles = np.asarray(centres, dtype=np.float64)
    carrying = np.asarray(telling, dtype=np.bool_)
    carrying = carrying if carrying.size else np.zeros(len(places), dtype=np.bool_)
    chosen = []
    for cluster in range(len(middles)):
        rows = np.flatnonzero(groups == cluster)
        distances = np.linalg.norm(places[rows, None, :] - middles[None, :, :], axis=2)
        ranked = rows[_clearest_first(distances, cluster, carrying[rows])].tolist()
        chosen.append(_by_different_artists(ranked, places, artists, titles, count))
    return tuple(chosen)


def _clearest_first(
    distances: NDArray[np.float64], cluster: int, carries: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Order the tracks of a group: the nearest first, of these those that carry its words, then by margin."""
    own = distances[:, cluster]
    others = np.delete(distances, cluster, axis=1)
    margin = np.round((others.min(axis=1) if others.shape[1] else 0.0) - own, 9)
    near = own <= (np.quantile(own, NEAREST_SHARE) if own.size else 0.0)
    order: NDArray[np.intp] = np.lexsort((-margin, ~carries, ~near))
    return order


def _by_different_artists(
    ranked: Sequence[int],
    places: NDArray[np.float64],
    artists: Sequence[Sequence[str]],
    titles: Sequence[str],
    count: int,
) -> tuple[int, ...]:
    picked: list[int] = []
    credited: set[str] = set()
    heard: set[bytes | tuple[str, str]] = set()
    for strictness in ("new artist", "new song", "any"):
        for row in ranked:
            if len(picked) == count:
                return tuple(picked)
            artist = lead_artist(tuple(artists[row]))
            song = {places[row].tobytes(), *([(artist, core_title(titles[row]))] if titles else [])}
            if row in picked:
                continue
            if strictness != "any" and song & heard:
                continue
            if strictness == "new artist" and artist and artist in credited:
                continue
            picked.append(row)
            credited.add(artist)
            heard |= song
    return tuple(picked)


def top_artists(
    artists: Sequence[Sequence[str]], count: int = 3, *, leads: Sequence[str] = ()
) -> tuple[tuple[str, int], ...]:
    """Count the main artists of a group and return the most frequent, each in its commonest spelling.

    Parameters
    ----------
    artists : sequence of n credits
        Artists of each track of one group, main artist first.
    count : int
        How many to return at most.
    leads : sequence of n str, optional
        What `lead_artist` says of each credit, where that is known already.
    """
    leads = leads or [lead_artist(tuple(credit)) for credit in artists]
    counted = Counter(filter(None, leads))
    ranked = nsmallest(count, ((-number, lead) for lead, number in counted.items()))
    spellings: dict[str, Counter[str]] = {lead: Counter() for _, lead in ranked}
    for credit, lead in zip(artists, leads, strict=True):
        if lead in spellings:
            spellings[lead][next(filter(str.strip, credit))] += 1
    return tuple(
        (min((-number, name) for name, number in spellings[lead].items())[1], -total)
        for total, lead in ranked
    )
