from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.domain.errors.storage import ReportNotFoundError
from services.domain.report import AnalysisReport, PostedMessage, Shows
from services.storage import reports as reports_module
from services.storage.codec import decode_report, encode_report
from services.storage.database import Database
from services.storage.persons import PersonStore
from services.storage.reports import ReportStore, playlist_fingerprint
from services.storage.schema.people import report_messages, reports
from tests.integration.storage.samples import NOON, some_report

SAM = 123_456_789_012_345_678
KIM = 987_654_321_098_765_432


async def test_a_report_comes_back_exactly_as_it_was_after_a_restart(database: Database) -> None:
    report = some_report(700)

    await ReportStore(database).save("r1", SAM, report, private=True, created_at=NOON)
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

    assert await store.note_message("r1", 5, 6)
    assert (await other.load("r1")).private, "a poster of it says less"
    assert await store.note_message("r1", 5, 7, publishes=True)
    assert not (await other.load("r1")).private
    assert not await store.note_message("r2", 5, 8, publishes=True)
    assert await store.taken_back() == (PostedMessage(5, 8),), "nothing of who was erased meanwhile stays"


async def test_what_another_process_deleted_is_gone_from_memory_too(database: Database) -> None:
    store = ReportStore(database)
    await store.save("r1", SAM, some_report(), private=True, created_at=NOON)
    await PersonStore(database).erase(SAM)

    with pytest.raises(ReportNotFoundError):
        await store.load("r1")


async def test_deleting_a_person_takes_everything_of_theirs_and_nothing_else(database: Database) -> None:
    store = ReportStore(database)
    for number in range(3):
        await store.save(f"sam{number}", SAM, some_report(), private=True, created_at=NOON)
    await store.save("kim", KIM, some_report(), private=True, created_at=NOON)
    await store.note_message("kim", channel_id=5, message_id=6)
    await store.note_message("sam0", channel_id=7, message_id=9)
    await store.note_message("sam2", channel_id=7, message_id=8)

    assert (await PersonStore(database).erase(SAM))["reports"] == 3
    assert await store.taken_back() == (PostedMessage(7, 8), PostedMessage(7, 9))
    assert await store.recent(SAM) == ()
    assert [summary.report_id for summary in await store.recent(KIM)] == ["kim"]
    await PersonStore(database).erase(KIM)
    assert set(await store.taken_back()) == {PostedMessage(5, 6), PostedMessage(7, 8), PostedMessage(7, 9)}


async def test_a_message_of_a_report_that_is_gone_is_to_be_emptied(database: Database) -> None:
    store = ReportStore(database)
    assert not await store.note_message("nothing", channel_id=1, message_id=2)
    assert await store.taken_back() == (PostedMessage(1, 2),)
    await store.drop_message(2)
    assert await store.taken_back() == ()


async def test_of_presses_at_once_one_posts_and_whoever_died_over_it_keeps_nobody_from_it(
    database: Database,
) -> None:
    store = ReportStore(database)
    await store.save("sam", SAM, some_report(), private=True, created_at=NOON)

    async def claim(press_id: int, minutes: int = 0, shows: Shows = Shows.CARD) -> PostedMessage | None:
        now = NOON + timedelta(minutes=minutes)
        return await store.claim_post("sam", 5, shows, press_id=press_id, now=now)

    found = await asyncio.gather(*map(claim, range(1, 5)))
    assert found.count(None) == 1
    (on_its_way,) = {each for each in found if each is not None}
    assert on_its_way.is_on_its_way
    first = on_its_way.message_id
    assert await claim(first) is None, "another process goes on with the same press"
    assert await claim(8, shows=Shows.POSTER) is None
    assert await claim(9, 6) is None, "the first has died"
    await store.note_message("sam", 5, 77, shows=Shows.CARD, press_id=9)
    assert await claim(10, 60) == PostedMessage(5, 77)
    await PersonStore(database).erase(SAM)
    assert await store.taken_back() == (PostedMessage(5, 8), PostedMessage(5, 77))


async def test_what_is_taken_back_is_to_be_emptied_and_what_is_too_old_is_not(database: Database) -> None:
    store = ReportStore(database)
    await store.save("sam", SAM, some_report(), private=False, created_at=NOON)
    await store.note_message("sam", channel_id=5, message_id=6)
    await store.save("kim", KIM, some_report(), private=False, created_at=NOON)
    await store.note_message("kim", channel_id=5, message_id=7)
    await PersonStore(database).erase(SAM)
    assert await store.purge(NOON + timedelta(days=31)) == 1
    assert await store.taken_back() == (PostedMessage(5, 6),)


