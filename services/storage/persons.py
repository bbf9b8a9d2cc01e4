"""Count, export and erase all that is stored about one person, so that no restored copy brings it back.

Made from the schema: a new table with a column of `PERSON_COLUMNS` is part of it without a word here.

Beside an SQLite database is a file with one line for each erasure: a number, the moment, what was erased,
and a keyed hash of the Discord id. The database itself says up to which number it has them. One that was
restored says less, and the rest is done again before anybody sees it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
import os
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Table,
    Update,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.errors.storage import DatabaseBusyError, StorageError
from services.domain.groups import Membership
from services.domain.jobs import JobStatus
from services.domain.writes import WriteStage
from services.storage.database import Store
from services.storage.schema import PERSON_COLUMNS, metadata
from services.storage.schema.groups import lobby_members
from services.storage.schema.music import marks
from services.storage.schema.people import jobs, playlist_writes, report_messages, reports
from services.storage.sqlite_files import synchronise
from services.storage.upserts import upsert
from services.storage.withdrawals import take_out_everywhere
from services.storage.writes import bar_new_writes, refuse_to_cut

NOTES_KEPT_FOR = timedelta(days=400)
"""Longer than anybody should keep a copy of their own elsewhere; a line says nothing to whoever has no id."""
_SEEN = "erasures"
"""Under this name a database says which of them it has."""

_log = logging.getLogger(__name__)

_changing = threading.Lock()
"""Held where the file is read to be changed: notes are added and dropped in different threads."""


class Erased(StrEnum):
    """How much of a person was erased."""

    EVERYTHING = "everything"
    LOGIN = "login"
    """The link to Spotify and what was read with it."""


@dataclass(frozen=True, slots=True)
class Note:
    """One erasure."""

    number: int
    at: datetime
    what: Erased
    who: str
    """Keyed hash of the Discord id."""


class ErasureNotes:
    """The file of one database.

    Parameters
    ----------
    file
        The database; None where it is no file, and copies are the business of its server's tools.
    """

    def __init__(self, file: Path | None) -> None:
        self.path = None if file is None else file.with_name(f"{file.stem}.erased.jsonl")

    async def add(self, connection: AsyncConnection, user_id: int, what: Erased) -> None:
        """Note an erasure inside its transaction: it is on the disk before the rows are gone.

        On SQLite transactions follow one another, and so do the numbers.
        """
        if self.path is not None:
            known = await seen(connection)
            number = await asyncio.to_thread(self._note_down, known, user_id, what)
            await note_seen(connection, number)

    def _note_down(self, known: int, user_id: int, what: Erased) -> int:
        with _changing:
            key, notes = self._read()
            number = 1 + max((known, *(note.number for note in notes)))
            self._append(_line(Note(number, datetime.now(UTC), what, _hash(key, user_id))))
        return number

    def missing_from(self, number: int) -> tuple[Note, ...]:
        """List what a database that has the erasures up to a number lacks."""
        if self.path is None or not self.path.exists():
            return ()
        _, notes = self._read()
        return tuple(note for note in notes if note.number > number)

    def whom(self, notes: Iterable[Note], user_ids: Iterable[int]) -> Iterator[tuple[int, Erased]]:
        """Find the people of some notes among those that a database knows."""
        key, _ = self._read()
        erased = [(note.who, note.what) for note in notes]
        for user_id in user_ids:
            who = _hash(key, user_id)
            for each, what in erased:
                if each == who:
                    yield user_id, what

    def drop_old(self, now: datetime) -> int:
        """Drop the notes that no copy can be older than, and return how many there were."""
        with _changing:
            return self._drop_old(now)

    def _drop_old(self, now: datetime) -> int:
        if self.path is None or not self.path.exists():
            return 0
        key, notes = self._read()
        kept = [note for note in notes if note.at > now - NOTES_KEPT_FOR]
        if len(kept) == len(notes):
            return 0
        lines = [json.dumps({"key": key}), *map(_line, kept)]
        fresh = self.path.with_name(f".{self.path.name}.new")
        fresh.touch(mode=0o600)
        fresh.write_text("\n".join(lines) + "\n")
        synchronise(fresh)
        fresh.replace(self.path)
        return len(notes) - len(kept)

    def _read(self) -> tuple[str, list[Note]]:
        """Read the key and the notes; a line that broke off belongs to an erasure that was not done."""
        if self.path is None or not self.path.exists():
            return self._begin(), []
        first, *lines = [line for line in self.path.read_text().splitlines() if line] or [""]
        try:
            key = str(json.loads(first)["key"])
        except (ValueError, LookupError, TypeError):
            _log.error("%s can't be read: whom a restored backup brings back is not known", self.path)
            return self._begin(), []
        return key, [note for line in lines if (note := _note(line)) is not None]

    def _begin(self) -> str:
        key = secrets.token_hex(32)
        if self.path is not None:
            if self.path.exists():
                self.path.replace(self.path.with_name(f"{self.path.name}.unreadable"))
            self._append(json.dumps({"key": key}))
        return key

    def _append(self, line: str) -> None:
        if self.path is None:
            return
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, f"\n{line}\n".encode())  # what a killed process left of a line stays its own
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


async def seen(connection: AsyncConnection) -> int:
    """Read up to which number a database has the erasures."""
    value = await connection.scalar(select(marks.c.value).where(marks.c.name == _SEEN))
    return int(value) if value is not None and value.isdecimal() else 0


async def note_seen(connection: AsyncConnection, number: int) -> None:
    """Write down up to which number a database has the erasures."""
    await upsert(connection, marks, [{"name": _SEEN, "value": str(number)}])


def _hash(key: str, user_id: int) -> str:
    return hashlib.blake2b(str(user_id).encode(), key=bytes.fromhex(key), digest_size=16).hexdigest()


def _line(note: Note) -> str:
    return json.dumps(
        {"number": note.number, "at": note.at.isoformat(), "what": note.what.value, "who": note.who}
    )


def _note(line: str) -> Note | None:
    try:
        value: Any = json.loads(line)
        return Note(
            int(value["number"]),
            datetime.fromisoformat(value["at"]),
            Erased(value["what"]),
            str(value["who"]),
        )
    except (ValueError, LookupError, TypeError):
        return None


_SECRET = ("_sealed", "_hash", "token", "attempt_id")
"""Endings of columns that hold keys to something; they are named in an export, not given away."""
QUESTIONS = "questions"
"""Under this name `PersonStore.count` says how often a person was asked to compare and has not said yes."""
_DEEDS: Mapping[str, Mapping[str, ColumnElement[bool]]] = {
    "playlist_writes": {
        "playlist_writes": and_(
            playlist_writes.c.stage == WriteStage.DONE.value, playlist_writes.c.undoes.is_(None)
        )
    },
    "lobby_members": {
        "lobby_members": lobby_members.c.standing == Membership.IN.value,
        QUESTIONS: lobby_members.c.standing == Membership.ASKED.value,
    },
}
"""Which rows of a table count, and as what, where not each row is something that happened."""
_READ_APART = frozenset({reports.c.payload})
"""Large columns that are written out in a better form, one after the other."""
UNREADABLE = "unreadable"
"""Under this key a row of an export says why a part of it is missing."""
_LONGEST_BYTES = 12 * 1024 * 1024
TO_SCRUB = "erased pages are in the log"


class PersonStore(Store):
    """One person's rows, wherever they are."""

    async def count(self, user_id: int) -> Mapping[str, int]:
        """Count what there is of a person by table; tables without anything are left out.

        Counted is what happened: a change that was made, a comparison that the person is in.
        """
        async with self._database.reading() as connection:
            counts = await _counted(connection, user_id)
        return {name: count for name, count in counts.items() if count}

    async def waiting(self, user_id: int) -> tuple[bool, bool]:
        """Say whether answers wait for a person that reached nobody, and news of changes that they made."""
        is_answer = exists().where(jobs.c.owner_id == user_id, jobs.c.status == JobStatus.UNDELIVERED.value)
        is_news = exists().where(playlist_writes.c.user_id == user_id, playlist_writes.c.told.is_(False))
        async with self._database.reading(one_moment=False) as connection:
            has_answers, has_news = (await connection.execute(select(is_answer, is_news))).one()
        return has_answers, has_news

    async def export(self, user_id: int) -> Mapping[str, list[dict[str, Any]]]:
        """Write out all of a person's rows by table, as values that JSON can hold.

        Bytes become base64; secrets become a word that says so.
        """
        written: dict[str, list[dict[str, Any]]] = {}
        async with self._database.reading() as connection:
            for table, whose in person_tables(user_id):
                columns = [column for column in table.columns if column not in _READ_APART]
                rows = (await connection.execute(select(*columns).where(whose))).mappings().all()
                written[table.name] = await asyncio.to_thread(_plain_rows, rows)
        return written

    async def erase(
        self, user_id: int, *, cut_no_write_at: datetime | None = None, is_new: bool = True
    ) -> Mapping[str, int]:
        """Delete all of a person's rows in one step, and take them out of the log file too.

        The messages that show the person are marked in the same transaction, to be drawn anew. Returns
        what went, as `count` counts it.

        Parameters
        ----------
        is_new
            Whether to note it, so that it is done again in a copy of before that is restored.
        cut_no_write_at
            The present, where a change of a playlist that has begun forbids all this.

        Raises
        ------
        UnfinishedWritesError
            There is such a change; nothing was deleted.
        """
        async with self._database.transaction() as connection:
            # First, so that whatever is being written for the person is either finished and found here,
            # or finds no row to belong to.
            mine = select(jobs.c.job_id).where(jobs.c.owner_id == user_id).with_for_update()
            await connection.execute(mine)
            await bar_new_writes(connection, user_id)
            if cut_no_write_at is not None:
                await refuse_to_cut(connection, user_id, cut_no_write_at)
            gone = await _counted(connection, user_id)
            await connection.execute(_take_back_maps(user_id))
            await take_out_everywhere(connection, user_id)
            for table, whose in reversed(list(person_tables(user_id))):
                await connection.execute(delete(table).where(whose))
            await upsert(connection, marks, [{"name": TO_SCRUB, "value": "1"}])
            if is_new:
                await ErasureNotes(self._database.address.file).add(connection, user_id, Erased.EVERYTHING)
        try:
            await self.scrub()
        except StorageError as error:
            _log.warning("erased pages stay in the log until the next round (%s)", type(error).__name__)
        return {name: count for name, count in gone.items() if count}

    async def scrub(self) -> int:
        """Remove erased pages from the log file if there are any; returns 1 where it was done.

        Raises
        ------
        DatabaseBusyError
            Somebody reads from the log all the time; the pages wait for the next try.
        """
        to_scrub = select(marks.c.value).where(marks.c.name == TO_SCRUB)
        if await self._value(to_scrub) is None:
            return 0
        if not await self._database.scrub():
            raise DatabaseBusyError(problem="a reader keeps the log")
        await self._change(delete(marks).where(marks.c.name == TO_SCRUB))
        return 1


