"""The rules of the compatibility score, published: what it is made of, and what its numbers mean."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Where 5, 50 and 95 of a hundred scores lie."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the score says about pairs whose truth is known, at one number of tracks a person."""

    tracks: int
    same: Percentiles
    """Two lists of one person without a common track."""
    different: Percentiles
    """Lists of two people."""
    auc: float
    """How often a pair of one person scores higher than a pair of two."""


@dataclass(frozen=True, slots=True)
class Curve:
    """How many pairs of strangers score lower, where the smaller side has so many tracks."""

    tracks: int
    shares: tuple[float, ...]
    """Share of the pairs below each score of `KNOTS`, 0..1, never falling."""
    same_median: float
    """Median score of two lists of one person, each of so many tracks."""


KNOTS: tuple[float, ...] = tuple(float(score) for score in range(0, 101, 5))
"""Scores at which a curve is known; between them it is straight."""


OF_ONE_DRAW = math.sqrt(0.5)
"""A range has the error of two draws, the tracks at hand and others; what is said of people that of one."""

MOST, THREE_OF_FOUR = 0.5, 0.8
"""Shares of strangers' pairs that score lower than the lower end of a score, to say that most of them do, and
three of four. With 20 to 200 tracks 94 to 98 % and 91 to 98 % of such sentences are true of a listener left
out, also where the curve is drawn again from the pairs of the others; of tenths 33, 42 and 64 % were.
"""


class Band(StrEnum):
    """A score in a word, as far as its error allows."""

    FAR = "far apart"
    """Less alike than three of four pairs of strangers."""
    APART = "rather apart"
    """Less alike than most of them."""
    USUAL = "as most pairs"
    NEAR = "rather close"
    """More alike than most of them."""
    CLOSE = "close"
    """More alike than three of four."""
    ONE = "as one person"
    """At least the median of two lists of one person, and surely more alike than three of four."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRules:
    """The numbers of the formula.

    sound = 100 · 2^−(s / `sound_scale`)^`sound_power`, where s is the square root of the energy distance;
    artists = 100 · ln(1 + min(overlap, full) / unit) / ln(1 + full / unit), where full is `overlap_full`, and
    unit `overlap_unit`;
    base = `sound_part` · sound + (1 − `sound_part`) · artists;
    score = (1 − g) · base + g · 100 · affinity, where g = `genre_part` · min(1, tagged / `genre_full`), and
    tagged is the share of tracks with genres on the side that has fewer of them, where those that came
    without and have those of their artist count `GENRES_OF_ARTISTS`. In the end it is multiplied by
    1 − `explicit_part` · known · gap, where gap is how far apart the shares of explicit tracks are, and known
    the share of tracks of which it is known whether they are, on the side that has fewer of them.
    """

    sound_scale: float
    sound_power: float
    sound_part: float
    overlap_full: float
    """Shared artists, expected among `ARTIST_DRAW` tracks of each, from which more of them change nothing."""
    overlap_unit: float
    """Shared artists from which each further one adds less. Of few tracks an overlap is noisy, and the more
    the first artist weighs the less is its mean: with a root a library was nearer than 100 of its tracks."""
    genre_part: float = 0.0
    """Full weight of the genre words."""
    genre_full: float = 0.5
    """Share of tracks with genres from which these have their full weight; below, it falls in proportion."""
    explicit_part: float = 0.0
    """What of a score is lost where all tracks of one are explicit and none of the other's, 0..1."""
    explicit_usual: float = 0.0
    """Mean gap between strangers."""
    imputed_weight: float
    """What a track with estimated sound counts, where a measured one counts 1."""
    calibration: tuple[Calibration, ...]
    """By number of tracks, ascending, for scores in which genre words have their full weight."""
    calibration_without_genres: tuple[Calibration, ...] = ()
    curves: tuple[Curve, ...] = ()
    """By number of tracks, ascending, for scores in which genre words have their full weight."""
    curves_without_genres: tuple[Curve, ...] = ()
    learned_from: str
    """Where the numbers come from, in words."""

    def genres_counted(self, tagged: float) -> float:
        """Return what genre words count, in parts of their full weight, by the share of tagged tracks."""
        return min(tagged / self.genre_full, 1.0)

    def percentile(self, score: float, smaller: int, *, genres: float, explicit: float = 1.0) -> float | None:
        """Return the share of pairs of strangers that score lower, 0..1; None without curves.

        Parameters
        ----------
        score : float
            0..100.
        smaller : int
            Tracks of the person with fewer of them.
        genres : float
            What genre words count in the score, in parts of their full weight, 0..1.
        explicit : float
            The same of explicit lyrics.
        """
        known = score * self._usual_loss(explicit)
        return _between(
            self.curves, self.curves_without_genres, smaller, genres, lambda curve: _share_at(curve, known)
        )

    def _usual_loss(self, explicit: float) -> float:
        """Return the factor by which strangers' scores are lower where explicit lyrics count in full."""
        return 1.0 - self.explicit_part * (1.0 - explicit) * self.explicit_usual

    def band(
        self, score: float, smaller: int, *, genres: float, explicit: float = 1.0, low: float, high: float
    ) -> Band | None:
        """Say a score in a word, given the ends of its range; None without curves."""
        below, above = (
            self.percentile(score + OF_ONE_DRAW * (end - score), smaller, genres=genres, explicit=explicit)
            for end in (low, high)
        )
        median = _between(
            self.curves, self.curves_without_genres, smaller, genres, lambda curve: curve.same_median
        )
        if below is None or above is None or median is None:
            return None
        if below >= THREE_OF_FOUR:
            return Band.ONE if score >= median else Band.CLOSE
        if below >= MOST:
            return Band.NEAR
        if above <= 1 - MOST:
            return Band.FAR if above <= 1 - THREE_OF_FOUR else Band.APART
        return Band.USUAL

    def usual(self, *, same: bool, tracks: int, genres: float, explicit: float = 1.0) -> Percentiles | None:
        """Return where scores of two lists of one person, or of two people, lie; None where not known."""
        gain = 1.0 if same else 1.0 / self._usual_loss(explicit)

        def at(read: Callable[[Percentiles], float]) -> float | None:
            value = _between(
                self.calibration, self.calibration_without_genres, tracks, genres,
                lambda row: read(row.same if same else row.different),
            )  # fmt: skip
            return None if value is None else min(gain * value, 100.0)

        low, median, high = at(lambda s: s.low), at(lambda s: s.median), at(lambda s: s.high)
        return None if low is None or median is None or high is None else Percentiles(low, median, high)


