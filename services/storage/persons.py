"""Everything that is stored about one person, in all tables: counted, written out, erased.

Made from the schema: a new table with a column of `PERSON_COLUMNS` is part of it without a word here.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Table, delete, func, or_, select

from services.storage.database import Database
from services.storage.schema import PERSON_COLUMNS, metadata

_SECRET = ("_sealed", "_hash", "token", "attempt_id")
"""Endings of columns that hold keys to something; they are named in an export, not given away."""
_LONGEST_BYTES = 12 * 1024 * 1024


class PersonStore:
    """One person's rows, wherever they are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, user_id: int) -> Mapping[str, int]:
        """Count a person's rows by table; tables without any are left out."""
        counts = {}
        async with self._database.reading() as connection:
            for table, whose in person_tables(user_id):
                query = select(func.count()).select_from(table).where(whose)
                counts[table.name] = (await connection.execute(query)).scalar_one()
        return {name: count for name, count in counts.items() if count}

    async def export(self, user_id: int) -> Mapping[str, list[dict[str, Any]]]:
        """Write out all of a person's rows by table, as values that JSON can hold.

        Bytes become base64; secrets become a word that says so.
        """
        written: dict[str, list[dict[str, Any]]] = {}
        async with self._database.reading() as connection:
            for table, whose in person_tables(user_id):
                rows = (await connection.execute(select(table).where(whose))).mappings().all()
                written[table.name] = [
                    {name: _plain(name, value) for name, value in row.items()} for row in rows
                ]
        return written

    async def erase(self, user_id: int) -> Mapping[str, int]:
        """Delete all of a person's rows in one step, and take them out of the log file too."""
        gone = {}
        async with self._database.transaction() as connection:
            for table, whose in reversed(list(person_tables(user_id))):
                gone[table.name] = (await connection.execute(delete(table).where(whose))).rowcount
        await self._database.scrub()
        return {name: count for name, count in gone.items() if count}


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
