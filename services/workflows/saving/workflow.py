"""Save a list as a new playlist, apply an order in place, and go on with what was interrupted."""

from __future__ import annotations

import asyncio
import logging
import secrets
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from services.domain.errors import TastemapError
from services.domain.errors.writes import (
    NothingToUndoError,
    NothingToWriteError,
    NotOnSpotifyError,
    NotRewritableError,
    PlaylistFullError,
    SameOrderError,
    UndoOutdatedError,
    WriteNotFoundError,
    WriteUnderWayError,
)
from services.domain.music import Playlist, TrackId
from services.domain.writes import (
    LARGEST,
    MAX_DESCRIPTION,
    MAX_NAME,
    Hindrance,
    UndoAction,
    UndoPlan,
    UndoStep,
    Write,
    WriteKind,
    WriteStage,
    writable,
)
from services.storage.writes import WriteStore
from services.workflows.saving.engine import HELD_FOR, WriteEngine
from services.workflows.saving.hindrances import hindrance_of
from services.workflows.saving.ports import PlaylistAccess
from services.workflows.saving.undo import plan_undo

_log = logging.getLogger(__name__)

_ALPHABET = string.ascii_letters + string.digits
_ID_LENGTH = 14


def new_write_id() -> str:
    """Make an id that is in no description of any playlist yet."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))


@dataclass(frozen=True, slots=True)
class Undone:
    """A step of an undo, and the write that carried it out; None where there was nothing to do."""

    step: UndoStep
    write: Write | None


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
        self,
        user_id: int,
        *,
        name: str,
        tracks: Sequence[TrackId],
        request: str,
        description: str = "",
    ) -> Write:
        """Save tracks as a new private playlist and read it back.

        Parameters
        ----------
        user_id
            Discord user id.
        name, description
            Cut to what Spotify takes.
        tracks
            In their order; repeated ones stay repeated.
        request
            Names the wish, such as the id of the interaction: the same one twice is one playlist.

        Returns
        -------
        Write
            Done, or interrupted: then its `hindrance` says why and `retry_at` when it may go on.

        Raises
        ------
        NothingToWriteError, PlaylistFullError, WriteUnderWayError
            The wish can't be carried out.
        TastemapError
            Login, consent or Spotify stand in the way, and nothing was changed.
        """
        write = self._planned(user_id, WriteKind.CREATE, name, tracks, request)
        return await self._begin(replace(write, description=_description(write, description)))

    async def apply(
        self, user_id: int, playlist: Playlist, order: Sequence[TrackId], *, request: str
    ) -> Write:
        """Put an order, or fewer tracks, in place of what is in a playlist of this person.

        What is in it is stored first, so that it can be put back.

        Parameters
        ----------
        playlist
            As the person saw it when they decided.
        order
            What the playlist is to hold.
        request
            As in `save_new`.

        Raises
        ------
        NotOnSpotifyError, NotRewritableError, SameOrderError
            This list can't be changed in place.
        PlaylistChangedError
            Somebody changed it since it was read; nothing was changed.
        PlaylistGoneError
            It does not exist any more.
        NothingToWriteError, PlaylistFullError, WriteUnderWayError, TastemapError
            As in `save_new`.
        """
        if playlist.id is None:
            raise NotOnSpotifyError(playlist.name)
        if playlist.skipped:
            raise NotRewritableError(playlist.name, playlist.skipped)
        if len(writable(playlist.tracks)) < len(playlist.tracks):
            raise NotOnSpotifyError(playlist.name)
        original = writable(playlist.tracks)
        if tuple(order) == original:
            raise SameOrderError(playlist.name)
        for other in await self.journal.unfinished(user_id):
            if other.playlist_id == playlist.id and other.request != request:
                raise WriteUnderWayError(other.name)
        write = self._planned(user_id, WriteKind.REPLACE, playlist.name, order, request)
        return await self._begin(replace(write, playlist_id=playlist.id, original=original))

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
        """
        write = await self.journal.load(write_id)
        if write is None or write.user_id != user_id:
            raise WriteNotFoundError(write_id)
        return write if write.stage.is_final else await self._carry_out(write, is_resumed=True)

    async def resume_due(self, user_id: int | None = None) -> tuple[Write, ...]:
        """Go on with all interrupted writes whose time has come, oldest first: of one person, or of all.

        A write that can't go on yet stays where it is. Called when the bot starts, from time to time,
        and before a person's next write.
        """
        resumed = []
        for write in reversed(await self.journal.unfinished(user_id)):
            if write.hindrance in {Hindrance.CONSENT, Hindrance.LOGIN, Hindrance.REFUSED}:
                continue
            if write.retry_at is not None and write.retry_at > self.clock():
                continue
            try:
                resumed.append(await self._carry_out(write, is_resumed=True))
            except WriteUnderWayError:
                continue
            except TastemapError as error:
                _log.info("write %s was not resumed: %s", write.write_id, error)
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

    async def undo(self, user_id: int, *, newest: str, count: int, request: str) -> tuple[Undone, ...]:
        """Take back the person's last writes, newest first, and stop at the first that can't be.

        Parameters
        ----------
        newest
            Of the plan that the person has agreed to.
        count
            How many writes it had.
        request
            As in `save_new`.

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

    async def _take_back(self, step: UndoStep, request: str) -> Write | None:
        taken = step.write
        if step.blocked_by and step.action is UndoAction.RESTORE:
            raise NotRewritableError(taken.name, step.blocked_by)
        now = self.clock()
        ended = taken if taken.stage.is_final else replace(taken, stage=WriteStage.BROKEN, updated_at=now)
        if step.action is UndoAction.FORGET:
            await self.journal.save(replace(ended, undone_by=taken.write_id, told=True))
            return None
        kind = {
            UndoAction.REMOVE: WriteKind.REMOVE,
            UndoAction.RESTORE: WriteKind.REPLACE,
            UndoAction.RECREATE: WriteKind.CREATE,
        }[step.action]
        write = replace(
            self._planned(taken.user_id, kind, taken.name, step.result or taken.target, request),
            undoes=taken.write_id,
            playlist_id=None if kind is WriteKind.CREATE else step.playlist_id,
            original=step.found,
        )
        if kind is WriteKind.CREATE:
            write = replace(write, description=_description(write, taken.description))
        return await self._begin(write, ends=ended)

    async def news(self, user_id: int) -> tuple[Write, ...]:
        """List what became of this person's writes without them having been told, newest first."""
        return await self.journal.untold(user_id)

    async def mark_told(self, *writes: Write) -> None:
        """Remember that the person has seen how these writes stand."""
        await self.journal.mark_told([write.write_id for write in writes])

    async def purge(self, kept_for: timedelta) -> int:
        """Drop writes that nothing has happened to for so long; they can't be taken back any more."""
        return await self.journal.purge(self.clock() - kept_for)

    def _planned(
        self, user_id: int, kind: WriteKind, name: str, tracks: Sequence[TrackId], request: str
    ) -> Write:
        if not tracks:
            raise NothingToWriteError
        if len(tracks) > LARGEST:
            raise PlaylistFullError(len(tracks), LARGEST)
        now = self.clock()
        return Write(
            write_id=new_write_id(),
            user_id=user_id,
            request=request,
            kind=kind,
            name=" ".join(name.split())[:MAX_NAME] or "Untitled",
            target=tuple(tracks),
            created_at=now,
            updated_at=now,
        )

    async def _begin(self, write: Write, *, ends: Write | None = None) -> Write:
        """Enter a write in the journal and carry it out; what has not begun is not kept when it fails."""
        write = await self.journal.add(write, *(() if ends is None else (ends,)))
        if write.stage.is_final:
            return write
        return await self._carry_out(write)

    async def _carry_out(self, write: Write, *, is_resumed: bool = False) -> Write:
        lock = self._locks.setdefault(write.user_id, asyncio.Lock())
        if lock.locked():
            raise WriteUnderWayError(write.name)
        async with lock:
            now = self.clock()
            if not await self.journal.hold(write.write_id, now=now, until=now + HELD_FOR, alone=self.alone):
                raise WriteUnderWayError(write.name)
            try:
                return await self._engine.run(write)
            except TastemapError as error:
                return await self._interrupted(write, error, is_resumed=is_resumed)
            finally:
                await self.journal.release(write.write_id)

    async def _interrupted(self, write: Write, error: TastemapError, *, is_resumed: bool) -> Write:
        """Note why a write stopped. Raises `error` where nothing was begun: then nothing is waited for."""
        reached = await self.journal.load(write.write_id)
        if reached is None or reached.stage.is_final:
            raise error
        hindrance, retry_at = hindrance_of(error, self.clock())
        if reached.has_begun or is_resumed or hindrance is Hindrance.CONSENT:
            reached = await self._engine.save(reached, hindrance=hindrance, retry_at=retry_at)
        else:
            reached = await self._engine.save(
                reached, stage=WriteStage.ABANDONED, hindrance=hindrance, told=True
            )
        if not reached.has_begun:
            raise error
        _log.info("write %s waits: %s", write.write_id, error)
        return reached

    @property
    def _engine(self) -> WriteEngine:
        return WriteEngine(journal=self.journal, playlists=self.playlists, clock=self.clock)


def _description(write: Write, wanted: str) -> str:
    """Say what the playlist is, in one line that ends with the words by which it is found again."""
    ending = write.marker
    line = " ".join(wanted.split())[: MAX_DESCRIPTION - len(ending) - 3].rstrip()
    return f"{line} · {ending}" if line else ending