async def _counted(connection: AsyncConnection, user_id: int) -> dict[str, int]:
    counts = {}
    for table, whose in person_tables(user_id):
        for name, deed in _DEEDS.get(table.name, {table.name: true()}).items():
            query = select(func.count()).select_from(table).where(whose, deed)
            counts[name] = (await connection.execute(query)).scalar_one()
    return counts


def _take_back_maps(user_id: int) -> Update:
    """Mark where the person's maps are posted: whoever posted them empties them next."""
    theirs = select(reports.c.report_id).where(reports.c.owner_id == user_id)
    return update(report_messages).where(report_messages.c.report_id.in_(theirs)).values(report_id=None)


def person_tables(user_id: int) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """List the tables with a person's rows, parents before children, and how to find the rows.

    Spotify names owners by text; only columns of Discord ids count.
    """
    for table in metadata.sorted_tables:
        columns = [
            column
            for column in table.columns
            if column.name in PERSON_COLUMNS and isinstance(column.type, BigInteger)
        ]
        if columns:
            yield table, or_(*(column == user_id for column in columns))


def _plain_rows(rows: Sequence[Mapping[Any, Any]]) -> list[dict[str, Any]]:
    return [{str(name): _plain(str(name), value) for name, value in row.items()} for row in rows]


def _plain(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if name.endswith(_SECRET):
        return "stored, not shown: it is a key"
    if isinstance(value, bytes):
        return base64.b64encode(value[:_LONGEST_BYTES]).decode("ascii")
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
