"""What sets a list apart from other playlists and from itself before, and a track from the others in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.domain.features import Feature
from services.domain.grouping import Lean


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the mean of a feature lies among the means of other playlists, beyond their middle half."""

    feature: Feature
    is_more: bool
    percent: int
    """Of how many playlists it has more, or less: 75 to 95, rounded to five."""


class HabitKind(StrEnum):
    """A count of the list itself."""

    FAITHFUL = "faithful"
    """`count` of its tracks are by `name`."""
    RUN = "run"
    """`count` tracks in a row are by `name`."""
    SINCE = "since"
    """Every edition says when its music is from, and none is older than the year `count`."""
    SPAN = "span"
    """Its years go from `count` to `other`."""
    KEY = "key"
    """`count` of the `other` tracks with a known key are in the key `name`."""


@dataclass(frozen=True, slots=True)
class Habit:
    """Something that is countable in a list; it needs no margin."""

    kind: HabitKind
    count: int
    name: str = ""
    other: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """What can be said of a list in one line; empty where nothing can."""

    standings: tuple[Standing, ...] = ()
    """At most two that are not about nearly one thing, the farthest first."""
    genre: str = ""
    """In lower case, of most of the tracks with genres."""
    decade: int | None = None
    """First year of the decade of most tracks, by the years of editions that say when their music is from."""
    habits: tuple[Habit, ...] = ()
    """The most telling first."""
    playlists: int = 0
    """With how many playlists it was compared."""
    listeners: int = 0
    """Whose they are; none weighs more than another."""


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
    """Standard error of that, where the tracks of one artist count as one draw."""
    artists: float | None = None
    """How many artists with equally many of the tracks would tell as much; None in older summaries."""


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


@dataclass(frozen=True, slots=True)
class OddSound:
    """A track sounds unlike others."""

    leans: tuple[Lean, ...]
    """How it does beside them, the most telling first."""
    far: bool
    """Whether the first is far from what they have."""
    group: int | None = None
    """Index of the group whose other tracks are meant; None for all others of the list."""


@dataclass(frozen=True, slots=True)
class OddYear:
    """A track is older or younger than most others."""

    year: int
    usual: tuple[int, int]
    """First and last year of most others."""
    known: bool
    """Whether those are most of all; else only of those whose year is known."""


@dataclass(frozen=True, slots=True)
class OddGenres:
    """A track has genres that hardly any other has."""

    genres: tuple[str, ...]
    of_artist: bool
    """Whether they are only known of its artist."""
    elsewhere: bool
    """Whether any other artist of the list has one of their words."""


Oddity = OddSound | OddYear | OddGenres


@dataclass(frozen=True, slots=True)
class Outlier:
    """A track that stands out most from the others."""

    track: int
    reason: tuple[Oddity, ...] | str
    """What sets it apart, the most telling first; in reports of before in words."""
    score: float
    """Robust z of how far it is from company in sound, and by artist, genre words and year where known."""
