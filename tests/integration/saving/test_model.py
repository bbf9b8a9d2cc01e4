"""Random sequences of writes, foreign edits, crashes and undos, against a model of what must come of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.domain.errors import TastemapError
from services.domain.errors.sources import NothingToUndoError
from services.domain.music import PlaylistId, TrackId
from services.domain.writes import Write, WriteKind, WriteStage
from tests.depth import examples
from tests.integration.saving.world import KilledError, SavingWorld, insert, remove, saving_world, seen
from tests.unit.services.workflows.saving.shelf import apply

EXAMPLES = examples(8, night=2_000)
STEPS = 15
SIZES = (1, 2, 5, 99, 100, 101, 230)
TWO_DAYS_S = 2 * 86_400.0

Result = TypeVar("Result")

Crash = tuple[str, int, bool]
crashes = st.tuples(
    st.sampled_from(["before", "after", "quota", "nothing"]), st.integers(1, 6), st.booleans()
)
"""What goes wrong at which request, and whether somebody edits the playlist at that moment."""


@dataclass
class Expected:
    """What a playlist has to hold once everything has settled."""

    content: Counter[TrackId]
    exact: tuple[TrackId, ...] | None
    """Its order, where nobody else has had a hand in it."""
    edits: int = 0
    is_half_done: bool = False
    """A write was given up half way and not taken back yet: only the journal knows the rest."""


@dataclass
class Running:
    """The one world that all examples share; each has a person of its own."""

    runner: asyncio.Runner
    world: SavingWorld
    people: Any = field(default_factory=lambda: count(1))

    def __call__(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.runner.run(work)


class WritesAndEdits(RuleBasedStateMachine):
    """One person, whose playlists are changed by us and by themselves, while the bot dies now and then."""

    run: Running

    @initialize()
    def begin(self) -> None:
        self.world = self.run.world
        self.user = next(self.run.people)
        self.world.library.lists.clear()
        self.world.library.saved.clear()
        self.world.restart()
        self.expected: dict[PlaylistId, Expected] = {}
        self.seen: set[str] = set()
        self.edits_at: dict[str, int] = {}
        self.to_be_told: set[str] = set()
        self.numbers = count(1)
        self.tracks = (TrackId(f"{number:022d}") for number in count(1))
        for size in (230, 5):
            self._new_list(size)

    # ------------------------------------------------------------ what the person does at Spotify

    @precondition(lambda self: self.expected)
    @rule(data=st.data(), kind=st.sampled_from(["add", "add", "remove", "remove", "delete", "new"]))
    def edits(self, data: st.DataObject, kind: str) -> None:
        if kind == "new":
            self._new_list(data.draw(st.sampled_from(SIZES)))
            return
        playlist_id = self._choose(data)
        if kind != "delete":
            self._edit(playlist_id, is_addition=kind == "add")
            return
        for kept in self.world.library.saved.values():
            if playlist_id in kept:
                kept.remove(playlist_id)
        del self.expected[playlist_id]

    # ------------------------------------------------------------ what we do for them

    @rule(size=st.sampled_from(SIZES), crash=crashes)
    def saves(self, size: int, crash: Crash) -> None:
        tracks = self._fresh(size)
        wish = self.world.saving.save_new(self.user, name="New", tracks=tracks, request=self._request())
        self._attempt(wish, crash, None)

    @precondition(lambda self: self.expected)
    @rule(data=st.data(), dropped=st.integers(0, 3), seed=st.integers(0, 99), crash=crashes)
    def applies(self, data: st.DataObject, dropped: int, seed: int, crash: Crash) -> None:
        playlist_id = self._choose(data)
        listed = self.world.library.lists[playlist_id]
        order = list(listed.track_ids)
        Random(seed).shuffle(order)
        order = order[min(dropped, max(len(order) - 1, 0)) :]
        wish = apply(self.world.saving, self.user, seen(listed), order, request=self._request())
        self._attempt(wish, crash, playlist_id)

    @rule(amount=st.integers(1, 3), crash=crashes)
    def takes_back(self, amount: int, crash: Crash) -> None:
        try:
            plan = self.run(self.world.saving.undoing.plan(self.user, amount))
        except (NothingToUndoError, TastemapError):
            return
        for step in plan.steps[:1]:
            if step.write.is_done and step.write.kind is WriteKind.REPLACE and not step.since and step.result:
                assert step.result == step.write.original
        wish = self.world.saving.undoing.undo(
            self.user, newest=plan.newest, count=len(plan.steps), request=self._request()
        )
        self._attempt(wish, crash, plan.steps[0].playlist_id)

    @rule()
    def settles(self) -> None:
        """Start anew two days later, with nothing in the way: now everything has to be in order."""
        self.world.spotify.time.at += TWO_DAYS_S
        self.world.restart()
        self.run(self.world.saving.resume_due())
        assert not self.run(self.world.journal.unfinished(self.user)), "nothing is left half done"
        self._learn()
        news = {write.write_id for write in self.run(self.world.saving.journal.untold(self.user))}
        assert self.to_be_told <= news, "nothing happens without a word"
        self.run(self.world.journal.mark_told(list(news)))
        self.to_be_told.clear()
        own = {listed.id: listed for listed in self.world.own}
        assert set(own) == set(self.expected), "no playlist too many, none too few"
        for playlist_id, expected in self.expected.items():
            found = own[playlist_id].track_ids
            if expected.is_half_done:
                continue
            assert Counter(found) == +expected.content, "nothing is lost, and nothing is doubled"
            if expected.exact is not None:
                assert found == expected.exact

    def teardown(self) -> None:
        if hasattr(self, "user"):
            self.settles()

    # ------------------------------------------------------------ how the model learns

    def _attempt(self, wish: Coroutine[Any, Any, Any], crash: Crash, target: PlaylistId | None) -> None:
        """Do something for the person, and die on the way if that is wanted."""
        self.world.spotify.time.at += 1
        kind, call, with_edit = crash
        if kind == "quota":
            self.world.server.quota = call - 1
        elif kind != "nothing":
            setattr(self.world.killer, kind, call)
        self.world.killer.between = None
        if with_edit and target in self.expected:
            self.world.killer.between = lambda: self._edit(PlaylistId(str(target)), is_addition=True)
        before = self._edit_counts()
        try:
            self.run(wish)
            killed = False
        except KilledError:
            killed = True
        except TastemapError:
            killed = False
        self.world.killer.spare()
        self._pay()
        for write in self._new_writes():
            self.edits_at[write.write_id] = before.get(write.playlist_id, 0) if write.playlist_id else 0
            if killed and not write.stage.is_final:
                self.to_be_told.add(write.write_id)
        if killed:
            self.world.restart()

    def _learn(self) -> None:
        """Take over what the journal says was done, oldest first."""
        writes = {write.write_id: write for write in self.run(self._all_writes())}
        for write in sorted(writes.values(), key=lambda each: each.created_at):
            if write.undone_by in writes:
                self.to_be_told.discard(write.write_id)
            if write.write_id in self.seen:
                continue
            self.seen.add(write.write_id)
            taken = writes.get(write.undoes or "")
            self._apply(write, taken)
        for write in writes.values():
            playlist = self.expected.get(write.playlist_id) if write.playlist_id else None
            if playlist is not None and write.stage is WriteStage.BROKEN:
                playlist.is_half_done = write.undone_by is None

    def _apply(self, write: Write, taken: Write | None) -> None:
        if not write.is_done or write.playlist_id is None:
            return
        expected = self.expected.get(write.playlist_id)
        match write.kind:
            case WriteKind.CREATE:
                if write.playlist_id in {listed.id for listed in self.world.own} and expected is None:
                    self.expected[write.playlist_id] = Expected(Counter(write.target), write.target)
            case WriteKind.REMOVE:
                self.expected.pop(write.playlist_id, None)
            case WriteKind.REPLACE if expected is not None:
                if taken is None or taken.is_done:
                    expected.content.update(write.target)
                    expected.content.subtract(write.original)
                untouched = expected.edits == self.edits_at.get(write.write_id)
                expected.exact = write.target if untouched else None

    def _pay(self) -> None:
        """Let Spotify answer again; what waits goes on at its own time."""
        self.world.server.quota = None
        self.world.spotify.ledger.blocked_until = None

    def _new_list(self, size: int) -> None:
        tracks = self._fresh(size)
        listed = self.world.list_of(tracks, name=f"List {next(self.numbers)}")
        self.expected[listed.id] = Expected(Counter(tracks), tracks)

    def _edit(self, playlist_id: PlaylistId, *, is_addition: bool) -> None:
        listed = self.world.library.lists[playlist_id]
        expected = self.expected[playlist_id]
        expected.edits += 1
        expected.exact = None
        if is_addition or len(listed.rows) < 3:
            (track,) = self._fresh(1)
            insert(listed, len(listed.rows) // 2, track)
            expected.content[track] += 1
        else:
            expected.content[remove(listed, len(listed.rows) // 2)] -= 1

    def _edit_counts(self) -> dict[PlaylistId, int]:
        return {playlist_id: expected.edits for playlist_id, expected in self.expected.items()}

    def _new_writes(self) -> list[Write]:
        known = set(self.edits_at)
        return [write for write in self.run(self._all_writes()) if write.write_id not in known]

    async def _all_writes(self) -> tuple[Write, ...]:
        from services.storage.schema.people import playlist_writes

        return await self.world.journal._find(playlist_writes.c.user_id == self.user)

    def _choose(self, data: st.DataObject) -> PlaylistId:
        return data.draw(st.sampled_from(sorted(self.expected)))

    def _fresh(self, size: int) -> tuple[TrackId, ...]:
        return tuple(next(self.tracks) for _ in range(size))

    def _request(self) -> str:
        return f"request {next(self.numbers)}"


def test_whatever_happens_nothing_is_lost_and_everything_is_told(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        opening = saving_world(tmp_path)
        world = runner.run(opening.__aenter__())
        try:
            machine = type("Machine", (WritesAndEdits,), {"run": Running(runner, world)})
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=EXAMPLES,
                    stateful_step_count=STEPS,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(opening.__aexit__(None, None, None))
