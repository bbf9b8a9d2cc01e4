"""Let many people run `/analyze` at the same moment and measure what each of them, and the bot, goes through.

    python -m benchmarks.load [--people 50 200] [--tracks 400] [--workers 2] [--sounds 10]

The real bot runs in a process of its own against a loopback Discord and a loopback ReccoBeats. Times
are taken where a person would: at Discord, from sending the command on. `--sounds` lets so many more people
each send a sound file of 10 MiB at the same moment.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from aiohttp.test_utils import TestServer

from benchmarks.kills import Bot
from benchmarks.latency import grown_playlist, memory_mb
from sandbox.discord import LoopbackDiscord, Request
from sandbox.reccobeats import SandboxReccoBeats
from sandbox.sample_catalogue import sample_catalogue
from sandbox.sounds import Piece, encode, render

_PATIENCE_S = 600.0


def percentile(values: list[float], share: float) -> float:
    """Return the value below which this share of all values lies."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def descendants(pid: int) -> list[int]:
    """List the processes that a process started, and those that these started."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found[1:]


def sound_files(count: int) -> list[bytes]:
    """Make different pieces of music of 10 MiB each."""
    pieces = [
        Piece(style="dance", seed=seed, bpm=100.0 + seed, tonic=seed % 12, is_major=True, length_s=59.4)
        for seed in range(count)
    ]
    return [encode(render(piece), 44_100) for piece in pieces]


async def crowd(discord: LoopbackDiscord, files: Sequence[bytes]) -> list[Request]:
    """Let everybody ask at once, and return when everybody is served."""
    asked = [await discord.analyze(1_000 + number, content) for number, content in enumerate(files)]
    async with asyncio.timeout(_PATIENCE_S):
        await discord.until(lambda: all(each.done_at for each in asked))
    return asked


async def measure(people: int, tracks: int, workers: int, sounds: int) -> None:
    """Serve one crowd with a fresh bot and print what was measured."""
    files = [*sound_files(sounds), *[grown_playlist(tracks)] * people]
    discord = LoopbackDiscord()
    reccobeats = TestServer(SandboxReccoBeats(sample_catalogue(), clock=time.monotonic).app())
    await reccobeats.start_server()
    with tempfile.TemporaryDirectory(prefix="tastemap-load-") as folder:
        async with discord.running():
            bot = Bot(
                discord,
                Path(folder),
                PROBE="1",
                WORKERS=str(workers),
                RECCOBEATS_URL=str(reccobeats.make_url("/v1")),
            )
            try:
                started_s = await bot.start()
                assert bot.process is not None
                os.kill(bot.process.pid, signal.SIGUSR1)
                began = time.perf_counter()
                asked = await crowd(discord, files)
                lasted_s = time.perf_counter() - began
                workers_mb = [memory_mb(pid) for pid in descendants(bot.process.pid)]
                await bot.stop()
            finally:
                await bot.kill()
    await reccobeats.close()
    found = json.loads(bot.output.splitlines()[-1])
    acknowledged_ms = [1000 * (each.acknowledged_at or 0) - 1000 * each.sent_at for each in asked]
    done_s = [(each.done_at or 0) - each.sent_at for each in asked]
    answered = sum(len(discord.state.answers(each)) == 1 for each in asked)
    with_picture = sum(bool(each.original and each.original.attachments) for each in asked)
    others = f" and {sounds} with 10 MiB of sound each" if sounds else ""
    print(
        f"\n{people} people, {tracks} tracks each{others}, {workers} workers (started in {started_s:.1f} s)"
    )
    print(
        f"  acknowledged: p50 {percentile(acknowledged_ms, 0.5):.0f} ms, "
        f"p99 {percentile(acknowledged_ms, 0.99):.0f} ms, longest {max(acknowledged_ms):.0f} ms"
    )
    print(
        f"  answered once: {answered} of {len(files)}, with a picture {with_picture}; "
        f"all within {lasted_s:.1f} s, p50 {percentile(done_s, 0.5):.1f} s"
    )
    print(
        f"  event loop: lag p50 {found['lag_p50_ms']:.1f} ms, p99 {found['lag_p99_ms']:.1f} ms, "
        f"max {found['lag_max_ms']:.0f} ms"
    )
    print(
        f"  memory: gateway {found['memory_mb']:.0f} MB (at most {found['peak_mb']:.0f}), "
        f"others {', '.join(f'{each:.0f}' for each in sorted(workers_mb))} MB",
        flush=True,
    )


def main() -> None:
    """Read the command line and measure each crowd."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[50, 200])
    parser.add_argument("--tracks", type=int, default=400)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sounds", type=int, default=0)
    options = parser.parse_args()
    for people in options.people:
        asyncio.run(measure(people, options.tracks, options.workers, options.sounds))


if __name__ == "__main__":
    main()
