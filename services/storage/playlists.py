"""Keep playlists as they were read at Spotify, for a short time, under the version they had."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from services.domain.music import Playlist
from services.storage.codec import decode_playlist, encode_playlist
from services.storage.database import Database
from services.storage.links import is_linked
from services.storage.schema import kept_playlists
from services.storage.upserts import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlaylist:
    """A playlist as it was read."""

    playlist: Playlist
    snapshot_id: str
    fetched_at: datetime


class PlaylistStore:
    """Playlists by person and key: the playlist's id, or a word for what has none."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
        """Read a playlist whose time is not over, else None."""
        query = select(kept_playlists).where(*_is(user_id, key), kept_playlists.c.expires_at > now)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        playlist = None if row is None else await asyncio.to_thread(decode_playlist, row.payload)
        if row is None or playlist is None:
            return None
        return KeptPlaylist(playlist=playlist, snapshot_id=row.snapshot_id, fetched_at=row.fetched_at)

    async def prolong(self, user_id: int, key: str, *, expires_at: datetime) -> None:
        """Keep a playlist that was used for a little longer."""
        async with self._database.transaction(durable=False) as connection:
            await connection.execute(
                update(kept_playlists).where(*_is(user_id, key)).values(expires_at=expires_at)
            )

    async def delete(self, user_id: int, key: str) -> None:
        """Drop a playlist that can't be as it was any more."""
        async with self._database.transaction(durable=False) as connection:
            await connection.execute(delete(kept_playlists).where(*_is(user_id, key)))

    async def delete_of(self, user_id: int) -> int:
        """Drop everything that was read for a person and return how many playlists there were."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(delete(kept_playlists).where(kept_playlists.c.user_id == user_id))
        return gone.rowcount

    async def purge(self, now: datetime) -> int:
        """Drop the playlists whose time is over and return how many there were."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(delete(kept_playlists).where(kept_playlists.c.expires_at <= now))
        return gone.rowcount

    async def export_of(self, user_id: int) -> Sequence[Mapping[str, Any]]:
        """Write out the playlists that are kept for a person, as plain values."""
        query = (
            select(kept_playlists)
            .where(kept_playlists.c.user_id == user_id)
            .order_by(kept_playlists.c.playlist_key)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        written: list[Mapping[str, Any]] = []
        for row in rows:
            playlist = await asyncio.to_thread(decode_playlist, row.payload)
            if playlist is None:
                continue
            written.append(
                {
                    "playlist": row.playlist_key,
                    "name": playlist.name,
                    "snapshot_id": row.snapshot_id,
                    "fetched_at": row.fetched_at.isoformat(),
                    "expires_at": row.expires_at.isoformat(),
                    "tracks": [
                        {"id": track.id, "title": track.title, "artists": list(track.artists)}
                        for track in playlist.tracks
                    ],
                }
            )
        return written


def _is(user_id: int, key: str) -> tuple[Any, Any]:
    return kept_playlists.c.user_id == user_id, kept_playlists.c.playlist_key == key
