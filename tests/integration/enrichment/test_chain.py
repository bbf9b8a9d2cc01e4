"""The chain over a loopback ReccoBeats: who is asked, how often, and whose value counts."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import re
from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

import pytest

from cogs.words.messages import note_lines, progress_line
from sandbox.catalogue import build_catalogue, invented_id
from sandbox.faults import Fault, FaultKind
from sandbox.reccobeats import SandboxReccoBeats
from services.domain.features import AudioFeatures, Feature, Origin, Provenance
from services.domain.messages import Progress
from services.domain.music import Track
from services.domain.sources import FetchedFeatures
from services.enrichment.cache import MemoryFeatureCache
from services.enrichment.coverage import compute_coverage
from services.enrichment.enricher import Enricher
from services.sources.reccobeats import ReccoBeatsById, ReccoBeatsByIsrc
from services.sources.upstream import Patience
from services.storage.database import Database
from services.storage.features import FeatureStore
from tests.databases import sqlite_at
from tests.unit.services.sources.fakes import FakeClock, reccobeats

CATALOGUE = build_catalogue()
KNOWN = [entry.track for entry in CATALOGUE.tracks if entry.known]
NOBODY_KNOWS = [
    Track(id=invented_id(f"unknown {number}"), title=f"Unknown {number}") for number in range(1000)
]


async def test_a_thousand_unknown_ids_cost_25_calls_and_the_second_run_none(tmp_path: Path) -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic, burst=25)
    async with (
        Database.open(sqlite_at(tmp_path / "cache.db")) as database,
        reccobeats(sandbox, time) as client,
    ):
        sources = [ReccoBeatsById(client), ReccoBeatsByIsrc(client)]
        enricher = Enricher(store=FeatureStore(database), sources=sources, clock=time.clock)
        began = time.at
        first = await enricher.look_up(NOBODY_KNOWS, deadline_s=60)
        took_s = time.at - began
        assert [len(call.ids) for call in sandbox.calls] == [40] * 25
        second = await Enricher(store=FeatureStore(database), sources=sources, clock=time.clock).look_up(
            NOBODY_KNOWS
        )
    assert len(sandbox.calls) == 25
    assert all(call.status == 200 for call in sandbox.calls)
    assert compute_coverage(first.tracks) == compute_coverage(second.tracks)
    assert compute_coverage(first.tracks).unknown == 1000
    assert first.notices == second.notices == ()
    assert took_s == pytest.approx(24 * 0.7)


async def test_calls_keep_their_distance() -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    async with reccobeats(sandbox, time) as client:
        enrichers = [Enricher(sources=[ReccoBeatsById(client)], clock=time.clock) for _ in range(3)]
        await asyncio.gather(*(enricher.look_up(KNOWN[:100]) for enricher in enrichers))
    times = [call.at for call in sandbox.calls]
    assert len(times) == 9
    assert all(later - earlier >= 0.7 - 1e-6 for earlier, later in itertools.pairwise(times))


async def test_twenty_overlapping_playlists_cause_no_duplicate_fetch() -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    everything = [*KNOWN[:200], *NOBODY_KNOWS[:60]]
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(sources=[ReccoBeatsById(client), ReccoBeatsByIsrc(client)], clock=time.clock)
        playlists = [everything[start * 8 : start * 8 + 100] for start in range(20)]
        results = await asyncio.gather(*(enricher.look_up(tracks) for tracks in playlists))
    asked = Counter(sandbox.ids_asked)
    assert set(asked.values()) == {1}
    assert set(asked) == {track.id for tracks in playlists for track in tracks}
    for tracks, result in zip(playlists, results, strict=True):
        assert [row.track for row in result.tracks] == tracks
        assert compute_coverage(result.tracks).measured == sum(track in KNOWN for track in tracks)
        assert result.notices == ()


async def test_one_who_comes_while_the_answer_is_being_stored_asks_no_second_time() -> None:
    class SlowStore(MemoryFeatureCache):
        async def save_features(self, rows: Collection[FetchedFeatures]) -> None:
            arrived.set()
            await proceed.wait()
            await super().save_features(rows)

    arrived, proceed = asyncio.Event(), asyncio.Event()
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(store=SlowStore(), sources=[ReccoBeatsById(client)], clock=time.clock)
        first = asyncio.create_task(enricher.look_up(KNOWN[:10]))
        await arrived.wait()
        second = asyncio.create_task(enricher.look_up(KNOWN[:10]))
        await asyncio.sleep(0)
        proceed.set()
        assert compute_coverage((await first).tracks) == compute_coverage((await second).tracks)
    assert len(sandbox.calls) == 1


async def test_a_cancelled_caller_takes_nothing_from_the_others() -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(sources=[ReccoBeatsById(client)], clock=time.clock)
        first = asyncio.create_task(enricher.look_up(KNOWN[:120]))
        await sandbox.wait_for_calls(1)
        second = asyncio.create_task(enricher.look_up(KNOWN[80:160]))
        await asyncio.sleep(0)
        first.cancel()
        result = await second
        with pytest.raises(asyncio.CancelledError):
            await first
    assert compute_coverage(result.tracks).measured == 80
    assert set(Counter(sandbox.ids_asked).values()) == {1}


async def test_cancelling_stops_the_calls_and_keeps_what_has_arrived() -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(
        CATALOGUE, clock=time.monotonic, faults=[None, None, Fault(FaultKind.SILENCE)]
    )
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(sources=[ReccoBeatsById(client)], clock=time.clock)
        caller = asyncio.create_task(enricher.look_up(KNOWN[:400]))
        await sandbox.wait_for_calls(3)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        resumed = await enricher.look_up(KNOWN[:400])
    assert compute_coverage(resumed.tracks).measured == 400
    assert len(sandbox.calls) == 3 + 8
    # The two parts that had arrived were not asked for again.
    assert Counter(sandbox.ids_asked)[KNOWN[0].id or ""] == 1
    assert Counter(sandbox.ids_asked)[KNOWN[79].id or ""] == 1


async def test_leaving_while_a_part_is_stored_keeps_it_and_asks_no_further() -> None:
    class SlowStore(MemoryFeatureCache):
        async def save_features(self, rows: Collection[FetchedFeatures]) -> None:
            saving.set()
            await proceed.wait()
            await super().save_features(rows)

    saving, proceed = asyncio.Event(), asyncio.Event()
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(store=SlowStore(), sources=[ReccoBeatsById(client)], clock=time.clock)
        caller = asyncio.create_task(enricher.look_up(KNOWN[:120]))
        await saving.wait()
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        proceed.set()
        for _ in range(10):
            await asyncio.sleep(0)
        later = await enricher.look_up([KNOWN[0], KNOWN[50]])
    assert compute_coverage(later.tracks).measured == 2
    assert [call.ids for call in sandbox.calls[1:]] == [(KNOWN[50].id,)]


async def test_a_storm_of_refusals_with_twenty_callers_sees_no_early_call() -> None:
    time = FakeClock()
    faults = [Fault(FaultKind.RATE_LIMIT, retry_after_s=3 + n % 4, as_date=bool(n % 2)) for n in range(2)]
    sandbox = SandboxReccoBeats(
        CATALOGUE, clock=time.monotonic, faults=[*faults, None, *faults, None, *faults]
    )
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(sources=[ReccoBeatsById(client)], clock=time.clock)
        results = await asyncio.gather(
            *(enricher.look_up(KNOWN[n * 10 : n * 10 + 40], deadline_s=120) for n in range(20))
        )
    assert sandbox.early_calls == []
    assert all(compute_coverage(result.tracks).measured == 40 for result in results)


async def test_one_with_more_time_who_joins_gets_the_rest() -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(sources=[ReccoBeatsById(client)], clock=time.clock)
        hurried = asyncio.create_task(enricher.look_up(KNOWN[:120], deadline_s=1))
        await sandbox.wait_for_calls(1)
        patient = await enricher.look_up(KNOWN[:120], deadline_s=60)
        await hurried
    assert compute_coverage(patient.tracks).measured == 120
    assert set(Counter(sandbox.ids_asked).values()) == {1}


async def test_a_hanging_service_does_not_keep_anybody_past_the_deadline() -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    sandbox.always = Fault(FaultKind.SILENCE)
    async with reccobeats(sandbox, time, Patience()) as client:
        enricher = Enricher(sources=[ReccoBeatsById(client)], clock=time.clock)
        async with asyncio.timeout(5):
            result = await enricher.look_up(KNOWN[:40], deadline_s=0.1)
    assert compute_coverage(result.tracks).unknown == 40
    assert "time" in note_lines(result.notices)[0]


async def test_a_missing_release_is_borrowed_through_its_isrc_and_remembered() -> None:
    time = FakeClock()
    entry = next(
        entry
        for entry in CATALOGUE.tracks
        if not entry.known and any(r.known for r in CATALOGUE.by_isrc[entry.track.isrc or ""])
    )
    nameless = Track(title="By ISRC alone", isrc=(KNOWN[0].isrc or "").lower())
    hopeless = Track(title="Nobody", isrc="ZZTMP9999999")
    tracks = [entry.track, nameless, hopeless]
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    async with reccobeats(sandbox, time) as client:
        sources = [ReccoBeatsById(client), ReccoBeatsByIsrc(client)]
        enricher = Enricher(sources=sources, clock=time.clock)
        first = await enricher.look_up(tracks)
        assert [len(call.ids) for call in sandbox.calls] == [1, 3]
        second = await enricher.look_up(tracks)
    assert len(sandbox.calls) == 2
    assert first.tracks == second.tracks
    assert compute_coverage(first.tracks).borrowed == 2
    assert first.tracks[0].features == entry.features
    assert first.tracks[0].provenance[Feature.ENERGY] == Provenance(Origin.BORROWED, "reccobeats")
    assert first.tracks[2].provenance == {}


async def test_an_absence_is_believed_for_a_week_for_new_music_and_longer_for_old() -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    new = dataclasses.replace(NOBODY_KNOWS[0], release_year=2026)
    old = dataclasses.replace(NOBODY_KNOWS[1], release_year=1999)
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(sources=[ReccoBeatsById(client)], clock=time.clock)
        for days in (0, 6, 2, 38):
            time.at += timedelta(days=days).total_seconds()
            await enricher.look_up([new, old])
    assert [call.ids for call in sandbox.calls] == [(new.id, old.id), (new.id,), (new.id, old.id)]


async def test_a_full_row_of_the_file_comes_first_and_a_poor_one_last() -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    full = AudioFeatures(danceability=0.9, energy=0.9, loudness=-1.0, valence=0.9, liveness=0.9)
    poor = AudioFeatures(danceability=0.9, energy=0.9)
    tracks = [
        dataclasses.replace(KNOWN[0], uploaded=full),
        dataclasses.replace(KNOWN[1], uploaded=poor),
        Track(title="In no catalogue", uploaded=poor),
    ]
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(sources=[ReccoBeatsById(client)], clock=time.clock)
        enrichment = await enricher.look_up(tracks, source="Exportify")
    first, second, third = enrichment.tracks
    file = Provenance(Origin.UPLOADED, "file:exportify")
    assert first.features.energy == 0.9
    assert first.provenance[Feature.ENERGY] == file
    assert first.provenance[Feature.TEMPO] == Provenance(Origin.MEASURED, "reccobeats")
    assert second.features == CATALOGUE.by_id[KNOWN[1].id or ""].features
    assert third.features == poor
    assert set(third.provenance.values()) == {file}


async def test_a_complete_file_asks_nobody() -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    tracks = [dataclasses.replace(e.track, uploaded=e.features) for e in CATALOGUE.tracks[:30]]
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(sources=[ReccoBeatsById(client), ReccoBeatsByIsrc(client)], clock=time.clock)
        enrichment = await enricher.look_up(tracks, source="Exportify")
    assert compute_coverage(enrichment.tracks).uploaded == 30
    assert sandbox.calls == []


async def test_offline_uses_the_cache_and_asks_nobody() -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(sources=[ReccoBeatsById(client)], clock=time.clock)
        await enricher.look_up(KNOWN[:5])
        offline = await enricher.look_up(KNOWN[:10], offline=True)
    assert len(sandbox.calls) == 1
    assert compute_coverage(offline.tracks).measured == 5
    assert offline.notices == ()


async def test_only_ids_leave_the_house() -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    async with reccobeats(sandbox, time) as client:
        await Enricher(sources=[ReccoBeatsById(client), ReccoBeatsByIsrc(client)], clock=time.clock).look_up(
            KNOWN[:3]
        )
    (call,) = sandbox.calls
    headers = {name.casefold(): value for name, value in call.headers}
    assert headers["user-agent"] == "Tastemap/1.0 (+https://example.org/tastemap)"
    assert headers["accept"] == "application/json"
    assert not {"cookie", "authorization", "referer"} & set(headers)
    assert set(call.ids) == {track.id for track in KNOWN[:3]}


async def test_progress_is_told_now_and_then_with_an_estimate() -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    lines: list[str] = []

    async def note(progress: Progress) -> None:
        lines.append(progress_line(progress))

    async with reccobeats(sandbox, time) as client:
        await Enricher(sources=[ReccoBeatsById(client)], clock=time.clock).look_up(NOBODY_KNOWS, say=note)
    assert 4 <= len(lines) <= 9
    assert re.fullmatch(r"Asking ReccoBeats: 1\d0 of 1,000 tracks, about 20 seconds left…", lines[0])


async def test_with_nothing_at_all_there_still_is_an_answer() -> None:
    enrichment = await Enricher().look_up(KNOWN[:3], offline=True)
    assert compute_coverage(enrichment.tracks).unknown == 3
    assert (await Enricher().look_up([])).tracks == ()
