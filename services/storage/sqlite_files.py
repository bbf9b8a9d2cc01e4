"""Work on the files of an SQLite database outside any event loop: check them, copy them, list the copies."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from services.domain.errors.storage import BackupFailedError, DamagedDatabaseError, StorageError, problem_of
from services.storage.failures import typed_failures

BUSY_TIMEOUT_MS = 5_000
"""How long a statement waits for somebody else's lock before the answer is "busy"."""

SIDE_FILES = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database; never part of a copy."""


@contextmanager
def looking_into(file: Path) -> Iterator[sqlite3.Connection]:
    """Open an existing database for reading, its write-ahead log included.

    Raises
    ------
    DamagedDatabaseError, DatabaseUnreachableError
        The typed failures of whatever goes wrong inside the block.
    """
    with typed_failures(str(file)):
        # Opened for writing, because a log left by a killed process is worked in at opening;
        # `query_only` then keeps this connection from changing anything.
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
        with closing(connection):
            connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            connection.execute("PRAGMA trusted_schema=OFF")
            connection.execute("PRAGMA query_only=ON")
            try:
                yield connection
            except UnicodeDecodeError as error:  # a complaint of SQLite that quotes what it found
                raise DamagedDatabaseError(
                    database=str(file), problem="it holds text that is none"
                ) from error


def check_soundness(file: Path, *, thorough: bool = False) -> None:
    """Read the whole file and raise if it is no sound database.

    Being `thorough`, compare every index with its table too, which takes several times as long.

    Raises
    ------
    DamagedDatabaseError
        With the first thing that is wrong.
    """
    with looking_into(file) as connection:
        pragma = "integrity_check" if thorough else "quick_check"
        (verdict,) = connection.execute(f"PRAGMA {pragma}(1)").fetchone()
    if verdict != "ok":
        raise DamagedDatabaseError(database=str(file), problem=str(verdict).replace("\n", " "))


def use_log(file: Path) -> None:
    """Switch a new or restored database to a write-ahead log, while nobody else has it open."""
    with looking_into(file) as connection:
        connection.execute("PRAGMA query_only=OFF")
        connection.execute("PRAGMA journal_mode=WAL")


def copy_database(source: Path, target: Path) -> None:
    """Write a consistent, checked copy of a database in use; all of it or nothing.

    The copy is one snapshot however much is written meanwhile. It is checked and on the disk before
    it gets its name; an older file of that name is replaced only then.

    Raises
    ------
    BackupFailedError
        The copy could not be written or is not sound.
    """
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        # Made before SQLite fills it, so that nobody else can read it for a moment.
        unfinished.touch(mode=0o600)
        with looking_into(source) as connection:
            connection.execute("PRAGMA query_only=OFF")  # or the copy counts as a forbidden write
            connection.execute("VACUUM INTO ?", (str(unfinished),))
        check_soundness(unfinished)
        synchronise(unfinished)
        unfinished.replace(target)
        synchronise(target.parent)
    except StorageError as failure:
        raise BackupFailedError(target=str(target), problem=problem_of(failure)) from failure
    except OSError as error:
        raise BackupFailedError(target=str(target), problem=error.strerror or str(error)) from error
    finally:
        for leftover in (unfinished, *(Path(f"{unfinished}{end}") for end in SIDE_FILES)):
            with suppress(OSError):
                leftover.unlink(missing_ok=True)


def synchronise(path: Path) -> None:
    """Wait until a file or the names in a folder are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def newest_backup(folder: Path | None) -> Path | None:
    """Name the youngest backup in a folder, or None."""
    if folder is None or not folder.is_dir():
        return None
    return max(folder.glob("*.db"), key=lambda file: file.stat().st_mtime, default=None)


COPIES_KEPT_FOR = timedelta(days=7)
"""As PRIVACY.md promises: nothing of a forgotten person is in any copy for longer."""
UNFINISHED_KEPT_FOR = timedelta(hours=1)
"""A copy in the making that is older was left by a process that is no more."""

MOMENT = "%Y%m%dT%H%M%SZ"
_AT = r"(?P<moment>\d{8}T\d{6}Z)"
_SIDE = rf"(?:{'|'.join(map(re.escape, SIDE_FILES))})?"


class CopyKind(StrEnum):
    """Why there is a second file with the same people in it."""

    DAILY = "daily backup"
    BEFORE_MIGRATION = "copy from before a change of the tables"
    REPLACED = "database that a backup was put in place of"
    DAMAGED = "damaged database"
    UNFINISHED = "copy that was not finished"


_NAMES = {
    CopyKind.DAILY: rf"{{stem}}-{_AT}\.db",
    CopyKind.BEFORE_MIGRATION: r"{stem}\.pre-\w+\.db",
    CopyKind.REPLACED: rf"{{stem}}\.replaced-{_AT}\.db{_SIDE}",
    CopyKind.DAMAGED: rf"{{stem}}\.damaged-{_AT}\.db{_SIDE}",
    CopyKind.UNFINISHED: rf"\.(?:{{stem}}.*\.\d+\.unfinished|{{stem}}\.\w+\.incoming){_SIDE}",
}


@dataclass(frozen=True, slots=True)
class Copy:
    """One such file."""

    path: Path
    kind: CopyKind
    made_at: datetime

    @property
    def ends_at(self) -> datetime:
        """When it may be there no longer."""
        unfinished = self.kind is CopyKind.UNFINISHED
        return self.made_at + (UNFINISHED_KEPT_FOR if unfinished else COPIES_KEPT_FOR)


def find_copies(file: Path, folder: Path | None) -> tuple[Copy, ...]:
    """List the copies of a database, in the folder of backups and beside it, the oldest first."""
    folders = {file.parent, folder or file.parent}
    found = (copy for each in folders if each.is_dir() for copy in _copies_in(each, file.stem))
    return tuple(sorted(found, key=lambda copy: (copy.made_at, copy.path)))


def drop_old_copies(file: Path, folder: Path | None, *, now: datetime) -> int:
    """Delete expired copies and return how many files there were.

    The newest daily one stays until there is a newer one: it is what a damaged database is restored from.
    """
    copies = find_copies(file, folder)
    newest = next((copy for copy in reversed(copies) if copy.kind is CopyKind.DAILY), None)
    old = [copy for copy in copies if copy.ends_at <= now and copy is not newest]
    for copy in old:
        copy.path.unlink(missing_ok=True)
    return len(old)


def moment_in(name: str) -> datetime | None:
    """Read the moment in the name of a file; None where there is none, or one that no clock shows."""
    found = re.search(_AT, name)
    try:
        return datetime.strptime(found["moment"], MOMENT).replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def _copies_in(folder: Path, stem: str) -> Iterator[Copy]:
    names = {kind: re.compile(name.replace("{stem}", re.escape(stem))) for kind, name in _NAMES.items()}
    for path in folder.iterdir():
        kind = next((kind for kind, name in names.items() if name.fullmatch(path.name)), None)
        if kind is None or not path.is_file():
            continue
        made_at = moment_in(path.name) if "moment" in names[kind].groupindex else None
        if made_at is None:
            made_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        yield Copy(path, kind, made_at)
