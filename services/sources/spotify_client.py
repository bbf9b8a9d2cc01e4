"""The calls that Tastemap makes to Spotify, each with the token of the person it is made for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.domain.errors.sources import (
    PlaylistNotReadableError,
    ScopeMissingError,
    SpotifyNotFoundError,
    SpotifyRejectedError,
)
from services.domain.music import PlaylistId, TrackId
from services.domain.spotify import READ_SCOPES, Listing, PlaylistSummary, RowsRead, SpotifyProfile
from services.domain.writes import REMOVE_SCOPES, WRITE_SCOPES
from services.sources.spotify_api import SpotifyApi, unreadable
from services.sources.spotify_wire import (
    PAGE,
    Page,
    at,
    embedded_page,
    read_all,
    read_page,
    read_profile,
    read_summary,
    silent,
)

MOST_PLAYLISTS = 1_000


class SpotifyClient:
    """Eight endpoints, with paging to the end and both shapes of answers."""

    def __init__(self, api: SpotifyApi) -> None:
        self._api = api
        self._rows_path = "items"
        """The name of the rows' endpoint that this app may use: found out once, by what it answers."""
        self._is_proven = False
        """Whether that endpoint has ever answered: from then on a refusal is about the playlist."""

    async def me(self, token: str) -> SpotifyProfile:
        """Say whose token this is."""
        profile = read_profile(await self._api.call(token, "/me"))
        if profile is None:
            raise unreadable()
        return profile

    async def playlists(self, token: str, *, own_id: str) -> Listing:
        """List the playlists in a person's library, owned and followed, without their rows."""
        found: dict[PlaylistId, PlaylistSummary] = {}
        offset, total = 0, None
        while offset < MOST_PLAYLISTS:
            value = await self._api.call(token, "/me/playlists", params=at(offset), needs=READ_SCOPES)
            page = read_page(value)
            if page is None:
                raise unreadable()
            for entry in page.rows:
                summary = read_summary(entry, own_id=own_id)
                if summary is not None:
                    found.setdefault(summary.id, summary)
            offset, total = offset + len(page.rows), page.total
            if offset >= total if total is not None else len(page.rows) < PAGE:
                break
            if not page.rows:
                break
        return Listing(tuple(found.values()), max(0, (total or 0) - offset))

    async def playlist(
        self, token: str, playlist_id: PlaylistId, *, own_id: str
    ) -> tuple[PlaylistSummary, Page | None]:
        """Read a playlist's name and snapshot, with the first rows where Spotify shows them."""
        value = await self._api.call(token, f"/playlists/{playlist_id}")
        summary = read_summary(value, own_id=own_id)
        if summary is None:
            raise unreadable()
        return summary, embedded_page(value)

    async def rows(
        self,
        token: str,
        summary: PlaylistSummary,
        *,
        first: Page | None = None,
    ) -> RowsRead:
        """Read all rows of a playlist, stopping at its total: beyond it Spotify repeats rows.

        Raises
        ------
        PlaylistNotReadableError
            The person neither owns it nor collaborates on it.
        """

        async def page_at(offset: int) -> Page:
            return await self.rows_page(token, summary, offset)

        try:
            return await read_all(page_at, first=first, on_count=silent)
        except PlaylistNotReadableError as error:
            raise PlaylistNotReadableError(summary.name) from error

    async def liked_page(self, token: str, offset: int) -> Page:
        """Read one page of the Liked Songs; the first one tells whether anything has changed."""
        needs = frozenset({"user-library-read"})
        page = read_page(await self._api.call(token, "/me/tracks", params=at(offset), needs=needs))
        if page is None:
            raise unreadable()
        return page

    async def create_playlist(self, token: str, *, name: str, description: str) -> PlaylistId:
        """Make an empty private playlist. Never repeated: a second try could make a second playlist."""
        value = await self._api.call(
            token,
            "/me/playlists",
            method="POST",
            json={"name": name, "description": description, "public": False, "collaborative": False},
            repeatable=False,
            needs=WRITE_SCOPES,
        )
        summary = read_summary(value, own_id=None)
        if summary is None:
            raise unreadable()
        return summary.id

    async def add_items(self, token: str, playlist_id: PlaylistId, tracks: Sequence[TrackId]) -> str | None:
        """Add up to 100 tracks at the end; returns the new snapshot. Never repeated."""
        return await self._change_rows(token, playlist_id, "POST", tracks, repeatable=False)

    async def replace_items(
        self, token: str, playlist_id: PlaylistId, tracks: Sequence[TrackId]
    ) -> str | None:
        """Let a playlist hold exactly these tracks, 100 at most; returns the new snapshot."""
        return await self._change_rows(token, playlist_id, "PUT", tracks, repeatable=True)

    async def remove_playlist(self, token: str, playlist_id: PlaylistId) -> None:
        """Take a playlist out of the person's library: all that deleting means at Spotify."""
        uris = [("uris", f"spotify:playlist:{playlist_id}")]
        try:
            await self._api.call(
                token, "/me/library", method="DELETE", params=uris, expects_json=False, needs=REMOVE_SCOPES
            )
        except (SpotifyNotFoundError, SpotifyRejectedError, ScopeMissingError) as refusal:
            # Older apps do not have the new route; the older route wants fewer scopes.
            path = f"/playlists/{playlist_id}/followers"
            try:
                await self._api.call(token, path, method="DELETE", expects_json=False, needs=WRITE_SCOPES)
            except (PlaylistNotReadableError, ScopeMissingError) as again:
                # A newer app does not have the old one: what counts is what the first one said.
                raise (refusal if isinstance(refusal, ScopeMissingError) else again) from again

    async def rows_page(self, token: str, summary: PlaylistSummary, offset: int) -> Page:
        """Read one page of a playlist's rows."""
        params = [*at(offset), ("additional_types", "track,episode")]
        page = read_page(
            await self._rows_call(
                token,
                summary.id,
                # On one's own list a refusal can only mean that the route was removed.
                may_be_route=summary.is_own,
                params=params,
                needs=frozenset({"playlist-read-private"}),
            )
        )
        if page is None:
            raise unreadable()
        return page

    async def _change_rows(
        self, token: str, playlist_id: PlaylistId, method: str, tracks: Sequence[TrackId], *, repeatable: bool
    ) -> str | None:
        value = await self._rows_call(
            token,
            playlist_id,
            may_be_route=True,
            method=method,
            json={"uris": [f"spotify:track:{track}" for track in tracks]},
            repeatable=repeatable,
            needs=WRITE_SCOPES,
        )
        snapshot = value.get("snapshot_id") if isinstance(value, dict) else None
        return snapshot if isinstance(snapshot, str) and snapshot else None

    async def _rows_call(
        self, token: str, playlist_id: PlaylistId, *, may_be_route: bool, **call: Any
    ) -> Any:
        """Call the rows' endpoint of a playlist; by its other name where this one is not there.

        A removed route answers 404 or 403, and so do playlists: neither was carried out, so that also
        a call that must not be repeated can go the other way.
        """
        try:
            value = await self._api.call(token, f"/playlists/{playlist_id}/{self._rows_path}", **call)
        except (SpotifyNotFoundError, PlaylistNotReadableError) as error:
            if self._is_proven or (isinstance(error, PlaylistNotReadableError) and not may_be_route):
                raise
            other = "tracks" if self._rows_path == "items" else "items"
            value = await self._api.call(token, f"/playlists/{playlist_id}/{other}", **call)
            self._rows_path = other
        self._is_proven = True
        return value
