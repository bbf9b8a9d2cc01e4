"""Keep who shares in which server, and who may be asked to compare. No row means private."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.errors.groups import (
    AskedAlreadyError,
    DirectQuestionsOffError,
    NeverAskedError,
    TooManyQuestionsError,
)
from services.domain.groups import Lobby, Member, Membership, Sharing
from services.domain.music import Playlist, PlaylistSource
from services.storage.codec import encode_playlist
from services.storage.database import Store
from services.storage.group_rows import lobby_row, member_row
from services.storage.links import require_login
from services.storage.posted_cards import cards_of, mark_changed
from services.storage.schema.groups import asks, lobbies, lobby_members, servers, sharings, unasked
from services.storage.upserts import row_of, upsert

_SHARING_COLUMNS = tuple(column for column in sharings.c if column.name not in {"playlist", "source"})


class SharingStore(Store):
    """Consents by server and person. Ending one is the business of `WithdrawalStore`."""

    async def grant(self, sharing: Sharing, playlist: Playlist) -> None:
        """Let others of a server compare with a playlist, in place of an earlier one.

        Raises
        ------
        NotLinkedError
            It was read with a login that ended meanwhile.
        """
        written = await asyncio.to_thread(encode_playlist, playlist)
        row = row_of(sharing, playlist=written, source=playlist.source.value)
        async with self._database.transaction() as connection:
            await require_login(connection, sharing.user_id, playlist)
            await upsert(connection, sharings, [row])

    async def find(self, guild_id: int, user_id: int) -> Sharing | None:
        """Read a person's consent for a server; None where there is none."""
        found = await self._read(sharings.c.guild_id == guild_id, sharings.c.user_id == user_id)
        return found[0] if found else None

    async def of(self, user_id: int) -> tuple[Sharing, ...]:
        """List all consents of a person."""
        return await self._read(sharings.c.user_id == user_id)

    async def by_guild(self) -> dict[int, tuple[int, ...]]:
        """List who shares, by server."""
        query = select(sharings.c.guild_id, sharings.c.user_id).order_by(sharings.c.guild_id)
        rows = await self._rows(query)
        return {
            guild_id: tuple(row.user_id for row in some)
            for guild_id, some in groupby(rows, key=lambda row: row.guild_id)
        }

    async def _read(self, *conditions: ColumnElement[bool]) -> tuple[Sharing, ...]:
        query = (
            select(*_SHARING_COLUMNS).where(*conditions).order_by(sharings.c.granted_at, sharings.c.guild_id)
        )
        rows = await self._rows(query)
        return tuple(Sharing(**row._mapping) for row in rows)


ASK_AGAIN_AFTER = timedelta(days=7)
MOST_A_DAY, MOST_DIRECT_A_DAY = 5, 2
"""Questions of one person that nobody has said yes to. Discord allows no unsolicited messages."""
_DAY = timedelta(days=1)
_ASKED, _ACCEPTED, _WITHDRAWN = "asked", "accepted", "withdrawn"


