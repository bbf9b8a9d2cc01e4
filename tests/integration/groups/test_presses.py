"""Of presses at the same moment one counts, and a refused press changes nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.domain.errors.groups import (
    ComparingAlreadyError,
    OpenAlreadyError,
    TooFewReadyError,
)
from services.domain.errors.storage import PostedAlreadyError
from services.domain.group_requests import CompareRequest
from services.domain.groups import GroupMessage, MessageKind
from services.domain.jobs import Job
from services.storage.database import Database
from services.storage.jobs import JobStore
from services.storage.posted_cards import PostedCardStore
from services.storage.server_maps import MapMemberStore
from services.workflows.lobbies import Place
from tests.integration.groups.house import Clock, furnish, ready, visitor
from tests.integration.groups.maps import on_map
from tests.integration.queueing.world import asked

PEOPLE = range(101, 108)
GUILD, CHANNEL = 1, 11


async def outcomes(*presses: Any) -> tuple[list[Any], list[BaseException]]:
    done = await asyncio.gather(*presses, return_exceptions=True)
    failed = [each for each in done if isinstance(each, BaseException)]
    return [each for each in done if not isinstance(each, BaseException)], failed


async def test_of_presses_on_compare_at_the_same_moment_one_begins_it(database: Database) -> None:
    house = furnish(database)
    host, other = PEOPLE[0], PEOPLE[1]
    lobby = await ready(house, host, other)
    presses = [house.lobbies.press_compare(lobby.lobby_id, host, request) for request in range(1, 6)]
    began, refusals = await outcomes(*presses)
    assert [is_enough for _, is_enough in began] == [True]
    assert {type(each) for each in refusals} == {ComparingAlreadyError}
    after = await house.lobbies.open(lobby.lobby_id)
    assert after.votes == 1
    house.clock.now += timedelta(seconds=5)  # its process died before it accepted that request
    _, is_enough = await house.lobbies.press_compare(lobby.lobby_id, host, 99)
    assert is_enough


async def test_a_comparison_whose_end_reached_nobody_keeps_nobody_from_the_next(database: Database) -> None:
    house, jobs, host = furnish(database), JobStore(database), PEOPLE[0]
    lobby = await ready(house, host, PEOPLE[1])
    job = Job(asked=asked(1, owner_id=host), request=CompareRequest(lobby.lobby_id), result_id="result")
    assert await jobs.accept(job)
    await house.lobbies.press_compare(lobby.lobby_id, host, job.job_id)
    house.clock.now += timedelta(seconds=5)
    with pytest.raises(ComparingAlreadyError):
        await house.lobbies.press_compare(lobby.lobby_id, host, 99)
    await jobs.set_aside(job.job_id)
    _, is_enough = await house.lobbies.press_compare(lobby.lobby_id, host, 99)
    assert is_enough


async def test_a_refused_press_on_compare_changes_nothing(database: Database) -> None:
    house = furnish(database)
    lobby = await ready(house, PEOPLE[0])
    for who in PEOPLE[1:4]:
        await house.lobbies.join(lobby.lobby_id, visitor(who))
    before = await house.lobbies.open(lobby.lobby_id)
    for who in PEOPLE[:4]:
        with pytest.raises(TooFewReadyError):
            await house.lobbies.press_compare(lobby.lobby_id, who, who)
    assert await house.lobbies.open(lobby.lobby_id) == before


async def test_of_presses_on_show_here_at_the_same_moment_one_is_new(database: Database) -> None:
    house = furnish(database)
    lobby = await house.lobbies.ask(Place(GUILD, CHANNEL), visitor(PEOPLE[0]), visitor(PEOPLE[1]))
    await house.lobbies.join(lobby.lobby_id, visitor(PEOPLE[1]))
    both = [PEOPLE[0], PEOPLE[1]] * 3
    done, _ = await outcomes(*(house.lobbies.agree_to_show(lobby.lobby_id, who) for who in both))
    turns = [after for after, is_new in done if is_new and after.is_shown_to_channel]
    assert len(turns) == 1, "the result is posted once"


async def test_of_presses_on_open_again_at_the_same_moment_one_opens_it(database: Database) -> None:
    house = furnish(database)
    lobby = await ready(house, PEOPLE[0], PEOPLE[1])
    house.clock.now += timedelta(hours=2)
    assert await house.lobbies.end_due() == (lobby.lobby_id,)
    opened, refusals = await outcomes(
        *(house.lobbies.reopen(lobby.lobby_id, who) for who in (PEOPLE[0], PEOPLE[1], PEOPLE[0]))
    )
    (after,) = opened
    assert abs(after.ends_at - house.clock.now - timedelta(hours=1)) < timedelta(minutes=1), (
        "for as long again"
    )
    assert {type(each) for each in refusals} == {OpenAlreadyError}
    assert await house.lobbies.end_due() == (), "what was opened again is not ended by a late look"


async def test_of_presses_on_post_here_at_the_same_moment_one_posts_the_map_of_a_server(
    database: Database,
) -> None:
    clock = Clock()
    cards, members = PostedCardStore(database=database, clock=clock), MapMemberStore(database)
    for who in PEOPLE[:3]:
        await members.agree(on_map(who, 0.0, clock()))

    def map_message(message_id: int, channel: int = CHANNEL) -> GroupMessage:
        return GroupMessage(
            message_id=message_id,
            channel_id=channel,
            guild_id=GUILD,
            lobby_id="map",
            kind=MessageKind.SERVER_MAP,
        )

    async def posted_by(message_id: int, channel: int = CHANNEL) -> int:
        await cards.announce(map_message(message_id, channel))
        return message_id

    done, refusals = await outcomes(*(posted_by(each) for each in range(1, 6)))
    (first,) = done
    assert {type(each) for each in refusals} == {PostedAlreadyError}
    await posted_by(first)  # its process begins again
    await posted_by(6, channel=12)
    await cards.note(map_message(first), PEOPLE[:3])
    clock.now += timedelta(days=1)
    with pytest.raises(PostedAlreadyError) as there:
        await posted_by(7)
    assert there.value.message_id == first
    await members.agree(on_map(PEOPLE[3], 0.0, clock()))
    await posted_by(8)
