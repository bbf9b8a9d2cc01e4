"""What a feature source answers: found, absent and failed are three different things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.domain.features import AudioFeatures
from services.domain.messages import Note
from services.domain.music import TrackId


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedFeatures:
    """Feature values that one source gave for one track. Keyed by track and source, never by person."""

    track_id: TrackId
    source: str
    features: AudioFeatures
    fetched_at: datetime
    isrc: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A source answered and does not know the track. Remembered until `expires_at`."""

    track_id: TrackId
    source: str
    fetched_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchOutcome:
    """The answer of a source for a set of tracks; every asked id is in exactly one of the three."""

    found: Mapping[TrackId, FetchedFeatures] = field(default_factory=dict)
    absent: frozenset[TrackId] = frozenset()
    failed: Mapping[TrackId, str] = field(default_factory=dict)
    """Why the answer is missing, in a few words: "rate limit", "timeout"."""
    notice: Note | None = None
    """Set when the source as a whole was in trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """What the shared row of an outside service says to somebody who wants to call it."""

    is_taken: bool
    """Whether the caller may call, after the wait."""
    wait_s: float = 0.0
    rest_s: float = 0.0
    """How long nobody is to call."""
    reason: str | None = None
    """Why, where it is no mere rate limit."""
