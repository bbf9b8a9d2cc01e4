"""Let people use the bot without a pause while everything around it fails now and then.

    python -m benchmarks.soak [--minutes 60] [--people 3] [--seed 1]

The real bot runs in a process of its own against a loopback Discord and a loopback ReccoBeats. Without
pauses between requests, ten minutes hold more work than an hour of a busy server. At the end: memory
and its slope, open files, requests without an answer, work that stuck, and failures that nobody caught.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp
import numpy as np
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.kills import Bot
from benchmarks.latency import memory_mb
from sandbox.discord import LoopbackDiscord, Request
from sandbox.discord.state import Fault as DiscordFault
from sandbox.faults import Fault, FaultKind
from sandbox.playlists import load
from sandbox.reccobeats import SandboxReccoBeats
from sandbox.sample_catalogue import sample_catalogue
from sandbox.service import unused_port

SAMPLE_EVERY_S = 5.0
WEATHER_EVERY_S = 4.0
ACKNOWLEDGED_WITHIN_S = 5.0
ANSWER_WITHIN_S = 150.0
_PEOPLE_IN_ALL = 200
"""People for each that the command line names: they take turns."""
FILES_KEPT = 100
"""By the loopback Discord, whose own memory should not grow for hours; far more than are under way."""
WARM_UP_SHARE = 0.34
"""The beginning does not count for the slope: caches and pools fill up."""

_FILES = ("late-drive.csv", "sunday-kitchen.csv", "mika.csv", "tiny.csv", "account-data.json")
_UPSTREAM_WEATHER = (
    Fault(FaultKind.STATUS, status=500),
    Fault(FaultKind.RATE_LIMIT, retry_after_s=1),
    Fault(FaultKind.RESET),
    Fault(FaultKind.TRUNCATED),
    Fault(FaultKind.GARBAGE),
    Fault(FaultKind.HTML),
    Fault(FaultKind.WRONG_SHAPE),
    Fault(FaultKind.ENDLESS),
)
_DISCORD_WEATHER = (
    DiscordFault("PATCH", "/webhooks/", 500),
    DiscordFault(
        "PATCH",
        "/webhooks/",
        429,
        '{"message": "You are being rate limited.", "retry_after": 0.5, "global": false}',
        {"Via": "1.1 google", "Retry-After": "1"},  # without the first it would be a ban at the door
    ),
    DiscordFault("PATCH", "/webhooks/", 502, "<html>bad gateway</html>", content_type="text/html"),
    DiscordFault("POST", "/callback", 500),
)


_REFUSED = re.compile(r"refused: (\w+)\(")


@dataclass(slots=True)
class Findings:
    """What was seen."""

    at_s: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    sent: int = 0
    accepted: int = 0
    unanswered: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    metrics: dict[str, float] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    """What people were told was in the way, by kind."""
    errors: list[str] = field(default_factory=list)
    exit_code: int | None = None

    @property
    def slope_mb_per_hour(self) -> float:
        """Growth of the gateway's memory after the warm-up, by least squares."""
        first = int(WARM_UP_SHARE * len(self.at_s))
        if len(self.at_s) - first < 3:
            return 0.0
        slope, _ = np.polyfit(self.at_s[first:], self.memory_mb[first:], 1)
        return float(slope) * 3600

    def __str__(self) -> str:
        """Say it in a few lines."""
        outcomes = {name: int(value) for name, value in self.metrics.items() if "commands" in name}
        asked = f"{self.sent} requests: {self.accepted} accepted, {self.unanswered} without an answer"
        memory = f"{self.memory_mb[0]:.0f} MB at first, {max(self.memory_mb):.0f} at most"
        files = f"{self.files[0]} at first, {max(self.files)} at most, {self.files[-1]} at last"
        unfinished, waiting, restarts = (
            f"{self.metrics.get(name, -1):.0f}" for name in ("unfinished", "waiting", "pool_restarts")
        )
        lines = (
            f"{self.at_s[-1] / 60:.1f} minutes, {asked}; {outcomes}",
            f"refusals: {dict(self.refusals)}",
            f"faults: {dict(self.faults)}",
            f"gateway memory: {memory}; slope {self.slope_mb_per_hour:+.1f} MB an hour",
            f"open files: {files}",
            f"stuck: {unfinished} unfinished, {waiting} waiting; pool restarts {restarts}",
            f"failures that nobody caught: {len(self.errors)}; exit code {self.exit_code}",
        )
        return "\n".join((*lines, *self.errors[:5]))

    @property
    def good(self) -> bool:
        """Whether a server could be left alone with this."""
        return not (self.unanswered or self.errors or self.metrics.get("unfinished") or self.exit_code)


