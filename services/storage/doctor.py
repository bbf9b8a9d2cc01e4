"""Diagnose a database: what is wrong and how to fix it. Blocks; changes nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import NullPool, create_engine, text

from services.domain.errors.storage import (
    CannotSaveError,
    DamagedDatabaseError,
    DatabaseBusyError,
    NewerSchemaError,
    StorageError,
    problem_of,
)
from services.domain.installation import PROGRAM, install
from services.storage.connections import Address, parse_address
from services.storage.failures import typed_failures
from services.storage.migrate import find_revision, head_revision, refuse_newer
from services.storage.sqlite_files import (
    COPIES_KEPT_FOR,
    check_soundness,
    find_copies,
    looking_into,
    newest_backup,
)

SOUND_SQLITE = (3, 51, 3)
"""The first version without the fault that lets two writing connections damage a write-ahead log."""

_ONE_ROUND = timedelta(hours=2)
"""Between two looks of the running bot, and some more."""
_LARGE_LOG_BYTES = 256 * 1024 * 1024
_LITTLE_ROOM_BYTES = 256 * 1024 * 1024
_MEGABYTE = 1_000_000


class Severity(StrEnum):
    """How much a diagnosis matters."""

    FINE = "fine"
    NOTE = "note"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at."""

    severity: Severity
    what: str
    """A sentence for the operator."""
    cure: str = ""
    """What to do about it; empty where nothing has to be done."""


def diagnose(url: str, *, backups: Path | None = None) -> list[Diagnosis]:
    """Examine the database behind an address, and name the one of `backups` that is to be restored.

    Anything but `Severity.FINE` and `Severity.NOTE` wants a person.
    """
    try:
        address = parse_address(url)
    except StorageError as failure:
        problem = problem_of(failure)
        return [
            Diagnosis(
                Severity.PROBLEM, f"The database address is no use: {problem}.", "Correct DATABASE_URL."
            )
        ]
    if address.file is None:
        return list(_of_postgresql(address))
    return list(_of_sqlite(address, address.file, backups))


def _of_sqlite(address: Address, file: Path, backups: Path | None) -> Iterator[Diagnosis]:
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
    yield _copies(file, backups)
    if backups is not None:
        newest = newest_backup(backups)
        if newest is None:
            yield Diagnosis(
                Severity.NOTE, f"There is no backup in {backups}.", f"Run `{PROGRAM} backup` once a day."
            )
        else:
            yield Diagnosis(Severity.FINE, f"The newest backup is {newest}.")


def _copies(file: Path, backups: Path | None) -> Diagnosis:
    """Name the files that hold the same people as the database."""
    copies = find_copies(file, backups)
    if not copies:
        return Diagnosis(Severity.FINE, "There is no copy of the database in its folders.")
    counts = Counter(copy.kind for copy in copies)
    said = ", ".join(f"{kind}: {count}" for kind, count in sorted(counts.items()))
    what = f"{len(copies)} copies hold people's data, for {COPIES_KEPT_FOR.days} days each ({said})."
    late = [copy for copy in copies if copy.ends_at + _ONE_ROUND < datetime.now(UTC)]
    if not late:
        return Diagnosis(Severity.FINE, what)
    return Diagnosis(
        Severity.WARNING,
        f"{what} Older than that: {', '.join(copy.path.name for copy in late)}.",
        "The running bot deletes them, all but the newest backup; if it doesn't run any more, delete them.",
    )


def _sqlite_version() -> Diagnosis:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= SOUND_SQLITE:
        return Diagnosis(Severity.FINE, f"SQLite {version} is new enough.")
    return Diagnosis(
        Severity.WARNING,
        f"SQLite {version} can damage a database that two connections write at the same instant "
        "(fixed in 3.51.3). The bot writes through one connection only, so alone it is safe.",
        "Stop the bot while `features import` runs, or use a Python with SQLite 3.51.3 or later.",
    )


def _missing(file: Path) -> Iterator[Diagnosis]:
    folder = next(parent for parent in file.parents if parent.exists())
    if os.access(folder, os.W_OK | os.X_OK):
        what = f"There is no database at {file} yet; the first start makes it."
        yield Diagnosis(Severity.NOTE, what, f"Start the bot, or run `{PROGRAM} migrate`.")
    else:
        yield Diagnosis(
            Severity.PROBLEM,
            f"There is no database at {file}, and {folder} may not be written.",
            "Give the bot's user write access to that folder, or set DATABASE_URL to another place.",
        )


