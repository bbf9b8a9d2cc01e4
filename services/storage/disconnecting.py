"""End a person's link to Spotify and delete what was read with it, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Table, and_, delete, func, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.music import PlaylistSource
from services.domain.spotify import Disconnected
from services.domain.writes import WriteStage
from services.storage.schema import (
    drafts,
    group_result_members,
    group_results,
    kept_playlists,
    libraries,
    link_attempts,
    links,
    listed_playlists,
    lobby_members,
    map_members,
    playlist_writes,
    remembered_maps,
    report_messages,
    reports,
    sharings,
)
from services.storage.withdrawals import take_off_maps, take_out

_READ = PlaylistSource.SPOTIFY.value
_NOT_BEGUN_OR_OVER = (WriteStage.PLANNED.value, WriteStage.ABANDONED.value, WriteStage.DONE.value)


async def disconnect(connection: AsyncConnection, user_id: int) -> Disconnected:
    """End a link inside a transaction."""
    gone = await forget_read(connection, user_id)
    owed = select(func.count()).select_from(playlist_writes).where(playlist_writes.c.user_id == user_id)
    unfinished = await connection.scalar(owed) or 0
    await connection.execute(delete(link_attempts).where(link_attempts.c.user_id == user_id))
    link = await connection.execute(delete(links).where(links.c.user_id == user_id))
    return Disconnected(user_id=user_id, had_link=link.rowcount > 0, gone=gone, unfinished=unfinished)


async def forget_read(connection: AsyncConnection, user_id: int) -> Mapping[str, int]:
    """Forget inside a transaction what was read with a person's login; returns how many rows, by table.

    That is all that holds a playlist read at Spotify: kept and listed ones, maps with their drafts, what is
    shared, compared with and on the maps of servers, and the journal of writes, but for those that something
    is still owed of.
    """
    gone: dict[str, int] = {}

    async def drop(table: Table, where: ColumnElement[bool]) -> None:
        gone[table.name] = (await connection.execute(delete(table).where(where))).rowcount

    await drop(sharings, and_(sharings.c.user_id == user_id, sharings.c.source == _READ))
    is_read_there = and_(map_members.c.user_id == user_id, map_members.c.source == _READ)
    gone[map_members.name] = await take_off_maps(connection, is_read_there)
    gone |= await _leave_comparisons(connection, user_id)
    read_maps = select(reports.c.report_id).where(reports.c.owner_id == user_id, reports.c.source == _READ)
    await connection.execute(
        update(report_messages).where(report_messages.c.report_id.in_(read_maps)).values(report_id=None)
    )
    await drop(drafts, drafts.c.report_id.in_(read_maps))
    await drop(reports, and_(reports.c.owner_id == user_id, reports.c.source == _READ))
    is_mine = remembered_maps.c.user_id == user_id
    await drop(remembered_maps, and_(is_mine, remembered_maps.c.source == _READ))
    for table in (kept_playlists, listed_playlists, libraries):
        await drop(table, table.c.user_id == user_id)
    is_over = and_(playlist_writes.c.user_id == user_id, playlist_writes.c.stage.in_(_NOT_BEGUN_OR_OVER))
    made = and_(is_over, playlist_writes.c.stage == WriteStage.DONE.value, playlist_writes.c.undoes.is_(None))
    count = await connection.scalar(select(func.count()).select_from(playlist_writes).where(made))
    await drop(playlist_writes, is_over)
    gone[playlist_writes.name] = count or 0  # a plan that came to nothing is no change of a playlist
    return {name: count for name, count in gone.items() if count}


async def _leave_comparisons(connection: AsyncConnection, user_id: int) -> Mapping[str, int]:
    """Take a person out of the comparisons that use, or have used, a list that was read for them."""
    brought = select(lobby_members.c.lobby_id).where(
        lobby_members.c.user_id == user_id, lobby_members.c.source == _READ
    )
    compared = (
        select(group_results.c.lobby_id)
        .join(group_result_members)
        .where(group_result_members.c.user_id == user_id, group_result_members.c.source == _READ)
    )
    used = (await connection.scalars(union(brought, compared))).all()
    shown = (
        select(func.count())
        .select_from(group_result_members.join(group_results))
        .where(group_result_members.c.user_id == user_id, group_results.c.lobby_id.in_(used))
    )
    results = await connection.scalar(shown)
    taken = await take_out(connection, lobby_members.c.user_id == user_id, lobby_members.c.lobby_id.in_(used))
    return {"lobby_members": len(taken.lobbies), "group_result_members": results or 0}
