"""Cache what was read at Spotify for a person: the list of their playlists, and playlists by version."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from services.domain.music import Playlist, PlaylistId
from services.domain.spotify import Library, PlaylistSummary
from services.storage.codec import decode_playlist, encode_playlist
from services.storage.database import Store
from services.storage.links import is_linked
from services.storage.persons import UNREADABLE
from services.storage.schema import kept_playlists, libraries, listed_playlists
from services.storage.upserts import upsert

_LISTED_COLUMNS = [
    listed_playlists.c["playlist_id" if field.name == "id" else field.name]
    for field in fields(PlaylistSummary)
]


class LibraryStore(Store):
    """Lists of playlists by person."""

    async def save(self, user_id: int, library: Library) -> None:
        """Replace a person's list; does nothing for a person who has unlinked meanwhile."""
        rows = [_row(user_id, place, each) for place, each in enumerate(library.playlists)]
        head = {"user_id": user_id, "read_at": library.read_at, "liked": library.liked}
        async with self._database.transaction(durable=False) as connection:
            if not await is_linked(connection, user_id):
                return
            await connection.execute(delete(listed_playlists).where(listed_playlists.c.user_id == user_id))
            await upsert(connection, libraries, [head])
            await upsert(connection, listed_playlists, rows)

    async def load(self, user_id: int) -> Library | None:
        """Read a person's list; None where there is none."""
        query = select(*_LISTED_COLUMNS).where(listed_playlists.c.user_id == user_id)
        async with self._database.reading() as connection:
            head = (
                await connection.execute(select(libraries).where(libraries.c.user_id == user_id))
            ).one_or_none()
            if head is None:
                return None
            rows = (await connection.execute(query.order_by(listed_playlists.c.position))).all()
        return Library(
            playlists=tuple(_summary(row._mapping) for row in rows), read_at=head.read_at, liked=head.liked
        )

    async def purge(self, read_before: datetime) -> int:
        """Forget the lists that were read before a moment and return how many there were."""
        return await self._change(delete(libraries).where(libraries.c.read_at < read_before))


def _row(user_id: int, place: int, summary: PlaylistSummary) -> dict[str, Any]:
    values = {field.name: getattr(summary, field.name) for field in fields(summary)}
    values |= {"user_id": user_id, "playlist_id": values.pop("id"), "position": place}
    return {column.name: values[column.name] for column in listed_playlists.c}


def _summary(row: Mapping[Any, Any]) -> PlaylistSummary:
    values: dict[str, Any] = {str(key): value for key, value in row.items()}
    return PlaylistSummary(id=PlaylistId(values.pop("playlist_id")), **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlaylist:
    """A playlist as it was read."""

    playlist: Playlist
    snapshot_id: str
    fetched_at: datetime


class PlaylistStore(Store):
    """Playlists by person and key: the playlist's id, or a word for what has none."""

    async def save(self, user_id: int, key: str, kept: KeptPlaylist, *, expires_at: datetime) -> None:
        """Keep a playlist in place of an earlier version; its rows and its version are written as one.

        Nothing is kept for a person who has unlinked meanwhile.
        """
        payload = await asyncio.to_thread(encode_playlist, kept.playlist)
        row = {
            "user_id": user_id,
            "playlist_key": key,
            "snapshot_id": kept.snapshot_id,
            "fetched_at": kept.fetched_at,
            "expires_at": expires_at,
            "payload": payload,
        }
        async with self._database.transaction(durable=False) as connection:
            if await is_linked(connection, user_id):
                await upsert(connection, kept_playlists, [row])

    async def load(self, user_id: int, key: str, now: datetime) -> KeptPlaylist | None:
        """Read a playlist that has not expired, else None."""
        query = select(kept_playlists).where(*_is(user_id, key), kept_playlists.c.expires_at > now)
        row = await self._row(query)
        playlist = None if row is None else await asyncio.to_thread(decode_playlist, row.payload)
        if row is None or playlist is None:
            return None
        return KeptPlaylist(playlist=playlist, snapshot_id=row.snapshot_id, fetched_at=row.fetched_at)

    async def prolong(self, user_id: int, key: str, *, expires_at: datetime) -> None:
        """Extend the time for which a playlist is cached."""
        kept = update(kept_playlists).where(*_is(user_id, key))
        await self._change(kept.values(expires_at=expires_at), durable=False)

    async def delete(self, user_id: int, key: str) -> None:
        """Delete a playlist that must have changed."""
        await self._change(delete(kept_playlists).where(*_is(user_id, key)), durable=False)

    async def purge(self, now: datetime) -> int:
        """Delete expired playlists and return how many there were."""
        return await self._change(delete(kept_playlists).where(kept_playlists.c.expires_at <= now))

    async def export_of(self, user_id: int) -> Sequence[Mapping[str, Any]]:
        """Write out the playlists that are kept for a person, as plain values."""
        query = (
            select(kept_playlists)
            .where(kept_playlists.c.user_id == user_id)
            .order_by(kept_playlists.c.playlist_key)
        )
        rows = await self._rows(query)
        written: list[Mapping[str, Any]] = []
        for row in rows:
            playlist = await asyncio.to_thread(decode_playlist, row.payload)
            known = {
                "playlist": row.playlist_key,
                "snapshot_id": row.snapshot_id,
                "fetched_at": row.fetched_at.isoformat(),
                "expires_at": row.expires_at.isoformat(),
            }
            if playlist is None:
                written.append({**known, UNREADABLE: "damaged, or stored by another version of Tastemap"})
                continue
            written.append(
                {
                    **known,
                    "name": playlist.name,
                    "tracks": [
                        {"id": track.id, "title": track.title, "artists": list(track.artists)}
                        for track in playlist.tracks
                    ],
                }
            )
        return written


def _is(user_id: int, key: str) -> tuple[Any, Any]:
    return kept_playlists.c.user_id == user_id, kept_playlists.c.playlist_key == key
