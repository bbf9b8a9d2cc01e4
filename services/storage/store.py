"""What all stores share: one statement in a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, Table
from sqlalchemy.sql.dml import Delete, Update

from services.storage.database import Database
from services.storage.upserts import upsert


class Store:
    """Base of the stores: helpers for single statements."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        async with self._database.reading(single=True) as connection:
            rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
        return rows

    async def _row(self, query: Select[Any]) -> Row[Any] | None:
        async with self._database.reading(single=True) as connection:
            row: Row[Any] | None = (await connection.execute(query)).one_or_none()
        return row

    async def _value(self, query: Select[Any]) -> Any:
        async with self._database.reading(single=True) as connection:
            return await connection.scalar(query)

    async def _change(self, statement: Update | Delete) -> int:
        """Execute a statement and return the number of rows affected."""
        async with self._database.transaction(single=True) as connection:
            return (await connection.execute(statement)).rowcount

    async def _put(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, or update those that are there already."""
        async with self._database.transaction() as connection:
            await upsert(connection, table, rows)
