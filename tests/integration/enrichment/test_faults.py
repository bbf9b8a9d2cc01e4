"""Each fault, once and for ever: a useful answer in time, no early call, and nothing wrong remembered."""

from __future__ import annotations

import pytest

from cogs.words.messages import note_lines
from sandbox.catalogue import build_catalogue
from sandbox.faults import Fault, FaultKind
from sandbox.reccobeats import SandboxReccoBeats
from services.domain.music import Track
from services.enrichment.cache import MemoryFeatureCache
from services.enrichment.coverage import compute_coverage
from services.enrichment.enricher import Enricher
from services.sources.reccobeats import ReccoBeatsById
from tests.unit.services.sources.fakes import FakeClock, reccobeats

CATALOGUE = build_catalogue()
KNOWN = [entry.track for entry in CATALOGUE.tracks if entry.known][:50]
UNKNOWN = [entry.track for entry in CATALOGUE.tracks if not entry.known][:10]
TRACKS: list[Track] = [*KNOWN, *UNKNOWN]
DEADLINE_S = 60.0

SINGLE_FAULTS = [
    Fault(FaultKind.RATE_LIMIT, retry_after_s=7),
    Fault(FaultKind.RATE_LIMIT, retry_after_s=7, as_date=True),
    Fault(FaultKind.RATE_LIMIT),
    Fault(FaultKind.RATE_LIMIT, retry_after="soon"),
    Fault(FaultKind.RATE_LIMIT, retry_after="-1"),
    Fault(FaultKind.RATE_LIMIT, retry_after="0"),
    Fault(FaultKind.STATUS, status=500),
    Fault(FaultKind.STATUS, status=502),
    Fault(FaultKind.STATUS, status=503),
    Fault(FaultKind.HTML),
    Fault(FaultKind.GARBAGE),
    Fault(FaultKind.CUT_JSON),
    Fault(FaultKind.TRUNCATED),
    Fault(FaultKind.RESET),
    Fault(FaultKind.SILENCE),
    Fault(FaultKind.DRIP),
    Fault(FaultKind.ENDLESS),
    Fault(FaultKind.BOMB),
    Fault(FaultKind.REDIRECT),
]
LASTING_FAULTS = [
    *SINGLE_FAULTS,
    Fault(FaultKind.BLOCKED),
    Fault(FaultKind.RATE_LIMIT, retry_after="1000000000"),
    Fault(FaultKind.STATUS, status=400),
    Fault(FaultKind.STATUS, status=401),
    Fault(FaultKind.STATUS, status=404),
    Fault(FaultKind.STATUS, status=410),
    Fault(FaultKind.STRANGERS),
    Fault(FaultKind.NAMELESS),
    Fault(FaultKind.WRONG_SHAPE),
]


def name(fault: Fault) -> str:
    return f"{fault.kind.name}-{fault.status}-{fault.retry_after or fault.retry_after_s}-{fault.as_date}"


@pytest.mark.parametrize("fault", SINGLE_FAULTS, ids=name)
async def test_a_passing_fault_costs_nothing_but_time(fault: Fault) -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic, faults=[fault])
    store = MemoryFeatureCache()
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(store=store, sources=[ReccoBeatsById(client)], clock=time.clock)
        began = time.at
        enrichment = await enricher.look_up(TRACKS, deadline_s=DEADLINE_S)
    coverage = compute_coverage(enrichment.tracks)
    assert (coverage.measured, coverage.unknown) == (50, 10)
    assert enrichment.notices == ()
    assert sandbox.early_calls == []
    assert time.at - began < DEADLINE_S
    absent = await store.load_absences("reccobeats", [track.id for track in TRACKS if track.id], time.now())
    assert set(absent) == {track.id for track in UNKNOWN}


@pytest.mark.parametrize("fault", LASTING_FAULTS, ids=name)
async def test_a_lasting_fault_is_said_and_nothing_wrong_is_remembered(fault: Fault) -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    sandbox.always = fault
    store = MemoryFeatureCache()
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(store=store, sources=[ReccoBeatsById(client)], clock=time.clock)
        began = time.at
        enrichment = await enricher.look_up(TRACKS, deadline_s=DEADLINE_S)
    assert compute_coverage(enrichment.tracks).unknown == len(enrichment.tracks) == len(TRACKS)
    (notice,) = note_lines(enrichment.notices)
    assert notice.startswith("ReccoBeats")
    assert notice.endswith("60 tracks were not looked up there.")
    assert sandbox.early_calls == []
    assert time.at - began <= DEADLINE_S
    ids = [track.id for track in TRACKS if track.id]
    assert not await store.load_absences("reccobeats", ids, time.now())
    assert not await store.load_features(ids)


