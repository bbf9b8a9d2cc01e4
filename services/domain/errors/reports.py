"""Why a stored result, or a decision about one, is not available."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors import TastemapError


@dataclass(eq=False)
class ReportNotFoundError(TastemapError):
    """The result is gone: expired, or deleted by its owner."""

    report_id: str


@dataclass(eq=False)
class NoSuchGroupError(TastemapError):
    """The result has fewer groups than the one that was asked for."""

    groups: int


@dataclass(eq=False)
class NotYourReportError(TastemapError):
    """Only the person who asked for the analysis may do this."""

    owner_id: int


@dataclass(eq=False)
class NoReportYetError(TastemapError):
    """The person has made no map yet, or all of them have expired."""


@dataclass(eq=False)
class NotMappedError(TastemapError):
    """The person has maps, and none of a list that is called so."""

    text: str


@dataclass(eq=False)
class DraftNotFoundError(TastemapError):
    """The decisions are no longer stored."""

    draft_id: str


@dataclass(eq=False)
class NothingDecidedError(TastemapError):
    """What was decided changes nothing."""


@dataclass(eq=False)
class NothingToSplitError(TastemapError):
    """The playlist has no two groups of tracks."""

    name: str
    tracks: int


@dataclass(eq=False)
class TooFewKeysError(TastemapError):
    """An order in key was asked for, and the keys of too few tracks are known."""

    known: int
    tracks: int


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
