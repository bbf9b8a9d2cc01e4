"""What all stores share: statements by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CompoundSelect, Row, Select, Table
from sqlalchemy.sql.dml import Delete, Update

from services.storage.database import HASTY, Database
from services.storage.upserts import upsert


class Store:
    """Base of the stores: helpers for single statements."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _rows(self, *queries: Select[Any] | CompoundSelect[Any]) -> list[Row[Any]]:
        """Read with one statement, or with several that need not see the same moment."""
        async with self._database.reading(one_moment=False) as connection:
            return [row for query in queries for row in await connection.execute(query)]

    async def _row(self, query: Select[Any]) -> Row[Any] | None:
        async with self._database.reading(one_moment=False) as connection:
            row: Row[Any] | None = (await connection.execute(query)).one_or_none()
        return row

    async def _value(self, query: Select[Any]) -> Any:
        async with self._database.reading(one_moment=False) as connection:
            return await connection.scalar(query)

    async def _change(self, statement: Update | Delete, *, durable: bool = True) -> int:
        """Execute a statement and return the number of rows affected; `durable` as in a transaction."""
        if not durable and not self._database.address.is_sqlite:
            statement = statement.where(HASTY)
        async with self._database.transaction(durable=durable, single=True) as connection:
            return (await connection.execute(statement)).rowcount

    async def _put(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, or update those that are there already."""
        async with self._database.transaction() as connection:
            await upsert(connection, table, rows)
