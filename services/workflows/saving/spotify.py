"""Reach the playlists of a person at Spotify, with their own token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from services.domain.accounts import Link
from services.domain.errors.accounts import ScopeMissingError
from services.domain.errors.spotify import SpotifyNotFoundError, TokenRefusedError
from services.domain.errors.writes import PlaylistGoneError
from services.domain.music import Playlist, PlaylistId, PlaylistSource, TrackId
from services.domain.spotify import READ_SCOPES
from services.domain.writes import WRITE_SCOPES
from services.sources.spotify.client import MOST_PLAYLISTS, SpotifyClient

_READS = 3
"""Tries to read a playlist that is being changed by somebody else meanwhile."""

Answer = TypeVar("Answer")


class Tokens(Protocol):
    """The part of `TokenService` that is needed here."""

    async def link_of(self, user_id: int) -> Link:
        """Return the person's link."""
        ...

    async def access_token(self, user_id: int, *, scopes: frozenset[str] = frozenset()) -> str:
        """Return a token that allows `scopes`."""
        ...

    async def refreshed(self, user_id: int, stale: str) -> str:
        """Return another token than the one that Spotify has just refused."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotifyPlaylists:
    """What `PlaylistAccess` asks for, by the real client."""

    client: SpotifyClient
    tokens: Tokens

    async def create(self, user_id: int, *, name: str, description: str) -> PlaylistId:
        """Make an empty private playlist."""
        return await self._with_token(
            user_id,
            WRITE_SCOPES,
            lambda token: self.client.create_playlist(token, name=name, description=description),
        )

    async def add(self, user_id: int, playlist_id: PlaylistId, tracks: Sequence[TrackId]) -> str | None:
        """Add tracks at the end."""
        with _gone(playlist_id):
            return await self._with_token(
                user_id, WRITE_SCOPES, lambda token: self.client.add_items(token, playlist_id, tracks)
            )

    async def replace(self, user_id: int, playlist_id: PlaylistId, tracks: Sequence[TrackId]) -> str | None:
        """Let a playlist hold these tracks and nothing else."""
        with _gone(playlist_id):
            return await self._with_token(
                user_id, WRITE_SCOPES, lambda token: self.client.replace_items(token, playlist_id, tracks)
            )

    async def read(self, user_id: int, playlist_id: PlaylistId) -> Playlist:
        """Read a playlist with all its rows, all of one moment."""
        with _gone(playlist_id):
            own_id = (await self.tokens.link_of(user_id)).spotify_user_id
            return await self._with_token(
                user_id, READ_SCOPES, lambda token: self._read(token, playlist_id, own_id)
            )

    async def library(self, user_id: int) -> frozenset[PlaylistId] | None:
        """List the playlists in the person's library."""
        listed = await self._with_token(
            user_id, READ_SCOPES, lambda token: self.client.playlists(token, own_id="")
        )
        return frozenset(each.id for each in listed) if len(listed) < MOST_PLAYLISTS else None

    async def find_marked(self, user_id: int, marker: str) -> PlaylistId | None:
        """Look for a playlist with `marker` in its description."""
        listed = await self._with_token(
            user_id, READ_SCOPES, lambda token: self.client.playlists(token, own_id="")
        )
        return next((each.id for each in listed if marker in each.description), None)

    async def remove(self, user_id: int, playlist_id: PlaylistId) -> None:
        """Take a playlist out of the library."""
        try:
            await self._with_token(
                user_id, WRITE_SCOPES, lambda token: self.client.remove_playlist(token, playlist_id)
            )
        except SpotifyNotFoundError:
            return

    async def _read(self, token: str, playlist_id: PlaylistId, own_id: str) -> Playlist:
        summary, first = await self.client.playlist(token, playlist_id, own_id=own_id)
        rows = await self.client.rows(token, summary, first=first)
        for _ in range(_READS - 1):
            if first is not None and len(first.rows) >= (first.total or 0):
                break  # the snapshot and all rows came in one answer
            later, again = await self.client.playlist(token, playlist_id, own_id=own_id)
            if later.snapshot_id == summary.snapshot_id:
                break
            summary, first = later, again
            rows = await self.client.rows(token, summary, first=first)
        return Playlist(
            name=summary.name,
            tracks=rows.tracks,
            source=PlaylistSource.SPOTIFY,
            format="Spotify",
            id=playlist_id,
            snapshot_id=summary.snapshot_id,
            skipped=rows.skipped,
        )

    async def _with_token(
        self, user_id: int, scopes: frozenset[str], call: Callable[[str], Awaitable[Answer]]
    ) -> Answer:
        """Make a call; a refused token is replaced once, because nothing was carried out with it."""
        token = await self.tokens.access_token(user_id, scopes=scopes)
        try:
            return await call(token)
        except TokenRefusedError:
            return await call(await self.tokens.refreshed(user_id, token))
        except ScopeMissingError as error:
            raise ScopeMissingError(error.scopes or scopes) from error


@contextmanager
def _gone(playlist_id: PlaylistId) -> Iterator[None]:
    try:
        yield
    except SpotifyNotFoundError as error:
        raise PlaylistGoneError(playlist_id) from error
