"""Read once what is known about tracks beside their sound: key, lead artist, year and genre words."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from services.analysis.genres import NOBODY, genre_words
from services.analysis.titles import lead_artist
from services.domain.music import Track

NOBODYS = "\0"
"""What the artist of a track begins with that is of nobody, or of various artists."""

MOST_WORDS = 16
"""Genre words of one track that count: 99.9 % have fewer, and a row that has hundreds costs no more."""

Rows = NDArray[np.intp]


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
        place = {key: number for number, key in enumerate(sorted(set(keys)))}
        leads = leads_of(tracks)
        return Facts(
            keys=np.array([place[key] for key in keys], dtype=np.intp),
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


def numbered(values: Sequence[Hashable]) -> Rows:
    """Give each value a number in the order in which it first comes, shape (n,)."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.intp)
