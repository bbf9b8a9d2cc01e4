"""Save a list as a new playlist, apply an order in place, go on with what was interrupted, take it back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from weakref import WeakValueDictionary

from services.domain.errors import TastemapError
from services.domain.errors.writes import (
    NothingToUndoError,
    UndoOutdatedError,
    WriteNotFoundError,
    WriteUnderWayError,
)
from services.domain.music import Playlist, TrackId
from services.domain.writes import Hindrance, Undone, UndoPlan, UndoStep, Wish, Write, WriteStage
from services.storage.writes import WriteStore
from services.workflows.saving.engine import HELD_FOR, WriteEngine
from services.workflows.saving.hindrances import hindrance_of
from services.workflows.saving.plan import plan_taking_back, plan_writes
from services.workflows.saving.ports import PlaylistAccess
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
    _locks: WeakValueDictionary[int, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def save_new(
        self, user_id: int, *, name: str, tracks: Sequence[TrackId], request: str, description: str = ""
    ) -> Write:
        """Save tracks as a new private playlist; see `write`."""
        (write,) = await self.write(
            user_id, [Wish(name=name, tracks=tuple(tracks), description=description)], request=request
        )
        return write

    async def apply(
        self, user_id: int, playlist: Playlist, order: Sequence[TrackId], *, request: str
    ) -> Write:
        """Put an order, or fewer tracks, in place of what the person saw in a playlist; see `write`."""
        (write,) = await self.write(
            user_id,
            [Wish(name=playlist.name, tracks=tuple(order), in_place_of=playlist)],
            request=request,
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
            Names all this, such as the id of the interaction: the same request twice is done once.

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
        planned = plan_writes(user_id, wishes, request=request, now=self.clock())
        targets = {write.playlist_id for write in planned if write.playlist_id}
        for other in await self.journal.unfinished(user_id):
            if other.playlist_id in targets and other.request.rpartition(".")[0] != request:
                raise WriteUnderWayError(other.name)
        entered = [await self.journal.add(write) for write in planned]
        return await self._one_by_one(entered)

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
        return write if write.stage.is_final else await self._carry_out(write, waits=True)

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
                reached: Write | None = await self._carry_out(write, waits=True)
            except WriteUnderWayError:
                continue
            except TastemapError as error:
                _log.info("write %s was not gone on with: %s", write.write_id, error)
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
        plan = await self.plan_undo(user_id, count)
        if plan.newest != newest or len(plan.steps) != count:
            raise UndoOutdatedError
        undone: list[Undone] = []
        for number, step in enumerate(plan.steps):
            try:
                write = await self._take_back(step, f"{request}.{number}")
            except TastemapError:
                if not undone:
                    raise
                break
            undone.append(Undone(step, write))
            if write is not None and not write.is_done:
                break
        return tuple(undone)

    async def news(self, user_id: int) -> tuple[Write, ...]:
        """List what became of this person's writes without them having been told, newest first.

        Nothing while one of them is under way: whoever waits for it tells.
        """
        lock = self._locks.get(user_id)
        return () if lock is not None and lock.locked() else await self.journal.untold(user_id)

    async def mark_told(self, *writes: Write) -> None:
        """Remember that the person has seen how these writes stand."""
        await self.journal.mark_told([write.write_id for write in writes])

    async def _one_by_one(self, entered: Sequence[Write]) -> tuple[Write, ...]:
        """Carry out writes in order; where one has to wait, those after it wait as long."""
        for number, write in enumerate(entered):
            later = entered[number + 1 :]
            try:
                reached = (
                    write
                    if write.stage.is_final
                    else await self._carry_out(write, waits=number > 0, in_turn=True)
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
        if before is None:
            return
        for write in later:
            if before.stage.is_final:
                await self._abandon(write, before.hindrance, told=before.told)
            else:
                await self._note(write, hindrance=before.hindrance, retry_at=before.retry_at)

    async def _take_back(self, step: UndoStep, request: str) -> Write | None:
        write, ended = plan_taking_back(step, request=request, now=self.clock())
        if write is None:
            await self.journal.save(ended)
            return None
        return await self._carry_out(await self.journal.add(write, ended), waits=False)

    async def _carry_out(self, write: Write, *, waits: bool, in_turn: bool = False) -> Write:
        """Run a write as far as it goes, alone.

        Parameters
        ----------
        waits
            Whether one that can't begin stays in the journal; else it is abandoned, and only the error tells.
        in_turn
            Whether to let another write of the person end first, such as one of before a restart that is
            gone on with; else that is refused.
        """
        lock = self._locks.setdefault(write.user_id, asyncio.Lock())
        if lock.locked() and not in_turn:
            await self._check_turn(write)
            raise WriteUnderWayError(write.name)
        async with lock:
            reached = await self.journal.load(write.write_id)
            if reached is None:
                raise WriteNotFoundError(write.write_id)
            if reached.stage.is_final:
                return reached
            write = reached
            await self._check_turn(write)
            now = self.clock()
            if not await self.journal.hold(write.write_id, now=now, until=now + HELD_FOR, alone=self.alone):
                raise WriteUnderWayError(write.name)
            try:
                return await self._engine.run(write)
            except TastemapError as error:
                return await self._interrupted(write, error, waits=waits)
            finally:
                await self.journal.release(write.write_id)

    async def _check_turn(self, write: Write) -> None:
        """Let a write begin only when the one that it follows is done, and was not taken back."""
        if write.follows is None or write.has_begun:
            return
        before = await self.journal.load(write.follows)
        if before is not None and before.is_done and not before.undone_by:
            return
        if before is None or before.stage.is_final:
            await self._abandon(write, Hindrance.CHANGED)
        raise WriteUnderWayError(write.name)

    async def _interrupted(self, write: Write, error: TastemapError, *, waits: bool) -> Write:
        """Note why a write stopped. Raises `error` where nothing was begun."""
        reached = await self.journal.load(write.write_id)
        if reached is None:
            raise error
        if reached.stage.is_final:
            if not waits:
                await self.mark_told(reached)  # the error tells
            raise error
        hindrance, retry_at = hindrance_of(error, self.clock())
        if reached.has_begun:
            _log.info("write %s waits: %s", write.write_id, error)
            return await self._note(reached, hindrance=hindrance, retry_at=retry_at)
        if waits:
            await self._note(reached, hindrance=hindrance, retry_at=retry_at)
        else:
            await self._abandon(reached, hindrance, told=True)
        raise error

    async def _abandon(self, write: Write, hindrance: Hindrance | None, *, told: bool = False) -> None:
        await self._note(write, stage=WriteStage.ABANDONED, hindrance=hindrance, retry_at=None, told=told)

    async def _note(self, write: Write, **changes: object) -> Write:
        noted = replace(write, **changes, updated_at=self.clock())  # type: ignore[arg-type]
        await self.journal.save(noted)
        return noted

    @property
    def _engine(self) -> WriteEngine:
        return WriteEngine(journal=self.journal, playlists=self.playlists, clock=self.clock)


def _progress(write: Write) -> tuple[object, ...]:
    """Return what tells a person how far a write is."""
    return write.stage, write.confirmed, write.hindrance
