"""Processes that share accepted work: each has a queue of its own on one database."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from services.domain.inputs import LatestMap
from services.domain.jobs import Asked, Job, Request
from services.domain.requests import AnalyzeRequest
from services.jobs.engine import EmbeddedQueue, QueueEngine, Slots
from services.jobs.queue import JobQueue
from services.sealing import TokenSealer
from services.storage.database import Database
from services.storage.held_jobs import HeldJobs
from services.storage.jobs import JobStore

_numbers = itertools.count(1)


def queue_of(
    database: Database,
    *,
    engine: QueueEngine | None = None,
    holder: str = "",
    slots: int = 4,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    **lease: Any,
) -> JobQueue:
    """Build what one process has of the queue."""
    held = HeldJobs(database, holder=holder or f"process {next(_numbers)}", **lease)
    return JobQueue(
        store=JobStore(database),
        held=held,
        engine=engine or EmbeddedQueue(held=held, clock=clock),
        sealer=TokenSealer("the bot's token"),
        slots=Slots(slots),
        clock=clock,
        monotonic=_hasty,
        pause=lambda _seconds: asyncio.sleep(0.02),
    )


def _hasty() -> float:
    """Tell the time a hundred times as fast, so that whatever is due every few seconds is due now."""
    return 100.0 * time.monotonic()


def asked(job_id: int, owner_id: int = 1, **changes: Any) -> Asked:
    """Describe a request of somebody."""
    values = {
        "interaction_id": job_id, "application_id": 7, "token": "token", "owner_id": owner_id,
        "guild_id": None, "channel_id": 9, "private": True, "at": datetime.now(UTC), **changes,
    }  # fmt: skip
    return Asked(**values)


MAP: Request = AnalyzeRequest(LatestMap())


@dataclass(slots=True)
class Process:
    """One process that accepts and performs; killed by cancelling it, without a word to anybody."""

    queue: JobQueue
    performed: list[int] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    _working: list[asyncio.Task[None]] = field(default_factory=list)

    async def accept(self, job_id: int, owner_id: int = 1, request: Request = MAP) -> Job:
        """Accept work and put it; what is performed here goes on in the background."""
        job = await self.queue.accept(asked(job_id, owner_id), request)
        assert job is not None
        if await self.queue.put(job):
            self.tasks[job_id] = asyncio.create_task(self._do(job))
        return job

    def start(self) -> None:
        """Do what comes."""
        self._working = [
            asyncio.create_task(self.queue.work(self.take_up)),
            asyncio.create_task(self.queue.watch(self.end)),
        ]

    async def kill(self) -> None:
        """End without letting go of anything."""
        ending = [*self._working, *self.tasks.values()]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    def end(self, job_id: int) -> None:
        """Stop what is under way."""
        if job_id in self.tasks:
            self.tasks[job_id].cancel()

    async def take_up(self, job_id: int) -> None:
        """Do work of an id."""
        job = await self.queue.take(job_id)
        if job is not None:
            self.tasks[job_id] = asyncio.create_task(self._do(job))
            await asyncio.wait({self.tasks[job_id]})

    async def _do(self, job: Job) -> None:
        async with self.queue.slot(job, _hear):
            self.performed.append(job.job_id)
            self.begun.set()
            await self.may_end.wait()
            if not await self.queue.claim(job):
                return
        self.answered.append(job.job_id)
        await self.queue.finish(job)


async def _hear(_position: int) -> None:
    return


async def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
