"""Write records as rows and read them back; insert or update with one statement for both databases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Dialect, Row, Select, Table, bindparam, func, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

ROWS_PER_LOOKUP = 1_000
"""Values in one `IN (...)`: well below SQLite's 32,766 variables and PostgreSQL's 65,535."""

_Item = TypeVar("_Item")


def row_of(record: Any, /, *, without: Collection[str] = (), **columns: Any) -> dict[str, Any]:
    """Write a dataclass as a row whose columns bear the names of its fields.

    Parameters
    ----------
    record
        A choice among its values is written as its word.
    without
        Fields that have no column.
    columns
        What has another name or form than in the record, or is not part of it.
    """
    values = {each.name: getattr(record, each.name) for each in fields(record) if each.name not in without}
    return {
        name: value.value if isinstance(value, Enum) else value for name, value in values.items()
    } | columns


def record_of(kind: type[_Item], row: Row[Any], /, **changed: Any) -> _Item:
    """Read a dataclass from the columns that bear the names of its fields; `changed` holds the others."""
    names = (each.name for each in fields(kind) if each.name not in changed)  # type: ignore[arg-type]
    return kind(**{name: row._mapping[name] for name in names}, **changed)


def insert_into(table: Table, dialect: Dialect) -> Any:
    """Begin an insert that may meet rows that are there: both databases take the same, from other classes."""
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Iterable[Mapping[str, Any]],
    *,
    keep_known: Collection[str] = (),
    keep_filled: Collection[str] = (),
) -> None:
    """Write rows keyed by the table's primary key; of rows with one key the last one counts.

    Rows go in the order of their keys: two PostgreSQL transactions that lock the same rows in
    different orders would otherwise deadlock, and SQLite touches fewer pages.

    Parameters
    ----------
    rows
        All with the same columns, in any order.
    keep_known
        Columns in which None means "not said" and does not overwrite a value.
    keep_filled
        Columns of JSON lists in which an empty one means the same.
    """
    keys = [column.name for column in table.primary_key]
    unique = {tuple(row[key] for key in keys): row for row in rows}
    if not unique:
        return
    values = [unique[key] for key in sorted(unique)]
    columns = _columns(table, values[0])
    sql = _sql(connection.dialect, table, columns, frozenset(keep_known), frozenset(keep_filled))
    # Straight to the driver: SQLAlchemy's own way through each row costs more than writing it does.
    await connection.exec_driver_sql(sql, _parameters(connection.dialect, table, columns, values))


def _columns(table: Table, row: Mapping[str, Any]) -> tuple[str, ...]:
    """Put the columns of a row in the order of the table, in which they are compiled; refuse all others."""
    if unknown := row.keys() - table.c.keys():
        raise ValueError(f"{table.name} has no columns for {sorted(unknown)}")
    return tuple(column.name for column in table.c if column.name in row)


def _parameters(
    dialect: Dialect, table: Table, columns: tuple[str, ...], rows: Sequence[Mapping[str, Any]]
) -> list[Any]:
    processed = []
    for name in columns:
        bind = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        column = [row[name] for row in rows]
        processed.append(column if bind is None else list(map(bind, column)))
    tuples = zip(*processed, strict=True)
    return list(tuples) if dialect.positional else [dict(zip(columns, row, strict=True)) for row in tuples]


@lru_cache(maxsize=64)
def _sql(
    dialect: Dialect,
    table: Table,
    columns: tuple[str, ...],
    keep_known: frozenset[str],
    keep_filled: frozenset[str],
) -> str:
    insert = insert_into(table, dialect)
    keys = [column.name for column in table.primary_key]
    said = {
        name: func.nullif(insert.excluded[name], literal_column("'[]'"))
        if name in keep_filled
        else insert.excluded[name]
        for name in columns
        if name not in keys
    }
    changes = {
        name: func.coalesce(value, table.c[name]) if name in keep_known | keep_filled else value
        for name, value in said.items()
    }
    statement = insert.values(dict.fromkeys(columns)).on_conflict_do_update(index_elements=keys, set_=changes)
    return str(statement.compile(dialect=dialect, column_keys=columns))


def in_lookups(items: Iterable[_Item], size: int = ROWS_PER_LOOKUP) -> Iterator[Sequence[_Item]]:
    """Cut the different ones among `items`, in their order, into lists that fit one statement."""
    unique = list(dict.fromkeys(items))
    for start in range(0, len(unique), size):
        yield unique[start : start + size]


def as_rows(table: Table, rows: Sequence[Mapping[str, Any]]) -> Select[Any]:
    """Hand rows to a server as one array for each column: row after row they cost more than writing them."""
    return select(
        *(
            func.unnest(bindparam(name, [row[name] for row in rows], postgresql.ARRAY(table.c[name].type)))
            for name in rows[0]
        )
    )


async def insert_new(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> list[bool]:
    """Insert rows unless their key is taken; says for each whether it is in because of this call."""
    inserted = []
    for row in rows:
        columns = _columns(table, row)
        sql = _insert_sql(connection.dialect, table, columns)
        result = await connection.exec_driver_sql(
            sql, _parameters(connection.dialect, table, columns, [row])[0]
        )
        inserted.append(result.rowcount == 1)
    return inserted


@lru_cache(maxsize=16)
def _insert_sql(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> str:
    statement = insert_into(table, dialect).values(dict.fromkeys(columns)).on_conflict_do_nothing()
    return str(statement.compile(dialect=dialect, column_keys=columns))


async def add_to(connection: AsyncConnection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert a row of numbers, or add them to the one that is there."""
    insert = insert_into(table, connection.dialect)
    keys = [column.name for column in table.primary_key]
    sums = {name: table.c[name] + insert.excluded[name] for name in row if name not in keys}
    await connection.execute(insert.values(dict(row)).on_conflict_do_update(index_elements=keys, set_=sums))
