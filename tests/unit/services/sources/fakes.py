"""A clock that only moves when somebody sleeps, and clients of loopback servers that use it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.faults import FaultKind
from sandbox.misbehaviour import Misbehaving
from sandbox.reccobeats import SandboxReccoBeats
from services.sources.clock import Clock, Deadline
from services.sources.reccobeats import ReccoBeats, connect_reccobeats
from services.sources.session import Timeouts, open_session
from services.sources.upstream import Patience

EPOCH = datetime(2026, 11, 22, 12, 0, tzinfo=UTC).timestamp()

QUICK = Patience(timeouts=Timeouts(connect_s=2.0, read_s=0.2, total_s=0.4))
"""Real seconds of patience with a loopback server that never answers; all else runs on the fake clock."""
CALM = Patience(timeouts=Timeouts(connect_s=20.0, read_s=20.0, total_s=20.0))
"""Real seconds of patience with one that answers, which a busy machine may need."""


class FakeClock:
    def __init__(self, at: float = EPOCH) -> None:
        self.at = at
        self.slept: list[float] = []
        self.clock = Clock(monotonic=self.monotonic, now=self.now, sleep=self.sleep)

    def monotonic(self) -> float:
        return self.at

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)

    async def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)

    def deadline(self, seconds: float = 90.0) -> Deadline:
        return Deadline(seconds, self.monotonic)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Foreseeing(Timeouts):
    """Timeouts for a stand-in of which it is known whether the next answer comes to an end."""

    server: Misbehaving

    def within(self, seconds: float) -> aiohttp.ClientTimeout:
        fault = self.server.faults[0] if self.server.faults else self.server.always
        is_endless = fault is not None and fault.kind in {FaultKind.SILENCE, FaultKind.DRIP}
        return (QUICK if is_endless else CALM).timeouts.within(seconds)


def patience_with(server: Misbehaving) -> Patience:
    """Wait for what comes, however busy the machine is, and hardly at all for what does not."""
    short = QUICK.timeouts
    foreseeing = _Foreseeing(
        connect_s=short.connect_s, read_s=short.read_s, total_s=short.total_s, server=server
    )
    return Patience(timeouts=foreseeing)


@asynccontextmanager
async def serve(app: web.Application) -> AsyncIterator[str]:
    async with TestServer(app) as server:
        yield str(server.make_url("/"))
    for _ in range(3):
        await asyncio.sleep(0)  # aborted connections are closed in a later turn of the loop


@asynccontextmanager
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session(version="1.0", contact_url="https://example.org/tastemap") as opened:
        yield opened


@asynccontextmanager
async def reccobeats(
    sandbox: SandboxReccoBeats, time: FakeClock, patience: Patience | None = None
) -> AsyncIterator[ReccoBeats]:
    async with serve(sandbox.app()) as url, session() as opened:
        yield connect_reccobeats(
            opened,
            base_url=f"{url}v1",
            clock=time.clock,
            random=Random(3),
            patience=patience or patience_with(sandbox),
        )
