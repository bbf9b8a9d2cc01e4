"""An attacker and a victim, who does in the browser whatever the attacker asks for, in every order.

The only thing that the victim does not do is to hand over a code or an address that a page calls
theirs alone. No order of steps gives anybody a token for somebody else's Spotify account.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sandbox.spotify_library import SandboxUser
from services.accounts import linking
from services.domain.errors import TastemapError
from services.storage.database import Database
from tests.databases import sqlite_at
from tests.depth import IS_NIGHT, cases, examples
from tests.integration.accounts.world import ANN, ANNA, BOB, ROBERT
from tests.web.site import Browser, Site, open_site, query_of

ATTACKER, VICTIM = ANN, BOB
SPOTIFY_OF: dict[int, SandboxUser] = {ATTACKER: ANNA, VICTIM: ROBERT}
MODES = ("code", "strong", "paste")
SEQUENCES = examples(7, night=400)
"""For each mode."""

people = st.sampled_from([ATTACKER, VICTIM])
numbers = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 5])
"""How far back an address was learnt: mostly the newest ones are worth a try."""
T = TypeVar("T")


class Stage:
    """A site that lives for many plays, on an event loop of its own."""

    def __init__(self, mode: str, path: Path) -> None:
        self.mode = mode
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.site = self.run(self._open(path))
        self.plays = self.links = self.refused = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def _open(self, path: Path) -> Site:
        database = await self.stack.enter_async_context(Database.open(sqlite_at(path)))
        return await self.stack.enter_async_context(
            open_site(database, is_strong=self.mode == "strong", allows_paste=self.mode == "paste")
        )

    async def clear(self) -> None:
        async with self.site.world.database.transaction(durable=False) as connection:
            await connection.exec_driver_sql("DELETE FROM links")
            await connection.exec_driver_sql("DELETE FROM link_attempts")
        self.site.world.accounts.token_calls.clear()

    def close(self) -> None:
        self.run(self.stack.aclose())
        self.runner.close()


class TwoUsers(RuleBasedStateMachine):
    """Steps of two people; what the attacker knows, both know; what the victim knows, only the victim."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.site = self.stage.site
        self.stage.plays += 1
        self.browsers = {who: Browser(self.site) for who in SPOTIFY_OF}
        self.known: dict[int, list[str]] = {who: [] for who in SPOTIFY_OF}
        """Addresses: start pages, Spotify's question, Discord's question, answers on the way back."""
        self.finishing: int | None = None
        self.seen = 0
        self.touched = True
        """Whether a step may have linked somebody since the last look."""
        self.stage.run(self.stage.clear())

    def learn(self, who: int, address: str | None) -> None:
        if address is not None:
            self.known[who].append(address)
            if who == ATTACKER:
                self.known[VICTIM].append(address)

    def pick(self, who: int, number: int) -> str | None:
        addresses = self.known[who][-8:]
        return addresses[-1 - number % len(addresses)] if addresses else None

    def go(self, work: Coroutine[Any, Any, T]) -> T | None:
        try:
            return self.stage.run(work)
        except TastemapError:
            self.stage.refused += 1
            return None

    @rule(who=people)
    def begin(self, who: int) -> None:
        token = self.go(self.site.world.begin(who))
        if token is None:
            return
        if self.stage.mode == "paste":
            self.learn(who, self.go(self.site.world.linking.open_pasted(token)))
        else:
            self.learn(who, f"{self.site.url}/link/{token}")

    @rule(who=people, number=numbers, delivers=st.booleans())
    def visit(self, who: int, number: int, delivers: bool) -> None:
        """Open an address one knows, and agree to whatever is asked there, as oneself."""
        address = self.pick(who, number)
        if address is not None:
            self.follow(who, address, delivers)

    def follow(self, who: int, address: str, delivers: bool) -> None:
        world = self.site.world
        if address.startswith(world.accounts_url):
            back = world.accounts.decide(query_of(address), SPOTIFY_OF[who])
        elif address.startswith(self.site.discord_url):
            back = self.site.discord.decide(query_of(address), who)
        else:
            self.arrive(who, address)
            return
        # On the way back the attacker may stop and keep the address for another browser.
        self.learn(who, back)
        if delivers and self.stage.mode != "paste":
            self.arrive(who, back)

    def arrive(self, who: int, address: str) -> None:
        if not address.startswith(self.site.url):
            return
        if self.stage.mode == "strong" and "/callback" in address:
            self.finishing, self.touched = who, True
        page = self.stage.run(self.browsers[who].get(address))
        assert page.status in {200, 303, 400}, (page.status, address)
        self.learn(who, page.location)

    @precondition(lambda self: self.stage.mode != "paste")
    @rule(who=people, number=numbers, delivers=st.booleans())
    def open_a_login(self, who: int, number: int, delivers: bool) -> None:
        """Open a start page and press its button."""
        pages = [address for address in self.known[who] if "/link/" in address]
        if pages:
            self.arrive(who, pages[-1 - number % len(pages)])
            self.press(who, delivers)

    @precondition(lambda self: self.stage.mode != "paste")
    @rule(who=people, delivers=st.booleans())
    def press_again(self, who: int, delivers: bool) -> None:
        self.press(who, delivers)

    def press(self, who: int, delivers: bool) -> None:
        """Press the button of the page that is open, whatever name is on it."""
        browser = self.browsers[who]
        if browser.page is None or "csrf" not in browser.page.text:
            return
        page = self.stage.run(browser.press())
        self.learn(who, page.location)
        if page.location is not None:
            self.follow(who, page.location, delivers)

    @precondition(lambda self: self.stage.mode == "code")
    @rule(who=people)
    def enter_the_code_of_ones_page(self, who: int) -> None:
        page = self.browsers[who].page
        if page is not None and page.code is not None:
            self.finish(who, self.site.world.linking.finish(who, page.code))

    @precondition(lambda self: self.stage.mode == "code")
    @rule(who=people, guess=st.sampled_from(["", "000000", "123456"]))
    def guess(self, who: int, guess: str) -> None:
        self.finish(who, self.site.world.linking.finish(who, guess))

    @precondition(lambda self: self.stage.mode == "paste")
    @rule(who=people, number=numbers)
    def paste(self, who: int, number: int) -> None:
        address = self.pick(who, number)
        if address is not None:
            self.finish(who, self.site.world.linking.finish_pasted(who, address))

    def finish(self, who: int, work: Coroutine[Any, Any, Any]) -> None:
        self.finishing, self.touched = who, True
        self.go(work)

    @rule(who=people)
    def log_in(self, who: int) -> None:
        """Go the whole way without detours; what comes after it is worth as much as what came before."""
        self.begin(who)
        match self.stage.mode:
            case "paste":
                self.visit(who, 0, delivers=True)
                self.paste(who, 0)
            case mode:
                self.open_a_login(who, 0, delivers=True)
                if mode == "code":
                    self.enter_the_code_of_ones_page(who)
                else:
                    self.visit(who, 0, delivers=True)  # from Discord's answer on to Spotify

    @rule(who=people, what=st.sampled_from(["log out", "restart", "a minute", "four minutes", "two hours"]))
    def interrupt(self, who: int, what: str) -> None:
        match what:
            case "log out":
                self.go(self.site.world.linking.unlink(who))
            case "restart":
                self.stage.run(self.site.restart())
            case _:
                minutes = {"a minute": 1, "four minutes": 4, "two hours": 120}[what]
                self.site.world.pass_time(minutes=minutes)

    @invariant()
    def nobody_has_the_token_of_another(self) -> None:
        """Look at every token call since the last look, and at every stored token."""
        world = self.site.world
        if not self.touched and len(world.accounts.token_calls) == self.seen:
            return
        self.touched = False
        fresh = world.accounts.token_calls[self.seen :]
        self.seen += len(fresh)
        traded = [call for call in fresh if call.grant_type == "authorization_code"]
        if traded:
            assert self.finishing is not None, "a code was traded though nobody was finishing"
            assert {call.user_id for call in traded} <= {SPOTIFY_OF[self.finishing].id, None}
        self.finishing = None
        for link in self.stage.run(world.links.all()):
            token = self.go(world.tokens.access_token(link.user_id))
            if token is not None:
                self.stage.links += bool(traded)
                assert world.owner_of(token) == SPOTIFY_OF[link.user_id]
        self.seen = len(world.accounts.token_calls)


