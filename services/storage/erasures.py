"""Record erasures without identifying anybody, so that restoring an older copy brings nobody back.

Beside an SQLite database is a file with one line for each erasure: a number, the moment, what was erased,
and a keyed hash of the Discord id. The database itself says up to which number it has them. One that was
restored says less, and the rest is done again before anybody sees it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import secrets
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.storage.schema import marks
from services.storage.sqlite_files import synchronise
from services.storage.upserts import upsert

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
