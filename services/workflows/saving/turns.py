"""Carry out writes one at a time for each person, and note why one of them stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Unpack
from weakref import WeakValueDictionary

from services.domain.errors import TastemapError
from services.domain.errors.sources import WriteNotFoundError, WriteUnderWayError
from services.domain.writes import Hindrance, Write, WriteChanges, WriteStage, changed
from services.storage.writes import WriteStore
from services.workflows.saving.engine import HELD_FOR, PlaylistAccess, WriteEngine, hindrance_of

_TELLING = timedelta(minutes=2)
"""A killed process keeps others from telling for so long."""

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class WriteTurns:
    """The turns of people's writes: in this process by a lock, among processes by the claim of a row."""

    journal: WriteStore
    playlists: PlaylistAccess
    clock: Callable[[], datetime]
    alone: bool
    """Whether no other process works on the same journal."""
    _locks: WeakValueDictionary[int, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def carry_out(self, write: Write, *, waits: bool, in_turn: bool = False) -> Write:
        """Run a write as far as it goes, alone.

        Parameters
        ----------
        waits
            Whether one that can't begin stays in the journal; else it is abandoned, and only the error tells.
        in_turn
            Whether to let another write of the person end first, such as one of before a restart that is
            gone on with; else that is refused.
        """
        lock = self.lock_of(write.user_id)
        if lock.locked() and not in_turn:
            await self._check_turn(write)
            raise WriteUnderWayError(write.name)
        async with lock:
            return await self.run(write, waits=waits)

    async def run(self, write: Write, *, waits: bool) -> Write:
        """Run a write as far as it goes, for whoever holds the lock. See `carry_out`."""
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
            await self.abandon(write, Hindrance.CHANGED)
        raise WriteUnderWayError(write.name)

    async def _interrupted(self, write: Write, error: TastemapError, *, waits: bool) -> Write:
        """Note why a write stopped. Raises `error` where nothing was begun."""
        reached = await self.journal.load(write.write_id)
        if reached is None:
            raise error
        if reached.stage.is_final:
            if not waits and reached.stage is WriteStage.ABANDONED:
                await self.journal.drop(reached)  # a refusal leaves nothing behind: the error tells
            elif not waits:
                await self.journal.mark_told([reached.write_id])
            raise error
        hindrance, retry_at = hindrance_of(error, self.clock())
        if reached.has_begun:
            _log.info("a write waits: %s", error)
            return await self.note(reached, hindrance=hindrance, retry_at=retry_at)
        if waits:
            await self.note(reached, hindrance=hindrance, retry_at=retry_at)
        else:
            await self.journal.drop(reached)  # a refusal leaves nothing behind
        raise error

    async def abandon(self, write: Write, hindrance: Hindrance | None, *, told: bool = False) -> None:
        """Give up a write that has not begun."""
        await self.note(write, stage=WriteStage.ABANDONED, hindrance=hindrance, retry_at=None, told=told)

    async def note(self, write: Write, **changes: Unpack[WriteChanges]) -> Write:
        """Keep how a write stands; where that is as before, nothing has happened to it since."""
        now = self.clock()
        noted = changed(write, now, **changes)
        if replace(noted, updated_at=write.updated_at) == write:
            return write
        await self.journal.save(noted)
        return noted

    @asynccontextmanager
    async def telling(self, user_id: int) -> AsyncIterator[tuple[Write, ...]]:
        """Be the one who tells a person the news inside the block; no other process does meanwhile.

        They count as told where the block ends without an error.
        """
        untold = () if self.lock_of(user_id).locked() else await self.journal.untold(user_id)
        now = self.clock()
        news = await self.journal.claim_news(user_id, now=now, until=now + _TELLING) if untold else ()
        ids = [write.write_id for write in news]
        try:
            yield news
        except BaseException:
            if ids:
                await self.journal.release_news(ids)
            raise
        if ids:
            await self.journal.mark_told(ids)

    def lock_of(self, user_id: int) -> asyncio.Lock:
        """Return the lock of a person: whoever holds it is alone with their writes in this process."""
        return self._locks.setdefault(user_id, asyncio.Lock())

    @property
    def _engine(self) -> WriteEngine:
        return WriteEngine(journal=self.journal, playlists=self.playlists, clock=self.clock)
