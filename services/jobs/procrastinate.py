"""Bring accepted work to other processes: Procrastinate on the PostgreSQL that holds the rows.

It holds ids alone. Tokens, files and names stay in our rows, so that erasing stays ours; a person is a keyed
hash there, and only where they must not do two things at once.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import procrastinate
import psycopg
from procrastinate import exceptions, jobs, worker
from procrastinate.job_context import JobContext

from services.domain.errors.storage import DatabaseUnreachableError, MigrationFailedError, StorageError
from services.domain.jobs import QueueEntry
from services.jobs.engine import FOUND_AFTER, Perform, QueueLostError
from services.storage.connections import Address
from services.storage.held_jobs import HeldJobs

SCHEMA = "queue"
"""Beside our own tables, whose names and rows it does not touch."""
_QUEUE, _TASK, _TIDY = "tastemap", "perform", "tidy"
_VERSION = "procrastinate 3.10"
"""Its tables and its code belong together."""
_SCHEMA_LOCK = 0x7A57E3AB
_HASTY = "-c synchronous_commit=off"
"""Nothing here waits for the server's disk: what a crash takes of the entries is put again from the rows."""

HEARTBEAT_S = 5.0
STALE_S = 35.0
"""Heartbeats rest while a worker drains, for 20 s; see procrastinate-org/procrastinate #1585."""
_SILENT_S = 15.0
"""A worker that said nothing for three heartbeats is not about to end what it has answered."""
_POLL_EVERY_S = 5.0
"""What waits is told at once; this is for what nobody could tell."""
_PROBE_EVERY_S, _PROBE_PATIENCE_S = 10.0, 5.0
_START_S = 60.0
"""Longest time until a new worker listens, on a machine that does other things too."""
_KEPT_H = 1
_LIGHT_PRIORITY, _HEAVY_PRIORITY = 10, 0

_log = logging.getLogger(__name__)


class _Worker(worker.Worker):
    """A worker that misses no notification, and notices a lost listener; a test guards the private names."""

    heard: asyncio.Event
    _news = 0

    async def _fetch_and_process_jobs(self) -> None:
        """Look once more where news came meanwhile: Procrastinate would forget it, and look in 5 s."""
        known = self._news
        await super()._fetch_and_process_jobs()  # type: ignore[no-untyped-call]
        if self._news != known:
            self._new_job_event.set()

    async def _process_job(self, context: JobContext) -> None:
        """Look once more after a person's work: what they asked for meanwhile waited for its end.

        Where the entry can't be ended, the worker ends: a lock of one that lives is never swept.
        """
        try:
            await super()._process_job(context)
        except exceptions.ConnectorException as error:
            _log.error("the entry of work that is over could not be ended: %s", type(error).__name__)
            self.stop()  # type: ignore[no-untyped-call]
            return
        if context.job.lock is not None:
            self._news += 1
            self._new_job_event.set()

    async def _handle_notification(self, *, channel: str, notification: Any) -> None:
        if notification["type"] == "probe":
            if notification["worker"] == self.worker_name:
                self.heard.set()
            return
        self._news += 1
        await super()._handle_notification(channel=channel, notification=notification)


