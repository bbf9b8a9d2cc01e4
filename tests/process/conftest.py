"""The real client against a loopback Discord, in this process: real sockets, real reconnects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import pytest
import yarl
from discord import http
from discord.gateway import DiscordWebSocket
from discord.webhook import async_ as webhooks

from bot.app import App
from bot.app.client import TastemapBot
from bot.commands import run
from bot.process import Lifetime
from cogs.work import reaching
from sandbox.discord import LoopbackDiscord, Message, Request
from sandbox.playlists import load
from services.compute import ComputePool
from tests.databases import unfinished_jobs
from tests.discord.conftest import open_app
from tests.postgresql import new_postgresql, postgresql_server, postgresql_template

__all__ = ["new_postgresql", "postgresql_server", "postgresql_template"]

PATIENCE_S = 110.0


@dataclass(slots=True)
class Line:
    """The bot and Discord, connected."""

    discord: LoopbackDiscord
    app: App
    serving: asyncio.Task[int]
    lifetime: Lifetime
    bots: list[TastemapBot]

    async def answer(self, request: Request) -> Message:
        """Wait for the answer of a request, and fail if there are two."""
        state = self.discord.state
        async with asyncio.timeout(PATIENCE_S):
            await self.discord.until(lambda: bool(state.answers(request)))
        (answer,) = state.answers(request)
        return answer

    async def came_back(self, what: str, count: int) -> None:
        """Wait until the bot did a thing so often."""
        async with asyncio.timeout(PATIENCE_S):
            await self.discord.gateway.wait_for(what, count)


@pytest.fixture
async def loopback(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LoopbackDiscord]:
    """A Discord that discord.py takes for the real one."""

    class Hasty:
        """`asyncio` for the waits of discord.py and of our own between two attempts."""

        def __getattr__(self, name: str) -> Any:
            return getattr(asyncio, name)

        async def sleep(self, seconds: float) -> None:
            await asyncio.sleep(0)

    monkeypatch.setattr(webhooks, "asyncio", Hasty())
    monkeypatch.setattr(http, "asyncio", Hasty())
    monkeypatch.setattr(reaching, "asyncio", Hasty())
    monkeypatch.setattr(discord.AutoShardedClient, "before_identify_hook", _no_wait)
    server = LoopbackDiscord()
    async with server.running():
        monkeypatch.setattr(http.Route, "BASE", f"{server.url}/api/v10")
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.gateway.address))
        yield server
    assert server.state.free_to_mention == [], "every message says whom it may notify, also when it changes"


async def _no_wait(self: Any, shard_id: int | None, *, initial: bool = False) -> None:
    """Identify again without the five seconds that the real Discord wants."""


@asynccontextmanager
async def connected(
    discord_server: LoopbackDiscord, app: App, *, heartbeat_timeout_s: float = 60.0
) -> AsyncIterator[Line]:
    """Serve inside the block and stop in order after it."""
    lifetime, bots, made = Lifetime(), [], app.new_bot

    def new_bot() -> TastemapBot:
        bot = made()
        bot._connection.heartbeat_timeout = heartbeat_timeout_s
        bots.append(bot)
        return bot

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(app), "new_bot", lambda _self: new_bot())
        serving = asyncio.create_task(run.serve(app, discord_server.token, lifetime))
        async with asyncio.timeout(PATIENCE_S):
            await discord_server.gateway.ready.wait()
        yield Line(discord_server, app, serving, lifetime, bots)
        lifetime.stop()
        async with asyncio.timeout(PATIENCE_S):
            assert await serving == 0


@pytest.fixture
async def app(tmp_path: Path, pool: ComputePool) -> AsyncIterator[App]:
    async with open_app(tmp_path, pool, discord_token=LoopbackDiscord.token) as opened:
        yield opened


@pytest.fixture
async def line(loopback: LoopbackDiscord, app: App) -> AsyncIterator[Line]:
    async with connected(loopback, app) as opened:
        yield opened


def hold_files(server: LoopbackDiscord) -> tuple[asyncio.Event, asyncio.Event]:
    """Hand over files only when the second event is set; the first tells that one was asked for."""
    asked, released = asyncio.Event(), asyncio.Event()

    async def hold(moment: str, call: str) -> None:
        if moment == "before" and "/attachments/" in call:
            asked.set()
            await released.wait()

    server.state.on_call = hold
    return asked, released


async def held_file(server: LoopbackDiscord, user_id: int = 1) -> tuple[Request, asyncio.Event]:
    """Let somebody ask whose file Discord hands over only when the event is set."""
    asked, released = hold_files(server)
    request = await server.analyze(user_id, load("late-drive.csv"))
    async with asyncio.timeout(PATIENCE_S):
        await asked.wait()
    return request, released


async def until(true: Callable[[], bool]) -> None:
    """Return when something is true that not everything tells a change of."""
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # noqa: ASYNC110  (not everything that is looked at tells of a change)
            await asyncio.sleep(0.01)


async def until_nothing_is_left(line: Line) -> None:
    """Return when every accepted request is over."""
    async with asyncio.timeout(PATIENCE_S):
        while await unfinished_jobs(line.app.database):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
