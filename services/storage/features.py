"""Cache what feature sources answered, by track and source, and what to ask them when nobody waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.features import FIELDS, AudioFeatures, values_of
from services.domain.music import TrackId
from services.domain.sources import Absence, FetchedFeatures
from services.storage.database import Store
from services.storage.schema.music import absences, features, known_tracks, put_aside
from services.storage.upserts import in_lookups, record_of, row_of, upsert

FEATURE_COLUMNS = tuple(features.c[name] for name in FIELDS)


@dataclass(frozen=True, slots=True)
class FeatureCount:
    """How many tracks one source knows of one release year."""

    source: str
    year: int | None
    """None where the words about the track are not known."""
    tracks: int


@dataclass(frozen=True, slots=True)
class FeatureStats:
    """What the cache holds."""

    counts: tuple[FeatureCount, ...]
    """By source, then year; unknown years last."""
    absences: Mapping[str, int]
    """Tracks that a source is remembered not to know, expired ones included."""

    @property
    def by_source(self) -> Mapping[str, int]:
        """Tracks with features per source."""
        totals: dict[str, int] = defaultdict(int)
        for count in self.counts:
            totals[count.source] += count.tracks
        return dict(totals)


class FeatureStore(Store):
    """The cache of fetched features and of the answer "not known"."""

    async def load_features(self, ids: Iterable[TrackId]) -> Mapping[TrackId, tuple[FetchedFeatures, ...]]:
        """Read what every source said about these tracks; tracks that nobody knows are left out.

        Several sources for one track come in the order of their names.
        """
        found: dict[TrackId, list[FetchedFeatures]] = defaultdict(list)
        query = select(features).order_by(features.c.source)
        for row in await self._rows_among(query, features.c.track_id, ids):
            found[row.track_id].append(_to_fetched(row))
        return {track_id: tuple(rows) for track_id, rows in found.items()}

    async def load_by_isrc(self, isrcs: Iterable[str]) -> Mapping[str, tuple[FetchedFeatures, ...]]:
        """Read what is known about recordings, under whatever track id; keys are upper case."""
        found: dict[str, list[FetchedFeatures]] = defaultdict(list)
        query = select(features).order_by(features.c.track_id, features.c.source)
        for row in await self._rows_among(query, features.c.isrc, (isrc.upper() for isrc in isrcs)):
            found[row.isrc].append(_to_fetched(row))
        return {isrc: tuple(rows) for isrc, rows in found.items()}

    async def save_features(self, rows: Iterable[FetchedFeatures]) -> None:
        """Remember answers, newer over older, and forget that these sources did not know the tracks."""
        fetched = list(rows)
        async with self._database.transaction(durable=False) as connection:
            await write_features(connection, fetched)
            by_source: dict[str, list[TrackId]] = defaultdict(list)
            for row in fetched:
                by_source[row.source].append(row.track_id)
            for source, ids in sorted(by_source.items()):
                for some in in_lookups(sorted(ids)):
                    await connection.execute(
                        delete(absences).where(absences.c.source == source, absences.c.track_id.in_(some))
                    )

    async def load_absences(
        self, source: str, ids: Iterable[TrackId], now: datetime
    ) -> Mapping[TrackId, Absence]:
        """Read which of these tracks a source does not know, as far as that still counts at `now`."""
        query = select(absences).where(absences.c.source == source, absences.c.expires_at > now)
        found = await self._rows_among(query, absences.c.track_id, ids)
        return {row.track_id: record_of(Absence, row) for row in found}

    async def save_absences(self, rows: Iterable[Absence]) -> None:
        """Remember that sources do not know tracks; what they said earlier about them stays."""
        await self._put(absences, [row_of(row) for row in rows], durable=False)

    async def purge_absences(self, now: datetime) -> int:
        """Drop the absences that no longer count, and return how many there were."""
        return await self._change(delete(absences).where(absences.c.expires_at <= now), durable=False)

    async def stats(self) -> FeatureStats:
        """Count what is remembered, by source and release year."""
        by_year = (
            select(features.c.source, known_tracks.c.release_year, func.count())
            .select_from(
                features.outerjoin(known_tracks, and_(known_tracks.c.track_id == features.c.track_id))
            )
            .group_by(features.c.source, known_tracks.c.release_year)
        )
        absent = select(absences.c.source, func.count().label("tracks")).group_by(absences.c.source)
        async with self._database.reading() as connection:
            counts = [FeatureCount(*row) for row in await connection.execute(by_year)]
            unknown = sorted((row.source, row.tracks) for row in await connection.execute(absent))
        counts.sort(key=lambda count: (count.source, count.year is None, count.year or 0))
        return FeatureStats(counts=tuple(counts), absences=dict(unknown))


async def write_features(connection: AsyncConnection, rows: Iterable[FetchedFeatures]) -> None:
    """Upsert features inside a transaction that does more than that. An unsaid ISRC stays known."""
    values = [
        {
            "track_id": row.track_id,
            "source": row.source,
            "isrc": row.isrc.upper() if row.isrc else None,
            "fetched_at": row.fetched_at,
            **dict(zip(FIELDS, values_of(row.features), strict=True)),
        }
        for row in rows
    ]
    await upsert(connection, features, values, keep_known={"isrc"})


def to_features(row: Row[Any]) -> AudioFeatures:
    """Build the domain value from a row that has all of `FEATURE_COLUMNS`."""
    return AudioFeatures(**dict(zip(FIELDS, values_of(row), strict=True)))


def _to_fetched(row: Row[Any]) -> FetchedFeatures:
    return record_of(FetchedFeatures, row, features=to_features(row))


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
        query = select(put_aside.c.key).where(put_aside.c.source == source)
        return {TrackId(row.key) for row in await self._rows_among(query, put_aside.c.key, keys)}
