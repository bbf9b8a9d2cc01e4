"""`migrate`, `backup`, `restore`, `database copy`, `features` and `keys`: look after the database."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from bot.app.accounts import key_ring
from bot.commands import EXIT_BAD_INPUT, EXIT_CONFIG, EXIT_FAILED, EXIT_OK
from bot.commands.datasets import import_features, refuse_second_writer, show_stats
from bot.config import Settings
from cogs.words.errors import sentence
from services.accounts.tokens import rotate_keys
from services.domain.errors import TastemapError
from services.domain.errors.playlists import DatasetError
from services.domain.errors.storage import CopyRefusedError, DatabaseInUseError, UnsupportedDatabaseUrlError
from services.sealing import new_key
from services.sources.clock import utc_now
from services.storage import backups
from services.storage.connections import parse_address
from services.storage.copying import DatabaseCopy
from services.storage.database import Database
from services.storage.leases import only_bot_on
from services.storage.links import LinkStore
from services.storage.migrate import migrate

_MEGABYTE = 1_000_000

Command = Callable[[Settings, argparse.Namespace, Console], int]


async def keep(settings: Settings, options: argparse.Namespace) -> int:
    """Run one of the commands; a failure costs one line on standard error and says what to do."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        match options.command, getattr(options, "action", None):
            case "features", "import":
                return await import_features(settings, options, console)
            case "features", _:
                return await show_stats(settings, console)
            case "database", _:
                return await _copy(settings, options, console)
            case name, _:
                # They block, and nothing else is going on in this process.
                return await asyncio.to_thread(_COMMANDS[name], settings, options, console)
    except TastemapError as error:
        print(_in_one_line(error), file=sys.stderr)  # noqa: T201
        return _exit_code(error)


def _in_one_line(error: TastemapError) -> str:
    """Say a failure, and add what sentences made for everybody leave out."""
    line = sentence(error)
    problem = getattr(error, "problem", "")
    return line if not problem or problem in line else f"{line} ({problem})"


def _exit_code(error: TastemapError) -> int:
    if isinstance(error, UnsupportedDatabaseUrlError):
        return EXIT_CONFIG
    return EXIT_BAD_INPUT if isinstance(error, DatasetError) else EXIT_FAILED


def _migrate(settings: Settings, _options: argparse.Namespace, console: Console) -> int:
    address = parse_address(settings.database_url)
    done = migrate(address, backups=backups.default_folder(settings.database_url))
    if not done.changed:
        console.print(f"The tables of {escape(str(address))} are up to date (revision {done.after}).")
        return EXIT_OK
    found = (
        f"from revision {done.before} to {done.after}" if done.before else f"new, at revision {done.after}"
    )
    console.print(f"The tables of {escape(str(address))} are up to date: {found}.")
    if done.backup:
        console.print(f"A copy from before is at {escape(str(done.backup))}.")
    return EXIT_OK


def _backup(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    target: Path | None = options.target
    folder = backups.default_folder(settings.database_url)
    if target is not None and not target.is_dir():
        written = backups.backup(settings.database_url, target)
    else:
        # For a server the folder does not matter: the answer is which tool to use instead.
        written = backups.backup_into(settings.database_url, target or folder or Path(), now=utc_now())
    size = written.stat().st_size / _MEGABYTE
    console.print(f"Wrote a checked copy to {escape(str(written))} ({size:.1f} MB).")
    return EXIT_OK


def _restore(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    address = parse_address(settings.database_url)
    aside = backups.restore(options.source, settings.database_url, now=utc_now())
    console.print(f"{escape(str(options.source))} is now the database at {escape(str(address))}.")
    if aside:
        console.print(f"The database that it replaced lies at {escape(str(aside))}.")
    else:
        console.print("There was no database before, so nothing was replaced.")
    return EXIT_OK


async def _copy(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    """Copy the SQLite database of the settings to a server, while no bot runs on it."""
    here, there = parse_address(settings.database_url), parse_address(options.target)
    if here.file is None or there.file is not None:
        raise CopyRefusedError(problem="it goes from an SQLite file in DATABASE_URL to a PostgreSQL server")
    if not here.file.exists():
        raise CopyRefusedError(problem=f"there is no database at {here}")
    with only_bot_on(here):
        async with Database.open(settings.database_url) as source, Database.open(options.target) as target:
            rows = await DatabaseCopy(source=source, target=target).run(
                lambda table, count: console.print(f"{table}: {count}")
            )
    console.print(f"All {rows} rows of {escape(str(here))} are in {escape(str(there))}, each compared.")
    console.print("Set DATABASE_URL to that address; the file stays as it is.")
    return EXIT_OK


_COMMANDS: dict[str, Command] = {
    "migrate": _migrate,
    "backup": _backup,
    "restore": _restore,
}


async def manage_keys(settings: Settings, options: argparse.Namespace) -> int:
    """Run `keys new` or `keys rotate`; may be repeated at any time."""
    if options.action == "new":
        print(new_key())  # noqa: T201
        return EXIT_OK
    keys = key_ring(settings)
    try:
        refuse_second_writer(settings.database_url)
    except DatabaseInUseError as error:
        print(sentence(error), file=sys.stderr)  # noqa: T201
        return EXIT_FAILED
    async with Database.open(settings.database_url) as database:
        resealed, lost = await rotate_keys(LinkStore(database), keys)
    print(f"{resealed} links are sealed with the newest key now.")  # noqa: T201
    if lost:
        print(  # noqa: T201
            f"{lost} could be opened with no key in TOKEN_KEYS: put the old key back in, behind the new one, "
            "and run this again; or those people have to log in again."
        )
        return EXIT_FAILED
    return EXIT_OK
