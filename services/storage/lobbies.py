"""Store comparisons and their members."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.errors.groups import (
    ComparingAlreadyError,
    LobbyEndedError,
    LobbyGoneError,
    NotInLobbyError,
    OpenAlreadyError,
    TooFewReadyError,
    TooManyLobbiesError,
)
from services.domain.groups import FEWEST, MOST, GroupKind, Lobby, LobbyState, Member, Membership
from services.domain.music import Playlist
from services.storage.codec import decode_playlist, encode_playlist
from services.storage.database import Store
from services.storage.group_rows import lobby_row, member_row, read_lobby
from services.storage.jobs import OPEN
from services.storage.links import require_login
from services.storage.posted_cards import cards_of, mark_changed
from services.storage.schema.groups import (
    asks,
    digest_posts,
    digests,
    group_messages,
    lobbies,
    lobby_members,
    map_members,
    servers,
    sharings,
    unasked,
)
from services.storage.schema.people import jobs
from services.storage.upserts import upsert

_ACCEPTED_WITHIN = timedelta(seconds=4)
"""From a press to the row of the request that it makes: Discord gives both three seconds."""


class LobbyStore(Store):
    """Comparisons by id. Taking somebody out is the business of `WithdrawalStore`."""

    async def create(
        self, lobby: Lobby, playlists: Mapping[int, Playlist] = {}, *, most_open: int | None = None
    ) -> None:
        """Keep a new comparison with its first members and what they brought.

        Parameters
        ----------
        most_open
            How many open lobbies its channel takes; None for any number.

        Raises
        ------
        TooManyLobbiesError
        """
        frozen = await asyncio.to_thread(
            lambda: {user_id: encode_playlist(playlist) for user_id, playlist in playlists.items()}
        )
        sources = {user_id: playlist.source for user_id, playlist in playlists.items()}
        rows = [
            member_row(lobby.lobby_id, each, frozen.get(each.user_id), sources.get(each.user_id))
            for each in lobby.members
        ]
        async with self._database.transaction() as connection:
            for user_id, playlist in playlists.items():
                await require_login(connection, user_id, playlist)
            if most_open is not None:
                await _require_room(connection, lobby.channel_id, most_open, lobby.created_at)
            await upsert(connection, lobbies, [lobby_row(lobby)])
            await upsert(connection, lobby_members, rows)

    async def load(self, lobby_id: str) -> Lobby | None:
        """Read a comparison; None where it is gone."""
        async with self._database.reading() as connection:
            return await read_lobby(connection, lobby_id)

    async def join(self, lobby_id: str, member: Member, now: datetime) -> Lobby | None:
        """Add a member unless the lobby is over or full; return the lobby afterwards.

        A person who was asked becomes a member by the same call; who is in already stays as they are.
        Into a pair comes nobody but who was asked.
        """
        async with self._database.transaction() as connection:
            lobby = await read_lobby(connection, lobby_id, for_update=True)
            if lobby is None:
                return None
            is_open = lobby.state is LobbyState.OPEN and lobby.ends_at > now
            is_invited = lobby.kind is GroupKind.LOBBY or lobby.member(member.user_id) is not None
            may_enter = is_open and is_invited and len(lobby.inside) < MOST
            if not may_enter or lobby.is_in(member.user_id):
                return lobby
            await upsert(connection, lobby_members, [member_row(lobby_id, member)])
            # A question that got a yes bothers nobody, and may be put again.
            await connection.execute(
                update(asks).where(asks.c.lobby_id == lobby_id).values(standing="accepted")
            )
            await connection.execute(mark_changed(cards_of(lobby_id)))
            return await read_lobby(connection, lobby_id)

    async def decline(self, lobby_id: str, user_id: int, *, never_again_from: datetime | None = None) -> bool:
        """Say no for somebody who was asked: nothing that anybody brought is kept.

        Parameters
        ----------
        never_again_from
            The present, where the person wants to be asked by nobody any more.
        """
        async with self._database.transaction() as connection:
            changed = await connection.execute(
                update(lobby_members)
                .where(
                    lobby_members.c.lobby_id == lobby_id,
                    lobby_members.c.user_id == user_id,
                    lobby_members.c.standing == Membership.ASKED.value,
                )
                .values(standing=Membership.DECLINED.value)
            )
            if changed.rowcount == 0:
                return False
            await connection.execute(
                update(lobbies).where(lobbies.c.lobby_id == lobby_id).values(state=LobbyState.DECLINED.value)
            )
            await connection.execute(_without_playlists(lobby_members.c.lobby_id == lobby_id))
            if never_again_from is not None:
                await upsert(connection, unasked, [{"user_id": user_id, "since": never_again_from}])
            await connection.execute(mark_changed(cards_of(lobby_id)))
            return True

    async def bring(
        self, lobby_id: str, user_id: int, *, brought: str, bring_id: str, playlist: Playlist, now: datetime
    ) -> Lobby:
        """Store what a member compares with; return the lobby afterwards.

        Raises
        ------
        LobbyGoneError, LobbyEndedError, NotInLobbyError
        """
        payload = await asyncio.to_thread(encode_playlist, playlist)
        async with self._database.transaction() as connection:
            lobby = await _running(connection, lobby_id, now)
            _member_of(lobby, user_id)
            values = {
                "brought": brought,
                "tracks": len(playlist.tracks),
                "bring_id": bring_id,
                "playlist": payload,
                "source": playlist.source.value,
            }
            await require_login(connection, user_id, playlist)
            return await _change_member(connection, lobby_id, user_id, values)

    async def press_compare(
        self, lobby_id: str, user_id: int, request: int, now: datetime
    ) -> tuple[Lobby, bool]:
        """Note that a member wants to compare, and say whether this very press begins it.

        Of several presses that would be enough exactly one begins it: the comparison belongs to that
        request until it is answered. Whoever is refused has changed nothing.

        Raises
        ------
        LobbyGoneError, LobbyEndedError, NotInLobbyError, TooFewReadyError, ComparingAlreadyError
        """
        async with self._database.transaction() as connection:
            lobby = await _running(connection, lobby_id, now)
            _member_of(lobby, user_id)
            if len(lobby.ready) < FEWEST:
                raise TooFewReadyError(len(lobby.ready), len(lobby.inside))
            if await _is_being_compared(connection, lobby_id, request, now):
                raise ComparingAlreadyError
            after = await _change_member(connection, lobby_id, user_id, {"wants": True})
            is_enough = user_id == after.host_id or after.votes >= after.votes_needed
            if is_enough:
                begun = {"compared_by": request, "compared_since": now}
                await connection.execute(
                    update(lobbies).where(lobbies.c.lobby_id == lobby_id).values(**begun)
                )
            return after, is_enough

    async def give_compare_back(self, lobby_id: str, request: int) -> None:
        """Note that a request does not compare after all."""
        await self._change(
            update(lobbies)
            .where(lobbies.c.lobby_id == lobby_id, lobbies.c.compared_by == request)
            .values(compared_by=None, compared_since=None)
        )

    async def show(self, lobby_id: str, user_id: int, *, shows: bool = True) -> tuple[Lobby, bool]:
        """Note whether one of a pair wants the channel to see the result, and whether that is new.

        Raises
        ------
        LobbyGoneError, NotInLobbyError
        """
        async with self._database.transaction() as connection:
            lobby = await _there(connection, lobby_id)
            if _member_of(lobby, user_id).shows == shows:
                return lobby, False
            return await _change_member(connection, lobby_id, user_id, {"shows": shows}), True

    async def reopen(
        self, lobby_id: str, user_id: int, now: datetime, longest: timedelta, *, most_open: int
    ) -> Lobby:
        """Open an ended lobby for as long again, with the same people.

        Raises
        ------
        LobbyGoneError, NotInLobbyError, LobbyEndedError, OpenAlreadyError, TooManyLobbiesError
        """
        async with self._database.transaction() as connection:
            lobby = await _there(connection, lobby_id)
            _member_of(lobby, user_id)
            if lobby.kind is GroupKind.PAIR:
                raise LobbyEndedError(lobby_id)
            if lobby.state is LobbyState.OPEN and lobby.ends_at > now:
                raise OpenAlreadyError
            await _require_room(connection, lobby.channel_id, most_open, now)
            lasts = min(lobby.ends_at - lobby.created_at, longest)
            await connection.execute(
                update(lobbies)
                .where(lobbies.c.lobby_id == lobby_id)
                .values(state=LobbyState.OPEN.value, ends_at=now + lasts)
            )
            await connection.execute(mark_changed(cards_of(lobby_id)))
            return await _there(connection, lobby_id)

    async def end_due(self, now: datetime) -> tuple[str, ...]:
        """End expired comparisons and return which; one that was reopened meanwhile stays."""
        async with self._database.transaction() as connection:
            ended = await connection.scalars(
                update(lobbies)
                .where(lobbies.c.state == LobbyState.OPEN.value, lobbies.c.ends_at <= now)
                .values(state=LobbyState.ENDED.value)
                .returning(lobbies.c.lobby_id)
            )
            lobby_ids = tuple(sorted(ended.all()))
            for lobby_id in lobby_ids:
                await connection.execute(mark_changed(cards_of(lobby_id)))
        return lobby_ids

    async def of_member(self, user_id: int, channel_id: int) -> tuple[str, ...]:
        """List the comparisons of a channel that a person is in, the latest first."""
        is_member = and_(lobby_members.c.user_id == user_id, lobby_members.c.standing == Membership.IN.value)
        inside = select(lobby_members.c.lobby_id).where(is_member)
        return await self._ids(lobbies.c.channel_id == channel_id, lobbies.c.lobby_id.in_(inside))

    async def guilds(self) -> frozenset[int]:
        """List the servers of which anything is kept that goes with them."""
        tables = (lobbies, map_members, digests, digest_posts, sharings, asks, servers, group_messages)
        kept = union(*(select(table.c.guild_id) for table in tables))
        return frozenset(row.guild_id for row in await self._rows(kept))

    async def playlists(self, lobby_id: str, user_ids: Collection[int]) -> dict[int, Playlist | None]:
        """Read what members brought; None for what is damaged or was written by another version."""
        query = select(lobby_members.c.user_id, lobby_members.c.playlist).where(
            lobby_members.c.lobby_id == lobby_id,
            lobby_members.c.user_id.in_(list(user_ids)),
            lobby_members.c.playlist.is_not(None),
        )
        rows = await self._rows(query)
        return await asyncio.to_thread(lambda: {row.user_id: decode_playlist(row.playlist) for row in rows})

    async def memberships(self, user_id: int) -> list[dict[str, Any]]:
        """Say what is kept about a person's comparisons, as plain values."""
        query = (
            select(
                lobbies.c.lobby_id,
                lobbies.c.kind,
                lobbies.c.guild_id,
                lobbies.c.owner_id,
                lobby_members.c.standing,
                lobby_members.c.joined_at,
                lobby_members.c.name,
                lobby_members.c.brought,
                lobby_members.c.tracks,
                lobby_members.c.playlist,
            )
            .join(lobby_members)
            .where(lobby_members.c.user_id == user_id)
            .order_by(lobby_members.c.joined_at, lobbies.c.lobby_id)
        )
        rows = await self._rows(query)
        return await asyncio.to_thread(lambda: [_membership(row._mapping, user_id) for row in rows])

    async def _ids(self, *conditions: ColumnElement[bool]) -> tuple[str, ...]:
        query: Select[Any] = (
            select(lobbies.c.lobby_id)
            .where(*conditions)
            .order_by(lobbies.c.created_at.desc(), lobbies.c.lobby_id)
        )
        return tuple(row.lobby_id for row in await self._rows(query))


