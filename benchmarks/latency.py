"""Measure a whole analysis as the bot does it: seconds per stage, CPU time, loop gaps, memory.

    python -m benchmarks.latency [FILE] [--tracks 1000] [--rounds 5]

The CPU time is that of a whole round, all charts included: of the bot with its threads, probe included, and
of its workers.

Without a file the invented tracks of the sample playlists are repeated under new ids.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import os
import statistics
import tempfile
import time
from pathlib import Path

from bot.app import App, build, warm_up
from bot.config import Settings
from sandbox.playlists import load
from services.compute import ComputePool
from services.domain.analysis import AnalysisOptions
from services.domain.charts import ChartKind
from services.workflows import tasks
from services.workflows.reports import DETAIL_CHARTS

_TICK_S = 0.001


def grown_playlist(tracks: int) -> bytes:
    """Write an Exportify file of `tracks` rows out of the invented playlists."""
    rows: list[list[str]] = []
    header: list[str] = []
    for name in ("late-drive.csv", "sunday-kitchen.csv", "mika.csv", "noor.csv", "tam.csv"):
        header, *body = csv.reader(io.StringIO(load(name).decode("utf-8-sig")))
        rows += [row for row in body if len(row) == len(header)]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    for number in range(tracks):
        row = list(rows[number % len(rows)])
        row[0] = f"spotify:track:{number:022d}"
        row[1] = f"{row[1]} {number // len(rows) or ''}".strip()
        writer.writerow(row)
    return out.getvalue().encode()


class LoopProbe:
    """Watch how long the event loop leaves a short sleep waiting."""

    def __init__(self) -> None:
        self.gaps_ms: list[float] = []

    async def run(self) -> None:
        """Sleep again and again until cancelled."""
        last = time.perf_counter()
        while True:
            await asyncio.sleep(_TICK_S)
            now = time.perf_counter()
            self.gaps_ms.append(1000 * (now - last - _TICK_S))
            last = now

    def summary(self) -> str:
        """Say the 99th percentile and the longest gap."""
        ordered = sorted(self.gaps_ms)
        return f"loop gap p99 {ordered[int(0.99 * len(ordered))]:.1f} ms, longest {ordered[-1]:.1f} ms"


async def one_round(app: App, content: bytes) -> dict[str, float]:
    """Do what `/analyze` does and return the seconds of each stage."""
    marks: dict[str, float] = {}
    start = time.perf_counter()

    def mark(stage: str) -> None:
        marks[stage] = time.perf_counter() - start - sum(marks.values())

    (playlist,) = await app.workflows.reader.read_upload(content, "benchmark.csv")
    mark("read")
    analysis = await app.workflows.analyze.run(playlist, AnalysisOptions(), user_id=1, draw=[ChartKind.MAP])
    mark("analyse and draw")
    stored = await app.workflows.reports.keep(1, analysis, private=True)
    mark("store")
    await app.workflows.reports.charts(stored, [ChartKind.MAP])
    mark("map")
    await app.workflows.reports.charts(stored, DETAIL_CHARTS)
    mark("other charts")
    return marks


def memory_mb(pid: int | str, line: str = "VmRSS") -> float:
    """Read how much memory a process has now, or had at most ("VmHWM")."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return float("nan")
    return int(status.split(f"{line}:")[1].split()[0]) / 1024


def workers_cpu_s(pool: ComputePool) -> float:
    """Read how much CPU time the workers have spent, all their threads together."""
    spent_ns = 0
    for pid in pool.worker_pids():
        for thread in Path(f"/proc/{pid}/task").iterdir():
            spent_ns += int((thread / "schedstat").read_text(encoding="ascii").split()[0])
    return spent_ns / 1e9


async def measure_replacing() -> None:
    """Print how long the event loop stands still while workers are replaced and lost."""
    pool = ComputePool(workers=2, jobs_per_worker=20, preload=tasks.PRELOAD, warm_up=tasks.warm_up)
    try:
        probe = LoopProbe()
        watching = asyncio.create_task(probe.run())
        deadly = [pool.run("deadly", os._exit, 1) for _ in range(2)]
        work = [pool.run("read", tasks.read_upload, load("tam.csv"), "tam.csv") for _ in range(300)]
        await asyncio.gather(*deadly, *work, return_exceptions=True)
        watching.cancel()
        print(f"300 small files, workers replaced after 20 jobs, {pool.restarts} lost: {probe.summary()}")
    finally:
        await pool.aclose()


async def measure(content: bytes, rounds: int) -> None:
    """Run the rounds and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=f"sqlite+aiosqlite:///{Path(folder) / 'benchmark.db'}", reccobeats_url="", workers=1
        )
        async with build(settings) as app:
            await warm_up(app)
            probe = LoopProbe()
            watching = asyncio.create_task(probe.run())
            best: dict[str, float] = {}
            spent: list[tuple[float, float]] = []
            for _ in range(rounds):
                before = time.process_time(), workers_cpu_s(app.compute)
                for stage, seconds in (await one_round(app, content)).items():
                    best[stage] = min(seconds, best.get(stage, seconds))
                spent.append((time.process_time() - before[0], workers_cpu_s(app.compute) - before[1]))
            watching.cancel()
            for stage, seconds in best.items():
                print(f"{stage:>14}: {1000 * seconds:7.0f} ms")
            print(f"{'all':>14}: {1000 * sum(best.values()):7.0f} ms (best of {rounds})")
            bot, worker = (1000 * statistics.median(each) for each in zip(*spent, strict=True))
            print(f"CPU time of a round: bot {bot:.0f} ms, workers {worker:.0f} ms (medians)")
            print(f"{probe.summary()}")
            workers = sum(memory_mb(pid) for pid in app.compute.worker_pids())
            print(f"memory: bot {memory_mb('self'):.0f} MB, worker {workers:.0f} MB")


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--tracks", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    content = options.file.read_bytes() if options.file else grown_playlist(options.tracks)
    asyncio.run(measure(content, options.rounds))
    asyncio.run(measure_replacing())


if __name__ == "__main__":
    main()
