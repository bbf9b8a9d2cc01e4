"""Share fetches that are in flight, also among processes: who asks for the same waits for the same."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial

from services.domain.errors.storage import StorageError
from services.domain.messages import Activity, Note, NoteKind, OnProgress, Progress
from services.domain.music import Track, TrackId
from services.domain.sources import FetchedFeatures, FetchOutcome
from services.enrichment.cache import ForgivingCache, compute_absence
from services.enrichment.ports import FeatureSource
from services.sources.clock import Clock, Deadline
from services.sources.outcomes import NO_TIME, OutcomeBuilder
from services.storage.installation import ClaimStore

AT_ONCE = 40
"""As many as go into one call: who claims more keeps others from helping with a long list."""
_LOOK_EVERY_S = 0.25
_RENEW_EVERY_S = 5.0
"""A claim lives for 20 s, and a call may wait for its slot for longer."""

_log = logging.getLogger(__name__)

Keys = Sequence[TrackId]


class SharedFetch:
    """Fetches a list in parts, each claimed first."""

    def __init__(self, claims: ClaimStore, clock: Clock) -> None:
        self._claims = claims
        self._clock = clock

    async def run(
        self,
        source: FeatureSource,
        keys: Keys,
        deadline: Deadline,
        *,
        load: Callable[[Keys], Awaitable[list[TrackId]]],
        ask: Callable[[Keys], Awaitable[None]],
    ) -> None:
        """Ask for what nobody else asks for, and wait for the rest in the cache, until the deadline.

        Parameters
        ----------
        load
            Answers from the cache what it knows of some keys, and returns the others.
        ask
            Asks the source for some keys, and answers all of them.
        """
        left, in_vain = list(keys), 0
        name = source.name
        while left and deadline.remaining_s:
            part = left[:AT_ONCE]
            async with self._claimed(name, part) as mine:
                # Whoever had a claim before may have put the answer into the cache since we looked.
                if mine and (missing := await load([key for key in part if key in mine])):
                    await ask(missing)
            left = left[AT_ONCE:] + [key for key in part if key not in mine]
            in_vain = 0 if mine else in_vain + AT_ONCE
            if in_vain >= len(left) > 0:
                await self._clock.sleep(_LOOK_EVERY_S)
                left, in_vain = await load(left), 0

    @asynccontextmanager
    async def _claimed(self, name: str, keys: Keys) -> AsyncIterator[frozenset[str]]:
        try:
            mine = await self._claims.take(name, keys)
        except StorageError as error:
            _log.warning("what is fetched could not be claimed; it may be asked for twice: %s", error)
            yield frozenset(keys)
            return
        renewing = asyncio.create_task(self._renew(name, mine))
        try:
            yield mine
        finally:
            renewing.cancel()
            if mine:
                with contextlib.suppress(StorageError):  # it ends by itself
                    await asyncio.shield(self._claims.release(name, mine))

    async def _renew(self, name: str, mine: Collection[str]) -> None:
        while mine:
            await asyncio.sleep(_RENEW_EVERY_S)
            with contextlib.suppress(StorageError):
                await self._claims.renew(name, mine)


GRACE_S = 0.5
"""A source stops at the deadline by itself; this much later its caller stops waiting for it."""
CLOSING_S = 2.0
"""Patience with calls under way when the process ends."""
OnCount = Callable[[int, int], Awaitable[None]]
"""Receives how many of how many keys are answered."""


class _AbandonedError(Exception):
    """Nobody waits for this fetch any more."""


class Fetch:
    """One fetch under way, with everybody who waits for a part of it.

    It belongs to no caller: one that is cancelled only leaves. When the last one leaves, the fetch
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