@dataclass(slots=True, kw_only=True)
class ProcrastinateQueue:
    """The queue of many processes; `open` makes one."""

    app: procrastinate.App
    held: HeldJobs
    clock: Callable[[], datetime]
    key: bytes
    """Makes the names of persons' locks, so that no table of the queue says whose work it is."""
    concurrency: int
    drain_s: float
    every_hour: Callable[[], Awaitable[object]] | None = None
    """What one process of all does once an hour."""
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep
    stale_s: float = STALE_S
    heartbeat_s: float = HEARTBEAT_S
    poll_every_s: float = _POLL_EVERY_S
    probe_every_s: float = _PROBE_EVERY_S
    probe_patience_s: float = _PROBE_PATIENCE_S
    _worker: Any = field(default=None, init=False)
    """A `_Worker`, once there is one; its own methods have no types."""
    _perform: Perform | None = field(default=None, init=False)
    _closed: bool = field(default=False, init=False)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, address: Address, *, held: HeldJobs, clock: Callable[[], datetime], key: bytes, **settings: Any
    ) -> AsyncIterator[ProcrastinateQueue]:
        """Connect inside the block, and make the tables of the queue where there are none.

        Raises
        ------
        StorageError
        """
        conninfo = address.url.set(drivername="postgresql").render_as_string(hide_password=False)
        connector = procrastinate.PsycopgConnector(
            conninfo=conninfo,
            kwargs={"options": f"-c search_path={SCHEMA} {_HASTY}", "connect_timeout": 5},
            min_size=1,
            max_size=4,
            timeout=10,
            configure=_let_statements_be_transactions,
        )
        with _typed(address):
            await _make_tables(conninfo)
        app = procrastinate.App(connector=connector)
        queue = cls(app=app, held=held, clock=clock, key=key, **settings)
        queue._register()
        with _typed(address):
            await app.open_async()
        try:
            yield queue
        finally:
            await app.close_async()

    @property
    def performs_here(self) -> bool:
        """Whoever accepts work hands it on."""
        return False

    def _register(self) -> None:
        @self.app.task(name=_TASK, queue=_QUEUE)
        async def perform(job_id: int) -> None:
            if self._perform is not None:
                await self._perform(job_id)

        # Without a periodic task a worker does not notice that its listener has failed.
        @self.app.periodic(cron="17 * * * *")
        @self.app.task(name=_TIDY, queue=_QUEUE, queueing_lock=_TIDY)
        async def tidy(timestamp: int) -> None:  # noqa: ARG001
            await self.tidy()
            if self.every_hour is not None:
                await self.every_hour()

    async def put(self, entry: QueueEntry) -> None:
        """Let some worker do the work; an id that waits already is not put twice.

        Raises
        ------
        DatabaseUnreachableError
        """
        lock = None
        if entry.is_heavy:
            lock = hmac.new(self.key, str(entry.owner_id).encode(), hashlib.sha256).hexdigest()
        deferrer = self.app.configure_task(
            _TASK,
            queue=_QUEUE,
            lock=lock,
            queueing_lock=f"job:{entry.job_id}",
            priority=_HEAVY_PRIORITY if entry.is_heavy else _LIGHT_PRIORITY,
        )
        try:
            with _typed():
                await deferrer.defer_async(job_id=entry.job_id)
        except exceptions.AlreadyEnqueued:
            _log.debug("work is in the queue already")

    async def withdraw(self, job_ids: Collection[int]) -> None:
        """Drop what waits of these ids; who does one of them notices by its row."""
        for found in await self._entries("todo"):
            if found.task_kwargs.get("job_id") in job_ids and found.id is not None:
                with _typed():
                    await self.app.job_manager.cancel_job_by_id_async(found.id, delete_job=True)

    async def _entries(self, *statuses: str) -> list[jobs.Job]:
        with _typed():
            return [
                found
                for status in statuses
                for found in await self.app.job_manager.list_jobs_async(
                    queue=_QUEUE, task=_TASK, status=status
                )
            ]

    async def work(self, perform: Perform) -> None:
        """Do what comes until this is cancelled or closed.

        Raises
        ------
        QueueLostError
            The server was away, and this process would hear nothing of new work.
        """
        self._perform = perform
        self._worker = _Worker(
            self.app,
            queues=[_QUEUE],
            name=f"tastemap-{secrets.token_hex(4)}",
            concurrency=self.concurrency,
            fetch_job_polling_interval=self.poll_every_s,
            shutdown_graceful_timeout=self.drain_s,
            delete_jobs="always",
            install_signal_handlers=False,
            update_heartbeat_interval=self.heartbeat_s,
            stalled_worker_timeout=self.stale_s,
        )
        self._worker.heard = asyncio.Event()
        working = asyncio.create_task(self._worker.run(), name="queue worker")
        probing = asyncio.create_task(self._probe(self._worker))
        try:
            await asyncio.wait({working, probing}, return_when=asyncio.FIRST_COMPLETED)
            if not self._closed:
                _log.error("the queue is lost: this process ends, and a new one goes on")
                self._worker.stop()
            await asyncio.wait({working})
        finally:
            for task in (probing, working):
                task.cancel()
            await asyncio.gather(probing, working, return_exceptions=True)
        if not self._closed:
            raise QueueLostError

    def close(self) -> None:
        """Take up nothing any more; `work` ends once what runs is done or has been given its time."""
        self._closed = True
        if self._worker is not None:
            self._worker.stop()

    async def sweep(self) -> None:
        """Put back what dead workers had, and put what never came into the queue; each worker does that.

        Raises
        ------
        StorageError
        """
        await self._drop_what_is_over()
        with _typed():
            for left in await self._stalled(self.stale_s):
                try:
                    await self.app.job_manager.retry_job(left)
                except exceptions.UniqueViolation:
                    await self._end(left)  # the same work waits already
                _log.warning("work of a worker that is gone goes on")
        found = await self.held.free(self.clock(), older_than=FOUND_AFTER)
        if not found:
            return
        known = {entry.task_kwargs.get("job_id") for entry in await self._entries("todo", "doing")}
        for entry in found:
            if entry.job_id not in known:
                await self.put(entry)

    async def _stalled(self, silent_s: float, task: str | None = None) -> list[jobs.Job]:
        found = await self.app.job_manager.get_stalled_jobs(
            queue=_QUEUE, task_name=task, seconds_since_heartbeat=silent_s
        )
        return list(found)

    async def _drop_what_is_over(self) -> None:
        """End the entries of answered work whose worker died before it could, and with them the locks."""
        with _typed():
            stalled = await self._stalled(_SILENT_S, _TASK)
        silent = {int(str(each.task_kwargs["job_id"])): each for each in stalled}
        if silent:
            is_open = await self.held.open_among(silent)
            for job_id, entry in silent.items():
                if job_id not in is_open:
                    with _typed():
                        await self._end(entry)

    async def _end(self, entry: jobs.Job) -> None:
        if entry.id is not None:
            manager = self.app.job_manager
            await manager.finish_job_by_id_async(entry.id, jobs.Status.SUCCEEDED, delete_job=True)

    async def tidy(self) -> None:
        """Drop what is left of ended work: nothing of it is needed, whichever way it ended."""
        await self.app.job_manager.delete_old_jobs(
            nb_hours=_KEPT_H,
            queue=_QUEUE,
            include_failed=True,
            include_cancelled=True,
            include_aborted=True,
        )

    async def _probe(self, listening: _Worker) -> None:
        """Return once this worker hears nothing of what is said; a new one may take its time first."""
        said = json.dumps({"type": "probe", "worker": listening.worker_name})
        clock = asyncio.get_running_loop().time
        forgiven_until = clock() + _START_S
        while True:
            await self.pause(self.probe_every_s)
            listening.heard.clear()
            try:
                with _typed():
                    await self.app.connector.execute_query_async(
                        "SELECT pg_notify(%(channel)s, %(said)s)",
                        channel=f"procrastinate_queue_v1#{_QUEUE}",
                        said=said,
                    )
            except StorageError:
                continue  # nobody can say anything now
            try:
                async with asyncio.timeout(self.probe_patience_s):
                    await listening.heard.wait()
                forgiven_until = 0.0
            except TimeoutError:
                if clock() >= forgiven_until:
                    return


