"""Remember small facts about this installation, such as which commands Discord was told last."""

from __future__ import annotations

from sqlalchemy import select

from services.storage.database import Database
from services.storage.schema import marks
from services.storage.upserts import upsert


class MarkStore:
    """Texts by name. Nothing about persons belongs here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, name: str) -> str | None:
        """Read a mark, or None where it was never set."""
        query = select(marks.c.value).where(marks.c.name == name)
        async with self._database.reading() as connection:
            value: str | None = await connection.scalar(query)
        return value

    async def save(self, name: str, value: str) -> None:
        """Set a mark in place of an earlier one."""
        async with self._database.transaction() as connection:
            await upsert(connection, marks, [{"name": name, "value": value}])