@pytest.fixture
def stage(request: pytest.FixtureRequest, database_file: Path) -> Iterator[Stage]:
    opened = Stage(request.param, database_file)
    yield opened
    opened.close()


def plays(count: int) -> settings:
    return settings(
        max_examples=count,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=not IS_NIGHT,
    )


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("stage", cases(MODES, gate=["code"]), indirect=True)
def test_no_order_of_steps_gives_anybody_the_token_of_another(stage: Stage) -> None:
    machine = type("Play", (TwoUsers,), {"stage": stage})
    run_state_machine_as_test(
        machine,
        settings=plays(SEQUENCES),
    )
    print(f"{stage.mode}: {stage.plays} plays, {stage.links} links, {stage.refused} refusals")
    assert stage.links, "the plays are worth nothing if honest logins never succeed in them"


@pytest.mark.parametrize("stage", ["code", "strong"], indirect=True)
def test_the_attack_is_seen_where_nobody_compares(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the comparison of codes and browsers the attack works, and the invariant says so."""
    machine = type("Play", (TwoUsers,), {"stage": stage})
    for is_safe in (True, False):
        if not is_safe:
            monkeypatch.setattr(linking, "_same", lambda _known, _given: True)
        play = machine()
        play.begin(ATTACKER)
        if stage.mode == "code":
            play.open_a_login(VICTIM, 0, delivers=True)
            play.guess(ATTACKER, "123456")
        else:
            play.visit(VICTIM, 0, delivers=True)  # for a cookie of their own
            play.open_a_login(ATTACKER, 0, delivers=True)
            play.visit(VICTIM, 0, delivers=True)
        if is_safe:
            play.nobody_has_the_token_of_another()
            assert stage.site.world.trades == []
        else:
            with pytest.raises(AssertionError):
                play.nobody_has_the_token_of_another()
