"""Which part of Tastemap a process is, what ends it, and what runs beside it meanwhile."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_FORM = re.compile(r"(?:(?P<first>\d+)(?:-(?P<last>\d+))?|any (?P<wanted>\d+)) ?/ ?(?P<count>\d+)")
_MOST = 16_000
"""More would be fewer than a hundred servers for each at Discord's largest bots."""


class Role(StrEnum):
    """What a process opens; a single one is all."""

    ALL = "all"
    GATEWAY = "gateway"
    """Receives commands over a connection to Discord and hands on what takes long."""
    WEB = "web"
    """Serves the login pages, and receives commands that Discord sends there."""
    WORKER = "worker"
    """Does what the others have accepted, and what repeats itself."""

    @property
    def connects(self) -> bool:
        """Whether commands come over the gateway."""
        return self in {Role.ALL, Role.GATEWAY}

    @property
    def performs(self) -> bool:
        """Whether accepted work is done here, so that worker processes are needed."""
        return self in {Role.ALL, Role.WORKER}

    @property
    def serves_pages(self) -> bool:
        """Whether the login pages are opened."""
        return self in {Role.ALL, Role.WEB}

    @property
    def is_one_of_many(self) -> bool:
        """Whether it needs others beside it, and a server on which they meet."""
        return self is not Role.ALL

    @property
    def explained(self) -> str:
        """Say it in a few words, for operators."""
        return {
            Role.ALL: "everything in this process",
            Role.GATEWAY: "commands arrive here and are handed to workers",
            Role.WEB: "login pages and signed commands; what takes long is handed to workers",
            Role.WORKER: "what gateways and web processes accept is done here",
        }[self]


@dataclass(frozen=True, slots=True)
class Shards:
    """The share of one process."""

    count: int
    """Of all shards of the bot."""
    ids: tuple[int, ...] = ()
    """Fixed numbers; empty where free ones are to be taken."""
    wanted: int = 0
    """How many free ones."""


def parse_shards(text: str) -> Shards:
    """Read `0-15/64` (these of 64), `3/8` (this one of 8) or `any 16/64` (so many that nobody has).

    Raises
    ------
    ValueError
        It is none of these.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError("write 0-15/64, 3/8, or any 16/64")
    count = int(found["count"])
    if not 0 < count <= _MOST:
        raise ValueError(f"there are 1 to {_MOST} shards")
    if found["wanted"]:
        wanted = int(found["wanted"])
        if not 0 < wanted <= count:
            raise ValueError(f"{wanted} of {count} can't be had")
        return Shards(count, wanted=wanted)
    first = int(found["first"])
    last = int(found["last"] or first)
    if not first <= last < count:
        raise ValueError(f"the numbers of {count} shards are 0 to {count - 1}")
    return Shards(count, tuple(range(first, last + 1)))


DRAIN_S = 20.0
"""Longest time that running work is given after the first signal; service managers allow 30 s or more."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_EXIT_BY_SIGNAL = 128

_log = logging.getLogger(__name__)


class Lifetime:
    """From the first signal on nothing new is accepted; a second one ends the process at once."""

    def __init__(self, *, end_at_once: Callable[[int], object] = os._exit) -> None:
        self._stop = asyncio.Event()
        self._end_at_once = end_at_once

    @property
    def stopping(self) -> bool:
        """Whether the bot is on its way out."""
        return self._stop.is_set()

    async def until_stopped(self) -> None:
        """Wait for the first signal, or for `stop`."""
        await self._stop.wait()

    def stop(self) -> None:
        """Ask for an orderly end."""
        self._stop.set()

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Listen to SIGINT and SIGTERM inside the block; discord.py leaves both to us."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._receive, number)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    def _receive(self, number: signal.Signals) -> None:
        if self.stopping:
            _log.warning("%s once more: ending at once", number.name)
            logging.shutdown()
            sys.stderr.flush()
            # The workers notice by themselves that their parent is gone.
            self._end_at_once(_EXIT_BY_SIGNAL + number)
            return
        _log.info("%s: finishing what runs, for at most %.0f s", number.name, DRAIN_S)
        self.stop()


@asynccontextmanager
async def in_background(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run coroutines beside the block and end them with it; one that fails says so in the log."""
    tasks = [asyncio.create_task(each) for each in work]
    for task in tasks:
        task.add_done_callback(_say_failure)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _say_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("work in the background ended: %s", task.get_coro(), exc_info=error)
