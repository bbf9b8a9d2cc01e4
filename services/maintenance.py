"""Repeat work for as long as the process lives: nothing that goes wrong ends it, and others can see that."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

from services.domain.errors import TastemapError

ALARM_AFTER_S = 24 * 3600.0
"""Work that has failed for this long is told to the operators, and once more after each such time."""
_QUIET_S = 60.0
"""Between two lines of the log about the same failing work; some of it is repeated ten times a second."""

_log = logging.getLogger(__name__)


class Observer(Protocol):
    """Counts repeated work."""

    def swept(self, work: str, *, succeeded: bool) -> None:
        """Count a task as done or failed."""


Alarm = Callable[[str], Awaitable[object]]
"""Tells the operators which work has failed for a day."""


@dataclass(frozen=True, slots=True)
class RepeatedTask:
    """One piece of repeated work."""

    name: str
    """What is dropped, drawn or written, in the plural, for the log and for `/metrics`."""
    run: Callable[[], Awaitable[object]]
    """May return how much there was to do."""


@dataclass(slots=True)
class _Streak:
    """Failures of one work since it last went through."""

    alarmed_at: float
    logged_at: float = float("-inf")


@dataclass(slots=True, kw_only=True)
class Maintenance:
    """Runs all repeated work of one process, and counts what fails."""

    observer: Observer | None = None
    alarm: Alarm | None = None
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    _failing: dict[str, _Streak] = field(default_factory=dict)

    async def repeat(self, tasks: Sequence[RepeatedTask], *, every_s: float) -> NoReturn:
        """Do each task by itself, again and again, `every_s` seconds after the last round."""
        while True:
            for task in tasks:
                await self.attempt(task.name, task.run)
            await self.sleep(every_s)

    async def attempt(self, work: str, *steps: Callable[[], Awaitable[object]]) -> bool:
        """Do the steps of some work, each by itself, and count the whole as done or failed.

        Raises nothing but the end of the task itself: not even a cancellation that only some future
        within a step has met.
        """
        error: BaseException | None = None
        for step in steps:
            try:
                count = await step()
            except asyncio.CancelledError as stray:
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise
                error = stray
            except Exception as failure:  # noqa: BLE001  (a loop that an error ends would never look again)
                error = failure
            else:
                if isinstance(count, int) and count:
                    _log.info("maintenance: %d %s", count, work)
        if error is None:
            self._failing.pop(work, None)
        else:
            self._note(work, error)
        self._count(work, succeeded=error is None)
        if error is not None:
            await self._raise_alarm(work)
        return error is None

    def _note(self, work: str, error: BaseException) -> None:
        now = self.monotonic()
        streak = self._failing.setdefault(work, _Streak(alarmed_at=now))
        if now - streak.logged_at < _QUIET_S:
            return
        streak.logged_at = now
        is_known = isinstance(error, TastemapError | OSError)
        _log.warning(
            "maintenance of %s failed (%s), the next round tries again",
            work,
            type(error).__name__,
            exc_info=None if is_known else error,
        )

    def _count(self, work: str, *, succeeded: bool) -> None:
        if self.observer is None:
            return
        try:
            self.observer.swept(work, succeeded=succeeded)
        except Exception:  # noqa: BLE001  (who counts must not end what is counted)
            _log.exception("repeated work could not be counted")

    async def _raise_alarm(self, work: str) -> None:
        streak, now = self._failing[work], self.monotonic()
        if self.alarm is None or now - streak.alarmed_at < ALARM_AFTER_S:
            return
        streak.alarmed_at = now
        try:
            await self.alarm(work)
        except Exception:  # noqa: BLE001  (it is in the log, and told again in a day)
            _log.exception("the operators could not be told that maintenance of %s fails", work)
