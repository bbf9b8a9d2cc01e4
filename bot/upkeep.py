"""Keep the house while the bot runs: drop what is older than it may get, and copy the database daily."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from services.domain.errors import TastemapError
from services.storage import backups

ROUND_S = 3600.0
BACKUP_AFTER = timedelta(hours=23, minutes=30)
"""Daily, also when the hourly rounds drift a little."""

_log = logging.getLogger(__name__)


class Observer(Protocol):
    """Somebody who keeps count."""

    def swept(self, work: str, *, succeeded: bool) -> None:
        """Note that a piece of repeated work was done, or failed."""


@dataclass(frozen=True, slots=True)
class Chore:
    """One piece of repeated work."""

    name: str
    """What is dropped or written, in the plural, for the log."""
    run: Callable[[], Awaitable[int]]
    """Returns how much there was to do."""


async def keep_house(
    chores: Sequence[Chore],
    observer: Observer,
    *,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """Do every chore again and again. One that fails is tried again in the next round."""
    while True:
        for chore in chores:
            try:
                count = await chore.run()
            except (TastemapError, OSError) as error:
                _log.warning("upkeep of %s failed, the next round tries again: %s", chore.name, error)
                observer.swept(chore.name, succeeded=False)
                continue
            if count:
                _log.info("upkeep: %d %s", count, chore.name)
            observer.swept(chore.name, succeeded=True)
        await sleep(ROUND_S)


def daily_backup(url: str, folder: Path | None, clock: Callable[[], datetime]) -> tuple[Chore, ...]:
    """Copy an SQLite database once a day and keep a week of copies; a server has its own tools."""
    if folder is None:
        return ()

    def copy() -> int:
        newest = backups.newest_dated(url, folder)
        if newest is not None and clock() - newest < BACKUP_AFTER:
            return 0
        backups.backup_into(url, folder, now=clock())
        return 1

    async def run() -> int:
        return await asyncio.to_thread(copy)

    return (Chore("backups", run),)
