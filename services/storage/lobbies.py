"""Keep comparisons and who is in them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, select, update

from services.domain.groups import MOST, GroupKind, Lobby, LobbyState, Member, Standing
from services.domain.music import Playlist
from services.storage.codec import decode_playlist, encode_playlist
from services.storage.database import Database
from services.storage.group_rows import lobby_row, member_row, read_lobby
from services.storage.schema import lobbies, lobby_members
from services.storage.upserts import upsert


class LobbyStore:
    """Comparisons by id. Taking somebody out is the business of `WithdrawalStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, lobby: Lobby, playlists: Mapping[int, Playlist] = {}) -> None:
        """Keep a new comparison with its first members and what they brought."""
        frozen = await asyncio.to_thread(
            lambda: {user_id: encode_playlist(playlist) for user_id, playlist in playlists.items()}
        )
        rows = [member_row(lobby.lobby_id, member, frozen.get(member.user_id)) for member in lobby.members]
        async with self._database.transaction() as connection:
            await upsert(connection, lobbies, [lobby_row(lobby)])
            await upsert(connection, lobby_members, rows)

    async def load(self, lobby_id: str) -> Lobby | None:
        """Read a comparison; None where it is gone."""
        async with self._database.reading() as connection:
            return await read_lobby(connection, lobby_id)

    async def join(self, lobby_id: str, member: Member, now: datetime) -> Lobby | None:
        """Let somebody in unless it is over or full; return how it is then.

        A person who was asked becomes a member by the same call; who is in already stays as they are.
        """
        async with self._database.transaction() as connection:
            lobby = await read_lobby(connection, lobby_id, for_update=True)
            if lobby is None:
                return None
            is_open = lobby.state is LobbyState.OPEN and lobby.ends_at > now
            if is_open and not lobby.is_in(member.user_id) and len(lobby.inside) < MOST:
                await upsert(connection, lobby_members, [member_row(lobby_id, member)])
            return await read_lobby(connection, lobby_id)

    async def decline(self, lobby_id: str, user_id: int) -> bool:
        """Say no for somebody who was asked: nothing that anybody brought is kept."""
        async with self._database.transaction() as connection:
            changed = await connection.execute(
                update(lobby_members)
                .where(
                    lobby_members.c.lobby_id == lobby_id,
                    lobby_members.c.user_id == user_id,
                    lobby_members.c.standing == Standing.ASKED.value,
                )
                .values(standing=Standing.DECLINED.value)
            )
            if changed.rowcount == 0:
                return False
            await connection.execute(
                update(lobbies).where(lobbies.c.lobby_id == lobby_id).values(state=LobbyState.DECLINED.value)
            )
            await connection.execute(_without_playlists(lobby_members.c.lobby_id == lobby_id))
            return True

    async def bring(
        self, lobby_id: str, user_id: int, *, brought: str, bring_id: str, playlist: Playlist
    ) -> bool:
        """Freeze what a member compares with; False where the person is not in."""
        payload = await asyncio.to_thread(encode_playlist, playlist)
        return await self._change_member(
            lobby_id,
            user_id,
            {
                "brought": brought,
                "tracks": len(playlist.tracks),
                "bring_id": bring_id,
                "playlist": payload,
            },
        )

    async def vote(self, lobby_id: str, user_id: int) -> bool:
        """Note that a member pressed Compare; False where the person is not in."""
        return await self._change_member(lobby_id, user_id, {"wants": True})

    async def show(self, lobby_id: str, user_id: int) -> bool:
        """Note that a member wants the channel to see the result; False where the person is not in."""
        return await self._change_member(lobby_id, user_id, {"shows": True})

    async def set_state(self, lobby_id: str, state: LobbyState, ends_at: datetime | None = None) -> None:
        """End a comparison, or open it again until `ends_at`."""
        values: dict[str, Any] = {"state": state.value}
        if ends_at is not None:
            values["ends_at"] = ends_at
        async with self._database.transaction() as connection:
            await connection.execute(update(lobbies).where(lobbies.c.lobby_id == lobby_id).values(**values))

    async def due(self, now: datetime) -> tuple[str, ...]:
        """List the open comparisons whose time is over."""
        return await self._ids(lobbies.c.state == LobbyState.OPEN.value, lobbies.c.ends_at <= now)

    async def of_member(self, user_id: int, channel_id: int) -> tuple[str, ...]:
        """List the comparisons of a channel that a person is in, the latest first."""
        is_member = and_(lobby_members.c.user_id == user_id, lobby_members.c.standing == Standing.IN.value)
        inside = select(lobby_members.c.lobby_id).where(is_member)
        return await self._ids(lobbies.c.channel_id == channel_id, lobbies.c.lobby_id.in_(inside))

    async def asks(self, guild_id: int, host_id: int, asked_id: int, since: datetime) -> tuple[str, ...]:
        """List the pairs for which one person asked another in a server, the latest first."""
        asked = select(lobby_members.c.lobby_id).where(lobby_members.c.user_id == asked_id)
        return await self._ids(
            lobbies.c.guild_id == guild_id,
            lobbies.c.kind == GroupKind.PAIR.value,
            lobbies.c.owner_id == host_id,
            lobbies.c.created_at > since,
            lobbies.c.lobby_id.in_(asked),
        )

    async def guilds(self) -> frozenset[int]:
        """List the servers that comparisons are kept of."""
        async with self._database.reading() as connection:
            return frozenset((await connection.scalars(select(lobbies.c.guild_id).distinct())).all())

    async def playlists(self, lobby_id: str, user_ids: Collection[int]) -> dict[int, Playlist]:
        """Read what members brought."""
        query = select(lobby_members.c.user_id, lobby_members.c.playlist).where(
            lobby_members.c.lobby_id == lobby_id,
            lobby_members.c.user_id.in_(list(user_ids)),
            lobby_members.c.playlist.is_not(None),
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        read = await asyncio.to_thread(lambda: {row.user_id: decode_playlist(row.playlist) for row in rows})
        return {user_id: playlist for user_id, playlist in read.items() if playlist is not None}

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
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return await asyncio.to_thread(lambda: [_membership(row._mapping, user_id) for row in rows])

    async def delete(self, lobby_id: str) -> None:
        """Drop a comparison that nobody ever saw."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(lobbies).where(lobbies.c.lobby_id == lobby_id))

    async def _change_member(self, lobby_id: str, user_id: int, values: Mapping[str, Any]) -> bool:
        async with self._database.transaction() as connection:
            changed = await connection.execute(
                update(lobby_members)
                .where(
                    lobby_members.c.lobby_id == lobby_id,
                    lobby_members.c.user_id == user_id,
                    lobby_members.c.standing == Standing.IN.value,
                )
                .values(**values)
            )
        return changed.rowcount > 0

    async def _ids(self, *conditions: ColumnElement[bool]) -> tuple[str, ...]:
        query: Select[Any] = (
            select(lobbies.c.lobby_id)
            .where(*conditions)
            .order_by(lobbies.c.created_at.desc(), lobbies.c.lobby_id)
        )
        async with self._database.reading() as connection:
            return tuple((await connection.scalars(query)).all())


def _without_playlists(condition: ColumnElement[bool]) -> Any:
    return update(lobby_members).where(condition).values(playlist=None, brought=None, tracks=0, bring_id="")


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
