"""Reach the playlists of a person at Spotify, with their own token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from services.accounts.tokens import SpotifyAccess
from services.domain.errors.sources import (
    NotRemovableError,
    NotYourPlaylistError,
    PlaylistGoneError,
    PlaylistNotReadableError,
    ScopeMissingError,
    SpotifyNotFoundError,
    SpotifyRejectedError,
)
from services.domain.music import Playlist, PlaylistId, PlaylistSource, TrackId
from services.domain.spotify import READ_SCOPES
from services.domain.writes import REMOVE_SCOPES, WRITE_SCOPES

_READS = 3
"""Tries to read a playlist that is being changed by somebody else meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotifyPlaylists:
    """What `PlaylistAccess` asks for, by the real client."""

    access: SpotifyAccess

    async def create(self, user_id: int, *, name: str, description: str) -> PlaylistId:
        """Make an empty private playlist."""
        return await self.access.ask(
            user_id,
            WRITE_SCOPES,
            self.access.client.create_playlist,
            name=name,
            description=description,
        )

    async def add(self, user_id: int, playlist_id: PlaylistId, tracks: Sequence[TrackId]) -> str | None:
        """Add tracks at the end."""
        with _gone(playlist_id), _not_mine(playlist_id):
            return await self.access.ask(
                user_id, WRITE_SCOPES, self.access.client.add_items, playlist_id, tracks
            )

    async def replace(self, user_id: int, playlist_id: PlaylistId, tracks: Sequence[TrackId]) -> str | None:
        """Let a playlist hold these tracks and nothing else."""
        with _gone(playlist_id), _not_mine(playlist_id):
            return await self.access.ask(
                user_id,
                WRITE_SCOPES,
                self.access.client.replace_items,
                playlist_id,
                tracks,
            )

    async def read(self, user_id: int, playlist_id: PlaylistId) -> Playlist:
        """Read a playlist with all its rows, all of one moment."""
        with _gone(playlist_id):
            own_id = await self.access.own_id(user_id)
            return await self.access.ask(user_id, READ_SCOPES, self._read, playlist_id, own_id)

    async def library(self, user_id: int) -> frozenset[PlaylistId] | None:
        """List the playlists in the person's library."""
        listed = await self.access.ask(user_id, READ_SCOPES, self.access.client.playlists, own_id="")
        return None if listed.unread else frozenset(each.id for each in listed.playlists)

    async def find_marked(self, user_id: int, marker: str) -> PlaylistId | None:
        """Look for a playlist with `marker` in its description."""
        listed = await self.access.ask(user_id, READ_SCOPES, self.access.client.playlists, own_id="")
        return next((each.id for each in listed.playlists if marker in each.description), None)

    async def remove(self, user_id: int, playlist_id: PlaylistId) -> None:
        """Take a playlist out of the library."""
        try:
            await self.access.ask(user_id, WRITE_SCOPES, self.access.client.remove_playlist, playlist_id)
        except SpotifyNotFoundError:
            return
        except ScopeMissingError as error:
            link = await self.access.tokens.link_of(user_id)
            missing = (error.scopes | REMOVE_SCOPES) - link.scopes
            if missing:
                raise ScopeMissingError(missing, link.authorized_at) from error
            raise NotRemovableError(playlist_id) from error
        except (PlaylistNotReadableError, SpotifyRejectedError) as error:
            raise NotRemovableError(playlist_id) from error

    async def _read(self, token: str, playlist_id: PlaylistId, own_id: str) -> Playlist:
        summary, first = await self.access.client.playlist(token, playlist_id, own_id=own_id)
        rows = await self.access.client.rows(token, summary, first=first)
        for _ in range(_READS - 1):
            if first is not None and len(first.rows) >= (first.total or 0):
                break  # the snapshot and all rows came in one answer
            later, again = await self.access.client.playlist(token, playlist_id, own_id=own_id)
            if later.snapshot_id == summary.snapshot_id:
                break
            summary, first = later, again
            rows = await self.access.client.rows(token, summary, first=first)
        return Playlist(
            name=summary.name,
            tracks=rows.tracks,
            source=PlaylistSource.SPOTIFY,
            format="Spotify",
            id=playlist_id,
            snapshot_id=summary.snapshot_id,
            skipped=rows.skipped,
        )


@contextmanager
def _gone(playlist_id: PlaylistId) -> Iterator[None]:
    try:
        yield
    except SpotifyNotFoundError as error:
        raise PlaylistGoneError(playlist_id) from error


@contextmanager
def _not_mine(playlist_id: PlaylistId) -> Iterator[None]:
    try:
        yield
    except PlaylistNotReadableError as error:
        raise NotYourPlaylistError(playlist_id) from error
