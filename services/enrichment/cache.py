"""Cache features in memory, and go on where the cache behind it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from cachetools import LRUCache

from services.domain.errors import TastemapError
from services.domain.music import Track, TrackId
from services.domain.recordings import IdWords, NameKey, NameMatch
from services.domain.sources import Absence, FetchedFeatures
from services.enrichment.ports import FeatureCache, NameStore

ROWS_KEPT = 50_000
"""About 40 MB at most; the rows longest not used go first."""

_TRACKS_AT_ONCE = 500
"""Looked up before others get the event loop."""

_log = logging.getLogger(__name__)


class _Rows(LRUCache[tuple[TrackId, str], FetchedFeatures]):
    """Rows by track and source; reports evicted ones."""

    def __init__(self, maxsize: int, *, on_evicted: Callable[[FetchedFeatures], None]) -> None:
        super().__init__(maxsize)
        self._on_evicted = on_evicted

    def popitem(self) -> tuple[tuple[TrackId, str], FetchedFeatures]:
        """Evict the least recently used entry."""
        key, row = super().popitem()
        self._on_evicted(row)
        return key, row


class MemoryFeatureCache:
    """What this process has learned, for when there is no database."""

    def __init__(self, rows_kept: int = ROWS_KEPT) -> None:
        self._features = _Rows(rows_kept, on_evicted=self._unlist)
        self._by_track: dict[TrackId, set[str]] = {}
        self._by_isrc: dict[str, set[tuple[TrackId, str]]] = {}
        self._absences: LRUCache[tuple[str, TrackId], Absence] = LRUCache(rows_kept)

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

    async def load_absences(
        self, source: str, ids: Collection[TrackId], now: datetime
    ) -> Collection[TrackId]:
        """Return the keys whose absence is still believed."""
        noted = ((track_id, self._absences.get((source, track_id))) for track_id in ids)
        return {track_id for track_id, absence in noted if absence and absence.expires_at > now}

    async def save_absences(self, rows: Collection[Absence]) -> None:
        """Remember absences, within the same limit as rows."""
        self._absences.update(((row.source, row.track_id), row) for row in rows)

    def _rows(self, track_id: TrackId) -> tuple[FetchedFeatures, ...]:
        return tuple(self._features[track_id, source] for source in sorted(self._by_track[track_id]))

    def _drop(self, key: tuple[TrackId, str]) -> None:
        row = self._features.pop(key, None)
        if row is not None:
            self._unlist(row)

    def _unlist(self, row: FetchedFeatures) -> None:
        sources = self._by_track[row.track_id]
        sources.discard(row.source)
        if not sources:
            del self._by_track[row.track_id]
        if row.isrc:
            keys = self._by_isrc[row.isrc]
            keys.discard((row.track_id, row.source))
            if not keys:
                del self._by_isrc[row.isrc]


class ReadOnlyCache:
    """A cache that is read and never written."""

    def __init__(self, store: FeatureCache) -> None:
        self.load_features = store.load_features
        self.load_by_isrc = store.load_by_isrc
        self.load_absences = store.load_absences

    async def save_features(self, rows: Collection[FetchedFeatures]) -> None:
        """Keep nothing."""

    async def save_absences(self, rows: Collection[Absence]) -> None:
        """Keep nothing."""


class MemoryNameStore:
    """What this process has learned about names, for when there is no database."""

    def __init__(self, rows_kept: int = ROWS_KEPT) -> None:
        self._matches: LRUCache[NameKey, NameMatch] = LRUCache(rows_kept)
        self._words: LRUCache[TrackId, IdWords] = LRUCache(rows_kept)

    async def load_matches(self, keys: Collection[NameKey], now: datetime) -> Mapping[NameKey, NameMatch]:
        """Return what is known about names."""
        found = ((key, self._matches.get(key)) for key in keys)
        return {key: match for key, match in found if match and match.expires_at > now}

    async def save_matches(self, matches: Iterable[NameMatch]) -> None:
        """Remember what services said about names."""
        self._matches.update((each.key, each) for each in matches)

    async def load_words(self, ids: Collection[TrackId], now: datetime) -> Mapping[TrackId, IdWords]:
        """Return what ids are called."""
        found = ((key, self._words.get(key)) for key in ids)
        return {key: words for key, words in found if words and words.expires_at > now}

    async def save_words(self, words: Iterable[IdWords]) -> None:
        """Remember what ids are called."""
        self._words.update((each.track_id, each) for each in words)


class ReadOnlyNames:
    """Names that are read and never written."""

    def __init__(self, store: NameStore) -> None:
        self.load_matches = store.load_matches
        self.load_words = store.load_words

    async def save_matches(self, matches: Iterable[NameMatch]) -> None:
        """Keep nothing."""

    async def save_words(self, words: Iterable[IdWords]) -> None:
        """Keep nothing."""


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


NEW_RELEASE = timedelta(days=548)
"""18 months: providers are still catching up with these."""
BELIEVED_FOR_NEW = timedelta(days=7)
BELIEVED_FOR_OLD = timedelta(days=45)


def compute_absence(key: TrackId, track: Track | None, source: str, now: datetime) -> Absence:
    """Note that `source` does not know `key`, to be asked again sooner for new releases."""
    believed_for = BELIEVED_FOR_NEW if track and is_new_release(track, now) else BELIEVED_FOR_OLD
    return Absence(track_id=key, source=source, fetched_at=now, expires_at=now + believed_for)


def is_new_release(track: Track, now: datetime) -> bool:
    """Whether `track` may have come out in the last 18 months; only its year is known."""
    year = track.release_year or _isrc_year(track.isrc, now)
    if year is None or not 1 <= year <= now.year + 1:
        return False
    return now - datetime(year, 12, 31, tzinfo=UTC) < NEW_RELEASE


def _isrc_year(isrc: str | None, now: datetime) -> int | None:
    """Read the year of reference out of an ISRC; its two digits mean the latest possible century."""
    digits = (isrc or "").replace("-", "")[5:7]
    if not (digits.isascii() and digits.isdigit() and len(digits) == 2):
        return None
    year = now.year // 100 * 100 + int(digits)
    return year if year <= now.year else year - 100
