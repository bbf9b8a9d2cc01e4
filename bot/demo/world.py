"""A small invented Discord server with the real bot in it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import simcord
from aiohttp import web

from bot.app import App, build, warm_up
from bot.config import Settings
from sandbox.reccobeats import SandboxReccoBeats
from sandbox.sample_catalogue import sample_catalogue

SETTLE_S = 60.0
"""How long the simulator waits for the bot to finish; the work itself takes a second or two."""


@dataclass(frozen=True, slots=True)
class World:
    """The simulated server and the people in it."""

    app: App
    env: Any
    guild: Any
    channel: Any
    you: Any
    mika: Any


@asynccontextmanager
async def open_world(settings: Settings) -> AsyncIterator[World]:
    """Start a loopback ReccoBeats, the bot on a temporary database, and a server with two people."""
    reccobeats = SandboxReccoBeats(sample_catalogue(), clock=time.monotonic)
    async with _loopback(reccobeats.app()) as reccobeats_url:
        with tempfile.TemporaryDirectory(prefix="tastemap-demo-") as folder:
            offline = settings.model_copy(
                update={
                    "database_url": f"sqlite+aiosqlite:///{Path(folder) / 'demo.db'}",
                    "reccobeats_url": reccobeats_url,
                }
            )
            async with build(offline) as app:
                await warm_up(app)
                bot = app.new_bot()
                async with simcord.run(
                    bot, settle_timeout=SETTLE_S, shard_count=1, check_errors=False
                ) as env:
                    env.backend.bot_user.name = "Tastemap"
                    guild = env.create_guild("Listening Room")
                    channel = guild.create_text_channel("music")
                    you = guild.add_member(env.create_user("you", global_name="You"))
                    mika = guild.add_member(env.create_user("mika", global_name="Mika"))
                    await bot.tree.sync()
                    yield World(app, env, guild, channel, you, mika)


@asynccontextmanager
async def _loopback(application: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        await runner.cleanup()
