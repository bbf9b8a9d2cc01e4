"""What is known from earlier lists: tracks to borrow missing values from, and the genres of artists."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from services.domain.features import AudioFeatures
from services.domain.music import Track

TrackWords = tuple[str, tuple[str, ...], str | None, str | None]
"""Title, artists, album and its id: all that the keys of a track depend on."""


def words_of(track: Track) -> TrackWords:
    """Return what the keys of a track depend on."""
    return track.title, track.artists, track.album, track.album_id


@dataclass(frozen=True, slots=True)
class TrackKeys:
    """The normalised words by which related tracks are found; empty where there is none.

    They are compared as they are, so whoever normalises has to do it the same way every time.
    """

    lead_artist: str
    core_title: str
    album: str
    """The album's id where it is known, else artist and album name in one string."""


@dataclass(frozen=True, slots=True)
class KnownTrack:
    """A track with the keys made from its words."""

    track: Track
    keys: TrackKeys


class Relative(NamedTuple):
    """A remembered track with features, related to one that was asked about."""

    track: Track
    features: AudioFeatures
    source: str


FEWEST_TRACKS = 3
"""Different tracks of an artist that have to carry a genre in one file, data set or answer."""

MARKS = 32
"""Marks that people leave with an artist: so many that two rarely leave the same, and so few that a mark is
that of many."""

FEWEST_VOICES = 2
"""A file of one person is not enough for anybody else."""

TRUSTED_VOICES = 3
"""What a data set of the operator, or MusicBrainz, counts against the files of people."""

SHARE_OF_THE_LOUDEST = 0.5
"""Genres with fewer voices, beside the genre of the artist that has most, are left out."""

MOST_GENRES = 5

FILES = "files"
"""Source of what uploaded files say, all of them together."""

MUSICBRAINZ = "musicbrainz"


@dataclass(frozen=True, slots=True)
class GenreClaim:
    """That one source gives an artist a genre."""

    artist: str
    """The lead artist in caseless words, as tracks find their relatives by it."""
    genre: str
    """In its one spelling."""
    source: str
    tracks: int
    """Different tracks that carry it at least."""
    marks: int = 0
    """Of the people whose files say so, as bits: see `mark_of`."""

    @property
    def voices(self) -> int:
        """How many speak for it."""
        return self.marks.bit_count() if self.source == FILES else TRUSTED_VOICES


def mark_of(person: int | None, artist: str) -> int:
    """Return the mark that a person leaves with an artist, so that they count once for it.

    One of `MARKS`, and another one for each artist: it can't be turned back into a person, and one in
    `MARKS` of all people leave the same. None stands for whoever works at the terminal.
    """
    digest = hashlib.sha256(f"{artist}\0{person or 0}".encode()).digest()
    return 1 << int.from_bytes(digest[:4]) % MARKS


def agreed_genres(claims: Iterable[GenreClaim], person: int | None = None) -> dict[str, tuple[str, ...]]:
    """Return the genres of each artist on which enough agree, those with most voices first.

    A genre needs `FEWEST_TRACKS` tracks in one source and `FEWEST_VOICES` voices. What files of who asks
    say counts for them at once, but not against what more others say.
    """
    voices: dict[str, Counter[str]] = {}
    for claim in claims:
        if claim.tracks >= FEWEST_TRACKS:
            is_own = claim.marks & mark_of(person, claim.artist) != 0
            voices.setdefault(claim.artist, Counter())[claim.genre] += claim.voices + is_own
    agreed = {}
    for artist, counted in voices.items():
        least = max(FEWEST_VOICES, SHARE_OF_THE_LOUDEST * max(counted.values()))
        enough = sorted((-count, genre) for genre, count in counted.items() if count >= least)
        if enough:
            agreed[artist] = tuple(genre for _, genre in enough[:MOST_GENRES])
    return agreed
