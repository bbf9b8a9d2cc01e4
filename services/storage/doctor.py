"""Look at a database from outside and say what is wrong and how to cure it. Blocks; changes nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import NullPool, create_engine, text

from services.domain.errors.storage import (
    CannotSaveError,
    DamagedDatabaseError,
    DatabaseBusyError,
    NewerSchemaError,
    StorageError,
)
from services.storage.addresses import Address, parse_address
from services.storage.failures import typed_failures
from services.storage.migrate import find_revision, head_revision, refuse_newer
from services.storage.sqlite_files import check_soundness, looking_into, newest_backup

SOUND_SQLITE = (3, 51, 3)
"""The first version without the fault that lets two writing connections damage a write-ahead log."""

_LARGE_LOG_BYTES = 256 * 1024 * 1024
_LITTLE_ROOM_BYTES = 256 * 1024 * 1024
_MEGABYTE = 1_000_000


class Severity(StrEnum):
    """How much a finding matters."""

    FINE = "fine"
    NOTE = "note"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    severity: Severity
    what: str
    """A sentence for the operator."""
    cure: str = ""
    """What to do about it; empty where nothing has to be done."""


def diagnose(url: str, *, backups: Path | None = None) -> list[Finding]:
    """Examine the database behind an address.

    Parameters
    ----------
    url
        As in the configuration.
    backups
        Where backups are kept, to name the one to restore.

    Returns
    -------
    list of Finding
        In the order of looking; anything but `Severity.FINE` and `Severity.NOTE` wants a person.
    """
    try:
        address = parse_address(url)
    except StorageError as failure:
        problem = str(getattr(failure, "problem", failure))
        return [
            Finding(Severity.PROBLEM, f"The database address is no use: {problem}.", "Correct DATABASE_URL.")
        ]
    if address.file is None:
        return list(_of_postgresql(address))
    return list(_of_sqlite(address, address.file, backups))


def _of_sqlite(address: Address, file: Path, backups: Path | None) -> Iterator[Finding]:
    yield _sqlite_version()
    if not file.exists():
        yield from _missing(file)
        return
    soundness = _soundness(file, backups)
    yield soundness
    if soundness.severity is Severity.FINE:
        yield _revision(address)
        yield _writable(file)
    yield _log_size(file)
    yield _room(file)
    yield _permissions(file)
    if backups is not None:
        newest = newest_backup(backups)
        if newest is None:
            yield Finding(
                Severity.NOTE, f"There is no backup in {backups}.", "Run `python -m bot backup` once a day."
            )
        else:
            yield Finding(Severity.FINE, f"The newest backup is {newest}.")


def _sqlite_version() -> Finding:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= SOUND_SQLITE:
        return Finding(Severity.FINE, f"SQLite {version} is new enough.")
    return Finding(
        Severity.WARNING,
        f"SQLite {version} can damage a database that two connections write at the same instant "
        "(fixed in 3.51.3). The bot writes through one connection only, so alone it is safe.",
        "Stop the bot while `features import` runs, or use a Python with SQLite 3.51.3 or later.",
    )


def _missing(file: Path) -> Iterator[Finding]:
    folder = next(parent for parent in file.parents if parent.exists())
    if os.access(folder, os.W_OK | os.X_OK):
        yield Finding(Severity.NOTE, f"There is no database at {file} yet; the first start makes it.")
    else:
        yield Finding(
            Severity.PROBLEM,
            f"There is no database at {file}, and {folder} may not be written.",
            "Give the bot's user write access to that folder, or set DATABASE_URL to another place.",
        )


def _soundness(file: Path, backups: Path | None) -> Finding:
    try:
        check_soundness(file)
    except DamagedDatabaseError as damage:
        newest = newest_backup(backups)
        cure = (
            f"Stop the bot and run `python -m bot restore {newest}`."
            if newest
            else "Stop the bot and restore a backup; without one, move the file away to start empty."
        )
        return Finding(Severity.PROBLEM, f"{file} is damaged: {damage.problem}.", cure)
    except StorageError as failure:
        problem = str(getattr(failure, "problem", failure))
        cure = "Make sure that the bot's user may read and write it and its folder."
        return Finding(Severity.PROBLEM, f"{file} can't be opened: {problem}.", cure)
    return Finding(Severity.FINE, f"{file} is sound.")


def _revision(address: Address) -> Finding:
    head = head_revision()
    try:
        found = find_revision(address)
        refuse_newer(address, found)
    except NewerSchemaError as newer:
        return Finding(
            Severity.PROBLEM,
            f"A newer Tastemap wrote this database (revision {newer.found}, known up to {newer.known}).",
            "Install that version again, or restore the copy that it made before its migration.",
        )
    except StorageError as failure:
        return Finding(
            Severity.PROBLEM, f"The revision of the tables can't be read: {failure}.", "See above."
        )
    if found == head:
        return Finding(Severity.FINE, f"The tables are up to date (revision {head}).")
    return Finding(
        Severity.NOTE,
        f"The tables are at revision {found or 'none'} of {head}; the next start brings them up to date.",
    )


def _writable(file: Path) -> Finding:
    try:
        with looking_into(file) as connection:
            connection.execute("PRAGMA query_only=OFF")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except DatabaseBusyError:
        return Finding(
            Severity.WARNING,
            "Somebody has been writing for more than five seconds.",
            "Try again; if it stays, look for a process that hangs with the database open.",
        )
    except CannotSaveError as failure:
        return Finding(
            Severity.PROBLEM,
            f"The database can't be written: {failure.problem}.",
            f"Make {file} and its folder writable for the bot's user, and the file system too.",
        )
    return Finding(Severity.FINE, "The database can be written.")


def _log_size(file: Path) -> Finding:
    log = Path(f"{file}-wal")
    size = log.stat().st_size if log.exists() else 0
    if size <= _LARGE_LOG_BYTES:
        return Finding(Severity.FINE, f"The write-ahead log has {size / _MEGABYTE:.1f} MB.")
    return Finding(
        Severity.WARNING,
        f"The write-ahead log has grown to {size / _MEGABYTE:.0f} MB: somebody reads without an end.",
        "Restart the bot; the log is worked into the database when the last process closes it.",
    )


def _room(file: Path) -> Finding:
    size = file.stat().st_size
    free = shutil.disk_usage(file.parent).free
    facts = f"{free / _MEGABYTE:.0f} MB free beside a database of {size / _MEGABYTE:.1f} MB"
    if free >= 2 * size + _LITTLE_ROOM_BYTES:
        return Finding(Severity.FINE, f"There is room: {facts}.")
    return Finding(
        Severity.WARNING,
        f"The disk is nearly full: {facts}.",
        "Free some; a backup or a migration needs room for a whole copy.",
    )


def _permissions(file: Path) -> Finding:
    mode = stat.S_IMODE(file.stat().st_mode)
    if os.name == "nt" or not mode & 0o077:
        return Finding(Severity.FINE, "Only its owner can read the database file.")
    return Finding(
        Severity.WARNING,
        f"Other users of this machine can read the database file (mode {mode:o}).",
        f"chmod 600 {file}",
    )


def _of_postgresql(address: Address) -> Iterator[Finding]:
    try:
        with typed_failures(str(address)):
            engine = create_engine(address.sync_url, poolclass=NullPool, connect_args={"connect_timeout": 5})
            with engine.connect() as connection:
                version = connection.scalar(text("SHOW server_version"))
                is_read_only = connection.scalar(text("SHOW transaction_read_only")) == "on"
    except ModuleNotFoundError:
        yield Finding(
            Severity.PROBLEM,
            "The PostgreSQL driver is not installed.",
            "pip install 'tastemap[postgres]'",
        )
        return
    except StorageError as failure:
        problem = str(getattr(failure, "problem", failure))
        yield Finding(
            Severity.PROBLEM,
            f"{address} does not answer: {problem}.",
            "Check that the server runs and that name, user and password in DATABASE_URL are right.",
        )
        return
    yield Finding(Severity.FINE, f"PostgreSQL {version} answers.")
    yield _revision(address)
    if is_read_only:
        yield Finding(
            Severity.PROBLEM, "The server only allows reading.", "Connect to the primary, not to a standby."
        )
    yield Finding(Severity.NOTE, "Backups of PostgreSQL are made with pg_dump, not by Tastemap.")
