from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from services.domain.errors.reports import ReportNotFoundError
from services.storage.database import Database
from services.storage.reports import PostedMessage, ReportStore, playlist_fingerprint
from services.storage.schema import reports
from tests.integration.storage.samples import NOON, some_report

SAM = 123_456_789_012_345_678
KIM = 987_654_321_098_765_432


async def test_a_report_comes_back_exactly_as_it_was_after_a_restart(database: Database) -> None:
    report = some_report(700)

    await ReportStore(database).save("r1", SAM, report, private=True, created_at=NOON, channel_id=None)
    stored = await ReportStore(database).load("r1")

    assert stored.report == report
    assert (stored.report_id, stored.owner_id, stored.private, stored.created_at) == ("r1", SAM, True, NOON)


async def test_an_unknown_report_is_not_found(database: Database) -> None:
    with pytest.raises(ReportNotFoundError) as caught:
        await ReportStore(database).load("nothing")

    assert caught.value.report_id == "nothing"


@pytest.mark.parametrize("payload", [b"", b"\x00old layout", b"\x01not zlib"])
async def test_a_payload_of_another_version_counts_as_gone(database: Database, payload: bytes) -> None:
    await ReportStore(database).save("r1", SAM, some_report(), private=True, created_at=NOON)
    async with database.transaction() as connection:
        await connection.execute(update(reports).values(payload=payload))

    with pytest.raises(ReportNotFoundError):
        await ReportStore(database).load("r1")


async def test_saving_again_under_the_same_id_replaces(database: Database) -> None:
    store = ReportStore(database)
    await store.save("r1", SAM, some_report(seed=1), private=True, created_at=NOON)
    await store.save("r1", SAM, some_report(seed=2), private=False, created_at=NOON)

    assert (await ReportStore(database).load("r1")).report == some_report(seed=2)
    assert (await store.load("r1")).report == some_report(seed=2)


async def test_publishing_shows_at_once_also_through_the_memory_of_another_store(database: Database) -> None:
    store, other = ReportStore(database), ReportStore(database)
    await store.save("r1", SAM, some_report(), private=True, created_at=NOON)
    assert (await other.load("r1")).private

    await store.publish("r1")

    assert not (await other.load("r1")).private
    with pytest.raises(ReportNotFoundError):
        await store.publish("r2")


async def test_what_another_process_deleted_is_gone_from_memory_too(database: Database) -> None:
    store, other = ReportStore(database), ReportStore(database)
    await store.save("r1", SAM, some_report(), private=True, created_at=NOON)
    await other.delete("r1")

    with pytest.raises(ReportNotFoundError):
        await store.load("r1")


async def test_deleting_a_person_takes_everything_of_theirs_and_nothing_else(database: Database) -> None:
    store = ReportStore(database)
    for number in range(3):
        await store.save(f"sam{number}", SAM, some_report(), private=True, created_at=NOON)
    await store.save("kim", KIM, some_report(), private=True, created_at=NOON, channel_id=5, message_id=6)
    await store.note_message("sam0", channel_id=7, message_id=9)
    await store.note_message("sam2", channel_id=7, message_id=8)

    gone = await store.delete_of(SAM)

    assert gone.count == 3
    assert gone.messages == (PostedMessage(7, 8), PostedMessage(7, 9))
    assert await store.recent(SAM) == ()
    assert [summary.report_id for summary in await store.recent(KIM)] == ["kim"]
    assert (await store.delete_of(SAM)).messages == ()
    assert (await store.delete_of(KIM)).messages == (PostedMessage(5, 6),)


async def test_a_message_needs_a_report(database: Database) -> None:
    with pytest.raises(ReportNotFoundError):
        await ReportStore(database).note_message("nothing", channel_id=1, message_id=2)


async def test_purge_keeps_what_is_young_enough(database: Database) -> None:
    store = ReportStore(database)
    for days in range(5):
        made = NOON - timedelta(days=days)
        await store.save(f"r{days}", SAM, some_report(), private=True, created_at=made)

    gone = await store.purge(NOON - timedelta(days=2))

    assert gone.count == 2
    assert [summary.report_id for summary in await store.recent(SAM, limit=9)] == ["r0", "r1", "r2"]


async def test_recent_is_newest_first_and_as_short_as_asked(database: Database) -> None:
    store = ReportStore(database)
    for hour in (3, 1, 2):
        await store.save(
            f"r{hour}",
            SAM,
            some_report(12, name=f"Mix\0 {hour} \ud83d"),
            private=hour == 1,
            created_at=NOON + timedelta(hours=hour),
        )

    recent = await store.recent(SAM, limit=2)

    assert [(entry.report_id, entry.tracks, entry.private) for entry in recent] == [
        ("r3", 12, False),
        ("r2", 12, False),
    ]
    assert recent[0].name == "Mix 3 \ufffd"
    assert recent[0].created_at == NOON + timedelta(hours=3)


async def test_latest_is_the_newest_report_of_this_person_and_playlist(
    database: Database,
) -> None:
    store = ReportStore(database)
    report = some_report()
    later = replace(report, clusters=(replace(report.clusters[0], centre=(9.0, 8.0)),))
    await store.save("new", SAM, later, private=True, created_at=NOON)
    await store.save("old", SAM, report, private=True, created_at=NOON - timedelta(days=1))
    await store.save("other", SAM, some_report(name="Gym"), private=True, created_at=NOON + timedelta(days=1))
    key = playlist_fingerprint(report.playlist)

    found = await store.latest(SAM, key)
    assert found is not None
    assert (found.report_id, found.report.clusters[0].centre) == ("new", (9.0, 8.0))
    assert await store.latest(KIM, key) is None
    assert await store.latest(SAM, "never seen") is None


async def test_memory_is_bounded_by_tracks(database: Database) -> None:
    store = ReportStore(database, cached_tracks=50)
    first, second = some_report(40, seed=1), some_report(40, seed=2)
    await store.save("r1", SAM, first, private=True, created_at=NOON)
    await store.save("r2", SAM, second, private=True, created_at=NOON)

    assert (await store.load("r2")).report is second
    assert (await store.load("r1")).report is not first
    assert (await store.load("r1")).report == first