async def test_rows_without_a_single_value_are_absences_and_some_nulls_are_not() -> None:
    time = FakeClock()
    faults = [Fault(FaultKind.NULLS), Fault(FaultKind.PARTLY_NULL)]
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic, faults=faults)
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(sources=[ReccoBeatsById(client)], clock=time.clock)
        enrichment = await enricher.look_up(KNOWN, deadline_s=DEADLINE_S)
    empty, partial = enrichment.tracks[:40], enrichment.tracks[40:]
    assert all(track.features.is_empty for track in empty)
    for track in partial:
        assert track.features.tempo is track.features.key is track.features.energy is None
        assert track.features.valence is None
        assert track.features.danceability is not None
    assert compute_coverage(enrichment.tracks).unknown == 50
    assert enrichment.notices == ()


async def test_an_empty_answer_is_an_absence() -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic, faults=[Fault(FaultKind.EMPTY)])
    store = MemoryFeatureCache()
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(store=store, sources=[ReccoBeatsById(client)], clock=time.clock)
        await enricher.look_up(KNOWN[:5])
    ids = [track.id for track in KNOWN[:5] if track.id]
    assert set(await store.load_absences("reccobeats", ids, time.now())) == set(ids)


async def test_a_pause_nobody_can_afford_is_said_at_once() -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(
        CATALOGUE, clock=time.monotonic, faults=[Fault(FaultKind.RATE_LIMIT, retry_after_s=110)]
    )
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(sources=[ReccoBeatsById(client)], clock=time.clock)
        began = time.at
        first = await enricher.look_up(TRACKS, deadline_s=20)
        assert time.at - began < 1
        second = await enricher.look_up(TRACKS, deadline_s=20)
        assert len(sandbox.calls) == 1
        time.at += 110
        third = await enricher.look_up(TRACKS, deadline_s=20)
    expected = (
        "ReccoBeats asks for a pause; try again in about 2 minutes. 60 tracks were not looked up there."
    )
    assert note_lines(first.notices) == note_lines(second.notices) == (expected,)
    assert third.notices == ()
    assert sandbox.early_calls == []


async def test_a_refusal_is_respected_for_a_quarter_of_an_hour() -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic, faults=[Fault(FaultKind.BLOCKED)])
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(sources=[ReccoBeatsById(client)], clock=time.clock)
        for _ in range(3):
            refused = await enricher.look_up(TRACKS)
        assert len(sandbox.calls) == 1
        assert "whoever asks" in note_lines(refused.notices)[0]
        time.at += 14 * 60
        await enricher.look_up(TRACKS)
        assert len(sandbox.calls) == 1
        time.at += 61
        recovered = await enricher.look_up(TRACKS)
    assert compute_coverage(recovered.tracks).measured == 50
    assert recovered.notices == ()


async def test_a_dead_service_is_left_alone_after_a_few_tries() -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic)
    sandbox.always = Fault(FaultKind.STATUS, status=500)
    many = [entry.track for entry in build_catalogue(artists=110).tracks][:1000]
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(sources=[ReccoBeatsById(client)], clock=time.clock)
        for _ in range(5):
            await enricher.look_up(many)
    assert len(sandbox.calls) <= 6


async def test_parts_that_arrived_are_kept_when_the_service_dies_half_way() -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic, faults=[None])
    sandbox.always = Fault(FaultKind.RESET)
    async with reccobeats(sandbox, time) as client:
        enricher = Enricher(sources=[ReccoBeatsById(client)], clock=time.clock)
        first = await enricher.look_up(KNOWN)
        sandbox.always = None
        time.at += 61
        second = await enricher.look_up(KNOWN)
    assert compute_coverage(first.tracks).measured == 40
    assert note_lines(first.notices)[0].endswith("10 tracks were not looked up there.")
    assert compute_coverage(second.tracks).measured == 50
    assert len(sandbox.calls[-1].ids) == 10