async def _there(connection: AsyncConnection, lobby_id: str) -> Lobby:
    lobby = await read_lobby(connection, lobby_id, for_update=True)
    if lobby is None:
        raise LobbyGoneError(lobby_id)
    return lobby


async def _require_room(connection: AsyncConnection, channel_id: int, most: int, now: datetime) -> None:
    if connection.dialect.name == "postgresql":  # SQLite writes one thing at a time
        await connection.execute(select(func.pg_advisory_xact_lock(channel_id)))
    is_open = and_(
        lobbies.c.channel_id == channel_id,
        lobbies.c.kind == GroupKind.LOBBY.value,
        lobbies.c.state == LobbyState.OPEN.value,
        lobbies.c.ends_at > now,
    )
    count = await connection.scalar(select(func.count()).select_from(lobbies).where(is_open))
    if (count or 0) >= most:
        raise TooManyLobbiesError(most)


async def _running(connection: AsyncConnection, lobby_id: str, now: datetime) -> Lobby:
    lobby = await _there(connection, lobby_id)
    if lobby.state is not LobbyState.OPEN or lobby.ends_at <= now:
        raise LobbyEndedError(lobby_id)
    return lobby


def _member_of(lobby: Lobby, user_id: int) -> Member:
    member = lobby.member(user_id)
    if member is None or not lobby.is_in(user_id):
        raise NotInLobbyError
    return member