class QuestionStore(Store):
    """Who asked whom, and who is not to be asked. Looks and writes are one step."""

    async def ask(self, lobby: Lobby, *, bring_id: str, direct: bool) -> Lobby:
        """Keep a pair; its other member is in at once where they share in this server, and else is asked.

        Raises
        ------
        AskedAlreadyError, NeverAskedError, TooManyQuestionsError, DirectQuestionsOffError
        """
        host, other = lobby.members
        async with self._database.transaction() as connection:
            await _alone(connection, lobby.host_id)
            shares = (
                await connection.execute(
                    select(sharings)
                    .where(sharings.c.guild_id == lobby.guild_id, sharings.c.user_id == other.user_id)
                    .with_for_update(read=True)
                )
            ).one_or_none()
            if shares is None or direct:
                await _refuse(connection, lobby, other, is_question=shares is None, direct=direct)
            playlist = source = None
            if shares is not None:
                playlist = shares.playlist
                source = PlaylistSource(shares.source) if shares.source else None
                other = replace(
                    other,
                    standing=Membership.IN,
                    by_sharing=True,
                    brought=shares.brought,
                    tracks=shares.tracks,
                    bring_id=bring_id,
                )
            await upsert(connection, lobbies, [lobby_row(lobby)])
            rows = [member_row(lobby.lobby_id, host), member_row(lobby.lobby_id, other, playlist, source)]
            await upsert(connection, lobby_members, rows)
        return replace(lobby, members=(host, other))

    async def withdraw(self, lobby_id: str) -> None:
        """Drop a question that could not be put; trying counts all the same."""
        async with self._database.transaction() as connection:
            # Where nobody knows whether the card appeared, it is looked for and drawn over.
            await connection.execute(mark_changed(cards_of(lobby_id)))
            await connection.execute(delete(lobbies).where(lobbies.c.lobby_id == lobby_id))
            await connection.execute(
                update(asks).where(asks.c.lobby_id == lobby_id).values(standing=_WITHDRAWN)
            )

    async def set_wants_none(self, user_id: int, *, never: bool, now: datetime) -> None:
        """Let somebody be asked by nobody in any server, or by everybody again."""
        async with self._database.transaction() as connection:
            if never:
                await upsert(connection, unasked, [{"user_id": user_id, "since": now}])
            else:
                await connection.execute(delete(unasked).where(unasked.c.user_id == user_id))

    async def wants_none(self, user_id: int) -> bool:
        """Whether nobody may ask them, in any server."""
        return await self._row(select(unasked).where(unasked.c.user_id == user_id)) is not None

    async def set_direct(self, guild_id: int, *, allowed: bool) -> None:
        """Allow or forbid questions by direct message from one server."""
        await self._put(servers, [{"guild_id": guild_id, "direct_questions": allowed}])

    async def purge(self, before: datetime) -> int:
        """Drop questions that were put before a moment, and return how many there were."""
        return await self._change(delete(asks).where(asks.c.asked_at < before))


async def _refuse(
    connection: AsyncConnection, lobby: Lobby, other: Member, *, is_question: bool, direct: bool
) -> None:
    """Refuse what may not be asked, and else note that it was."""
    now = lobby.created_at
    if await connection.scalar(select(unasked.c.user_id).where(unasked.c.user_id == other.user_id)):
        raise NeverAskedError
    if direct:
        allowed = select(servers.c.direct_questions).where(servers.c.guild_id == lobby.guild_id)
        if await connection.scalar(allowed) is False:
            raise DirectQuestionsOffError
    known = select(asks.c.asked_at, asks.c.standing).where(
        asks.c.guild_id == lobby.guild_id,
        asks.c.owner_id == lobby.host_id,
        asks.c.user_id == other.user_id,
    )
    before = (await connection.execute(known)).one_or_none()
    if is_question and before and before.standing == _ASKED and before.asked_at > now - ASK_AGAIN_AFTER:
        raise AskedAlreadyError(ASK_AGAIN_AFTER.days)
    recent = select(asks.c.asked_at, asks.c.direct).where(
        asks.c.owner_id == lobby.host_id, asks.c.standing != _ACCEPTED, asks.c.asked_at > now - _DAY
    )
    rows = (await connection.execute(recent.order_by(asks.c.asked_at))).all()
    for most, times in (
        (MOST_A_DAY, [row.asked_at for row in rows]),
        (MOST_DIRECT_A_DAY, [row.asked_at for row in rows if row.direct] if direct else []),
    ):
        if len(times) >= most:
            raise TooManyQuestionsError(most, times[-most] + _DAY, most == MOST_DIRECT_A_DAY)
    row = {
        "owner_id": lobby.host_id,
        "user_id": other.user_id,
        "guild_id": lobby.guild_id,
        "lobby_id": lobby.lobby_id,
        "asked_at": now,
        "direct": direct,
        "standing": _ASKED if is_question else _WITHDRAWN,
    }
    await upsert(connection, asks, [row])


async def _alone(connection: AsyncConnection, key: int) -> None:
    """Let nobody else decide about the same thing until the transaction ends."""
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(key)))
