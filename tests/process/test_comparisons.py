"""Comparisons on a Discord that is slow, silent or not yet there: nobody is thrown out, nothing is lost."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest

from bot.app import App
from cogs.replies.lobby import lobby_card
from sandbox.discord import Fault, LoopbackDiscord, Message
from sandbox.discord.state import CHANNEL, GUILD
from sandbox.playlists import load
from services.domain.group_requests import CompareRequest
from services.domain.groups import Lobby, Presence
from services.domain.jobs import JobStatus, request_from_row
from services.domain.messages import quiet
from services.domain.requests import JobKind
from services.workflows.lobbies import Place, Visitor
from tests.process.conftest import PATIENCE_S, Line, connected
from tests.process.test_restarts import left_behind

HOST = 101
THREE = (HOST, 102, 103)
MEMBERS = f"/guilds/{GUILD}/members/"
HTML = "<html>not found</html>"


async def gather(app: App, people: tuple[int, ...] = THREE, *, tracks: int = 30) -> Lobby:
    """Open a lobby in which everybody is ready."""
    lists = [
        (await app.workflows.reader.read_upload(load(name), name))[0] for name in ("mika.csv", "noor.csv")
    ]
    taken = [dataclasses.replace(each, tracks=each.tracks[:tracks]) for each in lists]
    host, *others = (Visitor(user_id, f"person {user_id}") for user_id in people)
    lobbies = app.workflows.lobbies
    lobby = await lobbies.start(Place(GUILD, CHANNEL), host, timedelta(hours=1))
    for visitor in others:
        await lobbies.join(lobby.lobby_id, visitor)
    for number, user_id in enumerate(people):
        await lobbies.bring(lobby.lobby_id, user_id, taken[number % 2])
    return await lobbies.open(lobby.lobby_id)


async def everybody(guild_id: int, channel_id: int | None, user_ids: Collection[int]) -> Presence:
    """See everybody there."""
    return Presence(there=frozenset(user_ids))


async def taken_up(line: Line) -> None:
    """Return when the bot has taken up what was left behind, and had time enough to do something rash."""
    calls = line.discord.state.calls
    async with asyncio.timeout(PATIENCE_S):
        while not any(method == "GET" and "@original" in path for method, path, _ in calls):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    for _ in range(4):
        assert (await line.answer(await line.discord.slash(1, "about", []))).words


async def inside(app: App, lobby: Lobby) -> set[int]:
    return {member.user_id for member in (await app.workflows.lobbies.open(lobby.lobby_id)).inside}


async def compare(line: Line, lobby: Lobby) -> Message:
    """Press *Compare* on the card of a lobby."""
    card = line.discord.state.new_message(CHANNEL, flags=1 << 15)
    card.components = lobby_card(lobby).view().to_components()
    pressed = await line.discord.press(HOST, card, id_of(card, r"tmb:lobby:\w+:compare"))
    return await line.answer(pressed)


def id_of(message: Message, pattern: str) -> str:
    found = re.search(pattern, str(message.components))
    assert found is not None, message.words
    return found[0]


def asked_about(line: Line) -> int:
    """Count the look-ups of people so far, by the gateway and one by one."""
    calls = [path for method, path, _ in line.discord.state.calls if method == "GET" and MEMBERS in path]
    return line.discord.gateway.seen["members"] + len(calls)


@pytest.mark.parametrize("status", [JobStatus.QUEUED, JobStatus.RUNNING])
async def test_a_recovered_comparison_waits_for_its_server_and_loses_nobody(
    loopback: LoopbackDiscord, app: App, status: JobStatus
) -> None:
    lobby = await gather(app)
    request, job = left_behind(loopback, app, request=CompareRequest(lobby.lobby_id), status=status)
    await app.workflows.jobs.store.accept(job)
    loopback.gateway.server_is_held = True
    async with connected(loopback, app) as line:
        await taken_up(line)
        assert loopback.state.answers(request) == []
        assert await inside(app, lobby) == set(THREE)
        await loopback.gateway.let_server_arrive()
        answer = await line.answer(request)
        assert "of 100" in answer.words
        assert await inside(app, lobby) == set(THREE)


@pytest.mark.parametrize("kind", [JobKind.BLEND, JobKind.BRING])
async def test_a_recovered_blend_or_second_choice_of_a_pair_waits_too(
    loopback: LoopbackDiscord, app: App, kind: JobKind
) -> None:
    if kind is JobKind.BLEND:
        lobby = await gather(app)
        shown = await app.workflows.group_results.run(
            lobby.lobby_id, "earlier", who_is_there=everybody, say=quiet
        )
        about = {"result": shown.stored.result_id, "lobby": lobby.lobby_id, "mode": "fair", "size": "20"}
        expected, people, person = "20 tracks", set(THREE), HOST
    else:
        lobbies = app.workflows.lobbies
        host, asked = Visitor(HOST, "person 101"), Visitor(77, "person 77")
        lobby = await lobbies.ask(Place(GUILD, CHANNEL), host, asked)
        await lobbies.join(lobby.lobby_id, asked)
        (brought,) = await app.workflows.reader.read_upload(load("mika.csv"), "mika.csv")
        await lobbies.bring(lobby.lobby_id, HOST, brought)
        about = {"from": "file", "filename": "noor.csv", "url": "", "groups": "0", "about": lobby.lobby_id}
        expected, people, person = "of 100", {HOST, 77}, 77
    request, job = left_behind(loopback, app, status=JobStatus.RUNNING, private=person == 77)
    content = load("noor.csv") if kind is JobKind.BRING else None
    job = dataclasses.replace(
        job,
        request=request_from_row(kind, about),
        content=content,
        asked=dataclasses.replace(job.asked, owner_id=person),
    )
    await app.workflows.jobs.store.accept(job)
    loopback.gateway.server_is_held = True
    async with connected(loopback, app) as line:
        await taken_up(line)
        assert loopback.state.answers(request) == []
        await loopback.gateway.let_server_arrive()
        assert expected in (await line.answer(request)).words
        assert await inside(app, lobby) == people


async def test_a_server_that_has_not_arrived_is_asked_about_and_no_answer_takes_nobody_out(
    loopback: LoopbackDiscord, app: App
) -> None:
    lobby = await gather(app)
    loopback.gateway.server_is_held = True
    loopback.state.faults.append(Fault("GET", f"/guilds/{GUILD}", 404, HTML, content_type="text/html"))
    async with connected(loopback, app) as line:
        refused = await compare(line, lobby)
        assert "Try again in a minute" in refused.words
        assert await inside(app, lobby) == set(THREE)
        assert "of 100" in (await compare(line, lobby)).words  # Discord itself knows the server


@pytest.mark.parametrize(
    ("status", "body", "is_gone"),
    [
        (404, '{"code": 10007, "message": "Unknown Member"}', True),
        (404, '{"code": 10013, "message": "Unknown User"}', True),
        (404, '{"code": 10004, "message": "Unknown Guild"}', False),
        (404, '{"code": 0, "message": "404: Not Found"}', False),
        (404, HTML, False),
        (403, '{"code": 50001, "message": "Missing Access"}', False),
        (500, HTML, False),
    ],
)
async def test_only_an_answer_about_that_very_person_takes_a_person_out(
    line: Line, status: int, body: str, is_gone: bool
) -> None:
    lobby = await gather(line.app)
    line.discord.gateway.gone.add(102)
    kind = "text/html" if body == HTML else "application/json"
    line.discord.state.faults.append(Fault("GET", MEMBERS, status, body, content_type=kind, times=9))
    answer = await compare(line, lobby)
    assert ("of 100" in answer.words) == is_gone
    assert is_gone or "Try again in a minute" in answer.words
    assert await inside(line.app, lobby) == set(THREE) - ({102} if is_gone else set())


async def test_twenty_five_people_and_ten_presses_cost_at_most_three_look_ups(line: Line) -> None:
    people = tuple(range(HOST, HOST + 25))
    lobby = await gather(line.app, people, tracks=20)
    result = await compare(line, lobby)
    assert "of 100" in result.words
    awards = id_of(result, r"tmb:people:\w+:awards")
    for _ in range(10):
        assert (await line.answer(await line.discord.press(HOST, result, awards))).words
    assert 1 <= asked_about(line) <= 3


async def test_where_the_gateway_says_nothing_people_are_looked_up_one_by_one(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cogs.work.presence._ANSWER_S", 0.05)
    lobby = await gather(line.app)
    line.discord.gateway.answers_about_people = False
    assert "of 100" in (await compare(line, lobby)).words
    assert asked_about(line) == 1 + len(THREE)
    assert await inside(line.app, lobby) == set(THREE)


async def test_whatever_people_ask_for_is_acknowledged_before_anybody_is_looked_up(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cogs.work.presence._ANSWER_S", 0.05)
    monkeypatch.setattr(
        "cogs.work.presence._THERE_S", 0.0
    )  # whoever was seen a moment ago is looked up again
    lobby = await gather(line.app)
    result = await compare(line, lobby)
    blend = id_of(result, r"tmb:blend:\w+:fair\.20")
    line.discord.gateway.answers_about_people = False
    released, held = asyncio.Event(), []

    async def hold(moment: str, call: str) -> None:
        if moment == "before" and MEMBERS in call:
            held.append(call)
            await released.wait()

    line.discord.state.on_call = hold
    asked: list[Any] = [
        await line.discord.compare(HOST, 102),
        await line.discord.slash(102, "blend", []),
        await line.discord.press(103, result, blend),
    ]
    async with asyncio.timeout(PATIENCE_S):
        await line.discord.until(lambda: all(each.acknowledged_at for each in asked))
        while not held:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert not any(line.discord.state.answers(each) for each in asked)
    released.set()
    question, *blends = [await line.answer(each) for each in asked]
    assert question.ephemeral
    assert "I have asked" in question.words
    assert all("20 tracks" in each.words for each in blends)
    cards = [each for each in line.discord.state.messages.values() if "<@102>, compare" in each.words]
    assert len(cards) == 1
    assert not cards[0].ephemeral
    assert cards[0].edits == 1  # posted with the mention: an edit would notify nobody


async def test_nothing_is_looked_up_after_the_answer(line: Line) -> None:
    lobby = await gather(line.app)
    calls = line.discord.state.calls

    async def break_everything(moment: str, call: str) -> None:
        if moment == "after" and call.startswith("PATCH") and "@original" in call:
            line.discord.gateway.answers_about_people = False
            line.discord.state.faults.append(Fault("GET", MEMBERS, 500, HTML, times=999))

    line.discord.state.on_call = break_everything
    result = await compare(line, lobby)
    assert "of 100" in result.words
    assert not result.deleted
    line.discord.state.on_call = None
    assert not [path for method, path, _ in calls if method == "DELETE"]
