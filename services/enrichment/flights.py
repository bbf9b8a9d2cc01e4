"""Let everybody who wants the same track wait for one and the same fetch."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from services.domain.music import Track, TrackId
from services.domain.sources import FetchedFeatures, FetchOutcome
from services.enrichment.absences import compute_absence
from services.enrichment.cache import ForgivingCache
from services.enrichment.ports import FeatureSource
from services.sources.http.clock import Clock
from services.sources.http.deadline import Deadline
from services.sources.outcomes import OutcomeBuilder

GRACE_S = 0.5
"""A source stops at the deadline by itself; this much later its caller stops waiting for it."""
CLOSING_S = 2.0
"""Patience with calls under way when the process ends."""
NO_TIME = "no time left"

OnCount = Callable[[int, int], Awaitable[None]]
"""Receives how many of how many keys are answered."""

_log = logging.getLogger(__name__)


class _AbandonedError(Exception):
    """Nobody waits for this flight any more."""


class Flight:
    """One fetch under way, with everybody who waits for a part of it.

    It belongs to no caller: one that is cancelled only leaves. When the last one leaves, the flight
    stops; what it has fetched by then is in the cache.
    """

    def __init__(self, source: FeatureSource, wanted: Mapping[TrackId, Track], deadline: Deadline) -> None:
        self.source = source
        self.wanted = wanted
        self.deadline = deadline
        self.answers = OutcomeBuilder()
        self.answered: set[TrackId] = set()
        self.waiting = 0
        self.saving = False
        self.task: asyncio.Task[None] | None = None
        self._step = asyncio.get_running_loop().create_future()

    @property
    def step(self) -> asyncio.Future[None]:
        """A future that is done when there is something new."""
        return self._step

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.task is None or self.task.done() or len(self.answered) == len(self.wanted)

    def deliver(self, part: FetchOutcome) -> None:
        """Take in a part of the answer and wake everybody who waits."""
        self.answers.add(part)
        self.answered |= {*part.found, *part.absent, *part.failed}
        self.wake()

    def wake(self) -> None:
        """Wake everybody who waits."""
        step, self._step = self._step, asyncio.get_running_loop().create_future()
        step.set_result(None)


class Desk:
    """Where callers ask for tracks; it sends out each flight and knows who is under way.

    Invariant: a key is in `_flights` from before its cache is looked at until its answer is in the
    cache. So whoever finds it neither there nor in the cache may fetch it, and nobody else will.
    """

    def __init__(self, cache: ForgivingCache, clock: Clock) -> None:
        self._cache = cache
        self._clock = clock
        self._flights: dict[tuple[str, TrackId], Flight] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def look_up(
        self,
        source: FeatureSource,
        wanted: Mapping[TrackId, Track],
        deadline: Deadline,
        on_count: OnCount | None = None,
    ) -> FetchOutcome:
        """Return what `source` says about the `wanted` keys, fetching those that nobody is fetching.

        Never later than `deadline` (and a little): what is not there by then has failed for this caller.
        """
        flights = self._board(source, wanted, deadline)
        try:
            await self._wait(flights, wanted, deadline, on_count)
        finally:
            for flight in flights:
                self._leave(flight)
        return _collect(flights, wanted)

    async def aclose(self) -> None:
        """Stop all flights; whoever waits gets what is there."""
        # A flight may first want to hear the answer to its last call, which may not come.
        for patience_s in (CLOSING_S, None):
            if tasks := set(self._tasks):
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks, timeout=patience_s)

    def _board(
        self, source: FeatureSource, wanted: Mapping[TrackId, Track], deadline: Deadline
    ) -> list[Flight]:
        """Join the flights that carry wanted keys and start one for the others.

        Nothing is awaited here, so two callers can't both find a key free.
        """
        name = source.name
        flights = {
            id(flight): flight for key in wanted if (flight := self._flights.get((name, key))) is not None
        }
        fresh = {key: track for key, track in wanted.items() if (name, key) not in self._flights}
        for flight in flights.values():
            flight.deadline.extend_to(deadline)
        if fresh:
            own = Deadline(deadline.remaining_s, self._clock.monotonic)
            flight = Flight(source, fresh, own)
            flights[id(flight)] = flight
            self._flights.update(((name, key), flight) for key in fresh)
            # Its own context: a flight serves everybody, so it carries no caller's log reference.
            flight.task = contextvars.Context().run(
                asyncio.create_task, self._fly(flight), name=f"fetch from {name}"
            )
            self._tasks.add(flight.task)
            flight.task.add_done_callback(self._tasks.discard)
        for flight in flights.values():
            flight.waiting += 1
        return list(flights.values())

    async def _wait(
        self,
        flights: Sequence[Flight],
        wanted: Mapping[TrackId, Track],
        deadline: Deadline,
        on_count: OnCount | None,
    ) -> None:
        while pending := [
            flight for flight in flights if not flight.is_over and _still_needs(flight, wanted)
        ]:
            timeout_s = deadline.remaining_s + GRACE_S
            done, _ = await asyncio.wait(
                {flight.step for flight in pending}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                return
            if on_count is not None:
                answered = sum(any(key in flight.answered for flight in flights) for key in wanted)
                await on_count(answered, len(wanted))

    def _leave(self, flight: Flight) -> None:
        flight.waiting -= 1
        if flight.waiting or flight.saving or flight.task is None or flight.task.done():
            return
        flight.task.cancel()
        self._release(flight, flight.wanted)

    def _release(self, flight: Flight, keys: Mapping[TrackId, Track] | set[TrackId]) -> None:
        for key in keys:
            if self._flights.get((flight.source.name, key)) is flight:
                del self._flights[flight.source.name, key]

    async def _fly(self, flight: Flight) -> None:
        try:
            missing = await self._recall(flight)
            if missing:
                outcome = await flight.source.fetch(
                    missing, deadline=flight.deadline, on_part=lambda part: self._keep(flight, part)
                )
                await self._keep(flight, _without(outcome, flight.answered))
        except _AbandonedError:
            pass
        except Exception:  # noqa: BLE001 - a flaw in one source must not take the others with it
            _log.exception("%s: the fetch of %d tracks broke", flight.source.label, len(flight.wanted))
            broken = OutcomeBuilder()
            broken.fail(
                flight.wanted.keys() - flight.answered, "error", f"Asking {flight.source.label} went wrong."
            )
            self._deliver(flight, broken.build())
        finally:
            self._release(flight, flight.wanted)
            flight.wake()

    async def _recall(self, flight: Flight) -> list[TrackId]:
        """Answer from the cache what another flight has just put there, and return the rest."""
        name, provider, now = flight.source.name, flight.source.provider, self._clock.now()
        keys = list(flight.wanted)
        rows = await self._cache.load(keys)
        recalled = OutcomeBuilder()
        known: set[TrackId] = set()
        for key in keys:
            row = next((row for row in rows.get(key, ()) if row.source == provider), None)
            if row is not None:
                recalled.find(key, row)
                known.add(key)
        absent = set(await self._cache.load_absences(name, [key for key in keys if key not in known], now))
        recalled.miss(absent)
        self._deliver(flight, recalled.build())
        return [key for key in keys if key not in known and key not in absent]

    async def _keep(self, flight: Flight, part: FetchOutcome) -> None:
        """Put a part into the cache, then hand it out. What failed is handed out only."""
        now = self._clock.now()
        absences = [
            compute_absence(key, flight.wanted.get(key), flight.source.name, now) for key in part.absent
        ]
        flight.saving = True
        try:
            await self._cache.save(list(part.found.values()), absences)
        finally:
            flight.saving = False
        self._deliver(flight, part)
        if not flight.waiting:
            raise _AbandonedError

    def _deliver(self, flight: Flight, part: FetchOutcome) -> None:
        flight.deliver(part)
        self._release(flight, {*part.found, *part.absent, *part.failed})


def _without(outcome: FetchOutcome, keys: set[TrackId]) -> FetchOutcome:
    """Return what a source did not hand over part by part."""
    return FetchOutcome(
        found={key: row for key, row in outcome.found.items() if key not in keys},
        absent=outcome.absent - keys,
        failed={key: reason for key, reason in outcome.failed.items() if key not in keys},
        notice=outcome.notice,
    )


def _still_needs(flight: Flight, wanted: Mapping[TrackId, Track]) -> bool:
    return any(key in wanted and key not in flight.answered for key in flight.wanted)


def _collect(flights: Sequence[Flight], wanted: Mapping[TrackId, Track]) -> FetchOutcome:
    """Take from the flights what this caller wanted; what none of them answered has failed."""
    found: dict[TrackId, FetchedFeatures] = {}
    failed: dict[TrackId, str] = {}
    absent: set[TrackId] = set()
    notice = ""
    for flight in flights:
        outcome = flight.answers.build()
        found.update((key, row) for key, row in outcome.found.items() if key in wanted)
        absent.update(key for key in outcome.absent if key in wanted)
        own_failures = {key: reason for key, reason in outcome.failed.items() if key in wanted}
        failed.update(own_failures)
        if own_failures:
            notice = notice or outcome.notice
    unanswered = [key for key in wanted if key not in found and key not in absent and key not in failed]
    failed.update(dict.fromkeys(unanswered, NO_TIME))
    return FetchOutcome(found=found, absent=frozenset(absent), failed=failed, notice=notice)
