"""A small invented Discord server with the real bot in it."""

from __future__ import annotations

import base64
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import simcord
from aiohttp import web
from pydantic import SecretStr

from bot.app import App, build, warm_up
from bot.config import Settings
from bot.demo.people import GRANTS, connect
from sandbox.reccobeats import SandboxReccoBeats
from sandbox.sample_catalogue import sample_catalogue
from sandbox.spotify import SandboxSpotify
from sandbox.spotify_samples import MIKA, YOU, sample_library

SETTLE_S = 60.0
"""How long the simulator waits for the bot to finish; the work itself takes a second or two."""


@dataclass(frozen=True, slots=True)
class World:
    """The simulated server and the people in it."""

    app: App
    env: Any
    guild: Any
    channel: Any
    together: Any
    """Another channel, where people compare."""
    you: Any
    mika: Any
    noor: Any


@asynccontextmanager
async def open_world(settings: Settings) -> AsyncIterator[World]:
    """Start a loopback ReccoBeats and Spotify, the bot on a temporary database, and a server with people.

    You and Mika have connected their invented Spotify accounts; Noor has not.
    """
    reccobeats = SandboxReccoBeats(sample_catalogue(), clock=time.monotonic)
    spotify = SandboxSpotify(sample_library(), check_token=GRANTS.get, clock=time.monotonic)
    async with _loopback(reccobeats.app()) as reccobeats_url, _loopback(spotify.app()) as spotify_url:
        with tempfile.TemporaryDirectory(prefix="tastemap-demo-") as folder:
            offline = settings.model_copy(
                update={
                    "database_url": f"sqlite+aiosqlite:///{Path(folder) / 'demo.db'}",
                    "reccobeats_url": reccobeats_url,
                    "spotify_client_id": "demo",
                    "spotify_api_url": spotify_url,
                    "token_keys": SecretStr(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()),
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
                    together = guild.create_text_channel("together")
                    you = guild.add_member(env.create_user("you", global_name="Robin"))
                    mika = guild.add_member(env.create_user("mika", global_name="Mika"))
                    noor = guild.add_member(env.create_user("noor", global_name="Noor"))
                    await connect(app, you.id, YOU)
                    await connect(app, mika.id, MIKA)
                    await bot.tree.sync()
                    yield World(app, env, guild, channel, together, you, mika, noor)


@web.middleware
async def _closing(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Keep no connection: the timer of a kept one would be work that the simulator waits for."""
    response = await handler(request)
    response.force_close()
    return response


@asynccontextmanager
async def _loopback(application: web.Application) -> AsyncIterator[str]:
    application.middlewares.append(_closing)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        await runner.cleanup()
