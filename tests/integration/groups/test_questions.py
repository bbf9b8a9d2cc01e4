"""Questions: each once, few a day, fewer by direct message, none where somebody wants none."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.domain.errors.groups import (
    AskedAlreadyError,
    DirectQuestionsOffError,
    NeverAskedError,
    OpenAlreadyError,
    TooManyLobbiesError,
    TooManyQuestionsError,
)
from services.domain.groups import Lobby, Membership
from services.storage.consents import ASK_AGAIN_AFTER, MOST_A_DAY, MOST_DIRECT_A_DAY
from services.storage.database import Database
from services.workflows.lobbies import MOST_OPEN, Place
from tests.integration.groups.house import House, furnish, playlist_of, visitor

ANN, BOB, CAT = 101, 102, 103
STRANGERS = range(201, 226)
HERE, ELSEWHERE = Place(1, 11), Place(2, 22)


@pytest.fixture
def house(database: Database) -> House:
    return furnish(database)


async def tell(*presses: Any) -> tuple[list[Any], list[BaseException]]:
    done = await asyncio.gather(*presses, return_exceptions=True)
    refused = [each for each in done if isinstance(each, BaseException)]
    return [each for each in done if not isinstance(each, BaseException)], refused


async def ask(house: House, asked: int, *, place: Place = HERE, direct: bool = False) -> Lobby:
    return await house.lobbies.ask(place, visitor(ANN), visitor(asked), direct=direct)


async def test_of_equal_questions_at_the_same_moment_one_is_put(house: House) -> None:
    put, refused = await tell(*(ask(house, BOB) for _ in range(5)))
    assert len(put) == 1
    assert {type(each) for each in refused} == {AskedAlreadyError}


async def test_who_leaves_and_asks_again_has_asked_already(house: House) -> None:
    lobby = await ask(house, BOB)
    await house.lobbies.leave(lobby.lobby_id, ANN)
    with pytest.raises(AskedAlreadyError):
        await ask(house, BOB)
    assert (await ask(house, BOB, place=ELSEWHERE)).asked, "each server counts by itself"
    house.clock.now += ASK_AGAIN_AFTER
    await house.lobbies.purge()
    assert (await ask(house, BOB)).asked


async def test_who_said_yes_may_be_asked_again(house: House) -> None:
    lobby = await ask(house, BOB)
    await house.lobbies.join(lobby.lobby_id, visitor(BOB))
    assert (await ask(house, BOB)).asked


async def test_whoever_said_yes_does_not_count_among_the_questions_of_a_day(house: House) -> None:
    for each in STRANGERS[: MOST_A_DAY + 1]:
        lobby = await ask(house, each)
        await house.lobbies.join(lobby.lobby_id, visitor(each))


@pytest.mark.parametrize(("direct", "most"), [(False, MOST_A_DAY), (True, MOST_DIRECT_A_DAY)])
async def test_a_question_beyond_the_days_limit_is_refused_with_the_time_of_the_next(
    house: House, direct: bool, most: int
) -> None:
    first = house.clock.now
    put, refused = await tell(*(ask(house, each, direct=direct) for each in STRANGERS))
    assert len(put) == most
    assert len(refused) == len(STRANGERS) - most
    error = refused[-1]
    assert isinstance(error, TooManyQuestionsError)
    assert error.most == most
    assert error.direct is direct
    assert timedelta(0) <= error.next_at - first - timedelta(days=1) < timedelta(seconds=1)
    with pytest.raises(TooManyQuestionsError):
        await ask(house, BOB, place=ELSEWHERE, direct=direct)
    house.clock.now = error.next_at
    assert await ask(house, BOB, direct=direct)


async def test_a_question_that_could_not_be_put_counts_and_may_be_put_elsewhere(house: House) -> None:
    for each in STRANGERS[:MOST_DIRECT_A_DAY]:
        lobby = await ask(house, each, direct=True)
        await house.lobbies.withdraw_question(lobby.lobby_id)
    with pytest.raises(TooManyQuestionsError):
        await ask(house, BOB, direct=True)
    assert (await ask(house, STRANGERS[0])).asked


async def test_who_said_never_is_asked_by_nobody_in_any_server_until_they_allow_it(house: House) -> None:
    lobby = await ask(house, BOB)
    after = await house.lobbies.decline(lobby.lobby_id, BOB, never_again=True)
    member = after.member(BOB)
    assert member is not None
    assert member.standing is Membership.DECLINED
    for place in (HERE, ELSEWHERE):
        for direct in (False, True):
            with pytest.raises(NeverAskedError):
                await house.lobbies.ask(place, visitor(CAT), visitor(BOB), direct=direct)
    await house.sharing.allow_questions(BOB, allowed=True)
    assert (await house.lobbies.ask(HERE, visitor(CAT), visitor(BOB))).asked


async def test_who_shares_is_compared_without_a_question_and_not_written_to_against_their_will(
    house: House,
) -> None:
    await house.sharing.share(1, visitor(BOB), playlist_of(BOB))
    await house.sharing.allow_questions(BOB, allowed=False)
    assert (await ask(house, BOB)).is_in(BOB)
    with pytest.raises(NeverAskedError):
        await ask(house, BOB, direct=True)


async def test_a_server_may_forbid_questions_by_direct_message(house: House) -> None:
    await house.sharing.allow_direct(1, allowed=False)
    with pytest.raises(DirectQuestionsOffError):
        await ask(house, BOB, direct=True)
    assert (await ask(house, BOB)).asked
    assert (await ask(house, CAT, place=ELSEWHERE, direct=True)).asked
    await house.sharing.allow_direct(1, allowed=True)
    assert (await ask(house, STRANGERS[0], direct=True)).asked


async def test_a_sharing_that_ends_while_somebody_compares_leaves_nothing_of_it(house: House) -> None:
    for _ in range(8):
        await house.sharing.share(1, visitor(BOB), playlist_of(BOB))
        await tell(ask(house, BOB), house.sharing.stop(1, BOB))
        for lobby_id in await house.lobbies.store.of_member(BOB, 11):
            assert not await house.lobbies.store.playlists(lobby_id, [BOB])
        house.clock.now += ASK_AGAIN_AFTER


async def test_a_channel_takes_few_open_lobbies(house: House) -> None:
    hour = timedelta(hours=1)
    started, refused = await tell(*(house.lobbies.start(HERE, visitor(who), hour) for who in STRANGERS[:15]))
    assert len(started) == MOST_OPEN
    assert {type(each) for each in refused} == {TooManyLobbiesError}
    assert await house.lobbies.start(ELSEWHERE, visitor(ANN), hour)
    with pytest.raises(OpenAlreadyError):
        await house.lobbies.reopen(started[0].lobby_id, started[0].host_id)
    house.clock.now += hour
    await house.lobbies.end_due()
    for each in STRANGERS[:MOST_OPEN]:
        await house.lobbies.start(HERE, visitor(each), hour)
    with pytest.raises(TooManyLobbiesError):
        await house.lobbies.reopen(started[0].lobby_id, started[0].host_id)
