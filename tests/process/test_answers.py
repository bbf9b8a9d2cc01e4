"""Discord refuses, dawdles or forgets, and every request ends in one answer or a reference in the log."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from bot.app import App
from sandbox.discord import Fault, LoopbackDiscord, Message, Request
from sandbox.discord.state import APPLICATION, CHANNEL, GUILD
from sandbox.playlists import load
from services.domain.jobs import Asked, Job, JobKind, JobStatus
from tests.process.conftest import PATIENCE_S, Line, connected

FILE = load("late-drive.csv")
CLOUDFLARE = "<!doctype html><title>Access denied | discord.com used Cloudflare</title><h1>Error 1015</h1>"
LATE_S = 20 * 60.0
_REFERENCE = re.compile(r"[A-HJ-NP-Z2-9]{8}: ")


def html(status: int, times: int) -> Fault:
    return Fault("PATCH", "/messages/@original", status, CLOUDFLARE, content_type="text/html", times=times)


def limited(method: str, path: str, *, everywhere: bool, times: int = 2) -> Fault:
    body = json.dumps({"message": "You are being rate limited.", "retry_after": 0.0, "global": everywhere})
    scope = {"X-RateLimit-Global": "true"} if everywhere else {}
    return Fault(method, path, 429, body, {"Via": "1.1 google", **scope}, times=times)


@pytest.mark.parametrize(
    "fault",
    [
        limited("POST", "/callback", everywhere=False),
        limited("POST", "/callback", everywhere=True),
        limited("PATCH", "/messages/@original", everywhere=False, times=3),
        limited("PATCH", "/messages/@original", everywhere=True, times=3),
        html(502, 1),
        html(520, 2),
        Fault("PATCH", "/messages/@original", 500, times=2),
        Fault("POST", "/callback", 500, times=2),
    ],
    ids=lambda fault: f"{fault.status} {fault.method} {fault.times}",
)
async def test_passing_weather_costs_nothing_but_time(line: Line, fault: Fault) -> None:
    line.discord.state.faults.append(fault)
    answer = await line.answer(await line.discord.analyze(1, FILE))
    assert [each["filename"] for each in answer.attachments] == ["map.png"]
    assert fault.times == 0


@pytest.mark.parametrize("fault", [html(429, 1_000), html(503, 1_000)], ids=["banned", "down"])
async def test_lasting_weather_ends_in_a_private_sentence(
    line: Line, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    line.discord.state.faults.append(fault)
    answer = await line.answer(await line.discord.analyze(1, FILE))
    assert answer.ephemeral
    assert "Reference " in answer.words
    assert "html" not in answer.words.casefold()
    assert any(_REFERENCE.match(record.getMessage()) for record in caplog.records)


async def test_a_dead_interaction_is_in_the_log_and_leaves_nothing_behind(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    request = await line.discord.analyze(1, FILE)
    request.expired = True
    async with asyncio.timeout(PATIENCE_S):
        while "could not tell the person" not in caplog.text:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await line.app.jobs.store.unfinished() == ()
    assert "96" in (await line.answer(await line.discord.analyze(1, FILE))).words


@pytest.mark.parametrize("private", [False, True])
async def test_a_token_that_dies_on_the_way_sends_the_answer_after_the_person(
    line: Line, private: bool
) -> None:
    state = line.discord.state

    async def expire(moment: str, call: str) -> None:
        if moment == "after" and "/attachments/" in call:
            request.expired = True

    state.on_call = expire
    request = await line.discord.analyze(77, FILE, private=private)
    answer = await line.answer(request)
    assert "96 tracks" in answer.words
    assert [each["filename"] for each in answer.attachments] == ["map.png"]
    if private:
        assert answer.channel_id != CHANNEL
    else:
        assert answer.channel_id == CHANNEL
        assert answer.words.startswith("<@77>")
        async with asyncio.timeout(PATIENCE_S):
            await line.discord.until(lambda: bool(request.original and request.original.deleted))


async def test_where_the_channel_is_closed_the_person_is_written_to(line: Line) -> None:
    state = line.discord.state
    forbidden = '{"code": 50013, "message": "Missing Permissions"}'
    state.faults.append(Fault("POST", f"/channels/{CHANNEL}/messages", 403, forbidden))

    async def expire(moment: str, call: str) -> None:
        if moment == "after" and "/attachments/" in call:
            request.expired = True

    state.on_call = expire
    request = await line.discord.analyze(77, FILE)
    assert (await line.answer(request)).channel_id != CHANNEL


async def held_file(line: Line) -> tuple[Request, asyncio.Event]:
    """Let somebody ask whose file Discord hands over only when the event is set."""
    released, asked = asyncio.Event(), asyncio.Event()

    async def hold(moment: str, call: str) -> None:
        if moment == "before" and "/attachments/" in call:
            asked.set()
            await released.wait()

    line.discord.state.on_call = hold
    request = await line.discord.analyze(1, FILE)
    async with asyncio.timeout(PATIENCE_S):
        await asked.wait()
    return request, released


async def test_one_at_a_time_for_each_person_and_the_first_can_be_stopped(line: Line) -> None:
    first, released = await held_file(line)
    refusal = await line.answer(await line.discord.analyze(1, FILE))
    assert refusal.ephemeral
    assert "not finished" in refusal.words
    (stop,) = re.findall(r"tmb:stop:\d+", str(refusal.components))
    assert stop == f"tmb:stop:{first.request_id}"
    await line.discord.press(1, refusal, stop)
    stopped = await line.answer(first)
    assert stopped.ephemeral
    assert "Stopped" in stopped.words
    released.set()
    assert "96" in (await line.answer(await line.discord.analyze(1, FILE))).words


async def test_another_person_does_not_wait(line: Line) -> None:
    first, released = await held_file(line)
    line.discord.state.on_call = None
    assert "96" in (await line.answer(await line.discord.analyze(2, FILE))).words
    assert line.discord.state.answers(first) == []
    released.set()
    await line.answer(first)


def left_behind(
    server: LoopbackDiscord, app: App, *, age_s: float = 0.0, private: bool = False, **changes: Any
) -> tuple[Request, Job]:
    """Make a promised request, and the row that a killed process left of it."""
    request = Request(server.state.snowflake(age_s), "token-left-behind", 77, 0.0, acknowledged_at=0.0)
    request.expired = age_s > 900
    flags = (1 << 7) | ((1 << 6) if private else 0)
    request.original = server.state.new_message(CHANNEL, flags=flags, request=request)
    server.state.requests[request.request_id] = request
    server.state.files["1/list.csv"] = FILE
    job = Job(
        asked=Asked(
            interaction_id=request.request_id,
            application_id=APPLICATION,
            token=app.jobs.box.seal(request.token, request.request_id),
            owner_id=77,
            guild_id=GUILD,
            channel_id=CHANNEL,
            private=private,
            at=moment_of(request),
        ),
        kind=JobKind.ANALYZE,
        arguments={"from": "example", "groups": "0"},
        result_id="result1",
    )
    return request, replace(job, **changes)


def moment_of(request: Request) -> Any:
    import discord

    return discord.utils.snowflake_time(request.request_id)


@pytest.mark.parametrize("status", [JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.POSTING])
@pytest.mark.parametrize("private", [False, True])
async def test_the_next_start_goes_on_in_the_same_reply(
    loopback: LoopbackDiscord, app: App, status: JobStatus, private: bool
) -> None:
    request, job = left_behind(loopback, app, private=private, status=status)
    await app.jobs.store.accept(job)
    async with connected(loopback, app) as line:
        answer = await line.answer(request)
        assert answer is request.original
        assert "tmb:charts:result1" in str(answer.components)
    assert await app.jobs.store.unfinished() == ()


@pytest.mark.parametrize("private", [False, True])
async def test_after_the_token_has_died_the_next_start_finds_another_way(
    loopback: LoopbackDiscord, app: App, private: bool
) -> None:
    request, job = left_behind(loopback, app, age_s=LATE_S, private=private)
    assert request.original is not None
    await app.jobs.store.accept(replace(job, message_id=request.original.message_id))
    async with connected(loopback, app) as line:
        answer = await line.answer(request)
        assert (answer.channel_id == CHANNEL) != private
        assert "tmb:charts:result1" in str(answer.components)


@pytest.mark.parametrize("age_s", [0.0, LATE_S])
async def test_what_was_answered_before_the_end_is_not_answered_again(
    loopback: LoopbackDiscord, app: App, age_s: float
) -> None:
    request, job = left_behind(loopback, app, age_s=age_s, status=JobStatus.POSTING)
    original = request.original
    assert original is not None
    loopback.state.fill(original, {"components": _card("tmb:charts:result1")}, {})
    await app.jobs.store.accept(replace(job, message_id=original.message_id))
    async with connected(loopback, app) as line:
        await _until_nothing_is_left(line)
        assert loopback.state.answers(request) == [original]
        assert original.edits == 1


async def test_what_was_never_promised_is_dropped(loopback: LoopbackDiscord, app: App) -> None:
    request, job = left_behind(loopback, app)
    request.original = None
    await app.jobs.store.accept(job)
    async with connected(loopback, app) as line:
        await _until_nothing_is_left(line)
        assert loopback.state.answers(request) == []


async def test_work_that_ends_the_bot_again_and_again_is_given_up(
    loopback: LoopbackDiscord, app: App
) -> None:
    request, job = left_behind(loopback, app, attempts=5, status=JobStatus.RUNNING)
    await app.jobs.store.accept(job)
    async with connected(loopback, app) as line:
        assert "again and again" in (await line.answer(request)).words


async def test_a_row_sealed_by_another_token_is_answered_by_a_message(
    loopback: LoopbackDiscord, app: App
) -> None:
    request, job = left_behind(loopback, app)
    await app.jobs.store.accept(replace(job, asked=replace(job.asked, token="AAAA")))
    async with connected(loopback, app) as line:
        answer: Message = await line.answer(request)
        assert answer.words.startswith("<@77>")


def _card(custom_id: str) -> list[dict[str, Any]]:
    button = {"type": 2, "style": 2, "label": "Charts", "custom_id": custom_id}
    return [
        {"type": 17, "components": [{"type": 10, "content": "A map"}, {"type": 1, "components": [button]}]}
    ]


async def _until_nothing_is_left(line: Line) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await line.app.jobs.store.unfinished():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
