"""Spare an outside service: one call at a time with a gap, cool-downs, and a circuit breaker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from services.domain.errors.sources import (
    OutOfTimeError,
    RateLimitedError,
    SourceError,
    SourceRefusedError,
    SourceUnavailableError,
)
from services.domain.sources import Slot
from services.sources.clock import Clock, Deadline

MIN_GAP_S = 0.7
"""Working clients of ReccoBeats keep 0.35-0.67 s; bursts of more than 25 calls were refused."""


class Pacer:
    """The queue in front of one upstream. One instance per upstream and process: they share an address.

    Invariant of the lock: whoever holds it is the only one talking to the upstream, so an answer
    that asks for rest is known before the next call starts.
    """

    def __init__(self, source: str, *, clock: Clock, min_gap_s: float = MIN_GAP_S) -> None:
        self._source = source
        self._clock = clock
        self._min_gap_s = min_gap_s
        self._lock = asyncio.Lock()
        self._next_at = float("-inf")
        self._rest_until = float("-inf")

    @property
    def rest_s(self) -> float:
        """Seconds of cool-down left."""
        return max(0.0, self._rest_until - self._clock.monotonic())

    def cool_down(self, seconds: float) -> None:
        """Let nobody call for `seconds`; a longer rest already under way stays."""
        self._rest_until = max(self._rest_until, self._clock.monotonic() + seconds)

    def tell_others(self, rest_s: float, reason: str) -> None:
        """Say that the breaker of this process lets nobody call: there is no other process to hear it."""

    @asynccontextmanager
    async def turn(self, deadline: Deadline) -> AsyncIterator[None]:
        """Wait for the slot for one call, and hold it while the call lasts.

        Raises
        ------
        RateLimitedError
            The cool-down outlasts `deadline`. Said at once, not after waiting.
        OutOfTimeError
            The queue outlasted `deadline`.
        """
        while True:
            # The rest is spent outside the lock: who can't afford it must not queue behind who can.
            while rest_s := self.rest_s:
                if not deadline.affords(rest_s):
                    raise RateLimitedError(self._source, rest_s)
                await self._clock.sleep(rest_s)
            async with self._lock:
                while (gap_s := self._next_at - self._clock.monotonic()) > 0:
                    if not deadline.affords(gap_s):
                        raise OutOfTimeError(self._source)
                    await self._clock.sleep(gap_s)
                if self.rest_s:
                    continue
                if not deadline.remaining_s:
                    raise OutOfTimeError(self._source)
                self._next_at = self._clock.monotonic() + self._min_gap_s
                yield
                return


class Pace(Protocol):
    """Slots for calls that several processes share: one row for each service."""

    async def take(self, name: str, *, gap_s: float, within_s: float) -> Slot:
        """Take the next slot, unless it lies beyond a time, or the service is to rest."""

    async def look(self, name: str) -> Slot:
        """Say how long a service is to rest, without taking a slot."""

    async def rest(self, name: str, *, rest_s: float, reason: str | None) -> None:
        """Let no process call for a while."""


class SharedPacer(Pacer):
    """The queue in front of one upstream, where other processes call it too.

    The lock keeps one call at a time in this process; the row keeps the gap among all, and every rest.
    Calls that last longer than the gap overlap between processes. Whoever waited looks at the row again, as
    somebody may have been told to rest meanwhile.
    """

    def __init__(
        self, source: str, *, clock: Clock, pace: Pace, min_gap_s: float = MIN_GAP_S, row: str = ""
    ) -> None:
        super().__init__(source, clock=clock, min_gap_s=min_gap_s)
        self._pace = pace
        self._row = row or source
        self._told: list[tuple[float, str | None]] = []
        """Rests that the call under way has brought; in the row before the next one begins."""

    def cool_down(self, seconds: float) -> None:
        """Let nobody call for `seconds`, in any process once the call is over."""
        super().cool_down(seconds)
        self._told.append((seconds, None))

    def tell_others(self, rest_s: float, reason: str) -> None:
        """Let nobody call in any process, once the call is over, and say why."""
        self._told.append((rest_s, reason))

    @asynccontextmanager
    async def turn(self, deadline: Deadline) -> AsyncIterator[None]:
        """Wait for the slot for one call, and hold it while the call lasts; raises like `Pacer.turn`.

        Raises
        ------
        SourceRefusedError, SourceUnavailableError
            Another process was turned away, or met failure after failure.
        StorageError
            Nobody knows what the others do.
        """
        while True:
            async with self._lock:
                slot = await self._pace.take(self._row, gap_s=self._min_gap_s, within_s=deadline.remaining_s)
                if slot.is_taken:
                    if slot.wait_s:
                        await self._clock.sleep(slot.wait_s)
                        slot = await self._pace.look(self._row)
                    if not slot.rest_s:
                        try:
                            yield
                        finally:
                            await self._pass_on()
                        return
            self._refuse_to_rest(slot, deadline)
            # Outside the lock: who can't afford the rest must not queue behind who can.
            await self._clock.sleep(slot.rest_s)

    def _refuse_to_rest(self, slot: Slot, deadline: Deadline) -> None:
        if slot.rest_s and slot.reason is not None:
            raise reason_of(self._source, slot.reason)
        if slot.rest_s and not deadline.affords(slot.rest_s):
            raise RateLimitedError(self._source, slot.rest_s)
        if not slot.rest_s:
            raise OutOfTimeError(self._source)

    async def _pass_on(self) -> None:
        while self._told:
            rest_s, reason = self._told.pop(0)
            await self._pace.rest(self._row, rest_s=rest_s, reason=reason)


def pacer_of(
    source: str, *, clock: Clock, pace: Pace | None, min_gap_s: float = MIN_GAP_S, row: str = ""
) -> Pacer:
    """Build the queue in front of an upstream: of this process, or shared with others.

    A `row` tells apart two hosts of one service, each with limits of its own.
    """
    if pace is None:
        return Pacer(source, clock=clock, min_gap_s=min_gap_s)
    return SharedPacer(source, clock=clock, pace=pace, min_gap_s=min_gap_s, row=row)


def reason_of(source: str, reason: str) -> SourceError:
    """Make the error that a breaker of any process has written down."""
    status = reason.removeprefix(_REFUSED)
    if status != reason and status.isdecimal():
        return SourceRefusedError(source, int(status))
    return SourceUnavailableError(source, reason)


_REFUSED = "refused: "
REFUSAL_REST_S = 15 * 60.0
"""After 401 or 403: asking again sooner only makes a block last longer."""
FAILURE_REST_S = 60.0
FAILURES_TO_OPEN = 5
"""Failed calls in a row. Two batches that failed in all their tries are 6."""

_log = logging.getLogger(__name__)


def _to_nobody(_rest_s: float, _reason: str) -> None:
    """Keep to oneself that a service is not asked: there is no other process."""


class Breaker:
    """Counts failed calls and refuses further ones for a while; `tell` hears how long, and why.

    Closed while calls succeed. Open after a refusal or several failures in a row; then every call
    is answered with the reason at once. After its rest one call may try; if that fails too it opens
    again at once. The pacer admits one call at a time, so there is never more than one such trial.
    """

    def __init__(
        self,
        source: str,
        *,
        monotonic: Callable[[], float],
        tell: Callable[[float, str], None] = _to_nobody,
    ) -> None:
        self._source = source
        self._monotonic = monotonic
        self._tell = tell
        self._failures = 0
        self._open_until = float("-inf")
        self._reason: tuple[type[SourceError], int | str] | None = None

    def check(self) -> None:
        """Raise the reason while the breaker is open.

        Raises
        ------
        SourceRefusedError, SourceUnavailableError
        """
        if self._monotonic() >= self._open_until or self._reason is None:
            return
        kind, detail = self._reason
        # A fresh exception each time: one that is raised twice collects tracebacks.
        if kind is SourceRefusedError:
            raise SourceRefusedError(self._source, int(detail))
        raise SourceUnavailableError(self._source, str(detail))

    def succeeded(self) -> None:
        """Note a sane answer: the failures before it no longer count."""
        self._failures = 0
        self._reason = None

    def failed(self, problem: str) -> None:
        """Note a call that failed, and open when it was one too many."""
        self._failures += 1
        if self._failures >= FAILURES_TO_OPEN:
            self._open(SourceUnavailableError, problem, FAILURE_REST_S)

    def refused(self, status: int) -> None:
        """Note that we were turned away, and open."""
        self._failures = FAILURES_TO_OPEN
        self._open(SourceRefusedError, status, REFUSAL_REST_S)

    def _open(self, kind: type[SourceError], detail: int | str, rest_s: float) -> None:
        self._reason = (kind, detail)
        self._open_until = self._monotonic() + rest_s
        self._tell(rest_s, f"{_REFUSED}{detail}" if kind is SourceRefusedError else str(detail))
        _log.warning("%s: not asked for %.0f s (%s)", self._source, rest_s, detail)
