"""Perform accepted work: in its slot, to its end, also after a restart, and answered once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import discord

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, note, text
from cogs.replies.library import choice_card
from cogs.words import answers
from cogs.words.text import moment
from cogs.work.deliver import Delivery, NobodyReachedError, stop_row
from cogs.work.errors import explain, was_told
from cogs.work.host import Host, Interaction, serve
from cogs.work.kinds import Kind
from cogs.work.progress import LineOfProgress, RunningWork
from cogs.work.reaching import (
    STORAGE_AGAIN_S,
    DiscordUnreachableError,
    is_outage,
    pause,
    reaching_discord,
    revive,
)
from services.domain.errors.jobs import ShuttingDownError, StoppedError
from services.domain.errors.playlists import FileUnavailableError
from services.domain.errors.storage import (
    DamagedDatabaseError,
    DatabaseBusyError,
    DatabaseUnreachableError,
    NewerSchemaError,
    StorageError,
)
from services.domain.inputs import UploadedFile, UploadedFiles
from services.domain.jobs import Job, JobStatus
from services.domain.messages import Activity, OnProgress, Progress, quiet
from services.domain.requests import JobKind, PressRequest
from services.domain.sound import may_hold_sound
from services.jobs.queue import JobQueue
from services.workflows.reading import PlaylistChoice, PlaylistReader

_LAST_WORDS_S = 3.0
"""How long the end of the process may wait for one more edit."""
_AFTER_LAST_LINE_S = 1.0
"""A line of progress that is on its way when the reply closes has arrived by then."""

_PASSING = (DatabaseUnreachableError, DatabaseBusyError)
"""Where others can go on with some work, the database being away is no answer to it."""

_log = logging.getLogger(__name__)


class Performer:
    """Does the accepted work of one client."""

    def __init__(
        self,
        *,
        jobs: JobQueue,
        running: RunningWork,
        admit: Callable[[], None],
        fetch: Callable[[str], Awaitable[bytes]],
        reader: PlaylistReader,
    ) -> None:
        self._jobs = jobs
        self._running = running
        self._admit = admit
        self._fetch = fetch
        self._reader = reader
        self.kinds: dict[JobKind, Kind] = {}
        """What is known about each kind; filled before the first interaction arrives."""

    async def take_up(self, client: Host, job_id: int) -> None:
        """Do work that was accepted elsewhere, or before a restart; nothing where another process does."""
        job = await self._jobs.take(job_id)
        if job is None:
            return
        serve(job.asked.interaction_id)
        press = job.request if isinstance(job.request, PressRequest) else None
        delivery = Delivery(revive(client, job.asked, press), job)
        try:
            self._admit()
            if not job.is_fresh and await self._is_answered(delivery):
                await self.finish(job)
                return
            kind = self.kinds[job.kind]
            if kind.answer is not None:
                await self._let_answer(delivery, kind.answer)
                return
            if kind.ready is not None:
                await kind.ready(job)
            await self.perform(delivery)
        except ShuttingDownError:
            await self._leave(delivery)
        except Exception as error:  # noqa: BLE001  (nobody above waits for it, and the others go on)
            if not was_told(delivery.interaction):
                _log.exception("a request that was accepted elsewhere could not be finished")
            else:
                _log.info("a request that was accepted elsewhere ended in %r", error)
        finally:
            self._jobs.end(job)

    async def _let_answer(
        self, delivery: Delivery, answer: Callable[[Interaction, Job], Awaitable[None]]
    ) -> None:
        """Do work that says itself what became of it; whoever dies meanwhile leaves it to be looked at."""
        async with self._jobs.slot(delivery.job, _unseen):
            if await self._claim(delivery):
                await answer(delivery.interaction, delivery.job)
                await self.finish(delivery.job)

    async def _is_answered(self, delivery: Delivery) -> bool:
        return (delivery.open or delivery.job.status is JobStatus.POSTING) and await delivery.answered()

    async def perform(self, delivery: Delivery) -> None:
        """Work and answer; the row is emptied once something was said."""
        job = delivery.job
        closing = asyncio.create_task(self._close_line(delivery))
        try:
            _require_wanted(job)
            await delivery.find_message()
            stoppable = self.kinds[job.kind].stoppable
            say: OnProgress = quiet
            if delivery.open:
                say = LineOfProgress(delivery.interaction, stoppable=stoppable, until=delivery.open_until)
            done = await self._running.run(
                delivery.interaction,
                self._patiently(delivery, say),
                unstoppable=None if stoppable else job.kind,
            )
            if done is not None:
                closing.cancel()
                self._jobs.let_go(job)
                await self._answer(delivery, *done)
        except ShuttingDownError:
            await self._leave(delivery)
            return
        except asyncio.CancelledError:
            # The row stays as it is, and the next start, or another process, goes on from there.
            await self._leave(delivery)
            raise
        except Exception as error:
            closing.cancel()
            if delivery.given:
                _log.exception("something failed after an answer was given")
                return
            self._jobs.let_go(job)  # first, as whoever reads that it ended may ask at once again
            if await self._may_tell(delivery, error):
                tell = partial(delivery.give, private=True)
                told = await explain(delivery.interaction, error, tell=tell, job=job)
                await (self.finish(job) if told else self._set_aside(job))
            elif isinstance(error, StorageError):
                return  # it stays in the queue
            raise
        finally:
            closing.cancel()
            self._jobs.end(job)

    async def _answer(self, delivery: Delivery, reply: Reply, private: bool) -> None:
        """Give the answer; once it is given, nothing may be told as its failure."""
        try:
            await delivery.give(reply, private=private)
        except NobodyReachedError:
            _log.warning("an answer waits for the next command of its person")
            await delivery.take_line_away()
            await self._set_aside(delivery.job)
            return
        except Exception as error:
            if not is_outage(error):
                raise
            _log.error("Discord was away for too long; an answer waits for the next command: %r", error)
            await self._set_aside(delivery.job)
            return
        await self._note(delivery)
        await self.finish(delivery.job)
        if (afterwards := self.kinds[delivery.job.kind].afterwards) is not None:
            await afterwards(delivery.job)

    async def catch_up(self, interaction: Interaction) -> None:
        """Give somebody, below another command of theirs, the answers that did not reach them."""
        for job in await self._jobs.set_aside_of(interaction.user.id):
            if job.job_id == interaction.id:
                continue  # its own reply is the one that could not be given
            reply = await self._late_card(job)
            if not await self._jobs.take_up(job):
                continue
            try:
                await interaction.followup.send(view=reply.view(), files=reply.files(), ephemeral=True)
            except Exception:
                await self._set_aside(job)
                raise
            await self.finish(job)

    async def _late_card(self, job: Job) -> Reply:
        asked_at = moment(job.asked.at)
        try:
            kind = self.kinds[job.kind]
            reply = await kind.card(job, await kind.stored(job))
        except Exception as error:  # noqa: BLE001  (it failed, or its result has gone meanwhile)
            _log.info("an answer that was set aside has no card: %r", error)
            return note(answers.never_told(asked_at))
        return replace(reply, blocks=(text(answers.late(asked_at)), *reply.blocks))

    async def _patiently(self, delivery: Delivery, say: OnProgress) -> tuple[Reply, bool] | None:
        """Do the work, and again where only the database was in the way."""
        for wait_s in STORAGE_AGAIN_S:
            try:
                return await self._work(delivery, say)
            except (DamagedDatabaseError, NewerSchemaError):
                raise
            except StorageError as error:
                _log.warning("accepted work waits %.0f s for the database: %s", wait_s, error)
            delivery.job = replace(delivery.job, attempts=delivery.job.attempts + 1)
            await say(Progress(Activity.DATABASE_AWAY))
            await pause(wait_s)
        return await self._work(delivery, say)

    async def _work(self, delivery: Delivery, say: OnProgress) -> tuple[Reply, bool] | None:
        """Do the work in its turn: an answer, and whether it is for the person alone.

        None where the request was withdrawn, or answered elsewhere.
        """
        job = delivery.job

        async def tell_position(position: int) -> None:
            await say(Progress(Activity.QUEUED, position, left_s=self._jobs.expected_wait_s(position)))

        async with self._jobs.slot(job, tell_position):
            kind = self.kinds[job.kind]
            job = await self._with_file(job, say)
            done = await kind.do(job, say)
            private = isinstance(done, PlaylistChoice)
            reply = await (self._offer(job, done) if private else kind.card(job, done))
            return (reply, private) if await self._claim(delivery) else None

    async def _with_file(self, job: Job, say: OnProgress) -> Job:
        """Give the request the files that came with it, and keep a list in case the work begins again.

        Sound is never written down: work that begins again fetches it again.
        """
        request: Any = job.request
        match getattr(request, "what", None):
            case UploadedFile() as what:
                await say(Progress(Activity.READING_FILE))
                content = job.content
                if content is None:
                    content = await self._fetch_file(what)
                    if not may_hold_sound(content):
                        await self._jobs.keep_content(job, content)
                return replace(job, request=replace(request, what=replace(what, content=content)))
            case UploadedFiles(files):
                await say(Progress(Activity.READING_FILE))
                fetched = tuple([replace(each, content=await self._fetch_file(each)) for each in files])
                return replace(job, request=replace(request, what=UploadedFiles(fetched)))
            case _:
                return job

    async def _fetch_file(self, file: UploadedFile) -> bytes:
        try:
            return await self._fetch(file.url)
        except discord.HTTPException as error:
            raise FileUnavailableError(file.filename) from error

    async def _offer(self, job: Job, choice: PlaylistChoice) -> Reply:
        """Ask which playlist of a file is meant; the choice repeats the request with that one."""
        request: Any = job.request
        upload_id = await self._reader.keep_upload(
            job.asked.owner_id,
            request.what,
            groups=getattr(request, "groups", None),
            private=job.asked.private,
        )
        about = job.request.to_row().get("about", "")
        kind = f"{job.kind.value}.{about}" if about else job.kind.value
        hint = self.kinds[job.kind].lost_by_choosing(job)
        return choice_card(choice.playlists, ComponentRef(Action.CHOOSE, upload_id, kind), hint=hint)

    async def _may_tell(self, delivery: Delivery, error: Exception) -> bool:
        """Whether it is us who tell how work failed; who had it stopped, or was forgotten, waits for that."""
        if isinstance(error, _PASSING) and not self._jobs.is_alone:
            return False
        try:
            return await self._claim(delivery) or isinstance(error, StoppedError)
        except StorageError as trouble:
            _log.warning("how accepted work ended is told once the database is back: %s", trouble)
            return False

    async def _claim(self, delivery: Delivery) -> bool:
        """Become the one who answers.

        Raises
        ------
        StorageError
            Nobody knows who answers, as other processes may have the same work. It stays in the queue.
        """
        if not delivery.claimed:
            try:
                delivery.claimed = await self._jobs.claim(delivery.job)
            except StorageError as error:
                if not self._jobs.is_alone:
                    raise
                # Better twice than never: without the row nobody else can answer either.
                _log.warning("answering without a claim: %s", error)
                delivery.claimed = True
        return delivery.claimed

    async def _note(self, delivery: Delivery) -> None:
        """Let the kind take note of where the answer is; whatever fails here, the answer stays."""
        posted = self.kinds[delivery.job.kind].posted
        if delivery.shown_at is None or posted is None:
            return
        for wait_s in (*STORAGE_AGAIN_S, 0.0):
            try:
                await posted(delivery.job, *delivery.shown_at)
            except Exception as error:  # noqa: BLE001  (the answer is given; there is nothing to tell)
                _log.warning("where an answer is could not be noted: %r", error)
            else:
                return
            await pause(wait_s)
        _log.error("where an answer is stays unknown")

    async def finish(self, job: Job) -> None:
        """Forget work that was answered, or whose person was promised nothing."""
        try:
            await self._jobs.finish(job)
        except StorageError as error:
            _log.warning("an answered request stays open until the next start: %s", error)

    async def _set_aside(self, job: Job) -> None:
        try:
            await self._jobs.set_aside(job)
        except StorageError as error:
            _log.warning("an answer that reached nobody is given by the next start: %s", error)

    async def _close_line(self, delivery: Delivery) -> None:
        """Say in the reply, as long as it can be changed, that the answer comes another way."""
        left = delivery.open_until - discord.utils.utcnow()
        if not delivery.open:
            return
        await asyncio.sleep(left.total_seconds() + _AFTER_LAST_LINE_S)
        view = note(f"⏳ {answers.LATER}").view()
        with contextlib.suppress(discord.HTTPException, DiscordUnreachableError), reaching_discord():
            await delivery.interaction.edit_original_response(view=view)

    async def _leave(self, delivery: Delivery) -> None:
        """Let another process go on, or the next start."""
        await self._say_restarting(delivery)
        try:
            await self._jobs.hand_back(delivery.job)
        except StorageError as error:
            _log.warning("work that is left is found once its lease has ended: %s", error)

    async def _say_restarting(self, delivery: Delivery) -> None:
        said = note(f"⏳ {answers.RESTARTING}")
        view = Reply((*said.blocks, stop_row(delivery.job.job_id))).view()
        if delivery.open and not delivery.given:
            with contextlib.suppress(discord.HTTPException, DiscordUnreachableError), reaching_discord():
                async with asyncio.timeout(_LAST_WORDS_S):
                    await delivery.interaction.edit_original_response(view=view)


async def _unseen(_position: int) -> None:
    """Take a position that nobody is told, because there is no line."""


def _require_wanted(job: Job) -> None:
    """Raise `StoppedError` where somebody asked for the end of work before it began."""
    if job.is_to_end:
        raise StoppedError
