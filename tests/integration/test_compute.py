"""The worker pool with real processes: faults, deadlines, rebuilding, closing."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import os
import select
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from cogs.words.errors import sentence
from services.compute import ComputePool, Limits
from services.domain.errors.jobs import (
    DeadlineExceededError,
    OverloadedError,
    ShuttingDownError,
    TooCostlyError,
    WorkerLostError,
)
from services.domain.errors.playlists import DamagedFileError
from services.domain.messages import Damage, Fault
from services.workflows import tasks
from tests.conftest import ROOT
from tests.integration import jobs

SHORT_S = 2.0
"""A deadline that passes while a test looks on."""


@pytest.fixture
async def pool() -> AsyncIterator[ComputePool]:
    opened = ComputePool(workers=2, deadline_s=60.0)
    yield opened
    await opened.aclose()


async def begun(mark: Path) -> str:
    """Wait until a worker has said that it works, forget that it did, and return its process id."""
    async with asyncio.timeout(60):
        while not mark.exists():  # noqa: ASYNC110  (the worker is another process)
            await asyncio.sleep(0.01)
    pid = mark.read_text()
    mark.unlink()
    return pid


async def gone(pid: int) -> None:
    """Wait until a process has ended."""
    async with asyncio.timeout(60):
        with contextlib.suppress(ProcessLookupError):
            while True:
                os.kill(pid, 0)
                await asyncio.sleep(0.01)


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "mark"


async def test_runs_work_in_other_processes(pool: ComputePool) -> None:
    assert await pool.run("double", jobs.double, 21) == 42
    assert await pool.run("pid", jobs.process_id) in pool.worker_pids()
    assert os.getpid() not in pool.worker_pids()


async def test_workers_start_before_they_are_needed_and_stay(pool: ComputePool) -> None:
    await pool.warm()
    pids = set(pool.worker_pids())
    assert len(pids) == 2
    answers = await asyncio.gather(*(pool.run("pid", jobs.process_id) for _ in range(12)))
    assert set(answers) <= pids


async def test_workers_are_polite_and_use_one_thread_each(pool: ComputePool) -> None:
    threads, niceness = await pool.run("settings", jobs.settings_of_threads)
    assert threads == "1"
    assert niceness >= 10


@pytest.mark.parametrize(
    ("kind", "expected"), [("domain", DamagedFileError), ("timeout", TimeoutError), ("other", ValueError)]
)
async def test_an_error_of_the_work_comes_back_as_itself(
    pool: ComputePool, kind: str, expected: type[Exception]
) -> None:
    with pytest.raises(expected) as caught:
        await pool.run("fail", jobs.fail, kind)
    if isinstance(caught.value, DamagedFileError):
        assert (caught.value.format, caught.value.damage) == ("Exportify", Damage(Fault.QUOTES, line=12))
    assert pool.restarts == 0


async def test_work_whose_worker_dies_runs_again_once(pool: ComputePool, tmp_path: Path) -> None:
    (tmp_path / "1").touch()
    assert await pool.run("die first", jobs.die_first, str(tmp_path)) in pool.worker_pids()
    assert pool.restarts == 1


async def test_work_that_kills_two_workers_is_given_up_and_the_pool_lives_on(pool: ComputePool) -> None:
    with pytest.raises(WorkerLostError) as caught:
        await pool.run("deadly", jobs.die)
    assert caught.value.job == "deadly"
    assert await pool.run("double", jobs.double, 1) == 2
    assert pool.restarts == 2


async def test_the_innocent_neighbours_of_a_lost_worker_get_their_answers(
    pool: ComputePool, tmp_path: Path
) -> None:
    (tmp_path / "1").touch()
    deadly = pool.run("die first", jobs.die_first, str(tmp_path))
    neighbours = [pool.run("double", jobs.double, number) for number in range(30)]
    pid, *answers = await asyncio.gather(deadly, *neighbours)
    assert answers == [2 * number for number in range(30)]
    assert pid in pool.worker_pids()
    assert pool.restarts == 1


async def test_a_worker_killed_from_outside_while_idle_is_replaced(pool: ComputePool) -> None:
    await pool.warm()
    for pid in pool.worker_pids():
        os.kill(pid, signal.SIGKILL)
    assert await pool.run("double", jobs.double, 4) == 8


async def test_work_past_its_deadline_is_killed(pool: ComputePool, mark: Path) -> None:
    running = asyncio.create_task(pool.run("endless", jobs.begin_and_wait, str(mark), deadline_s=SHORT_S))
    pid = await begun(mark)
    with pytest.raises(DeadlineExceededError) as caught:
        await running
    assert (caught.value.job, caught.value.deadline_s) == ("endless", SHORT_S)
    await gone(int(pid))
    assert await pool.run("double", jobs.double, 5) == 10


async def test_work_past_its_deadline_costs_its_neighbours_nothing(pool: ComputePool, mark: Path) -> None:
    await pool.warm()
    endless = asyncio.create_task(pool.run("endless", jobs.begin_and_wait, str(mark), deadline_s=SHORT_S))
    await begun(mark)
    end = mark.with_name("end")
    beside = asyncio.create_task(pool.run("beside", jobs.wait_for, str(mark), str(end), deadline_s=600))
    pid = await begun(mark)
    waiting = [asyncio.create_task(pool.run("double", jobs.double, number)) for number in range(30)]
    with pytest.raises(DeadlineExceededError):
        await endless
    assert await asyncio.gather(*waiting) == [2 * number for number in range(30)]
    end.touch()
    assert str(await beside) == pid  # in the worker that it had, and begun once
    assert not mark.exists()
    assert pool.restarts == 1


async def test_two_lost_workers_beside_it_do_not_give_up_innocent_work(mark: Path) -> None:
    three = ComputePool(workers=3, deadline_s=60.0)
    try:
        end = mark.with_name("end")
        innocent = asyncio.create_task(three.run("innocent", jobs.wait_for, str(mark), str(end)))
        await begun(mark)
        deadly = [three.run("deadly", jobs.die) for _ in range(2)]
        errors = await asyncio.gather(*deadly, return_exceptions=True)
        assert [type(error) for error in errors] == [WorkerLostError, WorkerLostError]
        end.touch()
        assert await innocent
        assert three.restarts == 4
    finally:
        await three.aclose()


async def test_the_deadline_does_not_count_the_time_in_the_queue(mark: Path) -> None:
    single = ComputePool(workers=1, deadline_s=60.0)
    try:
        end = mark.with_name("end")
        slow = asyncio.create_task(single.run("slow", jobs.wait_for, str(mark), str(end)))
        await begun(mark)
        waiting = asyncio.create_task(single.run("double", jobs.double, 1, deadline_s=SHORT_S))
        done, _ = await asyncio.wait([waiting], timeout=2 * SHORT_S)
        assert not done
        end.touch()
        assert await waiting == 2
        assert await slow
    finally:
        await single.aclose()


async def test_the_deadline_does_not_count_the_start_of_a_worker() -> None:
    slow = ComputePool(workers=1, warm_up=jobs.start_slowly)
    try:
        assert await slow.run("double", jobs.double, 3, deadline_s=jobs.SLOW_START_S / 4) == 6
    finally:
        await slow.aclose()


async def test_who_waits_for_longer_than_the_pool_is_patient_hears_that_and_costs_nothing(mark: Path) -> None:
    single = ComputePool(workers=1, patience_s=0.2)
    try:
        await single.warm()
        end = mark.with_name("end")
        slow = asyncio.create_task(single.run("slow", jobs.wait_for, str(mark), str(end)))
        await begun(mark)
        with pytest.raises(OverloadedError) as caught:
            await single.run("double", jobs.double, 1)
        assert (caught.value.job, caught.value.waited_s) == ("double", 0.2)
        assert sentence(caught.value)
        end.touch()
        assert await slow  # patience ends where the work begins
        assert single.restarts == 0
    finally:
        await single.aclose()


async def test_nobody_else_is_cancelled_by_work_past_its_deadline(mark: Path) -> None:
    single = ComputePool(workers=1)
    try:
        endless = asyncio.create_task(
            single.run("endless", jobs.begin_and_wait, str(mark), deadline_s=SHORT_S)
        )
        await begun(mark)
        waiting = [asyncio.create_task(single.run("double", jobs.double, number)) for number in range(8)]
        given_up = asyncio.create_task(single.run("double", jobs.double, 9))
        await asyncio.sleep(0)
        given_up.cancel()
        with pytest.raises(DeadlineExceededError):
            await endless
        assert await asyncio.gather(*waiting) == [2 * number for number in range(8)]
        with pytest.raises(asyncio.CancelledError):
            await given_up
    finally:
        await single.aclose()


async def test_work_that_wants_more_cpu_or_memory_than_it_may_is_ended(pool: ComputePool) -> None:
    limits = Limits(cpu_s=0.3, memory_mb=60)
    for greedy in (jobs.spin, jobs.hoard):
        with pytest.raises(TooCostlyError) as caught:
            await pool.run("greedy", greedy, limits=limits)
        assert sentence(caught.value)
    assert pool.restarts == 2
    assert await pool.run("frugal", jobs.double, 4, limits=limits) == 8


async def test_no_process_is_started_or_ended_on_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """300 jobs with replacements and two kills: whatever blocks does so in another thread."""
    here = threading.current_thread()
    seen: list[tuple[str, bool]] = []
    for name in ("start", "kill", "join"):
        plain = getattr(BaseProcess, name)

        def watched(self: BaseProcess, *a: Any, _name: str = name, _plain: Any = plain, **more: Any) -> Any:
            seen.append((_name, threading.current_thread() is here))
            return _plain(self, *a, **more)

        monkeypatch.setattr(BaseProcess, name, watched)
    pool = ComputePool(workers=2, jobs_per_worker=20)
    try:
        work = [asyncio.create_task(pool.run("double", jobs.double, number)) for number in range(300)]
        for _ in range(2):
            with pytest.raises(WorkerLostError):
                await pool.run("deadly", jobs.die)
        assert await asyncio.gather(*work) == [2 * number for number in range(300)]
    finally:
        await pool.aclose()
    assert {name for name, _ in seen} == {"start", "kill", "join"}
    # Two workers, and one for each lost but the last.
    assert sum(name == "start" for name, _ in seen) >= 2 + 3
    assert not any(on_the_loop for _, on_the_loop in seen)


async def test_closing_ends_work_at_once_and_takes_no_more(pool: ComputePool, mark: Path) -> None:
    running = asyncio.create_task(pool.run("endless", jobs.begin_and_wait, str(mark)))
    await begun(mark)
    pids = pool.worker_pids()
    await pool.aclose()
    with pytest.raises(ShuttingDownError):
        await running
    with pytest.raises(ShuttingDownError):
        await pool.run("double", jobs.double, 1)
    with pytest.raises(ShuttingDownError):
        await pool.warm()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    await pool.aclose()


async def test_a_start_that_is_given_up_leaves_no_error_that_nobody_heard() -> None:
    pool = ComputePool(workers=2, warm_up=partial(time.sleep, 60))
    unheard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: unheard.append(context))
    starting = asyncio.create_task(pool.warm())
    await asyncio.sleep(0.05)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await pool.aclose()
    del starting, pool
    for _ in range(5):  # the thread that closed the pool lets go of it a moment later
        await asyncio.sleep(0.01)
        gc.collect()
    assert unheard == []


async def test_a_pool_that_never_worked_closes() -> None:
    idle = ComputePool(workers=1)
    await idle.aclose()
    assert idle.closed
    assert (idle.worker_pids(), idle.restarts) == ((), 0)
    with pytest.raises(ShuttingDownError):
        await idle.run("double", jobs.double, 1)


async def test_a_worker_holds_what_it_needs_and_no_discord() -> None:
    warm = ComputePool(workers=1, preload=tasks.PRELOAD, warm_up=tasks.warm_up)
    try:
        await warm.run("read links", tasks.read_links, f"spotify:track:{'7' * 22}", "one link")
        names = ("matplotlib", "discord", "aiohttp", "simcord", "pandas", "scipy", "playwright")
        # scipy comes with the server of all workers, which another pool of this process may have started.
        found = set(await warm.run("imports", jobs.imported, names))
        assert {"matplotlib"} <= found <= {"matplotlib", "scipy"}
    finally:
        await warm.aclose()


ORPHAN_MAKER = """
import asyncio, os
from services.compute import ComputePool

