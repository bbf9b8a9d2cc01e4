"""Time as a parameter: a clock that tests can replace, and deadlines measured by it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present, with its zone."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The three uses that a client makes of time."""

    monotonic: Callable[[], float] = time.monotonic
    """Seconds that never jump: for gaps, waits and deadlines."""
    now: Callable[[], datetime] = utc_now
    """The date, aware: for what is stored, and for dates that servers send."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Deadline:
    """A point in time that work must not pass.

    It can be moved later, never earlier: somebody with more time may join work under way.
    """

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._at = monotonic() + seconds

    @property
    def remaining_s(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self._at - self._monotonic())

    def affords(self, wait_s: float) -> bool:
        """Whether there is still time after waiting for `wait_s` seconds."""
        return wait_s < self.remaining_s

    def extend_to(self, other: Deadline) -> None:
        """Take over the later of the two points in time."""
        self._at = max(self._at, other._at)
