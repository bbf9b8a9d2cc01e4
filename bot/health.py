"""Tell monitors and operators how the bot is: `/healthz`, `/readyz`, `/metrics` and `/admin status`."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.vitals import Vitals
from bot.web.server import dress, listen
from services.domain.spotify import Quota
from services.domain.status import Status
from services.jobs.queue import JobQueue
from services.storage import backups
from services.storage.connections import parse_address

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
