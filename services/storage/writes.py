"""Keep the journal of writes: what was wanted, how far it came, and what was there before."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.music import PlaylistId, TrackId
from services.domain.orders import Difference
from services.domain.writes import Hindrance, Write, WriteKind, WriteStage
from services.storage.database import Database
from services.storage.schema import playlist_writes

_FINAL = tuple(stage.value for stage in WriteStage if stage.is_final)
_COMPRESSION = 1
"""Ids are random: more effort finds nothing more."""


class WriteStore:
    """The journal of writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, write: Write, *others: Write) -> Write:
        """Enter a write and what changes with it, or return the one that the same wish has made already."""
        row = {"write_id": write.write_id, **_columns(write), **_lists(write), "held_until": None}
        try:
            async with self._database.transaction() as connection:
                await connection.execute(playlist_writes.insert().values(row))
                for other in others:
                    await _update(connection, other)
        except IntegrityError:
            known = await self._find(
                playlist_writes.c.user_id == write.user_id, playlist_writes.c.request == write.request
            )
            if not known:
                raise
            return known[0]
        return write

    async def save(self, write: Write, *others: Write, held_until: datetime | None = None) -> None:
        """Keep the progress of a write, and of others that change with it: all, or none.

        The lists of tracks are fixed when a write is entered, and so are not written again and again.
        """
        async with self._database.transaction() as connection:
            await _update(connection, write, held_until=held_until)
            for other in others:
                await _update(connection, other)

    async def hold(self, write_id: str, *, now: datetime, until: datetime, alone: bool = False) -> bool:
        """Claim a write, so that no other process works on it; False while one does.

        Parameters
        ----------
        alone
            Whether no other process can be at work, so that a claim that is left is one of the dead.
        """
        free = or_(playlist_writes.c.held_until.is_(None), playlist_writes.c.held_until <= now)
        async with self._database.transaction() as connection:
            claimed = await connection.execute(
                update(playlist_writes)
                .where(playlist_writes.c.write_id == write_id, *(() if alone else (free,)))
                .values(held_until=until)
            )
        return claimed.rowcount > 0

    async def release(self, write_id: str) -> None:
        """Give a claim back."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(playlist_writes).where(playlist_writes.c.write_id == write_id).values(held_until=None)
            )

    async def load(self, write_id: str) -> Write | None:
        """Read one write."""
        found = await self._find(playlist_writes.c.write_id == write_id)
        return found[0] if found else None

    async def undoable(self, user_id: int, limit: int) -> tuple[Write, ...]:
        """List a person's writes that were not taken back yet, newest first; undos are none of them."""
        return await self._find(
            playlist_writes.c.user_id == user_id,
            playlist_writes.c.undoes.is_(None),
            playlist_writes.c.undone_by.is_(None),
            playlist_writes.c.stage.not_in([WriteStage.PLANNED.value, WriteStage.ABANDONED.value]),
            limit=limit,
        )

    async def unfinished(self, user_id: int | None = None) -> tuple[Write, ...]:
        """List the writes that are not finished, newest first: of one person, or of all."""
        owner = () if user_id is None else (playlist_writes.c.user_id == user_id,)
        return await self._find(playlist_writes.c.stage.not_in(_FINAL), *owner)

    async def untold(self, user_id: int) -> tuple[Write, ...]:
        """List the writes whose state a person has not been told, newest first."""
        return await self._find(playlist_writes.c.user_id == user_id, playlist_writes.c.told.is_(False))

    async def mark_told(self, write_ids: Sequence[str]) -> None:
        """Remember that a person knows how these writes stand."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(playlist_writes).where(playlist_writes.c.write_id.in_(write_ids)).values(told=True)
            )

    async def delete_of(self, user_id: int) -> int:
        """Forget everything a person has written; it can't be taken back any more."""
        return await self._delete(playlist_writes.c.user_id == user_id)

    async def purge(self, before: datetime) -> int:
        """Drop the writes that nothing has happened to since `before`, finished or not."""
        return await self._delete(playlist_writes.c.updated_at < before)

    async def _find(self, *where: ColumnElement[bool], limit: int | None = None) -> tuple[Write, ...]:
        query = (
            select(playlist_writes)
            .where(*where)
            .order_by(playlist_writes.c.created_at.desc(), playlist_writes.c.write_id)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return tuple(_write(row) for row in await connection.execute(query))

    async def _delete(self, where: ColumnElement[bool]) -> int:
        async with self._database.transaction() as connection:
            gone = await connection.execute(delete(playlist_writes).where(where))
        return gone.rowcount


async def _update(connection: AsyncConnection, write: Write, **more: object) -> None:
    await connection.execute(
        update(playlist_writes)
        .where(playlist_writes.c.write_id == write.write_id)
        .values({**_columns(write), **more})
    )


def _columns(write: Write) -> dict[str, Any]:
    """Return what changes while a write goes on."""
    return {
        "user_id": write.user_id,
        "request": write.request,
        "kind": write.kind.value,
        "stage": write.stage.value,
        "name": write.name,
        "description": write.description,
        "playlist_id": write.playlist_id,
        "snapshot_id": write.snapshot_id,
        "confirmed": write.confirmed,
        "in_flight": write.in_flight,
        "added": _pack(write.difference.added),
        "missing": _pack(write.difference.missing),
        "moved": write.difference.moved,
        "hindrance": write.hindrance and write.hindrance.value,
        "retry_at": write.retry_at,
        "follows": write.follows,
        "undoes": write.undoes,
        "undone_by": write.undone_by,
        "told": write.told,
        "created_at": write.created_at,
        "updated_at": write.updated_at,
    }


def _lists(write: Write) -> dict[str, bytes]:
    return {"target": _pack(write.target), "original": _pack(write.original)}


def _write(row: Row[Any]) -> Write:
    return Write(
        write_id=row.write_id,
        user_id=row.user_id,
        request=row.request,
        kind=WriteKind(row.kind),
        stage=WriteStage(row.stage),
        name=row.name,
        description=row.description,
        target=_unpack(row.target),
        original=_unpack(row.original),
        playlist_id=PlaylistId(row.playlist_id) if row.playlist_id else None,
        snapshot_id=row.snapshot_id,
        confirmed=row.confirmed,
        in_flight=row.in_flight,
        difference=Difference(_unpack(row.added), _unpack(row.missing), row.moved),
        hindrance=Hindrance(row.hindrance) if row.hindrance else None,
        retry_at=row.retry_at,
        follows=row.follows,
        undoes=row.undoes,
        undone_by=row.undone_by,
        told=row.told,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _pack(tracks: Sequence[TrackId]) -> bytes:
    return zlib.compress("\n".join(tracks).encode(), _COMPRESSION)


def _unpack(packed: bytes) -> tuple[TrackId, ...]:
    text = zlib.decompress(packed).decode()
    return tuple(map(TrackId, text.split("\n"))) if text else ()
