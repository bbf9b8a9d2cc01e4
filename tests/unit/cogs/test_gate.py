"""Who is inside when the bot stops is waited for, and nobody comes in after them."""

from __future__ import annotations

import asyncio

import pytest

from cogs.work.admission import Gate
from services.domain.errors.jobs import ShuttingDownError


async def test_waits_for_those_inside_and_turns_away_the_others() -> None:
    gate, go_on, done = Gate(), asyncio.Event(), []

    async def inside() -> None:
        gate.admit()
        await go_on.wait()
        done.append(True)

    task = asyncio.create_task(inside())
    await asyncio.sleep(0)
    draining = asyncio.create_task(gate.drain(60.0))
    await asyncio.sleep(0)
    with pytest.raises(ShuttingDownError):
        gate.admit()
    assert not draining.done()
    go_on.set()
    assert await draining == 0
    assert done == [True]
    assert task.done()


async def test_cancels_who_is_not_done_in_time() -> None:
    gate = Gate()

    async def inside() -> None:
        gate.admit()
        await asyncio.Event().wait()

    tasks = [asyncio.create_task(inside()) for _ in range(3)]
    await asyncio.sleep(0)
    assert await gate.drain(0.0) == 3
    assert all(task.cancelled() for task in tasks)
    assert await gate.drain(0.0) == 0
