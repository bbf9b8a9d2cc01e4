"""Spotify accounts, libraries, playlists and quota as other rooms see them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from services.domain.messages import Note
from services.domain.music import PlaylistId, Skipped, Track

READ_SCOPES = frozenset({"playlist-read-private", "playlist-read-collaborative", "user-library-read"})
"""Asked for at the first login. Scopes for writing are in `services.domain.writes`."""


@dataclass(frozen=True, slots=True)
class SpotifyProfile:
    """Whose account a token opens."""

    account_id: str
    """Immutable and pseudonymous; the user id where Spotify does not give it yet."""
    user_id: str
    """As it appears as the owner of playlists."""
    name: str
    """As the person calls themselves there; may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistSummary:
    """A playlist in somebody's library, before its rows are read."""

    id: PlaylistId
    name: str
    owner_id: str
    owner_name: str
    snapshot_id: str | None
    total: int | None
    """Number of rows; None where Spotify does not say, as for lists that it will not show."""
    is_own: bool
    is_collaborative: bool
    description: str = ""

    @property
    def is_readable(self) -> bool:
        """Whether reading the rows is worth a call: Spotify shows them to owners and collaborators only."""
        return self.is_own or self.is_collaborative or self.total is not None


@dataclass(frozen=True, slots=True)
class Listing:
    """The playlists in somebody's library, as far as they were listed."""

    playlists: tuple[PlaylistSummary, ...]
    unread: int = 0
    """Entries beyond the number that is read at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsRead:
    """All rows of a list, in its order."""

    tracks: tuple[Track, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[Note, ...] = ()
    was_still: bool = True
    """Whether nobody changed the list on the way, as far as its size tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The playlists that a person owns or follows, in Spotify's order, as they were at one moment."""

    playlists: tuple[PlaylistSummary, ...]
    read_at: datetime
    liked: int | None = None
    """How many Liked Songs there are; None where that is not known."""
    unread: int = 0
    """Entries beyond the number that is listed at most."""
    notice: Note | None = None
    """Set where the list is not of this moment."""


@dataclass(frozen=True, slots=True)
class Quota:
    """Calls of the last 24 hours, of everybody together."""

    spent: int
    budget: int
    blocked_until: datetime | None = None
    """Set while nothing may be asked: our own budget is spent, or Spotify says that its quota is."""


_CHARGED: ContextVar[int | None] = ContextVar("charged", default=None)


@contextmanager
def charged_to(user_id: int) -> Iterator[None]:
    """Let the calls to Spotify that are made inside the block count as this person's."""
    token = _CHARGED.set(user_id)
    try:
        yield
    finally:
        _CHARGED.reset(token)


def whose_call() -> int | None:
    """Return whom a call that is made now is for; None where it is for nobody in particular."""
    return _CHARGED.get()
