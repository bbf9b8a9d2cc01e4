"""What there was no time for is asked for when nobody waits, and known when the list comes again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from cogs.words.messages import note_line
from sandbox.catalogue import build_catalogue
from sandbox.faults import Fault, FaultKind
from sandbox.reccobeats import SandboxReccoBeats
from services.domain.messages import NoteKind
from services.domain.music import TrackId
from services.enrichment.coverage import compute_coverage
from services.enrichment.enricher import Enricher
from services.sources.reccobeats import ReccoBeatsById
from services.storage.database import Database
from services.storage.features import KEPT_FOR, FeatureStore, PutAsideStore
from tests.databases import sqlite_at
from tests.unit.services.sources.fakes import FakeClock, reccobeats

CATALOGUE = build_catalogue()
KNOWN = [entry.track for entry in CATALOGUE.tracks if entry.known][:120]
"""Three calls."""


def asked(sandbox: SandboxReccoBeats) -> Counter[str]:
    return Counter(key for call in sandbox.calls if call.status == 200 for key in call.ids)


@pytest.fixture
async def sqlite_database(sqlite_file: Path) -> AsyncIterator[Database]:
    async with Database.open(sqlite_at(sqlite_file)) as opened:
        yield opened


@pytest.fixture
def time() -> FakeClock:
    return FakeClock()


async def test_the_rest_of_a_long_list_is_known_the_second_time_and_each_track_was_asked_for_once(
    sqlite_database: Database, time: FakeClock
) -> None:
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    store = PutAsideStore(sqlite_database)
    async with reccobeats(sandbox, time) as client:
        source = ReccoBeatsById(client)

        def process() -> Enricher:
            return Enricher(
                store=FeatureStore(sqlite_database), sources=[source], clock=time.clock, put_aside=store
            )

        first = await process().look_up(KNOWN, deadline_s=1.0)
        measured = compute_coverage(first.tracks).measured
        assert 0 < measured < len(KNOWN)
        (note,) = first.notices
        assert note.kind in {NoteKind.NO_TIME_LEFT, NoteKind.SOURCE_SLOW}
        assert "I go on asking" in note_line(note)
        assert len(await store.load(source.name, 1_000)) == note.count == len(KNOWN) - measured

        another = process()  # as after a restart: what waits is in the database
        assert another.filling is not None
        assert await another.filling.fill() == note.count
        assert not await store.load(source.name, 1_000)
        calls = len(sandbox.calls)
        again = await another.look_up(KNOWN, deadline_s=1.0)
        assert (compute_coverage(again.tracks).measured, again.notices) == (len(KNOWN), ())
        assert len(sandbox.calls) == calls
        assert set(asked(sandbox).values()) == {1}
        assert sandbox.early_calls == []


async def test_people_come_first_and_a_source_that_is_down_keeps_its_place(
    sqlite_database: Database, time: FakeClock
) -> None:
    down = Fault(FaultKind.STATUS, status=503)
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic, faults=[down] * 40)
    store = PutAsideStore(sqlite_database)
    async with reccobeats(sandbox, time) as client:
        source = ReccoBeatsById(client)
        enricher = Enricher(
            store=FeatureStore(sqlite_database), sources=[source], clock=time.clock, put_aside=store
        )
        assert enricher.filling is not None
        await store.put(source.name, dict.fromkeys([KNOWN[0].id, KNOWN[1].id], 2020), time.now())
        assert await enricher.filling.fill() == 0
        assert len(await store.load(source.name, 10)) == 2

        sandbox.faults.clear()
        time.at += 3_600
        person = asyncio.create_task(enricher.look_up(KNOWN[40:]))
        while not enricher._in_flight.is_asking(source.name):  # noqa: ASYNC110
            await asyncio.sleep(0)
        assert await enricher.filling.fill() == 0
        assert compute_coverage((await person).tracks).measured == 80
        assert await enricher.filling.fill() == 2


async def test_what_waits_keeps_its_order_and_ends(database: Database) -> None:
    store, now = PutAsideStore(database), FakeClock().now()
    early, late = TrackId("a" * 22), TrackId("b" * 22)
    assert await store.put("one", {late: None}, now) == 1
    assert await store.put("one", {early: 1999, late: 2001}, now + timedelta(hours=1)) == 2
    assert await store.put("two", {early: None}, now) == 1
    assert await store.load("one", 1) == {late: None}
    await store.drop("one", [late])
    assert await store.load("one", 5) == {early: 1999}
    assert await store.purge(now + KEPT_FOR + timedelta(minutes=1)) == 1
    assert (await store.load("one", 5), await store.load("two", 5)) == ({early: 1999}, {})
