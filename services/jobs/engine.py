"""Bring accepted work to a process that does it: the port, and the adapter of a single process."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from services.domain.errors.storage import StorageError
from services.domain.jobs import QueueEntry
from services.storage.held_jobs import HeldJobs

Perform = Callable[[int], Awaitable[None]]
"""Does the work of an id to its end, wherever it was accepted; nothing where another process does."""

FOUND_AFTER = timedelta(seconds=10)
"""An open row that nobody works on is left by somebody who died; a younger one may be on its way."""

_log = logging.getLogger(__name__)


class QueueLostError(Exception):
    """The process hears nothing of new work any more; a new one does."""


class QueueEngine(Protocol):
    """A queue of ids. The rows are the truth: a lost id is found again, and one that comes twice is none."""

    @property
    def performs_here(self) -> bool:
        """Whether whoever accepts work also does it, at once."""

    async def put(self, entry: QueueEntry) -> None:
        """Let some process do the work.

        Raises
        ------
        StorageError
        """

    async def withdraw(self, job_ids: Collection[int]) -> None:
        """Drop ids that wait, because their rows are gone."""

    async def work(self, perform: Perform) -> None:
        """Do what was put, and what others have left: as long as that comes from elsewhere, else once.

        Raises
        ------
        QueueLostError
            Nothing is heard of new work any more.
        """

    async def sweep(self) -> None:
        """Find what dead processes have left.

        Raises
        ------
        StorageError
        """

    def close(self) -> None:
        """Begin nothing any more."""


@dataclass(slots=True, kw_only=True)
class EmbeddedQueue:
    """The rows themselves are the queue: what this process accepts it does, and it finds what was left."""

    held: HeldJobs
    clock: Callable[[], datetime]
    again_s: Sequence[float] = (1.0, 5.0, 15.0)
    """Waits for a database that is away at the start; the last one repeats."""
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep
    _perform: Perform | None = field(default=None, init=False)
    _under_way: set[asyncio.Task[None]] = field(default_factory=set, init=False)
    _closed: bool = field(default=False, init=False)

    @property
    def performs_here(self) -> bool:
        """Whoever accepts work does it."""
        return True

    async def put(self, entry: QueueEntry) -> None:
        """Leave it to the next look at the rows."""

    async def withdraw(self, job_ids: Collection[int]) -> None:
        """Nothing is left where the rows are gone."""

    async def work(self, perform: Perform) -> None:
        """Do what an earlier process left, and return; from then on `sweep` finds what is left."""
        self._perform, self._closed = perform, False
        for wait_s in itertools.chain(self.again_s, itertools.repeat(self.again_s[-1])):
            try:
                found = await self.held.free(self.clock())
            except StorageError as error:
                _log.error("what others have left waits %.0f s for the database: %s", wait_s, error)
            else:
                if found:
                    _log.info("finishing requests of before: at most %d", len(found))
                await asyncio.gather(*(self._begin(perform, entry) for entry in found))
                return
            await self.pause(wait_s)

    async def sweep(self) -> None:
        """Take up what nobody works on, without waiting for its end.

        Raises
        ------
        StorageError
        """
        if self._perform is None or self._closed:
            return
        for entry in await self.held.free(self.clock(), older_than=FOUND_AFTER):
            self._begin(self._perform, entry)

    def _begin(self, perform: Perform, entry: QueueEntry) -> asyncio.Task[None]:
        task = asyncio.create_task(_perform(perform, entry.job_id))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    def close(self) -> None:
        """Take up nothing any more."""
        self._closed = True


async def _perform(perform: Perform, job_id: int) -> None:
    try:
        await perform(job_id)
    except StorageError as error:
        _log.warning("work that was left waits for the next look: %s", error)
    except Exception:  # noqa: BLE001  (the others go on)
        _log.exception("work that was left could not be taken up")
