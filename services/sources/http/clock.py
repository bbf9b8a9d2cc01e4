"""Time as a parameter, so that a test of an hour takes a millisecond."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _now() -> datetime:
    return datetime.now(UTC)


async def _sleep(seconds: float) -> None:
    await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The three ways in which a client meets time."""

    monotonic: Callable[[], float] = time.monotonic
    """Seconds that never jump: for gaps, waits and deadlines."""
    now: Callable[[], datetime] = _now
    """The date, aware: for what is stored, and for dates that servers send."""
    sleep: Callable[[float], Awaitable[None]] = _sleep
