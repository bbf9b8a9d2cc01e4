"""`run`: connect to Discord and serve until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import aiohttp
import discord

from bot.app import App, build, warm_up
from bot.cli import EXIT_CONFIG, EXIT_DATA, EXIT_FAILED, EXIT_OK
from bot.client import TastemapBot
from bot.config import Settings
from bot.health import serve_health
from bot.lifetime import DRAIN_S, Lifetime, in_background
from bot.upkeep import keep_house
from cogs.sentences import sentence
from services.domain.errors.storage import DamagedDatabaseError, StorageError
from services.storage.backups import default_folder
from services.storage.rescue import make_ready

_RETRY_S = (2.0, 5.0, 15.0, 60.0)
"""Waits between attempts while Discord can't be reached; the last one repeats."""
_UNREACHABLE = (aiohttp.ClientError, OSError, TimeoutError, discord.GatewayNotFound)
_SERVER_FAULT = 500
_TOO_MANY = 429
_TOKEN_REVOKED = 4004
"""Close code of the gateway for a token that is not valid, or no longer."""

_M_ARENA_MAX = -8
"""Of glibc's `mallopt`. Each thread may else keep a heap of its own, which grows and is never given back."""

_log = logging.getLogger(__name__)


async def run_bot(settings: Settings, lifetime: Lifetime | None = None, *, fresh: bool = False) -> int:
    """Open everything, serve, and close in order; returns the exit code.

    Parameters
    ----------
    fresh
        Whether a damaged database without a good backup gives way to an empty one.
    """
    if settings.discord_token is None:
        print("DISCORD_TOKEN is missing: put it into .env (see .env.example).", file=sys.stderr)  # noqa: T201
        return EXIT_CONFIG
    lifetime = lifetime or Lifetime()
    _share_one_heap()
    try:
        with lifetime.signals():
            await _make_ready(settings, fresh=fresh)
            async with AsyncExitStack() as stack:
                app = await stack.enter_async_context(build(settings))
                await open_beside(stack, app)
                return await serve(app, settings.discord_token.get_secret_value(), lifetime)
    except DamagedDatabaseError as damage:
        print(_no_way_back(settings, damage), file=sys.stderr)  # noqa: T201
        return EXIT_DATA
    except StorageError as error:
        print(f"{sentence(error)} ({error})", file=sys.stderr)  # noqa: T201
        return EXIT_FAILED


def _share_one_heap() -> None:
    """Let all threads take memory from one heap, where the C library can do that: 14 MB less under load."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


async def _make_ready(settings: Settings, *, fresh: bool) -> None:
    """Bring the tables up to date, and get over a damaged database."""
    url = settings.database_url
    rescue = await asyncio.to_thread(
        make_ready, url, folder=default_folder(url), now=datetime.now(UTC), fresh=fresh
    )
    if rescue is None:
        return
    instead = (
        f"going on with the backup {rescue.restored} of {rescue.made_at:%Y-%m-%d %H:%M} UTC"
        if rescue.restored and rescue.made_at
        else "beginning with an empty database"
    )
    _log.error("the database was damaged (%s) and lies at %s now; %s", rescue.problem, rescue.aside, instead)


def _no_way_back(settings: Settings, damage: DamagedDatabaseError) -> str:
    return (
        f"The database {damage.database} is damaged ({damage.problem}) and there is no good backup in "
        f"{default_folder(settings.database_url)}. Put one back with `python -m bot restore FILE`, or begin "
        "with an empty database with `python -m bot run --fresh`; the damaged file is kept aside."
    )


async def open_beside(stack: AsyncExitStack, app: App) -> None:
    """Open what lives beside the client: listening ports and repeated work.

    Opened after the application and closed before it; still open while the client finishes its work.
    """
    settings, vitals = app.settings, app.vitals
    # The workers start while the client connects: after a crash the bot is to be back soon.
    await stack.enter_async_context(
        in_background(warm_up(app), vitals.beat(), keep_house(app.chores, vitals.metrics))
    )
    if settings.health_port:
        await stack.enter_async_context(
            serve_health(app.status, host=settings.health_host, port=settings.health_port)
        )
    if app.accounts is not None:
        port = await stack.enter_async_context(app.accounts.pages(app.clients))
        _log.info("login pages on port %s, reached at %s", port, app.accounts.public_url)


async def serve(app: App, token: str, lifetime: Lifetime) -> int:
    """Be connected until told to stop; while Discord can't be reached, try again and again."""
    stopping = asyncio.create_task(lifetime.until_stopped())
    attempt = 0
    try:
        while True:
            code = await _one_connection(app, token, stopping)
            if code is not None:
                return code
            wait_s = _RETRY_S[min(attempt, len(_RETRY_S) - 1)]
            attempt += 1
            _log.warning("trying to reach Discord again in %.0f s", wait_s)
            await asyncio.wait((stopping,), timeout=wait_s)
            if stopping.done():
                return EXIT_OK
    finally:
        stopping.cancel()


async def _one_connection(app: App, token: str, stopping: asyncio.Task[None]) -> int | None:
    """Serve with one client; None means that Discord could not be reached."""
    async with app.new_bot() as bot:
        connected = asyncio.create_task(_connect(bot, app, token))
        await asyncio.wait((connected, stopping), return_when=asyncio.FIRST_COMPLETED)
        if stopping.done():
            app.jobs.line.close()
            late = await bot.gate.drain(DRAIN_S)
            if late:
                _log.warning("%d commands were not finished in time", late)
            if not bot.is_ready():
                connected.cancel()  # `close` alone does not end a login or a first connection
            await bot.close()
            await asyncio.gather(connected, return_exceptions=True)
            return EXIT_OK
        return await connected


async def _connect(bot: TastemapBot, app: App, token: str) -> int | None:
    try:
        await bot.login(token)
        await _tell_commands(bot, app)
        await bot.connect()
    except discord.LoginFailure:
        print("Discord refuses DISCORD_TOKEN: make a new one in the developer portal.", file=sys.stderr)  # noqa: T201
        return EXIT_CONFIG
    except discord.PrivilegedIntentsRequired:
        _log.error("Discord refuses the intents of this bot, though it asks for none that is privileged")
        return EXIT_FAILED
    except discord.ConnectionClosed as error:
        _log.error("Discord closed the connection for good (code %s)", error.code)
        return EXIT_CONFIG if error.code == _TOKEN_REVOKED else EXIT_FAILED
    except discord.HTTPException as error:
        _log.error("Discord answered %s", error)
        return None if error.status >= _SERVER_FAULT or error.status == _TOO_MANY else EXIT_FAILED
    except _UNREACHABLE as error:
        _log.error("Discord can't be reached: %r", error)
        return None
    return EXIT_OK


async def _tell_commands(bot: TastemapBot, app: App) -> None:
    """Tell Discord about changed commands. Where that fails, people go on with those it knows."""
    try:
        if await app.sync_commands(bot):
            _log.info("told Discord about the commands")
    except (discord.HTTPException, discord.app_commands.CommandSyncFailure) as error:
        _log.error("the commands could not be changed, the next start tries again: %s", error)
