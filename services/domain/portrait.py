"""What sets a list apart from other playlists, as far as that is more than its error."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.domain.features import Feature


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
