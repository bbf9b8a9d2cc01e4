"""A write can be killed at every point: it is finished later, once, and told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from sandbox.faults import Fault, FaultKind
from sandbox.spotify_library import rows_of
from sandbox.spotify_shapes import Shape
from services.domain.errors.sources import (
    NotLinkedError,
    NotYourPlaylistError,
    PlaylistChangedError,
    PlaylistGoneError,
    QuotaExceededError,
    ScopeMissingError,
)
from services.domain.music import Track, TrackId
from services.domain.writes import Hindrance, UndoAction, WriteStage
from tests.depth import cases
from tests.integration.saving.world import (
    BACKWARDS,
    LONG,
    SAM,
    KilledError,
    SavingWorld,
    insert,
    remove,
    saving_world,
    seen,
)
from tests.unit.services.sources.spotify_world import ANN, BOB
from tests.unit.services.workflows.saving.shelf import apply


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[SavingWorld]:
    async with saving_world(tmp_path) as opened:
        yield opened


async def write(world: SavingWorld, *, in_place: bool) -> bool:
    """Write 250 tracks in three batches; True if the process lived to the end of it."""
    try:
        if in_place:
            (listed,) = world.own
            await apply(world.saving, SAM, seen(listed), BACKWARDS, request="1")
        else:
            await world.saving.save_new(SAM, name="Ordered", tracks=BACKWARDS, request="1")
    except KilledError:
        return False
    return True


MOMENTS = [(when, call) for when in ("before", "after") for call in range(1, 6)]
"""Five calls: create, three times add, read; and read, replace, twice add, read."""


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("in_place", [False, True], ids=["new", "in place"])
async def test_writes_in_batches_and_reads_back_whatever_the_app_is(
    tmp_path: Path, shape: Shape, in_place: bool
) -> None:
    async with saving_world(tmp_path, shape=shape) as world:
        world.list_of(LONG)
        assert await write(world, in_place=in_place)
        done = await world.only_write()
        assert done.is_done
        assert not done.difference
        assert world.tracks_of(done.playlist_id) == BACKWARDS
        assert not world.library.lists[done.playlist_id or ""].is_public  # type: ignore[index]
        assert world.killer.calls == (
            ["read", "replace", "add", "add", "read"] if in_place else ["create", "add", "add", "add", "read"]
        )


@pytest.mark.parametrize("in_place", [False, True], ids=["new", "in place"])
@pytest.mark.parametrize(("when", "call"), cases(MOMENTS, gate=[("after", 1), ("before", 3), ("after", 5)]))
async def test_a_write_that_was_killed_anywhere_is_finished_once(
    world: SavingWorld, when: str, call: int, in_place: bool
) -> None:
    world.list_of(LONG)
    setattr(world.killer, when, call)
    assert not await write(world, in_place=in_place)

    world.restart()
    (resumed,) = await world.saving.resume_due()

    assert resumed.is_done
    assert not resumed.difference
    assert world.tracks_of(resumed.playlist_id) == BACKWARDS
    assert len(world.own) == (1 if in_place else 2), "no second playlist, and none half done"
    assert await world.saving.journal.untold(SAM) == (resumed,)
    assert await world.saving.resume_due() == ()


@pytest.mark.parametrize("in_place", [False, True], ids=["new", "in place"])
@pytest.mark.parametrize("request_number", cases(range(1, 10), gate=[1, 3, 6, 9]))
async def test_a_write_that_is_cancelled_at_any_request_is_finished_once(
    world: SavingWorld, request_number: int, in_place: bool
) -> None:
    world.list_of(LONG)
    task = asyncio.create_task(write(world, in_place=in_place))
    count = 0

    def cancel(_request: web.Request) -> None:
        nonlocal count
        count += 1
        if count == request_number:
            task.cancel()

    world.server.before = cancel
    with pytest.raises(asyncio.CancelledError):
        await task
    world.server.before = lambda _request: None
    world.restart()
    (resumed,) = await world.saving.resume_due()
    assert resumed.is_done
    assert world.tracks_of(resumed.playlist_id) == BACKWARDS
    assert len(world.own) == (1 if in_place else 2)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.RESET),
        Fault(FaultKind.RESET, is_carried_out=True),
        Fault(FaultKind.STATUS, status=502),
        Fault(FaultKind.CUT_JSON, is_carried_out=True),
    ],
    ids=["lost before", "lost after", "502", "cut off"],
)
@pytest.mark.parametrize("number", cases(range(4), gate=[0, 2]))
async def test_an_answer_that_never_came_is_cleared_up_by_looking(
    world: SavingWorld, fault: Fault, number: int
) -> None:
    world.server.faults.extend([*[None] * number, fault])
    assert await write(world, in_place=False)
    waiting = await world.only_write()
    assert (waiting.hindrance, waiting.is_done) == (Hindrance.UNAVAILABLE, False)
    assert waiting.retry_at is not None

    world.spotify.time.at += 3600
    (done,) = await world.saving.resume_due()
    assert done.is_done
    assert world.tracks_of(done.playlist_id) == BACKWARDS
    assert len(world.own) == 1


@pytest.mark.parametrize("in_place", [False, True], ids=["new", "in place"])
@pytest.mark.parametrize("calls", cases(range(1, 6), gate=[1, 3]))
async def test_a_quota_that_ends_in_the_middle_is_told_and_waited_for(
    world: SavingWorld, calls: int, in_place: bool
) -> None:
    world.list_of(LONG)
    world.server.quota = calls
    wait_s = world.server.quota_returns_in_s
    try:
        await write(world, in_place=in_place)
    except QuotaExceededError:
        assert await world.stages() == [], "nothing had begun"
        assert world.tracks_of(world.own[0].id) == LONG
        return
    stopped = await world.only_write()
    assert stopped.hindrance is Hindrance.QUOTA
    assert stopped.retry_at is not None
    asked = len(world.server.calls)
    assert await world.saving.resume_due() == ()
    assert len(world.server.calls) == asked, "nobody asks before that"

    world.server.quota = None
    world.spotify.time.at += wait_s + 1
    world.restart()
    (resumed,) = await world.saving.resume_due()
    assert resumed.is_done
    assert world.tracks_of(resumed.playlist_id) == BACKWARDS


async def test_an_expired_token_is_replaced_in_the_middle(world: SavingWorld) -> None:
    def expire(_request: web.Request) -> None:
        if len(world.server.calls) == 2:
            world.tokens.token = "expired"

    world.server.before = expire
    assert await write(world, in_place=False)
    assert (await world.only_write()).is_done
    assert [call.status for call in world.server.calls].count(401) == 1


@pytest.mark.parametrize("scopes", [frozenset({"playlist-read-private"})])
async def test_asks_for_consent_before_anything_is_written(
    world: SavingWorld, scopes: frozenset[str]
) -> None:
    world.tokens.scopes = scopes
    with pytest.raises(ScopeMissingError) as missing:
        await write(world, in_place=False)
    assert "playlist-modify-private" in missing.value.scopes
    assert world.server.calls == []
    assert await world.stages() == []
    assert await world.saving.journal.untold(SAM) == ()


async def test_a_login_that_ends_in_the_middle_is_waited_for(world: SavingWorld) -> None:
    def log_out(_request: web.Request) -> None:
        world.tokens.is_linked = len(world.server.calls) < 2

    world.server.before = log_out
    assert await write(world, in_place=False)
    world.server.before = lambda _request: None
    assert (await world.only_write()).hindrance is Hindrance.LOGIN
    assert await world.saving.resume_due() == ()
    with pytest.raises(NotLinkedError):
        await world.saving.undoing.plan(SAM)
    world.tokens.is_linked = True
    (done,) = await world.saving.resume_due()
    assert done.is_done


@pytest.mark.parametrize("call", cases(range(2, 5), gate=[2, 4]))
async def test_what_somebody_adds_or_removes_meanwhile_is_kept_and_told(
    world: SavingWorld, call: int
) -> None:
    listed = world.list_of(LONG)

    def edit() -> None:
        insert(listed, 1, "x" * 22)
        remove(listed, 40)

    world.killer.after, world.killer.between = call, edit
    assert not await write(world, in_place=True)
    world.restart()
    (done,) = await world.saving.resume_due()

    assert done.is_done
    assert done.difference.added == ("x" * 22,)
    assert len(done.difference.missing) == 1
    assert set(listed.track_ids) == {*LONG, "x" * 22} - set(done.difference.missing)
    assert len(listed.track_ids) == 250


async def test_a_list_that_was_changed_before_anything_was_written_is_left_alone(world: SavingWorld) -> None:
    listed = world.list_of(LONG)
    playlist = seen(listed)
    insert(listed, 7, "x" * 22)
    before = listed.track_ids
    with pytest.raises(PlaylistChangedError):
        await apply(world.saving, SAM, playlist, BACKWARDS, request="1")
    assert listed.track_ids == before


async def test_a_list_that_was_changed_between_plan_and_resume_is_left_alone_and_told(
    world: SavingWorld,
) -> None:
    listed = world.list_of(LONG)
    world.killer.before, world.killer.between = 2, lambda: insert(listed, 7, "x" * 22)
    assert not await write(world, in_place=True)
    before = listed.track_ids
    world.restart()
    (given_up,) = await world.saving.resume_due()
    assert given_up.hindrance is Hindrance.CHANGED
    assert listed.track_ids == before
    assert await world.saving.journal.untold(SAM) == (given_up,)


@pytest.mark.parametrize("in_place", [False, True], ids=["new", "in place"])
async def test_a_playlist_that_is_deleted_meanwhile_is_not_written_any_more(
    world: SavingWorld, in_place: bool
) -> None:
    world.list_of(LONG)
    world.killer.after = 2
    world.killer.between = lambda: world.library.saved[next(iter(world.library.saved))].pop(0)  # type: ignore[func-returns-value]
    assert not await write(world, in_place=in_place)
    world.restart()
    (gone,) = await world.saving.resume_due()
    assert (gone.stage, gone.hindrance) == (WriteStage.BROKEN, Hindrance.GONE)
    assert await world.saving.journal.untold(SAM) == (gone,)
    plan = await world.saving.undoing.plan(SAM)
    assert plan.steps[0].action is (UndoAction.RECREATE if in_place else UndoAction.FORGET)
    await world.saving.undoing.undo(SAM, newest=plan.newest, count=1, request="2")
    if in_place:
        assert world.own[0].track_ids == LONG


async def test_a_list_of_somebody_else_is_not_changed(world: SavingWorld) -> None:
    listed = world.library.add(BOB, "Bob's", rows_of([Track(id=each) for each in LONG]), followers=[ANN])
    listed.is_public = True
    world.server.shape = Shape.EXTENDED
    with pytest.raises(NotYourPlaylistError):
        await apply(world.saving, SAM, seen(listed), BACKWARDS, request="1")
    assert listed.track_ids == LONG
    assert await world.stages() == []


async def test_nobody_changes_a_list_that_never_was(world: SavingWorld) -> None:
    listed = world.list_of(LONG)
    playlist = seen(listed)
    del world.library.lists[listed.id]
    with pytest.raises(PlaylistGoneError):
        await apply(world.saving, SAM, playlist, BACKWARDS, request="1")
    assert await world.stages() == []


@pytest.mark.parametrize(("when", "call"), cases(MOMENTS, gate=[("after", 1), ("before", 3), ("after", 5)]))
async def test_an_undo_that_was_killed_is_finished(world: SavingWorld, when: str, call: int) -> None:
    listed = world.list_of(LONG)
    assert await write(world, in_place=True)
    insert(listed, 0, "x" * 22)
    plan = await world.saving.undoing.plan(SAM)
    expected = (*LONG, TrackId("x" * 22))
    assert plan.steps[0].result == expected
    world.killer.calls.clear()
    setattr(world.killer, when, call + 2)  # the plan is made again first: two calls
    with pytest.raises(KilledError):
        await world.saving.undoing.undo(SAM, newest=plan.newest, count=1, request="2")
    world.restart()
    (done,) = await world.saving.resume_due()
    assert done.is_done
    assert listed.track_ids == expected
    assert not await world.journal.undoable(SAM, 9)
