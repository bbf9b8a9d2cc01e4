"""The worker pool with real processes: faults, deadlines, rebuilding, closing."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.compute import ComputePool
from services.domain.errors.compute import DeadlineExceededError, ShuttingDownError, WorkerLostError
from services.domain.errors.uploads import DamagedFileError
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


async def begun(mark: Path) -> None:
    """Wait until a worker has said that it works, and forget that it did."""
    async with asyncio.timeout(60):
        while not mark.exists():  # noqa: ASYNC110  (the worker is another process)
            await asyncio.sleep(0.01)
    mark.unlink()


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
        assert (caught.value.format, caught.value.problem) == ("Exportify", "line 12")
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
    await begun(mark)
    pids = pool.worker_pids()
    with pytest.raises(DeadlineExceededError) as caught:
        await running
    assert (caught.value.job, caught.value.deadline_s) == ("endless", SHORT_S)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert await pool.run("double", jobs.double, 5) == 10


async def test_neighbours_of_work_past_its_deadline_get_their_answers(pool: ComputePool, mark: Path) -> None:
    await pool.warm()
    endless = asyncio.create_task(pool.run("endless", jobs.begin_and_wait, str(mark), deadline_s=SHORT_S))
    await begun(mark)
    second = mark.with_name("second")
    also = asyncio.create_task(pool.run("endless too", jobs.begin_and_wait, str(second), deadline_s=600))
    await begun(second)
    waiting = asyncio.create_task(pool.run("double", jobs.double, 6))
    with pytest.raises(DeadlineExceededError):
        await endless
    assert await waiting == 12
    await begun(second)  # the innocent one has begun anew
    also.cancel()
    await asyncio.gather(also, return_exceptions=True)


async def test_the_deadline_counts_the_time_in_the_queue(mark: Path) -> None:
    single = ComputePool(workers=1, deadline_s=60.0)
    endless = asyncio.create_task(single.run("endless", jobs.begin_and_wait, str(mark)))
    await begun(mark)
    with pytest.raises(DeadlineExceededError):
        await single.run("double", jobs.double, 1, deadline_s=SHORT_S)
    await begun(mark)  # the endless one was lost with the pool and runs again
    await single.aclose()
    with pytest.raises(ShuttingDownError):
        await endless


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


async def test_a_pool_that_never_worked_closes() -> None:
    await ComputePool(workers=1).aclose()


async def test_a_worker_holds_what_it_needs_and_no_discord() -> None:
    warm = ComputePool(workers=1, preload=tasks.PRELOAD, warm_up=tasks.warm_up)
    try:
        await warm.run("read links", tasks.read_links, f"spotify:track:{'7' * 22}", "one link")
        names = ("matplotlib", "discord", "aiohttp", "simcord", "pandas", "scipy", "rich", "playwright")
        assert await warm.run("imports", jobs.imported, names) == ["matplotlib"]
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
        seen = [await pool.run("pid", os.getpid) for _ in range(13)]
        assert len(set(seen)) == 4
        together = await asyncio.gather(*(pool.run("pid", os.getpid) for _ in range(20)))
        assert len(together) == 20
        assert pool.restarts == 0
    finally:
        await pool.aclose()


async def test_a_job_that_hangs_in_a_replaced_worker_is_ended_too() -> None:
    pool = ComputePool(workers=1, jobs_per_worker=1)
    try:
        hanging = asyncio.create_task(pool.run("sleep", time.sleep, 60.0, deadline_s=1.5))
        await asyncio.sleep(0)
        assert await pool.run("abs", abs, -2) == 2
        with pytest.raises(DeadlineExceededError):
            await hanging
        assert await pool.run("abs", abs, -3) == 3
    finally:
        await pool.aclose()
