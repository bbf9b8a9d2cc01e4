"""Store which messages show people of comparisons, and which of them are out of date."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Update, and_, case, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.errors.storage import PostedAlreadyError
from services.domain.groups import POSTING, GroupMessage, Lobby, Member, MessageKind, Redraw
from services.domain.server_map import FEWEST_ON_MAP, MAP_POSTED_FOR, MapMember, News
from services.storage.database import Database
from services.storage.group_rows import members_of, news_of, read_lobby
from services.storage.schema.groups import group_messages, group_results, map_members
from services.storage.schema.people import reports
from services.storage.upserts import row_of, upsert

_NOT_OF_A_MESSAGE = {"posted_at", "changed", "drawn", "refused_since"}
_COLUMNS = tuple(column for column in group_messages.c if column.name not in _NOT_OF_A_MESSAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedCardStore:
    """Messages of ours by what they show. A change that was not drawn yet is never forgotten."""

    database: Database
    clock: Callable[[], datetime]

    async def announce(self, message: GroupMessage) -> None:
        """Remember a message before it is posted, by the number that its request gives it meanwhile.

        Whoever dies between posting and noting leaves a row behind that says what to look for.

        Raises
        ------
        PostedAlreadyError
            It is a poster or a map, and in the channel already or on its way there.
        """
        row = _row(replace(message, is_on_its_way=True), self.clock(), changed=0, drawn=0)
        # After a power failure a card may stay as it is.
        async with self.database.transaction(durable=self.database.beyond_a_crash) as connection:
            if message.kind in {MessageKind.POSTER, MessageKind.SERVER_MAP}:
                await self._refuse_another(connection, message)
            await upsert(connection, group_messages, [row])

    async def _refuse_another(self, connection: AsyncConnection, message: GroupMessage) -> None:
        mine, died_before = group_messages.c, self.clock() - POSTING
        if message.kind is MessageKind.SERVER_MAP:
            # As long as nobody came or moved since: who left is taken out of the one that is there.
            moved_at = await self._moved_at(connection, message.guild_id)
            is_same = mine.posted_at >= max(moved_at, self.clock() - MAP_POSTED_FOR)
        else:
            await read_lobby(connection, message.lobby_id, for_update=True)
            is_same = mine.result_id == message.result_id
        query = select(mine.message_id, mine.is_on_its_way).where(
            mine.message_id != message.message_id,
            mine.channel_id == message.channel_id,
            mine.lobby_id == message.lobby_id,
            mine.kind == message.kind.value,
            is_same,
            or_(mine.is_on_its_way.is_(False), mine.posted_at > died_before),
        )
        for message_id, is_on_its_way in await connection.execute(query):
            raise PostedAlreadyError(
                message.guild_id, message.channel_id, None if is_on_its_way else message_id
            )

    async def _moved_at(self, connection: AsyncConnection, guild_id: int) -> datetime:
        """Say when somebody last came onto the map of a server or moved on it, and keep its people there."""
        query = (
            select(map_members.c.agreed_at, reports.c.created_at)
            .outerjoin(reports, reports.c.report_id == map_members.c.report_id)
            .where(map_members.c.guild_id == guild_id)
            .with_for_update(of=map_members)
        )
        moments = [moment for row in await connection.execute(query) for moment in row if moment is not None]
        return max(moments, default=self.clock())

    async def note(
        self,
        message: GroupMessage,
        shown: Lobby | Collection[int] | None = None,
        *,
        announced_as: int | None = None,
    ) -> bool:
        """Store a posted message; False where it is out of date already, and marked so.

        Parameters
        ----------
        shown
            The comparison as a card shows it: who came or went meanwhile is drawn anew. For the map of a
            server, or a digest, the people that it names; without them it is drawn anew in any case.
        announced_as
            The number under which the message was announced.
        """
        async with self.database.transaction() as connection:
            is_right = True
            if message.kind.is_of_map:
                here = select(map_members.c.user_id).where(map_members.c.guild_id == message.guild_id)
                left = set((await connection.scalars(here.with_for_update())).all())
                is_right = not isinstance(shown, Lobby | None) and left.issuperset(shown)
            elif isinstance(shown, Lobby):
                present = await read_lobby(connection, message.lobby_id, for_update=True)
                is_right = present is not None and _unordered(present) == _unordered(shown)
            if message.result_id is not None and not message.kind.is_of_map:
                found = (
                    select(group_results.c.result_id)
                    .where(group_results.c.result_id == message.result_id)
                    .with_for_update()
                )
                is_right = await connection.scalar(found) is not None
            mine = group_messages.c
            versions = select(mine.changed, mine.drawn, mine.posted_at).where(
                mine.message_id == message.message_id
            )
            known = (await connection.execute(versions)).one_or_none()
            changed = (known.changed if known else 0) + (0 if is_right else 1)
            posted_at = known.posted_at if known else self.clock()
            row = _row(message, posted_at, changed=changed, drawn=known.drawn if known else 0)
            await upsert(connection, group_messages, [row])
            if announced_as is not None:
                await connection.execute(_without(announced_as))
        return is_right

    async def found(self, message: GroupMessage, message_id: int) -> GroupMessage:
        """Note which message one that was announced has become; it is drawn anew."""
        posted = replace(message, message_id=message_id, is_on_its_way=False)
        row = _row(posted, self.clock(), changed=1, drawn=0)
        async with self.database.transaction() as connection:
            await upsert(connection, group_messages, [row])
            await connection.execute(_without(message.message_id))
        return posted

    async def posted(self, lobby_id: str) -> tuple[GroupMessage, ...]:
        """List the messages of a comparison that are not forgotten, the oldest first."""
        is_there = group_messages.c.is_on_its_way.is_(False)
        return await self._list(and_(group_messages.c.lobby_id == lobby_id, is_there))

    async def stale(self, lobby_id: str | None = None) -> tuple[GroupMessage, ...]:
        """List the messages to draw anew, of one comparison or of all."""
        is_stale = group_messages.c.drawn < group_messages.c.changed
        return await self._list(
            is_stale if lobby_id is None else and_(is_stale, group_messages.c.lobby_id == lobby_id)
        )

    async def begin(self, message: GroupMessage) -> Redraw | None:
        """Say what a message has to show, or None where it shows that; later changes make it stale again."""
        mine = group_messages.c
        query = select(mine.changed, mine.drawn, mine.posted_at).where(
            group_messages.c.message_id == message.message_id,
            group_messages.c.drawn < group_messages.c.changed,
        )
        async with self.database.reading() as connection:
            known = (await connection.execute(query)).one_or_none()
            if known is None:
                return None
            lobby = await read_lobby(connection, message.lobby_id) if message.kind.is_card else None
            on_map: tuple[MapMember, ...] = ()
            if message.kind is MessageKind.SERVER_MAP and known.posted_at > self.clock() - MAP_POSTED_FOR:
                on_map = await members_of(connection, message.guild_id)
            news: tuple[News, ...] = ()
            if message.kind is MessageKind.DIGEST:
                news = await news_of(connection, message.guild_id, int(message.result_id or 0))
        on_map = on_map if len(on_map) >= FEWEST_ON_MAP else ()
        return Redraw(message, known.changed, known.drawn, lobby, on_map, news)

    async def done(self, redraw: Redraw) -> None:
        """Note that Discord shows it; a message that shows nobody any more is forgotten.

        What changed since the drawing began stays to be shown. Where another process drew the message
        meanwhile, nobody knows whose change reached Discord last: it is drawn once more.
        """
        message_id = redraw.message.message_id
        if redraw.is_over:
            await self.drop(message_id)
            return
        drawn, changed = group_messages.c.drawn, group_messages.c.changed
        async with self.database.transaction() as connection:
            await connection.execute(
                update(group_messages)
                .where(group_messages.c.message_id == message_id)
                .values(
                    drawn=case((drawn < redraw.version, redraw.version), else_=drawn),
                    changed=case((drawn == redraw.drawn, changed), else_=changed + 1),
                    refused_since=None,
                )
            )

    async def refused(self, message: GroupMessage) -> datetime:
        """Note that Discord does not let us change a message; returns since when that is so."""
        since = group_messages.c.refused_since
        mine = group_messages.c.message_id == message.message_id
        now = self.clock()
        async with self.database.transaction() as connection:
            await connection.execute(
                update(group_messages).where(mine, since.is_(None)).values(refused_since=now)
            )
            noted: datetime | None = await connection.scalar(select(since).where(mine))
        return noted or now

    async def drop(self, message_id: int) -> None:
        """Forget a message that is gone, out of reach for ever, or shows nobody any more."""
        async with self.database.transaction() as connection:
            await connection.execute(_without(message_id))

    async def _list(self, condition: ColumnElement[bool]) -> tuple[GroupMessage, ...]:
        mine = group_messages.c
        is_known = mine.kind.in_([kind.value for kind in MessageKind])  # others are of a newer version's care
        query: Select[Any] = select(*_COLUMNS).where(condition, is_known).order_by(mine.message_id)
        async with self.database.reading(one_moment=False) as connection:
            return tuple(map(_message, await connection.execute(query)))


def mark_changed(condition: ColumnElement[bool]) -> Update:
    """Mark messages as out of date, inside the transaction that makes them so."""
    return update(group_messages).where(condition).values(changed=group_messages.c.changed + 1)


def maps_of(guild_ids: Collection[int]) -> ColumnElement[bool]:
    """Choose the messages that show the maps of servers, and what digests say of them."""
    kinds = [kind.value for kind in MessageKind if kind.is_of_map]
    return and_(group_messages.c.kind.in_(kinds), group_messages.c.guild_id.in_(list(guild_ids)))


def cards_of(lobby_id: str) -> ColumnElement[bool]:
    """Choose the messages that show who is in a comparison."""
    return and_(group_messages.c.lobby_id == lobby_id, group_messages.c.result_id.is_(None))


def _without(message_id: int) -> Any:
    return delete(group_messages).where(group_messages.c.message_id == message_id)


def _row(message: GroupMessage, posted_at: datetime, *, changed: int, drawn: int) -> dict[str, Any]:
    return row_of(message, posted_at=posted_at, changed=changed, drawn=drawn, refused_since=None)


def _message(row: Row[Any]) -> GroupMessage:
    return GroupMessage(**{**row._mapping, "kind": MessageKind(row.kind)})


def _unordered(lobby: Lobby) -> tuple[Lobby, frozenset[Member]]:
    """Take the order of members out, which is another one where two came at the same moment."""
    return replace(lobby, members=()), frozenset(lobby.members)
