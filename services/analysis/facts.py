"""Read once what is known about tracks beside their sound, and by which editions years can be told."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from services.analysis.genres import NOBODY, genre_words
from services.analysis.titles import READ_AT_ONCE, lead_artist
from services.domain.music import UNKNOWN_UNTIL, Track

NOBODYS = "\0"
"""What the artist of a track begins with that is of nobody, or of various artists."""

MOST_WORDS = 16
"""Genre words of one track that count: 99.9 % have fewer, and a row that has hundreds costs no more."""

Rows = NDArray[np.intp]
Value = TypeVar("Value", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about tracks beside their sound: one entry per track."""

    keys: Rows
    """The same number for rows that are one track, by the order of `Track.key`; shape (n,)."""
    leads: tuple[str, ...]
    """Lead artist in caseless words, empty where nobody is credited."""
    artists: tuple[str, ...]
    """The same, but a track of nobody, or of various artists, has one of its own."""
    years: NDArray[np.float64]
    """Year of the edition, NaN where unknown; shape (n,)."""
    words: tuple[tuple[str, ...], ...]
    """Different genre words, none where no genre is known."""

    @staticmethod
    def of(tracks: Sequence[Track]) -> Facts:
        """Read the facts of tracks."""
        keys = [track.key for track in tracks]
        leads = leads_of(tracks)
        return Facts(
            keys=ranked(keys),
            leads=leads,
            artists=tuple(
                f"{NOBODYS}{key}" if lead in NOBODY else lead for key, lead in zip(keys, leads, strict=True)
            ),
            years=np.array([track.release_year or np.nan for track in tracks], dtype=np.float64),
            words=tuple(_counted_words(track.genres) for track in tracks),
        )

    def __len__(self) -> int:
        return len(self.leads)

    def take(self, rows: Rows) -> Facts:
        """Return the facts of some rows, in this order."""
        places = rows.tolist()
        return Facts(
            keys=self.keys[rows],
            leads=tuple([self.leads[row] for row in places]),
            artists=tuple([self.artists[row] for row in places]),
            years=self.years[rows],
            words=tuple([self.words[row] for row in places]),
        )


def leads_of(tracks: Iterable[Track]) -> tuple[str, ...]:
    """Return the lead artist of each track, as `lead_artist` writes it."""
    return tuple([lead_artist(track.artists) for track in tracks])


@lru_cache(maxsize=8192)
def _counted_words(genres: tuple[str, ...]) -> tuple[str, ...]:
    return genre_words(genres)[:MOST_WORDS]


def albums_of(tracks: Sequence[Track], leads: Sequence[str]) -> list[tuple[str, str]]:
    """Return title and lead artist of the album of each track; a track of none is one for itself.

    Parameters
    ----------
    leads
        What `leads_of` says of them.
    """
    return [
        (track.album.casefold().strip(), lead) if track.album else (track.key, "")
        for track, lead in zip(tracks, leads, strict=True)
    ]


def numbered(values: Sequence[Hashable]) -> Rows:
    """Give each value a number in the order in which it first comes, shape (n,)."""
    return apart(values)[1]


def apart(values: Sequence[Value]) -> tuple[tuple[Value, ...], Rows]:
    """Return different values in the order in which they first come, and the number of each one given."""
    numbers: dict[Value, int] = {}
    found = [numbers.setdefault(value, len(numbers)) for value in values]  # a value is hashed once
    return tuple(numbers), np.array(found, dtype=np.intp)


def ranked(values: Sequence[str]) -> Rows:
    """Give each value a number in the order of the values, shape (n,)."""
    numbers = {value: number for number, value in enumerate(sorted(set(values)))}
    return np.fromiter(map(numbers.__getitem__, values), dtype=np.intp, count=len(values))


SURELY_OF_ITS_TIME = 1990
"""Before the compact disc hardly anything was brought out again; no edition is older than its music."""

A_GENERATION = 20
"""Years after the first edition of an artist in a list from which a later one may be of old recordings: who
made records in 1970 is on compilations of 2007, and anthologies of those who died carry any year.
"""

_BROUGHT_OUT_AGAIN = re.compile(
    r"re-?(?:master|issue|release)|anniversary|deluxe|expanded|legacy edition|collector"
    r"|\b(?:best of|greatest|essentials?|anthology|collection|collected|complete|retrospective|rarities"
    r"|box ?set|ultimate|definitive|originals|lost tapes|all[ -]time|classics|singles|hits|archives?"
    r"|bootleg series)\b"
)


def years_of_their_time(tracks: Sequence[Track], leads: Sequence[str]) -> list[int | None]:
    """Return the year of each track, None where it says nothing: an edition may be younger than its music.

    Parameters
    ----------
    leads
        What `leads_of` says of them.
    """
    first = _first_years(tracks, leads)
    return [
        None if _says_nothing(track, first.get(lead)) else track.release_year
        for track, lead in zip(tracks, leads, strict=True)
    ]


def _first_years(tracks: Iterable[Track], leads: Iterable[str]) -> dict[str, int]:
    """Return the year of the first edition of each artist."""
    found: dict[str, int] = {}
    for track, lead in zip(tracks, leads, strict=True):
        year = track.release_year
        if year and UNKNOWN_UNTIL < year < found.get(lead, year + 1) and lead not in NOBODY:
            found[lead] = year
    return found


def _says_nothing(track: Track, first: int | None) -> bool:
    year = track.release_year
    if year is None:
        return False
    if year < SURELY_OF_ITS_TIME:
        return year <= UNKNOWN_UNTIL
    return (
        (first is not None and year >= first + A_GENERATION)
        or "remaster" in track.title.casefold()
        or (track.album is not None and _is_again(track.album))
    )


@lru_cache(maxsize=READ_AT_ONCE)
def _is_again(album: str) -> bool:
    return _BROUGHT_OUT_AGAIN.search(album.casefold()) is not None
