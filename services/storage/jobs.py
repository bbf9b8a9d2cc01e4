"""Store accepted work until it is answered: a row per request, emptied as soon as it is done."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Delete, Row, Update, delete, false, func, select, update

from services.domain.errors.jobs import AlreadyRunningError
from services.domain.errors.storage import StorageError
from services.domain.jobs import Asked, Job, JobStatus, request_from_row
from services.domain.requests import JobKind
from services.storage.database import Database, Store, on_behalf_of
from services.storage.schema.people import jobs
from services.storage.upserts import insert_new, record_of, row_of

_EMPTY = dict.fromkeys(
    (
        "owner_id", "private", "application_id", "guild_id", "channel_id", "message_id", "token",
        "arguments", "content", "result_id", "entered", "holder", "lease_until",
    )
)  # fmt: skip

UNCLAIMED = (JobStatus.QUEUED.value, JobStatus.RUNNING.value)
"""Nobody has begun to answer."""

OPEN = (*UNCLAIMED, JobStatus.POSTING.value)
"""Somebody works on it, or will."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Arrival:
    """New work on its way into the table."""

    row: Mapping[str, Any]
    is_new: asyncio.Future[bool]


class JobStore(Store):
    """Accepted work by interaction id. Tokens come in sealed and go out sealed."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._arrivals: list[_Arrival] = []
        self._letting_in: asyncio.Task[None] | None = None

    async def accept(self, job: Job, *, holder: str | None = None, until: datetime | None = None) -> bool:
        """Keep new work; False if this interaction was accepted before. A killed process does not lose it.

        A `holder` works on it from the start, until a moment unless it says again that it lives.

        Those who come while a transaction runs share the next one: Discord waits three seconds for
        each of them, also when hundreds ask at the same moment.

        Raises
        ------
        AlreadyRunningError
            The person has heavy work that nobody has begun to answer, in this process or another.
        """
        row = {**_row(job), "holder": holder, "lease_until": until}
        arrival = _Arrival(row, asyncio.get_running_loop().create_future())
        self._arrivals.append(arrival)
        if self._letting_in is None or self._letting_in.done():
            self._letting_in = asyncio.create_task(self._let_in())
        return await arrival.is_new

    async def _let_in(self) -> None:
        while self._arrivals:
            batch, self._arrivals = [each for each in self._arrivals if not each.is_new.done()], []
            durable, single = self._database.beyond_a_crash, len(batch) == 1
            try:
                async with self._database.transaction(durable=durable, single=single) as connection:
                    fresh = await insert_new(connection, jobs, [each.row for each in batch])
                outcomes = [
                    is_new or await self._why_not(each.row) for each, is_new in zip(batch, fresh, strict=True)
                ]
            except BaseException as error:  # noqa: BLE001  (each of those who wait gets it)
                for each in batch:
                    if not each.is_new.done():
                        each.is_new.set_exception(error)
                continue
            for each, outcome in zip(batch, outcomes, strict=True):
                if isinstance(outcome, AlreadyRunningError):
                    if not each.is_new.done():
                        each.is_new.set_exception(outcome)
                elif not each.is_new.done():
                    each.is_new.set_result(outcome)
                elif outcome:
                    await self._forget_withdrawn(int(each.row["job_id"]))

    async def _forget_withdrawn(self, job_id: int) -> None:
        """Finish work whose person was told, while its row was on the way, that it can't be accepted."""
        try:
            await self.finish(job_id)
        except StorageError as error:
            _log.warning("a withdrawn request stays until the next start: %s", error)

    async def note_message(self, job_id: int, message_id: int) -> bool:
        """Note which message was promised to become the answer; False where the work was erased."""
        noted = update(jobs).where(jobs.c.job_id == job_id).values(message_id=message_id)
        return await self._change(noted, durable=False) == 1

    async def knows(self, job_id: int) -> bool:
        """Whether there is a trace of some work: else it was erased with its person."""
        return await self._value(select(jobs.c.job_id).where(jobs.c.job_id == job_id)) is not None

    async def begin(self, job: Job) -> None:
        """Note that the work runs, how often it was begun, and where its progress is shown."""
        status = JobStatus.POSTING if job.status is JobStatus.POSTING else JobStatus.RUNNING
        await self._change(
            update(jobs)
            .where(jobs.c.job_id == job.job_id, jobs.c.status != JobStatus.DONE.value)
            .values(
                status=status.value,
                attempts=jobs.c.attempts + 1,
                message_id=func.coalesce(job.message_id, jobs.c.message_id),
            ),
            durable=False,
        )

    async def keep_content(self, job_id: int, content: bytes) -> None:
        """Keep the fetched file, whose address at Discord expires."""
        await self._change(
            update(jobs)
            .where(jobs.c.job_id == job_id, jobs.c.status != JobStatus.DONE.value)
            .values(content=content),
            durable=False,
        )

    async def claim(self, job_id: int) -> bool:
        """Become the one who answers; True for exactly one caller."""
        claimed = await self._change_for_good(
            update(jobs)
            .where(jobs.c.job_id == job_id, jobs.c.status.in_(UNCLAIMED))
            .values(status=JobStatus.POSTING.value)
        )
        return claimed == 1

    async def set_aside(self, job_id: int) -> None:
        """Note that an answer reached nobody; the dead token and the file go."""
        await self._change_for_good(
            update(jobs)
            .where(jobs.c.job_id == job_id, jobs.c.status != JobStatus.DONE.value)
            .values(status=JobStatus.UNDELIVERED.value, token="", content=None)
        )

    async def set_aside_of(self, owner_id: int) -> tuple[Job, ...]:
        """Load what waits for a person, the oldest first."""
        query = (
            select(jobs)
            .where(jobs.c.owner_id == owner_id, jobs.c.status == JobStatus.UNDELIVERED.value)
            .order_by(jobs.c.created_at, jobs.c.job_id)
        )
        return read_jobs(await self._rows(query))

    async def ids_of(self, owner_id: int) -> tuple[int, ...]:
        """List what is stored of a person's requests."""
        query = select(jobs.c.job_id).where(jobs.c.owner_id == owner_id)
        return tuple(row.job_id for row in await self._rows(query))

    async def take_up(self, job_id: int) -> bool:
        """Become the one who gives what was set aside; True for exactly one caller."""
        taken = await self._change_for_good(
            update(jobs)
            .where(jobs.c.job_id == job_id, jobs.c.status == JobStatus.UNDELIVERED.value)
            .values(status=JobStatus.POSTING.value)
        )
        return taken == 1

    async def finish(self, job_id: int) -> None:
        """Note that the answer is given, and forget everything about the person and the work."""
        await self._change_for_good(
            update(jobs).where(jobs.c.job_id == job_id).values(status=JobStatus.DONE.value, **_EMPTY)
        )

    async def purge(self, older_than: datetime, set_aside_before: datetime | None = None) -> int:
        """Drop the traces of work that was asked for before a moment and is over; returns how many.

        What was set aside may have another age. So has what nobody did: only another version could read it.
        """
        is_done = jobs.c.status == JobStatus.DONE.value
        is_set_aside = jobs.c.status == JobStatus.UNDELIVERED.value
        return await self._change(
            delete(jobs).where(
                (is_done & (jobs.c.created_at < older_than))
                | (is_set_aside & (jobs.c.created_at < (set_aside_before or older_than)))
                | (~is_done & (jobs.c.created_at < set_aside_before) if set_aside_before else false())
            ),
            durable=False,
        )

    async def _change_for_good(self, change: Update) -> int:
        # A power failure lets a step be repeated, which is harmless.
        return await self._change(change, durable=self._database.beyond_a_crash)

    async def _change(self, statement: Update | Delete, *, durable: bool = True) -> int:
        """Execute a statement that names work: where its person was erased it finds no row, without a look.

        Raises
        ------
        ForgottenError
            It is done on behalf of work that is erased.
        """
        with on_behalf_of(None):
            changed = await super()._change(statement, durable=durable)
        if not changed:
            await self._database.require_job()
        return changed

    async def _why_not(self, row: Mapping[str, Any]) -> bool | AlreadyRunningError:
        """Say why work was not let in: False for what came before, else what its person waits for."""
        job_id, owner_id = row["job_id"], row["owner_id"]
        if await self.knows(job_id):
            return False
        is_open = jobs.c.status.in_(UNCLAIMED)
        running = select(jobs.c.job_id).where(jobs.c.owner_id == owner_id, jobs.c.heavy, is_open)
        return AlreadyRunningError(await self._value(running) or job_id)


def _row(job: Job) -> dict[str, Any]:
    asked = row_of(job.asked, without={"interaction_id", "at"}, job_id=job.job_id, created_at=job.asked.at)
    return row_of(
        job,
        without={"asked", "request", "is_to_end"},
        **asked,
        kind=job.kind.value,
        arguments=json.dumps(job.request.to_row()),
        heavy=not job.kind.is_light,
    )


def read_jobs(rows: Iterable[Row[Any]]) -> tuple[Job, ...]:
    """Read rows; what only another version can read stays for it."""
    found = []
    for row in rows:
        try:
            found.append(_job(row))
        except (KeyError, TypeError, ValueError) as error:
            _log.warning("accepted work that this version can't read waits for another one: %r", error)
    return tuple(found)


def _job(row: Row[Any]) -> Job:
    return record_of(
        Job,
        row,
        asked=record_of(Asked, row, interaction_id=row.job_id, at=row.created_at),
        request=request_from_row(JobKind(row.kind), json.loads(row.arguments)),
        status=JobStatus(row.status),
        is_to_end=row.cancel_requested,
    )
