"""The journal of writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.domain.errors.sources import NotLinkedError
from services.domain.music import PlaylistId
from services.domain.writes import Difference, Hindrance, Write, WriteKind, WriteStage
from services.storage.database import Database
from services.storage.links import LinkStore
from services.storage.persons import PersonStore
from services.storage.writes import WriteStore
from tests.integration.storage.samples import NOON, link, track_id

SAM, KIM = 123_456_789_012_345_678, 2


def some_write(
    number: int, user_id: int = SAM, stage: WriteStage = WriteStage.PLANNED, hours: int = 0
) -> Write:
    return Write(
        write_id=f"w{number}",
        user_id=user_id,
        request=f"interaction {number}",
        kind=WriteKind.REPLACE,
        stage=stage,
        name="Späte Fahrt 夜\0",
        description="In key",
        target=tuple(map(track_id, range(number, number + 300))),
        original=tuple(map(track_id, range(number + 300, number, -1))),
        playlist_id=PlaylistId("p" * 22),
        created_at=NOON + timedelta(hours=hours),
        updated_at=NOON + timedelta(hours=hours),
    )


@pytest.fixture(autouse=True)
async def linked(database: Database) -> None:
    await link(database, SAM, KIM)


@pytest.mark.parametrize("way", ["forgotten", "disconnected", "never linked"])
async def test_nothing_is_entered_for_whoever_has_no_link_any_more(database: Database, way: str) -> None:
    store = WriteStore(database)
    if way == "forgotten":
        await PersonStore(database).erase(SAM, cut_no_write_at=NOON)
    elif way == "disconnected":
        await LinkStore(database).disconnect(SAM, cut_no_write_at=NOON)
    with pytest.raises(NotLinkedError):
        await store.add(some_write(1, 3 if way == "never linked" else SAM))
    assert await store.load("w1") is None
    await store.add(some_write(2, KIM))


async def test_a_write_comes_back_as_it_was_entered(database: Database) -> None:
    store = WriteStore(database)
    await store.add(some_write(1))
    await store.add(replace(some_write(2), original=(), playlist_id=None))

    assert await store.load("w1") == replace(some_write(1), name="Späte Fahrt 夜")
    second = await store.load("w2")
    assert second is not None
    assert (second.original, second.playlist_id) == ((), None)
    assert await store.load("w3") is None


async def test_the_same_wish_is_one_write(database: Database) -> None:
    store = WriteStore(database)
    first = await store.add(some_write(1))
    again = await store.add(replace(some_write(2), request=first.request))
    assert again.write_id == "w1"
    other = await store.add(replace(some_write(3, KIM), request=first.request))
    assert other.write_id == "w3"
    assert await store.load("w2") is None


async def test_progress_is_kept_together_with_what_it_takes_back(database: Database) -> None:
    store = WriteStore(database)
    taken = await store.add(some_write(1, stage=WriteStage.DONE))
    undo = await store.add(replace(some_write(2), undoes="w1"))
    undo = replace(
        undo,
        stage=WriteStage.DONE,
        confirmed=300,
        in_flight=7,
        snapshot_id="s",
        difference=Difference((track_id(9),), (track_id(8), track_id(7)), moved=3),
        hindrance=Hindrance.QUOTA,
        retry_at=NOON,
        told=True,
        updated_at=NOON + timedelta(minutes=1),
    )
    await store.save(undo, replace(taken, undone_by="w2"))

    assert await store.load("w2") == replace(undo, name="Späte Fahrt 夜")
    assert (await store.load("w1") or taken).undone_by == "w2"


async def test_lists_what_can_be_taken_back_newest_first(database: Database) -> None:
    store = WriteStore(database)
    for number, stage in enumerate(WriteStage):
        await store.add(some_write(number, stage=stage, hours=number))
    await store.add(replace(some_write(20, stage=WriteStage.DONE, hours=20), undoes="w3"))
    await store.add(replace(some_write(21, stage=WriteStage.DONE, hours=21), undone_by="w20"))
    await store.add(some_write(22, KIM, WriteStage.DONE, hours=22))

    found = await store.undoable(SAM, 10)

    assert [write.stage for write in found] == [
        WriteStage.BROKEN,
        WriteStage.DONE,
        WriteStage.VERIFYING,
        WriteStage.WRITING,
        WriteStage.CREATING,
    ]
    assert len(await store.undoable(SAM, 2)) == 2


async def test_lists_what_is_unfinished_and_what_nobody_was_told(database: Database) -> None:
    store = WriteStore(database)
    await store.add(some_write(1, stage=WriteStage.DONE))
    await store.add(some_write(2, stage=WriteStage.WRITING, hours=1))
    await store.add(some_write(3, KIM, WriteStage.CREATING, hours=2))

    assert [write.write_id for write in await store.unfinished()] == ["w3", "w2"]
    assert [write.write_id for write in await store.unfinished(SAM)] == ["w2"]
    assert [write.write_id for write in await store.untold(SAM)] == ["w2", "w1"]
    await store.mark_told(["w1"])
    assert [write.write_id for write in await store.untold(SAM)] == ["w2"]


async def test_only_one_process_works_on_a_write(database: Database) -> None:
    store = WriteStore(database)
    await store.add(some_write(1))
    until = NOON + timedelta(minutes=2)

    assert await store.hold("w1", now=NOON, until=until)
    assert not await store.hold("w1", now=NOON, until=until)
    assert await store.hold("w1", now=until, until=until + timedelta(minutes=2)), "the other one is dead"
    assert await store.hold("w1", now=NOON, until=until, alone=True), "there is no other one"
    await store.release("w1")
    assert await store.hold("w1", now=NOON, until=until)
    assert not await store.hold("w9", now=NOON, until=until)


async def test_the_journal_goes_by_age(database: Database) -> None:
    store = WriteStore(database)
    for number, owner, hours in ((1, SAM, 0), (2, SAM, 9), (3, KIM, 0), (4, KIM, 9)):
        await store.add(some_write(number, owner, hours=hours))

    assert await store.purge(NOON + timedelta(hours=1)) == 2
    assert await store.load("w1") is None
    assert await store.load("w2") is not None
    assert await store.load("w4") is not None


async def test_one_process_tells_the_news_and_another_one_only_where_that_failed(database: Database) -> None:
    store = WriteStore(database)
    await store.add(some_write(1, stage=WriteStage.DONE))
    until = NOON + timedelta(minutes=2)

    (news,) = await store.claim_news(SAM, now=NOON, until=until)
    assert await store.claim_news(SAM, now=NOON, until=until) == ()
    await store.release_news([news.write_id])
    assert await store.claim_news(SAM, now=NOON, until=until) == (news,)
    assert await store.claim_news(SAM, now=until, until=until) == (news,), "whoever claimed it has died"
    await store.mark_told([news.write_id])
    assert await store.claim_news(SAM, now=until, until=until) == ()
