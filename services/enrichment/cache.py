"""A cache in memory, and a way to live with one that is out of order."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Collection, Mapping
from datetime import datetime

from services.domain.errors import TastemapError
from services.domain.music import TrackId
from services.domain.sources import Absence, FetchedFeatures
from services.enrichment.ports import FeatureCache

ROWS_KEPT = 50_000
"""About 40 MB at most; the rows longest not used go first."""

_TRACKS_AT_ONCE = 500
"""Looked up before others get the event loop."""

_log = logging.getLogger(__name__)


class MemoryFeatureCache:
    """What this process has learned, for when there is no database."""

    def __init__(self, rows_kept: int = ROWS_KEPT) -> None:
        self._rows_kept = rows_kept
        self._features: OrderedDict[tuple[TrackId, str], FetchedFeatures] = OrderedDict()
        self._by_track: dict[TrackId, set[str]] = {}
        self._by_isrc: dict[str, set[tuple[TrackId, str]]] = {}
        self._absences: OrderedDict[tuple[str, TrackId], Absence] = OrderedDict()

    async def load_features(self, ids: Collection[TrackId]) -> Mapping[TrackId, tuple[FetchedFeatures, ...]]:
        """Return the rows of each known id."""
        rows = {}
        for number, track_id in enumerate(ids):
            if track_id in self._by_track:
                rows[track_id] = self._rows(track_id)
            if number % _TRACKS_AT_ONCE == _TRACKS_AT_ONCE - 1:
                await asyncio.sleep(0)
        return rows

    async def load_by_isrc(self, isrcs: Collection[str]) -> Mapping[str, tuple[FetchedFeatures, ...]]:
        """Return the rows of each known recording."""
        return {
            isrc: tuple(self._features[key] for key in sorted(self._by_isrc[isrc]))
            for isrc in isrcs
            if isrc in self._by_isrc
        }

    async def save_features(self, rows: Collection[FetchedFeatures]) -> None:
        """Keep rows, and forget the least recently used beyond the limit."""
        for row in rows:
            self._drop((row.track_id, row.source))
            self._features[row.track_id, row.source] = row
            self._by_track.setdefault(row.track_id, set()).add(row.source)
            if row.isrc:
                self._by_isrc.setdefault(row.isrc, set()).add((row.track_id, row.source))
        while len(self._features) > self._rows_kept:
            self._drop(next(iter(self._features)))

    async def load_absences(
        self, source: str, ids: Collection[TrackId], now: datetime
    ) -> Collection[TrackId]:
        """Return the keys whose absence is still believed."""
        noted = ((track_id, self._absences.get((source, track_id))) for track_id in ids)
        return {track_id for track_id, absence in noted if absence and absence.expires_at > now}

    async def save_absences(self, rows: Collection[Absence]) -> None:
        """Remember absences, within the same limit as rows."""
        self._absences.update(((row.source, row.track_id), row) for row in rows)
        while len(self._absences) > self._rows_kept:
            self._absences.popitem(last=False)

    def _rows(self, track_id: TrackId) -> tuple[FetchedFeatures, ...]:
        keys = [(track_id, source) for source in sorted(self._by_track[track_id])]
        for key in keys:
            self._features.move_to_end(key)
        return tuple(self._features[key] for key in keys)

    def _drop(self, key: tuple[TrackId, str]) -> None:
        row = self._features.pop(key, None)
        if row is None:
            return
        sources = self._by_track[row.track_id]
        sources.discard(row.source)
        if not sources:
            del self._by_track[row.track_id]
        if row.isrc:
            keys = self._by_isrc[row.isrc]
            keys.discard(key)
            if not keys:
                del self._by_isrc[row.isrc]


class ForgivingCache:
    """A cache whose failures cost time instead of the answer: they are logged, and nothing is known."""

    def __init__(self, store: FeatureCache) -> None:
        self._store = store

    async def load(self, keys: Collection[TrackId]) -> dict[str, tuple[FetchedFeatures, ...]]:
        """Return the rows of Spotify ids and ISRCs alike, by key."""
        isrcs = [key for key in keys if is_isrc(key)]
        track_ids = [key for key in keys if not is_isrc(key)]
        rows: dict[str, tuple[FetchedFeatures, ...]] = {}
        try:
            if track_ids:
                rows |= (await self._store.load_features(track_ids)).items()
            if isrcs:
                rows |= (await self._store.load_by_isrc(isrcs)).items()
        except TastemapError as error:
            _log.warning("The feature cache can't be read: %s", error)
        return rows

    async def load_absences(
        self, source: str, keys: Collection[TrackId], now: datetime
    ) -> Collection[TrackId]:
        """Return the keys that `source` is known not to know."""
        try:
            return await self._store.load_absences(source, keys, now) if keys else ()
        except TastemapError as error:
            _log.warning("The feature cache can't be read: %s", error)
            return ()

    async def save(self, found: Collection[FetchedFeatures], absent: Collection[Absence]) -> None:
        """Keep what was learned, if possible."""
        try:
            if found:
                await self._store.save_features(found)
            if absent:
                await self._store.save_absences(absent)
        except TastemapError as error:
            _log.warning("The feature cache can't be written: %s", error)


def is_isrc(key: str) -> bool:
    """Tell an ISRC from a Spotify id: 12 characters from 22."""
    return len(key) == 12
