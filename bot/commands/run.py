"""`run`: connect to Discord and serve until told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from datetime import timedelta

import discord

from bot.app import App, build, warm_up
from bot.cli import EXIT_CONFIG, EXIT_FAILED, EXIT_OK
from bot.client import TastemapBot
from bot.config import Settings
from cogs.sentences import sentence
from services.domain.errors import TastemapError
from services.domain.errors.storage import StorageError

_TIDY_EVERY_S = 6 * 3600.0

_log = logging.getLogger(__name__)


async def run_bot(settings: Settings) -> int:
    """Open everything, connect, and close in order at SIGINT or SIGTERM, which discord.py leaves to us."""
    if settings.discord_token is None:
        print("DISCORD_TOKEN is missing: put it into .env (see .env.example).", file=sys.stderr)  # noqa: T201
        return EXIT_CONFIG
    try:
        async with build(settings) as app:
            return await _run(app, settings.discord_token.get_secret_value())
    except StorageError as error:
        print(f"{sentence(error)} ({error})", file=sys.stderr)  # noqa: T201
        return EXIT_FAILED


async def _run(app: App, token: str) -> int:
    await warm_up(app)
    bot = app.new_bot()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with bot:
        tidying = asyncio.create_task(_tidy_up(app, timedelta(days=app.settings.report_days)))
        serving = asyncio.create_task(_serve(bot, app, token))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        tidying.cancel()
        await bot.close()
        return await serving


async def _tidy_up(app: App, kept_for: timedelta) -> None:
    """Drop what is older than it may get, again and again."""
    while True:
        try:
            count = await app.reports.purge(kept_for)
            if count:
                _log.info("dropped %d reports older than %d days", count, kept_for.days)
        except TastemapError as error:
            _log.warning("could not tidy up: %s", error)
        await asyncio.sleep(_TIDY_EVERY_S)


async def _serve(bot: TastemapBot, app: App, token: str) -> int:
    try:
        await bot.login(token)
        await app.sync_commands(bot)
        await bot.connect()
    except discord.LoginFailure:
        print("Discord refuses DISCORD_TOKEN: make a new one in the developer portal.", file=sys.stderr)  # noqa: T201
        return EXIT_CONFIG
    except discord.HTTPException as error:
        _log.error("Discord answered %s; giving up", error)
        return EXIT_FAILED
    return EXIT_OK
