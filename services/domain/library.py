"""What a person has at Spotify, as a list: before any of the playlists in it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.domain.spotify import PlaylistSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The playlists that a person owns or follows, in Spotify's order, as they were at one moment."""

    playlists: tuple[PlaylistSummary, ...]
    read_at: datetime
    liked: int | None = None
    """How many Liked Songs there are; None where that is not known."""
    unread: int = 0
    """Entries beyond the number that is listed at most."""
    notice: str = ""
    """A sentence for people where the list is not of this moment, else empty."""
