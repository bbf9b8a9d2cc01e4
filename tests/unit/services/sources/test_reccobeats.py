from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from sandbox.catalogue import build_catalogue, invented_id
from sandbox.faults import Fault, FaultKind
from sandbox.reccobeats import SandboxReccoBeats
from services.domain.music import TrackId
from services.domain.sources import FetchOutcome
from services.sources.reccobeats import BATCH, ReccoBeatsById, ReccoBeatsByIsrc
from tests.unit.services.sources.fakes import FakeClock, reccobeats

CATALOGUE = build_catalogue()
KNOWN = [entry.track.id for entry in CATALOGUE.tracks if entry.known and entry.track.id]
UNKNOWN = [entry.track.id for entry in CATALOGUE.tracks if not entry.known and entry.track.id]


def sandbox_of(time: FakeClock, *faults: Fault | None, malformed: tuple[str, ...] = ()) -> SandboxReccoBeats:
    return SandboxReccoBeats(CATALOGUE, clock=time.monotonic, faults=faults, malformed=malformed)


async def test_every_id_is_in_exactly_one_part() -> None:
    time = FakeClock()
    began = time.now()
    ids = [*KNOWN[:60], *UNKNOWN[:30], TrackId("not an id"), KNOWN[0]]
    async with reccobeats(sandbox_of(time), time) as client:
        outcome = await client.fetch(ids, deadline=time.deadline())
    assert set(outcome.found) == set(KNOWN[:60])
    assert outcome.absent == set(UNKNOWN[:30])
    assert outcome.failed == {"not an id": "not a valid id"}
    for track_id, fetched in outcome.found.items():
        assert fetched.track_id == track_id
        assert fetched.features == CATALOGUE.by_id[track_id].features
        assert fetched.source == "reccobeats"
        assert began <= fetched.fetched_at <= time.now()


async def test_repeated_and_malformed_ids_are_never_sent() -> None:
    time = FakeClock()
    sandbox = sandbox_of(time)
    async with reccobeats(sandbox, time) as client:
        await client.fetch([KNOWN[0], KNOWN[0], TrackId("x&ids=y"), TrackId("")], deadline=time.deadline())
    assert sandbox.ids_asked == [KNOWN[0]]


async def test_nothing_to_ask_is_no_call() -> None:
    time = FakeClock()
    sandbox = sandbox_of(time)
    async with reccobeats(sandbox, time) as client:
        assert await client.fetch([], deadline=time.deadline()) == FetchOutcome()
    assert sandbox.calls == []


async def test_a_bad_id_is_found_by_halving_and_not_asked_again() -> None:
    time = FakeClock()
    bad = KNOWN[17]
    sandbox = sandbox_of(time, malformed=(bad,))
    async with reccobeats(sandbox, time) as client:
        outcome = await client.fetch(KNOWN[:BATCH], deadline=time.deadline())
        calls = len(sandbox.calls)
        again = await client.fetch([bad, KNOWN[18]], deadline=time.deadline())
    assert set(outcome.found) == set(KNOWN[:BATCH]) - {bad}
    assert outcome.failed == {bad: "the id is refused"}
    assert outcome.absent == set()
    assert calls <= 13
    assert set(again.found) == {KNOWN[18]}
    assert len(sandbox.calls) == calls + 1


async def test_a_service_that_refuses_every_id_is_not_bisected_to_the_end() -> None:
    time = FakeClock()
    sandbox = sandbox_of(time)
    sandbox.always = Fault(FaultKind.STATUS, status=400)
    async with reccobeats(sandbox, time) as client:
        outcome = await client.fetch(KNOWN[:200], deadline=time.deadline(500))
        assert len(sandbox.calls) < 15
        assert set(outcome.failed) == set(KNOWN[:200])
        assert "HTTP 400" in str(outcome.notice)
        sandbox.always = None
        recovered = await client.fetch(KNOWN[:40], deadline=time.deadline())
    assert len(recovered.found) == 40


async def test_strangers_are_no_absences(caplog: pytest.LogCaptureFixture) -> None:
    time = FakeClock()
    async with reccobeats(sandbox_of(time, Fault(FaultKind.STRANGERS)), time) as client:
        with caplog.at_level(logging.ERROR):
            outcome = await client.fetch(KNOWN[:5], deadline=time.deadline())
    assert set(outcome.failed) == set(KNOWN[:5])
    assert not outcome.absent
    assert "answers to other questions" in caplog.text


