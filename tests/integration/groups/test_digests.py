"""A digest is sent once whatever ends meanwhile, only where something happened, and names who agreed."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, text, update

from services.domain.errors.groups import CannotLookError
from services.domain.groups import Presence
from services.domain.music import PlaylistSource
from services.domain.server_map import WEEK, News, NewsKind
from services.storage.database import Database
from services.storage.group_rows import map_member_row, read_post
from services.storage.persons import PersonStore
from services.storage.posted_cards import PostedCardStore
from services.storage.schema.groups import digest_news, digest_posts, digests, group_messages, map_members
from services.storage.server_maps import LEASE, DigestStore, MapMemberStore
from services.storage.upserts import upsert
from services.storage.withdrawals import WithdrawalStore, forget_read
from services.workflows.server_map import DigestWorkflow
from tests.databases import sqlite_at
from tests.depth import cases
from tests.integration.groups.house import NOON, Clock, Server
from tests.integration.groups.maps import (
    CHANNEL,
    GUILD,
    Screen,
    digests_on,
    memory_folder,
    on_map,
    sound,
)

ANN, BOB, CAT = 101, 102, 103


class KilledError(BaseException):
    """The process ends here."""


class World:
    """A server whose map had three people when its digest was switched on, and one who moved since."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, Clock(NOON)
        self.screen = Screen(PostedCardStore(database=database, clock=self.clock))
        self.server = Server({ANN, BOB, CAT})
        self.digests = digests_on(database, self.clock)

    async def begin(self) -> None:
        members = MapMemberStore(self.database)
        for user_id, level in ((ANN, 0.0), (BOB, 0.5), (CAT, 3.0)):
            await members.agree(on_map(user_id, level, self.clock()))
        await self.digests.switch_on(GUILD, CHANNEL)

    async def move(self, user_id: int, level: float) -> None:
        member = await MapMemberStore(self.database).find(GUILD, user_id)
        assert member is not None
        await MapMemberStore(self.database).move(GUILD, [(user_id, member.list, sound(level))])

    async def round(self, process: DigestWorkflow | None = None) -> None:
        """Do what each minute does."""
        process = process or self.digests
        for due in await process.due():
            await process.post(due, self.screen, self.server)
        for post in await process.left_behind():
            await process.finish(post, self.screen)
        await self.screen.draw()

    async def pass_time(self, time: timedelta) -> None:
        self.clock.now += time
        await self.round()


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """Yield an SQLite database: what is special about the other kind is tried where processes meet."""
    with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        async with Database.open(sqlite_at(Path(folder) / "test.db")) as opened:
            yield opened


@pytest.fixture
async def world(database: Database) -> World:
    opened = World(database)
    await opened.begin()
    return opened


async def test_a_digest_that_is_wanted_elsewhere_keeps_its_day_and_its_news(world: World) -> None:
    await world.move(CAT, 1.0)
    await world.pass_time(timedelta(days=3))
    digest, moved_from = await world.digests.switch_on(GUILD, CHANNEL + 1)
    assert moved_from == CHANNEL
    assert digest.next_at - NOON < WEEK + timedelta(minutes=1)
    assert (await world.digests.switch_on(GUILD, CHANNEL + 1))[1] is None
    await world.pass_time(timedelta(days=4))
    assert list(world.screen.shown.values()) == [{CAT}]


async def test_a_digest_that_is_moved_while_its_week_is_used_up_does_not_come_back(
    new_postgresql: Callable[[str], str], postgresql_template: str
) -> None:
    async with Database.open(new_postgresql(postgresql_template)) as database:
        world = World(database)
        await world.begin()
        async with database.transaction() as connection:
            await connection.execute(update(digests).values(next_at=NOON + 2 * WEEK))
            moving = asyncio.create_task(world.digests.switch_on(GUILD, CHANNEL + 1))
            async with asyncio.timeout(60):
                while not await connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                    assert not moving.done()
        assert (await moving)[0].next_at == NOON + 2 * WEEK


async def test_a_quiet_week_has_no_digest_and_a_loud_one_names_who_moved(world: World) -> None:
    await world.pass_time(WEEK)
    assert world.screen.weeks == []
    await world.move(CAT, 1.0)
    await world.pass_time(WEEK - timedelta(hours=2))
    assert world.screen.weeks == []  # it is not due yet
    await world.pass_time(timedelta(hours=3))
    assert world.screen.weeks == [202611]
    assert list(world.screen.shown.values()) == [{CAT}]
    await world.pass_time(WEEK)
    assert len(world.screen.weeks) == 1  # what was told is no news


async def test_who_became_alike_and_who_is_new_is_said(world: World) -> None:
    await world.move(CAT, 0.52)
    await MapMemberStore(world.database).agree(on_map(104, -3.0, world.clock()))
    world.server.people.add(104)
    await world.pass_time(WEEK + timedelta(minutes=1))
    (post,) = await posts(world)
    news = await world.digests.store.news(post)
    assert {each.kind for each in news} == set(NewsKind)
    assert next(each.about for each in news if each.kind is NewsKind.ALIKE) == {BOB, CAT}


async def posts(world: World) -> list[Any]:
    async with world.database.reading() as connection:
        return [read_post(row) for row in await connection.execute(digest_posts.select())]


async def test_a_week_that_the_bot_slept_through_is_left_out_and_its_news_come_with_the_next(
    world: World,
) -> None:
    await world.move(CAT, 1.0)
    await world.pass_time(WEEK + timedelta(days=2))
    assert world.screen.weeks == []
    await world.pass_time(timedelta(days=5, minutes=1))
    assert len(world.screen.weeks) == 1


