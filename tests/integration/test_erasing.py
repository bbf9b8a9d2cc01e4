"""Erasing a person: first, in one transaction, and nothing is written for them afterwards."""

from __future__ import annotations

import asyncio
import contextvars
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from services.domain.errors.jobs import ForgottenError
from services.domain.errors.storage import DatabaseBusyError
from services.domain.group_requests import SharingRequest
from services.domain.groups import GroupMessage, MessageKind, Sharing
from services.domain.inputs import LatestMap
from services.domain.jobs import Asked, Job
from services.jobs.queue import JobQueue
from services.storage.consents import SharingStore
from services.storage.database import Database
from services.storage.persons import PersonStore
from services.storage.posted_cards import PostedCardStore
from services.workflows.lobbies import Place
from tests.databases import sqlite_at
from tests.integration.groups.house import NOON, furnish, playlist_of, visitor
from tests.integration.queueing.world import queue_of

SAM, KIM = 101, 102
CANARY = "Kanarienvogelliste"


def workflow(database: Database) -> JobQueue:
    return queue_of(database, clock=lambda: NOON)


def asked(interaction_id: int, *, owner_id: int) -> Asked:
    return Asked(
        interaction_id=interaction_id,
        application_id=9,
        token="token",
        owner_id=owner_id,
        guild_id=1,
        channel_id=11,
        private=True,
        at=NOON,
    )


async def nobody_waits(_position: int) -> None:
    return


def sharing(user_id: int) -> Sharing:
    return Sharing(guild_id=1, user_id=user_id, name="Sam", brought=CANARY, tracks=1, granted_at=NOON)


async def test_what_is_said_to_go_is_what_was_there_a_moment_before(database: Database) -> None:
    house, persons = furnish(database), PersonStore(database)
    lobby = await house.lobbies.start(Place(1, 11), visitor(SAM), timedelta(hours=1))
    await house.lobbies.join(lobby.lobby_id, visitor(KIM))
    await SharingStore(database).grant(sharing(SAM), playlist_of(SAM))
    before = await persons.count(SAM)
    assert {"lobbies", "lobby_members", "sharings"} <= set(before)
    assert await persons.erase(SAM) == before
    assert await persons.count(SAM) == {}


async def test_the_cards_are_marked_in_the_step_that_erases(database: Database) -> None:
    house = furnish(database)
    lobby = await house.lobbies.start(Place(1, 11), visitor(SAM), timedelta(hours=1))
    await house.lobbies.join(lobby.lobby_id, visitor(KIM))
    card = GroupMessage(
        message_id=5, channel_id=11, guild_id=1, lobby_id=lobby.lobby_id, kind=MessageKind.CARD
    )
    await PostedCardStore(database=database, clock=lambda: NOON).note(card)
    await PersonStore(database).erase(SAM)
    assert await house.cards.stale() == (card,)
    after = await house.lobbies.open(lobby.lobby_id)
    assert [each.user_id for each in after.members] == [KIM]


async def test_work_accepted_before_stores_nothing_after_its_person_was_erased(database: Database) -> None:
    jobs, persons = workflow(database), PersonStore(database)
    job = await jobs.accept(asked(1, owner_id=SAM), SharingRequest(LatestMap(), 1))
    assert job is not None
    async with jobs.slot(job, nobody_waits):
        await SharingStore(database).grant(sharing(SAM), playlist_of(SAM))
        await asyncio.create_task(persons_of_another_request(persons))
        with pytest.raises(ForgottenError):
            await SharingStore(database).grant(sharing(SAM), playlist_of(SAM))
        for step in (jobs.claim(job), jobs.keep_content(job, b"a list")):
            with pytest.raises(ForgottenError):
                await step
    assert await persons.count(SAM) == {}
    await SharingStore(database).grant(sharing(KIM), playlist_of(KIM))  # others go on
    assert await persons.count(KIM) == {"sharings": 1}


async def persons_of_another_request(persons: PersonStore) -> None:
    """Erase as a press of the person does, which is no part of the job."""
    await asyncio.get_running_loop().create_task(persons.erase(SAM), context=contextvars.Context())


async def test_whenever_a_person_is_erased_their_running_work_leaves_nothing(database: Database) -> None:
    persons = PersonStore(database)

    async def work(jobs: JobQueue, job: Job) -> None:
        async with jobs.slot(job, nobody_waits):
            for _ in range(4):
                await SharingStore(database).grant(sharing(SAM), playlist_of(SAM))

    for number in range(6):
        jobs = workflow(database)
        job = await jobs.accept(asked(100 + number, owner_id=SAM), SharingRequest(LatestMap(), 1))
        assert job is not None
        running = asyncio.create_task(work(jobs, job))
        for _ in range(number):
            await persons.count(SAM)
        await persons.erase(SAM)
        await asyncio.gather(running, return_exceptions=True)
        assert await persons.count(SAM) == {}


async def test_pages_that_a_reader_keeps_in_the_log_are_taken_out_when_it_is_done(sqlite_file: Path) -> None:
    log = sqlite_file.with_name(f"{sqlite_file.name}-wal")
    async with Database.open(sqlite_at(sqlite_file)) as database:
        persons = PersonStore(database)
        await SharingStore(database).grant(sharing(SAM), playlist_of(SAM))
        with closing(sqlite3.connect(sqlite_file)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sharings").fetchall()
            assert await persons.erase(SAM)
            assert await persons.count(SAM) == {}
            with pytest.raises(DatabaseBusyError):
                await persons.scrub()
            assert CANARY.encode() in log.read_bytes()
        assert await persons.scrub() == 1
        assert CANARY.encode() not in log.read_bytes()
        assert await persons.scrub() == 0
