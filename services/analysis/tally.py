"""Count what came with tracks: genre words, years, artists; and say below a group's name what stands out.

These decide no group; they are quoted, never inferred from sound.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeVar

from services.analysis.claims import FEWEST_TAGGED
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

Counted = TypeVar("Counted")
Made = TypeVar("Made")

OVER_REPRESENTED = 0.1
"""Needed of q ln((q + .01) / (r + .01)), q the share of a genre in the group and r that outside of it."""

MOST_GENRES = 2

MORE_THAN_THE_REST = 1.5
"""How many times as large as elsewhere the share of a decade has to be."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Tracks, counted by what came with them: most share that with many others."""

    size: int
    genres: Counter[tuple[str, ...]]
    artists: Counter[tuple[str, ...]]
    years: Counter[int | None]
    titles: Counter[Words]
    """What titles and albums tell."""
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made of these tracks before, or make it."""
        if key not in self._made:
            self._made[key] = make()
        made: Made = self._made[key]
        return made

    def read(self, how: Read) -> Reading:
        """Read these tracks, once in each way."""
        return self.once(how, lambda: Reading.of(how(self)))

    @staticmethod
    def of(tracks: Sequence[Track]) -> Tally:
        """Count tracks."""
        return Tally(
            len(tracks),
            Counter([track.genres for track in tracks]),
            Counter([track.artists for track in tracks]),
            Counter([track.release_year for track in tracks]),
            Counter([told_by(track.title, track.album) for track in tracks]),
        )

    @staticmethod
    def of_artists(tracks: Sequence[Track]) -> Tally:
        """Count the artists of tracks alone."""
        return replace(Tally.of(()), size=len(tracks), artists=Counter([track.artists for track in tracks]))

    @staticmethod
    def together(parts: Sequence[Tally]) -> Tally:
        """Count the tracks of several tallies."""
        whole = Tally.of(())
        for part in parts:
            whole.genres.update(part.genres)
            whole.artists.update(part.artists)
            whole.years.update(part.years)
            whole.titles.update(part.titles)
        return replace(whole, size=sum(part.size for part in parts))

    def without(self, some: Tally) -> Rest:
        """Take away some of the tracks."""
        return Rest(self, some)


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a list without some of its tracks: read as the difference of both."""

    whole: Tally
    some: Tally
    _read: dict[Read, Reading] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def size(self) -> int:
        """Tracks that are left."""
        return self.whole.size - self.some.size

    def read(self, how: Read) -> Reading:
        """Read these tracks, once in each way."""
        if how not in self._read:
            self._read[how] = self.whole.read(how).without(self.some.read(how))
        return self._read[how]


Others = Tally | Rest
"""The tracks that a group is held against."""


def groups_and_rests(music: Sequence[Track], labels: Sequence[int], count: int) -> list[tuple[Tally, Rest]]:
    """Count the tracks of each of `count` groups, and those of all the others."""
    own: list[list[Track]] = [[] for _ in range(count)]
    for track, label in zip(music, labels if count else (), strict=count > 0):
        own[label].append(track)
    groups = list(map(Tally.of, own))
    whole = Tally.together(groups)
    return [(group, whole.without(group)) for group in groups]


def _difference(whole: Mapping[Counted, int], part: Mapping[Counted, int]) -> dict[Counted, int]:
    """Return `whole - part` without a look at what the part has none of."""
    rest = dict(whole)
    for each, number in part.items():
        if rest[each] > number:
            rest[each] -= number
        else:
            del rest[each]
    return rest


Read = Callable[[Tally], Iterable[tuple[Words, int]]]
"""Yields words, and how many tracks have just these."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read from tracks, of which something is known."""

    told: Mapping[Words, int]
    """How many of them have just these words."""
    total: int
    counts: Counter[str]
    """Tracks with each word."""

    @staticmethod
    def of(read: Iterable[tuple[Words, int]]) -> Reading:
        """Leave out the tracks of which nothing is known, and count the others."""
        together: dict[Words, int] = {}
        for words, number in read:
            if words:
                together[words] = together.get(words, 0) + number
        counts: dict[str, int] = {}
        for words, number in together.items():
            for word in words:
                counts[word] = counts.get(word, 0) + number
        return Reading(together, sum(together.values()), Counter(counts))

    def without(self, some: Reading) -> Reading:
        """Take away what is read from some of the tracks."""
        return Reading(
            _difference(self.told, some.told),
            self.total - some.total,
            Counter(_difference(self.counts, some.counts)),
        )

    def number_with(self, some: Collection[str]) -> int:
        """Return how many tracks have one of some words."""
        if len(some) == 1:
            return self.counts[next(iter(some))]
        return sum(number for words, number in self.told.items() if not words.isdisjoint(some))

    def share_with(self, some: Collection[str]) -> float:
        """Return the share of the tracks that have one of some words."""
        return self.number_with(some) / max(self.total, 1)


