"""Keep accepted work until it is answered: a row per request, empty as soon as it is done."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Update, delete, select, update

from services.domain.jobs import Asked, Job, JobKind, JobStatus
from services.storage.database import Database
from services.storage.schema import jobs
from services.storage.upserts import insert_new

_EMPTY = dict.fromkeys(
    (
        "owner_id", "private", "application_id", "guild_id", "channel_id", "message_id", "token",
        "arguments", "content", "result_id",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Arrival:
    """New work on its way into the table."""

    row: Mapping[str, Any]
    is_new: asyncio.Future[bool]


class JobStore:
    """Accepted work by interaction id. Tokens come in sealed and go out sealed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._arrivals: list[_Arrival] = []
        self._letting_in: asyncio.Task[None] | None = None

    async def accept(self, job: Job) -> bool:
        """Keep new work; False if this interaction was accepted before. A killed process does not lose it.

        Those who come while a transaction runs share the next one: Discord waits three seconds for
        each of them, also when hundreds ask at the same moment.
        """
        arrival = _Arrival(_row(job), asyncio.get_running_loop().create_future())
        self._arrivals.append(arrival)
        if self._letting_in is None or self._letting_in.done():
            self._letting_in = asyncio.create_task(self._let_in())
        return await arrival.is_new

    async def _let_in(self) -> None:
        while self._arrivals:
            batch, self._arrivals = self._arrivals, []
            try:
                async with self._database.transaction(durable=False) as connection:
                    fresh = await insert_new(connection, jobs, [each.row for each in batch])
            except BaseException as error:  # noqa: BLE001  (each of those who wait gets it)
                for each in batch:
                    if not each.is_new.done():
                        each.is_new.set_exception(error)
                continue
            for each, is_new in zip(batch, fresh, strict=True):
                if not each.is_new.done():
                    each.is_new.set_result(is_new)

    async def begin(self, job: Job) -> None:
        """Note that the work runs, how often it was begun, and where its progress is shown."""
        status = JobStatus.POSTING if job.status is JobStatus.POSTING else JobStatus.RUNNING
        await self._change(
            update(jobs)
            .where(jobs.c.job_id == job.job_id, jobs.c.status != JobStatus.DONE.value)
            .values(status=status.value, attempts=jobs.c.attempts + 1, message_id=job.message_id)
        )

    async def keep_content(self, job_id: int, content: bytes) -> None:
        """Keep the fetched file, whose address at Discord expires."""
        await self._change(
            update(jobs)
            .where(jobs.c.job_id == job_id, jobs.c.status != JobStatus.DONE.value)
            .values(content=content)
        )

    async def claim(self, job_id: int) -> bool:
        """Become the one who answers; True for exactly one caller."""
        open_ones = (JobStatus.QUEUED.value, JobStatus.RUNNING.value)
        claimed = await self._change(
            update(jobs)
            .where(jobs.c.job_id == job_id, jobs.c.status.in_(open_ones))
            .values(status=JobStatus.POSTING.value)
        )
        return claimed == 1

    async def finish(self, job_id: int) -> None:
        """Note that the answer is given, and forget everything about the person and the work."""
        await self._change(
            update(jobs).where(jobs.c.job_id == job_id).values(status=JobStatus.DONE.value, **_EMPTY)
        )

    async def unfinished(self) -> tuple[Job, ...]:
        """Load everything that is not done, the oldest first; what only a newer version can do stays."""
        query = (
            select(jobs)
            .where(jobs.c.status != JobStatus.DONE.value, jobs.c.kind.in_([kind.value for kind in JobKind]))
            .order_by(jobs.c.created_at, jobs.c.job_id)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(map(_job, rows))

    async def delete_of(self, owner_id: int) -> int:
        """Drop a person's work that is not done and return how much there was."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(delete(jobs).where(jobs.c.owner_id == owner_id))
        return gone.rowcount

    async def purge(self, older_than: datetime) -> int:
        """Drop the traces of work that was done before a moment and return how many there were."""
        async with self._database.transaction(durable=False) as connection:
            gone = await connection.execute(
                delete(jobs).where(jobs.c.status == JobStatus.DONE.value, jobs.c.created_at < older_than)
            )
        return gone.rowcount

    async def _change(self, change: Update) -> int:
        # Safe from a killed process, not from a power failure: then a step is repeated, which is harmless.
        async with self._database.transaction(durable=False) as connection:
            return (await connection.execute(change)).rowcount


def _row(job: Job) -> dict[str, Any]:
    asked = job.asked
    return {
        "job_id": job.job_id,
        "kind": job.kind.value,
        "status": job.status.value,
        "attempts": job.attempts,
        "created_at": asked.at,
        "owner_id": asked.owner_id,
        "private": asked.private,
        "application_id": asked.application_id,
        "guild_id": asked.guild_id,
        "channel_id": asked.channel_id,
        "message_id": job.message_id,
        "token": asked.token,
        "arguments": json.dumps(dict(job.arguments)),
        "content": job.content,
        "result_id": job.result_id,
    }


def _job(row: Row[Any]) -> Job:
    return Job(
        asked=Asked(
            interaction_id=row.job_id,
            application_id=row.application_id,
            token=row.token,
            owner_id=row.owner_id,
            guild_id=row.guild_id,
            channel_id=row.channel_id,
            private=row.private,
            at=row.created_at,
        ),
        kind=JobKind(row.kind),
        arguments=json.loads(row.arguments),
        result_id=row.result_id,
        content=row.content,
        status=JobStatus(row.status),
        attempts=row.attempts,
        message_id=row.message_id,
    )
