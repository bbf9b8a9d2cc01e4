"""What comparing people found: who sounds alike, why, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NewType

from services.domain.features import Feature
from services.domain.music import TrackId
from services.domain.report import EnrichedTrack, Level, MapAxes
from services.domain.scoring import Band, Prize

PersonKey = NewType("PersonKey", str)
"""Opaque to this room, and different for each person of a comparison."""

FEWEST_MEASURED = 15
"""Measured tracks that a person needs for a score; below, two halves of one list differ like two people."""

FEWEST_ARTISTS = 3
"""Artists of equal weight whose tracks a score takes, see `Participant.artists`. The range of lists by one
artist held 27 % of the scores of other artists of the same two listeners, by two artists 69 %."""

FEWEST_FOR_A_NUMBER, FEWEST_ARTISTS_FOR_A_NUMBER = 20, 5
"""Below, two draws from the same two people differ by 11 points on average: only a range can say that. Of
three or four artists even the range holds but three of four scores of others."""

WIDEST_FOR_A_NUMBER = 50.0
"""Points of a range beyond which nothing else is said of a score: it may be that of anybody."""


def is_rough(measured: int, artists: float | None) -> bool:
    """Whether so many measured tracks, by so many artists of equal weight, allow for a range alone."""
    return measured < FEWEST_FOR_A_NUMBER or is_by_few(artists)


def is_by_few(artists: float | None) -> bool:
    """Whether others of a person's artists may be quite different."""
    return artists is not None and artists < FEWEST_ARTISTS_FOR_A_NUMBER


def is_wide(low: float, high: float) -> bool:
    """Whether a range is too wide for a number, a word or a rank."""
    return high - low > WIDEST_FOR_A_NUMBER


