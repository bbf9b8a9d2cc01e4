"""Take people out of comparisons and maps, and delete what was read with a login that ends.

All in one transaction. The order inside matters where several processes write: the membership goes first,
so that a result that is being saved at the same moment is either found afterwards or not saved; results go
before their messages are marked, so that a message that is being noted is either marked or noted as stale.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, delete, func, or_, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.groups import GroupKind, Membership, MessageKind, Withdrawal
from services.domain.music import PlaylistSource
from services.domain.spotify import Disconnected
from services.domain.writes import WriteStage
from services.storage.database import Store
from services.storage.posted_cards import maps_of, mark_changed
from services.storage.schema.groups import (
    asks,
    digest_news,
    digest_posts,
    digests,
    group_messages,
    group_result_members,
    group_results,
    lobbies,
    lobby_members,
    map_members,
    servers,
    sharings,
)
from services.storage.schema.people import (
    drafts,
    kept_playlists,
    libraries,
    link_attempts,
    links,
    listed_playlists,
    playlist_writes,
    remembered_maps,
    report_messages,
    reports,
)
from services.storage.upserts import in_lookups


class WithdrawalStore(Store):
    """All operations that take people out of comparisons and shares."""

    async def leave(self, lobby_id: str, user_ids: Collection[int]) -> Withdrawal:
        """Take people out of one comparison and of its results."""
        async with self._database.transaction() as connection:
            return await take_out(
                connection,
                lobby_members.c.lobby_id == lobby_id,
                lobby_members.c.user_id.in_(list(user_ids)),
            )

    async def stop_sharing(self, guild_id: int, user_id: int) -> Withdrawal | None:
        """End the consents of a person in a server, and all that they alone allowed; None without any.

        Whoever wants to be private in a server is taken off its map too.
        """
        async with self._database.transaction() as connection:
            gone = await connection.execute(
                delete(sharings).where(sharings.c.guild_id == guild_id, sharings.c.user_id == user_id)
            )
            mine = (map_members.c.guild_id == guild_id, map_members.c.user_id == user_id)
            if not await take_off_maps(connection, *mine) and gone.rowcount == 0:
                return None
            inside = select(lobbies.c.lobby_id).where(lobbies.c.guild_id == guild_id)
            return await take_out(
                connection,
                lobby_members.c.user_id == user_id,
                lobby_members.c.by_sharing.is_(True),
                lobby_members.c.lobby_id.in_(inside),
            )

    async def leave_map(self, guild_id: int, user_id: int) -> bool:
        """Take somebody off the map of a server; False where they were not on it."""
        async with self._database.transaction() as connection:
            mine = (map_members.c.guild_id == guild_id, map_members.c.user_id == user_id)
            return bool(await take_off_maps(connection, *mine))

    async def drop_guild(self, guild_id: int) -> None:
        """Forget a server that the bot is no longer in; nothing of it can be changed any more."""
        async with self._database.transaction() as connection:
            tables = (sharings, map_members, digests, digest_posts, lobbies, asks, servers, group_messages)
            for table in tables:
                await connection.execute(delete(table).where(table.c.guild_id == guild_id))

    async def drop_channel(self, channel_id: int) -> None:
        """Forget a channel that was deleted, with the comparisons that met in it."""
        async with self._database.transaction() as connection:
            for table in (lobbies, digests, digest_posts, group_messages, report_messages):
                await connection.execute(delete(table).where(table.c.channel_id == channel_id))

    async def purge(
        self, *, results_before: datetime, unused_before: datetime, ended_before: datetime
    ) -> int:
        """Delete what has expired, and return how many results there were.

        Parameters
        ----------
        results_before
            Older results go; their messages are marked, so that nobody is shown whom nobody could take out.
        unused_before
            What people brought goes when their comparison ended earlier without any result.
        ended_before
            Comparisons without any result go when they ended earlier.
        """
        async with self._database.transaction() as connection:
            gone = await connection.execute(
                delete(group_results)
                .where(group_results.c.created_at < results_before)
                .returning(group_results.c.result_id)
            )
            result_ids = [row.result_id for row in gone]
            for some in in_lookups(result_ids):
                await connection.execute(mark_changed(group_messages.c.result_id.in_(some)))
            with_results = select(group_results.c.lobby_id)
            unused = select(lobbies.c.lobby_id).where(
                lobbies.c.ends_at < unused_before, lobbies.c.lobby_id.not_in(with_results)
            )
            await connection.execute(
                update(lobby_members)
                .where(lobby_members.c.lobby_id.in_(unused), lobby_members.c.playlist.is_not(None))
                .values(playlist=None, source=None, brought=None, tracks=0, bring_id="")
            )
            over = select(lobbies.c.lobby_id).where(
                lobbies.c.ends_at < ended_before, lobbies.c.lobby_id.not_in(with_results)
            )
            for some in in_lookups((await connection.scalars(over)).all()):
                await _delete_lobbies(connection, some)
            is_old_map = and_(
                group_messages.c.kind == MessageKind.SERVER_MAP.value,
                group_messages.c.posted_at < results_before,
                group_messages.c.drawn == group_messages.c.changed,
            )
            await connection.execute(mark_changed(is_old_map))
        return len(result_ids)


async def take_out_everywhere(connection: AsyncConnection, user_id: int) -> None:
    """Forget a person inside a transaction: consents, memberships, requests, every result that shows them."""
    await connection.execute(delete(sharings).where(sharings.c.user_id == user_id))
    await take_off_maps(connection, map_members.c.user_id == user_id)
    await take_out(connection, lobby_members.c.user_id == user_id)
    # A host who had left their own comparison is no member, but still named as its host.
    await _delete_lobbies(connection, await _ids(connection, lobbies.c.owner_id == user_id))


async def take_off_maps(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> int:
    """Take people off the maps of servers and out of digests, and mark what is posted of them."""
    gone = await connection.execute(
        delete(map_members).where(and_(*conditions)).returning(map_members.c.guild_id, map_members.c.user_id)
    )
    left = gone.all()
    for row in left:
        of_them = or_(digest_news.c.user_id == row.user_id, digest_news.c.owner_id == row.user_id)
        await connection.execute(delete(digest_news).where(digest_news.c.guild_id == row.guild_id, of_them))
    await connection.execute(mark_changed(maps_of([row.guild_id for row in left])))
    return len(left)


async def take_out(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> Withdrawal:
    """Remove memberships, the results that show these people, and what can't go on without them."""
    left = (
        await connection.execute(
            delete(lobby_members)
            .where(and_(*conditions))
            .returning(lobby_members.c.lobby_id, lobby_members.c.user_id)
        )
    ).all()
    if not left:
        return Withdrawal()
    lobby_ids = tuple(sorted({row.lobby_id for row in left}))
    shown = (
        select(group_results.c.result_id)
        .join(group_result_members)
        .where(
            or_(
                *(
                    and_(
                        group_results.c.lobby_id == row.lobby_id,
                        group_result_members.c.user_id == row.user_id,
                    )
                    for row in left
                )
            )
        )
        .distinct()
    )
    result_ids = tuple(sorted((await connection.scalars(shown)).all()))
    await connection.execute(delete(group_results).where(group_results.c.result_id.in_(result_ids)))
    is_touched = or_(
        group_messages.c.result_id.in_(result_ids),
        and_(group_messages.c.lobby_id.in_(lobby_ids), group_messages.c.result_id.is_(None)),
    )
    await connection.execute(mark_changed(is_touched))
    for lobby_id in lobby_ids:
        await _go_on_without(connection, lobby_id, {row.user_id for row in left if row.lobby_id == lobby_id})
    return Withdrawal(lobby_ids, result_ids)


