"""Why something that somebody is deciding about can't be gone on with."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors import TastemapError


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
