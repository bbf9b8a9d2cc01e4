"""The real bot inside a simulated Discord, on a real database and a real worker pool."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import simcord
from aiohttp import web

from bot.app import App, build
from bot.config import Settings
from cogs.work import reaching
from sandbox.playlists import load
from services.compute import ComputePool
from tests.databases import sqlite_at
from tests.discord.cards import menu_of

SETTLE_S = 60.0


@dataclass(frozen=True, slots=True)
class Room:
    """A server with a channel, two people and the bot."""

    app: App
    env: Any
    guild: Any
    channel: Any
    ann: Any
    bob: Any

    async def restart(self) -> None:
        """Restart the bot: nothing that was in its memory is left."""
        await self.env.restart_bot(self.app.new_bot())

    async def analyze(self, filename: str = "late-drive.csv", **options: Any) -> Any:
        """Let Ann analyse an invented playlist; return what she gets."""
        content = options.pop("content", None) or load(filename)
        seen = self.env.error_cursor
        result = await self.ann.slash(self.channel, "analyze", file=(filename, content), **options)
        assert not self.env.errors_since(seen)
        assert result.response is not None
        return result.response

    async def choose_group(self, message: Any, value: str, who: Any = None) -> Any:
        """Use the menu of groups on a card."""
        custom_id = menu_of(message)["custom_id"]
        return await (who or self.ann).select(message, [value], custom_id=custom_id)

    def posts(self) -> list[Any]:
        """Return the messages that everybody in the channel sees."""
        return [message for message in self.channel.history() if not message.flags.ephemeral]


class SimulatedDiscord(simcord.Env):
    """The simulator, which remembers which errors of the bot a test has looked at."""

    looked_at = 0

    def refusals(self) -> list[BaseException]:
        """Return the errors that commands ended in since the last look."""
        fresh = list(self.errors_since(self.looked_at))
        self.looked_at = self.error_cursor
        return fresh


def keep_no_connection(service: web.Application) -> web.Application:
    """Let a loopback service end each connection: kept ones have timers, for which the simulator waits."""

    @web.middleware
    async def end_connection(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        response = await handler(request)
        response.force_close()
        return response

    service.middlewares.append(end_connection)
    return service


@asynccontextmanager
async def open_app(folder: Path, pool: ComputePool | None = None, **settings: Any) -> AsyncIterator[App]:
    """Open the whole application on a database in `folder`, without any outside service."""
    values = {
        "database_url": sqlite_at(folder / "test.db"),
        "reccobeats_url": "",
        "workers": 1,
        **settings,
    }
    async with build(Settings(_env_file=None, **values), pool=pool) as opened:
        yield opened


@asynccontextmanager
async def simulate(app: App) -> AsyncIterator[SimulatedDiscord]:
    """Run the bot of `app`. An error that it met and no test looked at fails the test."""
    simulated = SimulatedDiscord(app.new_bot(), settle_timeout=SETTLE_S, shard_count=1)
    await simulated.start()
    try:
        yield simulated
    finally:
        await simulated.shutdown()
    if overlooked := simulated.refusals():
        raise BaseExceptionGroup("the bot met errors that the test did not look at", overlooked)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once what otherwise waits for a database or for Discord to come back."""

    async def sleep(_seconds: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(reaching, "asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": sleep}))


@pytest.fixture
async def app(tmp_path: Path, pool: ComputePool) -> AsyncIterator[App]:
    async with open_app(tmp_path, pool) as opened:
        yield opened


@pytest.fixture
async def env(app: App) -> AsyncIterator[SimulatedDiscord]:
    async with simulate(app) as simulated:
        yield simulated


@pytest.fixture
async def room(app: App, env: SimulatedDiscord) -> Room:
    return await furnish(app, env)


async def furnish(app: App, env: SimulatedDiscord) -> Room:
    """Put a server, a channel and two people into a simulator."""
    guild = env.create_guild("Listening Room")
    channel = guild.create_text_channel("music")
    ann = guild.add_member(env.create_user("ann"))
    bob = guild.add_member(env.create_user("bob"))
    await env.bot.tree.sync()
    return Room(app, env, guild, channel, ann, bob)
