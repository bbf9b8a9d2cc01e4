"""Spotify accounts and playlists as the rest of the house sees them."""

from __future__ import annotations

from dataclasses import dataclass

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
    notes: tuple[str, ...] = ()
    was_still: bool = True
    """Whether nobody changed the list on the way, as far as its size tells."""
