"""Store who agreed to be on the map of a server, and claim each week's digest of it once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, select, update

from services.domain.errors.groups import MapFullError
from services.domain.errors.sources import NotLinkedError
from services.domain.groups import MessageKind
from services.domain.music import PlaylistSource
from services.domain.server_map import (
    LATE_AT_MOST,
    MOST_ON_MAP,
    WEEK,
    Digest,
    DigestPost,
    ListOfMap,
    MapMember,
    News,
    SoundSummary,
    week_of,
)
from services.storage.database import Store
from services.storage.group_rows import (
    map_member,
    map_member_row,
    members_of,
    news_of,
    news_row,
    read_post,
    read_sound,
    sound_json,
)
from services.storage.links import is_linked
from services.storage.posted_cards import mark_changed
from services.storage.schema.groups import digest_news, digest_posts, digests, group_messages, map_members
from services.storage.schema.people import reports
from services.storage.upserts import row_of, upsert

_LATEST = 5
"""Maps of a person among which one with enough measured tracks is looked for."""


class MapMemberStore(Store):
    """Who is on the map of a server. Taking somebody off is the business of `WithdrawalStore`."""

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


LEASE = timedelta(minutes=3)
"""How long one process has a post for itself; longer than Discord is waited for."""


class DigestStore(Store):
    """Digests by server. Whoever holds the claim of a week posts it, and nobody else."""

    async def switch_on(self, guild_id: int, channel_id: int, now: datetime) -> tuple[Digest, int | None]:
        """Want a digest in a channel each week at this time, first in a week; what is so now is no news.

        Where there is one already, only its channel changes. Returns also the channel of before, if there was
        another.
        """
        async with self._database.transaction() as connection:
            query = select(digests).where(digests.c.guild_id == guild_id).with_for_update()
            before = (await connection.execute(query)).one_or_none()
            next_at = before.next_at if before else now + WEEK
            row = {"guild_id": guild_id, "channel_id": channel_id, "next_at": next_at}
            await upsert(connection, digests, [row])
            if before is None:
                here = map_members.c.guild_id == guild_id
                await connection.execute(update(map_members).where(here).values(told=map_members.c.sound))
        moved_from = before.channel_id if before and before.channel_id != channel_id else None
        return Digest(guild_id=guild_id, channel_id=channel_id, next_at=next_at), moved_from

    async def switch_off(self, guild_id: int) -> bool:
        """Want no digest any more; False where there was none. What is posted stays as it is."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(delete(digests).where(digests.c.guild_id == guild_id))
            # A post that nobody has begun to send any more is not sent either.
            await connection.execute(
                delete(digest_posts).where(
                    digest_posts.c.guild_id == guild_id, digest_posts.c.is_posted.is_(False)
                )
            )
        return bool(gone.rowcount)

    async def due(self, now: datetime) -> tuple[Digest, ...]:
        """List the digests whose time has come."""
        query = select(digests).where(digests.c.next_at <= now).order_by(digests.c.next_at)
        return tuple(Digest(**row._mapping) for row in await self._rows(query))

    async def told(self, guild_id: int) -> dict[int, SoundSummary | None]:
        """Return where the last digest knew those who are on the map, by their ids."""
        query = select(map_members.c.user_id, map_members.c.told).where(map_members.c.guild_id == guild_id)
        return {
            row.user_id: None if row.told is None else read_sound(row.told) for row in await self._rows(query)
        }

    async def claim(
        self,
        due: Digest,
        request_id: int,
        news: Sequence[News],
        told: Mapping[int, SoundSummary],
        now: datetime,
    ) -> DigestPost | None:
        """Take the digest of this week, so that nobody else does; None where there is none to post.

        In one transaction the week is used up, what is told counts as told, and the news are written down
        about those who still are on the map.
        """
        post = DigestPost(
            guild_id=due.guild_id,
            week=week_of(due.next_at),
            channel_id=due.channel_id,
            request_id=request_id,
            claimed_at=now,
        )
        async with self._database.transaction() as connection:
            weeks = (now - due.next_at) // WEEK + 1
            taken = await connection.execute(
                update(digests)
                .where(digests.c.guild_id == due.guild_id, digests.c.next_at == due.next_at)
                .values(next_at=due.next_at + weeks * WEEK)
            )
            if taken.rowcount == 0:
                return None  # another process was faster, or it was switched off
            if now - due.next_at > LATE_AT_MOST:
                return None
            here = map_members.c.guild_id == due.guild_id
            query = select(map_members.c.user_id).where(here).with_for_update()
            present = set((await connection.scalars(query)).all())
            for user_id in present & told.keys():
                mine = and_(here, map_members.c.user_id == user_id)
                values = {"told": sound_json(told[user_id])}
                await connection.execute(update(map_members).where(mine).values(values))
            rows = [
                news_row(post, position, each) for position, each in enumerate(news) if each.about <= present
            ]
            before = select(digest_posts.c.week).where(
                digest_posts.c.guild_id == post.guild_id, digest_posts.c.week == post.week
            )
            if not rows or await connection.scalar(before) is not None:
                return None
            await connection.execute(
                insert(digest_posts).values(row_of(post, held_until=now + LEASE, is_posted=False))
            )
            await connection.execute(insert(digest_news), rows)
        return post

    async def left_behind(self, now: datetime) -> tuple[DigestPost, ...]:
        """List the claimed posts whose process has not said that they are posted."""
        query = select(digest_posts).where(
            digest_posts.c.is_posted.is_(False), digest_posts.c.held_until <= now
        )
        return tuple(map(read_post, await self._rows(query)))

    async def take_over(self, post: DigestPost, now: datetime) -> bool:
        """Claim a post that was left behind; False where another process was faster."""
        taken = await self._change(
            update(digest_posts)
            .where(_is(post), digest_posts.c.is_posted.is_(False), digest_posts.c.held_until <= now)
            .values(held_until=now + LEASE)
        )
        return taken > 0

    async def news(self, post: DigestPost) -> tuple[News, ...]:
        """Read what a post says, of those who still are on the map."""
        async with self._database.reading(one_moment=False) as connection:
            return await news_of(connection, post.guild_id, post.week)

    async def is_wanted(self, post: DigestPost) -> bool:
        """Whether a claimed post is still to be posted."""
        query = select(digest_posts.c.week).where(_is(post), digest_posts.c.is_posted.is_(False))
        return await self._value(query) is not None

    async def posted(self, post: DigestPost) -> None:
        """Note that a post is there."""
        await self._change(update(digest_posts).where(_is(post)).values(is_posted=True, held_until=None))

    async def give_up(self, post: DigestPost) -> None:
        """Forget what a post would have said; its week stays used up."""
        async with self._database.transaction() as connection:
            of_it = and_(digest_news.c.guild_id == post.guild_id, digest_news.c.week == post.week)
            await connection.execute(delete(digest_news).where(of_it))
            await connection.execute(
                update(digest_posts).where(_is(post)).values(is_posted=True, held_until=None)
            )

    async def purge(self, before: datetime) -> int:
        """Drop old posts with whom they name, and mark their messages to be emptied; returns how many."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(
                delete(digest_posts)
                .where(digest_posts.c.claimed_at < before)
                .returning(digest_posts.c.guild_id, digest_posts.c.week)
            )
            old = gone.all()
            for row in old:
                await connection.execute(mark_changed(_messages_of(row.guild_id, row.week)))
        return len(old)


def _messages_of(guild_id: int, week: int) -> Any:
    return and_(
        group_messages.c.kind == MessageKind.DIGEST.value,
        group_messages.c.guild_id == guild_id,
        group_messages.c.result_id == str(week),
    )


def _is(post: DigestPost) -> Any:
    return and_(digest_posts.c.guild_id == post.guild_id, digest_posts.c.week == post.week)