class InFlight:
    """The fetches under way: callers ask here for tracks, and none is fetched twice at once.

    Invariant: a key is in `_fetches` from before its cache is looked at until its answer is in the
    cache. So whoever finds it neither there nor in the cache may fetch it, and nobody else will.
    """

    def __init__(self, cache: ForgivingCache, clock: Clock, claims: ClaimStore | None) -> None:
        self._cache = cache
        self._claims = claims
        self._clock = clock
        self._fetches: dict[tuple[str, TrackId], Fetch] = {}
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
        fetches = self._join(source, wanted, deadline)
        try:
            await self._wait(fetches, wanted, deadline, on_count)
        finally:
            for fetch in fetches:
                self._leave(fetch)
        return _collect(fetches, wanted)

    def is_asking(self, name: str) -> bool:
        """Whether somebody is being answered by a source."""
        return any(source == name for source, _ in self._fetches)

    async def aclose(self) -> None:
        """Stop all fetches; whoever waits gets what is there."""
        # A fetch may first want to hear the answer to its last call, which may not come.
        for patience_s in (CLOSING_S, None):
            if tasks := set(self._tasks):
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks, timeout=patience_s)

    def _join(
        self, source: FeatureSource, wanted: Mapping[TrackId, Track], deadline: Deadline
    ) -> list[Fetch]:
        """Join the fetches that carry wanted keys and start one for the others.

        Nothing is awaited here, so two callers can't both find a key free.
        """
        name = source.name
        fetches = {
            id(fetch): fetch for key in wanted if (fetch := self._fetches.get((name, key))) is not None
        }
        fresh = {key: track for key, track in wanted.items() if (name, key) not in self._fetches}
        for fetch in fetches.values():
            fetch.deadline.extend_to(deadline)
        if fresh:
            own = Deadline(deadline.remaining_s, self._clock.monotonic)
            fetch = Fetch(source, fresh, own)
            fetches[id(fetch)] = fetch
            self._fetches.update(((name, key), fetch) for key in fresh)
            # Its own context: a fetch serves everybody, so it carries no caller's log reference.
            fetch.task = contextvars.Context().run(
                asyncio.create_task, self._run(fetch), name=f"fetch from {name}"
            )
            self._tasks.add(fetch.task)
            fetch.task.add_done_callback(self._tasks.discard)
        for fetch in fetches.values():
            fetch.waiting += 1
        return list(fetches.values())

    async def _wait(
        self,
        fetches: Sequence[Fetch],
        wanted: Mapping[TrackId, Track],
        deadline: Deadline,
        on_count: OnCount | None,
    ) -> None:
        while pending := [fetch for fetch in fetches if not fetch.is_over and _still_needs(fetch, wanted)]:
            timeout_s = deadline.remaining_s + GRACE_S
            done, _ = await asyncio.wait(
                {fetch.step for fetch in pending}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                return
            if on_count is not None:
                answered = sum(any(key in fetch.answered for fetch in fetches) for key in wanted)
                await on_count(answered, len(wanted))

    def _leave(self, fetch: Fetch) -> None:
        fetch.waiting -= 1
        if fetch.waiting or fetch.saving or fetch.task is None or fetch.task.done():
            return
        fetch.task.cancel()
        self._release(fetch, fetch.wanted)

    def _release(self, fetch: Fetch, keys: Mapping[TrackId, Track] | set[TrackId]) -> None:
        for key in keys:
            if self._fetches.get((fetch.source.name, key)) is fetch:
                del self._fetches[fetch.source.name, key]

    async def _run(self, fetch: Fetch) -> None:
        try:
            missing = await self._load_cached(fetch, list(fetch.wanted))
            if missing and self._claims is not None:
                await SharedFetch(self._claims, self._clock).run(
                    fetch.source,
                    missing,
                    fetch.deadline,
                    load=partial(self._load_cached, fetch),
                    ask=partial(self._ask, fetch),
                )
            elif missing:
                await self._ask(fetch, missing)
        except _AbandonedError:
            pass
        except Exception:  # noqa: BLE001 - a flaw in one source must not take the others with it
            _log.exception("%s: the fetch of %d tracks broke", fetch.source.label, len(fetch.wanted))
            broken = OutcomeBuilder()
            broken.fail(
                fetch.wanted.keys() - fetch.answered,
                "error",
                Note(NoteKind.SOURCE_BROKE, names=(fetch.source.label,)),
            )
            self._deliver(fetch, broken.build())
        finally:
            self._release(fetch, fetch.wanted)
            fetch.wake()

    async def _ask(self, fetch: Fetch, keys: Sequence[TrackId]) -> None:
        outcome = await fetch.source.fetch(
            keys, deadline=fetch.deadline, on_part=lambda part: self._keep(fetch, part)
        )
        await self._keep(fetch, _without(outcome, fetch.answered))

    async def _load_cached(self, fetch: Fetch, keys: Sequence[TrackId]) -> list[TrackId]:
        """Answer from the cache what another fetch has just put there, and return the rest."""
        name, provider, now = fetch.source.name, fetch.source.provider, self._clock.now()
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
        self._deliver(fetch, recalled.build())
        return [key for key in keys if key not in known and key not in absent]

    async def _keep(self, fetch: Fetch, part: FetchOutcome) -> None:
        """Cache a part, then deliver it. Failures are delivered only."""
        now = self._clock.now()
        absences = [
            compute_absence(key, fetch.wanted.get(key), fetch.source.name, now) for key in part.absent
        ]
        fetch.saving = True
        try:
            await self._cache.save(list(part.found.values()), absences)
        finally:
            fetch.saving = False
        self._deliver(fetch, part)
        if not fetch.waiting:
            raise _AbandonedError

    def _deliver(self, fetch: Fetch, part: FetchOutcome) -> None:
        fetch.deliver(part)
        self._release(fetch, {*part.found, *part.absent, *part.failed})


def _without(outcome: FetchOutcome, keys: set[TrackId]) -> FetchOutcome:
    """Return what a source did not deliver in parts."""
    return FetchOutcome(
        found={key: row for key, row in outcome.found.items() if key not in keys},
        absent=outcome.absent - keys,
        failed={key: reason for key, reason in outcome.failed.items() if key not in keys},
        notice=outcome.notice,
    )


def _still_needs(fetch: Fetch, wanted: Mapping[TrackId, Track]) -> bool:
    return any(key in wanted and key not in fetch.answered for key in fetch.wanted)


def _collect(fetches: Sequence[Fetch], wanted: Mapping[TrackId, Track]) -> FetchOutcome:
    """Take from the fetches what this caller wanted; what none of them answered has failed."""
    found: dict[TrackId, FetchedFeatures] = {}
    failed: dict[TrackId, str] = {}
    absent: set[TrackId] = set()
    notice: Note | None = None
    for fetch in fetches:
        outcome = fetch.answers.build()
        found.update((key, row) for key, row in outcome.found.items() if key in wanted)
        absent.update(key for key in outcome.absent if key in wanted)
        own_failures = {key: reason for key, reason in outcome.failed.items() if key in wanted}
        failed.update(own_failures)
        if own_failures:
            notice = notice or outcome.notice
    unanswered = [key for key in wanted if key not in found and key not in absent and key not in failed]
    failed.update(dict.fromkeys(unanswered, NO_TIME))
    return FetchOutcome(found=found, absent=frozenset(absent), failed=failed, notice=notice)


EVERY_S = 2.0
"""Discord allows about five edits of a message in five seconds, and nobody reads faster."""


class CountTeller:
    """Report the count of a source's answers as progress, with an estimate of what is left."""

    def __init__(self, label: str, say: OnProgress, monotonic: Callable[[], float]) -> None:
        self._label = label
        self._say = say
        self._monotonic = monotonic
        self._began = self._told = monotonic()

    async def __call__(self, answered: int, total: int) -> None:
        """Report, unless a report was made a moment ago or all is done."""
        now = self._monotonic()
        if now - self._told < EVERY_S or answered >= total:
            return
        self._told = now
        left_s = (now - self._began) / answered * (total - answered) if answered else None
        await self._say(Progress(Activity.ASKING, answered, total, self._label, left_s))
