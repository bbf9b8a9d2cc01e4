"""Pace, cool-downs and circuit breakers."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from services.domain.errors.sources import (
    OutOfTimeError,
    RateLimitedError,
    SourceRefusedError,
    SourceUnavailableError,
)
from services.sources.pacing import FAILURE_REST_S, FAILURES_TO_OPEN, REFUSAL_REST_S, Breaker, Pacer
from tests.unit.services.sources.fakes import FakeClock


async def test_only_one_call_at_a_time_and_with_a_gap() -> None:
    time = FakeClock()
    pacer = Pacer("Somebody", clock=time.clock, min_gap_s=0.7)
    starts: list[float] = []
    talking = 0

    async def call() -> None:
        nonlocal talking
        async with pacer.turn(time.deadline()):
            talking += 1
            assert talking == 1
            starts.append(time.at)
            await asyncio.sleep(0)
            talking -= 1

    await asyncio.gather(*(call() for _ in range(10)))
    assert all(later - earlier >= 0.7 - 1e-6 for earlier, later in itertools.pairwise(starts))
    assert starts[-1] - starts[0] == pytest.approx(9 * 0.7)


async def test_a_slow_call_leaves_no_gap_after_it() -> None:
    time = FakeClock()
    pacer = Pacer("Somebody", clock=time.clock)
    async with pacer.turn(time.deadline()):
        time.at += 5
    async with pacer.turn(time.deadline()):
        assert time.slept == []


async def test_one_cool_down_holds_for_everybody() -> None:
    time = FakeClock()
    pacer = Pacer("Somebody", clock=time.clock)
    began = time.at
    async with pacer.turn(time.deadline()):
        pacer.cool_down(30)

    async def call() -> float:
        async with pacer.turn(time.deadline(200)):
            return time.at

    starts = await asyncio.gather(*(call() for _ in range(5)))
    assert min(starts) >= began + 30


async def test_a_shorter_rest_does_not_end_a_longer_one() -> None:
    time = FakeClock()
    pacer = Pacer("Somebody", clock=time.clock)
    pacer.cool_down(30)
    pacer.cool_down(3)
    assert pacer.rest_s == 30


async def test_a_rest_that_comes_while_somebody_queues_holds_for_them_too() -> None:
    time = FakeClock()
    pacer = Pacer("Somebody", clock=time.clock)
    began = time.at
    inside = asyncio.Event()
    leave = asyncio.Event()

    async def first() -> None:
        async with pacer.turn(time.deadline()):
            inside.set()
            await leave.wait()
            pacer.cool_down(30)

    async def second() -> float:
        async with pacer.turn(time.deadline()):
            return time.at

    earlier = asyncio.create_task(first())
    await inside.wait()
    later = asyncio.create_task(second())
    await asyncio.sleep(0)
    leave.set()
    await earlier
    assert await later >= began + 30


async def test_refuses_a_wait_nobody_can_afford_at_once() -> None:
    time = FakeClock()
    pacer = Pacer("Somebody", clock=time.clock)
    pacer.cool_down(30)
    with pytest.raises(RateLimitedError) as caught:
        async with pacer.turn(time.deadline(20)):
            pytest.fail("nobody may call during the rest")
    assert caught.value.retry_after_s == 30
    assert time.slept == []


async def test_the_queue_does_not_outlast_the_deadline() -> None:
    time = FakeClock()
    pacer = Pacer("Somebody", clock=time.clock)
    async with pacer.turn(time.deadline()):
        pass
    with pytest.raises(OutOfTimeError):
        async with pacer.turn(time.deadline(0.5)):
            pytest.fail("there was no time for the gap")


async def test_a_cancelled_caller_frees_its_turn() -> None:
    time = FakeClock()
    pacer = Pacer("Somebody", clock=time.clock)
    inside = asyncio.Event()

    async def hang() -> None:
        async with pacer.turn(time.deadline()):
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(1), pacer.turn(time.deadline()):
        pass


def test_stays_closed_while_successes_come_in_between() -> None:
    breaker = Breaker("Somebody", monotonic=FakeClock().monotonic)
    for _ in range(20):
        for _ in range(FAILURES_TO_OPEN - 1):
            breaker.failed("timeout")
        breaker.succeeded()
    breaker.check()


def test_opens_after_failures_in_a_row_and_lets_one_try_after_the_rest() -> None:
    time = FakeClock()
    breaker = Breaker("Somebody", monotonic=time.monotonic)
    for _ in range(FAILURES_TO_OPEN):
        breaker.check()
        breaker.failed("HTTP 503")
    with pytest.raises(SourceUnavailableError) as caught:
        breaker.check()
    assert caught.value.problem == "HTTP 503"
    time.at += FAILURE_REST_S
    breaker.check()
    breaker.failed("timeout")
    with pytest.raises(SourceUnavailableError):
        breaker.check()
    time.at += FAILURE_REST_S
    breaker.check()
    breaker.succeeded()
    breaker.failed("timeout")
    breaker.check()


def test_a_refusal_opens_at_once_and_for_longer() -> None:
    time = FakeClock()
    breaker = Breaker("Somebody", monotonic=time.monotonic)
    breaker.refused(403)
    time.at += REFUSAL_REST_S - 1
    with pytest.raises(SourceRefusedError) as caught:
        breaker.check()
    assert caught.value.status == 403
    time.at += 1
    breaker.check()
