"""Save a list as a new playlist, apply an order in place, go on with what was interrupted, take it back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from services.domain.errors import TastemapError
from services.domain.errors.accounts import ScopeMissingError
from services.domain.errors.writes import (
    NothingToUndoError,
    NotRemovableError,
    NotUndoableError,
    UndoOutdatedError,
    WriteNotFoundError,
    WriteUnderWayError,
)
from services.domain.music import TrackId
from services.domain.writes import (
    Ending,
    Hindrance,
    Settled,
    Settling,
    UndoAction,
    Undone,
    UndoPlan,
    UndoStep,
    Wish,
    Write,
    WriteStage,
    changed,
)
from services.storage.writes import WriteStore
from services.workflows.saving.plan import digest_of, plan_taking_back, plan_writes
from services.workflows.saving.ports import PlaylistAccess
from services.workflows.saving.turns import WriteTurns
from services.workflows.saving.undo import plan_undo

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class SavingWorkflow:
    """Writes of people, one at a time for each of them."""

    journal: WriteStore
    playlists: PlaylistAccess
    clock: Callable[[], datetime]
    alone: bool = True
    """Whether no other process works on the same journal."""
    _turns: WriteTurns = field(init=False)

    def __post_init__(self) -> None:
        self._turns = WriteTurns(
            journal=self.journal, playlists=self.playlists, clock=self.clock, alone=self.alone
        )

    async def save_new(
        self, user_id: int, *, name: str, tracks: Sequence[TrackId], request: str, description: str = ""
    ) -> Write:
        """Save tracks as a new private playlist; see `write`."""
        (write,) = await self.write(
            user_id, [Wish(name=name, tracks=tuple(tracks), description=description)], request=request
        )
        return write

    async def write(self, user_id: int, wishes: Sequence[Wish], *, request: str) -> tuple[Write, ...]:
        """Write playlists one after the other, and read each back.

        Before a playlist is changed in place, all that is in it is stored, so that it can be put back.

        Parameters
        ----------
        user_id
            Discord user id.
        wishes
            Names and descriptions are cut to what Spotify takes.
        request
            Names what this is for, such as the id of a draft: the same wishes for it twice are done once,
            unless the first time was taken back.

        Returns
        -------
        tuple of Write
            One per wish: done, or not yet; then the `hindrance` says why and `retry_at` when it goes on.

        Raises
        ------
        NothingToWriteError, PlaylistFullError, NotOnSpotifyError, NotRewritableError, SameOrderError
            A wish can't be carried out.
        WriteUnderWayError
            The person has another write of the playlist, or one that goes on at this moment.
        PlaylistChangedError, PlaylistGoneError
            The playlist is not any more what the person saw.
        TastemapError
            Login, consent or Spotify stand in the way of the first one. For all of these nothing was changed.
        """
        request = await self._unused(user_id, f"{request}/{digest_of(wishes)}")
        planned = plan_writes(user_id, wishes, request=request, now=self.clock())
        targets = {write.playlist_id for write in planned if write.playlist_id}
        for other in await self.journal.unfinished(user_id):
            if other.playlist_id in targets and other.request.rpartition(".")[0] != request:
                raise WriteUnderWayError(other.name)
        entered = [await self.journal.add(write) for write in planned]
        return await self._one_by_one(entered)

    async def copy(self, user_id: int, write_id: str) -> Write:
        """Save once more, as another new playlist, what a write has saved; the same copy only once.

        Raises
        ------
        WriteNotFoundError
            The person has no such write.
        TastemapError
            As in `write`.
        """
        write = await self.journal.load(write_id)
        if write is None or write.user_id != user_id:
            raise WriteNotFoundError(write_id)
        said = write.description.removesuffix(write.marker).rstrip(" ·")
        return await self.save_new(
            user_id, name=write.name, tracks=write.target, description=said, request=f"copy of {write_id}"
        )

    async def resume(self, user_id: int, write_id: str) -> Write:
        """Go on with an interrupted write; one that is finished is returned as it is.

        Raises
        ------
        WriteNotFoundError
            The person has no such write.
        WriteUnderWayError
            It is going on at this moment.
        PlaylistChangedError, PlaylistGoneError, NotRewritableError
            It was given up.
        TastemapError
            It still can't begin.
        """
        write = await self.journal.load(write_id)
        if write is None or write.user_id != user_id:
            raise WriteNotFoundError(write_id)
        return write if write.stage.is_final else await self._turns.carry_out(write, waits=True)

    async def resume_due(self, user_id: int | None = None) -> tuple[Write, ...]:
        """Go on with all interrupted writes whose time has come, oldest first: of one person, or of all.

        A write that can't go on yet stays where it is. Called when the bot starts and from time to
        time, also for those that wait for a login: whether it came is known without asking Spotify.

        Returns
        -------
        tuple of Write
            As they stand now, those that something happened to.
        """
        resumed = []
        for write in reversed(await self.journal.unfinished(user_id)):
            if write.hindrance is Hindrance.REFUSED:
                continue  # only the person can tell when that is worth another try
            if write.retry_at is not None and write.retry_at > self.clock():
                continue
            try:
                reached: Write | None = await self._turns.carry_out(write, waits=True)
            except WriteUnderWayError:
                continue
            except TastemapError as error:
                _log.info("a write was not gone on with: %s", error)
                reached = await self.journal.load(write.write_id)
            if reached is not None and _progress(reached) != _progress(write):
                resumed.append(reached)
        return tuple(resumed)

    async def plan_undo(self, user_id: int, count: int = 1) -> UndoPlan:
        """Say what taking back the person's last `count` writes would do, as things stand now.

        Raises
        ------
        NothingToUndoError
            There is no write to take back.
        """
        writes = await self.journal.undoable(user_id, count)
        if not writes:
            raise NothingToUndoError
        return await plan_undo(self.playlists, writes)

    async def count_undoable(self, user_id: int, most: int) -> int:
        """Count the writes that could be taken back, up to `most`."""
        return len(await self.journal.undoable(user_id, most))

    async def count_back_to(self, user_id: int, write_id: str, most: int) -> int:
        """Count how many writes have to be taken back so that one of them is the last.

        Raises
        ------
        NotUndoableError
            It was taken back already, or lies further back than `most`.
        """
        for number, write in enumerate(await self.journal.undoable(user_id, most), 1):
            if write.write_id == write_id:
                return number
        raise NotUndoableError

    async def undo(self, user_id: int, *, newest: str, count: int, request: str) -> tuple[Undone, ...]:
        """Take back the person's last writes, newest first, and stop at the first that can't be.

        Parameters
        ----------
        newest
            Of the plan that the person has agreed to.
        count
            How many writes it had.
        request
            As in `write`.

        Raises
        ------
        UndoOutdatedError
            Something was written since the plan was shown; nothing was taken back.
        PlaylistChangedError, NotRewritableError, TastemapError
            The newest write can't be taken back; nothing was changed.
        """
        lock = self._turns.lock_of(user_id)
        if lock.locked():
            (last,) = await self.journal.undoable(user_id, 1) or (None,)
            raise WriteUnderWayError(last.name if last is not None else "")
        async with lock:
            plan = await self.plan_undo(user_id, count)
            if plan.newest != newest or len(plan.steps) != count:
                raise UndoOutdatedError
            undone: list[Undone] = []
            for number, step in enumerate(plan.steps):
                try:
                    undone.append(await self._take_back(step, f"{request}.{number}"))
                except TastemapError:
                    if not undone:
                        raise
                    break
                if (write := undone[-1].write) is not None and not write.is_done:
                    break
        return tuple(undone)

    async def under_way(self, user_id: int) -> tuple[Write, ...]:
        """List the person's writes that must not be cut: at work now, or half done; newest first."""
        return await self.journal.under_way(user_id, self.clock())

    async def settle(
        self, user_id: int, how: Settling, write_ids: Sequence[str] = (), *, request: str
    ) -> tuple[Settled, ...]:
        """Bring writes that have begun to their end, as the person chooses: finished, or put back.

        Waits for those that go on at this moment; one that ends by itself meanwhile is put back all the
        same. One that was given up half way can only be put back.

        Parameters
        ----------
        write_ids
            Those that the person was shown, newest first; all that have begun where none is named.

        Returns
        -------
        tuple of Settled
            What came of each.

        Raises
        ------
        WriteNotFoundError
            The person has none of them.
        TastemapError
            Putting back is not possible now; nothing was changed by trying.
        """
        writes = await self._shown(user_id, write_ids)
        stay = set()
        for number, write in enumerate(writes if how is Settling.PUT_BACK else reversed(writes)):
            if how is Settling.PUT_BACK or write.stage is WriteStage.BROKEN:
                async with self._turns.lock_of(user_id):
                    undone = await self._put_back(write.write_id, f"{request}.{number}")
                if undone is not None and undone.stays:
                    stay.add(write.write_id)
            elif not write.stage.is_final:
                await self._turns.carry_out(write, waits=True, in_turn=True)
        left = await self.under_way(user_id)
        is_open = {each.write_id for each in left} | {each.undoes for each in left}
        return tuple(
            [
                Settled(
                    now,
                    Ending.STAYS
                    if now.write_id in stay
                    else Ending.OPEN
                    if now.write_id in is_open
                    else await self._ending(now),
                )
                for write in writes
                if (now := await self.journal.load(write.write_id)) is not None
            ]
        )

    async def _shown(self, user_id: int, write_ids: Sequence[str]) -> tuple[Write, ...]:
        """Load the writes that a button was shown with, as they stand now."""
        if not write_ids:
            return await self.under_way(user_id)
        loaded = [await self.journal.load(each) for each in write_ids]
        writes = tuple(each for each in loaded if each is not None and each.user_id == user_id)
        if not writes:
            raise WriteNotFoundError(write_ids[0])
        return writes

    async def _ending(self, write: Write) -> Ending:
        """Say how a write that is over has ended."""
        if write.undone_by:
            undo = await self.journal.load(write.undone_by)
            is_undone = undo is not None and undo.write_id != write.write_id
            return Ending.PUT_BACK if is_undone else Ending.NOTHING_LEFT
        match write.stage:
            case WriteStage.DONE:
                return Ending.PUT_BACK if write.undoes else Ending.FINISHED
            case WriteStage.ABANDONED:
                return Ending.NOTHING_LEFT
            case _:
                return Ending.GIVEN_UP

    async def waiting_for(self, user_id: int) -> tuple[Write, ...]:
        """List what is half done and goes on only after its person has done something, newest first."""
        begun = await self.under_way(user_id)
        return tuple(write for write in begun if write.waits_for_its_person or write.stage.is_final)

    async def give_up(self, user_id: int, writes: Sequence[Write]) -> None:
        """End what `waiting_for` has listed, half done as it is: its person has those lists elsewhere."""
        handed_over = {write.write_id for write in writes}
        async with self._turns.lock_of(user_id):
            for write in await self.waiting_for(user_id):
                if write.write_id in handed_over:
                    await self._turns.note(
                        write, stage=WriteStage.BROKEN, undone_by=write.write_id, told=True
                    )

    async def end_stale(self, before: datetime) -> int:
        """Give up the writes that have been half done since `before`, and let their owners be told.

        They can still be taken back for as long as any other write.
        """
        stale = await self.journal.stale(before)
        for write in stale:
            async with self._turns.lock_of(write.user_id):
                await self._turns.note(write, stage=WriteStage.BROKEN, retry_at=None, told=False)
        return len(stale)

    async def news(self, user_id: int) -> tuple[Write, ...]:
        """List what became of this person's writes without them having been told, newest first.

        Nothing while one of them is under way: whoever waits for it tells.
        """
        return () if self._turns.lock_of(user_id).locked() else await self.journal.untold(user_id)

    def telling_news(self, user_id: int) -> AbstractAsyncContextManager[tuple[Write, ...]]:
        """Be the one who tells this person the news inside the block; see `WriteTurns.telling`."""
        return self._turns.telling(user_id)

    async def mark_told(self, *writes: Write) -> None:
        """Remember that the person has seen how these writes stand."""
        await self.journal.mark_told([write.write_id for write in writes])

    async def _unused(self, user_id: int, request: str) -> str:
        """Add a number to a request, which goes up once all that was written for it was taken back."""
        for number in count():
            numbered = f"{request}/{number}"
            if not await self.journal.is_over(user_id, numbered):
                return numbered
        raise AssertionError

    async def _one_by_one(self, entered: Sequence[Write]) -> tuple[Write, ...]:
        """Carry out writes in order; where one has to wait, those after it wait as long."""
        for number, write in enumerate(entered):
            later = entered[number + 1 :]
            try:
                reached = (
                    write
                    if write.stage.is_final
                    else await self._turns.carry_out(write, waits=number > 0, in_turn=True)
                )
            except TastemapError:
                await self._postpone(later, write.write_id)
                if number == 0:
                    raise
                break
            if not reached.is_done:
                await self._postpone(later, write.write_id)
                break
        now = [await self.journal.load(write.write_id) for write in entered]
        return tuple(write for write in now if write is not None)

    async def _postpone(self, later: Sequence[Write], reason: str) -> None:
        """Let writes wait for as long as the one before them, or go with it."""
        before = await self.journal.load(reason)
        for write in later:
            if before is None:  # it was refused, and so are these
                await self.journal.drop(write)
            elif before.stage.is_final:
                await self._turns.abandon(write, before.hindrance, told=before.told)
            else:
                await self._turns.note(write, hindrance=before.hindrance, retry_at=before.retry_at)

    async def _put_back(self, write_id: str, request: str) -> Undone | None:
        """Take one write back, however far it came; the turn is ours. None where no plan was needed."""
        write = await self.journal.load(write_id)
        if write is None or write.stage is WriteStage.ABANDONED or write.undone_by:
            return None
        undos = [each for each in await self.journal.unfinished(write.user_id) if each.undoes == write_id]
        if write.undoes or undos:
            # Going on with an undo is what puts the former list back.
            unfinished = write if write.undoes else undos[0]
            if not unfinished.stage.is_final:
                await self._turns.run(unfinished, waits=True)
            return None
        plan = await plan_undo(self.playlists, [write])
        return await self._take_back(plan.steps[0], request)

    async def _take_back(self, step: UndoStep, request: str) -> Undone:
        """Carry out one step of an undo; the turn is ours."""
        taken = step.write
        planned, ended = plan_taking_back(step, request=request, now=self.clock())
        if planned is None:
            await self.journal.save(ended)
            return Undone(step, None)
        write = await self.journal.add(planned, ended)
        try:
            return Undone(step, await self._turns.run(write, waits=False))
        except NotRemovableError:
            await self._leave_in_library(write, ended)
            return Undone(step, None, stays=True)
        except TastemapError as error:
            reached = await self.journal.load(write.write_id)
            if reached is None or not reached.has_begun:
                asked = isinstance(error, ScopeMissingError) and step.action is UndoAction.REMOVE
                if asked and taken.is_done and taken.hindrance is Hindrance.CONSENT:
                    # Asked for once already: another login would only lead here again.
                    await self._leave_in_library(write, ended)
                    return Undone(step, None, stays=True)
                # It can be gone on with, or taken back later, as if nobody had asked.
                await self.journal.drop(
                    write, replace(taken, hindrance=Hindrance.CONSENT) if asked and taken.is_done else taken
                )
            raise

    async def _leave_in_library(self, write: Write, taken: Write) -> None:
        """End an undo that Spotify does not let us carry out: what it was to take back is offered no more."""
        await self.journal.drop(write, changed(taken, self.clock(), undone_by=taken.write_id, told=True))


def _progress(write: Write) -> tuple[object, ...]:
    """Return what tells a person how far a write is."""
    return write.stage, write.confirmed, write.hindrance
