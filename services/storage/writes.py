"""Store the journal of writes: what was requested, how far it came, and what was there before."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, not_, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.errors.sources import NotLinkedToSaveError, UnfinishedWritesError, WriteNotFoundError
from services.domain.music import TrackId
from services.domain.writes import Difference, Hindrance, Write, WriteKind, WriteStage
from services.storage.database import Store
from services.storage.schema.people import links, playlist_writes
from services.storage.upserts import record_of, row_of

_FINAL = tuple(stage.value for stage in WriteStage if stage.is_final)
_OPEN = tuple(stage.value for stage in WriteStage if not stage.is_final)
_UNTOLD_LONGER = timedelta(days=150)
"""What nobody could be told about is kept for this much longer: half a year altogether."""
_COMPRESSION = 1
"""Ids are random: more effort finds nothing more."""


class WriteStore(Store):
    """The journal of writes."""

    async def add(self, write: Write, *others: Write) -> Write:
        """Enter a write and what changes with it, or return the one that the same wish has made already.

        Raises
        ------
        NotLinkedToSaveError
            The person has no link to Spotify, or not any more: they left, or were forgotten, meanwhile.
        """
        row = {"write_id": write.write_id, **_columns(write), **_lists(write), "held_until": None}
        try:
            async with self._database.transaction() as connection:
                await _require_link(connection, write.user_id)
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

        Raises
        ------
        WriteNotFoundError
            It is not in the journal any more: its person was forgotten.
        """
        async with self._database.transaction() as connection:
            if not await _update(connection, write, held_until=held_until):
                raise WriteNotFoundError(write.write_id)
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
        return (
            await self._change(
                update(playlist_writes)
                .where(playlist_writes.c.write_id == write_id, *(() if alone else (free,)))
                .values(held_until=until)
            )
            > 0
        )

    async def release(self, write_id: str) -> None:
        """Give a claim back."""
        await self._change(
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

    async def is_over(self, user_id: int, request: str) -> bool:
        """Whether writes were entered for a request, and each was given up or taken back."""
        found = await self._find(
            playlist_writes.c.user_id == user_id, playlist_writes.c.request.startswith(f"{request}.")
        )
        return bool(found) and all(write.undone_by or write.stage is WriteStage.ABANDONED for write in found)

    async def unfinished(self, user_id: int | None = None) -> tuple[Write, ...]:
        """List the writes that are not finished, newest first: of one person, or of all."""
        owner = () if user_id is None else (playlist_writes.c.user_id == user_id,)
        return await self._find(playlist_writes.c.stage.not_in(_FINAL), *owner)

    async def under_way(self, user_id: int, now: datetime) -> tuple[Write, ...]:
        """List a person's writes that must not be cut, newest first.

        Those that are being carried out at this moment, and those that have left a playlist half way.
        """
        return await self._find(_must_not_be_cut(user_id, now))

    async def drop(self, write: Write, *others: Write) -> None:
        """Take a write out of the journal that was refused before it began; keep others as they are given."""
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(playlist_writes).where(playlist_writes.c.write_id == write.write_id)
            )
            for other in others:
                await _update(connection, other)

    async def untold(self, user_id: int) -> tuple[Write, ...]:
        """List the writes whose state a person has not been told, newest first."""
        return await self._find(playlist_writes.c.user_id == user_id, playlist_writes.c.told.is_(False))

    async def claim_news(self, user_id: int, *, now: datetime, until: datetime) -> tuple[Write, ...]:
        """Become the one who tells a person what `untold` lists, for a while; nothing where another does."""
        is_free = or_(playlist_writes.c.telling_until.is_(None), playlist_writes.c.telling_until <= now)
        claim = (
            update(playlist_writes)
            .where(playlist_writes.c.user_id == user_id, playlist_writes.c.told.is_(False), is_free)
            .values(telling_until=until)
            .returning(playlist_writes.c.write_id)
        )
        async with self._database.transaction() as connection:
            claimed = (await connection.scalars(claim)).all()
        return await self._find(playlist_writes.c.write_id.in_(claimed)) if claimed else ()

    async def release_news(self, write_ids: Sequence[str]) -> None:
        """Let others tell what could not be told."""
        await self._change(
            update(playlist_writes)
            .where(playlist_writes.c.write_id.in_(write_ids))
            .values(telling_until=None)
        )

    async def mark_told(self, write_ids: Sequence[str]) -> None:
        """Remember that a person knows how these writes stand."""
        await self._change(
            update(playlist_writes).where(playlist_writes.c.write_id.in_(write_ids)).values(told=True)
        )

    async def purge(self, before: datetime) -> int:
        """Drop the writes that nothing has happened to since `before`.

        One that has left a playlist half way holds the only copy of its former list: it stays until
        it is final and its person was told, or could not be told for months.
        """
        age = playlist_writes.c.updated_at
        is_half_way = and_(
            _HAS_BEGUN,
            or_(
                playlist_writes.c.stage.not_in(_FINAL),
                and_(
                    playlist_writes.c.stage == WriteStage.BROKEN.value,
                    playlist_writes.c.told.is_(False),
                    age >= before - _UNTOLD_LONGER,
                ),
            ),
        )
        return await self._change(delete(playlist_writes).where(age < before, not_(is_half_way)))

    async def stale(self, before: datetime) -> tuple[Write, ...]:
        """List the writes that have left a playlist half way and that nothing has happened to since."""
        return await self._find(
            playlist_writes.c.stage.not_in(_FINAL), _HAS_BEGUN, playlist_writes.c.updated_at < before
        )

    async def _find(self, *where: ColumnElement[bool], limit: int | None = None) -> tuple[Write, ...]:
        query = (
            select(playlist_writes)
            .where(*where)
            .order_by(playlist_writes.c.created_at.desc(), playlist_writes.c.write_id)
            .limit(limit)
        )
        return tuple(map(_write, await self._rows(query)))


