"""Who keeps company with whom: the words under which tracks find their relatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from services.domain.features import AudioFeatures
from services.domain.music import Track


@dataclass(frozen=True, slots=True)
class TrackKeys:
    """The normalised words under which a track finds its company; empty where there is none.

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
