"""The keys by which related tracks are found, and the tracks that were found."""

from __future__ import annotations

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
