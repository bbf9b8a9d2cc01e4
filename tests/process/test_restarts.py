"""What a process leaves behind when it ends, the next one finishes, and answers once."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from sandbox.discord import LoopbackDiscord, Message, Request
from sandbox.discord.state import APPLICATION, CHANNEL, GUILD
from sandbox.playlists import load
from sandbox.service import unused_port
from services.compute import ComputePool
from services.domain.errors.storage import DatabaseUnreachableError
from services.domain.inputs import Example
from services.domain.jobs import Asked, Job, JobStatus, request_from_row
from services.domain.requests import AnalyzeRequest, JobKind, PressRequest
from services.sealing import new_key
from tests.databases import unfinished_jobs
from tests.discord.conftest import open_app
from tests.process.conftest import connected, hold_files, until, until_nothing_is_left

FILE = load("late-drive.csv")
CLOUDFLARE = "<!doctype html><title>Access denied | discord.com used Cloudflare</title><h1>Error 1015</h1>"
LATE_S = 20 * 60.0
_REFERENCE = re.compile(r"[A-HJ-NP-Z2-9]{8}: ")


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
            token=app.workflows.jobs.sealer.seal(request.token, request.request_id),
            owner_id=77,
            guild_id=GUILD,
            channel_id=CHANNEL,
            private=private,
            at=moment_of(request),
        ),
        request=AnalyzeRequest(Example()),
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
    await app.workflows.jobs.store.accept(job)
    async with connected(loopback, app) as line:
        answer = await line.answer(request)
        assert answer is request.original
        assert "tmb:charts:result1" in str(answer.components)
    assert await unfinished_jobs(app.database) == ()


@pytest.mark.parametrize("private", [False, True])
async def test_after_the_token_has_died_the_next_start_finds_another_way(
    loopback: LoopbackDiscord, app: App, private: bool
) -> None:
    request, job = left_behind(loopback, app, age_s=LATE_S, private=private)
    assert request.original is not None
    await app.workflows.jobs.store.accept(replace(job, message_id=request.original.message_id))
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
    loopback.state.fill(
        original, {"components": _card("tmb:charts:result1"), "allowed_mentions": {"parse": []}}, {}
    )
    await app.workflows.jobs.store.accept(replace(job, message_id=original.message_id))
    async with connected(loopback, app) as line:
        await until_nothing_is_left(line)
        assert loopback.state.answers(request) == [original]
        assert original.edits == 1


@pytest.mark.parametrize("shown", ["…", None])
async def test_a_private_answer_that_may_have_been_seen_says_so_when_it_is_given_again(
    loopback: LoopbackDiscord, app: App, shown: str | None
) -> None:
    """Discord can't be asked for it: between telling it and taking the placeholder away nobody knows."""
    request, job = left_behind(loopback, app, status=JobStatus.POSTING, attempts=5)
    assert request.original is not None
    if shown:
        placeholder = {"components": [{"type": 10, "content": shown}], "allowed_mentions": {"parse": []}}
        loopback.state.fill(request.original, placeholder, {})
    await app.workflows.jobs.store.accept(job)
    async with connected(loopback, app) as line:
        answer = await line.answer(request)
        await until_nothing_is_left(line)
    assert answer in request.followups
    assert "again and again" in answer.words
    assert ("seen it already" in answer.words) == bool(shown)
    assert loopback.state.answers(request) == [answer]


@pytest.mark.parametrize("status", [JobStatus.RUNNING, JobStatus.POSTING])
@pytest.mark.parametrize("changed", [False, True])
async def test_a_press_on_a_message_that_stays_is_answered_unless_the_message_was_changed(
    loopback: LoopbackDiscord, app: App, status: JobStatus, changed: bool
) -> None:
    request, job = left_behind(loopback, app, status=status, attempts=1)
    original = request.original
    assert original is not None
    for _ in range(1 + changed):
        card = {"components": _card("tmb:charts:gone"), "allowed_mentions": {"parse": []}}
        loopback.state.fill(original, card, {})
    press = PressRequest(
        custom_id="tmb:charts:gone",
        values=("profiles",),
        component_type=3,
        stays=True,
        permissions=0,
        file_limit=10_000_000,
        is_member=True,
        message_id=original.message_id,
        message_flags=0,
        message_files=(),
    )
    await app.workflows.jobs.store.accept(replace(job, request=press, message_id=original.message_id))
    async with connected(loopback, app) as line:
        await until_nothing_is_left(line)
    assert [bool(each.words) for each in request.followups] == [True] * (not changed)
    again = not changed and status is JobStatus.POSTING
    assert [
        each for each in request.followups if "seen it already" in each.words
    ] == request.followups * again


