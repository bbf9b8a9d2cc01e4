"""Who may still come in: interactions that are being answered, and none after closing time."""

from __future__ import annotations

import asyncio
from typing import Any

from services.domain.errors.compute import ShuttingDownError


class Gate:
    """The tasks that answer people at this moment, counted so that an orderly end can wait for them."""

    def __init__(self) -> None:
        self._inside: set[asyncio.Task[Any]] = set()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether nobody is let in any more."""
        return self._closed

    def admit(self) -> None:
        """Count the current task until it is done.

        Raises
        ------
        ShuttingDownError
            The bot is stopping.
        """
        if self._closed:
            raise ShuttingDownError
        task = asyncio.current_task()
        if task is not None:
            self._inside.add(task)
            task.add_done_callback(self._inside.discard)

    def close(self) -> None:
        """Let nobody in from now on."""
        self._closed = True

    async def drain(self, seconds: float) -> int:
        """Close, wait for those inside, and cancel who is not done in time; returns how many that were."""
        self.close()
        if not self._inside:
            return 0
        _, late = await asyncio.wait(self._inside, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)
