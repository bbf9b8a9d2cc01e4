"""Check that the running bot is healthy, and tell monitors and operators how it is."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.metrics import Metrics
from bot.process import Role
from bot.web.server import dress, listen
from services.compute import ComputePool
from services.domain.errors import TastemapError
from services.domain.errors.storage import problem_of
from services.domain.installation import Status
from services.domain.spotify import Quota
from services.jobs.queue import JobQueue
from services.maintenance import Maintenance, RepeatedTask
from services.storage import backups
from services.storage.connections import parse_address
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


_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class StatusReader:
    """Collects the state of one application."""

    version: str
    url: str
    """Address of the database."""
    vitals: Vitals
    jobs: JobQueue
    load_quota: Callable[[], Awaitable[Quota]] | None = None
    """None without a Spotify app."""
    quota: Quota | None = None
    """As of the last `refresh`."""
    last_backup: datetime | None = None
    """As of the last `refresh`."""
    depth: tuple[int, float] = (0, 0.0)
    """What waits in all processes together, and for how long, as of the last `refresh`."""

    async def refresh(self) -> None:
        """Read what takes a moment; what can't be read now stays as it was."""
        try:
            if self.load_quota is not None:
                self.quota = await self.load_quota()
            self.depth = await self.jobs.depth()
        except Exception as error:  # noqa: BLE001  (whoever looks when much is wrong has to see the rest)
            _log.warning("the budget of Spotify can't be read now (%s)", type(error).__name__)
        try:
            self.last_backup = await asyncio.to_thread(self._newest_backup)
        except Exception as error:  # noqa: BLE001
            _log.warning("the newest backup can't be found now (%s)", type(error).__name__)

    async def read(self) -> Status:
        """Look now."""
        await self.refresh()
        readiness = await self.vitals.readiness()
        metrics, compute, latency_s = self.vitals.metrics, self.vitals.compute, self.latency_s
        cached = metrics.totals("cache_lookups", "outcome", cache="features")
        return Status(
            version=self.version,
            started_at=self.vitals.started_at,
            connected=readiness.gateway,
            servers=self.servers,
            database_problem=readiness.problem,
            database_bytes=await asyncio.to_thread(self._database_bytes),
            last_backup=self.last_backup,
            waiting=self.depth[0],
            running=self.jobs.unfinished - self.jobs.waiting,
            longest_wait_s=self.depth[1],
            pool_restarts=compute.restarts,
            latency_s=None if math.isnan(latency_s) else latency_s,
            worst_lag_s=self.vitals.worst_lag_s,
            outcomes=metrics.totals("commands", "outcome"),
            calls=metrics.totals("upstream_calls", "upstream", "status"),
            tracks=metrics.totals("tracks", "origin"),
            cache_hits=cached["hit"],
            cache_misses=cached["miss"],
            maintenance_failures=metrics.totals("maintenance_runs", "work", outcome="failed"),
            quota=self.quota,
        )

    @property
    def latency_s(self) -> float:
        """Seconds between a heartbeat and its answer; NaN before the first."""
        client = self.vitals.client
        return client.latency if client is not None else math.nan

    @property
    def servers(self) -> int:
        """How many servers the bot is in, as far as the gateway has said."""
        client = self.vitals.client
        return len(client.guilds) if client is not None else 0

    def show_gauges(self) -> None:
        """Let `/metrics` show what is a state and not a count."""
        watch, vitals, jobs = self.vitals.metrics.watch, self.vitals, self.jobs
        vitals.metrics.is_role(vitals.role)
        watch("gateway_connected", "1 while commands arrive", lambda: float(vitals.connected))
        watch("gateway_latency_seconds", "From a heartbeat to its answer", lambda: self.latency_s)
        watch("servers", "Servers that the bot is in", lambda: self.servers)
        watch("queue_waiting", "Requests that wait for their turn", lambda: self.depth[0])
        watch("queue_longest_wait_seconds", "How long the next one has waited", lambda: self.depth[1])
        watch("requests_unfinished", "Accepted and not answered", lambda: jobs.unfinished)
        watch("pool_restarts", "Worker pools that had to be rebuilt", lambda: vitals.compute.restarts)
        watch("workers", "Worker processes that live", lambda: len(vitals.compute.worker_pids()))
        watch("loop_lag_worst_seconds", "Longest delay of the event loop", lambda: vitals.worst_lag_s)
        watch("last_backup_timestamp_seconds", "Time of the last daily copy, 0 for never", self._backup_at)
        watch("quota_left", "Calls to Spotify left of the day's budget, NaN when unknown", self._quota_left)
        watch("started_timestamp_seconds", "When the bot started", vitals.started_at.timestamp)

    def _quota_left(self) -> float:
        if self.quota is None:
            return math.nan
        return 0.0 if self.quota.blocked_until else max(0, self.quota.budget - self.quota.spent)

    def _backup_at(self) -> float:
        return self.last_backup.timestamp() if self.last_backup else 0.0

    def _database_bytes(self) -> int | None:
        file = parse_address(self.url).file
        return file.stat().st_size if file is not None and file.exists() else None

    def _newest_backup(self) -> datetime | None:
        folder = backups.default_folder(self.url)
        return None if folder is None else backups.newest_dated(self.url, folder)


@asynccontextmanager
async def serve_health(status: StatusReader, *, host: str, port: int) -> AsyncIterator[int | None]:
    """Listen while the block runs, and give the port; None where the port could not be had.

    A bot that can't be watched is better than none, so that only costs a line in the log.
    """
    async with AsyncExitStack() as stack:
        bound: int | None = None
        try:
            bound = await stack.enter_async_context(listen(health_pages(status), host=host, port=port))
        except OSError as error:
            _log.warning("nobody can watch this bot: %s:%d can't be opened (%s)", host, port, error.strerror)
        else:
            _log.info("health and metrics at http://%s:%d", host, bound)
        yield bound


def health_pages(status: StatusReader) -> web.Application:
    """Build the three pages. They hold numbers, and nothing about people."""
    vitals = status.vitals

    async def healthz(_request: web.Request) -> web.Response:
        alive = vitals.alive
        return web.Response(text="alive\n" if alive else "stuck\n", status=200 if alive else 503)

    async def readyz(_request: web.Request) -> web.Response:
        found = await vitals.readiness()
        parts: dict[str, object] = {"role": vitals.role, "database": found.database}
        if vitals.role.connects:
            parts["gateway"] = found.gateway
        if vitals.role.performs:
            parts["workers"] = found.workers
        # Why the database fails is for the log and for /admin status: it may name paths.
        return web.json_response(parts, status=200 if found.ready else 503)

    async def metrics(_request: web.Request) -> web.Response:
        await status.refresh()
        return web.Response(body=vitals.metrics.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    pages = web.Application()
    pages.on_response_prepare.append(dress(is_https=False))
    pages.router.add_get("/healthz", healthz)
    pages.router.add_get("/readyz", readyz)
    pages.router.add_get("/metrics", metrics)
    return pages
