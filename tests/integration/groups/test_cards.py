"""Posted cards: however many draw at once and whatever fails, the last drawing shows who is in."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
from sqlalchemy import select

from bot.metrics import Metrics
from cogs.replies.layout import Reply
from cogs.replies.lobby import lobby_card
from cogs.work.posted_cards import PostedCards
from services.domain.errors.groups import (
    CannotLookError,
)
from services.domain.errors.storage import DatabaseBusyError
from services.domain.groups import Lobby, Presence
from services.maintenance import Maintenance
from services.storage.database import Database
from services.storage.schema.groups import group_messages
from services.workflows.lobbies import Place
from tests.databases import sqlite_at
from tests.depth import IS_NIGHT, cases
from tests.integration.groups.house import House, furnish, playlist_of, quiet, ready, visitor

PEOPLE = range(101, 108)
BURSTS = 200 if IS_NIGHT else 15
GUILD, CHANNEL = 1, 11


@dataclass
class Screen:
    """The part of a client that a board needs: it takes its time, and shows what came last."""

    connects: bool = True
    shown: dict[int, str] = field(default_factory=dict)
    failures: dict[int, list[Exception]] = field(default_factory=dict)
    mentions: list[Any] = field(default_factory=list)
    channel: dict[int, Reply] = field(default_factory=dict)
    """What was posted, as its history has it."""
    at_once: int = 0
    most_at_once: int = 0

    def get_guild(self, guild_id: int) -> object:
        return object()

    def get_partial_messageable(self, channel_id: int, guild_id: int | None = None) -> Any:
        return SimpleNamespace(
            get_partial_message=lambda message_id: _Message(self, message_id), history=self.history
        )

    async def history(self, *, after: discord.Object, limit: int, oldest_first: bool) -> AsyncIterator[Any]:
        for message_id, reply in sorted(self.channel.items()):
            if message_id > after.id:
                parts = [
                    SimpleNamespace(to_dict=lambda part=part: part) for part in reply.view().to_components()
                ]
                yield SimpleNamespace(id=message_id, components=parts)


@dataclass
class _Message:
    screen: Screen
    message_id: int

    async def edit(self, *, view: discord.ui.LayoutView, allowed_mentions: Any, **_: Any) -> None:
        screen = self.screen
        screen.mentions.append(allowed_mentions)
        screen.at_once += 1
        screen.most_at_once = max(screen.most_at_once, screen.at_once)
        try:
            await asyncio.sleep(random.Random(len(screen.mentions)).uniform(0.001, 0.01))
            for _turn in range(random.Random(len(screen.mentions)).randrange(1, 8)):
                await asyncio.sleep(0)
            if failures := screen.failures.get(self.message_id):
                raise failures.pop(0)
            screen.shown[self.message_id] = str(view.to_components())
        finally:
            screen.at_once -= 1


@dataclass
class Table:
    house: House
    board: PostedCards
    screen: Screen
    database: Database
    times: list[float]
    metrics: Metrics

    async def card(self, message_id: int = 1) -> Lobby:
        lobby = await self.house.lobbies.start(Place(GUILD, CHANNEL), visitor(PEOPLE[0]), timedelta(days=1))
        await self.board.note(lobby.message(message_id), shown=lobby)
        return lobby

    def names(self, message_id: int) -> set[int]:
        shown = self.screen.shown[message_id]
        return {who for who in PEOPLE if visitor(who).name in shown}


@pytest.fixture
async def table(tmp_path: Path) -> AsyncIterator[Table]:
    async with Database.open(sqlite_at(tmp_path / "cards.db")) as database:
        house, screen, times, metrics = furnish(database), Screen(), [0.0], Metrics()
        maintenance = Maintenance(observer=metrics, monotonic=lambda: times[0])
        client: Any = screen
        board = PostedCards(client=client, store=house.cards, maintenance=maintenance)
        yield Table(house, board, screen, database, times, metrics)


async def test_of_bursts_of_presses_every_withdrawal_is_drawn_and_no_counter_turns(table: Table) -> None:
    lobby = await table.card()
    dice = random.Random(7)
    inside = {PEOPLE[0]}

    async def press(who: int) -> None:
        if who in inside:
            inside.discard(who)
            await table.house.lobbies.leave(lobby.lobby_id, who)
        else:
            inside.add(who)
            await table.house.lobbies.join(lobby.lobby_id, visitor(who))
        await table.board.redraw(lobby.lobby_id)

    undrawn = 0
    for _ in range(BURSTS):
        await asyncio.gather(*map(press, dice.sample(PEOPLE[1:], 4)))
        undrawn += table.names(1) != inside
        async with table.database.reading() as connection:
            row = (await connection.execute(select(group_messages))).one()
        assert 0 <= row.drawn == row.changed
    assert undrawn == 0
    assert table.screen.most_at_once == 1, "two edits of one message could cross"


@pytest.mark.parametrize(
    "error", [aiohttp.ServerDisconnectedError(), DatabaseBusyError(problem="locked"), RuntimeError("odd")]
)
async def test_a_card_that_always_fails_keeps_no_other_from_being_drawn(
    table: Table, error: Exception
) -> None:
    lobbies = [await table.card(number) for number in (1, 2, 3)]
    for lobby in lobbies:
        await table.house.lobbies.join(lobby.lobby_id, visitor(PEOPLE[1]))
    table.screen.failures[1] = [error] * 3
    await table.board.redraw_all()
    assert set(table.screen.shown) == {2, 3}
    assert 'runs_total{outcome="failed",work="redraws"} 1.0' in table.metrics.exposition().decode()
    for _ in range(3):
        await table.board.redraw_all()
    assert table.names(1) == {PEOPLE[0], PEOPLE[1]}


def refused(status: int, code: int) -> discord.HTTPException:
    kind = discord.NotFound if status == 404 else discord.Forbidden
    response: Any = SimpleNamespace(status=status, reason="by the test")
    return kind(response, {"code": code, "message": "by the test"})


@pytest.mark.parametrize(("status", "code"), [(403, 0), (403, 50001), (403, 50013), (404, 0), (404, 10003)])
async def test_a_card_that_was_refused_for_a_minute_is_right_within_two(
    table: Table, status: int, code: int
) -> None:
    lobby = await table.card()
    table.screen.failures[1] = [refused(status, code)]
    await table.house.lobbies.join(lobby.lobby_id, visitor(PEOPLE[1]))
    await table.board.redraw(lobby.lobby_id)
    assert 1 not in table.screen.shown
    table.times[0] += 60
    await table.board.redraw_all()
    assert table.names(1) == {PEOPLE[0], PEOPLE[1]}


async def test_a_card_that_is_always_refused_is_tried_less_and_less_and_at_once_when_rights_change(
    table: Table,
) -> None:
    lobby = await table.card()
    table.screen.failures[1] = [refused(403, 50013)] * 1_000
    await table.house.lobbies.join(lobby.lobby_id, visitor(PEOPLE[1]))
    for _ in range(24 * 15):
        table.times[0] += 240
        await table.board.redraw_all()
    tries = len(table.screen.mentions)
    assert 24 < tries < 40
    table.screen.failures.clear()
    table.board.allow_again(GUILD)
    async with asyncio.timeout(30):
        while 1 not in table.screen.shown:  # noqa: ASYNC110
            await asyncio.sleep(0)
    assert len(table.screen.mentions) == tries + 1


async def test_only_a_message_that_is_gone_is_forgotten(table: Table) -> None:
    lobby = await table.card()
    table.screen.failures[1] = [refused(404, 10008)]
    await table.house.lobbies.join(lobby.lobby_id, visitor(PEOPLE[1]))
    await table.board.redraw(lobby.lobby_id)
    assert await table.house.cards.posted(lobby.lobby_id) == ()


@pytest.mark.parametrize(("status", "code"), cases([(404, 10003), (404, 10004)], gate=[(404, 10003)]))
async def test_a_card_in_a_channel_that_has_vanished_is_given_up_after_a_week(
    table: Table, status: int, code: int
) -> None:
    lobby = await table.card()
    table.screen.failures[1] = [refused(status, code)] * 10_000
    await table.house.lobbies.join(lobby.lobby_id, visitor(PEOPLE[1]))
    tries = []
    for _day in range(20):
        for _hours in range(0, 24, 3):
            table.times[0] += 3 * 3_600
            table.house.clock.now += timedelta(hours=3)
            await table.board.redraw_all()
        tries.append(len(table.screen.mentions))
    assert tries[5] > tries[4], "it may come back within days"
    assert tries[-1] == tries[9]
    assert await table.house.cards.stale() == ()


async def test_a_card_that_is_refused_is_never_given_up(table: Table) -> None:
    lobby = await table.card()
    table.screen.failures[1] = [refused(403, 50013)] * 50
    await table.house.lobbies.join(lobby.lobby_id, visitor(PEOPLE[1]))
    for _day in range(51):
        table.times[0] += 86_400
        table.house.clock.now += timedelta(days=1)
        await table.board.redraw_all()
    assert table.names(1) == {PEOPLE[0], PEOPLE[1]}


async def test_a_card_of_a_process_that_ended_while_posting_it_is_found_by_the_next(table: Table) -> None:
    lobby = await table.house.lobbies.start(Place(GUILD, CHANNEL), visitor(PEOPLE[0]), timedelta(days=1))
    other = await table.house.lobbies.start(Place(GUILD, CHANNEL), visitor(PEOPLE[2]), timedelta(days=1))

    async def send() -> int:
        table.screen.channel = {76: lobby_card(other), 77: lobby_card(lobby)}
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await table.board.post(lobby.message(70), send, shown=lobby)
    assert await table.house.cards.posted(lobby.lobby_id) == ()
    await table.house.lobbies.join(lobby.lobby_id, visitor(PEOPLE[1]))
    client: Any = table.screen
    maintenance = Maintenance(monotonic=lambda: table.times[0])
    await PostedCards(client=client, store=table.house.cards, maintenance=maintenance).redraw_all()
    assert set(table.screen.shown) == {77}
    assert table.names(77) == {PEOPLE[0], PEOPLE[1]}
    assert await table.house.cards.posted(lobby.lobby_id) == (lobby.message(77),)
    assert await table.house.cards.stale() == ()


async def test_what_was_never_posted_is_looked_for_once(table: Table) -> None:
    lobby = await table.house.lobbies.start(Place(GUILD, CHANNEL), visitor(PEOPLE[0]), timedelta(days=1))
    await table.house.cards.announce(lobby.message(70))
    await table.house.lobbies.join(lobby.lobby_id, visitor(PEOPLE[1]))
    await table.board.redraw_all()
    assert table.screen.shown == {}
    assert await table.house.cards.stale() == ()


async def test_who_joins_while_the_card_is_on_its_way_is_on_it(table: Table) -> None:
    lobby = await table.house.lobbies.start(Place(GUILD, CHANNEL), visitor(PEOPLE[0]), timedelta(days=1))
    await table.house.lobbies.join(lobby.lobby_id, visitor(PEOPLE[1]))
    await table.board.note(lobby.message(1), shown=lobby)
    assert table.names(1) == {PEOPLE[0], PEOPLE[1]}


async def test_an_edit_mentions_nobody(table: Table) -> None:
    lobby = await table.card()
    await table.house.lobbies.join(lobby.lobby_id, visitor(PEOPLE[1]))
    await table.board.redraw(lobby.lobby_id)
    (mentions,) = table.screen.mentions
    assert mentions.to_dict() == {"parse": []}


@dataclass
class Looks:
    """Answers about people, and whom each look was for."""

    absent: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    asked: list[set[int]] = field(default_factory=list)

    async def __call__(self, guild_id: int, channel_id: int | None, user_ids: Collection[int]) -> Presence:
        self.asked.append(set(user_ids))
        people = frozenset(user_ids)
        absent, unknown = people & self.absent, people & self.unknown
        return Presence(people - absent - unknown, absent, unknown)


async def test_who_is_gone_is_taken_out_also_where_nothing_is_known_of_another(table: Table) -> None:
    house, (ann, bob, cat) = table.house, PEOPLE[:3]
    lobby = await ready(house, ann, bob, cat)
    looks = Looks(absent={bob}, unknown={cat})
    with pytest.raises(CannotLookError):
        await house.results.run(lobby.lobby_id, "r1", who_is_there=looks, say=quiet)
    after = await house.lobbies.open(lobby.lobby_id)
    assert {each.user_id for each in after.inside} == {ann, cat}


async def test_a_comparison_that_is_made_again_looks_only_for_who_came_meanwhile(table: Table) -> None:
    house, (ann, bob, cat) = table.house, PEOPLE[:3]
    lobby = await ready(house, ann, bob)

    async def change() -> None:
        await house.lobbies.bring(lobby.lobby_id, bob, playlist_of(bob))
        await house.lobbies.join(lobby.lobby_id, visitor(cat))
        await house.lobbies.bring(lobby.lobby_id, cat, playlist_of(cat))

    house.comparer.meanwhile, looks = change, Looks()
    shown = await house.results.run(lobby.lobby_id, "r1", who_is_there=looks, say=quiet)
    assert shown.stored.user_ids == (ann, bob, cat)
    assert looks.asked == [{ann, bob}, {cat}]
