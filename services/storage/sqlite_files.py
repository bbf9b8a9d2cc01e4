"""Work on an SQLite file as a whole, outside any event loop: look, check, copy."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from services.domain.errors.storage import BackupFailedError, DamagedDatabaseError, StorageError
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
        connection = sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, isolation_level=None)
        with closing(connection):
            connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            connection.execute("PRAGMA trusted_schema=OFF")
            connection.execute("PRAGMA query_only=ON")
            yield connection


def check_soundness(file: Path, *, thorough: bool = False) -> None:
    """Read the whole file and raise if it is no sound database.

    Parameters
    ----------
    file
        The database.
    thorough
        Also compare every index with its table, which takes several times as long.

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
        raise BackupFailedError(target=str(target), problem=_words(failure)) from failure
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


def _words(failure: StorageError) -> str:
    return str(getattr(failure, "problem", failure))