async def test_purge_keeps_what_is_young_enough(database: Database) -> None:
    store = ReportStore(database)
    for days in range(5):
        made = NOON - timedelta(days=days)
        await store.save(f"r{days}", SAM, some_report(), private=True, created_at=made)

    gone = await store.purge(NOON - timedelta(days=2))

    assert gone == 2
    assert [summary.report_id for summary in await store.recent(SAM, limit=9)] == ["r0", "r1", "r2"]


async def test_recent_is_newest_first_and_as_short_as_asked(database: Database) -> None:
    store = ReportStore(database)
    for hour in (3, 1, 2):
        await store.save(
            f"r{hour}",
            SAM,
            some_report(12, name=f"Mix\0 {hour} \ud83d"),
            private=True,
            created_at=NOON + timedelta(hours=hour),
        )

    recent = await store.recent(SAM, limit=2)

    assert [(entry.report_id, entry.tracks) for entry in recent] == [
        ("r3", 12),
        ("r2", 12),
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

    assert await store.of_list(SAM, key, 3) == ("new", "old")
    assert (await store.load("new")).report.clusters[0].centre == (9.0, 8.0)
    assert await store.of_list(KIM, key, 3) == await store.of_list(SAM, "never seen", 3) == ()


async def test_memory_is_bounded_by_tracks(database: Database) -> None:
    store = ReportStore(database, cached_tracks=50)
    first, second = some_report(40, seed=1), some_report(40, seed=2)
    await store.save("r1", SAM, first, private=True, created_at=NOON)
    await store.save("r2", SAM, second, private=True, created_at=NOON)

    assert (await store.load("r2")).report is second
    assert (await store.load("r1")).report is not first
    assert (await store.load("r1")).report == first


async def test_only_the_newest_reports_of_a_person_are_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports_module, "KEPT_MAPS", 3)
    store = ReportStore(database)
    await store.save("kim", KIM, some_report(), private=True, created_at=NOON - timedelta(days=9))
    for number in range(5):
        moment = NOON + timedelta(hours=number)
        await store.save(f"r{number}", SAM, some_report(), private=True, created_at=moment)
        await store.note_message(f"r{number}", 7, number)
    async with database.reading() as connection:
        noted = (await connection.execute(select(report_messages.c.message_id))).scalars().all()
    assert sorted(noted) == [2, 3, 4]
    assert [each.report_id for each in await store.recent(SAM, 9)] == ["r4", "r3", "r2"]
    with pytest.raises(ReportNotFoundError):
        await store.load("r1")  # nor out of the memory
    assert (await store.load("kim")).owner_id == KIM


async def test_the_bytes_of_a_person_are_bounded_and_the_newest_report_always_stays(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(encode_report(some_report(300)))
    monkeypatch.setattr(reports_module, "KEPT_BYTES", int(2.5 * size))
    store = ReportStore(database)
    for number in range(4):
        moment = NOON + timedelta(hours=number)
        await store.save(f"r{number}", SAM, some_report(300), private=True, created_at=moment)
    assert [each.report_id for each in await store.recent(SAM, 9)] == ["r3", "r2"]
    monkeypatch.setattr(reports_module, "KEPT_BYTES", 1)
    await store.save("r4", SAM, some_report(300), private=True, created_at=NOON + timedelta(days=1))
    assert [each.report_id for each in await store.recent(SAM, 9)] == ["r4"]


async def test_what_everybody_presses_at_once_is_decoded_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ReportStore(database).save("r1", SAM, some_report(), private=True, created_at=NOON)
    decoded: list[bytes] = []

    def watched(payload: bytes) -> AnalysisReport:
        decoded.append(payload)
        return decode_report(payload)

    monkeypatch.setattr(reports_module, "decode_report", watched)
    store = ReportStore(database)
    first, *others = await asyncio.gather(*(store.load("r1") for _ in range(5)))
    assert all(other.report is first.report for other in others)
    assert len(decoded) == 1


async def test_a_map_that_another_process_drew_again_is_shown_as_it_is_now(database: Database) -> None:
    here, there = ReportStore(database), ReportStore(database)
    await here.save("r1", SAM, some_report(1), private=True, created_at=NOON)
    assert len((await there.load("r1")).report.tracks) == len(some_report(1).tracks)
    again = some_report(2)
    await here.save("r1", SAM, again, private=True, created_at=NOON + timedelta(seconds=1))
    assert (await there.load("r1")).report == again
    assert (await there.load("r1")).report == again, "and remembered"
