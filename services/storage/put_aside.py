"""Remember what people had no time to wait for, until a source is idle enough to be asked about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from services.domain.music import TrackId
from services.storage.database import Store
from services.storage.schema import put_aside
from services.storage.upserts import in_lookups

KEPT_FOR = timedelta(days=7)
"""What could not be asked about by then is asked about again when somebody brings it."""
MOST_KEYS = 200_000
"""An hour of calls at the pace of ReccoBeats."""


class PutAsideStore(Store):
    """The queue of lowest priority: keys of tracks, by source, never by person."""

    async def put(self, source: str, keys: Mapping[TrackId, int | None], now: datetime) -> int:
        """Add keys with the release years of their tracks; returns how many wait for this source now.

        Nothing is added beyond `MOST_KEYS`; keys that wait already keep their place.
        """
        waiting = await self._count(source)
        waits = await self._waiting_among(source, keys)
        fresh = [key for key in sorted(keys) if key not in waits][: max(0, MOST_KEYS - waiting)]
        await self._put(
            put_aside,
            [{"source": source, "key": key, "release_year": keys[key], "asked_at": now} for key in fresh],
        )
        return waiting + len(fresh)

    async def load(self, source: str, most: int) -> Mapping[TrackId, int | None]:
        """Return the `most` keys that have waited longest, with the release years of their tracks."""
        query = (
            select(put_aside.c.key, put_aside.c.release_year)
            .where(put_aside.c.source == source)
            .order_by(put_aside.c.asked_at, put_aside.c.key)
            .limit(most)
        )
        return {TrackId(row.key): row.release_year for row in await self._rows(query)}

    async def drop(self, source: str, keys: Collection[TrackId]) -> None:
        """Take keys out: they are answered."""
        for some in in_lookups(keys):
            await self._change(
                delete(put_aside).where(put_aside.c.source == source, put_aside.c.key.in_(some))
            )

    async def purge(self, now: datetime) -> int:
        """Drop what has waited for longer than `KEPT_FOR`."""
        return await self._change(delete(put_aside).where(put_aside.c.asked_at < now - KEPT_FOR))

    async def _count(self, source: str) -> int:
        found = await self._value(
            select(func.count()).select_from(put_aside).where(put_aside.c.source == source)
        )
        return int(found or 0)

    async def _waiting_among(self, source: str, keys: Collection[TrackId]) -> set[TrackId]:
        waiting: set[TrackId] = set()
        for some in in_lookups(keys):
            query = select(put_aside.c.key).where(put_aside.c.source == source, put_aside.c.key.in_(some))
            waiting.update(TrackId(row.key) for row in await self._rows(query))
        return waiting
