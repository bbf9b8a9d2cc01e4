from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from services.domain.errors.storage import DatabaseBusyError
from services.domain.features import AudioFeatures
from services.domain.music import TrackId
from services.domain.sources import Absence, FetchedFeatures
from services.enrichment.cache import ForgivingCache, MemoryFeatureCache, ReadOnlyCache

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def key(number: int) -> TrackId:
    return TrackId(f"{number:022d}")


def row(
    number: int, source: str = "reccobeats", isrc: str | None = None, energy: float = 0.5
) -> FetchedFeatures:
    features = AudioFeatures(energy=energy)
    return FetchedFeatures(track_id=key(number), source=source, features=features, fetched_at=NOW, isrc=isrc)


async def test_gives_back_what_was_saved_by_track_and_by_recording() -> None:
    cache = MemoryFeatureCache()
    await cache.save_features(
        [row(1, isrc="ZZTMP2400001"), row(2, isrc="ZZTMP2400001"), row(1, source="spotify")]
    )
    assert await cache.load_features([key(1), key(9)]) == {
        key(1): (row(1, isrc="ZZTMP2400001"), row(1, source="spotify"))
    }
    found = await cache.load_by_isrc(["ZZTMP2400001", "ZZTMP2400002"])
    assert found == {"ZZTMP2400001": (row(1, isrc="ZZTMP2400001"), row(2, isrc="ZZTMP2400001"))}


async def test_a_newer_row_replaces_the_older_one_of_its_source() -> None:
    cache = MemoryFeatureCache()
    await cache.save_features([row(1, isrc="ZZTMP2400001")])
    await cache.save_features([row(1, isrc="ZZTMP2400002", energy=0.7)])
    assert await cache.load_features([key(1)]) == {key(1): (row(1, isrc="ZZTMP2400002", energy=0.7),)}
    assert await cache.load_by_isrc(["ZZTMP2400001"]) == {}


async def test_forgets_the_least_recently_used_rows() -> None:
    cache = MemoryFeatureCache(rows_kept=10)
    await cache.save_features([row(n, isrc=f"ZZTMP24{n:05d}") for n in range(10)])
    await cache.load_features([key(0)])
    await cache.save_features([row(n) for n in range(10, 19)])
    assert set(await cache.load_features([key(n) for n in range(19)])) == {
        key(0),
        *(key(n) for n in range(10, 19)),
    }
    assert set(await cache.load_by_isrc([f"ZZTMP24{n:05d}" for n in range(10)])) == {"ZZTMP2400000"}


async def test_an_absence_ends_on_time_and_holds_for_its_source_alone() -> None:
    cache = MemoryFeatureCache()
    until = NOW + timedelta(days=7)
    await cache.save_absences(
        [Absence(track_id=key(1), source="reccobeats", fetched_at=NOW, expires_at=until)]
    )
    assert set(await cache.load_absences("reccobeats", [key(1), key(2)], NOW)) == {key(1)}
    assert not await cache.load_absences("spotify", [key(1)], NOW)
    assert not await cache.load_absences("reccobeats", [key(1)], until)


class BrokenStore:
    async def load_features(self, ids: Collection[TrackId]) -> dict[TrackId, tuple[FetchedFeatures, ...]]:
        raise DatabaseBusyError(problem="locked")

    async def load_by_isrc(self, isrcs: Collection[str]) -> dict[str, tuple[FetchedFeatures, ...]]:
        raise DatabaseBusyError(problem="locked")

    async def save_features(self, rows: Collection[FetchedFeatures]) -> None:
        raise DatabaseBusyError(problem="locked")

    async def load_absences(self, source: str, ids: Collection[TrackId], now: datetime) -> list[TrackId]:
        raise DatabaseBusyError(problem="locked")

    async def save_absences(self, rows: Collection[Absence]) -> None:
        raise DatabaseBusyError(problem="locked")


async def test_a_broken_store_knows_nothing_and_stops_nobody() -> None:
    cache = ForgivingCache(BrokenStore())
    assert await cache.load([key(1), TrackId("ZZTMP2400001")]) == {}
    assert list(await cache.load_absences("reccobeats", [key(1)], NOW)) == []
    await cache.save([row(1)], [])


async def test_ids_and_recordings_are_looked_up_each_in_its_own_way() -> None:
    store = MemoryFeatureCache()
    cache = ForgivingCache(store)
    await cache.save([row(1), row(2, isrc="ZZTMP2400001")], [])
    assert await cache.load([key(1), TrackId("ZZTMP2400001"), key(9)]) == {
        key(1): (row(1),),
        "ZZTMP2400001": (row(2, isrc="ZZTMP2400001"),),
    }
    assert await cache.load([]) == {}
    assert list(await cache.load_absences("reccobeats", [], NOW)) == []


async def test_what_is_only_read_is_never_written() -> None:
    store = MemoryFeatureCache()
    await store.save_features([row(1)])
    cache = ForgivingCache(ReadOnlyCache(store))
    until = NOW + timedelta(days=7)
    absence = Absence(track_id=key(3), source="reccobeats", fetched_at=NOW, expires_at=until)
    await cache.save([row(2)], [absence])
    assert await cache.load([key(1), key(2)]) == {key(1): (row(1),)}
    assert not await cache.load_absences("reccobeats", [key(3)], NOW)
