"""`run`: connect to Discord and serve until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import sys
from asyncio import FIRST_COMPLETED
from contextlib import AsyncExitStack

import aiohttp
import discord

from bot.app import App, build, warm_up
from bot.app.client import TastemapBot
from bot.app.storage import ROUND_S
from bot.commands import EXIT_AGAIN, EXIT_CONFIG, EXIT_DATA, EXIT_FAILED, EXIT_OK
from bot.config import Settings, role_problem
from bot.health import serve_health
from bot.process import DRAIN_S, Lifetime, in_background
from bot.web.interactions import build_endpoint
from bot.web.server import listen
from cogs.words.errors import sentence
from services.domain.errors.storage import DamagedDatabaseError, SecondBotError, StorageError
from services.domain.installation import PROGRAM
from services.sources.clock import utc_now
from services.storage.backups import default_folder, make_ready
from services.storage.connections import parse_address
from services.storage.leases import only_bot_on

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
    if problem := role_problem(settings):
        print(f"--role {settings.role} {problem}.", file=sys.stderr)  # noqa: T201
        return EXIT_CONFIG
    if settings.discord_api_url != Settings.model_fields["discord_api_url"].default:
        discord.http.Route.BASE = settings.discord_api_url.rstrip("/")  # discord.py has no setting for it
    lifetime = lifetime or Lifetime()
    _share_one_heap()
    try:
        with lifetime.signals(), only_bot_on(parse_address(settings.database_url)):
            await _make_ready(settings, fresh=fresh)
            async with AsyncExitStack() as stack:
                app = await stack.enter_async_context(build(settings))
                await open_beside(stack, app)
                return await serve(app, settings.discord_token.get_secret_value(), lifetime)
    except SecondBotError as error:
        print(sentence(error), file=sys.stderr)  # noqa: T201
        return EXIT_CONFIG
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
    rescue = await asyncio.to_thread(make_ready, url, folder=default_folder(url), now=utc_now(), fresh=fresh)
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
        f"{default_folder(settings.database_url)}. Put one back with `{PROGRAM} restore FILE`, or begin "
        f"with an empty database with `{PROGRAM} run --fresh`; the damaged file is kept aside."
    )


async def open_beside(stack: AsyncExitStack, app: App) -> None:
    """Open what lives beside the client: listening ports and repeated work.

    Opened after the application and closed before it; still open while the client finishes its work.
    """
    settings, vitals, role = app.settings, app.vitals, app.settings.role
    work = [vitals.beat(app.maintenance)]
    if role.performs:
        # The workers start while the client connects: after a crash the bot is to be back soon.
        work = [warm_up(app), *work, app.workflows.jobs.watch(app.clients.end)]
    if not role.is_one_of_many:  # else the queue sees to it that one of all does that
        work.append(app.maintenance.repeat(app.maintenance_tasks, every_s=ROUND_S))
    await stack.enter_async_context(in_background(*work))
    if settings.health_port:
        await stack.enter_async_context(
            serve_health(app.status, host=settings.health_host, port=settings.health_port)
        )
    if role.serves_pages:
        await _open_pages(stack, app)


async def _open_pages(stack: AsyncExitStack, app: App) -> None:
    """Listen for browsers in the middle of a login, and for Discord itself where it sends commands here."""
    accounts, interactions, settings = app.accounts, app.signed_interactions(), app.settings
    if accounts is not None and not accounts.is_pasted:
        port = await stack.enter_async_context(accounts.pages(app.clients, app.maintenance, interactions))
        _log.info("login pages on port %s, reached at %s", port, accounts.public_url)
    elif interactions is not None:
        pages = build_endpoint(interactions)
        port = await stack.enter_async_context(
            listen(pages, host=settings.web_host, port=settings.web_port, maintenance=app.maintenance)
        )
        _log.info("Discord's signed commands are taken on port %s", port)


async def serve(app: App, token: str, lifetime: Lifetime) -> int:
    """Be connected until told to stop; while Discord can't be reached, try again and again."""
    stopping = asyncio.create_task(lifetime.until_stopped())
    attempt = 0
    try:
        while True:
            code, was_ready = await _one_connection(app, token, stopping)
            if code is not None:
                return code
            if was_ready:
                attempt = 0  # what is lost now has nothing to do with the losses before
            wait_s = _RETRY_S[min(attempt, len(_RETRY_S) - 1)]
            attempt += 1
            _log.warning("trying to reach Discord again in %.0f s", wait_s)
            await asyncio.wait((stopping,), timeout=wait_s)
            if stopping.done():
                return EXIT_OK
    finally:
        stopping.cancel()


async def _one_connection(app: App, token: str, stopping: asyncio.Task[None]) -> tuple[int | None, bool]:
    """Serve with one client; returns the exit code, None where Discord was lost, and whether it was ready."""
    async with app.new_bot() as bot:
        connected = asyncio.create_task(_connect(bot, app, token, stopping))
        lost = asyncio.create_task(app.share.lost.wait())
        await asyncio.wait((connected, stopping, lost), return_when=asyncio.FIRST_COMPLETED)
        is_lost = lost.done()
        lost.cancel()
        if is_lost:
            _log.error("the shards of this gateway may be another one's: ending, so that it starts anew")
        if stopping.done() or is_lost:
            app.workflows.jobs.close()
            late = await bot.gate.drain(DRAIN_S)
            if late:
                _log.warning("%d commands were not finished in time", late)
            if bot.working is not None and app.settings.role.is_one_of_many:
                await asyncio.wait({bot.working}, timeout=DRAIN_S)
            if not bot.is_ready():
                connected.cancel()  # `close` alone does not end a login or a first connection
            await bot.close()
            await asyncio.gather(connected, return_exceptions=True)
            return EXIT_AGAIN if is_lost else EXIT_OK, bot.was_ready
        return await connected, bot.was_ready


async def _connect(bot: TastemapBot, app: App, token: str, stopping: asyncio.Task[None]) -> int | None:
    try:
        await bot.login(token)
        if app.settings.role.connects:
            await _tell_commands(bot, app)
            await bot.connect()
        else:
            return await _serve_without_gateway(bot, stopping)
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


async def _serve_without_gateway(bot: TastemapBot, stopping: asyncio.Task[None]) -> int:
    """Wait for the end; a lost queue is one too, so that whoever watches starts a new process."""
    bot.was_ready = True
    await asyncio.wait({stopping, bot.working} if bot.working else {stopping}, return_when=FIRST_COMPLETED)
    return EXIT_OK if stopping.done() else EXIT_AGAIN


async def _tell_commands(bot: TastemapBot, app: App) -> None:
    """Tell Discord about changed commands. Where that fails, people go on with those it knows."""
    try:
        if await app.sync_commands(bot):
            _log.info("told Discord about the commands")
    except (discord.HTTPException, discord.app_commands.CommandSyncFailure) as error:
        _log.error("the commands could not be changed, the next start tries again: %s", error)
