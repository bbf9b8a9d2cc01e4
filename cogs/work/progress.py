"""Show the progress of long work in the deferred reply, and let its owner stop it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

import discord

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, note
from cogs.words.answers import STOPPED
from cogs.words.messages import progress_line
from cogs.work.components import ComponentRouter
from cogs.work.deliver import stop_row
from cogs.work.host import Interaction
from cogs.work.reaching import accept_press, change_pressed, in_time
from services.domain.errors.jobs import CannotStopError, NothingRunsError, StoppedError
from services.domain.errors.storage import NotYourReportError
from services.domain.messages import Progress
from services.domain.requests import JobKind
from services.jobs.queue import JobQueue

_GAP_S = 1.5
"""Edits of one message are limited to about five in five seconds; a person reads slower anyway."""

_log = logging.getLogger(__name__)

Result = TypeVar("Result")


class LineOfProgress:
    """A line that changes while somebody waits. A failed edit is no reason to stop the work."""

    def __init__(
        self,
        interaction: Interaction,
        *,
        stoppable: bool = False,
        until: datetime | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interaction = interaction
        self._stoppable = stoppable
        self._until = until
        self._clock = clock
        self._last = float("-inf")
        self._shown = ""

    async def __call__(self, progress: Progress) -> None:
        """Show how far the work is, unless something was shown a moment ago or the reply is closed."""
        if self._until is not None and discord.utils.utcnow() >= self._until:
            return
        line = progress_line(progress)
        now = self._clock()
        if line == self._shown or now - self._last < _GAP_S:
            return
        if self._shown:  # the first line is often over at once, and the second says what will take long
            self._last = now
        self._shown = line
        said = note(f"⏳ {line}")
        if self._stoppable:
            said = Reply((*said.blocks, stop_row(self._interaction.id)))
        try:
            await self._interaction.edit_original_response(view=said.view())
        except Exception as error:  # noqa: BLE001  (Discord's refusals, and whatever a network can do)
            _log.debug("a line of progress was lost: %r", error)


class RunningWork:
    """Work that somebody waits for, by the id of the interaction that asked for it."""

    def __init__(
        self, components: ComponentRouter, jobs: JobQueue, can_stop: Callable[[JobKind], bool]
    ) -> None:
        self._jobs = jobs
        self._can_stop = can_stop
        self._tasks: dict[str, tuple[int, asyncio.Task[Any]]] = {}
        self._unstoppable: dict[str, JobKind] = {}
        components.register(Action.STOP, self.stop)

    async def run(
        self,
        interaction: Interaction,
        work: Coroutine[Any, Any, Result],
        *,
        unstoppable: JobKind | None = None,
    ) -> Result:
        """Do `work`, and let the person stop it.

        Parameters
        ----------
        unstoppable
            The kind of work that has to come to its end once it was begun; it has no Stop button.

        Raises
        ------
        StoppedError
            The person pressed Stop.
        """
        name = str(interaction.id)
        task = asyncio.create_task(work)
        self._tasks[name] = (interaction.user.id, task)
        if unstoppable is not None:
            self._unstoppable[name] = unstoppable
        try:
            return await task
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if caller is not None and caller.cancelling():
                task.cancel()
                raise
            raise StoppedError from None
        finally:
            del self._tasks[name]
            self._unstoppable.pop(name, None)

    def stop_of(self, user_id: int) -> None:
        """Stop everything that runs for a person, except what must not be cut."""
        for name, (owner_id, task) in self._tasks.items():
            if owner_id == user_id and name not in self._unstoppable:
                task.cancel()

    def end(self, job_id: int) -> None:
        """Stop one piece of work, as its person wants, wherever they said so; not what must not be cut."""
        name = str(job_id)
        if name in self._tasks and name not in self._unstoppable:
            self._tasks[name][1].cancel()

    async def stop(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Stop the work whose owner presses the button."""
        owner_id, task = self._tasks.get(ref.subject, (0, None))
        if task is None:
            await self._stop_elsewhere(interaction, ref)
            return
        if owner_id != interaction.user.id:
            raise NotYourReportError(owner_id)
        if ref.subject in self._unstoppable:
            raise CannotStopError(self._unstoppable[ref.subject])
        task.cancel()
        await _say_stopped(interaction, ref, is_over=False)

    async def _stop_elsewhere(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Stop work that waits, or that another process does."""
        if not ref.subject.isdecimal():
            raise NothingRunsError
        job, is_over = await in_time(
            interaction, self._jobs.stop(int(ref.subject), interaction.user.id, can_stop=self._can_stop)
        )
        _log.info("work was stopped from another process: %d", job.job_id)
        await _say_stopped(interaction, ref, is_over=is_over)


async def _say_stopped(interaction: Interaction, ref: ComponentRef, *, is_over: bool) -> None:
    message = interaction.message
    is_its_own = (
        message is None
        or message.interaction_metadata is None
        or str(message.interaction_metadata.id) == ref.subject
    )
    if is_its_own and not is_over:
        await accept_press(interaction)  # whoever does the work says in its own message what became of it
    else:
        await change_pressed(interaction, note(STOPPED))
