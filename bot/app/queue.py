"""Open the queue behind accepted work: embedded in one process, or shared by many."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from bot.config import Settings
from bot.lifetime import DRAIN_S
from services.jobs.engine import EmbeddedQueue, QueueEngine, Slots
from services.jobs.queue import JobQueue
from services.jobs.sealing import TokenSealer, derive_key
from services.storage.database import Database
from services.storage.held_jobs import HeldJobs
from services.storage.jobs import JobStore

_AT_ONCE_PER_WORKER, _FEWEST_AT_ONCE = 2, 4
"""More at once than there are workers: while one waits for a service, another one computes. Not many
more: in the queue a person can wait for long, before a worker only as long as the work's deadline."""
_LOCKS = b"tastemap queue locks 1"


@asynccontextmanager
async def open_queue(
    settings: Settings,
    database: Database,
    clock: Callable[[], datetime],
    every_hour: Callable[[], Awaitable[object]],
) -> AsyncIterator[JobQueue]:
    """Open what brings accepted work to this process, or from it to others.

    Parameters
    ----------
    every_hour
        What one process of all does again and again, where there are several.
    """
    held = HeldJobs(database, holder=secrets.token_hex(8))
    slots = max(_FEWEST_AT_ONCE, _AT_ONCE_PER_WORKER * settings.workers)
    token = settings.discord_token_text

    def queue(engine: QueueEngine) -> JobQueue:
        return JobQueue(
            store=JobStore(database),
            held=held,
            engine=engine,
            sealer=TokenSealer(token),
            slots=Slots(slots),
            clock=clock,
        )

    if not settings.role.is_one_of_many:
        yield queue(EmbeddedQueue(held=held, clock=clock))
        return
    # The single machine has no need of it, and does not install it.
    from services.jobs.procrastinate import ProcrastinateQueue  # noqa: PLC0415

    async with ProcrastinateQueue.open(
        database.address,
        held=held,
        clock=clock,
        key=derive_key(token, _LOCKS),
        concurrency=slots,
        drain_s=DRAIN_S,
        every_hour=every_hour,
    ) as shared:
        yield queue(shared)
