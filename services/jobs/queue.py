"""Accept work, let it wait for its turn, and go on with it after any end of the process.

Rows come first: what was accepted is in the database before anybody is promised anything, and an engine
brings no more than its id to the process that does it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.domain.errors.jobs import (
    AlreadyRunningError,
    CannotStopError,
    ForgottenError,
    InterruptedTooOftenError,
    NothingRunsError,
    QueueFullError,
)
from services.domain.errors.storage import NotYourReportError, StorageError
from services.domain.jobs import Asked, Job, JobStatus, QueueEntry, Request
from services.domain.report import new_id
from services.domain.requests import AccountRequest, JobKind
from services.jobs.engine import OnPosition, Perform, QueueEngine, Slots
from services.sealing import TokenSealer
from services.storage.database import on_behalf_of
from services.storage.held_jobs import RENEWED_EVERY_S, HeldJobs
from services.storage.jobs import JobStore

WAITING_LIMIT = 300
"""At three analyses a second the last one waits less than two minutes; nobody should wait for longer."""

_MAX_ATTEMPTS = 5
_TRACES_KEPT_FOR = timedelta(days=1)
"""Discord never sends an interaction again after so long."""

SET_ASIDE_FOR = timedelta(days=7)
SWEEP_EVERY_S = 5.0
_FIRST_PLACE_AFTER_S, _PLACE_EVERY_S = 1.0, 2.0
"""A shorter wait is not worth a message."""
_LINE_LOOKS = 4
"""Within the time that a press may take before its first response."""
_LOOK_EVERY_S = 0.4
"""How often is looked whether another process has stopped work of this one; a person waits for that."""

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class JobQueue:
    """Accepted work: accepted, given to a process, claimed, stopped and finished here."""

    store: JobStore
    held: HeldJobs
    engine: QueueEngine
    sealer: TokenSealer
    slots: Slots
    clock: Callable[[], datetime]
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep
    monotonic: Callable[[], float] = time.monotonic
    _busy: dict[int, int] = field(default_factory=dict)
    """Which job of this process each person waits for."""
    _mine: set[int] = field(default_factory=set)
    """All that this process has in hand, from the acceptance to the end."""
    _written: set[int] = field(default_factory=set)
    """Those of them whose row is known to be there, so that it was erased if it is gone."""

    @property
    def is_alone(self) -> bool:
        """Whether no other process can have the same work."""
        return self.held.is_alone

    @property
    def waiting(self) -> int:
        """How many pieces of work wait for their turn."""
        return self.slots.waiting

    def expected_wait_s(self, position: int) -> float | None:
        """Guess how long somebody at a position of the line waits; None where nothing is known yet."""
        return self.slots.expected_wait_s(position)

    @property
    def unfinished(self) -> int:
        """How many pieces of work this process has in hand."""
        return len(self._mine)

    async def accept(self, asked: Asked, request: Request, content: bytes | None = None) -> Job | None:
        """Write work down before anybody is promised anything; None if this very request was before.

        Raises
        ------
        AlreadyRunningError
            The person has work that is not finished, in whichever process.
        QueueFullError
            Too many wait.
        """
        job = Job(asked=asked, request=request, result_id=new_id(), content=content)
        if job.job_id in self._mine:
            return None
        if not request.kind.is_light:
            if (running := self._busy.get(asked.owner_id)) is not None:
                raise AlreadyRunningError(running)  # spares the database; the row decides among processes
            if (waiting := await self._waiting()) >= WAITING_LIMIT:
                raise QueueFullError(waiting)
        self._take(job)
        sealed = self._sealed(job)
        is_ours = self.engine.performs_here and not self.is_alone
        try:
            is_new = await self.store.accept(
                sealed,
                holder=self.held.holder if is_ours else None,
                until=self.clock() + self.held.lease if is_ours else None,
            )
        except BaseException:
            self.end(job)
            raise
        if not is_new:
            self.end(job)
            return None
        self._written.add(job.job_id)
        return job

    async def _waiting(self) -> int:
        return self.slots.waiting if self.engine.performs_here else (await self.depth())[0]

    async def depth(self) -> tuple[int, float]:
        """Count the heavy work that waits, in all processes, and the seconds that the oldest has waited."""
        if self.is_alone:
            return self.slots.waiting, self.slots.longest_wait_s
        return await self.held.depth(self.clock())

    async def put(self, job: Job) -> bool:
        """Let accepted work be done; returns whether whoever accepted it has to do it now.

        Raises
        ------
        ForgottenError
            Its person was erased meanwhile: nobody does it, and nobody else says so.
        """
        entry = QueueEntry(job.job_id, job.asked.owner_id, is_heavy=not job.kind.is_light)
        if self.engine.performs_here:
            return True
        try:
            if job.message_id is not None and not await self.store.note_message(job.job_id, job.message_id):
                raise ForgottenError
            await self.engine.put(entry)
        except StorageError as error:
            _log.warning("accepted work waits until somebody finds its row: %s", error)
        finally:
            self.end(job)
        return False

    async def places(self, job: Job) -> AsyncIterator[int]:
        """Yield the place in line of work that waits for another process, when it is first or has halved.

        Nobody begins the work while its place is being said, so that no line of progress is overwritten.
        """
        told = 0
        await self.pause(_FIRST_PLACE_AFTER_S)
        while place := await self.held.place_of(job.job_id):
            if (not told or place <= told // 2) and await self.held.hold_line(job.job_id, self.clock()):
                try:
                    yield place
                finally:
                    await self.held.let_go_line(job.job_id)
                told = place
            await self.pause(_PLACE_EVERY_S)

    async def is_forgotten(self, job: Job) -> bool:
        """Whether a person was erased whose work waited: nobody does it any more."""
        return not await self.store.knows(job.job_id)

    async def take(self, job_id: int) -> Job | None:
        """Become the one that does some work; its token is open. None where another does, or it is over."""
        if job_id in self._mine:
            return None
        self._mine.add(job_id)
        try:
            job, is_held = await self.held.take(job_id, self.clock()), not self.is_alone
            while job is None and is_held:
                # It may be let go between the two looks: then it is free, and this is the last attempt.
                if is_held := await self.held.is_line_held(job_id):
                    await self.pause(_LOOK_EVERY_S / 2)
                job = await self.held.take(job_id, self.clock())
        except BaseException:
            self._mine.discard(job_id)
            raise
        if job is None:
            self._mine.discard(job_id)
            return None
        self._take(job)
        self._written.add(job_id)
        return self._opened(job)

    def _sealed(self, job: Job) -> Job:
        """Seal what lets others answer, and a typed code; in a process alone the code stays in memory."""
        token, request = self.sealer.seal(job.asked.token, job.job_id), job.request
        typed = request.typed if isinstance(request, AccountRequest) and not self.engine.performs_here else ""
        entered = self.sealer.seal(typed, job.job_id) if typed else None
        return replace(job, asked=replace(job.asked, token=token), entered=entered)

    def _opened(self, job: Job) -> Job:
        token = self.sealer.open(job.asked.token, job.job_id) or ""
        opened = replace(job, asked=replace(job.asked, token=token), entered=None)
        if job.entered is None or not isinstance(job.request, AccountRequest):
            return opened
        typed = self.sealer.open(job.entered, job.job_id) or ""
        return replace(opened, request=replace(job.request, typed=typed))

    async def work(self, perform: Perform) -> None:
        """Do what comes, and what others have left; ends where the queue is lost, or has no more to say."""
        await self.engine.work(perform)

    async def watch(self, end: Callable[[int], None]) -> None:
        """Keep hold of what this process does, end what is to end, and find what is left: for ever."""
        renewed = swept = self.monotonic()
        while True:
            await self.pause(SWEEP_EVERY_S if self.is_alone else _LOOK_EVERY_S)
            looked = self.monotonic()
            try:
                if self._written and not self.is_alone:
                    for job_id in await self.held.to_end(frozenset(self._written)):
                        end(job_id)
                    if looked - renewed > RENEWED_EVERY_S:
                        await self.held.renew(self._written, self.clock())
                        renewed = looked
                if looked - swept >= SWEEP_EVERY_S:
                    swept = looked
                    await self.engine.sweep()
            except StorageError as error:
                _log.warning("what other processes did could not be looked at: %s", error)
            except Exception:  # noqa: BLE001  (whoever stops watching loses what it holds)
                _log.exception("what other processes did could not be looked at")

    @asynccontextmanager
    async def slot(self, job: Job, on_position: OnPosition) -> AsyncIterator[None]:
        """Wait until the work may run, and hold its place inside the block.

        Raises
        ------
        ShuttingDownError
            The bot stops first; the next start goes on.
        InterruptedTooOftenError
            It was begun too often already.
        """
        async with nullcontext() if job.kind.is_light else self.slots.slot(on_position):
            if job.attempts >= _MAX_ATTEMPTS:
                raise InterruptedTooOftenError(job.attempts)
            await self.store.begin(job)
            with on_behalf_of(job.job_id):
                yield

    async def keep_content(self, job: Job, content: bytes) -> None:
        """Keep the file of a job, so that it can be read again after Discord has dropped it."""
        await self.store.keep_content(job.job_id, content)

    async def claim(self, job: Job) -> bool:
        """Become the one who answers. Work that was claimed before the process ended is claimed again."""
        return job.status is JobStatus.POSTING or await self.store.claim(job.job_id)

    async def stop(
        self, job_id: int, user_id: int, *, can_stop: Callable[[JobKind], bool] = lambda _kind: True
    ) -> tuple[Job, bool]:
        """Have work ended that this process does not do; returns it, and whether it is over already.

        Else whoever does it ends it, and says so.

        Raises
        ------
        NothingRunsError
            There is no such work.
        NotYourReportError
            It is somebody else's.
        CannotStopError
            It changes something outside.
        """
        if not self.is_alone:
            await self._let_line_be_said(job_id)
        found = await self.held.load(job_id, self.clock())
        if found is None:
            raise NothingRunsError
        job, is_held = found
        if job.asked.owner_id != user_id:
            raise NotYourReportError(job.asked.owner_id)
        if not can_stop(job.kind):
            raise CannotStopError(job.kind)
        await self.held.ask_to_end(job_id)
        if is_held or not await self.store.claim(job_id):
            return job, False
        await self.finish(job)
        return job, True

    async def _let_line_be_said(self, job_id: int) -> None:
        """Wait for whoever says the place of some work: it belongs to nobody, and nobody would end it."""
        for _ in range(_LINE_LOOKS):
            if not await self.held.is_line_held(job_id):
                return
            await self.pause(_LOOK_EVERY_S / 2)

    async def withdraw(self, owner_id: int) -> None:
        """Take what waits for a person out of the engine, before their rows are erased."""
        if not self.engine.performs_here and (waiting := await self.store.ids_of(owner_id)):
            await self.engine.withdraw(waiting)

    async def set_aside(self, job: Job) -> None:
        """Keep an answer that reached nobody for the person's next command."""
        await self.store.set_aside(job.job_id)
        self.let_go(job)

    async def set_aside_of(self, owner_id: int) -> tuple[Job, ...]:
        """List what waits for a person's next command; its own token is gone."""
        return await self.store.set_aside_of(owner_id)

    async def take_up(self, job: Job) -> bool:
        """Become the one who gives what was set aside."""
        return await self.store.take_up(job.job_id)

    async def finish(self, job: Job) -> None:
        """Forget the work: it is answered."""
        await self.store.finish(job.job_id)
        self.end(job)

    def let_go(self, job: Job) -> None:
        """Let the person ask for something else, without calling the work done."""
        if self._busy.get(job.asked.owner_id) == job.job_id:
            del self._busy[job.asked.owner_id]

    def end(self, job: Job) -> None:
        """Have no more to do with some work; where it is not finished, another one goes on."""
        self.let_go(job)
        self._mine.discard(job.job_id)
        self._written.discard(job.job_id)

    async def hand_back(self, job: Job) -> None:
        """Let another process go on with some work at once."""
        self.end(job)
        if not self.is_alone:
            await self.held.let_go(job.job_id)

    def close(self) -> None:
        """Begin nothing any more; what has its slot goes on."""
        self.slots.close()
        self.engine.close()

    def _take(self, job: Job) -> None:
        self._mine.add(job.job_id)
        # Work that is being answered, or was when its process died, keeps nobody from asking, as in the rows.
        if not job.kind.is_light and job.status is not JobStatus.POSTING:
            self._busy.setdefault(job.asked.owner_id, job.job_id)

    async def purge(self) -> int:
        """Drop the traces of answered work, and answers that nobody came for; returns how many there were."""
        now = self.clock()
        return await self.store.purge(now - _TRACES_KEPT_FOR, now - SET_ASIDE_FOR)
