"""Count what came with tracks: genre words, years, artists; and say below a group's name what stands out.

These decide no group; they are quoted, never inferred from sound.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from services.analysis.claims import FEWEST_TAGGED
from services.analysis.facts import Rows, apart
from services.analysis.genres import (
    NOBODY,
    commonly_known,
    families,
    families_as_said,
    families_of,
    normal_words,
)
from services.analysis.titles import READ_AT_ONCE, lead_artist
from services.analysis.told_by_titles import NOTHING, Words, told_by
from services.domain.music import Track
from services.domain.report import Subtitle

FEWEST_OF_A_KIND = 3
"""Tracks that a genre or an artist needs in the group."""

A_LOT, MOSTLY = 0.25, 0.5
"""Shares of the tagged tracks from which genres are worth a word, and from which they are most of it."""

_Z95 = 1.96

Made = TypeVar("Made")

OVER_REPRESENTED = 0.1
"""Needed of q ln((q + .01) / (r + .01)), q the share of a genre in the group and r that outside of it."""

MOST_GENRES = 2

MORE_THAN_THE_REST = 1.5
"""How many times as large as elsewhere the share of a decade has to be."""


class Came(StrEnum):
    """What came with tracks."""

    GENRES = "genres"
    ARTISTS = "artists"
    YEARS = "years"
    TITLES = "titles"
    """What titles and albums tell."""


@dataclass(frozen=True, slots=True)
class Read:
    """A way to read tracks."""

    came: Came
    words_of: Callable[[Any], Words]
    """Returns the words of one value; none where nothing is known."""
    keeps: Callable[[str], bool] | None = None
    """Tells which of these words count, where not all do."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The tracks of a list by what came with them: most share that with others, and it is read once."""

    values: Mapping[Came, tuple[Hashable, ...]]
    """Different ones."""
    numbers: Mapping[Came, Rows]
    """Which of these each track has, shape (n,)."""
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @staticmethod
    def of(tracks: Sequence[Track], years: Sequence[int | None] | None = None) -> Listing:
        """Read what came with tracks; `years` are theirs where these are not to be those of the editions."""
        columns: dict[Came, Sequence[Hashable]] = {
            Came.GENRES: [track.genres for track in tracks],
            Came.ARTISTS: [track.artists for track in tracks],
            Came.YEARS: [track.release_year for track in tracks] if years is None else years,
            Came.TITLES: [told_by(track.title, track.album) for track in tracks],
        }
        read = {came: apart(column) for came, column in columns.items()}
        return Listing(
            {came: values for came, (values, _) in read.items()},
            {came: numbers for came, (_, numbers) in read.items()},
        )

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made of these tracks before, or make it."""
        if key not in self._made:
            self._made[key] = make()
        made: Made = self._made[key]
        return made

    def tally(self, rows: Rows) -> Tally:
        """Count some of the tracks."""
        counts = {
            came: np.bincount(numbers[rows], minlength=len(self.values[came]))
            for came, numbers in self.numbers.items()
        }
        return Tally(len(rows), self, counts)

    def said(self, how: Read) -> Said:
        """Read all values in a way, once."""
        if (keeps := how.keeps) is not None:
            return self.once(how, lambda: self.said(replace(how, keeps=None)).only(keeps))
        return self.once(how, lambda: Said.of(list(map(how.words_of, self.values[how.came]))))


@dataclass(frozen=True, slots=True)
class Tally:
    """Some tracks of a list, counted by what came with them."""

    size: int
    listing: Listing
    counts: Mapping[Came, Rows]
    """How many of them have each value of the list."""
    _read: dict[Read, Reading] = field(default_factory=dict, init=False, repr=False, compare=False)

    @staticmethod
    def of(tracks: Sequence[Track]) -> Tally:
        """Count all tracks of a list."""
        return Listing.of(tracks).tally(np.arange(len(tracks)))

    def without(self, some: Tally) -> Tally:
        """Take away some of the tracks, which are of the same list."""
        rest = {came: counts - some.counts[came] for came, counts in self.counts.items()}
        return Tally(self.size - some.size, self.listing, rest)

    def counted(self, came: Came) -> Iterator[tuple[Any, int]]:
        """Return each value that one of these tracks has, and how many have it."""
        values, counts = self.listing.values[came], self.counts[came].tolist()
        return ((value, count) for value, count in zip(values, counts, strict=True) if count)

    def read(self, how: Read) -> Reading:
        """Read these tracks, once in each way."""
        if how not in self._read:
            self._read[how] = Reading.of(self.listing.said(how), self.counts[how.came])
        return self._read[how]


def groups_and_rests(listing: Listing, labels: Rows, count: int) -> list[tuple[Tally, Tally]]:
    """Count the tracks of each of `count` groups, and those of all the others."""
    whole = listing.tally(np.arange(len(labels)))
    groups = [listing.tally(np.flatnonzero(labels == index)) for index in range(count)]
    return [(group, whole.without(group)) for group in groups]


@dataclass(frozen=True, slots=True)
class Said:
    """The words of some values, in pairs of a value and a word of it."""

    words: Mapping[str, int]
    """Each with its number."""
    value: Rows
    word: Rows
    is_known: NDArray[np.bool_]
    """Of which values something is known."""

    @staticmethod
    def of(read: Sequence[Words]) -> Said:
        """Give the words of each value numbers."""
        words: dict[str, int] = {}
        lengths = np.fromiter(map(len, read), dtype=np.intp, count=len(read))
        word = [words.setdefault(each, len(words)) for some in read for each in some]
        value = np.repeat(np.arange(len(read)), lengths)
        return Said(words, value, np.array(word, dtype=np.intp), lengths > 0)

    def only(self, keeps: Callable[[str], bool]) -> Said:
        """Leave out other words; of a value something is known as before."""
        kept = [word for word in self.words if keeps(word)]
        number = np.full(len(self.words), -1)
        number[[self.words[word] for word in kept]] = np.arange(len(kept))
        word = number[self.word]
        stays = word >= 0
        words = {word: number for number, word in enumerate(kept)}
        return Said(words, self.value[stays], word[stays], self.is_known)

    def with_one_of(self, some: Iterable[str]) -> NDArray[np.bool_]:
        """Return which values have one of some words."""
        wanted = np.zeros(len(self.words), dtype=np.bool_)
        wanted[[self.words[word] for word in some if word in self.words]] = True
        found = np.zeros(len(self.is_known), dtype=np.bool_)
        found[self.value[wanted[self.word]]] = True
        return found


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read from tracks, of which something is known."""

    total: int
    counts: Counter[str]
    """Tracks with each word."""
    _said: Said
    _numbers: Rows
    """Tracks with each value."""

    @staticmethod
    def of(said: Said, numbers: Rows) -> Reading:
        """Leave out the tracks of which nothing is known, and count the others."""
        with_word = np.bincount(said.word, numbers[said.value], len(said.words))
        counts = {
            word: int(count) for word, count in zip(said.words, with_word.tolist(), strict=True) if count
        }
        return Reading(int(numbers[said.is_known].sum()), Counter(counts), said, numbers)

    def number_with(self, some: Collection[str]) -> int:
        """Return how many tracks have one of some words."""
        if len(some) == 1:
            return self.counts[next(iter(some))]
        return int(self._numbers[self._said.with_one_of(some)].sum())

    def share_with(self, some: Collection[str]) -> float:
        """Return the share of the tracks that have one of some words."""
        return self.number_with(some) / max(self.total, 1)


