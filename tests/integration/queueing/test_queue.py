"""What every process may count on, whichever engine brings the work to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from services.domain.errors.jobs import (
    AlreadyRunningError,
    InterruptedTooOftenError,
    NothingRunsError,
    QueueFullError,
)
from services.domain.errors.storage import NotYourReportError
from services.domain.jobs import Job
from services.domain.requests import AccountRequest, LoginStep
from services.storage.database import Database
from services.storage.held_jobs import HeldJobs
from services.storage.schema.people import jobs
from tests.integration.queueing.world import MAP, Process, asked, queue_of, until

BRIEF = timedelta(seconds=0.3)
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


async def _age(database: Database, by: timedelta = timedelta(minutes=1)) -> None:
    """Let what is stored be older, so that nobody takes it for what is on its way."""
    async with database.transaction() as connection:
        for row in (await connection.execute(select(jobs.c.job_id, jobs.c.created_at))).all():
            older = update(jobs).where(jobs.c.job_id == row.job_id).values(created_at=row.created_at - by)
            await connection.execute(older)


async def test_what_a_process_accepts_is_done_once_and_by_itself(database: Database) -> None:
    here = Process(queue_of(database))
    here.may_end.set()
    here.start()
    await here.accept(1)
    await until(lambda: here.answered == [1])
    await _age(database)
    await asyncio.sleep(0.1)
    assert here.performed == [1]
    assert here.queue.unfinished == 0
    await here.kill()


async def test_what_a_killed_process_left_is_done_by_the_next_start_at_once(database: Database) -> None:
    dead = Process(queue_of(database, lease=BRIEF))
    await dead.accept(1)
    await dead.accept(2, 2, AccountRequest(LoginStep.END))
    await until(lambda: sorted(dead.performed) == [1, 2])
    await dead.kill()
    following = Process(queue_of(database))
    following.may_end.set()
    await _age(database)
    following.start()
    await until(lambda: sorted(following.answered) == [1, 2])
    assert dead.answered == []
    await following.kill()


async def test_what_a_process_does_it_does_not_do_twice(database: Database) -> None:
    here = Process(queue_of(database))
    await here.accept(1)
    await here.begun.wait()
    await _age(database)
    here.start()
    await asyncio.sleep(0.1)
    here.may_end.set()
    await until(lambda: here.answered == [1])
    assert here.performed == [1]
    await here.kill()


async def test_work_is_begun_five_times_and_no_more(database: Database) -> None:
    async def hear(_position: int) -> None: ...

    queue = queue_of(database)
    job = await queue.accept(asked(1), MAP)
    assert job is not None
    async with queue.slot(replace(job, attempts=4), hear):
        pass
    with pytest.raises(InterruptedTooOftenError):
        async with queue.slot(replace(job, attempts=5), hear):
            pass


async def test_one_heavy_request_of_a_person_in_all_processes_and_light_ones_beside_it(
    database: Database,
) -> None:
    here, there = Process(queue_of(database)), Process(queue_of(database))
    await here.accept(1)
    for process in (here, there):
        with pytest.raises(AlreadyRunningError) as refused:
            await process.queue.accept(asked(2), MAP)
        assert refused.value.job_id == 1
    assert await there.queue.accept(asked(1), MAP) is None
    await there.accept(3, 1, AccountRequest(LoginStep.END))
    here.may_end.set()
    await until(lambda: here.answered == [1])
    assert await there.queue.accept(asked(2), MAP) is not None
    await here.kill()
    await there.kill()


async def test_stop_in_another_process_ends_what_waits_and_who_asks_is_asked_for(database: Database) -> None:
    there = queue_of(database)
    left = await queue_of(database, holder="dead").accept(asked(1), MAP)
    assert left is not None
    async with database.transaction() as connection:
        await connection.execute(update(jobs).values(lease_until=None, holder=None))
    with pytest.raises(NotYourReportError):
        await there.stop(1, 99)
    with pytest.raises(NothingRunsError):
        await there.stop(2, 1)
    _, is_over = await there.stop(1, 1)
    assert is_over
    assert await there.take(1) is None


async def test_the_three_hundred_and_first_who_waits_is_refused(database: Database) -> None:
    work = queue_of(database, slots=1)
    may_end = asyncio.Event()

    async def hear(_position: int) -> None:
        pass

    async def take_a_turn() -> None:
        async with work.slots.slot(hear):
            await may_end.wait()

    waiting = [asyncio.create_task(take_a_turn()) for _ in range(300)]
    await asyncio.sleep(0)
    assert work.waiting == 299
    assert await work.accept(asked(1, 1), MAP) is not None
    waiting.append(asyncio.create_task(take_a_turn()))
    await asyncio.sleep(0)
    with pytest.raises(QueueFullError) as refused:
        await work.accept(asked(2, 2), MAP)
    assert refused.value.waiting == 300
    may_end.set()
    await asyncio.gather(*waiting)
    assert await work.accept(asked(3, 3), MAP) is not None


@pytest.fixture
async def server(new_postgresql: object, postgresql_template: str) -> AsyncIterator[Database]:
    async with Database.open(new_postgresql(postgresql_template)) as opened:  # type: ignore[operator]
        yield opened


async def test_a_start_leaves_alone_what_a_living_process_does(server: Database) -> None:
    living, starting = Process(queue_of(server)), Process(queue_of(server))
    living.start()
    await living.accept(1)
    await living.begun.wait()
    await _age(server)
    starting.start()
    await asyncio.sleep(0.3)
    assert starting.performed == []
    living.may_end.set()
    await until(lambda: living.answered == [1])
    await living.kill()
    await starting.kill()


async def test_what_a_killed_process_did_is_taken_up_by_a_living_one(server: Database) -> None:
    dead, living = Process(queue_of(server, lease=BRIEF)), Process(queue_of(server))
    living.may_end.set()
    living.start()
    await dead.accept(1)
    await dead.begun.wait()
    await _age(server)
    await dead.kill()
    await until(lambda: living.answered == [1])
    await living.kill()


@pytest.mark.parametrize("how", ["stopped", "forgotten"])
async def test_work_ends_in_whichever_process_it_runs(server: Database, how: str) -> None:
    here, there = Process(queue_of(server)), queue_of(server)
    here.start()
    await here.accept(1)
    await here.begun.wait()
    if how == "stopped":
        _, is_over = await there.stop(1, 1)
        assert not is_over, "whoever does it says so"
    else:
        async with server.transaction() as connection:
            await connection.execute(delete(jobs))
    await until(here.tasks[1].cancelled)
    await here.kill()


async def test_who_waits_for_another_process_hears_their_place_and_nobody_begins_meanwhile(
    server: Database,
) -> None:
    worker, front = queue_of(server), queue_of(server)
    accepted = []
    for number in range(1, 6):
        job = await front.accept(asked(number, number, at=NOON + timedelta(seconds=number)), MAP)
        assert job is not None
        accepted.append(job)
    async with server.transaction() as connection:
        await connection.execute(update(jobs).values(holder=None, lease_until=None))
    heard = []
    async for place in front.places(accepted[-1]):
        heard.append(place)
        if place == 5:
            taking = asyncio.create_task(worker.take(5))
            await asyncio.sleep(0.1)
            assert not taking.done()
    assert heard == [5]
    assert await taking is not None

    assert await front.held.hold_line(4, NOON)
    worker.pause = lambda _seconds: front.held.let_go_line(4)
    _, is_over = await worker.stop(4, 4)
    assert is_over, "nobody works on what waits, also while its place is being said"


async def test_a_place_in_line_is_said_when_it_has_halved(server: Database) -> None:
    worker, front = queue_of(server), queue_of(server)
    accepted = []
    for number in range(1, 10):
        job = await front.accept(asked(number, number, at=NOON + timedelta(seconds=number)), MAP)
        assert job is not None
        accepted.append(job)
    async with server.transaction() as connection:
        await connection.execute(update(jobs).values(holder=None, lease_until=None))
    before = iter(range(1, 10))

    async def begin_one(_seconds: float) -> None:
        job = await worker.take(next(before))
        assert job is not None
        await worker.store.begin(job)

    front.pause = begin_one
    assert [place async for place in front.places(accepted[-1])] == [8, 4, 2, 1]


async def test_a_process_says_every_five_seconds_that_it_lives(server: Database) -> None:
    queue, now, renewed_at = queue_of(server), 0.0, []
    renew = queue.held.renew

    class Held(HeldJobs):
        async def renew(self, job_ids: Iterable[int], at: datetime) -> None:
            renewed_at.append(now)
            await renew(job_ids, at)

    async def pause(seconds: float) -> None:
        nonlocal now
        now += seconds
        if now > 21.0:
            raise asyncio.CancelledError

    queue.held = Held(server, holder=queue.held.holder)
    queue.pause, queue.monotonic = pause, lambda: now
    assert await queue.accept(asked(1), MAP)
    with pytest.raises(asyncio.CancelledError):
        await queue.watch(lambda _job_id: None)
    assert [round(at) for at in renewed_at] == [5, 10, 16, 21]


async def test_work_that_is_let_go_between_two_looks_is_taken(
    server: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, front = queue_of(server), queue_of(server)
    job = await front.accept(asked(1, 1), MAP)
    assert job is not None
    async with server.transaction() as connection:
        await connection.execute(update(jobs).values(holder=None, lease_until=None))
    assert await front.held.hold_line(1, NOON)
    take = HeldJobs.take

    async def take_just_before(self: HeldJobs, job_id: int, now: datetime) -> Job | None:
        found = await take(self, job_id, now)
        await front.held.let_go_line(job_id)
        return found

    monkeypatch.setattr(HeldJobs, "take", take_just_before)
    assert await worker.take(1) is not None


async def test_work_whose_process_died_while_it_answered_keeps_nobody_from_asking(database: Database) -> None:
    dead, following = queue_of(database), queue_of(database)
    job = await dead.accept(asked(1), MAP)
    assert job is not None
    assert await dead.claim(job)
    async with database.transaction() as connection:
        await connection.execute(update(jobs).values(holder=None, lease_until=None))
    assert await following.take(1) is not None
    assert await following.accept(asked(2), MAP) is not None


async def test_the_depth_counts_what_waits_in_all_processes(server: Database) -> None:
    front, worker = queue_of(server, clock=lambda: NOON + timedelta(seconds=10)), queue_of(server)
    for number in (1, 2):
        assert await front.accept(asked(number, number, at=NOON + timedelta(seconds=number)), MAP)
    assert await front.accept(asked(3, 3, at=NOON), AccountRequest(LoginStep.END)), "light work is no wait"
    assert await front.depth() == (0, 0.0), "whoever accepted it does it"
    async with server.transaction() as connection:
        await connection.execute(update(jobs).values(holder=None, lease_until=None))
    assert await front.depth() == (2, 9.0)
    assert await worker.take(1)
    assert await front.depth() == (1, 8.0)


async def test_nobody_takes_work_for_erased_whose_row_is_on_its_way(server: Database) -> None:
    queue = queue_of(server)
    arrived, may_arrive = asyncio.Event(), asyncio.Event()
    accept, ended = queue.store.accept, []

    async def accept_slowly(*args: object, **options: object) -> bool:
        arrived.set()
        await may_arrive.wait()
        return await accept(*args, **options)  # type: ignore[arg-type]

    queue.store.accept = accept_slowly  # type: ignore[method-assign]
    watching = asyncio.create_task(queue.watch(ended.append))
    accepting = asyncio.create_task(queue.accept(asked(1), MAP))
    await arrived.wait()
    await asyncio.sleep(0.2)
    may_arrive.set()
    assert await accepting is not None
    await asyncio.sleep(0.2)
    assert ended == []
    watching.cancel()
