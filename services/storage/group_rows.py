"""Between the rows of comparisons and their values: the one place that knows both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.groups import GroupKind, GroupMessage, Lobby, LobbyState, Member, MessageKind, Standing
from services.storage.schema import group_messages, lobbies, lobby_members

MEMBER_COLUMNS = tuple(column for column in lobby_members.c if column.name not in {"lobby_id", "playlist"})
"""All of a member but the frozen playlist, which is read only for a comparison."""


def lobby_row(lobby: Lobby) -> dict[str, Any]:
    """Write a comparison, without its members, as a row."""
    return {
        "lobby_id": lobby.lobby_id,
        "kind": lobby.kind.value,
        "state": lobby.state.value,
        "guild_id": lobby.guild_id,
        "channel_id": lobby.channel_id,
        "owner_id": lobby.host_id,
        "created_at": lobby.created_at,
        "ends_at": lobby.ends_at,
    }


def member_row(lobby_id: str, member: Member, playlist: bytes | None = None) -> dict[str, Any]:
    """Write a member as a row."""
    return {
        "lobby_id": lobby_id,
        "user_id": member.user_id,
        "name": member.name,
        "standing": member.standing.value,
        "joined_at": member.joined_at,
        "by_sharing": member.by_sharing,
        "brought": member.brought,
        "tracks": member.tracks,
        "bring_id": member.bring_id,
        "playlist": playlist,
        "wants": member.wants,
        "shows": member.shows,
    }


async def read_lobby(connection: AsyncConnection, lobby_id: str, *, for_update: bool = False) -> Lobby | None:
    """Read a comparison with its members inside a transaction."""
    query: Select[Any] = select(lobbies).where(lobbies.c.lobby_id == lobby_id)
    row = (await connection.execute(query.with_for_update() if for_update else query)).one_or_none()
    if row is None:
        return None
    people = await connection.execute(
        select(*MEMBER_COLUMNS)
        .where(lobby_members.c.lobby_id == lobby_id)
        .order_by(lobby_members.c.joined_at, lobby_members.c.user_id)
    )
    return Lobby(
        lobby_id=row.lobby_id,
        kind=GroupKind(row.kind),
        state=LobbyState(row.state),
        guild_id=row.guild_id,
        channel_id=row.channel_id,
        host_id=row.owner_id,
        created_at=row.created_at,
        ends_at=row.ends_at,
        members=tuple(_member(each._mapping) for each in people),
    )


def _member(row: Mapping[Any, Any]) -> Member:
    return Member(**{**row, "standing": Standing(row["standing"])})


def message_of(row: Row[Any]) -> GroupMessage:
    """Read a posted message."""
    return GroupMessage(
        message_id=row.message_id,
        channel_id=row.channel_id,
        guild_id=row.guild_id,
        lobby_id=row.lobby_id,
        kind=MessageKind(row.kind),
        result_id=row.result_id,
    )


MESSAGE_COLUMNS = tuple(column for column in group_messages.c if column.name not in {"posted_at", "stale"})
