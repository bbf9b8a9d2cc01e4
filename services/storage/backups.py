"""Back up a database in use, restore a backup, and repair what a damaged or restored database needs.

Backing up and restoring block: run them in a thread or the CLI.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import BigInteger, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.errors.storage import (
    BackupFailedError,
    BackupToolError,
    DamagedDatabaseError,
    DatabaseInUseError,
    NewerSchemaError,
    RestoreFailedError,
    StorageError,
    problem_of,
)
from services.storage.connections import Address, parse_address
from services.storage.database import Database
from services.storage.leases import Lease
from services.storage.links import LinkStore
from services.storage.migrate import find_revision, migrate, refuse_newer
from services.storage.persons import Erased, ErasureNotes, PersonStore, note_seen, seen
from services.storage.schema import PERSON_COLUMNS, metadata
from services.storage.sqlite_files import (
    MOMENT,
    SIDE_FILES,
    check_soundness,
    copy_database,
    moment_in,
    synchronise,
)

KEPT_BACKUPS = 7
"""A week of daily ones."""


def default_folder(url: str) -> Path | None:
    """Name where dated backups go unless told otherwise: beside the SQLite file; None for a server.

    Raises
    ------
    UnsupportedDatabaseUrlError
    """
    file = parse_address(url).file
    return file.parent / "backups" if file else None


def backup(url: str, target: Path) -> Path:
    """Write a checked copy of the database to `target`, replacing an older one only when it is sound.

    The copy is one snapshot, however much is written meanwhile, and on the disk on return.

    Raises
    ------
    BackupToolError
        The database is PostgreSQL, which has its own tools for this.
    BackupFailedError
        There is nothing to copy, no room for it, or the database is damaged.
    """
    file = _sqlite_file(parse_address(url), tool="pg_dump --format=custom")
    if not file.exists():
        raise BackupFailedError(target=str(target), problem=f"there is no database at {file}")
    if target.exists() and target.samefile(file):
        raise BackupFailedError(target=str(target), problem="the target is the database itself")
    copy_database(file, target)
    return target


_DATED = re.compile(r"(?P<stem>.+)-(?P<moment>\d{8}T\d{6}Z)\.db")


def newest_dated(url: str, folder: Path) -> datetime | None:
    """Say when `backup_into` last wrote a copy of this database into a folder; None for never.

    Raises
    ------
    BackupToolError
        The database is PostgreSQL.
    """
    copies = _dated_copies(_sqlite_file(parse_address(url), tool="pg_dump --format=custom"), folder)
    return moment_in(copies[-1].name) if copies else None


def backup_into(url: str, folder: Path, *, now: datetime, keep: int = KEPT_BACKUPS) -> Path:
    """Write a dated copy into a folder and drop the oldest dated ones beyond `keep`.

    Only copies that this function named are ever dropped, and only after the new one is safe.
    Raises like `backup`.
    """
    file = _sqlite_file(parse_address(url), tool="pg_dump --format=custom")
    target = backup(url, folder / f"{file.stem}-{now.astimezone(UTC).strftime(MOMENT)}.db")
    for old in _dated_copies(file, folder)[: -max(keep, 1)]:
        old.unlink(missing_ok=True)
    return target


def _dated_copies(file: Path, folder: Path) -> list[Path]:
    """List the dated copies of `file` in a folder, the oldest first."""
    if not folder.is_dir():
        return []
    return sorted(
        entry
        for entry in folder.iterdir()
        if (found := _DATED.fullmatch(entry.name)) and found["stem"] == file.stem and moment_in(entry.name)
    )


def restore(source: Path, url: str, *, now: datetime, why: str = "replaced") -> Path | None:
    """Put a checked backup in place of the database and keep the replaced one aside.

    Parameters
    ----------
    why
        Goes into the name of the file aside.

    Returns
    -------
    Path or None
        Where the replaced database is now; None if there was none.

    Raises
    ------
    BackupToolError
        The database is PostgreSQL.
    DatabaseInUseError
        A Tastemap process still has the database open.
    RestoreFailedError
        The source is missing, damaged or no database of Tastemap, or there is no room for it.
    NewerSchemaError
        A newer Tastemap wrote the source.
    """
    file = _sqlite_file(parse_address(url), tool="pg_restore")
    check_source(source, file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RestoreFailedError(source=str(source), problem=error.strerror or str(error)) from error
    lease = Lease(file)
    try:
        if not lease.try_exclusive():
            raise DatabaseInUseError(database=str(file))
        return _replace(file, source, _aside_of(file, why, now))
    finally:
        lease.release()


def move_aside(file: Path, *, now: datetime) -> Path:
    """Take a damaged database out of the way with all that belongs to it; the next start makes a new one.

    Raises
    ------
    DatabaseInUseError
        A Tastemap process still has it open.
    """
    aside = _aside_of(file, "damaged", now)
    lease = Lease(file)
    try:
        if not lease.try_exclusive():
            raise DatabaseInUseError(database=str(file))
        for end in (*SIDE_FILES, ""):
            if (present := Path(f"{file}{end}")).exists():
                present.replace(f"{aside}{end}")
        synchronise(file.parent)
    finally:
        lease.release()
    return aside


def check_source(source: Path, file: Path) -> None:
    """Make sure that a backup can take the place of `file`.

    Raises
    ------
    RestoreFailedError, NewerSchemaError
    """
    if not source.is_file():
        raise RestoreFailedError(source=str(source), problem="there is no such file")
    if file.exists() and source.samefile(file):
        raise RestoreFailedError(source=str(source), problem="it is the database itself")
    address = parse_address(f"sqlite:///{source.absolute()}")
    try:
        check_soundness(source, thorough=True)
        revision = find_revision(address)
    except StorageError as failure:
        problem = problem_of(failure)
        raise RestoreFailedError(source=str(source), problem=problem) from failure
    if revision is None:
        raise RestoreFailedError(source=str(source), problem="it is no database of Tastemap")
    refuse_newer(address, revision)


def _aside_of(file: Path, why: str, now: datetime) -> Path:
    return file.with_name(f"{file.stem}.{why}-{now.astimezone(UTC).strftime(MOMENT)}.db")


def _replace(file: Path, source: Path, aside: Path) -> Path | None:
    incoming = file.with_name(f".{file.name}.incoming")
    try:
        copy_database(source, incoming)
        had_one = file.exists()
        if had_one:
            for end in ("", *SIDE_FILES):
                _keep_aside(Path(f"{file}{end}"), Path(f"{aside}{end}"))
        # A log left beside the new file would be taken for its own and ruin it. It goes first; all
        # that it held is in the files aside, should the next line never be reached.
        for end in SIDE_FILES:
            Path(f"{file}{end}").unlink(missing_ok=True)
        incoming.replace(file)
        synchronise(file.parent)
    except BackupFailedError as failure:
        raise RestoreFailedError(source=str(source), problem=failure.problem) from failure
    except OSError as error:
        raise RestoreFailedError(source=str(source), problem=error.strerror or str(error)) from error
    finally:
        incoming.unlink(missing_ok=True)
    return aside if had_one else None


def _keep_aside(present: Path, aside: Path) -> None:
    if not present.exists():
        return
    aside.unlink(missing_ok=True)
    try:
        os.link(present, aside)
    except OSError:
        # Not every file system has hard links.
        shutil.copy2(present, aside)


def _sqlite_file(address: Address, *, tool: str) -> Path:
    if address.file is None:
        raise BackupToolError(database=str(address), tool=tool)
    return address.file


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rescue:
    """What was done about a damaged database."""

    problem: str
    aside: Path
    """Path of the damaged database, which is kept in full."""
    restored: Path | None
    """The backup that is in its place; None for an empty database."""
    made_at: datetime | None
    """When that backup was made."""


def make_ready(url: str, *, folder: Path | None, now: datetime, fresh: bool = False) -> Rescue | None:
    """Bring the database up to date; one that is damaged gives way to its newest good backup.

    Parameters
    ----------
    folder
        Where the backups are.
    fresh
        Whether to begin with an empty database where there is no good backup.

    Returns
    -------
    Rescue or None
        None where nothing was wrong.

    Raises
    ------
    DamagedDatabaseError
        Damaged, without a good backup, and not to begin anew. Nothing was changed.
    StorageError
        As `services.storage.migrate.migrate`.
    """
    address = parse_address(url)
    try:
        migrate(address, backups=folder)
    except DamagedDatabaseError as damage:
        if address.file is None:
            raise
        good = next(_good_backups(address.file, folder), None)
        if good is None and not fresh:
            raise
        if good is None:
            aside = move_aside(address.file, now=now)
        else:
            aside = restore(good, url, now=now, why="damaged") or address.file
        migrate(address, backups=folder)
        made_at = datetime.fromtimestamp(good.stat().st_mtime, UTC) if good else None
        return Rescue(problem=damage.problem, aside=aside, restored=good, made_at=made_at)
    return None


def _good_backups(file: Path, folder: Path | None) -> Iterator[Path]:
    """Yield the sound copies that Tastemap made of `file`, the newest first."""
    if folder is None or not folder.is_dir():
        return
    copies = [*folder.glob(f"{file.stem}-*.db"), *folder.glob(f"{file.stem}.pre-*.db")]
    for copy in sorted(copies, key=lambda copy: copy.stat().st_mtime, reverse=True):
        try:
            check_source(copy, file)
        except (RestoreFailedError, NewerSchemaError) as failure:
            _log.warning("the backup %s is no good: %s", copy, failure)
        else:
            yield copy


async def erase_again(database: Database) -> int:
    """Do the erasures that the database lacks; returns how many people that concerned.

    A database that was never replaced lacks none, which costs one look at a small file.
    """
    notes = ErasureNotes(database.address.file)
    async with database.reading() as connection:
        number = await seen(connection)
        missing = await asyncio.to_thread(notes.missing_from, number)
        if not missing:
            return 0
        known = await _everybody(connection)
    back = await asyncio.to_thread(lambda: list(notes.whom(missing, known)))
    for user_id, what in back:
        if what is Erased.EVERYTHING:
            await PersonStore(database).erase(user_id, is_new=False)
        else:
            await LinkStore(database).disconnect(user_id, is_new=False)
    async with database.transaction() as connection:
        await note_seen(connection, max(note.number for note in missing))
    return len({user_id for user_id, _ in back})


async def _everybody(connection: AsyncConnection) -> list[int]:
    columns = [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name in PERSON_COLUMNS and isinstance(column.type, BigInteger)
    ]
    found = await connection.scalars(union(*(select(each).where(each.is_not(None)) for each in columns)))
    return list(found)
