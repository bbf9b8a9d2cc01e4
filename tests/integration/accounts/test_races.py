"""What happens when several do the same at the same moment, also from several processes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from services.domain.errors import TastemapError
from services.domain.errors.sources import (
    AccountTakenError,
    LinkExpiredError,
    NoSeatError,
    WrongCodeError,
)
from services.domain.spotify import READ_SCOPES, Library, Linked
from services.storage.database import Database
from services.storage.spotify import LibraryStore
from tests.integration.accounts.world import ANN, ANNA, BOB, BROWSER, ROBERT, LoginWorld, login_world


async def outcomes(*calls: Awaitable[Any]) -> tuple[list[Any], list[TastemapError]]:
    """Run calls together; return results and refusals, and let nothing else pass."""
    results: Sequence[Any] = await asyncio.gather(*calls, return_exceptions=True)
    refusals = [each for each in results if isinstance(each, TastemapError)]
    others = [each for each in results if isinstance(each, BaseException) and each not in refusals]
    assert not others
    return [each for each in results if not isinstance(each, BaseException)], refusals


async def test_of_fifty_callbacks_at_once_exactly_one_counts(each_world: LoginWorld) -> None:
    processes = [each_world.restarted() for _ in range(2)]
    answer = each_world.approve(await each_world.linking.open(await each_world.begin(), browser=BROWSER))
    done, refused = await outcomes(*(processes[turn % 2].bring_back(answer) for turn in range(50)))
    assert (len(done), len(refused)) == (1, 49)
    assert {type(each) for each in refused} == {LinkExpiredError}
    code, _ = await each_world.linking.finish_code(done[0], browser=BROWSER)
    assert (await each_world.linking.finish(ANN, code)).link.account_id == "acc-anna"


async def test_of_fifty_right_codes_at_once_exactly_one_is_traded(each_world: LoginWorld) -> None:
    processes = [each_world.restarted() for _ in range(2)]
    code = await each_world.to_code()
    done, refused = await outcomes(*(processes[turn % 2].linking.finish(ANN, code) for turn in range(50)))
    assert [type(each) for each in done] == [Linked]
    assert {type(each) for each in refused} == {LinkExpiredError}
    assert each_world.trades == ["authorization_code"]
    assert len(await each_world.links.all()) == 1


async def test_fifty_guesses_at_once_are_five_guesses(each_world: LoginWorld) -> None:
    code = int(await each_world.to_code())
    guesses = [f"{(code + 1 + turn) % 10**6:06d}" for turn in range(49)]
    done, refused = await outcomes(*(each_world.linking.finish(ANN, guess) for guess in guesses))
    assert not done
    assert sum(isinstance(each, WrongCodeError) for each in refused) <= 5
    with pytest.raises(LinkExpiredError):
        await each_world.linking.finish(ANN, f"{code:06d}")
    assert each_world.trades == []


async def test_twenty_logins_begun_at_once_leave_one(each_world: LoginWorld) -> None:
    tokens, refused = await outcomes(*(each_world.begin() for _ in range(20)))
    assert not refused
    open_now, over = await outcomes(*(each_world.linking.look(token) for token in tokens))
    assert (len(open_now), len(over)) == (1, 19)


async def test_the_last_seat_goes_to_one(each_database: Database) -> None:
    async with login_world(each_database, seats=1, waits=True) as world:
        codes = {ANN: await world.to_code(ANN, ANNA), BOB: await world.to_code(BOB, ROBERT, "bob's browser")}
        met = asyncio.Barrier(2)

        async def meet() -> None:
            await met.wait()

        world.accounts.before = meet  # both are past the first look at the seats
        # Each process makes one call at a time, so that one alone would never be in both trades at once.
        done, refused = await outcomes(
            *(world.restarted().linking.finish(who, code) for who, code in codes.items())
        )
        assert (len(done), [type(each) for each in refused]) == (1, [NoSeatError])
        assert len(await world.links.all()) == 1


async def test_one_account_goes_to_one_person(each_world: LoginWorld) -> None:
    codes = {
        ANN: await each_world.to_code(ANN, ANNA),
        BOB: await each_world.to_code(BOB, ANNA, "bob's browser"),
    }
    done, refused = await outcomes(*(each_world.linking.finish(who, code) for who, code in codes.items()))
    assert (len(done), [type(each) for each in refused]) == (1, [AccountTakenError])


async def test_a_hundred_commands_make_one_refresh(each_world: LoginWorld) -> None:
    await each_world.link()
    each_world.pass_time(hours=2)
    tokens, _ = await outcomes(*(each_world.tokens.access_token(ANN) for _ in range(100)))
    assert len(tokens) == 100
    assert len(set(tokens)) == 1
    assert each_world.trades.count("refresh_token") == 1


async def test_two_processes_make_one_refresh(each_world: LoginWorld) -> None:
    await each_world.link()
    each_world.pass_time(hours=2)
    processes = [each_world.restarted() for _ in range(2)]
    tokens, _ = await outcomes(*(processes[turn % 2].tokens.access_token(ANN) for turn in range(40)))
    assert len(tokens) == 40
    assert len(set(tokens)) == 1
    assert each_world.trades.count("refresh_token") == 1


async def test_callers_with_the_same_refused_token_make_one_refresh(each_world: LoginWorld) -> None:
    await each_world.link()
    stale = await each_world.tokens.access_token(ANN)
    processes = [each_world.restarted() for _ in range(2)]
    tokens, _ = await outcomes(*(processes[turn % 2].tokens.refreshed(ANN, stale) for turn in range(20)))
    assert len(set(tokens)) == 1
    assert stale not in tokens
    assert each_world.trades.count("refresh_token") == 1


@pytest.mark.parametrize("first_answer", ["a token", "invalid_grant"])
async def test_a_refresh_that_a_new_login_overtakes_does_not_touch_it(
    world: LoginWorld, first_answer: str
) -> None:
    await world.link(ANN, ANNA)
    world.pass_time(hours=2)
    code = await world.to_code(ANN, ROBERT)
    elsewhere = world.restarted()  # a process makes one call of the token endpoint at a time

    async def link_anew() -> None:
        world.accounts.before = at_once
        if first_answer == "invalid_grant":
            world.accounts.revoke(ANNA)
        await elsewhere.linking.finish(ANN, code)

    world.accounts.before = link_anew
    token = await world.tokens.access_token(ANN)
    assert world.owner_of(token) == ROBERT
    assert world.owner_of(await world.restarted().tokens.access_token(ANN)) == ROBERT


async def test_another_account_takes_the_place_of_all_that_was_read_with_the_first(world: LoginWorld) -> None:
    library = Library(read_at=world.time.now(), playlists=(), liked=3)
    kept = LibraryStore(world.database)
    await world.link(ANN, ANNA)
    await kept.save(ANN, library)
    await world.link(ANN, ANNA)
    assert await kept.load(ANN) is not None
    await world.link(ANN, ROBERT)
    assert await kept.load(ANN) is None


async def test_the_lease_of_a_killed_process_ends(each_world: LoginWorld) -> None:
    await each_world.link()
    each_world.pass_time(hours=2)
    now = each_world.time.now()
    link = await each_world.tokens.link_of(ANN)
    assert await each_world.links.begin_refresh(link, now=now, until=now + timedelta(seconds=30))
    patient = each_world.restarted(waits=False)  # its waits move the clock
    token = await patient.tokens.access_token(ANN)
    assert each_world.owner_of(token) == ANNA
    assert 29.0 < (each_world.time.now() - now).total_seconds() < 32.0
    assert each_world.trades.count("refresh_token") == 1


async def test_a_new_login_begun_while_the_old_one_is_traded_wins(world: LoginWorld) -> None:
    code = await world.to_code()

    async def begin_again() -> None:
        world.accounts.before = at_once
        await world.begin(ANN, scopes=READ_SCOPES)

    world.accounts.before = begin_again
    with pytest.raises(LinkExpiredError):
        await world.linking.finish(ANN, code)
    assert await world.links.all() == ()
    assert await world.attempts.of_user(ANN, world.time.now()) is not None


async def at_once() -> None:
    return