def lower_end(count: int, total: int) -> float:
    """Return the lower end of the 95 % interval of a share (Wilson, 1927)."""
    share, square = count / total, _Z95**2 / total
    middle = share + square / 2
    return (middle - _Z95 * math.sqrt(share * (1 - share) / total + square / total / 4)) / (1 + square)


def once_of_both(group: Tally, rest: Tally, key: Hashable, make: Callable[[], Made]) -> Made:
    """Return what was made of the list of a group and of all its others before, or make it."""
    return group.listing.once(key, make) if group.listing is rest.listing else make()


def _genres_of_both(group: Tally, rest: Tally) -> Counter[tuple[str, ...]]:
    together = Counter(dict(group.counted(Came.GENRES)))
    together.update(dict(rest.counted(Came.GENRES)))
    return together


def kinds_in(group: Tally, rest: Tally) -> Callable[[tuple[str, ...]], Words]:
    """Return what yields the genres of a track and those that they are kinds of, as named in a list."""
    return once_of_both(group, rest, families, lambda: families(frozenset(_genres_of_both(group, rest))))


def families_in(group: Tally, rest: Tally) -> Callable[[tuple[str, ...]], Words]:
    """Return what yields the families of a track, called by the kind that most of each is of in a list.

    "Religious" says less than "worship" where that is what it is, and "stage & screen" than "musicals".
    """
    return once_of_both(group, rest, families_as_said, lambda: families_as_said(_genres_of_both(group, rest)))


def by_genres(read: Callable[[tuple[str, ...]], Words], keeps: Callable[[str], bool] | None = None) -> Read:
    """Return what counts tracks by what is read from their genres."""
    return Read(Came.GENRES, read, keeps)


