"""Whoever asks to be forgotten while a playlist is being written finds it whole afterwards, old or new."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cogs.words.report import report_words
from services.domain.errors import TastemapError
from services.domain.errors.sources import QuotaExceededError, UnfinishedWritesError, WriteNotFoundError
from services.domain.music import TrackId
from services.domain.writes import Ending, Hindrance, Settling, Write, WriteStage
from services.storage.links import LinkStore
from services.storage.persons import PersonStore
from services.storage.reports import ReportStore
from services.storage.writes import WriteStore
from services.workflows.privacy import PrivacyWorkflow
from tests.depth import IS_NIGHT
from tests.integration.saving.world import SAM, SavingWorld, saving_world, seen
from tests.unit.services.workflows.saving.shelf import apply

OLD = tuple(TrackId(f"{number:022d}") for number in range(101))
NEW = OLD[::-1]
AWAITS = 400
"""More than a write has; those that come after its end are not reached."""
STRIDE = 1 if IS_NIGHT else 61
ENDINGS = {Settling.FINISH: {Ending.FINISHED}, Settling.PUT_BACK: {Ending.PUT_BACK, Ending.NOTHING_LEFT}}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[SavingWorld]:
    async with saving_world(tmp_path) as opened:
        yield opened


def privacy(world: SavingWorld) -> PrivacyWorkflow:
    database = world.database
    return PrivacyWorkflow(
        persons=PersonStore(database),
        links=LinkStore(database),
        reports=ReportStore(database),
        writes=WriteStore(database),
        clock=world.spotify.time.now,
        words=report_words,
    )


class Stepped:
    """Await a coroutine, and do something at one of the moments at which it waits."""

    def __init__(self, work: Coroutine[Any, Any, Any], at: int, does: Any) -> None:
        self.work, self.at, self.does = work, at, does
        self.done: asyncio.Task[Any] | None = None

    def __await__(self) -> Generator[Any, Any, Any]:
        steps, value, count = self.work.__await__(), None, 0
        while True:
            try:
                waits_for = steps.send(value)
            except StopIteration as end:
                return end.value
            count += 1
            if count == self.at:
                self.done = asyncio.create_task(self.does())
            value = yield waits_for


async def forget(world: SavingWorld, how: Settling | None) -> Settling | str:
    """Press *Forget me*, and what is chosen where a write forbids it; says what came of it."""
    asked = privacy(world)
    try:
        await asked.forget(SAM)
    except UnfinishedWritesError as refused:
        if how is None:
            return "refused"
        shown = [write.write_id for write in refused.writes]
        (settled,) = await world.saving.undoing.settle(SAM, how, shown, request="settled")
        assert settled.ending in ENDINGS[how]
        await asked.forget(SAM)
        return how
    return "forgotten"


async def rewrite(world: SavingWorld) -> None:
    """Put the list in place; refused where the person was forgotten before anything was changed."""
    (listed,) = world.own
    try:
        await apply(world.saving, SAM, seen(listed), NEW, request="1")
    except TastemapError:
        return


@pytest.mark.parametrize("how", [None, *Settling], ids=["not at all", "finish", "put back"])
async def test_forgetting_at_any_moment_of_a_write_leaves_the_playlist_whole(
    tmp_path: Path, how: Settling | None
) -> None:
    met = 0
    async with saving_world(tmp_path) as world:
        for at in range(len(how or "x"), AWAITS, STRIDE):
            world.library.lists.clear()
            world.library.saved.clear()
            await world.link()
            listed = world.list_of(OLD)
            stepped = Stepped(rewrite(world), at, lambda: forget(world, how))
            await stepped
            if stepped.done is None:
                break
            came = await stepped.done
            met += came == (how or "refused")
            assert listed.track_ids in {"finish": {NEW}, "back": {OLD}}.get(came, {OLD, NEW})
            assert bool(await world.journal._find()) is (came == "refused")
            assert await forget(world, None) == "forgotten"
        assert at > 50, "the write has many moments"
        assert met, "at some of them it had begun"


async def test_of_a_write_whose_person_is_forgotten_right_after_it_is_told_that_it_is_done(
    world: SavingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = world.list_of(OLD)
    turns = type(world.saving.turns)
    carry_out = turns.carry_out

    async def then_forgotten(*arguments: Any, **options: Any) -> Write:
        write = await carry_out(*arguments, **options)
        assert await forget(world, None) == "forgotten"
        return write

    monkeypatch.setattr(turns, "carry_out", then_forgotten)
    write = await apply(world.saving, SAM, seen(listed), NEW, request="1")
    assert write.is_done
    assert listed.track_ids == NEW


async def test_a_half_done_write_that_waits_is_not_erased(world: SavingWorld) -> None:
    listed = world.list_of(OLD)
    world.server.quota = 4
    await rewrite(world)
    assert len(listed.track_ids) == 100
    for _ in range(2):
        with pytest.raises(UnfinishedWritesError) as refused:
            await privacy(world).forget(SAM)
    (write,) = refused.value.writes
    assert (write.original, write.hindrance) == (OLD, Hindrance.QUOTA)
    with pytest.raises(UnfinishedWritesError):  # one that began since the first look is seen by the last
        await PersonStore(world.database).erase(SAM, cut_no_write_at=world.spotify.time.now())

    # Neither is possible while the quota is spent, and still nothing is lost.
    (left,) = await world.saving.undoing.settle(SAM, Settling.FINISH, request="2")
    assert (left.write.hindrance, left.ending) == (Hindrance.QUOTA, Ending.OPEN)
    with pytest.raises(QuotaExceededError):
        await world.saving.undoing.settle(SAM, Settling.PUT_BACK, request="3")
    (still,) = await world.saving.under_way(SAM)
    assert not still.stage.is_final, "what could not be put back can still be finished"

    world.server.quota = None
    world.spotify.time.at += world.server.quota_returns_in_s + 1
    (back,) = await world.saving.undoing.settle(SAM, Settling.PUT_BACK, request="4")
    assert back.ending is Ending.PUT_BACK
    assert listed.track_ids == OLD
    assert await privacy(world).forget(SAM) == {"links": 1}
    assert await world.journal._find() == ()


async def test_a_write_that_ended_by_itself_is_put_back_all_the_same(world: SavingWorld) -> None:
    listed = world.list_of(OLD)
    await rewrite(world)
    (write,) = await world.journal._find()
    assert listed.track_ids == NEW
    (settled,) = await world.saving.undoing.settle(SAM, Settling.FINISH, [write.write_id], request="2")
    assert (settled.ending, listed.track_ids) == (Ending.FINISHED, NEW)
    for request in ("3", "4"):
        back = await world.saving.undoing.settle(SAM, Settling.PUT_BACK, [write.write_id], request=request)
        assert [each.ending for each in back] == [Ending.PUT_BACK]
        assert listed.track_ids == OLD


async def test_what_is_somebody_elses_is_not_settled(world: SavingWorld) -> None:
    listed = world.list_of(OLD)
    await rewrite(world)
    (write,) = await world.journal._find()
    with pytest.raises(WriteNotFoundError):
        await world.saving.undoing.settle(SAM + 1, Settling.PUT_BACK, [write.write_id], request="2")
    assert listed.track_ids == NEW


async def test_what_can_never_be_settled_ends_with_the_list_in_the_hands_of_its_person(
    world: SavingWorld,
) -> None:
    world.list_of(OLD)

    def log_out(_request: Any) -> None:
        world.tokens.is_linked = len(world.server.calls) < 3

    world.server.before = log_out
    await rewrite(world)
    (waiting,) = await world.saving.waiting_for(SAM)
    assert (waiting.hindrance, waiting.original) == (Hindrance.LOGIN, OLD)
    with pytest.raises(UnfinishedWritesError):
        await privacy(world).forget(SAM)
    await world.saving.give_up(SAM, [])
    assert await world.saving.waiting_for(SAM) == (waiting,), "its list was handed to nobody"
    await world.saving.give_up(SAM, [waiting])
    await privacy(world).forget(SAM)
    assert await world.journal._find() == ()


async def test_the_link_stays_while_a_write_needs_it(world: SavingWorld) -> None:
    links, now = LinkStore(world.database), world.spotify.time.now
    listed = world.list_of(OLD)
    world.server.quota = 4
    await rewrite(world)
    with pytest.raises(UnfinishedWritesError):
        await links.disconnect(SAM, cut_no_write_at=now())
    world.server.quota = None
    world.spotify.time.at += world.server.quota_returns_in_s + 1
    await world.saving.undoing.settle(SAM, Settling.FINISH, request="2")
    assert listed.track_ids == NEW
    assert (await links.disconnect(SAM, cut_no_write_at=now())).had_link


async def test_retention_gives_notice_before_it_drops_the_only_copy_of_a_list(world: SavingWorld) -> None:
    listed, month = world.list_of(OLD), timedelta(days=30)
    world.server.quota = 4
    await rewrite(world)
    await world.journal.mark_told([write.write_id for write in await world.journal.unfinished()])
    world.spotify.time.at += 31 * 86_400.0
    now = world.spotify.time.now
    assert await world.journal.purge(now() - month) == 0
    assert await world.saving.end_stale(now() - month) == 1
    (given_up,) = await world.saving.journal.untold(SAM)
    assert (given_up.stage, given_up.original) == (WriteStage.BROKEN, OLD)

    world.spotify.time.at += 31 * 86_400.0
    assert await world.journal.purge(now() - month) == 0, "its person does not know yet"
    world.server.quota = None
    plan = await world.saving.undoing.plan(SAM)
    await world.saving.undoing.undo(SAM, newest=plan.newest, count=1, request="9")
    assert listed.track_ids == OLD
