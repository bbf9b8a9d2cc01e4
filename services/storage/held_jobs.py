"""Know which process works on which accepted request, and which of them are to end.

On a server several processes share the work: whoever holds a request says again and again that it lives, and
what a dead one held is free as soon as its lease has ended. A file has one bot, so that nothing has to be
said there: whatever is open is that bot's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, literal, or_, select, true, update

from services.domain.jobs import Job, JobStatus, QueueEntry
from services.domain.requests import JobKind
from services.storage.database import Database, Store
from services.storage.jobs import OPEN, read_jobs
from services.storage.schema.base import Moment
from services.storage.schema.people import jobs

LEASE = timedelta(seconds=20)
RENEWED_EVERY_S = 5.0
"""A lease outlives three of these that fail."""

_LINE, _LINE_LEASE = "line", timedelta(seconds=4)
"""In place of a process: whoever accepted a request says its place in line, and nobody begins it yet."""

_OURS = tuple(kind.value for kind in JobKind)
"""What only a newer version can do stays for it."""


class HeldJobs(Store):
    """The leases of one process on rows of `jobs`."""

    def __init__(self, database: Database, *, holder: str, lease: timedelta = LEASE) -> None:
        super().__init__(database)
        self.holder = holder
        self.lease = lease
        self.is_alone = database.is_file
        """Whether no other process can have the same work."""

    async def take(self, job_id: int, now: datetime) -> Job | None:
        """Become the one that works on a request; None where another one does, or it is over."""
        mine = jobs.c.job_id == job_id, jobs.c.status.in_(OPEN), jobs.c.kind.in_(_OURS)
        if self.is_alone:
            return next(iter(read_jobs(await self._rows(select(jobs).where(*mine)))), None)
        lease = {"holder": self.holder, "lease_until": self._moment(now, self.lease)}
        taking = update(jobs).where(*mine, self._is_free(now)).values(lease).returning(jobs)
        async with self._database.transaction(single=True) as connection:
            rows = (await connection.execute(taking)).all()
        return next(iter(read_jobs(rows)), None)

    async def free(self, now: datetime, *, older_than: timedelta = timedelta()) -> tuple[QueueEntry, ...]:
        """List the open requests that nobody works on, the oldest first."""
        query = (
            select(jobs.c.job_id, jobs.c.owner_id, jobs.c.heavy)
            .where(
                jobs.c.status.in_(OPEN),
                jobs.c.kind.in_(_OURS),
                self._is_free(now),
                jobs.c.created_at <= self._moment(now, -older_than),
            )
            .order_by(jobs.c.created_at, jobs.c.job_id)
        )
        return tuple(QueueEntry(row.job_id, row.owner_id, row.heavy) for row in await self._rows(query))

    async def open_among(self, job_ids: Collection[int]) -> frozenset[int]:
        """Say which of these requests are not answered yet."""
        query = select(jobs.c.job_id).where(jobs.c.job_id.in_(job_ids), jobs.c.status.in_(OPEN))
        return frozenset(row.job_id for row in await self._rows(query))

    async def renew(self, job_ids: Iterable[int], now: datetime) -> None:
        """Say that this process lives and works on these requests."""
        mine = jobs.c.job_id.in_(list(job_ids)), jobs.c.holder == self.holder
        await self._change(update(jobs).where(*mine).values(lease_until=self._moment(now, self.lease)))

    async def let_go(self, job_id: int) -> None:
        """Let others have a request at once."""
        mine = jobs.c.job_id == job_id, jobs.c.holder == self.holder
        await self._change(update(jobs).where(*mine).values(holder=None, lease_until=None))

    async def depth(self, now: datetime) -> tuple[int, float]:
        """Count the heavy requests that wait in all processes; and how many seconds the oldest has waited."""
        query = select(jobs.c.created_at).where(
            jobs.c.status == JobStatus.QUEUED.value,
            jobs.c.heavy,
            or_(jobs.c.holder.is_(None), jobs.c.holder == _LINE),
        )
        waiting = [row.created_at for row in await self._rows(query)]
        return len(waiting), max(0.0, (now - min(waiting)).total_seconds()) if waiting else 0.0

    async def place_of(self, job_id: int) -> int:
        """Count the heavy requests that wait, up to this one; 0 once it does not wait any more."""
        mine = select(jobs.c.created_at).where(jobs.c.job_id == job_id).scalar_subquery()
        query = select(jobs.c.job_id, (jobs.c.job_id == job_id).label("is_this")).where(
            jobs.c.status == JobStatus.QUEUED.value,
            jobs.c.heavy,
            or_(jobs.c.holder.is_(None), jobs.c.holder == _LINE),
            jobs.c.created_at <= mine,
        )
        rows = await self._rows(query)
        return len(rows) if any(row.is_this for row in rows) else 0

    async def hold_line(self, job_id: int, now: datetime) -> bool:
        """Keep a waiting request from being begun for a moment, so that its message can say its place."""
        waits = jobs.c.job_id == job_id, jobs.c.status == JobStatus.QUEUED.value, self._is_free(now)
        lease = {"holder": _LINE, "lease_until": self._moment(now, _LINE_LEASE)}
        return await self._change(update(jobs).where(*waits).values(lease)) == 1

    async def let_go_line(self, job_id: int) -> None:
        """Let it be begun."""
        held = jobs.c.job_id == job_id, jobs.c.holder == _LINE
        await self._change(update(jobs).where(*held).values(holder=None, lease_until=None))

    async def is_line_held(self, job_id: int) -> bool:
        """Whether somebody says its place at this moment."""
        return bool(await self._value(select(jobs.c.holder == _LINE).where(jobs.c.job_id == job_id)))

    async def ask_to_end(self, job_id: int) -> None:
        """Ask whoever works on a request, or will, to end it."""
        await self._change(update(jobs).where(jobs.c.job_id == job_id).values(cancel_requested=True))

    async def to_end(self, job_ids: Collection[int]) -> frozenset[int]:
        """Say which of these are to end: somebody asked for it, or their rows were erased."""
        query = select(jobs.c.job_id).where(jobs.c.job_id.in_(job_ids), jobs.c.cancel_requested.is_(False))
        return frozenset(job_ids) - {row.job_id for row in await self._rows(query)}

    async def load(self, job_id: int, now: datetime) -> tuple[Job, bool] | None:
        """Read an open request, and whether some process works on it."""
        query = select(jobs, (jobs.c.lease_until > self._moment(now)).label("is_held")).where(
            jobs.c.job_id == job_id, jobs.c.status.in_(OPEN), jobs.c.kind.in_(_OURS)
        )
        rows = await self._rows(query)
        found = read_jobs(rows)
        return (found[0], bool(rows[0].is_held)) if found else None

    def _is_free(self, now: datetime) -> ColumnElement[bool]:
        if self.is_alone:
            return true()
        return or_(
            jobs.c.lease_until.is_(None),
            jobs.c.lease_until <= self._moment(now),
            jobs.c.holder == self.holder,
        )

    def _moment(self, now: datetime, later: timedelta = timedelta()) -> ColumnElement[datetime]:
        """Tell the time: a server's own, so that the clocks of many machines need not agree."""
        if self.is_alone:
            return literal(now + later, Moment)
        return func.clock_timestamp(type_=Moment) + literal(later)