async def _go_on_without(connection: AsyncConnection, lobby_id: str, left: Collection[int]) -> None:
    """End a pair when one goes; give a lobby another host, or end it when nobody is left."""
    lobby = (await connection.execute(select(lobbies).where(lobbies.c.lobby_id == lobby_id))).one()
    heir: Select[Any] = (
        select(lobby_members.c.user_id)
        .where(lobby_members.c.lobby_id == lobby_id, lobby_members.c.standing == Membership.IN.value)
        .order_by(lobby_members.c.joined_at, lobby_members.c.user_id)
        .limit(1)
    )
    next_host = await connection.scalar(heir)
    if lobby.kind == GroupKind.PAIR.value or next_host is None:
        await _delete_lobbies(connection, (lobby_id,))
    elif lobby.owner_id in left:
        await connection.execute(
            update(lobbies).where(lobbies.c.lobby_id == lobby_id).values(owner_id=next_host)
        )


async def _delete_lobbies(connection: AsyncConnection, lobby_ids: Collection[str]) -> None:
    """Drop comparisons; their messages stay to be changed."""
    await connection.execute(mark_changed(group_messages.c.lobby_id.in_(list(lobby_ids))))
    await connection.execute(delete(lobbies).where(lobbies.c.lobby_id.in_(list(lobby_ids))))


async def _ids(connection: AsyncConnection, condition: ColumnElement[bool]) -> tuple[str, ...]:
    return tuple((await connection.scalars(select(lobbies.c.lobby_id).where(condition))).all())


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