def is_scored(measured: int, artists: float | None) -> bool:
    """Whether so many measured tracks, by so many artists of equal weight, are enough for a score."""
    return measured >= FEWEST_MEASURED and (artists is None or artists >= FEWEST_ARTISTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who takes part, with the tracks that the comparison may use."""

    key: PersonKey
    name: str
    tracks: tuple[EnrichedTrack, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """How a person's measured tracks are distributed in one feature, in its own unit."""

    low: float
    """First quartile."""
    median: float
    high: float
    """Third quartile."""
    level: float
    """Mean in spreads of typical music, 0 = typical."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A person in a result: figures only, no tracks."""

    key: PersonKey
    name: str
    tracks: int
    """Different tracks."""
    measured: int
    """Tracks with evidence for the whole sound."""
    imputed: int
    """Tracks whose sound is estimated in part or entirely."""
    profile: Mapping[Feature, Spread]
    """Of the measured tracks; empty without any."""
    shares: tuple[float, ...]
    """Part of the measured tracks in each group of the union, 0..1, in the order of `Comparison.groups`."""
    figures: Mapping[str, float]
    """What the awards are given for, by the name of the figure; only what is known."""
    errors: Mapping[str, float] = field(default_factory=dict)
    """Standard error of each figure, as if the tracks were a draw of many such."""
    artists: float | None = None
    """How many artists with equally many of the measured tracks would tell as much; None in older results."""

    @property
    def is_scored(self) -> bool:
        """Whether enough is measured for a score."""
        return is_scored(self.measured, self.artists)

    @property
    def is_rough(self) -> bool:
        """Whether so little is measured that scores with this person are ranges, and are not ranked."""
        return is_rough(self.measured, self.artists)


@dataclass(frozen=True, slots=True)
class FeatureDifference:
    """How two people differ in one feature."""

    feature: Feature
    amount: float
    """Median of `Pair.a` minus median of `Pair.b`, in the unit of the feature."""
    distance: float
    """Wasserstein distance between the two distributions, in spreads of typical music."""
    a_words: str = ""
    """As an older version had worded what `Pair.a` is beside `b`, and below the other way round."""
    b_words: str = ""
    telling: bool = False
    """Whether it is heard, and seen in its numbers; in results of older versions their sentences say so."""
    a: tuple[float, float] | None = None
    """The typical value of `Pair.a` as a range, whose ends are one but for some tempi; None without one."""
    b: tuple[float, float] | None = None

    def turned(self) -> FeatureDifference:
        """Return the same difference, seen from the other side."""
        return replace(
            self, amount=-self.amount, a_words=self.b_words, b_words=self.a_words, a=self.b, b=self.a
        )


@dataclass(frozen=True, slots=True)
class SharedArtist:
    """An artist whom both have."""

    name: str
    a_tracks: int
    b_tracks: int


@dataclass(frozen=True, slots=True)
class SharedTrack:
    """A song that both have, perhaps under different ids."""

    title: str
    artists: tuple[str, ...]
    id: TrackId | None = None

    @property
    def label(self) -> str:
        """Say the song in one line."""
        return f"{self.artists[0]} – {self.title}" if self.artists else self.title


@dataclass(frozen=True, slots=True)
class SharedGroup:
    """A group of the union in which both have a noticeable part of their tracks."""

    group: int
    """Index into `Comparison.groups`."""
    name: str
    a_share: float
    b_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """How well the music of two people goes together; the two are in the order of `Comparison.people`."""

    a: PersonKey
    b: PersonKey
    score: float | None
    """Compatibility, 0..100; None where one of them has too few measured tracks, or artists of these."""
    low: float | None
    high: float | None
    """About nine of ten times, other tracks of the same two people would score between these."""
    sound: float | None
    """The part of the score that compares sound, 0..100."""
    overlap: float | None
    """Shared artists in parts of the smaller set of artists, both thinned to 100 tracks, 0..1; None where one
    has no artist names."""
    distance: float | None
    """Energy distance in the sound space, square root; 0 for two samples of one taste."""
    differences: tuple[FeatureDifference, ...]
    """All nine, the most audible first; empty without a score."""
    shared_artists: tuple[SharedArtist, ...]
    """Those with the most tracks on both sides first."""
    shared_tracks: tuple[SharedTrack, ...]
    shared_groups: tuple[SharedGroup, ...]
    affinity: float | None = None
    """How alike the genre words are, 0..1; None where they are not in the score."""
    genres_counted: float = 1.0
    """What they count in the score, in parts of their full weight, 0..1."""
    explicit: tuple[float, float] | None = None
    """Shares of explicit tracks of `a` and of `b`, 0..1; None where they are not in the score."""
    explicit_counted: float = 0.0
    """What they count in the score, in parts of their full weight, 0..1."""
    percentile: float | None = None
    """Share of pairs of strangers that score lower, 0..1; None where that is not known."""
    band: Band | None = None
    """The score in a word; None as `percentile`."""
    reasons: tuple[str, ...] = ()
    """What an older version had said of the two, in place of `FeatureDifference.telling`."""
    reasons_to_a: tuple[str, ...] = ()
    """The same, said to `a`."""
    reasons_to_b: tuple[str, ...] = ()

    @property
    def is_wide(self) -> bool:
        """Whether the range is so wide that nothing more may be said of the score."""
        return self.low is not None and self.high is not None and is_wide(self.low, self.high)

    def has(self, key: PersonKey) -> bool:
        """Whether the person is one of the two."""
        return key in (self.a, self.b)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnionGroup:
    """A group of everybody's tracks taken together."""

    name: str
    blurb: str = ""
    """As in `Cluster`, as are the next four."""
    levels: tuple[Level, ...] = ()
    tempo_range_bpm: tuple[float, float] | None = None
    major_share: float | None = None
    modes_known: int | None = None
    size: int
    x: float | None = None
    y: float | None = None
    """Its middle on the map of everybody; None in comparisons that were made before it was kept."""


@dataclass(frozen=True, slots=True)
class TopPairs:
    """The pair at one end of the scores; of several it is one, and they are too close to say which."""

    pairs: tuple[tuple[PersonKey, PersonKey], ...]
    """The likeliest by their scores first."""
    score: float
    """Of the first."""
    gap: float | None
    """Points to the next pair; None where there is no other."""
    is_sure: bool = False
    """Whether it is one of them beyond the error of the scores, nine of ten times; all that are new are."""

    @property
    def only(self) -> tuple[PersonKey, PersonKey] | None:
        """The one pair, or None where it may be another."""
        return self.pairs[0] if self.is_sure and len(self.pairs) == 1 else None


@dataclass(frozen=True, slots=True)
class TopPeople:
    """Who is at one end of a figure; as for pairs."""

    keys: tuple[PersonKey, ...]
    value: float
    gap: float | None
    is_sure: bool = False

    @property
    def only(self) -> PersonKey | None:
        """The one person, or None where it may be another."""
        return self.keys[0] if self.is_sure and len(self.keys) == 1 else None


@dataclass(frozen=True, slots=True)
class Award:
    """Something playful and true."""

    title: str
    """As an older version had called it."""
    keys: tuple[PersonKey, ...]
    """Who has it; several are a tie."""
    words: str = ""
    """As an older version had said the number behind it."""
    is_sure: bool = False
    """Whether other tracks of the same people would hardly give it to somebody else; all that are new are."""
    prize: Prize | None = None
    value: float = 0.0
    """The figure that it is given for; in an older version's words, as is the next."""
    next: float = 0.0
    """That of whoever comes next."""


@dataclass(frozen=True, slots=True)
class PeopleDot:
    """One track on the map of everybody."""

    x: float
    y: float
    person: int
    """Index into `Comparison.people`."""
    likely: bool
    """Whether its sound is estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What comparing people found. The same people in any order give the same comparison."""

    people: tuple[Participant, ...]
    """Ordered so that alike people stand next to each other."""
    pairs: tuple[Pair, ...]
    """Every two people once: (0, 1), (0, 2), ..., (1, 2), ..."""
    groups: tuple[UnionGroup, ...]
    """Groups of everybody's tracks, largest first; empty where too few are measured."""
    axes: MapAxes | None
    dots: tuple[PeopleDot, ...]
    """At most 300 a person, always the same ones."""
    most_alike: TopPairs | None
    most_different: TopPairs | None
    """None below three scored people, for two are not a group, and where it may be more than three pairs. So
    all below."""
    centre: TopPeople | None
    """Whose mean score with the others is the highest."""
    lone_wolf: TopPeople | None
    """Whose mean score with the others is the lowest."""
    bridge: TopPeople | None
    """Whose lowest score with anybody is the highest."""
    mean: float | None
    """Mean score of all pairs."""
    lowest: float | None
    """Score of the worst pair."""
    awards: tuple[Award, ...]

    def person(self, key: PersonKey) -> Participant:
        """Find a participant.

        Raises
        ------
        KeyError
            Nobody here has that key.
        """
        for person in self.people:
            if person.key == key:
                return person
        raise KeyError(key)

    def name(self, key: PersonKey) -> str:
        """Return somebody's display name."""
        return self.person(key).name

    def pair(self, one: PersonKey, other: PersonKey) -> Pair:
        """Find the pair of two different people, named in any order.

        Raises
        ------
        KeyError
            One of them is not here, or both are the same.
        """
        for pair in self.pairs:
            if {pair.a, pair.b} == {one, other}:
                return pair
        raise KeyError(one, other)

    def is_rough(self, pair: Pair) -> bool:
        """Whether so little is known of the two that their score is said as a range, and as nothing more."""
        return self.person(pair.a).is_rough or self.person(pair.b).is_rough or pair.is_wide

    def number(self, pair: Pair) -> float | None:
        """Return the score where it may be said as one number, 0..100."""
        return None if self.is_rough(pair) else pair.score

    def ranked(self, pairs: Iterable[Pair]) -> list[Pair]:
        """Put the highest number first, then those of which there is a range, then those without a score."""
        return sorted(pairs, key=lambda pair: (pair.score is None, -(self.number(pair) or 0.0)))

    def pairs_of(self, key: PersonKey) -> Iterator[Pair]:
        """List the pairs of one person."""
        return (pair for pair in self.pairs if pair.has(key))

    @property
    def matrix(self) -> tuple[tuple[float | None, ...], ...]:
        """All scores in the order of `people`: 100 with oneself, None where there is not enough data."""
        index = {person.key: place for place, person in enumerate(self.people)}
        rows: list[list[float | None]] = [[None] * len(self.people) for _ in self.people]
        for place, person in enumerate(self.people):
            rows[place][place] = 100.0 if person.is_scored else None
        for pair in self.pairs:
            first, second = index[pair.a], index[pair.b]
            rows[first][second] = rows[second][first] = pair.score
        return tuple(tuple(row) for row in rows)
