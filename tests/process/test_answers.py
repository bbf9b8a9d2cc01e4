"""Discord refuses, dawdles or forgets, and every request ends in one answer or a reference in the log."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from sandbox.discord import Fault
from sandbox.discord.state import CHANNEL
from sandbox.playlists import load
from services.domain.errors.storage import DatabaseUnreachableError
from services.domain.jobs import Job
from tests.databases import unfinished_jobs
from tests.process.conftest import PATIENCE_S, Line, held_file, until, until_nothing_is_left

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


@pytest.mark.parametrize("status", [403, 429, 503], ids=["refused", "banned", "down"])
async def test_an_outage_ends_in_the_answer(
    line: Line, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    fault = html(status, 30)
    line.discord.state.faults.append(fault)
    answer = await line.answer(await line.discord.analyze(1, FILE))
    assert [each["filename"] for each in answer.attachments] == ["map.png"]
    assert fault.times == 0
    assert not any(_REFERENCE.match(record.getMessage()) for record in caplog.records)
    await until_nothing_is_left(line)


@pytest.mark.parametrize("status", [403, 429])
async def test_an_outage_that_outlasts_the_reply_ends_in_a_late_answer(line: Line, status: int) -> None:
    fault = html(status, 1_000)
    line.discord.state.faults.append(fault)
    request = await line.discord.analyze(77, FILE)
    await until(lambda: fault.times < 990)
    request.expired, fault.times = True, 0
    answer = await line.answer(request)
    assert answer.channel_id == CHANNEL
    assert [each["filename"] for each in answer.attachments] == ["map.png"]
    await until(lambda: bool(request.original and request.original.deleted))
    await until_nothing_is_left(line)


async def test_a_private_failure_survives_an_outage_too(line: Line) -> None:
    line.discord.state.faults += [
        Fault("POST", "/webhooks/", 503, CLOUDFLARE, content_type="text/html", times=20),
        Fault("DELETE", "/messages/@original", 503, times=20),
    ]
    request = await line.discord.analyze(1, b"nothing")
    assert "it looks like text in which I find no songs" in (await line.answer(request)).words
    await until(lambda: bool(request.original and request.original.deleted))
    await until_nothing_is_left(line)


@pytest.mark.parametrize("private", [False, True])
async def test_an_answer_that_reaches_nobody_comes_with_the_next_command(line: Line, private: bool) -> None:
    state = line.discord.state
    closed = '{"code": 50007, "message": "Cannot send messages to this user"}'
    faults = [Fault("POST", "/messages", 403, closed, times=1_000)]
    state.faults += faults

    async def expire(moment: str, call: str) -> None:
        if moment == "after" and "/attachments/" in call:
            request.expired = True

    state.on_call = expire
    request = await line.discord.analyze(77, FILE, private=private)
    await until(lambda: request.expired)
    await until_nothing_is_left(line)
    assert state.answers(request) == []
    if not private:
        assert request.original is not None
        await until(lambda: bool(request.original and request.original.deleted))
    state.faults.clear()
    command = await line.discord.slash(77, "privacy", [])
    await until(lambda: bool(command.followups))
    (news,) = command.followups
    assert "96 tracks" in news.words
    assert [each["filename"] for each in news.attachments] == ["map.png"]
    again = await line.discord.slash(77, "privacy", [])
    await line.answer(again)
    assert again.followups == []


async def test_a_database_that_is_away_for_a_moment_costs_no_answer(
    line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    keep, tries = line.app.workflows.jobs.store.begin, iter(range(3))

    async def begin(job: Job) -> None:
        if next(tries, None) in {0, 1}:
            raise DatabaseUnreachableError(database="the test's", problem="away")
        await keep(job)

    monkeypatch.setattr(line.app.workflows.jobs.store, "begin", begin)
    answer = await line.answer(await line.discord.analyze(1, FILE))
    assert [each["filename"] for each in answer.attachments] == ["map.png"]
    assert not any(_REFERENCE.match(record.getMessage()) for record in caplog.records)


async def test_a_dead_interaction_is_in_the_log_and_leaves_nothing_behind(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    request = await line.discord.analyze(1, FILE)
    request.expired = True
    async with asyncio.timeout(PATIENCE_S):
        while "could not tell the person" not in caplog.text:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await unfinished_jobs(line.app.database) == ()
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
    await until(lambda: bool(request.original and request.original.deleted))  # and no Stop stays behind


async def test_one_at_a_time_for_each_person_and_the_first_can_be_stopped(line: Line) -> None:
    first, released = await held_file(line.discord)
    refusal = await line.answer(await line.discord.analyze(1, FILE))
    assert refusal.ephemeral
    assert "still running" in refusal.words
    (stop,) = re.findall(r"tmb:stop:\d+", str(refusal.components))
    assert stop == f"tmb:stop:{first.request_id}"
    await line.discord.press(1, refusal, stop)
    stopped = await line.answer(first)
    assert stopped.ephemeral
    assert "Stopped" in stopped.words
    released.set()
    assert "96" in (await line.answer(await line.discord.analyze(1, FILE))).words


async def test_another_person_does_not_wait(line: Line) -> None:
    first, released = await held_file(line.discord)
    line.discord.state.on_call = None
    assert "96" in (await line.answer(await line.discord.analyze(2, FILE))).words
    assert line.discord.state.answers(first) == []
    released.set()
    await line.answer(first)
