"""Store the results of comparisons and who is in them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import ConfigDict, TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, delete, insert, select, update

from services.domain.comparison import Comparison
from services.storage.codec import DamagedFramesError, dump_json, pack, unpack
from services.storage.database import Store
from services.storage.group_rows import read_lobby
from services.storage.posted_cards import cards_of, mark_changed
from services.storage.schema.groups import group_result_members, group_results, lobbies, lobby_members
from services.storage.upserts import upsert

_VERSION = 1
_COMPARISON: TypeAdapter[tuple[Comparison]] = TypeAdapter(
    tuple[Comparison], config=ConfigDict(ser_json_inf_nan="constants")
)


class UnreadableComparisonError(ValueError):
    """The stored bytes are no result of this version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredComparison:
    """A comparison with where it belongs."""

    result_id: str
    lobby_id: str
    created_at: datetime
    user_ids: tuple[int, ...]
    """Everybody whom it shows."""
    comparison: Comparison


class GroupResultStore(Store):
    """Results by id. Taking somebody out is the business of `WithdrawalStore`."""

    async def save(self, stored: StoredComparison, brought: Mapping[int, str]) -> bool:
        """Keep a result, if everybody in it still is in the comparison with what was compared.

        `brought` names for each person of the result the choice that was compared. False where somebody
        left or chose anew meanwhile; nothing is kept then.
        """
        result_id, lobby_id = stored.result_id, stored.lobby_id
        payload = await asyncio.to_thread(_encode, stored.comparison)
        async with self._database.transaction() as connection:
            lobby = await read_lobby(connection, lobby_id, for_update=True)
            # Locked, so that a withdrawal waits until the result is there to be found by it.
            locked = await connection.execute(
                select(lobby_members.c.user_id, lobby_members.c.source)
                .where(lobby_members.c.lobby_id == lobby_id)
                .with_for_update()
            )
            sources = {member.user_id: member.source for member in locked}
            present = {member.user_id: member.bring_id for member in lobby.ready} if lobby else {}
            if any(present.get(user_id) != bring_id for user_id, bring_id in brought.items()):
                return False
            row = {
                "result_id": result_id,
                "lobby_id": lobby_id,
                "created_at": stored.created_at,
                "payload": payload,
            }
            await upsert(connection, group_results, [row])
            await connection.execute(
                delete(group_result_members).where(group_result_members.c.result_id == result_id)
            )
            await connection.execute(
                insert(group_result_members),
                [
                    {
                        "result_id": result_id,
                        "user_id": user_id,
                        "position": position,
                        "source": sources.get(user_id),
                    }
                    for position, user_id in enumerate(stored.user_ids)
                ],
            )
            await connection.execute(
                update(lobby_members).where(lobby_members.c.lobby_id == lobby_id).values(wants=False)
            )
            await connection.execute(
                update(lobbies)
                .where(lobbies.c.lobby_id == lobby_id)
                .values(compared_by=None, compared_since=None)
            )
            await connection.execute(mark_changed(cards_of(lobby_id)))
        return True

    async def load(self, result_id: str) -> StoredComparison | None:
        """Read a result; None where it is gone.

        Raises
        ------
        UnreadableComparisonError
            It is there, damaged or written by another version.
        """
        query = select(group_results).where(group_results.c.result_id == result_id)
        people = (
            select(group_result_members.c.user_id)
            .where(group_result_members.c.result_id == result_id)
            .order_by(group_result_members.c.position)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
            user_ids = tuple((await connection.scalars(people)).all())
        if row is None:
            return None
        comparison = await asyncio.to_thread(_decode, row.payload)
        if comparison is None:
            raise UnreadableComparisonError(result_id)
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
        return tuple((row.result_id, row.created_at) for row in await self._rows(query))

    async def _latest(self, condition: ColumnElement[bool]) -> str | None:
        query = (
            select(group_results.c.result_id)
            .where(condition)
            .order_by(group_results.c.created_at.desc(), group_results.c.result_id)
            .limit(1)
        )
        result_id: str | None = await self._value(query)
        return result_id


def _encode(comparison: Comparison) -> bytes:
    return pack(_VERSION, [dump_json(_COMPARISON, (comparison,), exclude_none=False)])


def _decode(payload: bytes) -> Comparison | None:
    try:
        return _COMPARISON.validate_json(next(unpack(_VERSION, payload)))[0]
    except (DamagedFramesError, ValidationError, StopIteration):
        return None
