"""Run one process that can be held at whatever a job waits for: `python -m tests.process.holding URL`.

Before each of these awaits it asks the loopback Discord at `/awaits/<job>/<what>`, which answers once the
test lets it: a statement or a transaction, work in a pool, an entry of the queue. What is asked of Discord
itself can be held there.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any

import aiohttp
from procrastinate import PsycopgConnector
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks import loopback_bot
from services.compute import ComputePool
from services.domain.jobs import Job
from services.jobs.queue import JobQueue

AWAITS = "/awaits/"
_AWAITED: tuple[tuple[type, tuple[str, ...]], ...] = (
    (AsyncConnection, ("start", "execute", "close")),
    (PsycopgConnector, ("execute_query_async", "execute_query_one_async", "execute_query_all_async")),
    (ComputePool, ("run",)),
)

_job: ContextVar[int | None] = ContextVar("job that this is done for", default=None)


def hold_at_awaits(url: str) -> None:
    """Ask before each await of a job, from the moment on at which it is put into the queue."""
    for owner, names in _AWAITED:
        for name in names:
            setattr(owner, name, _asking(url, f"{owner.__name__}.{name}", getattr(owner, name)))
    put, work = JobQueue.put, JobQueue.work

    async def put_as_itself(queue: JobQueue, job: Job) -> bool:
        _job.set(job.job_id)
        return await put(queue, job)

    async def work_as_itself(queue: JobQueue, perform: Callable[[int], Awaitable[None]]) -> None:
        async def perform_as_itself(job_id: int) -> None:
            _job.set(job_id)
            await perform(job_id)

        await work(queue, perform_as_itself)

    JobQueue.put, JobQueue.work = put_as_itself, work_as_itself  # type: ignore[method-assign]


def _asking(url: str, what: str, wait: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(wait)
    async def asking(*arguments: Any, **named: Any) -> Any:
        if (job_id := _job.get()) is not None:
            async with aiohttp.ClientSession() as session, session.post(f"{url}{AWAITS}{job_id}/{what}"):
                pass
        return await wait(*arguments, **named)

    return asking


if __name__ == "__main__":
    hold_at_awaits(sys.argv[1])
    sys.exit(asyncio.run(loopback_bot.main(sys.argv[1])))
