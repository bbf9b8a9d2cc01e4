"""Remember facts that concern no person: marks of this installation, refused files, signed commands."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from services.storage.database import Store
from services.storage.schema import marks, received_interactions, refused_files
from services.storage.upserts import insert_new, upsert

RECEIVED_FOR = timedelta(hours=1)
"""How long a signed command is remembered; its signature is refused after a minute."""


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
        return await self._change(over, durable=False)

    async def refuse(self, digest: str, *, until: datetime, now: datetime) -> None:
        """Refuse a file for a while, and delete expired entries."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(refused_files).where(refused_files.c.until <= now))
            await upsert(connection, refused_files, [{"digest": digest, "until": until}])


class ReceivedStore(Store):
    """Signed interactions by id, for all processes: a copy of one is none. Nothing about who or what."""

    async def is_first(self, interaction_id: int, now: datetime) -> bool:
        """Note an interaction; True for exactly one caller."""
        row = {"interaction_id": interaction_id, "at": now}
        async with self._database.transaction(durable=False) as connection:
            (fresh,) = await insert_new(connection, received_interactions, [row])
        return fresh

    async def purge(self, now: datetime) -> int:
        """Forget those that are too old to come again."""
        return await self._change(
            delete(received_interactions).where(received_interactions.c.at < now - RECEIVED_FOR)
        )