async def main():
    pool = ComputePool(workers=2)
    await pool.warm()
    print(*pool.worker_pids(), flush=True)
    os.read(0, 1)

if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_workers_do_not_outlive_a_killed_bot(tmp_path: Path) -> None:
    (tmp_path / "orphan_maker.py").write_text(ORPHAN_MAKER)
    bot = await asyncio.create_subprocess_exec(
        sys.executable,
        str(tmp_path / "orphan_maker.py"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert bot.stdout is not None
    pids = [int(word) for word in (await bot.stdout.readline()).split()]
    assert len(pids) == 2
    watched = [os.pidfd_open(pid) for pid in pids]
    bot.kill()
    await bot.wait()
    for handle in watched:
        readable, _, _ = await asyncio.to_thread(select.select, [handle], [], [], 60)
        assert readable, "a worker is left behind"
        os.close(handle)


async def test_workers_are_replaced_without_losing_or_holding_up_a_job() -> None:
    pool = ComputePool(workers=1, jobs_per_worker=4)
    try:
        seen: list[int] = []
        async with asyncio.timeout(60):
            while len(set(seen)) < 3:  # the old one goes on until the next one is warm
                seen.append(await pool.run("pid", os.getpid))
        assert len(list(itertools.groupby(seen))) == 3
        assert all(seen.count(pid) >= 4 for pid in list(dict.fromkeys(seen))[:2])
        together = await asyncio.gather(*(pool.run("pid", os.getpid) for _ in range(20)))
        assert len(together) == 20
        assert pool.restarts == 0
    finally:
        await pool.aclose()
