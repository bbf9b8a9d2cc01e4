"""How long the bot lives: the signals that end it, and what runs beside it meanwhile."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

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