ARTIST_DRAW = 100
"""Tracks to which a library is thinned for the artist part, so that the part does not grow with it."""

GENRES_OF_ARTISTS = 0.5
"""What a track counts whose genres are those its artist is commonly known for, where one that came with
genres counts 1. In full, such tracks would tell random lists of 15 partly tagged tracks less well than none:
the AUC is .980 with them, .984 without, and .984 with this. Lists by such artists alone would look more alike
than they are beside those of strangers from files.
"""


def _share_at(curve: Curve, score: float) -> float:
    place = min(max(bisect_right(KNOTS, score) - 1, 0), len(KNOTS) - 2)
    part = min(max((score - KNOTS[place]) / (KNOTS[place + 1] - KNOTS[place]), 0.0), 1.0)
    return curve.shares[place] + part * (curve.shares[place + 1] - curve.shares[place])


_Row = TypeVar("_Row", Curve, Calibration)


def _between(
    full: Sequence[_Row], without: Sequence[_Row], tracks: int, genres: float, read: Callable[[_Row], float]
) -> float | None:
    """Interpolate between rows with and without genre words, and numbers of tracks; None without rows."""
    value = 0.0
    for rows, part in ((full, genres), (without, 1 - genres)):
        if part > 0:
            if not rows:
                return None
            value += part * _at_size([row.tracks for row in rows], [read(row) for row in rows], tracks)
    return value


def _at_size(known: Sequence[int], values: Sequence[float], tracks: int) -> float:
    """Interpolate over the logarithm of the number of tracks; the ends hold beyond."""
    sizes = [math.log(count) for count in known]
    size = math.log(max(tracks, 1))
    place = bisect_right(sizes, size)
    if place == 0 or place == len(sizes):
        return values[min(place, len(sizes) - 1)]
    part = (size - sizes[place - 1]) / (sizes[place] - sizes[place - 1])
    return values[place - 1] + part * (values[place] - values[place - 1])


class Prize(StrEnum):
    """What somebody in a comparison can be ahead in. Comparisons are stored with these values."""

    DARKEST = "darkest"
    STEADIEST = "steadiest"
    TIME_TRAVELLER = "time traveller"
    SUNNIEST = "sunniest"
    LIVELIEST = "liveliest"
    CALMEST = "calmest"
    FASTEST = "fastest"
    SLOWEST = "slowest"
    LOUDEST = "loudest"
    UNPLUGGED = "unplugged"
    DANCE_FLOOR = "dance floor"
    FEWEST_SINGERS = "fewest singers"
    MOST_WORDS = "most words"
    WIDEST = "widest"
    NARROWEST = "narrowest"
    OLDEST = "oldest"
    FRESHEST = "freshest"
    DEEPEST = "deepest"
    LONGEST = "longest"
    MOST_LOYAL = "most loyal"
