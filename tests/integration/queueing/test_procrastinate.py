"""The queue of many processes: what stands in its tables, and what becomes of what the dead have left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import procrastinate.exceptions
import procrastinate.worker
import psycopg
import pytest

from services.domain.errors.jobs import ForgottenError
from services.domain.jobs import QueueEntry
from services.jobs.engine import QueueLostError
from services.jobs.procrastinate import ProcrastinateQueue
from services.storage.connections import parse_address
from services.storage.database import Database
from services.storage.held_jobs import HeldJobs
from tests.integration.queueing.world import MAP, Process, asked, queue_of, until

SAM = 123_456_789_012_345_678
BEFORE = datetime.now(UTC) - timedelta(minutes=1)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def url(new_postgresql: Callable[..., str], postgresql_template: str) -> str:
    return new_postgresql(postgresql_template)


@pytest.fixture
async def server(url: str) -> AsyncIterator[Database]:
    async with Database.open(url) as opened:
        yield opened


@pytest.fixture
async def engine(url: str, server: Database) -> AsyncIterator[ProcrastinateQueue]:
    opening = ProcrastinateQueue.open(
        parse_address(url),
        held=HeldJobs(server, holder="this"),
        clock=lambda: datetime.now(UTC),
        key=b"key",
        concurrency=2,
        drain_s=1.0,
    )
    async with opening as opened:
        yield opened


@pytest.fixture
def gateway(server: Database, engine: ProcrastinateQueue) -> Process:
    """What accepts. No process does both: its own work could reach it while it is still putting it."""
    return Process(queue_of(server, engine=engine, holder="that"))


@pytest.fixture
async def process(server: Database, engine: ProcrastinateQueue) -> AsyncIterator[Process]:
    """What performs, once it is started."""
    made = Process(queue_of(server, engine=engine, holder="this"))
    made.may_end.set()
    yield made
    await made.kill()


def entries(url: str, columns: str = "args") -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        query = f"SELECT {columns} FROM queue.procrastinate_jobs WHERE task_name = 'perform'"
        return connection.execute(query.encode()).fetchall()


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(b"SET search_path TO queue")
        connection.execute(statement.encode())


async def test_its_tables_hold_an_id_and_a_keyed_hash_and_forgetting_takes_both(
    gateway: Process, engine: ProcrastinateQueue, url: str
) -> None:
    await gateway.accept(1, SAM)
    (entry,) = entries(url, "args, lock, queueing_lock, priority")
    assert entry[0] == {"job_id": 1}
    assert len(entry[1]) == 64
    assert str(SAM) not in str(entry)
    setting = await engine.app.connector.execute_query_one_async("SHOW synchronous_commit")
    assert setting == {"synchronous_commit": "off"}, "the rows are the truth, and the entries quick"
    await gateway.queue.withdraw(SAM)
    assert entries(url) == []


async def test_who_is_erased_before_a_worker_begins_is_known_to_the_process_that_promised(
    gateway: Process, url: str
) -> None:
    waits = await gateway.accept(1, SAM)
    assert not await gateway.queue.is_forgotten(waits)
    job = await gateway.queue.accept(asked(2, SAM + 1), MAP)
    assert job is not None
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM jobs")
    assert await gateway.queue.is_forgotten(waits)
    with pytest.raises(ForgottenError):
        await gateway.queue.put(replace(job, message_id=7))
    assert entries(url) == [({"job_id": 1},)]


async def test_what_is_put_is_done_once_and_leaves_no_entry(
    gateway: Process, process: Process, url: str
) -> None:
    process.start()
    await gateway.accept(1, SAM)
    await until(lambda: process.answered == [1])
    await until(lambda: entries(url) == [])
    await gateway.accept(2, SAM)
    await until(lambda: process.answered == [1, 2])
    assert process.performed == [1, 2]


async def test_a_row_that_never_came_into_the_queue_is_put_and_one_that_is_there_is_not(
    gateway: Process, engine: ProcrastinateQueue, url: str
) -> None:
    assert await gateway.queue.accept(asked(1, 1, at=BEFORE), MAP)
    assert await gateway.queue.accept(asked(2, 2), MAP), "a young one may be on its way"
    for _ in range(2):
        await engine.sweep()
        assert entries(url) == [({"job_id": 1},)]


async def test_work_of_a_worker_that_is_gone_goes_on_and_the_lock_of_what_is_over_ends(
    gateway: Process, process: Process, engine: ProcrastinateQueue, url: str
) -> None:
    for job_id in (1, 2):
        await gateway.accept(job_id, job_id)
    done = await process.queue.take(2)
    assert done is not None
    await process.queue.finish(done)
    tidied = asyncio.Event()

    async def tidy() -> None:
        tidied.set()

    engine.every_hour = tidy
    await engine.app.tasks["tidy"].defer_async(timestamp=0)  # what repeats itself is left behind like work
    execute(url, "UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL")
    await engine.sweep()
    assert entries(url, "args, status") == [({"job_id": 1}, "todo")]
    process.start()
    await until(lambda: process.answered == [1])
    await until(tidied.is_set)


async def test_a_worker_that_does_not_listen_yet_is_given_time(
    process: Process, engine: ProcrastinateQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.probe_every_s, engine.probe_patience_s = 0.01, 0.01
    listens, may_listen = engine.app.job_manager.listen_for_jobs, asyncio.Event()

    async def late(**options: Any) -> None:
        await may_listen.wait()
        await listens(**options)

    monkeypatch.setattr(engine.app.job_manager, "listen_for_jobs", late)
    working = asyncio.create_task(engine.work(process.take_up))
    done, _ = await asyncio.wait({working}, timeout=0.5)
    assert not done, "nothing was heard for many times the patience"
    engine.probe_patience_s = 1.0
    may_listen.set()
    await asyncio.wait_for(engine._worker.heard.wait(), 60)
    engine.close()
    await working


async def test_a_worker_that_hears_nothing_any_more_ends(
    process: Process, engine: ProcrastinateQueue
) -> None:
    engine.probe_every_s = 0.05
    working = asyncio.create_task(engine.work(process.take_up))
    await until(lambda: engine._worker is not None)
    await asyncio.wait_for(engine._worker.heard.wait(), 60)
    engine.probe_patience_s = 0.2
    engine._worker.worker_name = "another one, to whom nobody speaks"
    with pytest.raises(QueueLostError):
        await asyncio.wait_for(working, 60)
    for name in ("_handle_notification", "_fetch_and_process_jobs", "_process_job"):
        assert callable(getattr(procrastinate.worker.Worker, name)), "a private name that is overridden"


async def test_no_news_is_missed_while_a_worker_looks_or_keeps_somebody_waiting(
    gateway: Process, process: Process, engine: ProcrastinateQueue
) -> None:
    engine.poll_every_s, engine.probe_every_s = 3600.0, 0.05
    process.may_end.clear()
    process.start()
    await until(lambda: engine._worker is not None)
    await asyncio.wait_for(engine._worker.heard.wait(), 60)
    fetch_job = engine.app.job_manager.fetch_job

    async def fetch_slowly(**options: Any) -> Any:
        found = await fetch_job(**options)
        if found is None:
            engine.app.job_manager.fetch_job = fetch_job  # type: ignore[method-assign]
            before = engine._worker._news
            await gateway.accept(2, 2)
            await until(lambda: engine._worker._news > before)
        return found

    engine.app.job_manager.fetch_job = fetch_slowly  # type: ignore[method-assign]
    await gateway.accept(1, SAM)
    await until(lambda: sorted(process.performed) == [1, 2])
    assert await gateway.queue.accept(asked(3, 3), MAP)
    await engine.put(QueueEntry(3, SAM, is_heavy=True))
    process.may_end.set()
    await until(lambda: set(process.answered) == {1, 2, 3})


async def test_work_that_a_lock_frees_while_a_worker_looks_is_begun_at_once(
    gateway: Process, process: Process, engine: ProcrastinateQueue
) -> None:
    engine.poll_every_s = 3600.0
    process.may_end.clear()
    await gateway.accept(1, SAM)  # before anybody looks: nothing has to be heard
    process.start()
    await until(lambda: process.performed == [1])
    assert await gateway.queue.accept(asked(3, 3), MAP)
    await engine.put(QueueEntry(3, SAM, is_heavy=True))
    fetch_job, worker = engine.app.job_manager.fetch_job, engine._worker

    async def fetch_slowly(**options: Any) -> Any:
        found = await fetch_job(**options)
        if found is None:
            engine.app.job_manager.fetch_job = fetch_job  # type: ignore[method-assign]
            process.may_end.set()
            await until(lambda: not worker._running_jobs)
        return found

    engine.app.job_manager.fetch_job = fetch_slowly  # type: ignore[method-assign]
    # News, not the event alone: a look that began before, at what was put, would take that for its own.
    await worker._handle_notification(channel="", notification={"type": "job_inserted"})
    await until(lambda: process.answered == [1, 3])


async def test_a_worker_that_cannot_end_an_entry_ends_and_lets_the_person_go(
    gateway: Process, process: Process, engine: ProcrastinateQueue, url: str
) -> None:
    async def fail(**_options: Any) -> None:
        raise procrastinate.exceptions.ConnectorException

    engine.app.job_manager.finish_job = fail  # type: ignore[method-assign]
    await gateway.accept(1, SAM)
    with pytest.raises(QueueLostError):
        await asyncio.wait_for(engine.work(process.take_up), 60)
    assert process.answered == [1]
    await engine.sweep()
    assert entries(url) == [], "its lock would keep the person waiting as long as the worker lives"


async def test_an_entry_that_a_dead_worker_had_and_another_one_that_waits_become_one(
    gateway: Process, engine: ProcrastinateQueue, url: str
) -> None:
    await gateway.accept(1, SAM)
    execute(url, "UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL")
    await engine.put(QueueEntry(1, SAM, is_heavy=True))
    assert len(entries(url)) == 2
    await engine.sweep()
    assert entries(url, "args, status") == [({"job_id": 1}, "todo")]
