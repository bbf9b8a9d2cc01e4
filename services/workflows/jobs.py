"""Accept work, let it wait for its turn, and go on with it after any end of the process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.domain.errors.jobs import AlreadyRunningError, InterruptedTooOftenError, QueueFullError
from services.domain.jobs import Asked, Job, JobKind, JobStatus
from services.jobs.box import TokenBox
from services.jobs.line import Line, OnPosition
from services.storage.jobs import JobStore
from services.workflows.reports import new_report_id

WAITING_LIMIT = 300
"""At three analyses a second the last one waits less than two minutes; nobody should wait for longer."""

_MAX_ATTEMPTS = 5
_TRACES_KEPT_FOR = timedelta(days=1)
"""Discord never sends an interaction again after so long."""


@dataclass(slots=True, kw_only=True)
class JobsWorkflow:
    """Rows first, then work: what was accepted is finished, by this process or the next."""

    store: JobStore
    box: TokenBox
    line: Line
    clock: Callable[[], datetime]
    _busy: dict[int, int] = field(default_factory=dict)
    """Which job each person waits for."""
    _light: set[int] = field(default_factory=set)
    """Light jobs that this process has, beside those."""

    @property
    def waiting(self) -> int:
        """How many pieces of work wait for their turn."""
        return self.line.waiting

    @property
    def longest_wait_s(self) -> float:
        """How long the next in line has waited."""
        return self.line.longest_wait_s

    @property
    def unfinished(self) -> int:
        """How many pieces of work are accepted and not answered in this process."""
        return len(self._busy) + len(self._light)

    async def accept(
        self, asked: Asked, kind: JobKind, arguments: Mapping[str, str], content: bytes | None = None
    ) -> Job | None:
        """Write work down before anybody is promised anything; None if this very request was before.

        Raises
        ------
        AlreadyRunningError
            The person has work that is not finished.
        QueueFullError
            Too many wait.
        """
        job = Job(asked=asked, kind=kind, arguments=arguments, result_id=new_report_id(), content=content)
        if self._has(job):
            return None
        if not kind.is_light:
            if (running := self._busy.get(asked.owner_id)) is not None:
                raise AlreadyRunningError(running)
            if self.line.waiting >= WAITING_LIMIT:
                raise QueueFullError(self.line.waiting)
        self._take(job)
        try:
            sealed = replace(asked, token=self.box.seal(asked.token, job.job_id))
            is_new = await self.store.accept(replace(job, asked=sealed))
        except BaseException:
            self.let_go(job)
            raise
        if not is_new:
            self.let_go(job)
        return job if is_new else None

    @asynccontextmanager
    async def turn(self, job: Job, on_position: OnPosition) -> AsyncIterator[None]:
        """Wait until the work may run, and hold its place inside the block.

        Raises
        ------
        ShuttingDownError
            The bot stops first; the next start goes on.
        InterruptedTooOftenError
            It was begun too often already.
        """
        async with nullcontext() if job.kind.is_light else self.line.turn(on_position):
            if job.attempts >= _MAX_ATTEMPTS:
                raise InterruptedTooOftenError(job.attempts)
            await self.store.begin(job)
            yield

    async def keep_content(self, job: Job, content: bytes) -> None:
        """Keep the file of a job, so that it can be read again after Discord has dropped it."""
        await self.store.keep_content(job.job_id, content)

    async def claim(self, job: Job) -> bool:
        """Become the one who answers. Work that was claimed before the process ended is claimed again."""
        return job.status is JobStatus.POSTING or await self.store.claim(job.job_id)

    async def finish(self, job: Job) -> None:
        """Forget the work: it is answered."""
        await self.store.finish(job.job_id)
        self.let_go(job)

    def let_go(self, job: Job) -> None:
        """Let the person ask for something else, without calling the work done."""
        self._light.discard(job.job_id)
        if self._busy.get(job.asked.owner_id) == job.job_id:
            del self._busy[job.asked.owner_id]

    def _has(self, job: Job) -> bool:
        return job.job_id in self._light or self._busy.get(job.asked.owner_id) == job.job_id

    def _take(self, job: Job) -> None:
        if job.kind.is_light:
            self._light.add(job.job_id)
        else:
            self._busy.setdefault(job.asked.owner_id, job.job_id)

    async def take_over(self) -> tuple[Job, ...]:
        """Load what an earlier process left, with opened tokens; each is this process's to finish."""
        taken = []
        for job in await self.store.unfinished():
            if self._has(job):
                continue
            token = self.box.open(job.asked.token, job.job_id) or ""
            self._take(job)
            taken.append(replace(job, asked=replace(job.asked, token=token)))
        return tuple(taken)

    async def purge(self) -> int:
        """Drop the traces of answered work and return how many there were."""
        return await self.store.purge(self.clock() - _TRACES_KEPT_FOR)
