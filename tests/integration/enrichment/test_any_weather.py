"""Random faults and departures: whatever happens, nobody calls early and nothing false is remembered."""

from __future__ import annotations

import asyncio
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sandbox.catalogue import build_catalogue
from sandbox.faults import Fault, FaultKind
from sandbox.reccobeats import SandboxReccoBeats
from services.enrichment.cache import MemoryFeatureCache
from services.enrichment.enricher import Enricher
from services.sources.reccobeats import ReccoBeatsById, ReccoBeatsByIsrc
from tests.unit.services.sources.fakes import FakeClock, reccobeats

CATALOGUE = build_catalogue()
TRACKS = [entry.track for entry in CATALOGUE.tracks][:150]
TRUTH = {entry.track.id: entry for entry in CATALOGUE.tracks}
QUICK_KINDS = [
    FaultKind.HTML,
    FaultKind.GARBAGE,
    FaultKind.CUT_JSON,
    FaultKind.TRUNCATED,
    FaultKind.RESET,
    FaultKind.STRANGERS,
    FaultKind.NAMELESS,
    FaultKind.WRONG_SHAPE,
    FaultKind.BLOCKED,
    FaultKind.REDIRECT,
]
any_fault = (
    st.none()
    | st.builds(Fault, st.sampled_from(QUICK_KINDS))
    | st.builds(Fault, st.just(FaultKind.STATUS), status=st.sampled_from([400, 404, 408, 429, 500, 503]))
    | st.builds(
        Fault,
        st.just(FaultKind.RATE_LIMIT),
        retry_after_s=st.none() | st.integers(1, 120),
        as_date=st.booleans(),
    )
)
any_caller = st.tuples(
    st.integers(0, 120),  # first track
    st.integers(1, 90),  # number of tracks
    st.sampled_from([3.0, 30.0, 300.0]),  # deadline
    st.none() | st.integers(0, 40),  # turns of the loop until this caller leaves
)


@given(st.lists(any_fault, max_size=12), st.lists(any_caller, min_size=1, max_size=6))
async def test_in_any_weather(
    faults: list[Fault | None], callers: list[tuple[int, int, float, int | None]]
) -> None:
    time = FakeClock()
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.monotonic, faults=faults)
    store = MemoryFeatureCache()
    async with reccobeats(sandbox, time) as client:
        sources = [ReccoBeatsById(client), ReccoBeatsByIsrc(client)]
        enricher = Enricher(store=store, sources=sources, clock=time.clock)

        async def visit(first: int, count: int, deadline_s: float, leaves_after: int | None) -> None:
            tracks = TRACKS[first : first + count]
            task = asyncio.create_task(enricher.look_up(tracks, deadline_s=deadline_s))
            if leaves_after is not None:
                for _ in range(leaves_after):
                    await asyncio.sleep(0)
                task.cancel()
            try:
                enrichment = await task
            except asyncio.CancelledError:
                return
            for row in enrichment.tracks:
                assert row.features.is_empty or row.features == TRUTH[row.track.id].features

        await asyncio.gather(*(visit(*caller) for caller in callers))
        calm = await enricher.look_up(TRACKS[:1], offline=True)
        assert calm.notices == ()
        await enricher.aclose()

    assert sandbox.early_calls == []
    ids = [track.id for track in TRACKS if track.id]
    for track_id in await store.load_absences("reccobeats", ids, time.now()):
        assert not TRUTH[track_id].known
    answered = Counter(
        key for call in sandbox.calls if call.status == 200 for key in call.ids if key in TRUTH
    )
    if not any(faults) and all(leaves is None for *_, leaves in callers):
        assert set(answered.values()) <= {1}
