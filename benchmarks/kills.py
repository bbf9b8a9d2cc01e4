"""Kill the bot again and again while people wait, and look whether anything is lost or said twice.

    python -m benchmarks.kills [--kills 100] [--seed 1] [--people 3] [--scene analyses]

The real bot runs in a process of its own against a loopback Discord that outlives it. It is killed
with SIGKILL before or after one of its requests to Discord, or at a random moment between them, then
started again, and its server arrives only later, as after every start; everything that was acknowledged
has to be answered exactly once. The scenes `comparisons`, `pairs` and `blends` also look whether somebody
was thrown out of a comparison.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from aiohttp import web

from benchmarks.kills_groups import SCENES
from sandbox.discord import LoopbackDiscord, Message, Request
from sandbox.playlists import load

ROOT = Path(__file__).resolve().parent.parent
READY_S = 10.0
PHASES = ("before", "after", "between")
"""Of a request to Discord; between them the bot computes or waits for its disk."""
PATIENCE_S = 60.0
_CONTENTS = (load("late-drive.csv"), load("sunday-kitchen.csv"), load("account-data.json"), b"")
"""Two that end in a card, one in a question to the person alone, and one in a refusal."""
_PRIVATE_SHARE = 0.4
_SERVER_ARRIVES_S = 1.5
"""Latest after the start of a session: until then Discord calls each server unavailable."""
_CALLS_PER_PERSON = 4
"""Acknowledgement, file, progress, card."""


@dataclass(slots=True)
class Tally:
    """What came of it."""

    kills: int = 0
    sent: int = 0
    accepted: int = 0
    never_accepted: int = 0
    """Killed before the acknowledgement: Discord itself tells the person to try again."""
    lost: list[int] = field(default_factory=list)
    doubled: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """Whatever else a scene found."""
    slowest_start_s: float = 0.0
    moments: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """Say it in a few lines."""
        moments = ", ".join(f"{count} {moment}" for moment, count in sorted(self.moments.items()))
        return (
            f"{self.kills} kills ({moments})\n"
            f"{self.sent} requests: {self.accepted} accepted, {self.never_accepted} killed before that; "
            f"{len(self.lost)} lost, {len(self.doubled)} answered twice, {len(self.wrong)} otherwise wrong\n"
            f"slowest start until ready: {self.slowest_start_s:.1f} s"
        )


class Scene(Protocol):
    """What people do while the bot is killed."""

    calls: int
    """How many requests to Discord it takes at most."""
    wrong: list[str]
    """What was found wrong beside the number of answers."""

    async def prepare(self) -> None:
        """Do what has to come before, uninterrupted."""

    async def ask(self, dice: random.Random) -> list[Request]:
        """Send what may be interrupted."""

    def check(self, answers: list[Message]) -> None:
        """Look at what came of what was accepted."""


class Analyses:
    """Several people have a playlist analysed at once."""

    def __init__(self, discord: LoopbackDiscord, people: int) -> None:
        self._discord = discord
        self._people = people
        self.calls = _CALLS_PER_PERSON * people
        self.wrong: list[str] = []

    async def prepare(self) -> None:
        """Nothing has to come before."""

    async def ask(self, dice: random.Random) -> list[Request]:
        """Send a file each."""
        asked: list[Request] = []
        for person in range(self._people):
            is_private = dice.random() < _PRIVATE_SHARE
            content = dice.choice(_CONTENTS)
            asked.append(await self._discord.analyze(100 + person, content, private=is_private))
        return asked

    def check(self, answers: list[Message]) -> None:
        """Any answer will do: some are cards, some are refusals."""


class Bot:
    """The real bot in a process of its own."""

    program: tuple[str, ...] = ("benchmarks.loopback_bot",)
    """Module and arguments; the address of Discord comes last."""

    def __init__(self, discord: LoopbackDiscord, folder: Path, **settings: str) -> None:
        self._discord = discord
        self.database_url = f"sqlite+aiosqlite:///{folder / 'kills.db'}"
        self.environment = {
            **os.environ,
            "DISCORD_TOKEN": discord.token,
            "DATABASE_URL": self.database_url,
            "RECCOBEATS_URL": "",
            "WORKERS": "1",
            "LOG_LEVEL": "WARNING",
            "HEALTH_PORT": "0",
            "WEB_PORT": "0",
            **settings,
        }
        self._log = folder / "bot.log"
        self.process: asyncio.subprocess.Process | None = None
        self.output = ""
        """What it printed by its orderly end."""

    async def start(self) -> float:
        """Start it, wait until it is ready, and return how long that took, in seconds."""
        began = time.perf_counter()
        self._discord.gateway.ready.clear()
        with self._log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *self.program,
                self._discord.url,
                cwd=ROOT,
                env=self.environment,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        async with asyncio.timeout(PATIENCE_S):
            await self._discord.gateway.ready.wait()
        return time.perf_counter() - began

    async def kill(self) -> None:
        """End it at once, as a crash or a power cut of the container would."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def stop(self) -> int:
        """End it in order and return its exit code."""
        assert self.process is not None
        self.process.terminate()
        output, _ = await self.process.communicate()
        self.output = output.decode()
        return await self.process.wait()


