"""A small invented Discord server with the real bot in it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import simcord
from simcord._clock import Clock

from bot.app import App, build, warm_up
from bot.app.client import TastemapBot
from bot.config import Settings
from bot.demo.spotify import DemoSpotify, connect, loopback, open_spotify
from cogs.work.admission import Allowance, Limits
from sandbox.labs import SandboxLabs
from sandbox.listenbrainz import SandboxListenBrainz, SandboxListener
from sandbox.reccobeats import SandboxReccoBeats
from sandbox.sample_catalogue import sample_catalogue
from sandbox.spotify_samples import MIKA
from services.sources.clock import utc_now

SETTLE_S = 60.0
"""How long the simulator waits for the bot to finish; the work itself takes a second or two."""


class _PresentTime(Clock):
    """The simulator's clock at the present time; by itself it stands still."""

    def now(self) -> datetime:
        """Return the present, and what the simulator has skipped of it."""
        return utc_now() + timedelta(seconds=self.elapsed)


@dataclass(slots=True)
class Calendar:
    """The bot's own clock, which the script sets back to tell of earlier days."""

    behind: timedelta = timedelta()

    def now(self) -> datetime:
        """Return the time that the bot goes by."""
        return utc_now() - self.behind


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
    spotify: DemoSpotify
    bot: TastemapBot
    calendar: Calendar


@asynccontextmanager
async def open_world(settings: Settings) -> AsyncIterator[World]:
    """Start loopback services, the bot on a temporary database, and a server with people.

    Mika has connected an invented Spotify account; you can, and Noor has none.
    """
    catalogue, clock = sample_catalogue(), time.monotonic
    calendar = Calendar()
    robin = SandboxListener("robin", top=[entry.track for entry in catalogue.tracks[:240:3]])
    async with (
        loopback(SandboxReccoBeats(catalogue, clock=clock).app()) as reccobeats_url,
        loopback(SandboxLabs(catalogue, clock=clock).app()) as labs_url,
        loopback(SandboxListenBrainz(catalogue, clock=clock, users=[robin]).app()) as listenbrainz_url,
        open_spotify() as spotify,
    ):
        with tempfile.TemporaryDirectory(prefix="tastemap-demo-") as folder:
            offline = Settings(
                _env_file=None,
                **{
                    **settings.model_dump(),
                    "database_url": f"sqlite+aiosqlite:///{Path(folder) / 'demo.db'}",
                    "reccobeats_url": f"{reccobeats_url}/v1",
                    "listenbrainz_labs_url": labs_url,
                    "listenbrainz_url": listenbrainz_url,
                    **spotify.settings,
                },
            )
            async with build(offline, clock=calendar.now) as app, _pages(app):
                await warm_up(app)
                bot = app.new_bot()
                # The script presses faster than people can: it would be told to wait.
                bot.limits = Limits(person=Allowance(1e9, 1.0), server=Allowance(1e9, 1.0))
                async with simcord.run(
                    bot, settle_timeout=SETTLE_S, shard_count=1, check_errors=False
                ) as env:
                    env.backend.clock = _PresentTime()
                    env.backend.bot_user.name = "Tastemap"
                    guild = env.create_guild("Listening Room")
                    channel = guild.create_text_channel("music")
                    together = guild.create_text_channel("together")
                    you = guild.add_member(env.create_user("you", global_name="Robin"))
                    mika = guild.add_member(env.create_user("mika", global_name="Mika"))
                    noor = guild.add_member(env.create_user("noor", global_name="Noor"))
                    await connect(app, mika.id, MIKA)
                    await bot.tree.sync()
                    yield World(app, env, guild, channel, together, you, mika, noor, spotify, bot, calendar)


@asynccontextmanager
async def _pages(app: App) -> AsyncIterator[None]:
    """Serve the pages of the login."""
    if app.accounts is None:
        yield
        return
    async with app.accounts.pages(app.clients):
        yield
