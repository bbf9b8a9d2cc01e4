"""Repair what a damaged or restored database needs before a bot can use it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import BigInteger, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.errors.storage import DamagedDatabaseError, NewerSchemaError, RestoreFailedError
from services.storage.addresses import parse_address
from services.storage.backups import check_source, move_aside, restore
from services.storage.database import Database
from services.storage.erasures import Erased, ErasureNotes, note_seen, seen
from services.storage.links import LinkStore
from services.storage.migrate import migrate
from services.storage.persons import PersonStore
from services.storage.schema import PERSON_COLUMNS, metadata

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
