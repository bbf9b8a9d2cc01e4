"""Let people send the dearest files there are, and count what others with small files get meanwhile.

    python -m benchmarks.poison [--attackers 2] [--workers 2] [--seconds 60]

Each attacker sends one hostile file after the other, each a little different from the last, so that no
file is known yet. Four others send a small file, wait for the answer and rest for a second.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import struct
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.latency import LoopProbe
from bot.app import App, build, warm_up
from bot.config import Settings
from sandbox.hostile import CORPUS
from sandbox.playlists import load
from services.domain.errors import TastemapError

_BYSTANDERS = 4
_REST_S = 1.0
_PATIENCE_S = 30.0
_COMMENT_BYTES = 8


@dataclass
class Count:
    """What people sent, and what they got."""

    waits_s: list[float] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    refusals: dict[str, list[float]] = field(default_factory=dict)
    """Seconds until each hostile file was refused or read, by its name and what came out."""


def disguised(content: bytes, rng: random.Random) -> bytes:
    """Change a file so that it does the same and has another hash."""
    mark = rng.randbytes(_COMMENT_BYTES // 2).hex().encode()
    if content.startswith(b"PK"):
        return content[:-2] + struct.pack("<H", len(mark)) + mark
    return content + b"\n" + mark


async def attack(
    app: App, files: Mapping[str, bytes], count: Count, until: float, rng: random.Random
) -> None:
    """Send hostile files, one after the other."""
    while time.perf_counter() < until:
        name = rng.choice(sorted(files))
        begin = time.perf_counter()
        try:
            await app.workflows.reader.read_upload(disguised(files[name], rng), "list")
            outcome = "read"
        except TastemapError as error:
            outcome = type(error).__name__
        count.refusals.setdefault(f"{name}: {outcome}", []).append(time.perf_counter() - begin)


async def stand_by(app: App, count: Count, until: float) -> None:
    """Send a small file again and again."""
    content = load("tam.csv")
    while time.perf_counter() < until:
        begin = time.perf_counter()
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await app.workflows.reader.read_upload(content, "tam.csv")
        except (TastemapError, TimeoutError) as error:
            count.unanswered.append(type(error).__name__)
        else:
            count.waits_s.append(time.perf_counter() - begin)
        await asyncio.sleep(_REST_S)


async def measure(attackers: int, workers: int, seconds: float) -> float:
    """Run it, print what came out, and return the share of the small files that was answered."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=f"sqlite+aiosqlite:///{Path(folder) / 'benchmark.db'}",
            reccobeats_url="",
            workers=workers,
        )
        async with build(settings) as app:
            files = {name: make() for name, make in CORPUS.items()}
            await warm_up(app)
            count, probe = Count(), LoopProbe()
            until = time.perf_counter() + seconds
            watching = asyncio.create_task(probe.run())
            await asyncio.gather(
                *(attack(app, files, count, until, random.Random(number)) for number in range(attackers)),
                *(stand_by(app, count, until) for _ in range(_BYSTANDERS)),
            )
            watching.cancel()
            asked = len(count.waits_s) + len(count.unanswered)
            share = len(count.waits_s) / max(1, asked)
            print(
                f"{attackers} attackers, {workers} workers, {seconds:g} s: "
                f"{len(count.waits_s)} of {asked} small files answered ({100 * share:.1f} %)"
            )
            waits = count.waits_s or [float("nan")]
            print(
                f"median {statistics.median(waits):.2f} s, slowest {max(waits):.2f} s; "
                f"workers replaced after a fault: {app.compute.restarts}"
            )
            print(probe.summary())
            for name, each in sorted(count.refusals.items()):
                print(f"  {name:<50} {len(each):4} times, slowest {max(each):5.2f} s")
            return share


def main() -> None:
    """Read the command line and measure; fail where more than one in twenty gets nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attackers", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    if asyncio.run(measure(options.attackers, options.workers, options.seconds)) < 0.95:
        raise SystemExit("More than one in twenty small files was not answered.")


if __name__ == "__main__":
    main()
