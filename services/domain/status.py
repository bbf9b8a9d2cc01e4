"""The state of the whole installation for its operator: numbers only, nothing about any person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.domain.spotify import Quota


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One look at the running bot. Counts are since its start."""

    version: str
    started_at: datetime
    connected: bool
    servers: int
    database_problem: str
    """Empty while it can be written."""
    database_bytes: int | None
    """None for a server, which knows that itself."""
    last_backup: datetime | None
    waiting: int
    running: int
    longest_wait_s: float
    pool_restarts: int
    latency_s: float | None
    """Between a heartbeat and its answer; None before the first."""
    worst_lag_s: float
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """Commands, buttons and forms by how they ended."""
    calls: Mapping[str, int] = field(default_factory=dict)
    """Calls to other services, `ReccoBeats 200` and the like."""
    tracks: Mapping[str, int] = field(default_factory=dict)
    """Tracks by the weakest origin of their sound."""
    cache_hits: int = 0
    cache_misses: int = 0
    maintenance_failures: Mapping[str, int] = field(default_factory=dict)
    quota: Quota | None = None
