"""Keep an uploaded file for the short time in which its owner chooses a playlist in it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import delete, select

from services.storage.database import Database
from services.storage.schema import pending_uploads
from services.storage.upserts import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingUpload:
    """A file that waits, with what was asked along with it."""

    upload_id: str
    owner_id: int
    filename: str
    content: bytes
    groups: int | None
    private: bool
    expires_at: datetime


class UploadStore:
    """Waiting files by id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, upload: PendingUpload) -> None:
        """Keep a file; a killed process does not lose it."""
        row = {field.name: getattr(upload, field.name) for field in fields(upload)}
        async with self._database.transaction() as connection:
            await upsert(connection, pending_uploads, [row])

    async def load(self, upload_id: str, now: datetime) -> PendingUpload | None:
        """Read a file whose time is not over yet, else None."""
        query = select(pending_uploads).where(
            pending_uploads.c.upload_id == upload_id, pending_uploads.c.expires_at > now
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else PendingUpload(**row._mapping)

    async def delete(self, upload_id: str) -> None:
        """Drop a file that is no longer waited for."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(pending_uploads).where(pending_uploads.c.upload_id == upload_id))

    async def delete_of(self, owner_id: int) -> int:
        """Drop a person's files and return how many there were."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(
                delete(pending_uploads).where(pending_uploads.c.owner_id == owner_id)
            )
        return gone.rowcount

    async def purge(self, now: datetime) -> int:
        """Drop the files whose time is over and return how many there were."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(
                delete(pending_uploads).where(pending_uploads.c.expires_at <= now)
            )
        return gone.rowcount
