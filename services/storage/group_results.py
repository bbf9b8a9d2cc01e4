"""Keep what comparisons found, who is in them, and where they were posted."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, Select, delete, insert, select, update

from services.domain.comparison import Comparison
from services.domain.groups import GroupMessage
from services.storage.database import Database
from services.storage.frames import DamagedFramesError, dump_json, pack, unpack
from services.storage.group_rows import MESSAGE_COLUMNS, message_of, read_lobby
from services.storage.schema import (
    group_messages,
    group_result_members,
    group_results,
    lobbies,
    lobby_members,
)
from services.storage.upserts import upsert

_VERSION = 1
_COMPARISON: TypeAdapter[tuple[Comparison]] = TypeAdapter(
    tuple[Comparison], config=ConfigDict(ser_json_inf_nan="constants")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredComparison:
    """A comparison with where it belongs."""

    result_id: str
    lobby_id: str
    created_at: datetime
    user_ids: tuple[int, ...]
    """Everybody whom it shows."""
    comparison: Comparison


class GroupResultStore:
    """Results by id. Taking somebody out is the business of `WithdrawalStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(
        self,
        result_id: str,
        lobby_id: str,
        brought: Mapping[int, str],
        comparison: Comparison,
        *,
        now: datetime,
    ) -> bool:
        """Keep a result, if everybody in it still is in the comparison with what was compared.

        Parameters
        ----------
        brought
            For each person of the result, the id of the choice that was compared.

        Returns
        -------
        bool
            False where somebody left or chose anew meanwhile; nothing is kept then.
        """
        payload = await asyncio.to_thread(_encode, comparison)
        async with self._database.transaction() as connection:
            lobby = await read_lobby(connection, lobby_id, for_update=True)
            # Locked, so that a withdrawal waits until the result is there to be found by it.
            await connection.execute(
                select(lobby_members.c.user_id).where(lobby_members.c.lobby_id == lobby_id).with_for_update()
            )
            present = {member.user_id: member.bring_id for member in lobby.ready} if lobby else {}
            if any(present.get(user_id) != bring_id for user_id, bring_id in brought.items()):
                return False
            row = {
                "result_id": result_id,
                "lobby_id": lobby_id,
                "created_at": now,
                "payload": payload,
            }
            await upsert(connection, group_results, [row])
            await connection.execute(
                delete(group_result_members).where(group_result_members.c.result_id == result_id)
            )
            await connection.execute(
                insert(group_result_members),
                [
                    {"result_id": result_id, "user_id": user_id, "position": position}
                    for position, user_id in enumerate(brought)
                ],
            )
            await connection.execute(
                update(lobby_members).where(lobby_members.c.lobby_id == lobby_id).values(wants=False)
            )
        return True

    async def load(self, result_id: str) -> StoredComparison | None:
        """Read a result; None where it is gone, or written by another version."""
        query = select(group_results).where(group_results.c.result_id == result_id)
        people = (
            select(group_result_members.c.user_id)
            .where(group_result_members.c.result_id == result_id)
            .order_by(group_result_members.c.position)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
            user_ids = tuple((await connection.scalars(people)).all())
        comparison = None if row is None else await asyncio.to_thread(_decode, row.payload)
        if row is None or comparison is None:
            return None
        return StoredComparison(
            result_id=row.result_id,
            lobby_id=row.lobby_id,
            created_at=row.created_at,
            user_ids=user_ids,
            comparison=comparison,
        )

    async def latest(self, lobby_id: str) -> str | None:
        """Find the latest result of a comparison."""
        return await self._latest(group_results.c.lobby_id == lobby_id)

    async def latest_in(self, channel_id: int, kind: str) -> str | None:
        """Find the latest result of a channel among comparisons of a kind."""
        inside = select(lobbies.c.lobby_id).where(lobbies.c.channel_id == channel_id, lobbies.c.kind == kind)
        return await self._latest(group_results.c.lobby_id.in_(inside))

    async def of(self, user_id: int) -> tuple[tuple[str, datetime], ...]:
        """List the results that show a person, with their moments."""
        query = (
            select(group_results.c.result_id, group_results.c.created_at)
            .join(group_result_members)
            .where(group_result_members.c.user_id == user_id)
            .order_by(group_results.c.created_at)
        )
        async with self._database.reading() as connection:
            return tuple((row.result_id, row.created_at) for row in await connection.execute(query))

    async def note_message(self, message: GroupMessage, now: datetime) -> bool:
        """Remember where people are shown; False where what it shows is gone already.

        It is remembered in both cases: marked to be changed in the second.
        """
        async with self._database.transaction() as connection:
            is_there = True
            if message.result_id is not None:
                found = (
                    select(group_results.c.result_id)
                    .where(group_results.c.result_id == message.result_id)
                    .with_for_update()
                )
                is_there = await connection.scalar(found) is not None
            row = {
                "message_id": message.message_id,
                "channel_id": message.channel_id,
                "guild_id": message.guild_id,
                "lobby_id": message.lobby_id,
                "kind": message.kind.value,
                "result_id": message.result_id,
                "posted_at": now,
                "stale": 0 if is_there else 1,
            }
            await upsert(connection, group_messages, [row])
        return is_there

    async def messages(self, lobby_id: str) -> tuple[GroupMessage, ...]:
        """List the posted messages of a comparison, the oldest first."""
        return await self._messages(group_messages.c.lobby_id == lobby_id)

    async def stale(self) -> tuple[GroupMessage, ...]:
        """List the messages that no longer show what is so."""
        return await self._messages(group_messages.c.stale > 0)

    async def touch(self, lobby_id: str) -> None:
        """Mark the cards of a comparison to be drawn anew."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(group_messages)
                .where(group_messages.c.lobby_id == lobby_id, group_messages.c.result_id.is_(None))
                .values(stale=group_messages.c.stale + 1)
            )

    async def changes(self, message_id: int) -> int:
        """Count the changes that a message does not show yet; to be read before it is drawn."""
        query = select(group_messages.c.stale).where(group_messages.c.message_id == message_id)
        async with self._database.reading() as connection:
            return int(await connection.scalar(query) or 0)

    async def settle(self, message_id: int, changes: int) -> None:
        """Note that a message was drawn anew; what changed since then stays to be shown."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(group_messages)
                .where(group_messages.c.message_id == message_id)
                .values(stale=group_messages.c.stale - changes)
            )

    async def drop_message(self, message_id: int) -> None:
        """Forget a message that is gone or shows nobody any more."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(group_messages).where(group_messages.c.message_id == message_id))

    async def _latest(self, condition: ColumnElement[bool]) -> str | None:
        query = (
            select(group_results.c.result_id)
            .where(condition)
            .order_by(group_results.c.created_at.desc(), group_results.c.result_id)
            .limit(1)
        )
        async with self._database.reading() as connection:
            result_id: str | None = await connection.scalar(query)
        return result_id

    async def _messages(self, condition: ColumnElement[bool]) -> tuple[GroupMessage, ...]:
        query: Select[Any] = select(*MESSAGE_COLUMNS).where(condition).order_by(group_messages.c.message_id)
        async with self._database.reading() as connection:
            return tuple(message_of(row) for row in await connection.execute(query))


def _encode(comparison: Comparison) -> bytes:
    return pack(_VERSION, [dump_json(_COMPARISON, (comparison,), exclude_none=False)])


def _decode(payload: bytes) -> Comparison | None:
    try:
        return _COMPARISON.validate_json(next(unpack(_VERSION, payload)))[0]
    except (DamagedFramesError, ValidationError, StopIteration):
        return None
