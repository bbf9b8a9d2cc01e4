"""Accepted work in the database: once, claimed by one, empty when done."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.domain.errors.jobs import AlreadyRunningError
from services.domain.jobs import Asked, Job, JobKind, JobStatus
from services.jobs.box import TokenBox
from services.jobs.line import Line
from services.storage.database import Database
from services.storage.jobs import JobStore
from services.storage.schema import PERSON_COLUMNS, jobs
from services.workflows.jobs import JobsWorkflow
from tests.integration.storage.samples import NOON

SAM, KIM = 123_456_789_012_345_678, 2


def job(job_id: int = 1, owner_id: int = SAM, minutes: int = 0) -> Job:
    return Job(
        asked=Asked(
            interaction_id=job_id,
            application_id=7,
            token="sealed elsewhere",
            owner_id=owner_id,
            guild_id=None,
            channel_id=9,
            private=True,
            at=NOON + timedelta(minutes=minutes),
        ),
        kind=JobKind.ANALYZE,
        arguments={"from": "links", "text": "Lieder \ud83d\0 “für Dich”"},
        result_id="abc",
    )


async def row_of(database: Database, job_id: int) -> dict[str, object]:
    async with database.reading() as connection:
        row = (await connection.execute(select(jobs).where(jobs.c.job_id == job_id))).one()
    return dict(row._mapping)


async def test_work_comes_back_the_oldest_first_with_all_that_is_needed(database: Database) -> None:
    store = JobStore(database)
    assert await store.accept(job(1, minutes=5))
    assert await store.accept(job(2, KIM))
    await store.begin(replace(job(2, KIM), message_id=77))
    await store.keep_content(2, b"\x00file")
    second, first = await store.unfinished()
    assert (second.job_id, second.status, second.attempts) == (2, JobStatus.RUNNING, 1)
    assert (second.content, second.message_id, second.asked.owner_id) == (b"\x00file", 77, KIM)
    assert (first.status, first.attempts, first.message_id) == (JobStatus.QUEUED, 0, None)
    assert first.asked == job(1, minutes=5).asked
    assert first.arguments == job(1).arguments


async def test_the_same_interaction_is_accepted_once_also_after_it_was_answered(database: Database) -> None:
    store = JobStore(database)
    answers = await asyncio.gather(*(store.accept(job()) for _ in range(8)))
    assert sorted(answers) == [False] * 7 + [True]
    await store.finish(1)
    assert not await store.accept(job())
    assert await store.unfinished() == ()


async def test_exactly_one_becomes_the_one_who_answers(database: Database) -> None:
    store = JobStore(database)
    await store.accept(job())
    await store.begin(job())
    claims = await asyncio.gather(*(store.claim(1) for _ in range(8)))
    assert sorted(claims) == [False] * 7 + [True]
    (claimed,) = await store.unfinished()
    assert claimed.status is JobStatus.POSTING
    await store.begin(claimed)
    assert [(each.status, each.attempts) for each in await store.unfinished()] == [(JobStatus.POSTING, 2)]


async def test_answered_work_says_nothing_about_anybody(database: Database) -> None:
    store = JobStore(database)
    await store.accept(job())
    await store.keep_content(1, b"file")
    await store.finish(1)
    await store.keep_content(1, b"too late")
    await store.begin(job())
    row = await row_of(database, 1)
    left = {name for name, value in row.items() if value is not None}
    assert left == {"job_id", "kind", "status", "attempts", "created_at"}
    assert not left & PERSON_COLUMNS
    assert row["status"] == "done"


@pytest.mark.parametrize("answered", [False, True])
async def test_traces_go_after_their_time_and_open_work_stays(database: Database, answered: bool) -> None:
    store = JobStore(database)
    await store.accept(job())
    if answered:
        await store.finish(1)
    assert await store.purge(NOON) == 0
    assert await store.purge(NOON + timedelta(seconds=1)) == answered
    assert len(await store.unfinished()) == (not answered)


async def test_a_persons_work_can_be_forgotten(database: Database) -> None:
    store = JobStore(database)
    await store.accept(job(1))
    await store.accept(job(2, KIM))
    assert await store.delete_of(SAM) == 1
    assert [each.job_id for each in await store.unfinished()] == [2]
    assert not await store.claim(1)


async def test_a_crowd_is_let_in_together_and_each_learns_what_became_of_it(database: Database) -> None:
    store = JobStore(database)
    await store.accept(job(3))
    answers = await asyncio.gather(*(store.accept(job(number, number)) for number in range(40)))
    assert [number for number, is_new in enumerate(answers) if not is_new] == [3]
    assert len(await store.unfinished()) == 40


async def test_whoever_gives_up_while_being_let_in_keeps_out_nobody_else(database: Database) -> None:
    store = JobStore(database)
    tasks = [asyncio.create_task(store.accept(job(number, number))) for number in range(5)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(answers[0], asyncio.CancelledError)
    assert answers[1:] == [True] * 4
    assert await store.accept(job(9, 9))


async def test_light_work_goes_on_beside_other_work_and_is_taken_over_by_the_next_process_only(
    database: Database,
) -> None:
    def process() -> JobsWorkflow:
        return JobsWorkflow(
            store=JobStore(database), box=TokenBox("secret"), line=Line(0), clock=lambda: NOON
        )

    this, following = process(), process()
    assert await this.accept(job(1).asked, JobKind.ANALYZE, {})
    with pytest.raises(AlreadyRunningError):
        await this.accept(job(2).asked, JobKind.ANALYZE, {})
    login = await this.accept(job(3).asked, JobKind.ACCOUNT, {})
    assert login is not None
    assert await this.accept(job(3).asked, JobKind.ACCOUNT, {}) is None
    async with asyncio.timeout(5), this.turn(login, lambda _position: asyncio.sleep(0)):
        assert this.unfinished == 2
        assert await this.take_over() == (), "what a process does itself it does not do twice"
    assert {each.job_id for each in await following.take_over()} == {1, 3}
    await this.finish(login)
    assert this.unfinished == 1