async def bar_new_writes(connection: AsyncConnection, user_id: int) -> None:
    """Let no write of a person be entered before this transaction, which ends their link, is over."""
    await connection.execute(update(links).where(links.c.user_id == user_id).values(refreshing_until=None))


async def _require_link(connection: AsyncConnection, user_id: int) -> None:
    # Held until the end on PostgreSQL: whoever ends the link waits, and then finds what was entered.
    query = select(links.c.user_id).where(links.c.user_id == user_id).with_for_update(read=True)
    if await connection.scalar(query) is None:
        raise NotLinkedToSaveError


async def refuse_to_cut(connection: AsyncConnection, user_id: int, now: datetime) -> None:
    """Make sure inside a transaction that erasing a person's rows cuts no write.

    Raises
    ------
    UnfinishedWritesError
        A playlist is being changed, or half changed.
    """
    await _refuse(connection, _must_not_be_cut(user_id, now))


async def refuse_to_disconnect(connection: AsyncConnection, user_id: int, now: datetime) -> None:
    """Make sure inside a transaction that ending a person's link cuts no write.

    One that waits for a login or a decision goes on no sooner with the link than without it.

    Raises
    ------
    UnfinishedWritesError
    """
    goes_on = or_(
        playlist_writes.c.hindrance.is_(None),
        playlist_writes.c.hindrance.not_in([each.value for each in Hindrance if each.is_for_the_person]),
        playlist_writes.c.held_until > now,
    )
    await _refuse(connection, _must_not_be_cut(user_id, now), playlist_writes.c.stage.not_in(_FINAL), goes_on)


async def _refuse(connection: AsyncConnection, *if_any: ColumnElement[bool]) -> None:
    query = select(playlist_writes).where(*if_any).with_for_update()
    if found := tuple(map(_write, await connection.execute(query))):
        raise UnfinishedWritesError(found)


_HAS_BEGUN = and_(
    playlist_writes.c.stage.in_(
        [each.value for each in WriteStage if each not in {WriteStage.PLANNED, WriteStage.ABANDONED}]
    ),
    not_(
        and_(
            playlist_writes.c.stage == WriteStage.WRITING.value,
            playlist_writes.c.kind == WriteKind.REPLACE.value,
            playlist_writes.c.confirmed == 0,
            playlist_writes.c.in_flight == 0,
        )
    ),
)
"""`Write.has_begun`, for the database."""


def _must_not_be_cut(user_id: int, now: datetime) -> ColumnElement[bool]:
    is_half_way = and_(
        _HAS_BEGUN,
        or_(
            playlist_writes.c.stage.not_in(_FINAL),
            and_(
                playlist_writes.c.stage == WriteStage.BROKEN.value,
                playlist_writes.c.undone_by.is_(None),
                playlist_writes.c.undoes.is_(None),  # an undo's own write stands for both
                playlist_writes.c.hindrance.is_distinct_from(Hindrance.GONE.value),
            ),
        ),
    )
    is_going_on = and_(playlist_writes.c.stage.in_(_OPEN), playlist_writes.c.held_until > now)
    return and_(playlist_writes.c.user_id == user_id, or_(is_half_way, is_going_on))


async def _update(connection: AsyncConnection, write: Write, **more: object) -> bool:
    """Write a row anew; False where there is none."""
    updated = await connection.execute(
        update(playlist_writes)
        .where(playlist_writes.c.write_id == write.write_id)
        .values({**_columns(write), **more})
    )
    return updated.rowcount > 0


def _columns(write: Write) -> dict[str, Any]:
    """Return what changes while a write goes on."""
    return row_of(
        write,
        without={"write_id", "target", "original", "difference"},
        added=_pack(write.difference.added),
        missing=_pack(write.difference.missing),
        moved=write.difference.moved,
    )


def _lists(write: Write) -> dict[str, bytes]:
    return {"target": _pack(write.target), "original": _pack(write.original)}


def _write(row: Row[Any]) -> Write:
    return record_of(
        Write,
        row,
        kind=WriteKind(row.kind),
        stage=WriteStage(row.stage),
        target=_unpack(row.target),
        original=_unpack(row.original),
        difference=Difference(_unpack(row.added), _unpack(row.missing), row.moved),
        hindrance=Hindrance(row.hindrance) if row.hindrance else None,
    )


def _pack(tracks: Sequence[TrackId]) -> bytes:
    return zlib.compress("\n".join(tracks).encode(), _COMPRESSION)


def _unpack(packed: bytes) -> tuple[TrackId, ...]:
    text = zlib.decompress(packed).decode()
    return tuple(map(TrackId, text.split("\n"))) if text else ()
