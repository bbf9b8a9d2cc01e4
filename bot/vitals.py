"""Check that the running bot is healthy: its event loop runs, and what its answers need is there."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.metrics import Metrics
from bot.roles import Role
from services.compute import ComputePool
from services.domain.errors import TastemapError
from services.domain.errors.storage import problem_of
from services.maintenance import Maintenance, RepeatedTask
from services.storage.database import Database

TICK_S = 0.1
STUCK_S = 10.0
"""The gateway's heartbeat is due about every 41 s; a loop that is late by this much is in trouble."""
CHECK_S = 3.0
"""Patience with the database; a probe gives up soon after."""
CHECK_LASTS_S = 2.0
"""A probe every few milliseconds should not become a write every few milliseconds."""


class Gateway(Protocol):
    """What is asked of a Discord client."""

    @property
    def guilds(self) -> Sequence[object]:
        """The servers that the bot is in."""

    @property
    def working(self) -> asyncio.Task[None] | None:
        """What does accepted work, where this client does that."""

    @property
    def latency(self) -> float:
        """Seconds between a heartbeat and its answer; NaN before the first."""

    def is_ready(self) -> bool:
        """Whether commands arrive."""

    def is_closed(self) -> bool:
        """Whether the client has ended."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What an answer needs, and whether it is there."""

    gateway: bool
    database: bool
    workers: bool
    problem: str = ""
    """What is wrong with the database, in a few words."""

    @property
    def ready(self) -> bool:
        """Whether people get answers."""
        return self.gateway and self.database and self.workers


@dataclass(slots=True, kw_only=True)
class Vitals:
    """The state of one application, from its opening on."""

    database: Database
    compute: ComputePool
    metrics: Metrics
    started_at: datetime
    role: Role = Role.ALL
    monotonic: Callable[[], float] = time.monotonic
    client: Gateway | None = None
    """The present client; a reconnection may bring another one."""
    last_tick: float = field(init=False)
    worst_lag_s: float = 0.0
    _due: float = math.inf
    _checked_at: float = float("-inf")
    _problem: str = ""

    def __post_init__(self) -> None:
        self.last_tick = self.monotonic()

    @property
    def alive(self) -> bool:
        """Whether the event loop gets to its work."""
        return self.monotonic() - self.last_tick < STUCK_S

    @property
    def connected(self) -> bool:
        """Whether commands arrive."""
        return self.client is not None and self.client.is_ready() and not self.client.is_closed()

    @property
    def _works(self) -> bool:
        """Whether accepted work is done, where it is this process that has to."""
        working = self.client.working if self.client else None
        return not (self.role.performs and self.role.is_one_of_many) or not (working and working.done())

    async def readiness(self) -> Readiness:
        """Look whether gateway, database and workers are there."""
        if self.monotonic() - self._checked_at >= CHECK_LASTS_S:
            self._problem = await self._database_problem()
            self._checked_at = self.monotonic()
        return Readiness(
            gateway=self.connected or not self.role.connects,
            database=not self._problem,
            workers=not self.compute.closed and self._works,
            problem=self._problem,
        )

    async def beat(self, maintenance: Maintenance) -> None:
        """Measure again and again how late the event loop is."""
        self._due = math.inf
        await maintenance.repeat([RepeatedTask("heartbeats", self._tick)], every_s=TICK_S)

    async def _tick(self) -> None:
        due, self.last_tick = self._due, self.monotonic()
        self._due = self.last_tick + TICK_S
        if due == math.inf:
            return
        lag_s = max(0.0, self.last_tick - due)
        self.worst_lag_s = max(self.worst_lag_s, lag_s)
        self.metrics.lagged(lag_s)

    async def _database_problem(self) -> str:
        try:
            async with asyncio.timeout(CHECK_S):
                await self.database.check()
        except TimeoutError:
            return "no answer"
        except TastemapError as error:
            return problem_of(error) or type(error).__name__
        return ""