def _soundness(file: Path, backups: Path | None) -> Diagnosis:
    try:
        check_soundness(file)
    except DamagedDatabaseError as damage:
        newest = newest_backup(backups)
        cure = (
            f"Stop the bot and run `{PROGRAM} restore {newest}`."
            if newest
            else "Stop the bot and restore a backup; without one, move the file away to start empty."
        )
        return Diagnosis(Severity.PROBLEM, f"{file} is damaged: {damage.problem}.", cure)
    except StorageError as failure:
        problem = problem_of(failure)
        cure = "Make sure that the bot's user may read and write it and its folder."
        return Diagnosis(Severity.PROBLEM, f"{file} can't be opened: {problem}.", cure)
    return Diagnosis(Severity.FINE, f"{file} is sound.")


def _revision(address: Address) -> Diagnosis:
    head = head_revision()
    try:
        found = find_revision(address)
        refuse_newer(address, found)
    except NewerSchemaError as newer:
        return Diagnosis(
            Severity.PROBLEM,
            f"A newer Tastemap wrote this database (revision {newer.found}, known up to {newer.known}).",
            "Install that version again, or restore the copy that it made before its migration.",
        )
    except StorageError as failure:
        return Diagnosis(
            Severity.PROBLEM,
            f"The revision of the tables can't be read: {failure}.",
            "Cure what is named in it, then look again.",
        )
    if found == head:
        return Diagnosis(Severity.FINE, f"The tables are up to date (revision {head}).")
    return Diagnosis(
        Severity.NOTE,
        f"The tables are at revision {found or 'none'} of {head}; the next start brings them up to date.",
        f"Start the bot, or run `{PROGRAM} migrate`.",
    )


def _writable(file: Path) -> Diagnosis:
    try:
        with looking_into(file) as connection:
            connection.execute("PRAGMA query_only=OFF")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except DatabaseBusyError:
        return Diagnosis(
            Severity.WARNING,
            "Somebody has been writing for more than five seconds.",
            "Try again; if it stays, look for a process that hangs with the database open.",
        )
    except CannotSaveError as failure:
        return Diagnosis(
            Severity.PROBLEM,
            f"The database can't be written: {failure.problem}.",
            f"Make {file} and its folder writable for the bot's user, and the file system too.",
        )
    return Diagnosis(Severity.FINE, "The database can be written.")


def _log_size(file: Path) -> Diagnosis:
    log = Path(f"{file}-wal")
    size = log.stat().st_size if log.exists() else 0
    if size <= _LARGE_LOG_BYTES:
        return Diagnosis(Severity.FINE, f"The write-ahead log has {size / _MEGABYTE:.1f} MB.")
    return Diagnosis(
        Severity.WARNING,
        f"The write-ahead log has grown to {size / _MEGABYTE:.0f} MB: somebody reads without an end.",
        "Restart the bot; the log is worked into the database when the last process closes it.",
    )


def _room(file: Path) -> Diagnosis:
    size = file.stat().st_size
    free = shutil.disk_usage(file.parent).free
    facts = f"{free / _MEGABYTE:.0f} MB free beside a database of {size / _MEGABYTE:.1f} MB"
    if free >= 2 * size + _LITTLE_ROOM_BYTES:
        return Diagnosis(Severity.FINE, f"There is room: {facts}.")
    return Diagnosis(
        Severity.WARNING,
        f"The disk is nearly full: {facts}.",
        "Free some; a backup or a migration needs room for a whole copy.",
    )


def _permissions(file: Path) -> Diagnosis:
    mode = stat.S_IMODE(file.stat().st_mode)
    if os.name == "nt" or not mode & 0o077:
        return Diagnosis(Severity.FINE, "Only its owner can read the database file.")
    return Diagnosis(
        Severity.WARNING,
        f"Other users of this machine can read the database file (mode {mode:o}).",
        f"chmod 600 {file}",
    )


def _of_postgresql(address: Address) -> Iterator[Diagnosis]:
    try:
        with typed_failures(str(address)):
            engine = create_engine(address.sync_url, poolclass=NullPool, connect_args={"connect_timeout": 5})
            with engine.connect() as connection:
                version = connection.scalar(text("SHOW server_version"))
                is_read_only = connection.scalar(text("SHOW transaction_read_only")) == "on"
    except ModuleNotFoundError:
        yield Diagnosis(
            Severity.PROBLEM,
            "The PostgreSQL driver is not installed.",
            f"Run `{install('postgres')}`.",
        )
        return
    except StorageError as failure:
        problem = problem_of(failure)
        yield Diagnosis(
            Severity.PROBLEM,
            f"{address} does not answer: {problem}.",
            "Check that the server runs and that name, user and password in DATABASE_URL are right.",
        )
        return
    yield Diagnosis(Severity.FINE, f"PostgreSQL {version} answers.")
    yield _revision(address)
    if is_read_only:
        yield Diagnosis(
            Severity.PROBLEM, "The server only allows reading.", "Connect to the primary, not to a standby."
        )
    yield Diagnosis(
        Severity.NOTE,
        "Backups of PostgreSQL are made with pg_dump, not by Tastemap.",
        "Let the machine run pg_dump once a day and keep the copies elsewhere.",
    )
