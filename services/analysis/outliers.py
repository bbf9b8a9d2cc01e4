"""Which tracks stand out most from a playlist, and in what: sound, artist, genre words and year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.analysis.facts import NOBODYS, Facts, numbered
from services.analysis.genres import known_genres
from services.analysis.reference import audible
from services.analysis.style import Float, packaged
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.grouping import Lean
from services.domain.music import Track
from services.domain.portrait import OddGenres, Oddity, OddSound, OddYear, Outlier
from services.domain.report import FEWEST_TO_STAND_OUT

ALONE, GENRES, YEARS = 0.2, 0.4, 0.35
"""What counts beside the log distance to the nearest company in sound: that the lead artist occurs once in
the list, and the logs of how far a track is from company in genre words and in year, against their medians.
Five strangers planted one by one among 45 tracks of a list are told with an AUC of .78 by sound alone, .82
with artists, .85 with genre words too, .89 with years instead, and .90 with all (`benchmarks/outliers.py`).
"""

SHARED_BY_CHANCE, SAME_YEAR = 0.05, 0.03
"""Added before a logarithm: to a mean cosine of genre words, to a mean distance in time."""

YOUNG_YEARS = 6.0
"""Added to an age before its logarithm: last year and this one are hardly apart."""

MOSTLY_ALONE = 0.8
"""Share of such tracks from which being alone says nothing about one of them."""

NEIGHBOURS = 10
FEWEST_KNOWN = 20
"""Tracks with genre words, or with a year, below which these set none apart."""

THRESHOLD = 2.6
"""Robust z from which a track stands out: 2 to 3 % of the tracks of lists that were left alone."""

MOST = 5
MAD_TO_SD = 1.4826

EXACT_SEARCH = 500
"""Rows up to which the nearest neighbours are exact; beyond, they come from a thinned pool."""

POOL = 2_000
"""Most rows that neighbours are searched among: an even sample of all, the same in every run."""

LAYERS = 10
BLOCK = 128
"""Rows at a time: a block of distances stays in the cache of one core."""

FAR = 1.8
"""Spreads between a track and its group from which a difference is "far": most pairs of tracks stay below."""

WORTH_SAYING = 0.6

MUCH, REASONS = 0.3, 2
"""Part of the sum, a third more distance, from which it is said, and how many parts are."""

MOST_OF = (0.1, 0.9)
"""Between these shares of the years lie "most others"."""

FEW, SAID_GENRES = 0.1, 2
"""Share of the other tagged tracks up to which they are few, and how many genres are named."""

_TRUST = MappingProxyType({Feature.TEMPO: 0.5, Feature.LIVENESS: 0.6, Feature.SPEECHINESS: 0.8})
"""Weight of a difference as a reason: measured tempi double and halve, and liveness is mostly noise."""
_TRUSTED = np.array([_TRUST.get(feature, 1.0) for feature in SOUND_FEATURES])


@dataclass(frozen=True, slots=True)
class Loneliness:
    """How far each track is from company, in the parts of one sum; shape (n,) each, and 0 for the median.

    A part is 0 for a track of which it is not known, and for all where it is known of too few.
    """

    sound: Float
    artist: Float
    genres: Float
    years: Float

    @staticmethod
    def of(points: ArrayLike, facts: Facts | None = None) -> Loneliness:
        """Measure tracks at `points`, shape (n, 6), of which `facts` are known."""
        # Distances of 0 are repeated rows: as un-outlying as can be, whatever the logarithm says.
        logs = np.log(np.maximum(neighbour_distance(points), 1e-6))
        sound, nothing = logs - np.median(logs), np.zeros(len(logs))
        if facts is None:
            return Loneliness(sound, nothing, nothing, nothing)
        return Loneliness(
            sound,
            lone(facts.artists) + nothing,
            -GENRES * _above_median(np.log(shared_words(facts) + SHARED_BY_CHANCE)),
            YEARS * _above_median(np.log(distance_in_time(facts.years) + SAME_YEAR)),
        )

    def scores(self) -> Float:
        """Return how many robust standard deviations the sum of each track is above the median."""
        return robust_z(self.sound + self.artist + self.genres + self.years)


def find_outliers(
    points: ArrayLike,
    z: ArrayLike,
    labels: ArrayLike,
    *,
    music: Sequence[Track] = (),
    facts: Facts | None = None,
    given: Sequence[bool] = (),
    most: int = MOST,
) -> tuple[Outlier, ...]:
    """Rank the tracks that are farthest from their nearest company.

    A ranking of what stands out most, not a judgement of what does not belong.

    Parameters
    ----------
    points : array of shape (n, 6)
        Tracks with evidence in the sound space.
    z : array of shape (n, 9)
        Their normal scores, columns as in `SOUND_FEATURES`: the source of the reasons.
    labels : array of n ints
        Group of each row, or negative for none.
    music : sequence of n Track, optional
        What else is known of each row: a year only where the music is surely from then.
    facts : Facts, optional
        Those of `music`, where they are read already.
    given : sequence of n bool, optional
        Whether the genres of each row are only known of its artist.
    most : int
        Longest ranking wanted.

    Returns
    -------
    tuple of Outlier
        Strangest first; `track` is a row of `points`. Empty below `FEWEST_TO_STAND_OUT` rows. The same for
        any order of the rows.
    """
    places = np.asarray(points, dtype=np.float64)
    scores = np.asarray(z, dtype=np.float64)
    groups = np.asarray(labels, dtype=np.intp)
    if len(places) < FEWEST_TO_STAND_OUT:
        return ()
    if facts is None and music:
        facts = Facts.of(music)
    lonely = Loneliness.of(places, facts)
    strangeness = lonely.scores()
    (standing,) = np.nonzero(strangeness > THRESHOLD)
    by_key = facts.keys[standing] if facts else np.zeros(len(standing))
    ranked = np.lexsort((by_key, *places[standing].T, -np.round(strangeness[standing], 9)))[:most]
    found = []
    for row in standing[ranked].tolist():
        parts: list[tuple[float, Oddity | None]] = [(lonely.sound[row], _in_sound(row, scores, groups))]
        if facts is not None and lonely.years[row] >= MUCH:
            parts.append((lonely.years[row], _in_time(row, facts.years)))
        if facts is not None and lonely.genres[row] >= MUCH:
            is_given = bool(given) and given[row]
            parts.append((lonely.genres[row], _in_genre(row, music, facts, given=is_given)))
        if reason := _worth_saying(parts):
            found.append(Outlier(track=row, reason=reason, score=float(strangeness[row])))
    return tuple(found)


def _worth_saying(parts: Sequence[tuple[float, Oddity | None]]) -> tuple[Oddity, ...]:
    """Return what sets a track apart most, and what does so too; how it sounds where nothing does much."""
    ranked = sorted(parts, key=lambda part: -part[0])
    much = [oddity for part, oddity in ranked if oddity and part >= MUCH]
    return tuple(much[:REASONS] or [oddity for _, oddity in parts[:1] if oddity])


def shared_words(facts: Facts) -> Float:
    """Return the mean cosine of the genre words of each track with those of the other artists, shape (n,).

    Words that are rare in the list weigh more (inverse document frequency). NaN for a track without words,
    and for all where fewer than `FEWEST_KNOWN` have any; O(words).
    """
    result = np.full(len(facts), np.nan)
    lengths = np.array([len(words) for words in facts.words], dtype=np.intp)
    tagged = int((lengths > 0).sum())
    if tagged < FEWEST_KNOWN:
        return result
    row = np.repeat(np.arange(len(facts)), lengths)
    word = numbered([word for words in facts.words for word in words])
    artist = numbered(facts.artists)
    weight = np.log((1 + tagged) / (1 + np.bincount(word)))[word] + 1.0
    weight /= np.sqrt(np.bincount(row, weight**2))[row]
    pairs = artist[row] * (int(word.max()) + 1) + word
    _, pair = np.unique(pairs, return_inverse=True)
    by_others = np.bincount(word, weight)[word] - np.bincount(pair, weight)[pair]
    others = tagged - np.bincount(artist, lengths > 0)[artist]
    counts = (lengths > 0) & (others >= NEIGHBOURS)
    sums = np.bincount(row, weight * by_others, minlength=len(facts))
    result[counts] = np.maximum(sums[counts], 0.0) / others[counts]
    return result


def distance_in_time(years: Float) -> Float:
    """Return the mean distance of each year, shape (n,), to those of the ten tracks nearest in time.

    In logarithms of age: ten years count more now than in the fifties. NaN for a year that is not known, and
    for all where fewer than `FEWEST_KNOWN` are.
    """
    result = np.full(len(years), np.nan)
    known = np.isfinite(years)
    if known.sum() < FEWEST_KNOWN:
        return result
    different, which, count = np.unique(years[known], return_inverse=True, return_counts=True)
    ages = np.log(np.maximum(packaged().now - different, 0.0) + YOUNG_YEARS)
    apart = np.abs(ages[:, None] - ages)
    order = np.argsort(apart, axis=1, kind="stable")
    company = count[order]
    company[:, 0] -= 1  # nearest is the year itself, and a track is not its own company
    taken = np.clip(NEIGHBOURS - (np.cumsum(company, axis=1) - company), 0, company)
    nearest = np.take_along_axis(apart, order, axis=1)
    result[known] = ((taken * nearest).sum(axis=1) / NEIGHBOURS)[which]
    return result


def _above_median(values: Float) -> Float:
    known = np.isfinite(values)
    if not known.any():
        return np.zeros(len(values))
    return np.where(known, values - np.median(values[known]), 0.0)


def neighbour_distance(points: ArrayLike) -> Float:
    """Return the mean distance of each row, shape (n, d), to its ten nearest other rows.

    Above `EXACT_SEARCH` rows the pool is thinned: it is dealt into layers and of each layered column only
    the nearest row counts, which costs a fifteenth of selecting among all and misses a neighbour only where
    two of the ten fall into one column. Above `POOL` rows the pool is a sample: O(n). The ranking hardly
    changes, because an outlier is far from any sample of the others.
    """
    # Single precision keeps the ranking and halves the time of a library. It also rounds a row differently in
    # another place, so the rows are sorted, and equal ones are given the result of the first of them.
    places = np.asarray(points, dtype=np.float32)
    count = len(places)
    result = np.zeros(count)
    nearest = min(NEIGHBOURS, count - 1)
    if nearest < 1:
        return result
    order = np.lexsort(places.T)
    places = places[order]
    is_new = np.append(True, (places[1:] != places[:-1]).any(axis=1))
    places = places - places.mean(axis=0)
    pool = np.arange(count)
    if count > POOL:
        pool = np.linspace(0, count - 1, POOL).round().astype(np.intp)
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
        own = seat[start : start + BLOCK]
        (pooled,) = np.nonzero(own >= 0)
        squares[pooled, own[pooled]] = np.inf
        if count > EXACT_SEARCH:
            squares = squares.reshape(len(block), LAYERS, -1).min(axis=1)
        squares += np.einsum("ij,ij->i", block, block)[:, None]
        np.maximum(squares, 0.0, out=squares)
        squares.view(np.int32).partition(
            nearest - 1, axis=1
        )  # from 0 on floats are in the order of their bits
        result[start : start + BLOCK] = np.sqrt(squares[:, :nearest]).mean(axis=1)
    result[order] = result[is_new][np.cumsum(is_new) - 1]
    return result


def lone(artists: Sequence[str]) -> Float | float:
    """Return what being alone with its artist counts for each track; 0 where that says nothing.

    Whose artist is not known is not alone.
    """
    number = numbered(artists)
    known = np.array([not artist.startswith(NOBODYS) for artist in artists], dtype=np.bool_)
    alone = known & (np.bincount(number)[number] == 1)
    return 0.0 if alone.sum() > MOSTLY_ALONE * known.sum() else ALONE * alone


def robust_z(values: ArrayLike) -> Float:
    """Return how many robust standard deviations each value is above the median."""
    plain = np.asarray(values, dtype=np.float64)
    above = plain - np.median(plain)
    spread = MAD_TO_SD * float(np.median(np.abs(above)))
    if spread < 1e-9:
        return np.zeros_like(above)
    result: Float = above / spread
    return result


def _in_sound(row: int, z: Float, labels: NDArray[np.intp]) -> OddSound | None:
    cluster = int(labels[row])
    company = labels == cluster
    company[row] = False
    named = cluster >= 0 and bool(company.any())
    others = z[company] if named else np.delete(z, row, axis=0)
    difference = audible(z[row]) - audible(others).mean(axis=0)
    heard = np.round(np.abs(difference) * _TRUSTED, 9)
    if not heard.any():
        return None
    ranked = np.argsort(-heard, kind="stable")
    said = [
        int(ranked[0]),
        *(int(column) for column in ranked[1:2] if abs(difference[column]) > WORTH_SAYING),
    ]
    return OddSound(
        leans=tuple(Lean(SOUND_FEATURES[column], bool(difference[column] > 0)) for column in said),
        far=bool(abs(difference[said[0]]) >= FAR),
        group=cluster if named else None,
    )


def _in_time(row: int, years: Float) -> OddYear | None:
    others = np.delete(years, row)
    others = others[np.isfinite(others)]
    if not (np.isfinite(years[row]) and len(others)):
        return None
    first, last = np.quantile(others, MOST_OF, method="inverted_cdf")
    most = np.sum((others >= first) & (others <= last)) > len(years) / 2
    if first <= years[row] <= last:
        return None
    return OddYear(int(years[row]), (int(first), int(last)), bool(most))


def _in_genre(row: int, music: Sequence[Track], facts: Facts, *, given: bool) -> OddGenres | None:
    """Return the genres of a track where hardly any other of the list shares one word of them."""
    genres = known_genres(music[row].genres)[:SAID_GENRES]
    own = set(facts.words[row])
    tagged = [other for other, words in enumerate(facts.words) if words and other != row]
    sharing = [other for other in tagged if not own.isdisjoint(facts.words[other])]
    if not genres or len(sharing) > FEW * len(tagged):
        return None
    elsewhere = any(facts.artists[other] != facts.artists[row] for other in sharing)
    return OddGenres(tuple(genres), of_artist=given, elsewhere=elsewhere)
