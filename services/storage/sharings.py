"""Keep who shares in which server, and with which playlist. No row means private."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import ColumnElement, select

from services.domain.groups import Sharing
from services.domain.music import Playlist
from services.storage.codec import decode_playlist, encode_playlist
from services.storage.database import Database
from services.storage.schema import sharings
from services.storage.upserts import upsert

_COLUMNS = tuple(column for column in sharings.c if column.name != "playlist")


class SharingStore:
    """Consents by server and person. Ending one is the business of `WithdrawalStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def grant(self, sharing: Sharing, playlist: Playlist) -> None:
        """Let others of a server compare with a playlist, in place of an earlier one."""
        row: dict[str, Any] = {
            "guild_id": sharing.guild_id,
            "user_id": sharing.user_id,
            "name": sharing.name,
            "brought": sharing.brought,
            "tracks": sharing.tracks,
            "playlist": await asyncio.to_thread(encode_playlist, playlist),
            "granted_at": sharing.granted_at,
        }
        async with self._database.transaction() as connection:
            await upsert(connection, sharings, [row])

    async def find(self, guild_id: int, user_id: int) -> Sharing | None:
        """Read a person's consent for a server; None where there is none."""
        found = await self._read(sharings.c.guild_id == guild_id, sharings.c.user_id == user_id)
        return found[0] if found else None

    async def of(self, user_id: int) -> tuple[Sharing, ...]:
        """List all consents of a person."""
        return await self._read(sharings.c.user_id == user_id)

    async def playlist(self, guild_id: int, user_id: int) -> Playlist | None:
        """Read what a person shares in a server."""
        query = select(sharings.c.playlist).where(
            sharings.c.guild_id == guild_id, sharings.c.user_id == user_id
        )
        async with self._database.reading() as connection:
            payload = await connection.scalar(query)
        return None if payload is None else await asyncio.to_thread(decode_playlist, payload)

    async def _read(self, *conditions: ColumnElement[bool]) -> tuple[Sharing, ...]:
        query = select(*_COLUMNS).where(*conditions).order_by(sharings.c.granted_at, sharings.c.guild_id)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(Sharing(**row._mapping) for row in rows)