async def _change_member(
    connection: AsyncConnection, lobby_id: str, user_id: int, values: Mapping[str, Any]
) -> Lobby:
    await connection.execute(
        update(lobby_members)
        .where(lobby_members.c.lobby_id == lobby_id, lobby_members.c.user_id == user_id)
        .values(**values)
    )
    await connection.execute(mark_changed(cards_of(lobby_id)))
    return await _there(connection, lobby_id)


async def _is_being_compared(connection: AsyncConnection, lobby_id: str, request: int, now: datetime) -> bool:
    """Whether another request compares these people now: it is not answered, or was only just made."""
    found = await connection.execute(
        select(lobbies.c.compared_by, lobbies.c.compared_since, jobs.c.status)
        .select_from(lobbies.outerjoin(jobs, jobs.c.job_id == lobbies.c.compared_by))
        .where(lobbies.c.lobby_id == lobby_id)
    )
    row = found.one()
    if row.compared_by is None or row.compared_by == request:
        return False
    if row.status is None:
        return bool(row.compared_since + _ACCEPTED_WITHIN > now)
    return row.status in OPEN


def _without_playlists(condition: ColumnElement[bool]) -> Any:
    return (
        update(lobby_members)
        .where(condition)
        .values(playlist=None, source=None, brought=None, tracks=0, bring_id="")
    )


def _membership(row: Mapping[Any, Any], user_id: int) -> dict[str, Any]:
    playlist = None if row["playlist"] is None else decode_playlist(row["playlist"])
    return {
        "comparison": row["lobby_id"],
        "kind": row["kind"],
        "server": row["guild_id"],
        "started_by_you": row["owner_id"] == user_id,
        "standing": row["standing"],
        "since": row["joined_at"].isoformat(),
        "name": row["name"],
        "brought": row["brought"],
        "tracks": row["tracks"],
        "frozen": [track.key for track in playlist.tracks] if playlist else [],
    }
