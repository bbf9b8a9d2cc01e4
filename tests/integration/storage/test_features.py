"""What sources said: kept apart by source, exact, for any number of ids."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import timedelta, timezone

from services.domain.features import AudioFeatures
from services.domain.music import TrackId
from services.domain.sources import Absence, FetchedFeatures
from services.storage.database import Database
from services.storage.features import FeatureCount, FeatureStore
from services.storage.known_tracks import KnownTrackStore
from tests.integration.storage.samples import NOON, some_features, track_id
from tests.integration.storage.test_known_tracks import known


def fetched(number: int, source: str = "reccobeats", isrc: str | None = None) -> FetchedFeatures:
    return FetchedFeatures(
        track_id=track_id(number),
        source=source,
        features=some_features(random.Random(number)),
        fetched_at=NOON,
        isrc=isrc,
    )


def absence(number: int, source: str = "reccobeats", hours: int = 1) -> Absence:
    return Absence(
        track_id=track_id(number), source=source, fetched_at=NOON, expires_at=NOON + timedelta(hours=hours)
    )


async def test_values_come_back_exactly_and_unknown_tracks_are_left_out(database: Database) -> None:
    store = FeatureStore(database)
    extreme = replace(
        fetched(1),
        features=AudioFeatures(loudness=-59.99999999999999, tempo=0.1 + 0.2, energy=5e-324),
        fetched_at=NOON.astimezone(timezone(timedelta(hours=5, minutes=45))),
    )
    await store.save_features([extreme, fetched(2)])

    found = await store.load_features([track_id(1), track_id(2), track_id(3)])

    assert found == {track_id(1): (extreme,), track_id(2): (fetched(2),)}
    assert await store.load_features([]) == {}


async def test_sources_stay_apart_and_newer_replaces_older(database: Database) -> None:
    store = FeatureStore(database)
    older, newer = fetched(1), replace(fetched(1), features=AudioFeatures(energy=0.5), fetched_at=NOON)
    await store.save_features([older, fetched(1, "spotify")])
    await store.save_features([newer])

    assert await store.load_features([track_id(1)]) == {track_id(1): (newer, fetched(1, "spotify"))}


async def test_of_one_pair_given_twice_the_last_counts(database: Database) -> None:
    store = FeatureStore(database)
    last = replace(fetched(1), features=AudioFeatures(energy=0.5))

    await store.save_features([fetched(1), last])
    assert await store.load_features([track_id(1)]) == {track_id(1): (last,)}


async def test_recordings_are_found_by_isrc_in_any_case(database: Database) -> None:
    store = FeatureStore(database)
    await store.save_features([fetched(1, isrc="qztst2600001"), fetched(2, isrc="QZTST2600001"), fetched(3)])

    found = await store.load_by_isrc(["QZTst2600001", "QZTST2600009"])

    assert list(found) == ["QZTST2600001"]
    assert [row.track_id for row in found["QZTST2600001"]] == [track_id(1), track_id(2)]


async def test_an_isrc_once_known_survives_an_answer_without_one(database: Database) -> None:
    store = FeatureStore(database)
    await store.save_features([fetched(1, isrc="QZTST2600001")])
    await store.save_features([fetched(1)])

    assert await store.load_features([track_id(1)]) == {track_id(1): (fetched(1, isrc="QZTST2600001"),)}


async def test_more_ids_than_a_statement_can_hold(database: Database) -> None:
    store = FeatureStore(database)
    await store.save_features(fetched(number) for number in range(0, 40_000, 40))
    await store.save_absences(absence(number) for number in range(1, 40_000, 40))
    ids = [track_id(number) for number in range(40_000)]

    assert len(await store.load_features(ids)) == 1_000
    assert len(await store.load_absences("reccobeats", ids, NOON)) == 1_000


async def test_absences_count_per_source_until_they_expire(database: Database) -> None:
    store = FeatureStore(database)
    await store.save_absences([absence(1), absence(2, hours=5), absence(3, "spotify")])
    ids = [track_id(number) for number in range(1, 5)]

    assert await store.load_absences("reccobeats", ids, NOON) == {
        track_id(1): absence(1),
        track_id(2): absence(2, hours=5),
    }
    assert set(await store.load_absences("reccobeats", ids, NOON + timedelta(hours=1))) == {track_id(2)}
    assert await store.purge_absences(NOON + timedelta(hours=1)) == 2
    assert await store.load_absences("spotify", ids, NOON) == {}


async def test_an_answer_ends_the_absence_for_its_source_only(database: Database) -> None:
    store = FeatureStore(database)
    await store.save_absences([absence(1), absence(1, "spotify"), absence(2)])
    await store.save_features([fetched(1)])
    ids = [track_id(1), track_id(2)]

    assert set(await store.load_absences("reccobeats", ids, NOON)) == {track_id(2)}
    assert set(await store.load_absences("spotify", ids, NOON)) == {track_id(1)}


async def test_many_tasks_saving_the_same_tracks_in_other_orders(database: Database) -> None:
    store = FeatureStore(database)
    rows = [fetched(number) for number in range(200)]
    chance = random.Random(3)

    await asyncio.gather(*(store.save_features(chance.sample(rows, len(rows))) for _ in range(8)))

    assert len(await store.load_features(row.track_id for row in rows)) == 200


async def test_ids_that_no_database_could_hold_do_no_harm(database: Database) -> None:
    store = FeatureStore(database)

    assert (
        await store.load_features([TrackId("\0"), TrackId("\ud800"), TrackId("'; DROP TABLE features --")])
        == {}
    )


async def test_statistics_count_by_source_and_release_year(database: Database) -> None:
    store = FeatureStore(database)
    await KnownTrackStore(database).remember([known(1, release_year=1999), known(2, release_year=2024)])
    await store.save_features([fetched(1), fetched(2), fetched(3), fetched(1, "file")])
    await store.save_absences([absence(9)])

    stats = await store.stats()

    assert stats.counts == (
        FeatureCount("file", 1999, 1),
        FeatureCount("reccobeats", 1999, 1),
        FeatureCount("reccobeats", 2024, 1),
        FeatureCount("reccobeats", None, 1),
    )
    assert stats.by_source == {"file": 1, "reccobeats": 3}
    assert stats.absences == {"reccobeats": 1}