async def test_what_was_never_promised_is_dropped(loopback: LoopbackDiscord, app: App) -> None:
    request, job = left_behind(loopback, app)
    request.original = None
    await app.workflows.jobs.store.accept(job)
    async with connected(loopback, app) as line:
        await until_nothing_is_left(line)
        assert loopback.state.answers(request) == []


async def test_work_that_ends_the_bot_again_and_again_is_given_up(
    loopback: LoopbackDiscord, app: App
) -> None:
    request, job = left_behind(loopback, app, attempts=5, status=JobStatus.RUNNING)
    await app.workflows.jobs.store.accept(job)
    async with connected(loopback, app) as line:
        assert "again and again" in (await line.answer(request)).words


async def test_a_row_sealed_by_another_token_is_answered_by_a_message(
    loopback: LoopbackDiscord, app: App
) -> None:
    request, job = left_behind(loopback, app)
    await app.workflows.jobs.store.accept(replace(job, asked=replace(job.asked, token="AAAA")))
    async with connected(loopback, app) as line:
        answer: Message = await line.answer(request)
        assert answer.words.startswith("<@77>")


def _card(custom_id: str) -> list[dict[str, Any]]:
    button = {"type": 2, "style": 2, "label": "Charts", "custom_id": custom_id}
    return [
        {"type": 17, "components": [{"type": 10, "content": "A map"}, {"type": 1, "components": [button]}]}
    ]


@pytest.mark.parametrize(("attempts", "letters"), [(0, 1), (1, 0)])
async def test_a_login_begun_again_writes_no_second_message(
    loopback: LoopbackDiscord, tmp_path: Path, pool: ComputePool, attempts: int, letters: int
) -> None:
    """The first attempt may have sent a direct message already, with a link that is void now."""
    settings = {
        "discord_token": LoopbackDiscord.token,
        "spotify_client_id": "client",
        "spotify_client_secret": "secret",
        "token_keys": new_key(),
        "web_port": unused_port(),
    }
    async with open_app(tmp_path, pool, **settings) as app:
        arguments = {"step": "begin", "scopes": "playlist-read-private", "wanted": "", "name": "ann"}
        request, job = left_behind(
            loopback,
            app,
            private=True,
            request=request_from_row(JobKind.ACCOUNT, {**arguments, "place": "server"}),
            attempts=attempts,
            status=JobStatus.RUNNING if attempts else JobStatus.QUEUED,
        )
        await app.workflows.jobs.store.accept(job)
        async with connected(loopback, app) as line:
            answer = await line.answer(request)
            others = [each for each in loopback.state.messages.values() if each is not answer]
            assert len(others) == letters, others
            linked = answer if attempts else others[0]
            assert "/link/" in str(linked.components)


async def test_a_line_that_soon_can_not_be_changed_offers_no_stop(
    loopback: LoopbackDiscord, app: App
) -> None:
    request, job = left_behind(loopback, app, age_s=14 * 60 - 1.0, private=True)
    asked, released = hold_files(loopback)
    url = f"{loopback.url}/attachments/1/list.csv"
    chosen = {"from": "file", "url": url, "filename": "list.csv", "groups": "0"}
    await app.workflows.jobs.store.accept(replace(job, request=request_from_row(JobKind.ANALYZE, chosen)))
    original = request.original
    assert original is not None
    async with connected(loopback, app) as line:
        await until(asked.is_set)
        await until(lambda: "a new one" in original.words)
        assert "tmb:stop:" not in str(original.components)
        request.expired = True
        released.set()
        answer = await line.answer(request)
        assert answer is original or "96 tracks" in answer.words


async def test_old_requests_are_taken_up_without_a_second_restart(
    loopback: LoopbackDiscord, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, job = left_behind(loopback, app)
    await app.workflows.jobs.store.accept(job)
    held, tries = app.workflows.jobs.held, iter(range(3))
    find = held.free

    async def free(*args: Any, **options: Any) -> Any:
        if next(tries, None) in {0, 1}:
            raise DatabaseUnreachableError(database="the test's", problem="away")
        return await find(*args, **options)

    monkeypatch.setattr(held, "free", free)
    monkeypatch.setattr(app.workflows.jobs.engine, "again_s", (0.01,))
    async with connected(loopback, app) as line:
        assert "tmb:charts:result1" in str((await line.answer(request)).components)
