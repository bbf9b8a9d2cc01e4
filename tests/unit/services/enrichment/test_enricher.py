"""The chain with sources that are plain values: order, sharing, failures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from cogs.words.messages import note_lines, progress_line
from services.domain.features import AudioFeatures, Feature, Origin
from services.domain.messages import Progress
from services.domain.music import Track, TrackId, valid_track_id
from services.domain.sources import FetchedFeatures, FetchOutcome
from services.enrichment.cache import BELIEVED_FOR_NEW, BELIEVED_FOR_OLD, MemoryFeatureCache, compute_absence
from services.enrichment.coverage import compute_coverage
from services.enrichment.enricher import Enricher, file_source
from services.enrichment.in_flight import EVERY_S, CountTeller
from services.enrichment.ports import OnPart
from services.sources.clock import Deadline
from tests.unit.services.enrichment.test_cache import BrokenStore
from tests.unit.services.sources.fakes import FakeClock

FULL = {feature.value: 0.5 for feature in Feature} | {"key": 5.0, "mode": 1.0, "tempo": 120.0}
TRACKS = [Track(id=TrackId(f"{number:022d}"), title=f"Song {number}") for number in range(10)]
IDS = [track.id for track in TRACKS if track.id]


class PlainSource:
    """Knows some tracks; answers in one piece, as a source that is new to the chain may."""

    def __init__(self, name: str, time: FakeClock, knows: Sequence[TrackId] = (), **values: float) -> None:
        self.name = self.provider = self.label = name
        self.asked: list[list[TrackId]] = []
        self._time = time
        self._knows = set(knows)
        self._features = AudioFeatures(**(values or FULL))
        self.before: Callable[[], object] = lambda: None
        self.gate: asyncio.Event | None = None
        self.reached = asyncio.Event()
        self.cancelled = False

    def key_of(self, track: Track) -> TrackId | None:
        return valid_track_id(track.id)

    async def fetch(
        self, keys: Sequence[TrackId], *, deadline: Deadline, on_part: OnPart | None = None
    ) -> FetchOutcome:
        self.asked.append(list(keys))
        self.reached.set()
        if self.gate is not None:
            try:
                await self.gate.wait()
            except asyncio.CancelledError:
                self.cancelled = True
                raise
        self.before()
        found = {
            key: FetchedFeatures(
                track_id=key, source=self.provider, features=self._features, fetched_at=self._time.now()
            )
            for key in keys
            if key in self._knows
        }
        return FetchOutcome(found=found, absent=frozenset(keys) - found.keys())


async def test_each_source_is_asked_only_about_what_is_left() -> None:
    time = FakeClock()
    first, second = PlainSource("first", time, IDS[:6]), PlainSource("second", time, IDS[5:8])
    enricher = Enricher(sources=[first, second], clock=time.clock)
    enrichment = await enricher.look_up(TRACKS)
    assert first.asked == [IDS]
    assert second.asked == [IDS[6:]]
    coverage = compute_coverage(enrichment.tracks)
    assert (coverage.measured, coverage.unknown) == (8, 2)
    assert coverage.by_source == {"first": 6, "second": 2}
    await enricher.look_up(TRACKS)
    assert len(first.asked) == len(second.asked) == 1


async def test_a_partial_row_is_completed_by_the_next_provider_and_marked_so() -> None:
    time = FakeClock()
    partial = {name: value for name, value in FULL.items() if name != "tempo"}
    first = PlainSource("first", time, IDS, **partial)
    second = PlainSource("second", time, IDS, tempo=90.0, energy=0.1)
    enrichment = await Enricher(sources=[first, second], clock=time.clock).look_up(TRACKS[:1])
    (track,) = enrichment.tracks
    assert (track.features.tempo, track.features.energy) == (90.0, 0.5)
    assert track.provenance[Feature.TEMPO].source == "second"
    assert compute_coverage(enrichment.tracks).measured == 1


async def test_a_provider_that_has_answered_is_not_asked_in_another_way() -> None:
    time = FakeClock()
    by_id = PlainSource("by id", time, IDS, energy=0.5)
    by_isrc = PlainSource("by isrc", time, IDS)
    by_id.provider = by_isrc.provider = "one and the same"
    await Enricher(sources=[by_id, by_isrc], clock=time.clock).look_up(TRACKS)
    assert by_isrc.asked == []


async def test_repeated_tracks_are_asked_once_and_stay_repeated() -> None:
    time = FakeClock()
    source = PlainSource("only", time, IDS)
    enrichment = await Enricher(sources=[source], clock=time.clock).look_up([*TRACKS[:2], TRACKS[0]])
    assert source.asked == [IDS[:2]]
    assert [row.track for row in enrichment.tracks] == [*TRACKS[:2], TRACKS[0]]
    assert compute_coverage(enrichment.tracks).measured == 3


async def test_a_source_for_one_call_is_asked_last() -> None:
    time = FakeClock()
    shared, own = PlainSource("shared", time, IDS[:3]), PlainSource("own", time, IDS)
    enricher = Enricher(sources=[shared], clock=time.clock)
    await enricher.look_up(TRACKS[:5], also=[own])
    assert own.asked == [IDS[3:5]]


async def test_a_source_that_breaks_costs_its_own_answers_only(caplog: pytest.LogCaptureFixture) -> None:
    def explode() -> None:
        raise ZeroDivisionError

    time = FakeClock()
    broken, sound = PlainSource("broken", time, IDS), PlainSource("sound", time, IDS[:4])
    broken.before = explode
    enrichment = await Enricher(sources=[broken, sound], clock=time.clock).look_up(TRACKS)
    assert compute_coverage(enrichment.tracks).measured == 4
    assert note_lines(enrichment.notices) == (
        "Asking broken went wrong. 10 tracks were not looked up there.",
    )
    assert "ZeroDivisionError" in caplog.text


async def test_a_broken_store_costs_nothing_but_memory() -> None:
    time = FakeClock()
    source = PlainSource("only", time, IDS)
    enrichment = await Enricher(store=BrokenStore(), sources=[source], clock=time.clock).look_up(TRACKS)
    assert compute_coverage(enrichment.tracks).measured == 10


async def test_everybody_waits_for_one_fetch_and_the_last_to_leave_ends_it() -> None:
    time = FakeClock()
    source = PlainSource("only", time, IDS)
    source.gate = asyncio.Event()
    enricher = Enricher(sources=[source], clock=time.clock)
    callers = [asyncio.create_task(enricher.look_up(TRACKS)) for _ in range(20)]
    await source.reached.wait()
    for caller in callers[:19]:
        caller.cancel()
    await asyncio.sleep(0)
    source.gate.set()
    assert compute_coverage((await callers[19]).tracks).measured == 10
    assert source.asked == [IDS]


async def test_what_is_being_stored_when_the_last_one_leaves_is_stored() -> None:
    class SlowStore(MemoryFeatureCache):
        async def save_features(self, rows: Collection[FetchedFeatures]) -> None:
            saving.set()
            await proceed.wait()
            await super().save_features(rows)

    saving, proceed = asyncio.Event(), asyncio.Event()
    time = FakeClock()
    source = PlainSource("only", time, IDS)
    enricher = Enricher(store=SlowStore(), sources=[source], clock=time.clock)
    caller = asyncio.create_task(enricher.look_up(TRACKS))
    await saving.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    again = asyncio.create_task(enricher.look_up(TRACKS))
    await asyncio.sleep(0)
    proceed.set()
    assert compute_coverage((await again).tracks).measured == 10
    assert source.asked == [IDS]


async def test_a_source_that_ignores_the_deadline_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.enrichment.in_flight.GRACE_S", 0.01)
    source = PlainSource("deaf", FakeClock(), IDS)
    source.gate = asyncio.Event()
    async with asyncio.timeout(5):
        enrichment = await Enricher(sources=[source]).look_up(TRACKS, deadline_s=0.01)
    assert compute_coverage(enrichment.tracks).unknown == 10
    assert note_lines(enrichment.notices) == (
        "There was no time left to ask deaf about 10 tracks; run it again to get the rest.",
    )


async def test_after_all_have_left_the_next_one_starts_anew() -> None:
    time = FakeClock()
    source = PlainSource("only", time, IDS)
    source.gate = asyncio.Event()
    enricher = Enricher(sources=[source], clock=time.clock)
    caller = asyncio.create_task(enricher.look_up(TRACKS))
    await source.reached.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    source.gate.set()
    assert compute_coverage((await enricher.look_up(TRACKS)).tracks).measured == 10
    assert source.asked == [IDS, IDS]


async def test_what_the_last_one_who_left_had_begun_is_cancelled_at_the_source() -> None:
    time = FakeClock()
    source = PlainSource("only", time, IDS)
    source.gate = asyncio.Event()
    store = MemoryFeatureCache()
    enricher = Enricher(store=store, sources=[source], clock=time.clock)
    callers = [asyncio.create_task(enricher.look_up(TRACKS)) for _ in range(2)]
    await source.reached.wait()
    callers[0].cancel()
    await asyncio.sleep(0)
    assert not source.cancelled  # somebody else still waits
    callers[1].cancel()
    await asyncio.gather(*callers, return_exceptions=True)
    await enricher.aclose()
    assert source.cancelled
    assert await store.load_features(IDS) == {}


async def test_a_part_that_is_stored_after_the_last_one_left_ends_the_fetch() -> None:
    """What was being written is kept, and the source is asked for nothing more."""

    class SlowStore(MemoryFeatureCache):
        async def save_features(self, rows: Collection[FetchedFeatures]) -> None:
            saving.set()
            await proceed.wait()
            await super().save_features(rows)

    class InParts(PlainSource):
        async def fetch(
            self, keys: Sequence[TrackId], *, deadline: Deadline, on_part: OnPart | None = None
        ) -> FetchOutcome:
            assert on_part is not None
            await on_part(await super().fetch(keys[:3], deadline=deadline))
            return await super().fetch(keys[3:], deadline=deadline)

    saving, proceed = asyncio.Event(), asyncio.Event()
    time, store = FakeClock(), SlowStore()
    source = InParts("only", time, IDS)
    enricher = Enricher(store=store, sources=[source], clock=time.clock)
    caller = asyncio.create_task(enricher.look_up(TRACKS))
    await saving.wait()
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    proceed.set()
    while not await store.load_features(IDS):  # noqa: ASYNC110  (nothing tells that it is stored)
        await asyncio.sleep(0)
    await enricher.aclose()
    assert set(await store.load_features(IDS)) == set(IDS[:3])
    assert source.asked == [IDS[:3]]


async def test_offline_asks_nobody_and_knows_what_is_remembered() -> None:
    time, store = FakeClock(), MemoryFeatureCache()
    source = PlainSource("only", time, IDS[:4])
    enricher = Enricher(store=store, sources=[source], clock=time.clock)
    await enricher.look_up(TRACKS[:4])
    assert len(source.asked) == 1
    enrichment = await enricher.look_up(TRACKS, offline=True)
    coverage = compute_coverage(enrichment.tracks)
    assert (coverage.measured, coverage.unknown) == (4, 6)
    assert len(source.asked) == 1
    assert enrichment.notices == ()


async def test_closing_lets_those_who_wait_go_with_what_there_is() -> None:
    time = FakeClock()
    source = PlainSource("only", time, IDS)
    source.gate = asyncio.Event()
    enricher = Enricher(sources=[source], clock=time.clock)
    caller = asyncio.create_task(enricher.look_up(TRACKS))
    await source.reached.wait()
    await enricher.aclose()
    async with asyncio.timeout(1):
        assert compute_coverage((await caller).tracks).unknown == 10


async def test_the_file_names_its_values() -> None:
    track = Track(title="Song", uploaded=AudioFeatures(energy=0.3))
    enrichment = await Enricher().look_up([track], source="Spotify account data")
    provenance = enrichment.tracks[0].provenance[Feature.ENERGY]
    assert (provenance.origin, provenance.source) == (Origin.UPLOADED, "file:spotify-account-data")


@pytest.mark.parametrize(
    ("words", "name"), [("Exportify", "file:exportify"), ("", "file"), (" a/b (c) ", "file:a-b-c")]
)
def test_file_source(words: str, name: str) -> None:
    assert file_source(words) == name


NOW = datetime(2026, 11, 22, tzinfo=UTC)
KEY = TrackId("a" * 22)


@pytest.mark.parametrize(
    ("track", "believed_for"),
    [
        (Track(release_year=2027), BELIEVED_FOR_NEW),
        (Track(release_year=2026), BELIEVED_FOR_NEW),
        (Track(release_year=2025), BELIEVED_FOR_NEW),
        (Track(release_year=2024), BELIEVED_FOR_OLD),
        (Track(release_year=1972), BELIEVED_FOR_OLD),
        (Track(release_year=9999), BELIEVED_FOR_OLD),
        (Track(release_year=-3), BELIEVED_FOR_OLD),
        (Track(isrc="ZZTMP2500001"), BELIEVED_FOR_NEW),
        (Track(isrc="zz-tmp-26-00001"), BELIEVED_FOR_NEW),
        (Track(isrc="ZZTMP9900001"), BELIEVED_FOR_OLD),
        (Track(isrc="ZZTMP2500001", release_year=1990), BELIEVED_FOR_OLD),
        (Track(isrc="ZZ"), BELIEVED_FOR_OLD),
        (Track(), BELIEVED_FOR_OLD),
        (None, BELIEVED_FOR_OLD),
    ],
)
def test_new_releases_are_asked_for_sooner(track: Track | None, believed_for: timedelta) -> None:
    absence = compute_absence(KEY, track, "reccobeats", NOW)
    assert absence.expires_at - NOW == believed_for
    assert (absence.track_id, absence.source, absence.fetched_at) == (KEY, "reccobeats", NOW)


def test_a_year_is_new_until_18_months_after_its_last_day() -> None:
    track = Track(release_year=2025)
    before = compute_absence(KEY, track, "x", datetime(2027, 6, 1, tzinfo=UTC))
    after = compute_absence(KEY, track, "x", datetime(2027, 7, 10, tzinfo=UTC))
    assert before.expires_at - before.fetched_at == BELIEVED_FOR_NEW
    assert after.expires_at - after.fetched_at == BELIEVED_FOR_OLD


async def test_tells_at_most_every_two_seconds_and_not_the_end() -> None:
    time = FakeClock()
    lines: list[str] = []

    async def note(progress: Progress) -> None:
        lines.append(progress_line(progress))

    tell = CountTeller("ReccoBeats", note, time.monotonic)
    for answered in range(0, 1001, 40):
        await tell(answered, 1000)
        time.at += 0.7
    await tell(1000, 1000)
    assert len(lines) == 8
    assert all("1,000 tracks" in line for line in lines)
    assert "1,000 of" not in lines[-1]
    assert EVERY_S == 2.0


async def test_makes_no_promise_before_anything_has_arrived() -> None:
    time = FakeClock()
    lines: list[str] = []

    async def note(progress: Progress) -> None:
        lines.append(progress_line(progress))

    tell = CountTeller("ReccoBeats", note, time.monotonic)
    time.at += 5
    await tell(0, 100)
    assert lines == ["Asking ReccoBeats: 0 of 100 tracks…"]
