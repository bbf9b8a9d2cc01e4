"""Show the progress of long work in the deferred reply, and let its owner stop it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import discord
from discord import ui

from cogs.components import ComponentRouter
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, note
from services.domain.errors.compute import CannotStopError, NothingRunsError, StoppedError
from services.domain.errors.reports import NotYourReportError

_GAP_S = 1.5
"""Edits of one message are limited to about five in five seconds; a person reads slower anyway."""

_log = logging.getLogger(__name__)

OnStage = Callable[[str], Awaitable[None]]
Result = TypeVar("Result")


class Progress:
    """A line that changes while somebody waits. A failed edit is no reason to stop the work."""

    def __init__(
        self,
        interaction: discord.Interaction[Any],
        *,
        stop: ComponentRef | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interaction = interaction
        self._stop = stop
        self._clock = clock
        self._last = float("-inf")
        self._shown = ""

    async def __call__(self, line: str) -> None:
        """Show `line`, unless something was shown a moment ago."""
        now = self._clock()
        if line == self._shown or now - self._last < _GAP_S:
            return
        if self._shown:  # the first line is often over at once, and the second says what will take long
            self._last = now
        self._shown = line
        try:
            await self._interaction.edit_original_response(view=self._reply(line).view())
        except Exception as error:  # noqa: BLE001  (Discord's refusals, and whatever a network can do)
            _log.debug("a line of progress was lost: %r", error)

    def _reply(self, line: str) -> Reply:
        said = note(f"⏳ {line}")
        if self._stop is None:
            return said
        return Reply((*said.blocks, ui.ActionRow(button("Stop", self._stop.button()))))


async def _unseen(line: str) -> None:
    """Take a line of progress that nobody can see."""


class RunningWork:
    """Work that somebody waits for, by the id of the interaction that asked for it."""

    def __init__(self, components: ComponentRouter) -> None:
        self._tasks: dict[str, tuple[int, asyncio.Task[Any]]] = {}
        self._unstoppable: set[str] = set()
        components.register(Action.STOP, self.stop)

    async def run(
        self,
        interaction: discord.Interaction[Any],
        work: Callable[[OnStage], Coroutine[Any, Any, Result]],
        *,
        shown: bool = True,
        stoppable: bool = True,
    ) -> Result:
        """Do `work`, which is given the progress line, and let the person stop it.

        Parameters
        ----------
        shown
            False where the reply can't be changed any more; the lines are lost then.
        stoppable
            False for work that has to come to its end once it was begun.

        Raises
        ------
        StoppedError
            The person pressed Stop.
        """
        name = str(interaction.id)
        progress = Progress(interaction, stop=ComponentRef(Action.STOP, name)) if shown else _unseen
        task = asyncio.create_task(work(progress))
        self._tasks[name] = (interaction.user.id, task)
        if not stoppable:
            self._unstoppable.add(name)
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
            self._unstoppable.discard(name)

    def stop_of(self, user_id: int) -> None:
        """Stop everything that runs for a person."""
        for owner_id, task in self._tasks.values():
            if owner_id == user_id:
                task.cancel()

    async def stop(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Stop the work whose owner presses the button."""
        owner_id, task = self._tasks.get(ref.subject, (0, None))
        if task is None:
            raise NothingRunsError
        if owner_id != interaction.user.id:
            raise NotYourReportError(owner_id)
        if ref.subject in self._unstoppable:
            raise CannotStopError
        task.cancel()
        message = interaction.message
        if (
            message is None
            or message.interaction_metadata is None
            or (str(message.interaction_metadata.id) == ref.subject)
        ):
            await interaction.response.defer()  # the work's own message: it says by itself what became of it
        else:
            await interaction.response.edit_message(view=note("Stopped. Now run your command again.").view())