async def test_parts_arrive_one_by_one_and_make_up_the_whole() -> None:
    time = FakeClock()
    parts: list[FetchOutcome] = []

    async def keep(part: FetchOutcome) -> None:
        parts.append(part)

    faults = (None, *[Fault(FaultKind.STATUS, status=500)] * 3)
    async with reccobeats(sandbox_of(time, *faults), time) as client:
        outcome = await client.fetch([*KNOWN[:70], *UNKNOWN[:30]], deadline=time.deadline(), on_part=keep)
    assert len(parts) == 3
    assert {key for part in parts for key in part.found} == set(outcome.found)
    assert (
        {key for part in parts for key in part.failed}
        == set(outcome.failed)
        == set(KNOWN[40:70]) | set(UNKNOWN[:10])
    )
    assert outcome.absent == set(UNKNOWN[10:30])


async def test_after_three_batches_without_answer_the_rest_is_not_asked() -> None:
    time = FakeClock()
    sandbox = sandbox_of(time)
    sandbox.always = Fault(FaultKind.STRANGERS)
    async with reccobeats(sandbox, time) as client:
        outcome = await client.fetch(KNOWN[:400], deadline=time.deadline(500))
    assert len(sandbox.calls) == 3
    assert len(outcome.failed) == 400


async def test_batches_without_answer_in_between_do_not_end_the_asking() -> None:
    time = FakeClock()
    strangers = Fault(FaultKind.STRANGERS)
    sandbox = sandbox_of(time, strangers, strangers, None, strangers, strangers, None)
    async with reccobeats(sandbox, time) as client:
        outcome = await client.fetch(KNOWN[: 6 * BATCH], deadline=time.deadline())
    assert len(sandbox.calls) == 6
    assert len(outcome.found) == 2 * BATCH


async def test_by_isrc_takes_the_first_release_with_values() -> None:
    time = FakeClock()
    releases = next(group for group in CATALOGUE.by_isrc.values() if len([r for r in group if r.known]) == 2)
    isrc = releases[0].track.isrc or ""
    async with reccobeats(sandbox_of(time), time) as client:
        outcome = await client.fetch_by_isrc([isrc.lower(), "ZZTMP9999999"], deadline=time.deadline())
    assert set(outcome.found) == {isrc}
    assert outcome.absent == {"ZZTMP9999999"}
    fetched = outcome.found[TrackId(isrc)]
    assert fetched.isrc == isrc
    assert fetched.track_id in {release.track.id for release in releases}
    assert fetched.features == releases[0].features


async def test_a_well_formed_unknown_id_is_an_absence() -> None:
    time = FakeClock()
    unknown = invented_id("nobody has recorded this")
    async with reccobeats(sandbox_of(time), time) as client:
        outcome = await client.fetch([unknown], deadline=time.deadline())
    assert outcome == FetchOutcome(absent=frozenset({unknown}))


async def test_both_look_ups_ask_by_their_own_key_and_leave_out_what_has_none() -> None:
    time = FakeClock()
    entry = next(each for each in CATALOGUE.tracks if each.known and each.track.id and each.track.isrc)
    keyless = replace(entry.track, id=None, isrc=None)
    odd = replace(entry.track, id=TrackId("short"), isrc="XX")
    sandbox = sandbox_of(time)
    async with reccobeats(sandbox, time) as client:
        for source, key in (
            (ReccoBeatsById(client), entry.track.id),
            (ReccoBeatsByIsrc(client), entry.track.isrc),
        ):
            assert source.key_of(entry.track) == key
            assert (source.key_of(keyless), source.key_of(odd)) == (None, None)
            assert key is not None
            outcome = await source.fetch([TrackId(key), TrackId(key)], deadline=time.deadline())
            assert set(outcome.found) == {key}
            assert sandbox.calls[-1].ids == (key,)
    assert (ReccoBeatsById.provider, ReccoBeatsById.name) == ("reccobeats", "reccobeats")
    assert (ReccoBeatsByIsrc.provider, ReccoBeatsByIsrc.name) == ("reccobeats", "reccobeats:isrc")


async def test_by_isrc_spellings_of_one_recording_are_asked_once() -> None:
    time = FakeClock()
    isrc = next(each.track.isrc for each in CATALOGUE.tracks if each.known and each.track.isrc) or ""
    sandbox = sandbox_of(time)
    spellings = [isrc, isrc.lower(), f"{isrc[:2]}-{isrc[2:5]}-{isrc[5:7]}-{isrc[7:]}", "nonsense"]
    async with reccobeats(sandbox, time) as client:
        outcome = await client.fetch_by_isrc(spellings, deadline=time.deadline())
    assert sandbox.ids_asked == [isrc]
    assert set(outcome.found) == {isrc}
    assert outcome.failed == {"nonsense": "not a valid id"}
