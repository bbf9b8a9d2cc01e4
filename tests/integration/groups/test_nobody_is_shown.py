"""Random joins, leaves, opt-ins, kicks, forgets and comparisons: nobody is shown who should not be.

The model is two sets: who said yes to which comparison, and who shares in which server. What people see
is followed on a screen, as Discord would show it, which only changes when a message is drawn anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Awaitable, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select

from services.domain.errors import TastemapError
from services.domain.errors.groups import NotForYouError, ResultGoneError
from services.domain.groups import BlendMode, GroupKind, GroupMessage, Lobby, MessageKind
from services.storage.database import Database
from services.storage.persons import PersonStore
from services.storage.schema import PERSON_COLUMNS, metadata
from services.storage.schema.groups import (
    group_result_members,
    group_results,
    lobbies,
    lobby_members,
    sharings,
)
from services.workflows.lobbies import Place
from tests.databases import sqlite_at
from tests.depth import IS_NIGHT, examples
from tests.integration.groups.house import Server, furnish, playlist_of, quiet, visitor
from tests.integration.groups.maps import memory_folder

STEPS = examples(120, night=12_000)
"""Steps in all."""
_STEPS_PER_STORY = 50

PEOPLE = range(101, 107)
GUILD, OTHER_GUILD, CHANNEL = 1, 2, 11
OWNED = [lobbies, lobby_members, sharings, group_result_members]

Result = TypeVar("Result")
people = st.sampled_from(PEOPLE)
picks = st.integers(0, 7)


class Life(RuleBasedStateMachine):
    opened: ClassVar[tuple[asyncio.Runner, Database]]
    """One database for all stories, emptied before each."""
    steps = 0
    counts: ClassVar[dict[str, int]] = {}
    """What happened how often: refusals by name, and what is worth knowing about the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.runner, self.database = self.opened
        self.runner.run(self.empty())
        self.house = furnish(self.database)
        self.server = Server(set(PEOPLE))
        self.said_yes: dict[str, set[int]] = {}
        """To each comparison, by a press of their own."""
        self.shares: set[int] = set()
        self.by_sharing: dict[str, int] = {}
        """Who is in a pair only because of sharing."""
        self.kinds: dict[str, GroupKind] = {}
        self.shows: dict[str, set[int]] = {}
        self.results: dict[str, str] = {}
        """Results that were ever made, with their comparison."""
        self.screen: dict[int, tuple[str, set[int]]] = {}
        """What each posted message shows: of which comparison, and whom."""

    async def empty(self) -> None:
        async with self.database.transaction() as connection:
            for table in reversed(metadata.sorted_tables):
                await connection.execute(delete(table))

    def happened(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def do(self, action: Awaitable[Result]) -> Result | None:
        """Do one thing; a refusal is an answer like any other."""
        type(self).steps += 1

        async def run() -> Result | None:
            try:
                return await action
            except TastemapError as error:
                self.happened(type(error).__name__)
                return None

        done = self.runner.run(run())
        self.runner.run(self.draw())
        return done

    def allowed(self, lobby_id: str) -> set[int]:
        """Who may be compared, named and counted in a comparison."""
        allowed = set(self.said_yes.get(lobby_id, ()))
        if (sharer := self.by_sharing.get(lobby_id)) in self.shares:
            allowed.add(sharer)
        return allowed

    def pick(self, number: int) -> str:
        known = list(self.said_yes) if number == 7 else self.living()
        return known[-1 - number % len(known)] if known else "none"

    def living(self) -> list[str]:
        """List the comparisons that somebody is in."""
        return [lobby_id for lobby_id in self.said_yes if self.said_yes[lobby_id]]

    async def draw(self) -> None:
        """Do what the bot does after each change: draw what is stale."""
        for message in await self.house.cards.stale():
            redraw = await self.house.cards.begin(message)
            assert redraw is not None
            shown = {member.user_id for member in redraw.lobby.inside} if redraw.lobby else set()
            self.screen[message.message_id] = (message.lobby_id, shown)
            await self.house.cards.done(redraw)

    async def post(self, lobby: Lobby, kind: MessageKind, shown: set[int], result_id: str | None) -> None:
        message_id = len(self.screen) + 1000
        self.screen[message_id] = (lobby.lobby_id, shown)
        message = GroupMessage(
            message_id=message_id,
            channel_id=CHANNEL,
            guild_id=lobby.guild_id,
            lobby_id=lobby.lobby_id,
            kind=kind,
            result_id=result_id,
        )
        await self.house.cards.note(message, lobby if kind is MessageKind.CARD else None)

    def gone(self, lobby_id: str, user_id: int) -> None:
        self.said_yes.get(lobby_id, set()).discard(user_id)
        self.shows.get(lobby_id, set()).discard(user_id)
        if self.by_sharing.get(lobby_id) == user_id:
            del self.by_sharing[lobby_id]

    async def start(self, host: int) -> None:
        lobby = await self.house.lobbies.start(Place(GUILD, CHANNEL), visitor(host), timedelta(hours=1))
        await self.house.lobbies.bring(lobby.lobby_id, host, playlist_of(host))
        self.said_yes[lobby.lobby_id], self.shows[lobby.lobby_id] = {host}, set()
        self.kinds[lobby.lobby_id] = GroupKind.LOBBY
        await self.post(lobby, MessageKind.CARD, {host}, None)

    @initialize(host=people)
    def first(self, host: int) -> None:
        """Begin with a result that everybody sees, so that there is something to take back."""
        self.start_lobby(host)
        self.the_host_compares(0, None, True)

    @rule(host=people)
    def start_lobby(self, host: int) -> None:
        """Start a lobby, which those join at once who are always quick."""
        if host in self.server.people and len(self.living()) < 3:
            self.do(self.start(host))
            for quick in PEOPLE[:3]:
                self.join_and_bring(0, quick)

    @rule(host=people, asked=people)
    def ask(self, host: int, asked: int) -> None:
        async def asking() -> None:
            lobby = await self.house.lobbies.ask(Place(GUILD, CHANNEL), visitor(host), visitor(asked))
            self.said_yes[lobby.lobby_id], self.shows[lobby.lobby_id] = {host}, set()
            self.kinds[lobby.lobby_id] = GroupKind.PAIR
            if lobby.is_in(asked):
                self.by_sharing[lobby.lobby_id] = asked
            await self.post(lobby, MessageKind.CARD, {member.user_id for member in lobby.inside}, None)

        if host in self.server.people and len(self.living()) < 5:
            self.do(asking())

    @rule(number=picks, who=people)
    def join(self, number: int, who: int) -> None:
        lobby_id = self.pick(number)
        is_in = who in self.server.people and self.do(self.house.lobbies.join(lobby_id, visitor(who)))
        if is_in and self.by_sharing.get(lobby_id) != who:
            self.said_yes[lobby_id].add(who)

    @rule(number=picks, who=people)
    def join_and_bring(self, number: int, who: int) -> None:
        self.join(number, who)
        self.do(self.house.lobbies.bring(self.pick(number), who, playlist_of(who)))

    @rule(number=picks, who=people)
    def decline(self, number: int, who: int) -> None:
        lobby_id = self.pick(number)
        if self.do(self.house.lobbies.decline(lobby_id, who)):
            self.gone(lobby_id, who)

    @rule(number=picks, who=people)
    def leave(self, number: int, who: int) -> None:
        lobby_id = self.pick(number)
        if self.do(self.house.lobbies.leave(lobby_id, who)):
            self.gone(lobby_id, who)

    @rule(who=people)
    def share(self, who: int) -> None:
        if self.do(self.house.sharing.share(GUILD, visitor(who), playlist_of(who))):
            self.shares.add(who)

    @rule(who=people)
    def stop_sharing(self, who: int) -> None:
        if self.do(self.house.sharing.stop(GUILD, who)) is not None:
            self.shares.discard(who)

    @rule(who=people)
    def share_elsewhere(self, who: int) -> None:
        self.do(self.house.sharing.share(OTHER_GUILD, visitor(who), playlist_of(who)))

    @rule(number=picks, who=people)
    def show_a_pair(self, number: int, who: int) -> None:
        lobby_id = self.pick(number)
        if self.do(self.house.lobbies.agree_to_show(lobby_id, who)):
            self.shows[lobby_id].add(who)

    @rule(number=picks, who=people, leaves=st.one_of(st.none(), people), forgets=st.booleans())
    def compare(self, number: int, who: int, leaves: int | None, forgets: bool) -> None:
        """Press Compare; somebody may leave, or ask to be forgotten, while the work is done."""
        lobby_id = self.pick(number)

        async def somebody_leaves() -> None:
            if leaves is None:
                return
            self.happened("left meanwhile")
            if forgets:
                await PersonStore(self.database).erase(leaves)
                self.forgotten(leaves)
                return
            with contextlib.suppress(TastemapError):
                await self.house.lobbies.leave(lobby_id, leaves)
                self.gone(lobby_id, leaves)

        async def press() -> None:
            lobby, is_enough = await self.house.lobbies.press_compare(lobby_id, who, self.steps)
            if not is_enough:
                return
            self.house.comparer.meanwhile = somebody_leaves
            result_id = f"r{len(self.results)}"
            self.results[result_id] = lobby_id
            shown = await self.house.results.run(lobby_id, result_id, who_is_there=self.server, say=quiet)
            self.happened("compared")
            seen = {int(person.key) for person in shown.stored.comparison.people}
            assert seen <= self.server.people, "somebody who left the server was compared"
            if lobby.kind is GroupKind.LOBBY:
                assert not seen & self.server.blind, "somebody who can't see the channel was compared"
                await self.post(lobby, MessageKind.RESULT, seen, result_id)

        self.do(press())
        self.house.comparer.meanwhile = None

    @rule(number=picks, leaves=st.one_of(st.none(), st.none(), people), look=st.booleans())
    def the_host_compares(self, number: int, leaves: int | None, look: bool) -> None:
        lobby = self.runner.run(self.house.lobbies.store.load(self.pick(number)))
        if lobby is not None:
            self.compare(number, lobby.host_id, leaves, False)
            if look:
                self.look_at_every_result(999, CHANNEL)
                self.blend(number, lobby.host_id)

    @rule(who=people)
    def kick(self, who: int) -> None:
        self.server.people.discard(who)

    @rule(who=people)
    def come_back(self, who: int) -> None:
        self.server.people.add(who)
        self.server.blind.discard(who)

    @rule(who=people)
    def lose_sight(self, who: int) -> None:
        self.server.blind.add(who)

    @rule(who=people)
    def forget(self, who: int) -> None:
        self.do(PersonStore(self.database).erase(who))
        self.forgotten(who)
        for table in OWNED:
            for column in PERSON_COLUMNS & {column.name for column in table.c}:
                query = select(table).where(table.c[column] == who)
                assert not self.runner.run(self.rows(query)), f"{table.name} still knows the person"

    def forgotten(self, who: int) -> None:
        self.shares.discard(who)
        for lobby_id in self.said_yes:
            self.gone(lobby_id, who)

    @rule(hours=st.sampled_from([1] * 8 + [30, 24 * 8, 24 * 31]))
    def time_passes(self, hours: int) -> None:
        self.house.clock.now += timedelta(hours=hours)
        self.do(self.house.lobbies.end_due())
        self.do(self.house.lobbies.purge())

    @rule(number=picks, who=people)
    def open_again(self, number: int, who: int) -> None:
        self.do(self.house.lobbies.reopen(self.pick(number), who))

    @rule(number=picks, who=people)
    def blend(self, number: int, who: int) -> None:
        async def mix() -> None:
            lobby_id = self.pick(number)
            result_id = await self.house.results.results.latest(lobby_id)
            shown = await self.house.results.open(result_id or "none", who, CHANNEL, who_is_there=self.server)
            mixed = await self.house.results.blend(shown, size=10, mode=BlendMode.FAIR)
            self.happened("blended")
            named = {int(person.key) for person in mixed.people}
            assert named <= self.allowed(lobby_id) & self.server.people
            if shown.lobby.kind is GroupKind.LOBBY:
                await self.post(shown.lobby, MessageKind.BLEND, named, result_id)

        self.do(mix())

    @rule(who=st.one_of(people, st.just(999)), channel=st.sampled_from([CHANNEL, 12, None]))
    def look_at_every_result(self, who: int, channel: int | None) -> None:
        for result_id, lobby_id in self.results.items():
            self.runner.run(self.look(result_id, lobby_id, who, channel))
        self.runner.run(self.draw())

    async def look(self, result_id: str, lobby_id: str, who: int, channel: int | None) -> None:
        type(self).steps += 1
        try:
            shown = await self.house.results.open(result_id, who, channel, who_is_there=self.server)
        except (ResultGoneError, NotForYouError) as error:
            self.happened("taken back" if isinstance(error, ResultGoneError) else "refused to others")
            return
        self.happened("seen")
        seen = {int(person.key) for person in shown.stored.comparison.people}
        assert seen <= self.allowed(lobby_id), "a result shows somebody who did not agree, or no longer does"
        assert seen <= self.server.people, "a result shows somebody who left the server"
        if who not in seen:
            self.happened("seen by others")
            assert channel == CHANNEL, "somebody elsewhere sees the result"
            both_show = seen <= self.shows[lobby_id] | (
                {self.by_sharing.get(lobby_id)} & self.shows[lobby_id]
            )
            assert self.kinds[lobby_id] is GroupKind.LOBBY or both_show, "a pair is shown without their wish"

    @invariant()
    def no_message_shows_who_should_not_be_shown(self) -> None:
        for lobby_id, shown in self.screen.values():
            assert shown <= self.allowed(lobby_id)

    @invariant()
    def no_row_keeps_who_did_not_agree(self) -> None:
        query = select(group_results.c.lobby_id, group_result_members.c.user_id).join(group_result_members)
        for lobby_id, user_id in self.runner.run(self.rows(query)):
            assert user_id in self.allowed(lobby_id)

    async def rows(self, query: Any) -> list[Any]:
        async with self.database.reading() as connection:
            return list((await connection.execute(query)).all())


@pytest.fixture
def opened() -> Iterator[tuple[asyncio.Runner, Database]]:
    with asyncio.Runner() as runner, tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        stack = AsyncExitStack()
        database = runner.run(stack.enter_async_context(Database.open(sqlite_at(Path(folder) / "test.db"))))
        yield runner, database
        runner.run(stack.aclose())


def test_nobody_is_shown_who_should_not_be(opened: tuple[asyncio.Runner, Database]) -> None:
    Life.opened, Life.steps = opened, 0
    Life.counts.clear()
    limits = settings(
        max_examples=STEPS // 30,  # many stories end before their last step
        stateful_step_count=_STEPS_PER_STORY,
        deadline=None,
        derandomize=not IS_NIGHT,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Life, settings=limits)
    print(f"{Life.steps} steps; {Life.counts}")
    assert Life.steps >= STEPS
    for what in ("compared", "left meanwhile", "seen", "seen by others", "taken back", "blended"):
        assert Life.counts.get(what), f"the stories never came to: {what}"
