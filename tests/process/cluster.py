"""Processes of one Tastemap on one Discord: gateways, web processes and workers, or one that is all."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from sandbox.discord import LoopbackDiscord, Message, Request
from sandbox.service import unused_port
from tests.conftest import ROOT

START_S = 90.0


@dataclass(slots=True)
class Member:
    """One process."""

    role: str
    process: asyncio.subprocess.Process
    health_port: int
    log: Path

    async def is_ready(self) -> bool:
        """Whether it says that it can do what it is there for."""
        url = f"http://127.0.0.1:{self.health_port}/readyz"
        try:
            async with aiohttp.ClientSession() as session, session.get(url) as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def kill(self) -> None:
        """End it as the kernel does when memory runs out."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def stop(self, seconds: float = 40.0) -> int:
        """Ask for an orderly end and return the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(seconds):
            return await self.process.wait()


@dataclass(slots=True)
class Cluster:
    """All processes, and the Discord they serve."""

    discord: LoopbackDiscord
    database_url: str
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    module: str = "benchmarks.loopback_bot"
    members: list[Member] = field(default_factory=list)

    @property
    def is_alone(self) -> bool:
        """Whether one process has the database, a file, to itself."""
        return self.database_url.startswith("sqlite")

    async def start(self, *roles: str, **settings: str) -> list[Member]:
        """Start a process for each role and wait until they are ready."""
        started = [await self._spawn(role, settings) for role in roles]
        async with asyncio.timeout(START_S):
            for member in started:
                while not await member.is_ready():
                    assert member.process.returncode is None, member.log.read_text()
                    await asyncio.sleep(0.1)
        return started

    async def _spawn(self, role: str, settings: dict[str, str]) -> Member:
        number, port = len(self.members), unused_port()
        log = self.folder / f"{number}-{role}.log"
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "DISCORD_TOKEN": self.discord.token,
            "DATABASE_URL": self.database_url,
            "RECCOBEATS_URL": "",
            "WORKERS": "1",
            "ROLE": role,
            "HEALTH_PORT": str(port),
            "WEB_PORT": "0",
            "MPLCONFIGDIR": str(self.folder / "matplotlib"),
            **self.settings,
            **settings,
        }
        with log.open("wb") as written:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self.module, self.discord.url,
                cwd=ROOT, env=environment, stdout=written, stderr=written,
            )  # fmt: skip
        member = Member(role, process, port, log)
        self.members.append(member)
        return member

    async def answer(self, request: Request, seconds: float = 90.0) -> Message:
        """Wait for the answer of a request, and fail if there are two that do not say so."""
        state = self.discord.state
        async with asyncio.timeout(seconds):
            await self.discord.until(lambda: bool(state.answers(request)))
        answers = state.answers(request)
        assert not state.is_doubled(request), [each.words for each in answers]
        return answers[-1]

    def logs(self) -> str:
        """Return what all processes wrote."""
        return "\n".join(f"== {each.log.name}\n{each.log.read_text()}" for each in self.members)


@asynccontextmanager
async def cluster_on(database_url: str, folder: Path, **settings: str) -> AsyncIterator[Cluster]:
    """Run a loopback Discord and whatever is started inside the block; nothing outlives it."""
    server = LoopbackDiscord()
    server.gateway.in_turn = True
    async with server.running():
        cluster = Cluster(server, database_url, folder, settings)
        try:
            yield cluster
        finally:
            for member in cluster.members:
                await member.kill()
