"""Count what happens, for Prometheus and for `/admin status`. No label ever names a person."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from cogs.work.host import Outcome
from services.domain.features import Coverage

COMMAND_BUCKETS_S = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
CALL_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
LAG_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 3.0, 10.0)
"""3 s is where Discord gives an interaction up, 10 s where the gateway begins to wonder."""

_ORIGINS = ("measured", "uploaded", "borrowed", "imputed", "unknown")


class Metrics:
    """The counters of one application; the rooms below know them as plain callables."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._commands = Counter(
            "tastemap_commands", "Commands, buttons and forms by how they ended", ("command", "outcome"),
            registry=registry,
        )  # fmt: skip
        self._command_seconds = Histogram(
            "tastemap_command_seconds", "Time from the interaction to its end", ("command",),
            buckets=COMMAND_BUCKETS_S, registry=registry,
        )  # fmt: skip
        self._calls = Counter(
            "tastemap_upstream_calls", "Calls to other services by what came back", ("upstream", "status"),
            registry=registry,
        )  # fmt: skip
        self._call_seconds = Histogram(
            "tastemap_upstream_seconds", "Time that a call took", ("upstream",),
            buckets=CALL_BUCKETS_S, registry=registry,
        )  # fmt: skip
        self._lag = Histogram(
            "tastemap_loop_lag_seconds", "How late the event loop comes to what is due",
            buckets=LAG_BUCKETS_S, registry=registry,
        )  # fmt: skip
        self._cached = Counter(
            "tastemap_cache_lookups", "Keys looked up in a cache", ("cache", "outcome"), registry=registry
        )
        self._tracks = Counter(
            "tastemap_tracks", "Tracks of playlists by the weakest origin of their sound", ("origin",),
            registry=registry,
        )  # fmt: skip
        self._swept = Counter(
            "tastemap_maintenance_runs",
            "Repeated work by how it ended",
            ("work", "outcome"),
            registry=registry,
        )
        self._succeeded = Gauge(
            "tastemap_maintenance_last_success_timestamp_seconds",
            "When repeated work last went through, 0 for not since the start", ("work",),
            registry=registry,
        )  # fmt: skip

    def answered(self, what: str, outcome: Outcome, seconds: float) -> None:
        """Note that a command, a button or a form is done."""
        self._commands.labels(what, outcome.value).inc()
        self._command_seconds.labels(what).observe(seconds)

    def called(self, upstream: str, status: str, seconds: float) -> None:
        """Note one call to a service and what came back: an HTTP status, or what was wrong."""
        self._calls.labels(upstream, status).inc()
        self._call_seconds.labels(upstream).observe(seconds)

    def is_role(self, role: str) -> None:
        """Say what this process is, for the labels of a dashboard."""
        Gauge("tastemap_process", "1 for the role of this process", ("role",), registry=self.registry).labels(
            role
        ).set(1)

    def lagged(self, seconds: float) -> None:
        """Note how late the event loop was."""
        self._lag.observe(seconds)

    def looked_up(self, cache: str, hits: int, misses: int) -> None:
        """Note how much of what was looked for a cache had."""
        self._cached.labels(cache, "hit").inc(hits)
        self._cached.labels(cache, "miss").inc(misses)

    def enriched(self, coverage: Coverage) -> None:
        """Note how well the tracks of one playlist are known."""
        for origin in _ORIGINS:
            self._tracks.labels(origin).inc(getattr(coverage, origin))

    def swept(self, work: str, *, succeeded: bool) -> None:
        """Count a task as done or failed."""
        self._swept.labels(work, "done" if succeeded else "failed").inc()
        last = self._succeeded.labels(work)
        if succeeded:
            last.set_to_current_time()

    def watch(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Show a value that is read when somebody asks."""
        Gauge(f"tastemap_{name}", meaning, registry=self.registry).set_function(value)

    def exposition(self) -> bytes:
        """Write everything in the text format of Prometheus."""
        return generate_latest(self.registry)

    def totals(self, name: str, *labels: str, **only: str) -> Tally[str]:
        """Sum the samples of a counter by some of its labels, where others have the values given."""
        totals: Tally[str] = Tally()
        for metric in self.registry.collect():
            for sample in metric.samples:
                if sample.name == f"tastemap_{name}_total" and only.items() <= sample.labels.items():
                    totals[" ".join(sample.labels[label] for label in labels)] += int(sample.value)
        return totals
