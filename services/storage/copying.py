"""Copy an SQLite database to a PostgreSQL one, row by row, and compare each row afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, delete, func, select, tuple_

from services.domain.errors.storage import CopyRefusedError
from services.storage.database import Database
from services.storage.schema import metadata
from services.storage.schema.music import marks, pulse
from services.storage.upserts import upsert

ROWS_AT_ONCE = 500
_UNDER_WAY = "copying"
"""Under this name a database says that it is being filled by a copy, which may be begun again."""

OnTable = Callable[[str, int], object]
"""Receives the name of a table that is copied and compared, and how many rows it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseCopy:
    """From one database into another that is empty, or that such a copy has begun to fill."""

    source: Database
    target: Database

    async def run(self, on_table: OnTable) -> int:
        """Copy and compare all tables; returns how many rows there are.

        Raises
        ------
        CopyRefusedError
            The target holds something else, or a row differs afterwards.
        """
        await self._begin()
        rows = 0
        for table in metadata.sorted_tables:
            if table is pulse:
                continue
            count = await self._copy(table)
            await self._compare(table, count)
            on_table(table.name, count)
            rows += count
        async with self.target.transaction() as connection:
            await connection.execute(delete(marks).where(marks.c.name == _UNDER_WAY))
        return rows

    async def _begin(self) -> None:
        async with self.target.transaction() as connection:
            under_way = select(marks.c.value).where(marks.c.name == _UNDER_WAY)
            if await connection.scalar(under_way) is None:
                for table in metadata.sorted_tables:
                    if table is not pulse and await connection.scalar(select(table).limit(1)) is not None:
                        raise CopyRefusedError(
                            problem=f"{self.target.address} has rows in {table.name} already"
                        )
            await upsert(connection, marks, [{"name": _UNDER_WAY, "value": str(self.source.address)}])

    async def _copy(self, table: Table) -> int:
        count = 0
        async for rows in self._pages(table):
            async with self.target.transaction() as connection:
                await upsert(connection, table, rows)
            count += len(rows)
        return count

    async def _compare(self, table: Table, count: int) -> None:
        own = () if table is not marks else (marks.c.name != _UNDER_WAY,)
        async with self.target.reading() as connection:
            found = await connection.scalar(select(func.count()).select_from(table).where(*own))
        if found != count:
            raise CopyRefusedError(problem=f"{table.name} has {found} rows there and {count} here")
        keys = list(table.primary_key)
        async for rows in self._pages(table):
            wanted = [tuple(row[key.name] for key in keys) for row in rows]
            async with self.target.reading() as connection:
                query = select(table).where(tuple_(*keys).in_(wanted))
                there = {_key(row, table): dict(row) for row in (await connection.execute(query)).mappings()}
            for row in rows:
                if there.get(_key(row, table)) != dict(row):
                    raise CopyRefusedError(problem=f"a row of {table.name} is not the same there")

    async def _pages(self, table: Table) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        """Read the rows of the source in the order of their keys."""
        keys = tuple_(*table.primary_key)
        last: tuple[Any, ...] | None = None
        while True:
            query = select(table).order_by(*table.primary_key).limit(ROWS_AT_ONCE)
            if last is not None:
                query = query.where(keys > tuple_(*last))
            async with self.source.reading() as connection:
                rows = [dict(row) for row in (await connection.execute(query)).mappings()]
            if not rows:
                return
            yield rows
            last = _key(rows[-1], table)


def _key(row: Mapping[Any, Any], table: Table) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)
