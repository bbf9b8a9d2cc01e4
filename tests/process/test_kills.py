"""Processes die at any moment, and PostgreSQL is away for a while: every request is answered once.

One command for both kinds of queue, the embedded one of a process alone and the one that several share:
`TASTEMAP_NIGHT=1 python -m pytest tests/process/test_kills.py -k lose_nothing -rP`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import random
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psycopg
import pytest

from benchmarks.queueing import Server
from sandbox.discord import LoopbackDiscord, Message, Request
from sandbox.playlists import load
from sandbox.service import unused_port
from services.storage.connections import parse_address
from services.storage.migrate import migrate
from tests.databases import sqlite_at
from tests.depth import IS_NIGHT, examples
from tests.process.cluster import Cluster, Member, cluster_on
from tests.process.holding import AWAITS
from tests.process.test_roles import ids_of, stored

FILE = load("late-drive.csv")
_CONTENTS = (FILE, load("sunday-kitchen.csv"), load("account-data.json"), b"")
"""Two that end in a card, one in a question to the person alone, and one in a refusal."""
SEVERAL, ALONE = ("gateway", "gateway", "worker", "worker", "worker"), ("all",)
ROUNDS, KILLS = examples(1, 10), 10
SEEDS, PARTS = examples(2, 200), examples(1, 8)
_LOCKED_S = 3.0
"""Erasing takes less, unless it waits for a transaction."""
WEB_REQUESTS = examples(10, 100)
STALE_AND_MORE_S = 50.0
"""What a killed worker had is free after 35 s, and found within 15 more."""
_ENTRIES = "queue.procrastinate_jobs WHERE task_name = 'perform'"
_DYING_S = 1.0
"""From a signal to the moment from which nobody takes a connection there."""
_BUSY_S = 25.0
"""Longest that a request takes by itself while others run, on two cores."""

pytestmark = [
    pytest.mark.skipif(not IS_NIGHT, reason="takes minutes: `make nightly` runs it"),
    pytest.mark.timeout(3 * 3600),
]


@pytest.fixture
async def cluster(
    new_postgresql: Callable[..., str], postgresql_template: str, tmp_path: Path
) -> AsyncIterator[Cluster]:
    async with cluster_on(new_postgresql(postgresql_template), tmp_path) as running:
        yield running


@contextlib.contextmanager
def postgresql() -> Iterator[Server]:
    """A PostgreSQL with all tables that can be stopped and started."""
    with tempfile.TemporaryDirectory(prefix="tastemap-pg-", ignore_cleanup_errors=True) as folder:
        opened = Server(Path(folder))
        try:
            migrate(parse_address(opened.url), backups=None)
            yield opened
        finally:
            opened.close()


async def _restart(server: Server, away_s: float) -> tuple[float, float]:
    """Return when it went away and when it was back."""
    went = time.perf_counter()
    await asyncio.to_thread(server.stop)
    await asyncio.sleep(away_s)
    await asyncio.to_thread(server.start)
    return went, time.perf_counter()


async def _replace(cluster: Cluster, alive: list[Member]) -> list[Member]:
    """Start a new process for each that has ended, as a service manager does."""
    ended = [member for member in alive if member.process.returncode is not None]
    started = await cluster.start(*(member.role for member in ended))
    return [*(member for member in alive if member not in ended), *started]


@pytest.mark.parametrize("seed", range(ROUNDS))
@pytest.mark.parametrize("roles", [SEVERAL, ALONE], ids=["several", "alone"])
async def test_kills_lose_nothing_and_double_nothing(
    tmp_path: Path, roles: tuple[str, ...], seed: int
) -> None:
    dice = random.Random(seed)
    async with contextlib.AsyncExitStack() as stack:
        server = stack.enter_context(postgresql()) if roles is SEVERAL else None
        url = server.url if server else sqlite_at(tmp_path / "kills.db")
        cluster = await stack.enter_async_context(cluster_on(url, tmp_path))
        discord = cluster.discord
        alive = await cluster.start(*roles)
        asked: list[Request] = []
        hits: list[float] = []
        away = (math.inf, -math.inf)
        for number in range(KILLS):
            for user in range(4):
                content, private = dice.choice(_CONTENTS), dice.random() < 0.4
                user_id = 1_000 + 10 * number + user
                asked.append(await discord.analyze(user_id, content, private=private))
            await asyncio.sleep(dice.uniform(0.0, 3.0))
            hits.append(time.perf_counter())
            if server and number == KILLS // 2:
                away = await _restart(server, dice.uniform(1.0, 8.0))
                hits.append(away[1])
            await dice.choice(alive).kill()
            alive = await _replace(cluster, alive)
        promised = [request for request in asked if request.acknowledged_at is not None]
        assert len(promised) > len(asked) / 2
        await _until_all_are_answered(cluster, promised)
        for request in promised:
            answer = await cluster.answer(request)
            assert "Something broke" not in answer.words, cluster.logs()
            assert "database" not in answer.words or away[0] - 3 <= request.sent_at <= away[1]
        took = sorted((request.done_at or 0.0) - request.sent_at for request in promised)
        recovered = max(
            done - max(at for at in [request.sent_at, *hits] if at <= done)
            for request in promised
            for done in [request.done_at or 0.0]
        )
        print(
            f"{len(roles)} processes, seed {seed}: {len(asked)} asked, {len(promised)} promised; answered "
            f"after {took[len(took) // 2]:.1f} s (median), {took[-1]:.1f} s (last), at most "
            f"{recovered:.1f} s after the last kill"
        )
        # What would be posted a second time has a row or an entry until then, or a process that is at it.
        await _until_nothing_is_left(cluster)
        for member in await _replace(cluster, alive):
            await member.stop()
        assert [request for request in asked if discord.state.is_doubled(request)] == []


async def _until_all_are_answered(cluster: Cluster, promised: Sequence[Request]) -> None:
    """Wait as long as answers come: a busy machine takes time for each, only what is lost is silent."""
    state = cluster.discord.state
    left = [each for each in promised if not state.answers(each)]
    while left:
        async with asyncio.timeout(STALE_AND_MORE_S + _BUSY_S):
            await cluster.discord.until(lambda: any(map(state.answers, left)))  # noqa: B023
        left = [each for each in left if not state.answers(each)]


async def _until_nothing_is_left(cluster: Cluster) -> None:
    for left in ("jobs WHERE status <> 'done'", *([] if cluster.is_alone else [_ENTRIES])):
        async with asyncio.timeout(STALE_AND_MORE_S + _BUSY_S):
            while stored(cluster, f"SELECT count(*) FROM {left}"):  # noqa: ASYNC110
                await asyncio.sleep(0.2)


@pytest.mark.parametrize("part", range(PARTS))
async def test_forgetting_leaves_nothing_whatever_the_work_waits_for_in_another_process(
    cluster: Cluster, part: int
) -> None:
    cluster.module = "tests.process.holding"
    await cluster.start("gateway", "gateway", "worker", "worker", "worker")
    every = Held()
    await cluster.answer(await _analyze(cluster, 4_999, every))
    waited = 0
    for seed in range(part * SEEDS // PARTS, (part + 1) * SEEDS // PARTS):
        waited += await _forget_at(cluster, 5_000 + seed, seed * len(every.awaits) // SEEDS)
    print(f"{len(every.awaits)} awaits; erasing waited for a transaction {waited} times of {SEEDS // PARTS}")


async def _forget_at(cluster: Cluster, user: int, nth: int) -> bool:
    """Erase a person whose work is held at its nth await; returns whether erasing had to wait for that."""
    discord, held, had_to_wait = cluster.discord, Held(nth), False
    request = await _analyze(cluster, user, held)
    async with asyncio.timeout(60):
        await discord.until(lambda: bool(held.reached or discord.state.answers(request)))
    card = await cluster.answer(await discord.slash(user, "forget", []))
    yes = next(part for part in ids_of(card.components) if part.endswith(":yes"))
    press = await discord.press(user, card, yes)
    try:
        forgotten = await cluster.answer(press, seconds=_LOCKED_S)
    except TimeoutError:  # it waits for a transaction that has the row of the work in hand
        had_to_wait = True
        held.release.set()
        forgotten = await cluster.answer(press)
    held.release.set()
    assert "orgotten" in forgotten.words or "othing" in forgotten.words, forgotten.words
    moment = f"await {nth}: {held.reached or 'none'}"
    try:
        await cluster.answer(request, seconds=20.0)
        async with asyncio.timeout(10):
            await discord.until(lambda: not _unfinished(cluster, request))
    except TimeoutError:
        pytest.fail(f"{moment}: somebody waits for ever\n{cluster.logs()[-3000:]}")
    left = [
        f"{table}.{column}"
        for table, column in _columns_of_persons(cluster)
        if stored(cluster, f'SELECT count(*) FROM "{table}" WHERE "{column}" = {user}')
    ]
    assert left == [], moment
    async with asyncio.timeout(10):
        while stored(cluster, f"SELECT count(*) FROM {_ENTRIES}"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return had_to_wait


@dataclass
class Held:
    """Work that waits at its nth await until it is released."""

    nth: int = -1
    reached: str = ""
    release: asyncio.Event = field(default_factory=asyncio.Event)
    awaits: list[str] = field(default_factory=list)


async def _analyze(cluster: Cluster, user: int, held: Held) -> Request:
    """Let somebody ask for a map, note what their work waits for, and hold it at one of these."""
    state = cluster.discord.state

    async def watch(at: str, call: str) -> None:
        mine = next((each for each in state.requests.values() if each.user_id == user), None)
        is_of_the_work = mine is not None and (
            "/attachments/" in call or mine.token in call or f"{AWAITS}{mine.request_id}/" in call
        )
        if not is_of_the_work:
            return
        held.awaits.append(f"{at} {call}")
        if len(held.awaits) == held.nth + 1:
            held.reached = held.awaits[-1]
            await state.notify()
            await held.release.wait()

    state.on_call = watch
    return await cluster.discord.analyze(user, FILE)


def _unfinished(cluster: Cluster, request: Request) -> list[Message]:
    """List what the person still sees of work that goes on."""
    state = cluster.discord.state
    mine = [each for each in state.messages.values() if each.request_id == request.request_id]
    return [each for each in mine if not (each.deleted or state.is_final(each))]


def _columns_of_persons(cluster: Cluster) -> list[tuple[str, str]]:
    with psycopg.connect(cluster.database_url) as connection:
        return connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND column_name IN ('owner_id', 'user_id') AND data_type = 'bigint'"
        ).fetchall()


async def test_a_web_process_killed_under_load_fails_only_what_it_had_in_hand(cluster: Cluster) -> None:
    discord, ports = cluster.discord, [unused_port(), unused_port()]
    cluster.settings["DISCORD_PUBLIC_KEY"] = discord.public_key
    (first, _worker) = await cluster.start("web", "worker", WEB_PORT=str(ports[0]))
    await cluster.start("web", WEB_PORT=str(ports[1]))
    discord.endpoints = [f"http://127.0.0.1:{port}/interactions" for port in ports]
    asked: list[Request] = []
    for number in range(WEB_REQUESTS):
        if number == WEB_REQUESTS // 2:
            killing = asyncio.create_task(first.kill())
            killed_at = time.perf_counter()
        asked += await asyncio.gather(*(discord.slash(4 * number + user, "help", []) for user in range(4)))
        await asyncio.sleep(0.02)
    await killing
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(10):
            await discord.until(lambda: all(map(discord.state.answers, asked)))
    failed = [each for each in asked if not discord.state.answers(each)]
    moments = [round(each.sent_at - killed_at, 2) for each in failed]
    print(f"{len(asked)} requests; failed were those sent so many s after the kill: {moments}")
    assert all(abs(moment) < _DYING_S for moment in moments)
    assert len(failed) < len(asked) / 20
    assert [each for each in asked if len(discord.state.answers(each)) > 1] == []

    answers = await _signed_badly(discord, discord.endpoints[1])
    assert answers == {"wrong": 401, "old": 401, "other body": 401, "first": 202, "replayed": 401}


async def _signed_badly(discord: LoopbackDiscord, url: str) -> dict[str, int]:
    """Send requests that Discord would never send; returns what each was answered."""
    sent: list[bytes] = []

    async def keep(payload: dict[str, object]) -> int:
        sent.append(json.dumps(payload).encode())
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(discord, "deliver", keep)
        await discord.slash(7, "help", [])
    (body,) = sent
    good = discord.sign(body)
    cases = {
        "wrong": (body, {**good, "X-Signature-Ed25519": "0" * 128}),
        "old": (body, discord.sign(body, age_s=61.0)),
        "other body": (body + b" ", good),
        "first": (body, good),
        "replayed": (body, good),
    }
    answers = {}
    async with aiohttp.ClientSession() as session:
        for name, (data, headers) in cases.items():
            async with session.post(url, data=data, headers=headers) as answer:
                answers[name] = answer.status
    return answers
