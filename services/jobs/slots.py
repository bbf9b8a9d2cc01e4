"""A fair, bounded queue for slots: so many work at once, the others wait and know their position."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from services.domain.errors.jobs import ShuttingDownError

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
