"""A small invented Discord server with the real bot in it, and an invented Spotify beside it."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import simcord
from aiohttp import web
from simcord._clock import Clock

from bot.app import App, build, warm_up
from bot.app.client import TastemapBot
from bot.config import Settings
from bot.process import in_background
from cogs.work.admission import Allowance, Limits
from sandbox.labs import SandboxLabs
from sandbox.listenbrainz import SandboxListenBrainz, SandboxListener
from sandbox.reccobeats import SandboxReccoBeats
from sandbox.sample_catalogue import sample_catalogue
from sandbox.service import unused_port
from sandbox.spotify import SandboxSpotify
from sandbox.spotify_accounts import SandboxAccounts
from sandbox.spotify_library import Grant, SandboxLibrary, SandboxUser
from sandbox.spotify_samples import MIKA, YOU, sample_library
from services.accounts.tokens import ACCESS, REFRESH
from services.domain.spotify import READ_SCOPES, Link
from services.domain.writes import WRITE_SCOPES
from services.sealing import new_key
from services.sources.clock import utc_now

_CLIENT_ID = "demo"
_HOST = "127.0.0.1"
_SCOPES = READ_SCOPES | WRITE_SCOPES
_CONNECTED_FOR = timedelta(days=150)

GRANTS: Mapping[str, Grant] = {user.id: Grant(user, _SCOPES) for user in (YOU, MIKA)}
"""By access token, which in the demo is the account's name."""


@dataclass(frozen=True, slots=True)
class DemoSpotify:
    """Both halves of it, and the settings with which the bot finds them."""

    accounts: SandboxAccounts
    library: SandboxLibrary
    settings: dict[str, Any]


@asynccontextmanager
async def open_spotify() -> AsyncIterator[DemoSpotify]:
    """Serve an invented Spotify with two people inside the block.

    The port of the login pages has to be known first, because a login may return to a registered
    address only.
    """
    port = unused_port()
    client_secret = secrets.token_urlsafe(16)
    accounts = SandboxAccounts(
        [YOU],
        client_id=_CLIENT_ID,
        client_secret=client_secret,
        redirect_uris=[f"http://{_HOST}:{port}/callback"],
        clock=time.monotonic,
    )

    def check_token(token: str) -> Grant | None:
        return GRANTS.get(token) or accounts.check_token(token)

    api = SandboxSpotify(sample_library(), check_token=check_token, clock=time.time)
    async with loopback(api.app()) as api_url, loopback(accounts.app()) as accounts_url:
        settings = {
            "spotify_client_id": _CLIENT_ID,
            "spotify_client_secret": client_secret,
            "spotify_api_url": f"{api_url}/v1",
            "spotify_accounts_url": accounts_url,
            "token_keys": new_key(),
            "public_url": None,
            "web_host": _HOST,
            "web_port": port,
            "paste_login": False,
            "discord_client_secret": None,
        }
        yield DemoSpotify(accounts, api.library, settings)


async def connect(app: App, user_id: int, account: SandboxUser) -> None:
    """Store what a finished login leaves behind.

    Raises
    ------
    LookupError
        The application has no Spotify app.
    """
    accounts = app.accounts
    if accounts is None:
        raise LookupError("the demo needs a Spotify app to connect people to")
    now = accounts.clock.now()
    await accounts.links.save(
        Link(
            user_id=user_id,
            account_id=account.account_id,
            spotify_user_id=account.id,
            name=account.name,
            refresh_sealed=accounts.tokens.seal(user_id, REFRESH, account.id),
            access_sealed=accounts.tokens.seal(user_id, ACCESS, account.id),
            access_expires_at=now + _CONNECTED_FOR,
            scopes=_SCOPES,
            authorized_at=now,
        )
    )


@asynccontextmanager
async def loopback(application: web.Application) -> AsyncIterator[str]:
    """Serve on a free port of this machine; yields the address."""
    application.middlewares.append(_closing)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, _HOST, 0)
        await site.start()
        yield f"http://{_HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@web.middleware
async def _closing(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Keep no connection: the timer of a kept one would be work that the simulator waits for."""
    response = await handler(request)
    response.force_close()
    return response


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
            async with (
                build(offline, clock=calendar.now) as app,
                _pages(app),
                in_background(warm_up(app)),  # done by the time somebody has found the first button
            ):
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
