"""Take on long work: written down first, promised then, done in turn, answered once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

import discord

from cogs.desk import Desk, asked_of, revive, stop_row
from cogs.errors import explain, was_told
from cogs.permissions import require_files
from cogs.progress import OnStage, RunningWork
from cogs.replies.layout import Reply, note
from cogs.watching import serve
from services.domain.errors.compute import ShuttingDownError, StoppedError
from services.domain.errors.storage import StorageError
from services.domain.jobs import Job, JobKind, JobStatus
from services.workflows.jobs import JobsWorkflow

_LAST_WORDS_S = 3.0
"""How long the end of the process may wait for one more edit."""
_RESTARTING = "I am restarting. This goes on by itself in a minute."

_log = logging.getLogger(__name__)


class Performer(Protocol):
    """A cog that knows how to do one kind of work. Both steps may run again after a crash."""

    async def perform(self, job: Job, say: OnStage) -> Reply | None:
        """Do the work and store the result as `job.result_id`; or return what to tell the person alone."""

    async def card(self, job: Job) -> Reply:
        """Build the answer from the stored result."""


@runtime_checkable
class Posting(Protocol):
    """A performer that has to know where its answers are, so that it can change them later."""

    async def posted(self, job: Job, channel_id: int, message_id: int) -> None:
        """Take note of a given answer."""


class Work:
    """All accepted work of one client."""

    def __init__(self, *, jobs: JobsWorkflow, running: RunningWork, admit: Callable[[], None]) -> None:
        self._jobs = jobs
        self._running = running
        self._admit = admit
        self._performers: dict[JobKind, Performer] = {}
        self._unstoppable: set[JobKind] = set()

    def register(self, kind: JobKind, performer: Performer, *, stoppable: bool = True) -> None:
        """Let `performer` do work of one kind; what changes something outside can't be stopped half-way."""
        self._performers[kind] = performer
        if not stoppable:
            self._unstoppable.add(kind)

    async def take_on(
        self,
        interaction: discord.Interaction[Any],
        kind: JobKind,
        arguments: Mapping[str, str],
        *,
        private: bool,
        content: bytes | None = None,
    ) -> None:
        """Accept work, promise the answer, and give it. Failures are told to the person and raised.

        Parameters
        ----------
        arguments
            All that `perform` needs to know, also in another process.
        private
            Whether only the person sees the answer.
        content
            A file that is at hand already.

        Raises
        ------
        app_commands.BotMissingPermissions
            The picture could not be posted into this channel; nothing was begun.
        """
        require_files(interaction, private=private)
        job = await self._jobs.accept(asked_of(interaction, private=private), kind, arguments, content)
        if job is None:
            _log.info("interaction %d came twice and is answered once", interaction.id)
            return
        try:
            promised = await interaction.response.defer(ephemeral=private, thinking=True)
        except BaseException:
            await self._jobs.finish(job)  # nobody was promised anything
            raise
        message_id = promised.message_id if promised else None
        await self._do(Desk(interaction, replace(job, message_id=message_id)))

    async def keep_content(self, job: Job, content: bytes) -> None:
        """Keep a file that `perform` fetched, for the case that it has to begin again."""
        await self._jobs.keep_content(job, content)

    async def recover(self, client: discord.Client) -> int:
        """Finish what an earlier process left undone; returns how much that was."""
        try:
            jobs = await self._jobs.take_over()
        except StorageError as error:
            _log.error("requests of before the restart wait for the next one: %s", error)
            return 0
        if jobs:
            _log.info("finishing %d requests of before the restart", len(jobs))
        await asyncio.gather(*(self._resume(client, job) for job in jobs))
        return len(jobs)

    async def _resume(self, client: discord.Client, job: Job) -> None:
        serve(job.asked.interaction_id)
        desk = Desk(revive(client, job.asked), job)
        try:
            self._admit()
            if (desk.open or job.status is JobStatus.POSTING) and await desk.answered():
                await self._finish(job)
                self._jobs.let_go(job)
                return
            await self._do(desk)
        except Exception as error:  # noqa: BLE001  (nobody above waits for it, and the others go on)
            if not was_told(desk.interaction):
                _log.exception("a request of before the restart could not be finished")
            else:
                _log.info("a request of before the restart ended in %r", error)

    async def _do(self, desk: Desk) -> None:
        """Work and answer; the row is emptied once something was said."""
        job = desk.job
        try:
            done = await self._running.run(
                desk.interaction,
                lambda say: self._work(desk, say),
                shown=desk.open,
                stoppable=job.kind not in self._unstoppable,
            )
            if done is not None:
                reply, give = done
                self._jobs.let_go(job)
                await give(reply)
                await self._note(desk)
        except ShuttingDownError:
            await self._say_restarting(desk)
            return
        except asyncio.CancelledError:
            # The row stays as it is, and the next start goes on from there.
            await self._say_restarting(desk)
            raise
        except Exception as error:
            self._jobs.let_go(job)  # first, as whoever reads that it ended may ask at once again
            if isinstance(error, StoppedError) or await self._claim(desk):
                await explain(desk.interaction, error, tell=desk.show_privately)
                await self._finish(job)
            raise
        finally:
            self._jobs.let_go(job)
        if done is not None:
            await self._finish(job)

    async def _work(
        self, desk: Desk, say: OnStage
    ) -> tuple[Reply, Callable[[Reply], Awaitable[None]]] | None:
        """Do the work in its turn; None where the request was withdrawn, or answered elsewhere."""
        job = desk.job

        async def tell_position(position: int) -> None:
            await say(f"You are number {position} in line…")

        async with self._jobs.turn(job, tell_position):
            performer = self._performers[job.kind]
            aside = await performer.perform(job, say)
            reply = aside or await performer.card(job)
            if not await self._claim(desk):
                return None
            return reply, desk.show_privately if aside else desk.show

    async def _claim(self, desk: Desk) -> bool:
        if not desk.claimed:
            try:
                desk.claimed = await self._jobs.claim(desk.job)
            except StorageError as error:
                # Better twice than never: without the row nobody else can answer either.
                _log.warning("answering without a claim: %s", error)
                desk.claimed = True
        return desk.claimed

    async def _note(self, desk: Desk) -> None:
        performer = self._performers[desk.job.kind]
        if desk.shown_at is not None and isinstance(performer, Posting):
            try:
                await performer.posted(desk.job, *desk.shown_at)
            except StorageError as error:
                _log.warning("where an answer is could not be noted: %s", error)

    async def _finish(self, job: Job) -> None:
        try:
            await self._jobs.finish(job)
        except StorageError as error:
            _log.warning("an answered request stays open until the next start: %s", error)

    async def _say_restarting(self, desk: Desk) -> None:
        said = note(f"⏳ {_RESTARTING}")
        view = Reply((*said.blocks, stop_row(desk.job.job_id))).view()
        if desk.open:
            with contextlib.suppress(discord.HTTPException, TimeoutError):
                async with asyncio.timeout(_LAST_WORDS_S):
                    await desk.interaction.edit_original_response(view=view)
