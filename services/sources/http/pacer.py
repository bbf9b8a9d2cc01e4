"""Keep the whole process to one call at a time, with a gap, and one cool-down for everybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.domain.errors.sources import OutOfTimeError, RateLimitedError
from services.sources.http.clock import Clock
from services.sources.http.deadline import Deadline

MIN_GAP_S = 0.7
"""Working clients of ReccoBeats keep 0.35-0.67 s; bursts of more than 25 calls were refused."""


class Pacer:
    """The queue in front of one upstream. One instance per upstream and process: they share our address.

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

    @asynccontextmanager
    async def turn(self, deadline: Deadline) -> AsyncIterator[None]:
        """Wait for the right to make one call, and hold it while the call lasts.

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
