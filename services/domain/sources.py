"""What feature sources answer (found, absent and failed are three things), and where two disagree."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.domain.features import AudioFeatures, Feature, Origin, Provenance
from services.domain.messages import Note
from services.domain.music import TrackId
from services.domain.report import EnrichedTrack


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


_SAME_TEMPO, _SAME_LOUDNESS_DB, _SAME_SHARE = 0.04, 2.0, 0.1
"""Up to so much two values are one: of a tempo 4 %, as where trackers are judged."""


@dataclass(frozen=True, slots=True)
class Opinions:
    """Two values of one feature of one track."""

    feature: Feature
    value: float
    source: Provenance
    other: float
    other_source: Provenance

    @property
    def differ(self) -> bool:
        """Whether the difference is more than two measurements of one thing have."""
        match self.feature:
            case Feature.TEMPO:
                return abs(math.log(self.value / self.other)) > math.log1p(_SAME_TEMPO)
            case Feature.KEY | Feature.MODE:
                return self.value != self.other
            case Feature.LOUDNESS:
                return abs(self.value - self.other) > _SAME_LOUDNESS_DB
            case _:
                return abs(self.value - self.other) > _SAME_SHARE

    @property
    def are_octaves(self) -> bool:
        """Whether one is a tempo of half or double the other."""
        octaves = abs(math.log2(self.value / self.other)) if self.feature is Feature.TEMPO else 0.0
        return self.differ and abs(octaves - 1) < math.log2(1 + _SAME_TEMPO)


def second_opinions(entry: EnrichedTrack) -> Iterator[Opinions]:
    """List the features of a track of which two sources know a value, as they stand in `Feature`."""
    for features, source in entry.others:
        for feature in Feature:
            value, own = entry.features.get(feature), entry.provenance.get(feature)
            other = features.get(feature)
            if value is None or other is None or own is None or own.origin is Origin.IMPUTED or own == source:
                continue
            yield Opinions(feature, value, own, other, source)