async def _let_statements_be_transactions(connection: psycopg.AsyncConnection[Any]) -> None:
    """Spare two of four ways to the server: Procrastinate never does two things in one transaction."""
    await connection.set_autocommit(True)


@contextmanager
def _typed(address: Address | None = None) -> Iterator[None]:
    """Raise the typed failure for a server that can't be reached."""
    try:
        yield
    except (exceptions.ConnectorException, psycopg.OperationalError, TimeoutError) as error:
        if isinstance(error, exceptions.AlreadyEnqueued | exceptions.UniqueViolation):
            raise
        where = str(address) if address else "the queue"
        raise DatabaseUnreachableError(database=where, problem=type(error).__name__) from error


async def _make_tables(conninfo: str) -> None:
    """Make the tables of the queue, unless they are there; processes that start together do it once."""
    connection = await psycopg.AsyncConnection.connect(conninfo, connect_timeout=5)
    async with connection:
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
        cursor = await connection.execute(
            "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", (SCHEMA,)
        )
        row = await cursor.fetchone()
        if row is not None and row[0] == _VERSION:
            return
        if row is not None:
            problem = f"schema {SCHEMA!r} holds {row[0] or 'something else'}, not {_VERSION}"
            raise MigrationFailedError(database="the queue", problem=problem, backup=None)
        await connection.execute(f"CREATE SCHEMA {SCHEMA}".encode())
        await connection.execute(f"SET LOCAL search_path TO {SCHEMA}".encode())
        await connection.execute(procrastinate.schema.SchemaManager.get_schema())
        await connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{_VERSION}'".encode())
        _log.info("made the tables of the queue (%s)", _VERSION)