def lower_end(count: int, total: int) -> float:
    """Return the lower end of the 95 % interval of a share (Wilson, 1927)."""
    share, square = count / total, _Z95**2 / total
    middle = share + square / 2
    return (middle - _Z95 * math.sqrt(share * (1 - share) / total + square / total / 4)) / (1 + square)


def whole_of(group: Tally, rest: Others) -> Tally:
    """Return all tracks of a list."""
    return rest.whole if isinstance(rest, Rest) else Tally.together([group, rest])


def kinds_in(group: Tally, rest: Others) -> Callable[[tuple[str, ...]], Words]:
    """Return what yields the genres of a track and those that they are kinds of, as named in a list."""
    whole = whole_of(group, rest)
    return whole.once(families, lambda: families(frozenset(whole.genres)))


def families_in(group: Tally, rest: Others) -> Callable[[tuple[str, ...]], Words]:
    """Return what yields the families of a track, called by the kind that most of each is of in a list.

    "Religious" says less than "worship" where that is what it is, and "stage & screen" than "musicals".
    """
    whole = whole_of(group, rest)
    return whole.once(families_as_said, lambda: families_as_said(whole.genres))


@lru_cache(maxsize=16)
def by_genres(read: Callable[[tuple[str, ...]], Words]) -> Read:
    """Return what counts tracks by what is read from their genres."""
    return lambda tally: ((read(genres), number) for genres, number in tally.genres.items())


def decade_of(track: Track) -> Iterable[str]:
    """Return the decade of a track by the year of its edition, or nothing."""
    return _decade_of(track.release_year)


@lru_cache(maxsize=512)
def _decade_of(year: int | None) -> frozenset[str]:
    return frozenset({str(year // 10 * 10)} if year else ())


def decades(tally: Tally) -> Iterable[tuple[Words, int]]:
    """Count tracks by decade."""
    return ((_decade_of(year), number) for year, number in tally.years.items())


@lru_cache(maxsize=16)
def by_titles(wanted: Iterable[str]) -> Read:
    """Return what counts tracks by those of some words that their titles and albums tell."""
    some = frozenset(wanted)
    return lambda tally: (
        ((words & some or NOTHING) if words else words, number) for words, number in tally.titles.items()
    )


def leads(tally: Tally) -> Iterable[tuple[Words, int]]:
    """Count tracks by the artist that is credited first, in the one way that all spellings share."""
    return ((_lead_of(artists), number) for artists, number in tally.artists.items())


def commonly(tally: Tally) -> Iterable[tuple[Words, int]]:
    """Count tracks by what the artist that is credited first is commonly known for before all else."""
    leading = [(lead, number) for words, number in leads(tally) for lead in words]
    known = commonly_known(lead for lead, _ in leading)
    return ((frozenset(known.get(lead, ())[:1]), number) for lead, number in leading)


@lru_cache(maxsize=READ_AT_ONCE)
def _lead_of(artists: tuple[str, ...]) -> Words:
    lead = lead_artist(artists)
    return frozenset({lead} if lead and lead not in NOBODY else ())


def spellings(tally: Tally) -> dict[str, str]:
    """Return how most tracks of each artist that is credited first spell them."""
    return tally.once(spellings, lambda: _spellings(tally))


def _spellings(tally: Tally) -> dict[str, str]:
    found: dict[str, Counter[str]] = {}
    for artists, number in tally.artists.items():
        for lead in _lead_of(artists):
            name = next(name for name in artists if lead_artist((name,)))
            spelt = " ".join(unicodedata.normalize("NFC", name).split())
            found.setdefault(lead, Counter())[spelt] += number
    return {lead: min(names, key=lambda name: (-names[name], name)) for lead, names in found.items()}


def subtitle_of(group: Tally, rest: Others) -> Subtitle:
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


def carries(track: Track, subtitle: Subtitle) -> bool:
    """Whether a track has one of the genres that distinguish its group, or is of that family."""
    return bool(subtitle.genres) and _have_one_of(track.genres, subtitle.genres)


@lru_cache(maxsize=8192)
def _have_one_of(genres: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return not (normal_words(genres).isdisjoint(wanted) and families_of(genres).isdisjoint(wanted))


def _genres(
    group: Tally, rest: Others, read: Callable[[tuple[str, ...]], Words]
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


def _decade(group: Tally, rest: Others) -> tuple[int | None, float | None]:
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
    return spellings(group)[lead], share
