"""Bring accepted work to a process that does it: the port, and the fair queue of a single process."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from services.domain.errors.jobs import ShuttingDownError
from services.domain.errors.storage import StorageError
from services.domain.jobs import QueueEntry
from services.storage.held_jobs import HeldJobs

OnPosition = Callable[[int], Awaitable[None]]
"""Receives the position in the queue: 1 is next."""

_YOUR_SLOT, _CLOSED = 0, -1
_NEWS = 0.1
"""Weight of the latest slot in the mean time that a slot is held."""
_SAY_AFTER_S = 1.0
"""A shorter wait is not worth a message, least of all while a crowd arrives."""


class _Place:
    """One who waits."""

    def __init__(self) -> None:
        self.since = asyncio.get_running_loop().time()
        self.news: asyncio.Queue[int] = asyncio.Queue()
        self.told = 0

    def tell(self, position: int) -> None:
        """Pass on a position, but only when it has halved since the last one: each costs a request."""
        if not self.told or position <= self.told // 2:
            self.told = position
            self.news.put_nowait(position)


class Slots:
    """Slots are given in the order of arrival."""

    def __init__(
        self,
        slots: int,
        *,
        say_after_s: float = _SAY_AFTER_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._slots = self._free = slots
        self._clock = clock
        self._held_s: float | None = None
        self._say_after_s = say_after_s
        self._waiting: deque[_Place] = deque()
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many wait for a slot."""
        return len(self._waiting)

    @property
    def longest_wait_s(self) -> float:
        """How long the next one has waited."""
        return asyncio.get_running_loop().time() - self._waiting[0].since if self._waiting else 0.0

    @asynccontextmanager
    async def slot(self, on_position: OnPosition) -> AsyncIterator[None]:
        """Wait for a slot and hold it inside the block.

        Raises
        ------
        ShuttingDownError
            The queue was closed before a slot was free.
        """
        await self._enter(on_position)
        began = self._clock()
        try:
            yield
        finally:
            lasted_s = self._clock() - began
            self._held_s = (
                lasted_s if self._held_s is None else self._held_s + _NEWS * (lasted_s - self._held_s)
            )
            self._leave()

    def expected_wait_s(self, position: int) -> float | None:
        """Guess how long somebody at a position waits, by the latest slots; None before the first is over."""
        return None if self._held_s is None else self._held_s * position / self._slots

    def close(self) -> None:
        """Send home everybody who waits; those that hold a slot go on."""
        self._closed = True
        while self._waiting:
            self._waiting.popleft().news.put_nowait(_CLOSED)

    async def _enter(self, on_position: OnPosition) -> None:
        if self._closed:
            raise ShuttingDownError
        if self._free:
            self._free -= 1
            return
        place = _Place()
        self._waiting.append(place)
        first_word = asyncio.get_running_loop().call_later(self._say_after_s, self._say_position, place)
        try:
            while (news := await place.news.get()) > _YOUR_SLOT:
                await on_position(news)
        except BaseException:
            if place in self._waiting:
                self._waiting.remove(place)
                self._say_positions()
            elif _has_slot(place):
                self._leave()  # a slot came while this one gave up
            raise
        finally:
            first_word.cancel()
        if news == _CLOSED:
            raise ShuttingDownError

    def _leave(self) -> None:
        if not self._waiting:
            self._free += 1
            return
        self._waiting.popleft().news.put_nowait(_YOUR_SLOT)
        self._say_positions()

    def _say_position(self, place: _Place) -> None:
        if place in self._waiting:
            place.tell(self._waiting.index(place) + 1)

    def _say_positions(self) -> None:
        for position, place in enumerate(self._waiting, 1):
            if place.told:
                place.tell(position)


def _has_slot(place: _Place) -> bool:
    while not place.news.empty():
        if place.news.get_nowait() == _YOUR_SLOT:
            return True
    return False


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
        """Let some process do the work; raises `StorageError`."""

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
        """Find what dead processes have left; raises `StorageError`."""

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
        """Take up what nobody works on, without waiting for its end; raises `StorageError`."""
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