class Soak:
    """One run."""

    def __init__(self, *, minutes: float, people: int, seed: int, folder: Path) -> None:
        self._ends_at = time.monotonic() + 60 * minutes
        self._began = time.monotonic()
        self._people = people
        self._dice = random.Random(seed)
        self._folder = folder
        self._health_port = unused_port()
        self.found = Findings()
        self.discord = LoopbackDiscord()
        self.reccobeats = SandboxReccoBeats(sample_catalogue(), clock=time.monotonic)

    async def run(self) -> Findings:
        """Use the bot until the time is over."""
        async with self.discord.running(), _served(self.reccobeats.app()) as url:
            bot = Bot(
                self.discord,
                self._folder,
                RECCOBEATS_URL=f"{url}/v1",
                HEALTH_PORT=str(self._health_port),
                LOG_FORMAT="json",
                LOG_LEVEL="INFO",
            )
            await bot.start()
            try:
                await self._use(bot)
                self.found.exit_code = await bot.stop()
            finally:
                await bot.kill()
        self._read_log()
        return self.found

    async def _use(self, bot: Bot) -> None:
        assert bot.process is not None
        beside = [
            asyncio.create_task(self._watch(bot.process.pid)),
            asyncio.create_task(self._make_weather()),
        ]
        await asyncio.gather(*(self._chair(number) for number in range(self._people)))
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await self._sample(bot.process.pid)

    async def _chair(self, number: int) -> None:
        """Ask for one map after the other, as soon as the last one is there: each time as somebody else.

        One person alone would soon be told to wait.
        """
        people = itertools.cycle(range(100 + number, 100 + _PEOPLE_IN_ALL * self._people, self._people))
        while time.monotonic() < self._ends_at:
            await self.discord.gateway.ready.wait()
            asked = await self.discord.analyze(
                next(people), self._content(), private=self._dice.random() < 0.3
            )
            self.found.sent += 1
            # Never acknowledged means that Discord itself tells the person to try again.
            if await self._within(ACKNOWLEDGED_WITHIN_S, _is_acknowledged, asked):
                self.found.accepted += 1
                self.found.unanswered += not await self._within(ANSWER_WITHIN_S, self._is_answered, asked)
            files = self.discord.state.files
            while len(files) > FILES_KEPT:
                del files[next(iter(files))]

    def _is_answered(self, asked: Request) -> bool:
        return bool(self.discord.state.answers(asked))

    async def _within(self, seconds: float, true: Callable[[Request], bool], asked: Request) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self.discord.until(lambda: true(asked))
        except TimeoutError:
            return False
        return True

    def _content(self) -> bytes:
        """Return a file with features, or links that have to be looked up, some for the first time."""
        if self._dice.random() < 0.6:
            return load(self._dice.choice(_FILES))
        known = [entry.track.id or "" for entry in sample_catalogue().tracks]
        ids = self._dice.sample(known, 30) + [f"{self._dice.randrange(10**22):022d}" for _ in range(10)]
        return "\n".join(f"https://open.spotify.com/track/{each}" for each in ids).encode()

    async def _make_weather(self) -> None:
        """Let something fail every few seconds."""
        while True:
            await asyncio.sleep(WEATHER_EVERY_S * self._dice.uniform(0.5, 1.5))
            match self._dice.randrange(10):
                case 0:
                    self._note("gateway cut")
                    await self.discord.gateway.drop()
                case 1:
                    self._note("gateway op 7")
                    await self.discord.gateway.reconnect()
                case 2 | 3 | 4:
                    self._note("Discord")
                    faults = self.discord.state.faults
                    faults[:] = [each for each in faults if each.times]
                    faults.append(replace(self._dice.choice(_DISCORD_WEATHER)))
                case _:
                    self._note("ReccoBeats")
                    self.reccobeats.faults.append(self._dice.choice(_UPSTREAM_WEATHER))

    def _note(self, what: str) -> None:
        self.found.faults[what] += 1

    async def _watch(self, pid: int) -> None:
        while True:
            await self._sample(pid)
            await asyncio.sleep(SAMPLE_EVERY_S)

    async def _sample(self, pid: int) -> None:
        self.found.at_s.append(time.monotonic() - self._began)
        self.found.memory_mb.append(memory_mb(str(pid)))
        self.found.files.append(_open_files(pid))
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            self.found.metrics = await self._metrics()

    async def _metrics(self) -> dict[str, float]:
        timeout = aiohttp.ClientTimeout(total=5)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"http://127.0.0.1:{self._health_port}/metrics") as answer,
        ):
            text = await answer.text()
        names = {
            "tastemap_requests_unfinished": "unfinished",
            "tastemap_queue_waiting": "waiting",
            "tastemap_pool_restarts": "pool_restarts",
        }
        values: dict[str, float] = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name in names:
                    values[names[sample.name]] = sample.value
                elif sample.name == "tastemap_commands_total":
                    values[f"commands {sample.labels['outcome']}"] = sample.value
        return values

    def _read_log(self) -> None:
        for line in (self._folder / "bot.log").read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                self.found.errors.append(line)
                continue
            if refused := _REFUSED.search(entry["message"]):
                self.found.refusals[refused[1]] += 1
            if "error" in entry and entry["level"] in {"ERROR", "CRITICAL"}:
                self.found.errors.append(f"{entry['logger']}: {entry['message']} … {entry['error'][-200:]}")


@asynccontextmanager
async def _served(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _is_acknowledged(asked: Request) -> bool:
    return asked.acknowledged_at is not None


def _open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def main() -> int:
    """Read the command line and soak."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--people", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tastemap-soak-") as folder:
        soak = Soak(minutes=options.minutes, people=options.people, seed=options.seed, folder=Path(folder))
        found = asyncio.run(soak.run())
    print(found)
    return 0 if found.good else 1


if __name__ == "__main__":
    sys.exit(main())
