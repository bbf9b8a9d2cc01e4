"""What writing needs of Spotify."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from services.domain.music import Playlist, PlaylistId, TrackId


class PlaylistAccess(Protocol):
    """The playlists of a person, who is named by their Discord user id.

    Every method raises the errors of `services.domain.errors.sources` and `.accounts`. One that is
    raised after a request was sent says nothing about whether it was carried out.
    """

    async def create(self, user_id: int, *, name: str, description: str) -> PlaylistId:
        """Make an empty private playlist."""
        ...

    async def add(self, user_id: int, playlist_id: PlaylistId, tracks: Sequence[TrackId]) -> str | None:
        """Add at most `BATCH` tracks at the end; returns the new snapshot, where one was given."""
        ...

    async def replace(self, user_id: int, playlist_id: PlaylistId, tracks: Sequence[TrackId]) -> str | None:
        """Let a playlist hold these tracks, `BATCH` at most, and nothing else; returns the new snapshot."""
        ...

    async def read(self, user_id: int, playlist_id: PlaylistId) -> Playlist:
        """Read a playlist as it is now, from no cache, with all its rows.

        Raises
        ------
        PlaylistGoneError
            There is none.
        """
        ...

    async def library(self, user_id: int) -> frozenset[PlaylistId] | None:
        """List the playlists in the person's library; None where it is too long to be listed.

        A playlist that its owner deleted has left the library, but can still be read and written.
        """
        ...

    async def find_marked(self, user_id: int, marker: str) -> PlaylistId | None:
        """Look for an own playlist with `marker` in its description."""
        ...

    async def remove(self, user_id: int, playlist_id: PlaylistId) -> None:
        """Take a playlist out of the library; no failure where it is not in it.

        Raises
        ------
        ScopeMissingError
            The person has not allowed all that this may take.
        NotRemovableError
            They have, and Spotify refuses all the same.
        """
        ...
