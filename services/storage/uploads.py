"""Keep uploaded files while a choice is made, what was measured of own sound, and where its files are."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, select

from services.domain.sound import ClipReading
from services.storage.database import Store
from services.storage.schema.people import heard_sounds, pending_uploads, sound_offers
from services.storage.upserts import row_of


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
        await self._put(pending_uploads, [row_of(upload)])

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


_CLIPS = TypeAdapter(ClipReading)


@dataclass(frozen=True, slots=True)
class SoundOffer:
    """The files behind a map, from which clips may be sent if its owner presses for it."""

    report_id: str
    owner_id: int
    files: tuple[tuple[str, str], ...]
    """Address at Discord and name of each."""
    expires_at: datetime


class SoundStore(Store):
    """Values by person and hash of the samples, and offers by map."""

    async def load(self, owner_id: int, digests: Collection[str]) -> Mapping[str, ClipReading]:
        """Read what was measured from clips of a person's own sound."""
        query = select(heard_sounds.c.digest, heard_sounds.c.clips).where(
            heard_sounds.c.owner_id == owner_id, heard_sounds.c.digest.in_(list(digests))
        )
        found = {}
        for row in await self._rows(query):
            try:
                found[row.digest] = _CLIPS.validate_json(row.clips)
            except ValidationError:
                continue  # of another version: measured again when wanted
        return found

    async def save(self, owner_id: int, digest: str, clips: ClipReading, now: datetime) -> None:
        """Keep what was measured, for this person."""
        text = _CLIPS.dump_json(clips, exclude_none=True).decode()
        row = {"owner_id": owner_id, "digest": digest, "clips": text, "measured_at": now}
        await self._put(heard_sounds, [row])

    async def purge(self, older_than: datetime) -> int:
        """Drop values that were measured before a moment; returns how many there were."""
        return await self._change(delete(heard_sounds).where(heard_sounds.c.measured_at < older_than))

    async def offer(self, offer: SoundOffer) -> None:
        """Remember where the files of a map are."""
        files = json.dumps([{"url": url, "filename": name} for url, name in offer.files])
        await self._put(sound_offers, [row_of(offer, files=files)])

    async def load_offer(self, report_id: str, now: datetime) -> SoundOffer | None:
        """Read an offer that has not expired."""
        query = select(sound_offers).where(
            sound_offers.c.report_id == report_id, sound_offers.c.expires_at > now
        )
        row = await self._row(query)
        if row is None:
            return None
        files = tuple((each["url"], each["filename"]) for each in json.loads(row.files))
        return SoundOffer(row.report_id, row.owner_id, files, row.expires_at)

    async def purge_offers(self, now: datetime) -> int:
        """Drop expired offers; returns how many there were."""
        return await self._change(delete(sound_offers).where(sound_offers.c.expires_at <= now))
