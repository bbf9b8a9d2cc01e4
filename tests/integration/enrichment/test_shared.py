"""Several processes on one PostgreSQL ask one service: each track once, at one pace, and nobody too early.

Their slots come from the server's clock, so these tests run in real time, on short lists.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from sandbox.catalogue import build_catalogue
from sandbox.faults import Fault, FaultKind
from sandbox.reccobeats import SandboxReccoBeats
from services.domain.errors.sources import OutOfTimeError, RateLimitedError, SourceRefusedError
from services.domain.music import Track
from services.domain.sources import Slot
from services.enrichment.coverage import compute_coverage
from services.enrichment.enricher import Enricher
from services.sources.clock import Clock, Deadline
from services.sources.pacing import Breaker, SharedPacer
from services.sources.reccobeats import ReccoBeatsById, connect_reccobeats
from services.storage.database import Database
from services.storage.features import FeatureStore
from services.storage.installation import ClaimStore, UpstreamStore
from tests.unit.services.sources.fakes import serve, session

CATALOGUE = build_catalogue()
KNOWN = [entry.track for entry in CATALOGUE.tracks if entry.known]


class WatchedSlots(UpstreamStore):
    """Remembers when each slot was, as far as can be told: the answer of the database takes its time."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.slots: list[tuple[float, float]] = []
        """The earliest and the latest moment at which each may have been."""

    async def take(self, name: str, *, gap_s: float, within_s: float) -> Slot:
        before = time.time()
        slot = await super().take(name, gap_s=gap_s, within_s=within_s)
        if slot.is_taken:
            self.slots.append((before + slot.wait_s, time.time() + slot.wait_s))
        return slot


@pytest.fixture
async def server(new_postgresql: Callable[..., str], postgresql_template: str) -> AsyncIterator[Database]:
    async with Database.open(new_postgresql(postgresql_template)) as opened:
        yield opened


@asynccontextmanager
async def processes(
    database: Database, sandbox: SandboxReccoBeats, count: int, pace: UpstreamStore | None = None
) -> AsyncIterator[list[Enricher]]:
    """What each of several processes has: a client and claims of its own, and a pace on the same row."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serve(sandbox.app()))
        opened = [await stack.enter_async_context(session()) for _ in range(count)]
        enrichers = [
            Enricher(
                store=FeatureStore(database),
                sources=[
                    ReccoBeatsById(
                        connect_reccobeats(each, base_url=f"{url}v1", pace=pace or UpstreamStore(database))
                    )
                ],
                claims=ClaimStore(database, holder=str(number)),
            )
            for number, each in enumerate(opened)
        ]
        for enricher in enrichers:
            stack.push_async_callback(enricher.aclose)
        yield enrichers


async def test_four_processes_ask_for_each_track_once_and_none_too_early(server: Database) -> None:
    rest = Fault(FaultKind.RATE_LIMIT, retry_after_s=1)
    sandbox = SandboxReccoBeats(CATALOGUE, clock=time.time, faults=[None, rest])
    lists: list[list[Track]] = [KNOWN[:120], KNOWN[:120], KNOWN[:80], KNOWN[80:160]]
    pace = WatchedSlots(server)
    async with processes(server, sandbox, 4, pace) as enrichers:
        results = await asyncio.gather(
            *(each.look_up(tracks) for each, tracks in zip(enrichers, lists, strict=True))
        )
    assert [compute_coverage(result.tracks).measured for result in results] == [120, 120, 80, 80]
    answered = Counter(key for call in sandbox.calls if call.status == 200 for key in call.ids)
    assert set(answered.values()) == {1}
    assert len(answered) == 160
    assert sandbox.early_calls == []
    assert len(pace.slots) >= len(sandbox.calls)
    slots = sorted(pace.slots)
    assert all(later[1] - earlier[0] >= 0.69 for earlier, later in itertools.pairwise(slots))


async def test_a_refusal_of_one_process_keeps_all_from_asking(server: Database) -> None:
    clock = Clock()
    here, there = (SharedPacer("Somebody", clock=clock, pace=UpstreamStore(server)) for _ in range(2))
    breaker = Breaker("Somebody", monotonic=clock.monotonic, tell=here.tell_others)
    deadline = Deadline(20, clock.monotonic)
    async with here.turn(deadline):
        breaker.refused(403)
    with pytest.raises(SourceRefusedError) as refused:
        async with there.turn(deadline):
            pass
    assert refused.value.status == 403


async def test_who_can_not_afford_to_wait_is_told_at_once_and_takes_no_slot(server: Database) -> None:
    store, clock = UpstreamStore(server), Clock()
    pacer = SharedPacer("Somebody", clock=clock, pace=store)
    assert (await store.take("Somebody", gap_s=30, within_s=1)).is_taken
    with pytest.raises(OutOfTimeError):
        async with pacer.turn(Deadline(1, clock.monotonic)):
            pass
    await store.rest("Somebody", rest_s=60, reason=None)
    await store.rest("Somebody", rest_s=1, reason=None)
    with pytest.raises(RateLimitedError) as limited:
        async with pacer.turn(Deadline(40, clock.monotonic)):
            pass
    assert 50 < limited.value.retry_after_s <= 60, "a shorter rest does not end a longer one"


async def test_claims_belong_to_one_end_by_themselves_and_are_given_back(server: Database) -> None:
    from datetime import timedelta

    brief = timedelta(seconds=0.2)
    here, there = ClaimStore(server, holder="a", life=brief), ClaimStore(server, holder="b")
    assert await here.take("r", ["1", "2"]) == {"1", "2"}
    assert await there.take("r", ["2", "3"]) == {"3"}
    await there.release("r", ["2", "3"])
    assert await there.take("s", ["2"]) == {"2"}, "another way of asking"
    await asyncio.sleep(0.25)
    assert await there.take("r", ["1", "2"]) == {"1", "2"}, "whoever had them has died"
