"""Shards of several gateways: each is held by one, and what a dead one held is free after a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from services.storage.database import Database
from services.storage.installation import ShardLeaseStore


@pytest.fixture
async def server(new_postgresql: Callable[..., str], postgresql_template: str) -> AsyncIterator[Database]:
    async with Database.open(new_postgresql(postgresql_template)) as opened:
        yield opened


async def test_two_gateways_never_take_the_same_shard(server: Database) -> None:
    here, there = ShardLeaseStore(server, holder="here"), ShardLeaseStore(server, holder="there")
    ours, theirs = await asyncio.gather(here.take(5, 3), there.take(5, 3))
    assert sorted((*ours, *theirs)) == [0, 1, 2, 3, 4]
    assert await here.renew(ours)
    assert await there.take(5, 3) == ()
    await here.release()
    assert sorted(await there.take(5, 3)) == sorted(ours)
    assert not await here.renew(ours), "they are somebody else's by now"


async def test_what_a_dead_gateway_held_is_free_after_a_while(server: Database) -> None:
    dead = ShardLeaseStore(server, holder="dead", lease=timedelta(seconds=0.2))
    living = ShardLeaseStore(server, holder="living")
    assert await dead.take(2, 2) == (0, 1)
    assert await living.take(2, 2) == ()
    await asyncio.sleep(0.25)
    assert await living.take(2, 2) == (0, 1)
    assert not await dead.renew((0, 1))
