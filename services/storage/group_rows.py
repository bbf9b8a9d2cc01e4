"""Convert between rows of comparisons and domain values."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.features import Feature
from services.domain.groups import GroupKind, Lobby, LobbyState, Member, Membership
from services.domain.music import PlaylistSource
from services.domain.server_map import DigestPost, ListOfMap, MapMember, News, NewsKind, SoundSummary
from services.storage.schema.groups import digest_news, lobbies, lobby_members, map_members
from services.storage.upserts import record_of, row_of

_NOT_OF_A_MEMBER = {"lobby_id", "playlist", "source"}
_SOUND: TypeAdapter[SoundSummary] = TypeAdapter(SoundSummary)
_log = logging.getLogger(__name__)

MEMBER_COLUMNS = tuple(column for column in lobby_members.c if column.name not in _NOT_OF_A_MEMBER)
"""All of a member but the frozen playlist, which is read only for a comparison."""


def lobby_row(lobby: Lobby) -> dict[str, Any]:
    """Write a comparison, without its members, as a row."""
    return row_of(lobby, without={"host_id", "members"}, owner_id=lobby.host_id)


def member_row(
    lobby_id: str, member: Member, playlist: bytes | None = None, source: PlaylistSource | None = None
) -> dict[str, Any]:
    """Write a member as a row."""
    return row_of(member, lobby_id=lobby_id, playlist=playlist, source=source and source.value)


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
    return record_of(
        Lobby,
        row,
        kind=GroupKind(row.kind),
        state=LobbyState(row.state),
        host_id=row.owner_id,
        members=tuple(_member(each._mapping) for each in people),
    )


def _member(row: Mapping[Any, Any]) -> Member:
    return Member(**{**row, "standing": Membership(row["standing"])})


async def members_of(connection: AsyncConnection, guild_id: int) -> tuple[MapMember, ...]:
    """List who is on the map of a server inside a transaction, in the order of their ids."""
    query = select(map_members).where(map_members.c.guild_id == guild_id).order_by(map_members.c.user_id)
    found = map(map_member, await connection.execute(query))
    return tuple(member for member in found if member is not None)


async def news_of(connection: AsyncConnection, guild_id: int, week: int) -> tuple[News, ...]:
    """Read what a digest says inside a transaction, of those who still are on the map."""
    here = select(map_members.c.user_id, map_members.c.name).where(map_members.c.guild_id == guild_id)
    names = {row.user_id: row.name for row in await connection.execute(here)}
    query = (
        select(digest_news)
        .where(digest_news.c.guild_id == guild_id, digest_news.c.week == week)
        .order_by(digest_news.c.position)
    )
    return tuple(
        News(
            kind=NewsKind(row.kind),
            user_id=row.user_id,
            other_id=row.owner_id,
            feature=Feature(row.feature) if row.feature else None,
            more=row.more,
            name=names[row.user_id],
            other_name=names.get(row.owner_id, ""),
        )
        for row in await connection.execute(query)
        if row.user_id in names and (row.owner_id is None or row.owner_id in names)
    )


def read_sound(written: str) -> SoundSummary | None:
    """Read how a list sounds; None where only another version can read it."""
    try:
        return _SOUND.validate_json(written)
    except ValidationError as error:
        _log.warning("how a list sounds can't be read: %d errors", error.error_count())
        return None


def sound_json(sound: SoundSummary) -> str:
    """Write how a list sounds."""
    return _SOUND.dump_json(sound).decode()


def map_member_row(member: MapMember) -> dict[str, Any]:
    """Write a place on the map of a server as a row."""
    return row_of(
        member,
        without={"list"},
        list_name=member.list.name,
        report_id=member.list.report_id,
        playlist_fingerprint=member.list.fingerprint,
        source=member.list.source.value,
        sound=sound_json(member.sound),
    )


def map_member(row: Row[Any]) -> MapMember | None:
    """Read a place on the map of a server; None where nobody knows any more how the list sounds."""
    sound = read_sound(row.sound)
    if sound is None:
        return None
    return record_of(
        MapMember,
        row,
        list=ListOfMap(
            report_id=row.report_id,
            fingerprint=row.playlist_fingerprint,
            name=row.list_name,
            source=PlaylistSource(row.source),
        ),
        sound=sound,
    )


def read_post(row: Row[Any]) -> DigestPost:
    """Read a claimed post."""
    return record_of(DigestPost, row)


def news_row(post: DigestPost, position: int, news: News) -> dict[str, Any]:
    """Write a piece of news of a digest as a row."""
    return row_of(
        news,
        without={"other_id", "name", "other_name"},
        owner_id=news.other_id,
        guild_id=post.guild_id,
        week=post.week,
        position=position,
    )
