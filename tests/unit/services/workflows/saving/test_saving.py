"""Saving, applying and taking back, with a crash at every point."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.domain.errors.sources import (
    NothingToUndoError,
    NothingToWriteError,
    NotOnSpotifyError,
    NotRewritableError,
    PlaylistChangedError,
    PlaylistFullError,
    PlaylistGoneError,
    RateLimitedError,
    SameOrderError,
    SourceUnavailableError,
    UndoOutdatedError,
    WriteUnderWayError,
)
from services.domain.music import Playlist, PlaylistId, Skipped, SkipReason, Track, TrackId
from services.domain.writes import Hindrance, UndoAction, Wish, WriteStage
from services.storage.database import Database
from services.storage.writes import WriteStore
from services.workflows.saving import SavingWorkflow
from tests.databases import sqlite_at
from tests.integration.storage.samples import NOON, link, track_id
from tests.unit.services.workflows.saving.shelf import Shelf, apply

SAM = 7
LONG = tuple(map(track_id, range(250)))
BACKWARDS = LONG[::-1]
LIST = PlaylistId("L" * 22)


class KilledError(BaseException):
    """The process ends here."""


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[WriteStore]:
    async with Database.open(sqlite_at(tmp_path / "test.db")) as database:
        await link(database, SAM)
        yield WriteStore(database)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(lists={LIST: list(LONG)})


@pytest.fixture
def saving(journal: WriteStore, shelf: Shelf) -> SavingWorkflow:
    return SavingWorkflow(journal=journal, playlists=shelf, clock=lambda: NOON)


def seen(tracks: tuple[TrackId, ...] = LONG, **more: object) -> Playlist:
    return Playlist(name="Late Drive", tracks=tuple(Track(id=each) for each in tracks), id=LIST, **more)


def kill_at(number: int) -> Callable[[str], None]:
    """End the process at the given call."""
    count = 0

    def hook(_change: str) -> None:
        nonlocal count
        count += 1
        if count == number:
            raise KilledError

    return hook


async def test_saves_a_long_list_in_batches_and_reads_it_back(saving: SavingWorkflow, shelf: Shelf) -> None:
    write = await saving.save_new(SAM, name=" Late  Drive ", tracks=LONG, request="1", description="In key")

    assert write.is_done
    assert not write.difference
    assert (write.name, write.confirmed) == ("Late Drive", 250)
    assert write.playlist_id is not None
    assert tuple(shelf.lists[write.playlist_id]) == LONG
    assert shelf.calls == ["create", "add", "add", "add", "read"]
    assert shelf.descriptions[write.playlist_id] == f"In key · Tastemap {write.write_id}"


async def test_one_wish_makes_one_playlist(saving: SavingWorkflow, shelf: Shelf) -> None:
    first = await saving.save_new(SAM, name="A", tracks=LONG, request="1")
    assert await saving.save_new(SAM, name="A", tracks=LONG, request="1") == first
    assert len(shelf.lists) == 2


async def test_refuses_what_can_not_be_written(saving: SavingWorkflow) -> None:
    with pytest.raises(NothingToWriteError):
        await saving.save_new(SAM, name="A", tracks=(), request="1")
    with pytest.raises(PlaylistFullError):
        await saving.save_new(SAM, name="A", tracks=LONG * 41, request="2")
    with pytest.raises(SameOrderError):
        await apply(saving, SAM, seen(), LONG, request="3")
    with pytest.raises(NotOnSpotifyError):
        await apply(saving, SAM, Playlist(name="File", tracks=seen().tracks), BACKWARDS, request="4")
    rows = (Skipped(SkipReason.LOCAL_FILE, 1),)
    with pytest.raises(NotRewritableError):
        await apply(saving, SAM, seen(skipped=rows), BACKWARDS, request="5")


async def test_applies_an_order_in_place(saving: SavingWorkflow, shelf: Shelf) -> None:
    write = await apply(saving, SAM, seen(), BACKWARDS, request="1")
    assert write.is_done
    assert tuple(shelf.lists[LIST]) == BACKWARDS
    assert shelf.calls == ["read", "replace", "add", "add", "read"]


async def test_leaves_a_playlist_alone_that_was_changed_meanwhile(
    saving: SavingWorkflow, shelf: Shelf, journal: WriteStore
) -> None:
    shelf.lists[LIST].insert(3, track_id(900))
    with pytest.raises(PlaylistChangedError) as refused:
        await apply(saving, SAM, seen(), BACKWARDS, request="1")
    assert (refused.value.added, refused.value.missing, refused.value.moved) == (1, 0, 0)
    assert shelf.calls == ["read"]
    assert not await journal.unfinished()
    assert not await journal.undoable(SAM, 9)


async def test_leaves_a_playlist_alone_into_which_a_local_file_came(
    saving: SavingWorkflow, shelf: Shelf
) -> None:
    shelf.rows = (Skipped(SkipReason.LOCAL_FILE, 2),)
    with pytest.raises(NotRewritableError):
        await apply(saving, SAM, seen(), BACKWARDS, request="1")
    assert shelf.calls == ["read"]


async def test_tells_when_an_exhausted_limit_lets_it_go_on(saving: SavingWorkflow, shelf: Shelf) -> None:
    def limited(change: str) -> None:
        if shelf.calls.count("add") == 2:
            raise RateLimitedError("Spotify", 3600)

    shelf.before = limited
    write = await saving.save_new(SAM, name="A", tracks=LONG, request="1")
    assert (write.stage, write.confirmed, write.hindrance) == (WriteStage.WRITING, 100, Hindrance.RATE)
    assert write.retry_at == NOON + timedelta(hours=1)
    shelf.before = lambda _change: None
    assert await saving.resume_due() == (), "too early"
    with pytest.raises(WriteUnderWayError):
        await apply(saving, SAM, replace(seen(LONG[:100]), id=write.playlist_id), LONG[99::-1], request="2")

    saving.clock = lambda: NOON + timedelta(hours=2)
    (resumed,) = await saving.resume_due()
    assert resumed.is_done
    assert resumed.hindrance is None
    assert tuple(shelf.lists[resumed.playlist_id or LIST]) == LONG


async def test_a_write_that_never_began_is_not_kept(
    saving: SavingWorkflow, shelf: Shelf, journal: WriteStore
) -> None:
    def down(change: str) -> None:
        raise SourceUnavailableError("Spotify", "timeout")

    shelf.before = down
    with pytest.raises(SourceUnavailableError):
        await apply(saving, SAM, seen(), BACKWARDS, request="1")
    assert not await journal.unfinished()
    assert not await saving.journal.untold(SAM)


async def test_takes_back_a_new_playlist(saving: SavingWorkflow, shelf: Shelf) -> None:
    write = await saving.save_new(SAM, name="A", tracks=LONG, request="1")
    shelf.lists[write.playlist_id or LIST].append(track_id(900))

    plan = await saving.undoing.plan(SAM)
    (step,) = plan.steps
    assert (step.action, step.since.added) == (UndoAction.REMOVE, (track_id(900),))
    (undone,) = await saving.undoing.undo(SAM, newest=plan.newest, count=1, request="2")

    assert undone.write is not None
    assert undone.write.is_done
    assert list(shelf.lists) == [LIST]
    with pytest.raises(NothingToUndoError):
        await saving.undoing.plan(SAM)


async def test_restores_an_order_and_keeps_what_was_added_since(saving: SavingWorkflow, shelf: Shelf) -> None:
    await apply(saving, SAM, seen(), BACKWARDS, request="1")
    shelf.lists[LIST].insert(0, track_id(900))
    shelf.lists[LIST].remove(track_id(5))

    plan = await saving.undoing.plan(SAM)
    (step,) = plan.steps
    assert step.action is UndoAction.RESTORE
    assert step.loses_dates
    assert (step.since.added, step.since.missing) == ((track_id(900),), (track_id(5),))
    await saving.undoing.undo(SAM, newest=plan.newest, count=1, request="2")

    assert tuple(shelf.lists[LIST]) == tuple(each for each in (*LONG, track_id(900)) if each != track_id(5))


async def test_takes_back_several_writes_of_one_playlist(saving: SavingWorkflow, shelf: Shelf) -> None:
    await apply(saving, SAM, seen(), BACKWARDS, request="1")
    await saving.save_new(SAM, name="A", tracks=LONG, request="2")
    saving.clock = lambda: NOON + timedelta(minutes=1)
    shuffled = (*BACKWARDS[100:], *BACKWARDS[:100])
    await apply(saving, SAM, seen(BACKWARDS), shuffled, request="3")

    plan = await saving.undoing.plan(SAM, 3)
    assert sorted(step.action for step in plan.steps) == ["remove", "restore", "restore"]
    undone = await saving.undoing.undo(SAM, newest=plan.newest, count=3, request="4")

    assert all(each.write and each.write.is_done for each in undone)
    assert shelf.lists == {LIST: list(LONG)}


async def test_brings_back_a_list_whose_playlist_is_gone(saving: SavingWorkflow, shelf: Shelf) -> None:
    await apply(saving, SAM, seen(), BACKWARDS, request="1")
    del shelf.lists[LIST]
    plan = await saving.undoing.plan(SAM)
    assert plan.steps[0].action is UndoAction.RECREATE
    (undone,) = await saving.undoing.undo(SAM, newest=plan.newest, count=1, request="2")
    assert undone.write is not None
    assert undone.write.playlist_id is not None
    assert tuple(shelf.lists[undone.write.playlist_id]) == LONG


async def test_forgets_a_new_playlist_that_its_owner_deleted(saving: SavingWorkflow, shelf: Shelf) -> None:
    write = await saving.save_new(SAM, name="A", tracks=LONG, request="1")
    del shelf.lists[write.playlist_id or LIST]
    plan = await saving.undoing.plan(SAM)
    assert plan.steps[0].action is UndoAction.FORGET
    (undone,) = await saving.undoing.undo(SAM, newest=plan.newest, count=1, request="2")
    assert undone.write is None
    with pytest.raises(NothingToUndoError):
        await saving.undoing.plan(SAM)


@pytest.mark.parametrize("number", range(2, 5))
async def test_takes_back_a_half_done_write(
    saving: SavingWorkflow, shelf: Shelf, journal: WriteStore, number: int
) -> None:
    shelf.after = kill_at(number - 1)
    with pytest.raises(KilledError):
        await apply(saving, SAM, seen(), BACKWARDS, request="1")
    shelf.after = lambda _change: None
    plan = await saving.undoing.plan(SAM)
    (undone,) = await saving.undoing.undo(SAM, newest=plan.newest, count=1, request="2")
    assert undone.write is not None
    assert tuple(shelf.lists[LIST]) == LONG
    assert not await journal.unfinished()


async def test_does_not_take_back_what_was_written_after_the_preview(saving: SavingWorkflow) -> None:
    await saving.save_new(SAM, name="A", tracks=LONG, request="1")
    plan = await saving.undoing.plan(SAM)
    saving.clock = lambda: NOON + timedelta(minutes=1)
    await saving.save_new(SAM, name="B", tracks=LONG, request="2")
    with pytest.raises(UndoOutdatedError):
        await saving.undoing.undo(SAM, newest=plan.newest, count=1, request="3")


def wishes() -> tuple[Wish, ...]:
    """Move ten tracks out of the list into a new one."""
    return (
        Wish(name="Set aside", tracks=LONG[:10]),
        Wish(name="Late Drive", tracks=LONG[10:], in_place_of=seen()),
    )


async def test_takes_tracks_out_of_a_list_only_when_they_are_elsewhere(
    saving: SavingWorkflow, shelf: Shelf
) -> None:
    def limited(change: str) -> None:
        if change == "add":
            raise RateLimitedError("Spotify", 3600)

    shelf.before = limited
    first, second = await saving.write(SAM, wishes(), request="1")
    assert (first.stage, second.stage) == (WriteStage.WRITING, WriteStage.PLANNED)
    assert first.retry_at == second.retry_at == NOON + timedelta(hours=1)
    assert tuple(shelf.lists[LIST]) == LONG

    shelf.before = lambda _change: None
    saving.clock = lambda: NOON + timedelta(hours=1)
    assert [write.is_done for write in await saving.resume_due()] == [True, True]
    assert tuple(shelf.lists[LIST]) == LONG[10:]
    assert tuple(shelf.lists[first.playlist_id or LIST]) == LONG[:10]


async def test_leaves_the_list_whole_when_the_new_one_was_taken_back(
    saving: SavingWorkflow, shelf: Shelf, journal: WriteStore
) -> None:
    shelf.after = kill_at(2)
    with pytest.raises(KilledError):
        await saving.write(SAM, wishes(), request="1")
    shelf.after = lambda _change: None
    plan = await saving.undoing.plan(SAM)
    await saving.undoing.undo(SAM, newest=plan.newest, count=1, request="2")

    assert await saving.resume_due() == ()
    assert shelf.lists == {LIST: list(LONG)}
    assert not await journal.unfinished()
    assert WriteStage.ABANDONED in {write.stage for write in await saving.journal.untold(SAM)}, "it is told"


async def test_abandons_all_of_a_wish_that_can_not_begin(
    saving: SavingWorkflow, shelf: Shelf, journal: WriteStore
) -> None:
    def down(change: str) -> None:
        raise SourceUnavailableError("Spotify", "timeout")

    shelf.lists.clear()
    with pytest.raises(PlaylistGoneError):
        await apply(saving, SAM, seen(), BACKWARDS, request="0")
    shelf.before = down
    with pytest.raises(SourceUnavailableError):
        await saving.write(SAM, (*wishes()[1:], Wish(name="B", tracks=LONG)), request="1")
    assert not await journal.unfinished()
