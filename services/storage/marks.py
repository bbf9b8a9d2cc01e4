"""Remember facts that concern no person: about this installation, and which files must not be read again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from services.storage.schema import marks, refused_files
from services.storage.store import Store
from services.storage.upserts import upsert


class MarkStore(Store):
    """Texts by name. Nothing about persons belongs here."""

    async def load(self, name: str) -> str | None:
        """Read a mark, or None where it was never set."""
        query = select(marks.c.value).where(marks.c.name == name)
        value: str | None = await self._value(query)
        return value

    async def save(self, name: str, value: str) -> None:
        """Set a mark in place of an earlier one."""
        await self._put(marks, [{"name": name, "value": value}])


class RefusedFileStore(Store):
    """Hashes of files whose reading cost too much. Nothing about persons belongs here."""

    async def is_refused(self, digest: str, now: datetime) -> bool:
        """Say whether a file is refused at the moment."""
        query = select(refused_files.c.digest).where(
            refused_files.c.digest == digest, refused_files.c.until > now
        )
        return await self._value(query) is not None

    async def purge(self, now: datetime) -> int:
        """Drop the files whose time is over, and return how many there were."""
        over = delete(refused_files).where(refused_files.c.until <= now)
        async with self._database.transaction(durable=False) as connection:
            return (await connection.execute(over)).rowcount

    async def refuse(self, digest: str, *, until: datetime, now: datetime) -> None:
        """Refuse a file for a while, and delete expired entries."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(refused_files).where(refused_files.c.until <= now))
            await upsert(connection, refused_files, [{"digest": digest, "until": until}])