@lru_cache(maxsize=512)
def decade_of(year: int | None) -> frozenset[str]:
    """Return the decade of a year, or nothing."""
    return frozenset({str(year // 10 * 10)} if year else ())


decades = Read(Came.YEARS, decade_of)
"""Counts tracks by decade."""


@lru_cache(maxsize=16)
def by_titles(wanted: Iterable[str]) -> Read:
    """Return what counts tracks by those of some words that their titles and albums tell."""
    some = frozenset(wanted)
    return Read(Came.TITLES, lambda words: (words & some or NOTHING) if words else words)


@lru_cache(maxsize=READ_AT_ONCE)
def _lead_of(artists: tuple[str, ...]) -> Words:
    lead = lead_artist(artists)
    return frozenset({lead} if lead and lead not in NOBODY else ())


leads = Read(Came.ARTISTS, _lead_of)
"""Counts tracks by the artist that is credited first, in the one way that all spellings share."""


def _known_for(artists: tuple[str, ...]) -> Words:
    known = commonly_known(_lead_of(artists))
    return frozenset(genres[0] for genres in known.values())


commonly = Read(Came.ARTISTS, _known_for)
"""Counts tracks by what the artist that is credited first is commonly known for before all else."""


def spelling_of(lead: str, tally: Tally) -> str:
    """Return how most tracks of an artist that is credited first spell them."""
    found = tally.listing.said(leads).with_one_of([lead]) & (tally.counts[Came.ARTISTS] > 0)
    names: Counter[str] = Counter()
    for number in np.flatnonzero(found).tolist():
        artists: Any = tally.listing.values[Came.ARTISTS][number]
        name = next(name for name in artists if lead_artist((name,)))
        spelt = " ".join(unicodedata.normalize("NFC", name).split())
        names[spelt] += int(tally.counts[Came.ARTISTS][number])
    return min(names, key=lambda name: (-names[name], name))


def subtitle_of(group: Tally, rest: Tally) -> Subtitle:
    """Return what distinguishes the tracks of a group from those of the other groups.

    Where its genres agree only on their family, that: "christian", "ccm" and "worship" are religious.
    """
    genres, genre_share = _genres(group, rest, normal_words)
    if not genres:
        genres, genre_share = _genres(group, rest, families_of)
    decade, decade_share = _decade(group, rest)
    artist, artist_share = _artist(group)
    return Subtitle(
        genres=genres,
        genre_share=genre_share,
        decade=decade,
        decade_share=decade_share,
        artist=artist,
        artist_share=artist_share,
    )


def carriers(listing: Listing, subtitle: Subtitle) -> NDArray[np.bool_]:
    """Return which tracks have one of the genres that tell a group from the others, or are of that family."""
    words, kinds = (listing.said(by_genres(read)) for read in (normal_words, families_of))
    carrying = words.with_one_of(subtitle.genres) | kinds.with_one_of(subtitle.genres)
    return carrying[listing.numbers[Came.GENRES]]


def _genres(
    group: Tally, rest: Tally, read: Callable[[tuple[str, ...]], Words]
) -> tuple[tuple[str, ...], float | None]:
    """Return the one or two genres that are commoner here than elsewhere, and the share that has them."""
    tagged = group.read(by_genres(read))
    if tagged.total < FEWEST_TAGGED:
        return (), None
    here = tagged.counts

    def weight(word: str, elsewhere: int) -> float:
        own, other = here[word] / group.size, elsewhere / max(rest.size, 1)
        return round(own * math.log((own + 0.01) / (other + 0.01)), 9)

    common = {w for w in here if here[w] >= FEWEST_OF_A_KIND and weight(w, 0) > OVER_REPRESENTED}
    if not common:
        return (), None
    there = rest.read(by_genres(read)).counts
    weights = {word: weight(word, there[word]) for word in common}
    telling = [word for word in common if weights[word] > OVER_REPRESENTED]
    chosen = sorted(telling, key=lambda word: (-weights[word], word))[:MOST_GENRES]
    share = tagged.share_with(chosen)
    return (tuple(chosen), share) if share >= A_LOT else ((), None)


def _decade(group: Tally, rest: Tally) -> tuple[int | None, float | None]:
    here, there = group.read(decades), rest.read(decades)
    for decade, number in here.counts.items():
        # Elsewhere as far as years are known: what has none may be of any.
        if number > MOSTLY * group.size and number / here.total >= MORE_THAN_THE_REST * there.share_with(
            {decade}
        ):
            return int(decade), number / group.size
    return None, None


def _artist(group: Tally) -> tuple[str | None, float | None]:
    led = group.read(leads).counts
    if not led:
        return None, None
    lead, number = min(led.items(), key=lambda each: (-each[1], each[0]))
    share = number / group.size
    if number < FEWEST_OF_A_KIND or share < A_LOT:
        return None, None
    return spelling_of(lead, group), share
