"""Why tracks can't be put in an order as it was asked."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors import TastemapError


@dataclass(eq=False)
class TooFewToOrderError(TastemapError):
    """There are not even three tracks."""

    tracks: int


@dataclass(eq=False)
class UnreadableLockError(TastemapError):
    """The words name no places."""

    text: str


@dataclass(eq=False)
class NoSuchPlaceError(TastemapError):
    """The list has no place of that number."""

    number: int
    tracks: int


@dataclass(eq=False)
class LockedTwiceError(TastemapError):
    """Two tracks are to stand at one place, or one at two."""

    place: int
    """As people count, from 1."""


@dataclass(eq=False)
class TrackNotFoundError(TastemapError):
    """No track of the list is called so."""

    text: str
