"""Accepted work in the database: once, claimed by one, empty when done."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.domain.errors.jobs import AlreadyRunningError
from services.domain.inputs import Links
from services.domain.jobs import Asked, Job, JobStatus
from services.domain.requests import AccountRequest, AnalyzeRequest, LoginStep
from services.storage.database import Database
from services.storage.jobs import JobStore
from services.storage.schema import PERSON_COLUMNS
from services.storage.schema.people import jobs
from tests.databases import unfinished_jobs
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
        request=AnalyzeRequest(Links("Lieder \ud83d\0 “für Dich”", "Lieder")),
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
    second, first = await unfinished_jobs(database)
    assert (second.job_id, second.status, second.attempts) == (2, JobStatus.RUNNING, 1)
    assert (second.content, second.message_id, second.asked.owner_id) == (b"\x00file", 77, KIM)
    assert (first.status, first.attempts, first.message_id) == (JobStatus.QUEUED, 0, None)
    assert first.asked == job(1, minutes=5).asked
    assert first.request == job(1).request


async def test_the_same_interaction_is_accepted_once_also_after_it_was_answered(database: Database) -> None:
    store = JobStore(database)
    answers = await asyncio.gather(*(store.accept(job()) for _ in range(8)))
    assert sorted(answers) == [False] * 7 + [True]
    await store.finish(1)
    assert not await store.accept(job())
    assert await unfinished_jobs(database) == ()


async def test_exactly_one_becomes_the_one_who_answers(database: Database) -> None:
    store = JobStore(database)
    await store.accept(job())
    await store.begin(job())
    claims = await asyncio.gather(*(store.claim(1) for _ in range(8)))
    assert sorted(claims) == [False] * 7 + [True]
    (claimed,) = await unfinished_jobs(database)
    assert claimed.status is JobStatus.POSTING
    await store.begin(claimed)
    assert [(each.status, each.attempts) for each in await unfinished_jobs(database)] == [
        (JobStatus.POSTING, 2)
    ]


async def test_answered_work_says_nothing_about_anybody(database: Database) -> None:
    store = JobStore(database)
    await store.accept(job())
    await store.keep_content(1, b"file")
    await store.finish(1)
    await store.keep_content(1, b"too late")
    await store.begin(job())
    row = await row_of(database, 1)
    left = {name for name, value in row.items() if value is not None}
    assert left == {"job_id", "kind", "status", "attempts", "created_at", "heavy", "cancel_requested"}
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
    assert len(await unfinished_jobs(database)) == (not answered)
    # What nobody did for a week can only be read by another version.
    assert await store.purge(NOON, NOON + timedelta(seconds=1)) == (not answered)


async def test_a_crowd_is_let_in_together_and_each_learns_what_became_of_it(database: Database) -> None:
    store = JobStore(database)
    await store.accept(job(3))
    answers = await asyncio.gather(*(store.accept(job(number, number)) for number in range(40)))
    assert [number for number, is_new in enumerate(answers) if not is_new] == [3]
    assert len(await unfinished_jobs(database)) == 40


async def test_whoever_gives_up_while_being_let_in_keeps_out_nobody_else(database: Database) -> None:
    store = JobStore(database)
    tasks = [asyncio.create_task(store.accept(job(number, number))) for number in range(5)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(answers[0], asyncio.CancelledError)
    assert answers[1:] == [True] * 4
    assert await store.accept(job(9, 9))


async def test_work_that_only_another_version_can_read_waits_for_it(database: Database) -> None:
    store = JobStore(database)
    assert await store.accept(job(1))
    assert await store.accept(job(2, KIM))
    async with database.transaction() as connection:
        newer = update(jobs).where(jobs.c.job_id == 1).values(arguments='{"from": "the moon"}')
        await connection.execute(newer)
    assert [each.job_id for each in await unfinished_jobs(database)] == [2]
    assert (await row_of(database, 1))["status"] == JobStatus.QUEUED.value


async def test_two_processes_accept_one_heavy_request_of_a_person_and_know_it_from_the_same_one_twice(
    database: Database,
) -> None:
    here, there = JobStore(database), JobStore(database)
    assert await here.accept(job(1))
    answers = await asyncio.gather(
        there.accept(job(2)), there.accept(job(1)), there.accept(job(3, KIM)), return_exceptions=True
    )
    assert isinstance(answers[0], AlreadyRunningError)
    assert answers[0].job_id == 1
    assert answers[1:] == [False, True], "what one person asks twice keeps nobody else out"
    login = replace(job(4), request=AccountRequest(LoginStep.END))
    assert await there.accept(login), "light work goes on beside it"
    assert await here.claim(1)
    assert await there.accept(job(5)), "what is being answered keeps nobody from asking"
