"""Measure a whole analysis as the bot does it: seconds per stage, the event loop's longest gap, memory.

    python -m benchmarks.latency [FILE] [--tracks 1000] [--rounds 5]

Without a file the invented tracks of the sample playlists are repeated under new ids.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import tempfile
import time
from pathlib import Path

from bot.app import App, build, warm_up
from bot.config import Settings
from sandbox.playlists import load
from services.domain.charts import ChartKind
from services.domain.report import AnalysisOptions
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

    (playlist,) = await app.analyze.read_upload(content, "benchmark.csv")
    mark("read")
    report = await app.analyze.run(playlist, AnalysisOptions(), user_id=1)
    mark("analyse")
    stored = await app.reports.keep(1, report, private=True)
    mark("store")
    await app.reports.charts(stored, [ChartKind.MAP])
    mark("map")
    await app.reports.charts(stored, DETAIL_CHARTS)
    mark("other charts")
    return marks


def memory_mb(pid: int | str, line: str = "VmRSS") -> float:
    """Read how much memory a process has now, or had at most ("VmHWM")."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return float("nan")
    return int(status.split(f"{line}:")[1].split()[0]) / 1024


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
            for _ in range(rounds):
                for stage, seconds in (await one_round(app, content)).items():
                    best[stage] = min(seconds, best.get(stage, seconds))
            watching.cancel()
            for stage, seconds in best.items():
                print(f"{stage:>14}: {1000 * seconds:7.0f} ms")
            print(f"{'all':>14}: {1000 * sum(best.values()):7.0f} ms (best of {rounds})")
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


if __name__ == "__main__":
    main()
