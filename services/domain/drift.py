"""What changed in a list since it was analysed before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from services.domain.features import Feature

SoundRow = tuple[float | None, ...]
"""Real values of one track in the order of `SOUND_FEATURES`; None where there is none, or an estimate."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the mean of a feature that is more than chance."""

    feature: Feature
    before: float
    """Mean in the unit of the feature."""
    now: float
    spreads: float
    """The difference in spreads of typical music, and its direction."""


@dataclass(frozen=True, slots=True)
class ShareChange:
    """A group that grew or shrank, by more than chance."""

    name: str
    before: float
    """Share of the grouped tracks in the report of then, 0..1."""
    now: float


@dataclass(frozen=True, slots=True)
class JoinedGroups:
    """Groups of before whose tracks are together now."""

    names: tuple[str, ...]
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What changed since an earlier report of the same list."""

    made_at: datetime
    """When that report was made."""
    new: int | None
    """Different tracks that were not in it; None where only its means are known."""
    gone: int | None
    changes: tuple[Change, ...] = ()
    """Certain ones, the largest first."""
    shares: tuple[ShareChange, ...] = ()
    """Certain ones, the largest first."""
    joined: tuple[JoinedGroups, ...] = ()
    compared: bool = True
    """Whether the sound could be compared: enough real values, of the same source."""


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of one feature over the tracks with a real value."""

    tracks: int
    value: float
    """In the unit of the feature."""
    spreads: float
    """In spreads of typical music."""
    error: float
    """Standard error of that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What is remembered of a map: numbers and the names of its groups, and no track."""

    tracks: int
    source: str
    """Where most values came from."""
    means: Mapping[Feature, Mean]
    """Of the sound features with at least two real values."""
    groups: tuple[tuple[str, int], ...] = ()
    """Names and tracks, by letter."""


@dataclass(frozen=True, slots=True)
class Stage:
    """How a list sounded at one time."""

    at: datetime
    summary: Summary


@dataclass(frozen=True, slots=True)
class Era:
    """The tracks that were added to a list from one day to another."""

    first: date
    last: date
    summary: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a list sounded over time, and which changes are certain."""

    name: str
    stages: tuple[Stage, ...]
    """Its maps with different tracks, the oldest first and the latest last."""
    since: Since | None
    """What changed from one of the first of them to the last; None where there is only one."""
    eras: tuple[Era, ...] = ()
    """By when tracks were added, the oldest first; two or more, or none."""
    era_changes: tuple[Change, ...] = ()
    """From the first to the last of them."""


@dataclass(frozen=True, slots=True)
class MappedList:
    """A list of which a person has maps."""

    fingerprint: str
    name: str
    last_at: datetime
    is_remembered: bool
