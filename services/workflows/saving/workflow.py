"""Save a list as a new playlist, apply an order in place, go on with what was interrupted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from services.domain.errors import TastemapError
from services.domain.errors.sources import (
    WriteNotFoundError,
    WriteUnderWayError,
)
from services.domain.music import TrackId
from services.domain.writes import (
    Hindrance,
    Wish,
    Write,
    WriteStage,
)
from services.storage.writes import WriteStore
from services.workflows.saving.engine import PlaylistAccess
from services.workflows.saving.plan import digest_of, plan_writes
from services.workflows.saving.turns import WriteTurns
from services.workflows.saving.undoing import Undoing

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class SavingWorkflow:
    """Writes playlists for people, one at a time for each of them."""

    journal: WriteStore
    playlists: PlaylistAccess
    clock: Callable[[], datetime]
    alone: bool = True
    """Whether no other process works on the same journal."""
    undoing: Undoing = field(init=False)
    turns: WriteTurns = field(init=False)

    def __post_init__(self) -> None:
        self.turns = WriteTurns(
            journal=self.journal, playlists=self.playlists, clock=self.clock, alone=self.alone
        )
        self.undoing = Undoing(
            journal=self.journal, playlists=self.playlists, clock=self.clock, turns=self.turns
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
        return write if write.stage.is_final else await self.turns.carry_out(write, waits=True)

    async def resume_due(self) -> tuple[Write, ...]:
        """Go on with the interrupted writes of all people whose time has come, oldest first.

        A write that can't go on yet stays where it is. Called when the bot starts and from time to
        time, also for those that wait for a login: whether it came is known without asking Spotify.

        Returns
        -------
        tuple of Write
            As they stand now, those that something happened to.
        """
        resumed = []
        for write in reversed(await self.journal.unfinished()):
            if write.hindrance is Hindrance.REFUSED:
                continue  # only the person can tell when that is worth another try
            if write.retry_at is not None and write.retry_at > self.clock():
                continue
            try:
                reached: Write | None = await self.turns.carry_out(write, waits=True)
            except WriteUnderWayError:
                continue
            except TastemapError as error:
                _log.info("a write was not gone on with: %s", error)
                reached = await self.journal.load(write.write_id)
            if reached is not None and _progress(reached) != _progress(write):
                resumed.append(reached)
        return tuple(resumed)

    async def under_way(self, user_id: int) -> tuple[Write, ...]:
        """List the person's writes that must not be cut: at work now, or half done; newest first."""
        return await self.journal.under_way(user_id, self.clock())

    async def waiting_for(self, user_id: int) -> tuple[Write, ...]:
        """List what is half done and goes on only after its person has done something, newest first."""
        begun = await self.under_way(user_id)
        return tuple(write for write in begun if write.waits_for_its_person or write.stage.is_final)

    async def give_up(self, user_id: int, writes: Sequence[Write]) -> None:
        """End what `waiting_for` has listed, half done as it is: its person has those lists elsewhere."""
        handed_over = {write.write_id for write in writes}
        async with self.turns.lock_of(user_id):
            for write in await self.waiting_for(user_id):
                if write.write_id in handed_over:
                    await self.turns.note(write, stage=WriteStage.BROKEN, undone_by=write.write_id, told=True)

    async def end_stale(self, before: datetime) -> int:
        """Give up the writes that have been half done since `before`, and let their owners be told.

        They can still be taken back for as long as any other write.
        """
        stale = await self.journal.stale(before)
        for write in stale:
            async with self.turns.lock_of(write.user_id):
                await self.turns.note(write, stage=WriteStage.BROKEN, retry_at=None, told=False)
        return len(stale)

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
        """Carry out writes in order; where one has to wait, those after it wait as long.

        Of those whose person was forgotten meanwhile the last that is known of them is returned.
        """
        known: dict[str, Write] = {}
        for number, write in enumerate(entered):
            later = entered[number + 1 :]
            try:
                reached = (
                    write
                    if write.stage.is_final
                    else await self.turns.carry_out(write, waits=number > 0, in_turn=True)
                )
            except TastemapError:
                await self._postpone(later, write.write_id)
                if number == 0:
                    raise
                break
            known[write.write_id] = reached
            if not reached.is_done:
                await self._postpone(later, write.write_id)
                break
        now = [await self.journal.load(write.write_id) or known.get(write.write_id) for write in entered]
        return tuple(write for write in now if write is not None)

    async def _postpone(self, later: Sequence[Write], reason: str) -> None:
        """Let writes wait for as long as the one before them, or go with it."""
        before = await self.journal.load(reason)
        for write in later:
            if before is None:  # it was refused, and so are these
                await self.journal.drop(write)
            elif before.stage.is_final:
                await self.turns.abandon(write, before.hindrance, told=before.told)
            else:
                await self.turns.note(write, hindrance=before.hindrance, retry_at=before.retry_at)


def _progress(write: Write) -> tuple[object, ...]:
    """Return what tells a person how far a write is."""
    return write.stage, write.confirmed, write.hindrance
