"""Store uploaded files for the short time in which their owners choose a playlist in them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import delete, select

from services.storage.database import Store
from services.storage.schema import pending_uploads


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingUpload:
    """An uploaded file with the options of its request."""

    upload_id: str
    owner_id: int
    filename: str
    content: bytes
    groups: int | None
    private: bool
    expires_at: datetime


class UploadStore(Store):
    """Uploaded files that wait for a choice, by id."""

    async def save(self, upload: PendingUpload) -> None:
        """Keep a file; a killed process does not lose it."""
        row = {field.name: getattr(upload, field.name) for field in fields(upload)}
        await self._put(pending_uploads, [row])

    async def load(self, upload_id: str, now: datetime) -> PendingUpload | None:
        """Read a file that has not expired, else None."""
        query = select(pending_uploads).where(
            pending_uploads.c.upload_id == upload_id, pending_uploads.c.expires_at > now
        )
        row = await self._row(query)
        return None if row is None else PendingUpload(**row._mapping)

    async def load_head(self, upload_id: str, now: datetime) -> PendingUpload | None:
        """Read a waiting file without its content: up to 10 MiB, which a look at its owner needs not."""
        query = select(*(each for each in pending_uploads.c if each.name != "content")).where(
            pending_uploads.c.upload_id == upload_id, pending_uploads.c.expires_at > now
        )
        row = await self._row(query)
        return None if row is None else PendingUpload(content=b"", **row._mapping)

    async def purge(self, now: datetime) -> int:
        """Delete expired files and return how many there were."""
        return await self._change(delete(pending_uploads).where(pending_uploads.c.expires_at <= now))
