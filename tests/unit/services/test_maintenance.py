"""Repeated work: no kind of failure ends it, it is counted, and the operators hear of a bad day."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp
import pytest

from bot.metrics import Metrics
from services.domain.errors.storage import DatabaseBusyError, DatabaseFullError
from services.maintenance import ALARM_AFTER_S, Maintenance, RepeatedTask

FAILURES = [
    DatabaseBusyError(problem="locked"),
    DatabaseFullError(problem="no space left"),
    OSError("gone"),
    ValueError("a name that is no date"),
    RuntimeError("a surprise"),
    aiohttp.ServerDisconnectedError(),
    TimeoutError(),
    asyncio.CancelledError("somebody else's future"),
    ExceptionGroup("several", [KeyError("one")]),
]


@dataclass
class Clock:
    """Time that passes by sleeping; after some sleeps the world ends."""

    rounds_left: int
    now: float = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.rounds_left -= 1
        if not self.rounds_left:
            raise EndOfTest


class EndOfTest(BaseException):
    pass


@dataclass
class Told:
    works: list[str] = field(default_factory=list)

    async def __call__(self, work: str) -> None:
        self.works.append(work)


def failing(error: BaseException) -> Callable[[], Awaitable[object]]:
    async def run() -> None:
        raise error

    return run


async def repeat(maintenance: Maintenance, *tasks: RepeatedTask, every_s: float = 60.0) -> None:
    with pytest.raises(EndOfTest):
        await maintenance.repeat(tasks, every_s=every_s)


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
async def test_no_failure_ends_a_loop_or_keeps_the_next_task_from_being_done(error: BaseException) -> None:
    done = 0

    async def fine() -> None:
        nonlocal done
        done += 1

    clock, metrics = Clock(3), Metrics()
    maintenance = Maintenance(observer=metrics, monotonic=clock, sleep=clock.sleep)
    await repeat(maintenance, RepeatedTask("first", failing(error)), RepeatedTask("second", fine))
    assert done == 3
    shown = metrics.exposition().decode()
    assert 'tastemap_maintenance_runs_total{outcome="failed",work="first"} 3.0' in shown
    assert 'tastemap_maintenance_last_success_timestamp_seconds{work="first"} 0.0' in shown
    (line,) = [each for each in shown.splitlines() if 'last_success_timestamp_seconds{work="second"}' in each]
    assert float(line.split()[-1]) > 0


async def test_within_a_round_each_step_is_done_by_itself() -> None:
    done: list[int] = []

    def step(number: int) -> Callable[[], Awaitable[object]]:
        async def run() -> None:
            if number == 1:
                raise aiohttp.ServerDisconnectedError
            done.append(number)

        return run

    assert not await Maintenance().attempt("cards", *map(step, range(4)))
    assert done == [0, 2, 3]


async def test_the_end_of_the_task_itself_is_no_failure() -> None:
    begun = asyncio.Event()

    async def long() -> None:
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(Maintenance().repeat([RepeatedTask("long", long)], every_s=1))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_operators_hear_of_work_that_fails_for_a_day_once_a_day() -> None:
    told = Told()
    clock = Clock(60)
    maintenance = Maintenance(monotonic=clock, sleep=clock.sleep, alarm=told)
    await repeat(maintenance, RepeatedTask("backups", failing(OSError())), every_s=3_600.0)
    assert clock.now == 60 * 3_600
    assert told.works == ["backups"] * int(60 * 3_600 // ALARM_AFTER_S)


async def test_work_that_went_through_once_has_not_failed_for_a_day() -> None:
    told = Told()
    clock = Clock(60)
    fails = iter([*[True] * 20, False, *[True] * 39])

    async def mostly() -> None:
        if next(fails):
            raise OSError

    await repeat(
        Maintenance(monotonic=clock, sleep=clock.sleep, alarm=told),
        RepeatedTask("backups", mostly),
        every_s=3_600.0,
    )
    assert told.works == ["backups"], "20 hours, and then 38 hours"


async def test_neither_who_counts_nor_who_tells_can_end_the_work() -> None:
    class Broken:
        def swept(self, work: str, *, succeeded: bool) -> None:
            raise ValueError("no such label")

    async def closed(_work: str) -> None:
        raise RuntimeError("Session is closed")

    clock = Clock(30)
    maintenance = Maintenance(observer=Broken(), monotonic=clock, sleep=clock.sleep, alarm=closed)
    await repeat(maintenance, RepeatedTask("backups", failing(OSError())), every_s=3_600.0)
    assert clock.now == 30 * 3_600
