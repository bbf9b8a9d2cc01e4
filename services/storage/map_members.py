"""Store who agreed to be on the map of a server, and where they stand. No row: not on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update

from services.domain.errors.groups import MapFullError
from services.domain.errors.sources import NotLinkedError
from services.domain.groups import MessageKind
from services.domain.music import PlaylistSource
from services.domain.server_map import MOST_ON_MAP, ListOfMap, MapMember, SoundSummary
from services.storage.database import Store
from services.storage.group_rows import map_member, map_member_row, members_of, sound_json
from services.storage.links import is_linked
from services.storage.schema import group_messages, map_members, reports
from services.storage.upserts import upsert

_LATEST = 5
"""Maps of a person among which one with enough measured tracks is looked for."""


class MapMemberStore(Store):
    """Consents by server and person. Ending one is the business of `WithdrawalStore`."""

    async def agree(self, member: MapMember) -> None:
        """Put somebody on the map of a server, in place of where they stood before.

        Raises
        ------
        MapFullError
        NotLinkedError
            The list was read with a login that ended meanwhile.
        """
        async with self._database.transaction() as connection:
            if member.list.source is PlaylistSource.SPOTIFY and not await is_linked(
                connection, member.user_id
            ):
                raise NotLinkedError
            here = map_members.c.guild_id == member.guild_id
            is_other = map_members.c.user_id != member.user_id
            others = select(func.count()).select_from(map_members).where(here, is_other)
            if (await connection.scalar(others) or 0) >= MOST_ON_MAP:
                raise MapFullError(MOST_ON_MAP)
            row = map_member_row(member)
            known = select(map_members.c.playlist_fingerprint, map_members.c.told).where(
                here, map_members.c.user_id == member.user_id
            )
            before = (await connection.execute(known)).one_or_none()
            if before is not None and before.playlist_fingerprint != member.list.fingerprint:
                row["told"] = before.told and row["sound"]  # another list has not moved
            await upsert(connection, map_members, [row])

    async def find(self, guild_id: int, user_id: int) -> MapMember | None:
        """Read where somebody stands on the map of a server; None where they are not on it."""
        row = await self._row(
            select(map_members).where(map_members.c.guild_id == guild_id, map_members.c.user_id == user_id)
        )
        return None if row is None else map_member(row)

    async def of_guild(self, guild_id: int) -> tuple[MapMember, ...]:
        """List who is on the map of a server, in the order of their ids."""
        async with self._database.reading(one_moment=False) as connection:
            return await members_of(connection, guild_id)

    async def by_guild(self) -> dict[int, tuple[int, ...]]:
        """List who is on a map, by server."""
        query = select(map_members.c.guild_id, map_members.c.user_id).order_by(map_members.c.guild_id)
        return {
            guild_id: tuple(row.user_id for row in some)
            for guild_id, some in groupby(await self._rows(query), key=lambda row: row.guild_id)
        }

    async def latest_lists(self, user_id: int) -> tuple[tuple[ListOfMap, bytes], ...]:
        """Read a person's latest maps as they are stored, the newest first."""
        query = (
            select(*_LIST, reports.c.payload)
            .where(reports.c.owner_id == user_id)
            .order_by(reports.c.created_at.desc(), reports.c.report_id)
            .limit(_LATEST)
        )
        return tuple((_list(row), row.payload) for row in await self._rows(query))

    async def shown_since(self, moment: datetime, most: int) -> dict[int, tuple[int, ...]]:
        """List by server who is on a map that was posted after a moment, the newest first, `most` people."""
        posted_at = func.max(group_messages.c.posted_at)
        query = (
            select(group_messages.c.guild_id)
            .where(group_messages.c.kind == MessageKind.SERVER_MAP.value)
            .group_by(group_messages.c.guild_id)
            .having(posted_at > moment)
            .order_by(posted_at.desc(), group_messages.c.guild_id)
            .limit(most)
        )
        found: dict[int, tuple[int, ...]] = {}
        async with self._database.reading() as connection:
            for guild_id in (await connection.scalars(query)).all():
                here = select(map_members.c.user_id).where(map_members.c.guild_id == guild_id)
                found[guild_id] = tuple(
                    (await connection.scalars(here.order_by(map_members.c.user_id))).all()
                )
                if sum(map(len, found.values())) >= most:
                    break
        return found

    async def mapped_again(
        self, *, guild_id: int | None = None, user_id: int | None = None
    ) -> tuple[tuple[int, int, ListOfMap, bytes], ...]:
        """Read the newest map of each list on the map of a server that was mapped again: where, and whose.

        Parameters
        ----------
        guild_id, user_id
            Of one server, or of one person, alone.
        """
        same = reports.alias()
        newest = (
            select(func.max(same.c.created_at))
            .where(
                same.c.owner_id == map_members.c.user_id,
                same.c.playlist_fingerprint == map_members.c.playlist_fingerprint,
            )
            .scalar_subquery()
        )
        columns = (map_members.c.guild_id, map_members.c.user_id)
        wanted = [
            column == value
            for column, value in zip(columns, (guild_id, user_id), strict=True)
            if value is not None
        ]
        query = (
            select(*columns, *_LIST, reports.c.payload)
            .join(
                reports,
                (reports.c.owner_id == map_members.c.user_id)
                & (reports.c.playlist_fingerprint == map_members.c.playlist_fingerprint),
            )
            .where(
                *wanted,
                reports.c.report_id != map_members.c.report_id,
                reports.c.created_at == newest,
            )
            .order_by(*columns, reports.c.report_id)
        )
        rows = await self._rows(query)
        return tuple((row.guild_id, row.user_id, _list(row), row.payload) for row in rows)

    async def move(self, guild_id: int, moves: Sequence[tuple[int, ListOfMap, SoundSummary | None]]) -> None:
        """Note where newer maps of the same lists put people, if they still are on the map with them.

        Without a sound, which too few measured tracks have none of, somebody stays where they are.
        """
        async with self._database.transaction() as connection:
            for user_id, to, sound in moves:
                values = {"report_id": to.report_id, "list_name": to.name, "source": to.source.value}
                if sound is not None:
                    values["sound"] = sound_json(sound)
                await connection.execute(
                    update(map_members)
                    .where(
                        map_members.c.guild_id == guild_id,
                        map_members.c.user_id == user_id,
                        map_members.c.playlist_fingerprint == to.fingerprint,
                    )
                    .values(values)
                )


_LIST: Sequence[ColumnElement[Any]] = (
    reports.c.report_id,
    reports.c.playlist_fingerprint,
    reports.c.playlist_name,
    reports.c.source,
)


def _list(row: Row[Any]) -> ListOfMap:
    source = PlaylistSource(row.source) if row.source else PlaylistSource.UPLOAD
    return ListOfMap(
        report_id=row.report_id,
        fingerprint=row.playlist_fingerprint,
        name=row.playlist_name,
        source=source,
    )
