"""Rows for any table, made from its schema."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, Double, Integer, LargeBinary, Table

from services.storage.persons import person_tables
from services.storage.schema import PERSON_COLUMNS, metadata
from services.storage.schema.base import Moment

_numbers = itertools.count(10_000)


def made_up_rows(user_id: int, *, canary: str) -> Iterator[tuple[Table, dict[str, Any]]]:
    """Make a row for each table about persons, and for those that they refer to, parents first.

    Every column is filled: persons are `user_id`, words hold `canary`, secrets say that they are sealed.
    """
    about_persons = {table.name for table, _ in person_tables(user_id)}
    parents = {key.column.table.name for name in about_persons for key in metadata.tables[name].foreign_keys}
    made: dict[str, dict[str, Any]] = {}
    for table in metadata.sorted_tables:
        if table.name not in about_persons | parents:
            continue
        row = {}
        for column in table.columns:
            key = next(iter(column.foreign_keys), None)
            row[column.name] = (
                made[key.column.table.name][key.column.name]
                if key is not None
                else _value(column, user_id, canary)
            )
        made[table.name] = row
        yield table, row


def _value(column: Any, user_id: int, canary: str) -> Any:
    kind = column.type
    if column.name in PERSON_COLUMNS and isinstance(kind, BigInteger):
        return user_id
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Double):
        return 0.5
    if isinstance(kind, BigInteger | Integer):
        return next(_numbers)
    if isinstance(kind, LargeBinary):
        return canary.encode()
    if isinstance(kind, Moment):
        return datetime.now(UTC) + timedelta(days=1)
    if column.name.endswith(("_sealed", "_hash", "token")):
        return f"sealed-secret-{next(_numbers)}"
    return f"{canary}{next(_numbers)}"
