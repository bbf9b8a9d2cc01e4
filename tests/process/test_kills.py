"""Processes die at any moment, and PostgreSQL is away for a while: every request is answered once."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psycopg
import pytest

from sandbox.discord import Request
from sandbox.playlists import load
from tests.depth import IS_NIGHT, examples
from tests.process.cluster import Cluster, cluster_on
from tests.process.test_roles import ids_of, stored

FILE = load("late-drive.csv")
KILLS = examples(2, 100)
SEEDS = examples(2, 200)
STALE_AND_MORE_S = 50.0
"""What a killed worker had is free after 35 s, and found within 15 more."""
_ENTRIES = "queue.procrastinate_jobs WHERE task_name = 'perform'"
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


async def test_a_hundred_kills_lose_nothing_and_double_nothing(cluster: Cluster) -> None:
    dice = random.Random(7)
    roles = ["gateway", "gateway", "worker", "worker", "worker"]
    alive = await cluster.start(*roles)
    asked: list[tuple[Request, float]] = []
    for number in range(KILLS):
        for user in range(4):
            request = await cluster.discord.analyze(1_000 + 10 * number + user, FILE)
            asked.append((request, time.monotonic()))
        await asyncio.sleep(dice.uniform(0.0, 3.0))
        victim = dice.choice(alive)
        await victim.kill()
        alive.remove(victim)
        alive += await cluster.start(victim.role)
    promised = [(request, at) for request, at in asked if request.acknowledged_at is not None]
    assert len(promised) > len(asked) / 2
    for request, _at in promised:
        answer = await cluster.answer(request, seconds=STALE_AND_MORE_S + _BUSY_S)
        assert "Something broke" not in answer.words
    await asyncio.sleep(2 * STALE_AND_MORE_S)
    doubled = [request for request, _ in asked if len(cluster.discord.state.answers(request)) > 1]
    assert doubled == []


async def test_forgetting_from_another_process_leaves_nothing_whenever_it_comes(cluster: Cluster) -> None:
    await cluster.start("gateway", "gateway", "worker", "worker")
    for seed in range(SEEDS):
        user, dice = 5_000 + seed, random.Random(seed)
        request = await cluster.discord.analyze(user, FILE)
        await asyncio.sleep(dice.uniform(0.0, 2.5))
        card = await cluster.answer(await cluster.discord.slash(user, "forget", []))
        yes = next(part for part in ids_of(card.components) if part.endswith(":yes"))
        forgotten = await cluster.answer(await cluster.discord.press(user, card, yes))
        assert "orgotten" in forgotten.words or "othing" in forgotten.words, forgotten.words
        await cluster.answer(request, seconds=20.0)
        left = [
            f"{table}.{column}"
            for table, column in _columns_of_persons(cluster)
            if stored(cluster, f'SELECT count(*) FROM "{table}" WHERE "{column}" = {user}')
        ]
        assert left == [], f"seed {seed}"
        async with asyncio.timeout(10):
            while stored(cluster, f"SELECT count(*) FROM {_ENTRIES}"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)


def _columns_of_persons(cluster: Cluster) -> list[tuple[str, str]]:
    with psycopg.connect(cluster.database_url) as connection:
        return connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND column_name IN ('owner_id', 'user_id') AND data_type = 'bigint'"
        ).fetchall()
