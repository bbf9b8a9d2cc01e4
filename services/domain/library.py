"""What a person has at Spotify, as a list: before any of the playlists in it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.domain.music import PlaylistId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPlaylist:
    """One playlist of a person's library; the numbers are Spotify's and may lag behind."""

    id: PlaylistId
    name: str
    owner: str = ""
    """The owner's display name, where Spotify says it."""
    own: bool = False
    collaborative: bool = False
    public: bool | None = None
    description: str = ""
    snapshot_id: str | None = None
    tracks: int | None = None
    """Rows of every kind. None where Spotify keeps even the number from this person."""

    @property
    def is_readable(self) -> bool:
        """Whether reading it can be expected to work; an invited collaborator may be able to all the same."""
        return self.own or self.collaborative or self.tracks is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The playlists that a person owns or follows, in Spotify's order, as they were at one moment."""

    playlists: tuple[ListedPlaylist, ...]
    read_at: datetime
    liked: int | None = None
    """How many Liked Songs there are, where the person allows it to be known."""
    unreadable: int = 0
    """Entries in which Spotify sent nothing that could be shown."""
