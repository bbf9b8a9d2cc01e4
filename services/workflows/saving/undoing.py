"""Take writes back: the last ones of a person, or one that has begun, however far it came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.domain.errors import TastemapError
from services.domain.errors.sources import (
    NothingToUndoError,
    NotRemovableError,
    NotUndoableError,
    ScopeMissingError,
    UndoOutdatedError,
    WriteNotFoundError,
    WriteUnderWayError,
)
from services.domain.writes import (
    Ending,
    Hindrance,
    Settled,
    Settling,
    UndoAction,
    Undone,
    UndoPlan,
    UndoStep,
    Write,
    WriteStage,
    changed,
)
from services.storage.writes import WriteStore
from services.workflows.saving.engine import PlaylistAccess
from services.workflows.saving.plan import plan_taking_back, plan_undo
from services.workflows.saving.turns import WriteTurns


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """Takes writes back."""

    journal: WriteStore
    playlists: PlaylistAccess
    clock: Callable[[], datetime]
    turns: WriteTurns

    async def plan(self, user_id: int, count: int = 1) -> UndoPlan:
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
        lock = self.turns.lock_of(user_id)
        if lock.locked():
            (last,) = await self.journal.undoable(user_id, 1) or (None,)
            raise WriteUnderWayError(last.name if last is not None else "")
        async with lock:
            plan = await self.plan(user_id, count)
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
                async with self.turns.lock_of(user_id):
                    undone = await self._put_back(write.write_id, f"{request}.{number}")
                if undone is not None and undone.stays:
                    stay.add(write.write_id)
            elif not write.stage.is_final:
                await self.turns.carry_out(write, waits=True, in_turn=True)
        left = await self.journal.under_way(user_id, self.clock())
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
            return await self.journal.under_way(user_id, self.clock())
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
                await self.turns.run(unfinished, waits=True)
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
            return Undone(step, await self.turns.run(write, waits=False))
        except NotRemovableError:
            await self._leave_in_library(write, ended)
            return Undone(step, None, stays=True)
        except TastemapError as error:
            reached = await self.journal.load(write.write_id)
            if reached is None or not reached.has_begun:
                # It can be gone on with, or taken back later, as if nobody had asked.
                kept = taken
                if (
                    isinstance(error, ScopeMissingError)
                    and step.action is UndoAction.REMOVE
                    and taken.is_done
                ):
                    if _was_asked_in_vain(taken, error.authorized_at):
                        await self._leave_in_library(write, ended)
                        return Undone(step, None, stays=True)
                    kept = changed(taken, self.clock(), hindrance=Hindrance.CONSENT)
                await self.journal.drop(write, kept)
            raise

    async def _leave_in_library(self, write: Write, taken: Write) -> None:
        """End an undo that Spotify does not let us carry out: what it was to take back is offered no more."""
        await self.journal.drop(write, changed(taken, self.clock(), undone_by=taken.write_id, told=True))


def _was_asked_in_vain(taken: Write, authorized_at: datetime | None) -> bool:
    """Whether a login since the consent was asked for did not bring it: another would only lead here again.

    Nothing but the question happens to a write that is done, so it stands as of then.
    """
    return (
        taken.hindrance is Hindrance.CONSENT
        and authorized_at is not None
        and authorized_at > taken.updated_at
    )
