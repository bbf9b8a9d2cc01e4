"""Collect what the operator wants to know, for `/admin status` and for the gauges of `/metrics`."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.vitals import Vitals
from services.domain.errors import TastemapError
from services.domain.quota import Quota
from services.domain.status import Status
from services.storage import backups
from services.storage.addresses import parse_address
from services.workflows.jobs import JobsWorkflow


@dataclass(slots=True, kw_only=True)
class StatusReader:
    """Looks at one application as a whole."""

    version: str
    url: str
    """Address of the database."""
    vitals: Vitals
    jobs: JobsWorkflow
    load_quota: Callable[[], Awaitable[Quota]] | None = None
    """None without a Spotify app."""
    quota: Quota | None = None
    """As of the last `refresh`."""
    last_backup: datetime | None = None
    """As of the last `refresh`."""

    async def refresh(self) -> None:
        """Read what takes a moment; what can't be read now stays as it was."""
        try:
            if self.load_quota is not None:
                self.quota = await self.load_quota()
            self.last_backup = await asyncio.to_thread(self._newest_backup)
        except (TastemapError, OSError):
            return

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
            waiting=self.jobs.waiting,
            running=self.jobs.unfinished - self.jobs.waiting,
            longest_wait_s=self.jobs.longest_wait_s,
            pool_restarts=compute.restarts,
            latency_s=None if math.isnan(latency_s) else latency_s,
            worst_lag_s=self.vitals.worst_lag_s,
            outcomes=metrics.totals("commands", "outcome"),
            calls=metrics.totals("upstream_calls", "upstream", "status"),
            tracks=metrics.totals("tracks", "origin"),
            cache_hits=cached["hit"],
            cache_misses=cached["miss"],
            upkeep_failures=metrics.totals("upkeep_runs", "work", outcome="failed"),
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
        watch("gateway_connected", "1 while commands arrive", lambda: float(vitals.connected))
        watch("gateway_latency_seconds", "From a heartbeat to its answer", lambda: self.latency_s)
        watch("servers", "Servers that the bot is in", lambda: self.servers)
        watch("queue_waiting", "Requests that wait for their turn", lambda: jobs.waiting)
        watch("queue_longest_wait_seconds", "How long the next one has waited", lambda: jobs.longest_wait_s)
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
