"""The calls that Tastemap makes to Spotify, each with the token of the person it is made for."""

from __future__ import annotations

import json as json_text
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from services.domain.errors.spotify import PlaylistNotReadableError, SpotifyNotFoundError
from services.domain.music import PlaylistId, TrackId
from services.domain.spotify import PlaylistSummary, RowsRead, SpotifyProfile
from services.sources.spotify.api import SpotifyApi, unreadable
from services.sources.spotify.wire import (
    Page,
    RowTally,
    embedded_page,
    read_page,
    read_profile,
    read_summary,
)

PAGE = 50
MOST_ROWS = 20_000
"""As many as a file may have; a playlist holds 10,000, and Liked Songs have no limit."""
MOST_PLAYLISTS = 1_000

OnCount = Callable[[int, int], Awaitable[None]]
"""Receives how many rows have been read, and of how many."""


async def _silent(_done: int, _total: int) -> None:
    return


class SpotifyClient:
    """Eight endpoints, with paging to the end and both shapes of answers."""

    def __init__(self, api: SpotifyApi) -> None:
        self._api = api
        self._rows_path = "items"
        """The name of the rows' endpoint that this app may use: found out once, by what it answers."""

    async def me(self, token: str) -> SpotifyProfile:
        """Say whose token this is."""
        profile = read_profile(await self._api.call(token, "/me"))
        if profile is None:
            raise unreadable()
        return profile

    async def playlists(self, token: str, *, own_id: str) -> tuple[PlaylistSummary, ...]:
        """List the playlists in a person's library, owned and followed, without their rows."""
        found: dict[PlaylistId, PlaylistSummary] = {}
        offset = 0
        while offset < MOST_PLAYLISTS:
            params = [("limit", str(PAGE)), ("offset", str(offset))]
            page = read_page(await self._api.call(token, "/me/playlists", params=params))
            if page is None:
                raise unreadable()
            for entry in page.rows:
                summary = read_summary(entry, own_id=own_id)
                if summary is not None:
                    found.setdefault(summary.id, summary)
            offset += len(page.rows)
            if not page.rows or offset >= (page.total or 0):
                break
        return tuple(found.values())

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
        on_count: OnCount = _silent,
    ) -> RowsRead:
        """Read all rows of a playlist, stopping at its total: beyond it Spotify repeats rows.

        Raises
        ------
        PlaylistNotReadableError
            The person neither owns it nor collaborates on it.
        """

        async def page_at(offset: int) -> Page:
            return await self._rows_page(token, summary, offset)

        try:
            return await _read_all(page_at, first=first, on_count=on_count)
        except PlaylistNotReadableError as error:
            raise PlaylistNotReadableError(summary.name) from error

    async def liked(self, token: str, *, on_count: OnCount = _silent) -> RowsRead:
        """Read the Liked Songs of a person."""

        async def page_at(offset: int) -> Page:
            return await self.liked_page(token, offset)

        return await _read_all(page_at, first=None, on_count=on_count)

    async def liked_page(self, token: str, offset: int) -> Page:
        """Read one page of the Liked Songs; the first one tells whether anything has changed."""
        page = read_page(await self._api.call(token, "/me/tracks", params=_at(offset)))
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
            await self._api.call(token, "/me/library", method="DELETE", params=uris, expects_json=False)
        except (SpotifyNotFoundError, PlaylistNotReadableError):
            # Older apps do not have the new route.
            await self._api.call(
                token, f"/playlists/{playlist_id}/followers", method="DELETE", expects_json=False
            )

    async def _rows_page(self, token: str, summary: PlaylistSummary, offset: int) -> Page:
        params = [*_at(offset), ("additional_types", "track,episode")]
        path = f"/playlists/{summary.id}/{self._rows_path}"
        try:
            page = read_page(await self._api.call(token, path, params=params))
        except SpotifyNotFoundError:
            page = await self._other_route(token, summary, params)
        except PlaylistNotReadableError:
            # A route that was removed answers 403 too; on one's own list it can mean nothing else.
            if not summary.is_own:
                raise
            page = await self._other_route(token, summary, params)
        if page is None:
            raise unreadable()
        return page

    async def _other_route(
        self, token: str, summary: PlaylistSummary, params: Sequence[tuple[str, str]]
    ) -> Page | None:
        other = "tracks" if self._rows_path == "items" else "items"
        page = read_page(await self._api.call(token, f"/playlists/{summary.id}/{other}", params=params))
        if page is not None:
            self._rows_path = other
        return page

    async def _change_rows(
        self, token: str, playlist_id: PlaylistId, method: str, tracks: Sequence[TrackId], *, repeatable: bool
    ) -> str | None:
        value = await self._api.call(
            token,
            f"/playlists/{playlist_id}/{self._rows_path}",
            method=method,
            json={"uris": [f"spotify:track:{track}" for track in tracks]},
            repeatable=repeatable,
        )
        snapshot = value.get("snapshot_id") if isinstance(value, dict) else None
        return snapshot if isinstance(snapshot, str) and snapshot else None


async def _read_all(
    page_at: Callable[[int], Awaitable[Page]], *, first: Page | None, on_count: OnCount
) -> RowsRead:
    """Read page after page; once more from the start if the list grew or shrank meanwhile."""
    rows, notes = await _read_pages(page_at, first, on_count)
    if rows is None:
        rows, notes = await _read_pages(page_at, None, on_count)
    if rows is None:
        rows, notes = await _read_pages(page_at, None, on_count, trusting=True)
        notes = (*notes, "The list was being changed while I read it; run it again for its final state.")
    tally = RowTally()
    for row in rows or ():
        tally.add(row)
    return RowsRead(tracks=tuple(tally.tracks), skipped=tally.skipped, notes=(*tally.notes, *notes))


async def _read_pages(
    page_at: Callable[[int], Awaitable[Page]],
    first: Page | None,
    on_count: OnCount,
    *,
    trusting: bool = False,
) -> tuple[list[Any] | None, tuple[str, ...]]:
    """Return all rows, or None for the rows when the total changed on the way."""
    page = first if first is not None and (first.rows or not first.total) else await page_at(0)
    total = min(page.total or 0, MOST_ROWS)
    cut = (f"Only the first {MOST_ROWS:,} rows were read.",) if (page.total or 0) > MOST_ROWS else ()
    rows = list(page.rows)
    while len(rows) < total:
        await on_count(len(rows), total)
        following = await page_at(len(rows))
        if following.total != page.total and not trusting:
            return None, ()
        if not following.rows:
            break
        rows += following.rows
    return rows[:total], cut


def _at(offset: int) -> list[tuple[str, str]]:
    return [("limit", str(PAGE)), ("offset", str(offset))]


def row_fingerprint(page: Page) -> str:
    """Name the state of a list without snapshots by its size and its newest row."""
    newest = page.rows[0] if page.rows else None
    added_at = newest.get("added_at") if isinstance(newest, dict) else None
    return json_text.dumps([page.total, added_at])