def spotify_settings(api_url: str, accounts_url: str, keys: str) -> dict[str, str]:
    """Return the settings with which a `Bot` finds a loopback Spotify, whose calls nobody counts."""
    return {
        "SPOTIFY_CLIENT_ID": "loopback",
        "SPOTIFY_CLIENT_SECRET": "loopback",
        "SPOTIFY_API_URL": api_url,
        "SPOTIFY_ACCOUNTS_URL": accounts_url,
        "SPOTIFY_DAILY_CALLS": "100000",
        "TOKEN_KEYS": keys,
    }


async def one_kill(
    discord: LoopbackDiscord,
    bot: Bot,
    dice: random.Random,
    tally: Tally,
    *,
    scene: Scene,
    phases: Sequence[str],
) -> None:
    """Let people ask, kill the bot at some moment, start it again and wait for all answers."""
    await scene.prepare()
    killed = asyncio.Event()
    number = dice.randrange(1, scene.calls + 1)
    phase = dice.choice(phases)
    pause_s = dice.uniform(0.0, 0.15)
    seen = 0

    async def kill() -> None:
        await bot.kill()
        killed.set()
        await discord.state.notify()

    async def watch(moment: str, _call: str) -> None:
        nonlocal seen
        if killed.is_set() or moment != ("before" if phase == "before" else "after"):
            return
        seen += 1
        if seen == number:
            if phase == "between":
                await asyncio.sleep(pause_s)
            await kill()
            if phase == "before":
                raise web.HTTPServiceUnavailable  # to nobody: the request never came

    discord.state.on_call = watch
    asked = await scene.ask(dice)
    async with asyncio.timeout(PATIENCE_S):
        await discord.until(lambda: killed.is_set() or all(map(discord.state.answers, asked)))
    if not killed.is_set():
        phase = "idle"  # everything was done with fewer calls
        await kill()
    discord.state.on_call = None
    tally.kills += 1
    tally.moments[phase] = tally.moments.get(phase, 0) + 1
    discord.gateway.server_is_held = True
    tally.slowest_start_s = max(tally.slowest_start_s, await bot.start())
    await asyncio.sleep(dice.uniform(0.0, _SERVER_ARRIVES_S))
    await discord.gateway.let_server_arrive()
    accepted = [each for each in asked if each.acknowledged_at is not None]
    try:
        async with asyncio.timeout(PATIENCE_S):
            await discord.until(lambda: all(discord.state.answers(each) for each in accepted))
    except TimeoutError:
        pass
    tally.sent += len(asked)
    tally.accepted += len(accepted)
    tally.never_accepted += len(asked) - len(accepted)
    for each in accepted:
        if not discord.state.answers(each):
            tally.lost.append(each.request_id)
        elif discord.state.is_doubled(each):
            tally.doubled.append(each.request_id)
    scene.check([answer for each in accepted for answer in discord.state.answers(each)])


async def run(
    kills: int,
    *,
    seed: int,
    folder: Path,
    people: int = 3,
    phases: Sequence[str] = PHASES,
    scene: str = "analyses",
) -> Tally:
    """Kill the bot so often; returns what became of the requests."""
    dice, tally, discord = random.Random(seed), Tally(), LoopbackDiscord()
    acted: Scene = SCENES[scene](discord, folder) if scene in SCENES else Analyses(discord, people)
    tally.wrong = acted.wrong
    async with discord.running():
        bot = Bot(discord, folder)
        try:
            tally.slowest_start_s = await bot.start()
            for _ in range(kills):
                await one_kill(discord, bot, dice, tally, scene=acted, phases=phases)
            # Whatever a late repetition would post a second time has appeared by the orderly end.
            await bot.stop()
        finally:
            await bot.kill()
    return tally


def main() -> int:
    """Read the command line and kill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=3)
    parser.add_argument("--scene", choices=["analyses", *SCENES], default="analyses")
    options = vars(parser.parse_args())
    with tempfile.TemporaryDirectory(prefix="tastemap-kills-") as folder:
        tally = asyncio.run(run(**options, folder=Path(folder)))
    print(tally)
    for each in tally.wrong:
        print(f"  {each}")
    return 1 if tally.lost or tally.doubled or tally.wrong or tally.slowest_start_s > READY_S else 0


if __name__ == "__main__":
    sys.exit(main())