async def test_while_discord_says_nothing_about_anybody_nothing_is_claimed(world: World) -> None:
    async def silence(guild_id: int, channel_id: int | None, user_ids: Collection[int]) -> Presence:
        return Presence(unknown=frozenset(user_ids))

    await world.move(CAT, 1.0)
    world.clock.now += WEEK + timedelta(minutes=1)
    (due,) = await world.digests.due()
    with pytest.raises(CannotLookError):
        await world.digests.post(due, world.screen, silence)
    await world.round()
    assert len(world.screen.weeks) == 1
    with pytest.raises(CannotLookError):
        await world.digests.maps.draw(GUILD, ANN, who_is_there=silence)


@pytest.mark.parametrize("is_claimed", [False, True])
async def test_one_press_ends_it_also_for_a_post_that_is_being_made(world: World, is_claimed: bool) -> None:
    await world.move(CAT, 1.0)
    world.clock.now += WEEK + timedelta(minutes=1)
    (due,) = await world.digests.due()
    if is_claimed:
        news = (News(kind=NewsKind.JOINED, user_id=CAT),)
        assert await world.digests.store.claim(due, 5, news, {}, world.clock()) is not None
    await world.digests.switch_off(GUILD)
    if not is_claimed:
        assert not await world.digests.post(due, world.screen, world.server)
    await world.pass_time(LEASE)
    await world.pass_time(WEEK)
    assert world.screen.weeks == []


@pytest.mark.parametrize("how", ["leaves", "is forgotten", "disconnects", "left the server"])
async def test_who_withdraws_is_named_no_more(world: World, how: str) -> None:
    withdrawals = WithdrawalStore(world.database)
    await world.move(CAT, 1.0)
    if how == "left the server":
        world.server.people.discard(CAT)
    await world.pass_time(WEEK + timedelta(minutes=1))
    if how == "leaves":
        await withdrawals.leave_map(GUILD, CAT)
    elif how == "is forgotten":
        await PersonStore(world.database).erase(CAT)
    elif how == "disconnects":
        await disconnect(world, CAT)
        return
    await world.screen.draw()
    assert not any(CAT in people for people in world.screen.shown.values())
    assert await world.screen.cards.stale() == ()


async def disconnect(world: World, user_id: int) -> None:
    """End the login that a list was read with: that list is on no map, and others stay."""
    async with world.database.transaction() as connection:
        gone = await forget_read(connection, user_id)
    assert "map_members" not in gone
    read_there = on_map(user_id, 1.0, world.clock(), source=PlaylistSource.SPOTIFY)
    async with world.database.transaction() as connection:
        await upsert(connection, map_members, [map_member_row(read_there)])
        gone = await forget_read(connection, user_id)
    assert gone["map_members"] == 1
    await world.screen.draw()
    assert not any(user_id in people for people in world.screen.shown.values())


async def test_old_digests_are_emptied(world: World) -> None:
    await world.move(CAT, 1.0)
    await world.pass_time(WEEK + timedelta(minutes=1))
    assert list(world.screen.shown.values()) == [{CAT}]
    world.clock.now += timedelta(days=30)
    assert await world.digests.purge() == 1
    await world.screen.draw()
    assert list(world.screen.shown.values()) == [set()]


async def test_of_several_processes_one_posts(database_url: str) -> None:
    async with Database.open(database_url) as database:
        world = World(database)
        await world.begin()
        await _several_processes(world)


async def _several_processes(world: World) -> None:
    await world.move(CAT, 1.0)
    world.clock.now += WEEK + timedelta(minutes=1)
    others = [digests_on(world.database, world.clock) for _ in range(4)]
    await asyncio.gather(*(world.round(each) for each in others))
    assert len(world.screen.weeks) == 1
    world.clock.now += LEASE
    await asyncio.gather(*(world.round(each) for each in others))
    assert len(world.screen.weeks) == 1


class Deadly:
    """A store that ends the process before or after a call of it."""

    def __init__(self, store: DigestStore, step: Callable[[str], None]) -> None:
        self._store, self._step = store, step

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*arguments: Any, **named: Any) -> Any:
            self._step(f"before {name}")
            answer = await getattr(self._store, name)(*arguments, **named)
            self._step(f"after {name}")
            return answer

        return call


MOMENTS = 18
"""Of one round in which a digest is posted; a process that finishes it has fewer."""
_PAIRS = [*((first, None) for first in range(MOMENTS)), *itertools.product(range(MOMENTS), repeat=2)]


async def test_wherever_processes_end_a_digest_is_sent_exactly_once(database: Database) -> None:
    gate = [*_PAIRS[:MOMENTS], *_PAIRS[MOMENTS::80]]
    met = set()
    for deaths in cases(_PAIRS, gate):
        async with database.transaction() as connection:
            for table in (map_members, digest_news, digest_posts, digests, group_messages):
                await connection.execute(delete(table))
        world = World(database)
        await world.begin()
        await world.move(CAT, 1.0)
        world.clock.now += WEEK + timedelta(minutes=1)
        for death in deaths:
            left = death

            def step(name: str) -> None:
                nonlocal left
                if left == 0:
                    met.add(name)
                    left = -1
                    raise KilledError
                if left is not None:
                    left -= 1

            world.screen.step = step
            store: Any = Deadly(DigestStore(database), step)
            process = DigestWorkflow(
                store=store, maps=world.digests.maps, compute=world.digests.compute, clock=world.clock
            )
            with contextlib.suppress(KilledError):
                await world.round(process)
            world.clock.now += LEASE
        world.screen.step = lambda _name: None
        for _ in range(3):
            await world.round()
            world.clock.now += LEASE
        assert len(world.screen.digests) == 1, deaths
        assert len([people for people in world.screen.shown.values() if people]) == 1, deaths
        assert await world.digests.left_behind() == ()
    assert {"before claim", "after claim", "before it is sent", "after it is sent", "before posted"} <= met
