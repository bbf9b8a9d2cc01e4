"""Manage the connections: one writer and several readers, opened and closed together.

SQLite: exactly one connection of this process ever writes. On a shared connection one task's commit
would commit another task's half-done work, and two writing connections can corrupt the file with
SQLite before 3.51.3. Readers have connections of their own that refuse to write. PostgreSQL: one
pool; reading transactions are read-only snapshots, so both databases answer alike. Stores share a base for
statements by themselves.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Row, Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.dml import Delete, Update

from services.domain.errors.jobs import ForgottenError
from services.domain.errors.storage import DatabaseReadOnlyError, DatabaseUnreachableError
from services.storage.connections import (
    BULK_CACHE_KIB,
    DURABLE,
    READERS,
    WRITER_CACHE_KIB,
    WRITER_WAIT_S,
    Address,
    open_all,
    parse_address,
    postgresql_pool,
    sqlite_readers,
    sqlite_writer,
)
from services.storage.failures import typed_failures
from services.storage.leases import Presence
from services.storage.migrate import claim
from services.storage.schema.music import pulse
from services.storage.schema.people import jobs
from services.storage.upserts import ROWS_PER_LOOKUP, in_lookups, upsert

_log = logging.getLogger(__name__)

_on_behalf: ContextVar[int | None] = ContextVar("job that writes", default=None)

_IS_HASTY = func.set_config("synchronous_commit", "off", True)
HASTY = _IS_HASTY == "off"
"""Among the conditions of a statement to a server: its commit does not wait for the server's disk."""


@contextmanager
def on_behalf_of(job_id: int | None) -> Iterator[None]:
    """Write only while the row of a job exists: each transaction inside the block looks for it first.

    So whoever was forgotten meanwhile leaves nothing behind, in whichever process the work runs.
    """
    before = _on_behalf.set(job_id)
    try:
        yield
    finally:
        _on_behalf.reset(before)


class Database:
    """The connections of one process to its database. Stores take it as their only dependency."""

    def __init__(self, address: Address, *, writer: AsyncEngine | None, readers: AsyncEngine) -> None:
        self._address = address
        self._name = str(address)
        self._engine = writer
        self._readers = readers
        self.is_file = address.is_sqlite
        """Whether this is a file rather than a server."""
        # On a file that would gain nothing; where nobody may write, only a transaction keeps them from it.
        alone = None if self.is_file else writer
        self._by_itself = alone and alone.execution_options(isolation_level="AUTOCOMMIT")
        """The connections of a server, where a statement is a transaction by itself."""
        self._presence: Presence | None = None
        self._writing: asyncio.Task[Any] | None = None
        self._in_use: set[asyncio.Task[Any]] = set()
        self._idle = asyncio.Event()
        self._is_closing = False

    @property
    def address(self) -> Address:
        """Which database this is; its text hides the password."""
        return self._address

    @property
    def beyond_a_crash(self) -> bool:
        """What `durable` is where a power failure may take the last rows, but no crash of any process.

        A file keeps what a killed process wrote; a server that crashes keeps what somebody waited for.
        """
        return not self.is_file

    @property
    def _writer(self) -> AsyncEngine:
        if self._engine is None:
            raise DatabaseReadOnlyError(problem="it was opened for reading alone")
        return self._engine

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        url: str,
        *,
        backups: Path | None = None,
        bulk: bool = False,
        read_only: bool = False,
        connections: int = READERS + 1,
    ) -> AsyncIterator[Database]:
        """Check the database, bring its tables up to date and keep it open inside the block.

        Parameters
        ----------
        url
            `sqlite:///path` or `postgresql://...`; the driver part may be left out.
        backups
            Folder for the copy made before a migration; None puts it beside an SQLite file.
        bulk
            Whether to spend 32 MB on writing hundreds of thousands of rows quickly.
        read_only
            Whether no connection that can write is opened, as beside a running bot. Tables that are
            old are brought up to date all the same, unless somebody uses them.
        connections
            How many are kept to a server; nearly twice as many in a rush.

        Raises
        ------
        StorageError
            One of its kinds (see `services.domain.errors.storage`), with every connection closed
            again: a failed start never keeps the interpreter from ending.
        """
        address = parse_address(url)
        async with AsyncExitStack() as stack:
            lease = await asyncio.to_thread(claim, address, backups=backups)
            stack.callback(lease.release)
            writer: AsyncEngine | None = None
            if not address.is_sqlite:
                writer = postgresql_pool(address, connections)
                stack.push_async_callback(writer.dispose)
                readers = writer.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            else:
                if not read_only:
                    writer = sqlite_writer(address, BULK_CACHE_KIB if bulk else WRITER_CACHE_KIB)
                    stack.push_async_callback(writer.dispose)
                readers = sqlite_readers(address)
                # Pushed last, closed first: the writer is to be the one that empties the log.
                stack.push_async_callback(readers.dispose)
                with typed_failures(str(address)):
                    if writer is not None:
                        await open_all(writer, 1)
                    await open_all(readers, READERS)
            opened = cls(address, writer=None if read_only else writer, readers=readers)
            opened._presence = lease if isinstance(lease, Presence) else None
            stack.push_async_callback(opened._end_use)
            yield opened

    @asynccontextmanager
    async def transaction(
        self, *, durable: bool = True, single: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        """Write: everything inside the block is kept, or nothing when it raises or is cancelled.

        After the block the rows survive a killed process. One transaction at a time on SQLite, so
        never wait for the network inside.

        Parameters
        ----------
        durable
            False where the last rows may be lost when the *power* fails, or a server crashes, because they
            can be noted or fetched again: several times faster. A lease is none of that: its holder would
            go on with what another process is given.
        single
            Whether the block has one statement: a server is spared two of three ways. If that may be lost,
            `HASTY` is one of its conditions.

        Raises
        ------
        DatabaseBusyError, CannotSaveError, DamagedDatabaseError, DatabaseUnreachableError
        ForgottenError
            The person for whom this is written has been erased (see `on_behalf_of`).
        """
        if self._writing is not None and self._writing is asyncio.current_task() and self.is_file:
            raise RuntimeError("a transaction inside a transaction would wait for itself for ever")
        job_id = _on_behalf.get()
        is_alone = single and job_id is None
        is_hasty = not (durable or is_alone or self.is_file)
        writer = (self._by_itself if is_alone else None) or self._writer
        with typed_failures(self._name):
            async with self._connection(writer) as connection:
                await connection.execution_options(**{DURABLE: durable})
                async with connection.begin():
                    self._writing = asyncio.current_task()
                    try:
                        if job_id is not None:
                            await _require_job(connection, job_id, is_hasty=is_hasty)
                        elif is_hasty:
                            await connection.execute(select(_IS_HASTY))
                        yield connection
                    finally:
                        self._writing = None

    @asynccontextmanager
    async def reading(self, *, one_moment: bool = True) -> AsyncIterator[AsyncConnection]:
        """Read: every statement inside the block sees the same moment, and none can write.

        Parameters
        ----------
        one_moment
            False for one statement, or for several that need not see the same: a server is spared two of
            three ways, and does not watch over it that they only read.

        Raises
        ------
        DatabaseBusyError, DatabaseReadOnlyError, DamagedDatabaseError, DatabaseUnreachableError
        """
        readers = (None if one_moment else self._by_itself) or self._readers
        with typed_failures(self._name):
            async with self._connection(readers) as connection, connection.begin():
                yield connection

    @asynccontextmanager
    async def _connection(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """Take a connection, and give it back whatever becomes of the task.

        Neither is cut by a cancellation: a connection that nobody has, or that comes back to a pool that was
        closed meanwhile, would stay open for ever.
        """
        if self._is_closing:
            raise DatabaseUnreachableError(database=self._name, problem="it is being closed")
        opening = asyncio.create_task(engine.connect().start())
        self._in_use.add(opening)
        try:
            connection = await asyncio.shield(opening)
        except BaseException:
            self._end_with(asyncio.create_task(_give_back(opening)), opening)
            raise
        try:
            yield connection
        finally:
            closing = asyncio.create_task(connection.close())
            self._end_with(closing, opening)
            await asyncio.shield(closing)

    def _end_with(self, closing: asyncio.Task[None], opening: asyncio.Task[AsyncConnection]) -> None:
        """End the use of what was opened as soon as it is closed."""
        self._in_use.add(closing)

        def end(_closed: asyncio.Task[None]) -> None:
            self._in_use -= {opening, closing}
            if not self._in_use:
                self._idle.set()

        closing.add_done_callback(end)

    async def _end_use(self) -> None:
        """Let what has a connection give it back, and nobody else take one."""
        self._is_closing = True
        if not self._in_use:
            return
        self._idle.clear()
        try:
            async with asyncio.timeout(WRITER_WAIT_S):
                await self._idle.wait()
        except TimeoutError:
            _log.warning("the database is closed while %d connections are in use", len(self._in_use))

    async def require_job(self) -> None:
        """Raise `ForgottenError` where the person for whom this is done has been erased."""
        if (job_id := _on_behalf.get()) is not None:
            async with self.reading(one_moment=False) as connection:
                if await connection.scalar(select(jobs.c.job_id).where(jobs.c.job_id == job_id)) is None:
                    raise ForgottenError

    async def scrub(self) -> bool:
        """Take what was deleted out of the write-ahead log too, so that no file holds it any more.

        Deleted rows are overwritten in the database itself; their old pages stay in the log until it
        is emptied. Nothing to do on PostgreSQL, whose server reuses its log by itself. False if a
        reader that still needs the log kept it: try again later.
        """
        if not self.is_file:
            return True
        with typed_failures(self._name):
            async with self._connection(self._writer) as connection:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                # Not through SQLAlchemy, which would begin a transaction first.
                cursor = await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                is_busy, *_ = await cursor.fetchone()
                await cursor.close()
        return not is_busy

    async def check(self) -> None:
        """Prove that the database can be written at this moment, for the readiness probe.

        Raises
        ------
        StorageError
            Whatever a command that saves something would meet.
        """
        async with self.transaction() as connection:
            await upsert(connection, pulse, [{"id": 1, "beat": time.monotonic_ns()}])
        if self._presence is not None:
            with typed_failures(self._name):
                await asyncio.to_thread(self._presence.renew)


class Store:
    """Base of the stores: helpers for single statements."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _rows(self, *queries: Select[Any] | CompoundSelect[Any]) -> list[Row[Any]]:
        """Read with one statement, or with several that need not see the same moment."""
        async with self._database.reading(one_moment=False) as connection:
            return [row for query in queries for row in await connection.execute(query)]

    async def _row(self, query: Select[Any]) -> Row[Any] | None:
        async with self._database.reading(one_moment=False) as connection:
            row: Row[Any] | None = (await connection.execute(query)).one_or_none()
        return row

    async def _rows_among(
        self,
        query: Select[Any],
        column: ColumnElement[Any],
        items: Iterable[Any],
        most: int = ROWS_PER_LOOKUP,
    ) -> list[Row[Any]]:
        """Read the rows in which a column holds one of these values, looking up so many at once."""
        return await self._rows(*(query.where(column.in_(some)) for some in in_lookups(items, most)))

    async def _value(self, query: Select[Any]) -> Any:
        async with self._database.reading(one_moment=False) as connection:
            return await connection.scalar(query)

    async def _change(self, statement: Update | Delete, *, durable: bool = True) -> int:
        """Execute a statement and return the number of rows affected; `durable` as in a transaction."""
        if not durable and not self._database.is_file:
            statement = statement.where(HASTY)
        async with self._database.transaction(durable=durable, single=True) as connection:
            return (await connection.execute(statement)).rowcount

    async def _put(self, table: Table, rows: Sequence[Mapping[str, Any]], *, durable: bool = True) -> None:
        """Insert rows, or update those that are there already; `durable` as in a transaction."""
        async with self._database.transaction(durable=durable) as connection:
            await upsert(connection, table, rows)


async def _give_back(opening: asyncio.Task[AsyncConnection]) -> None:
    """Close what was opened for a task that is over."""
    with suppress(Exception):
        await (await opening).close()


async def _require_job(connection: AsyncConnection, job_id: int, *, is_hasty: bool) -> None:
    # Held until the end on PostgreSQL, so that an erasing waits and then finds what was written.
    query = select(jobs.c.job_id).where(jobs.c.job_id == job_id).with_for_update(read=True, key_share=True)
    if is_hasty:
        query = query.where(HASTY)
    if await connection.scalar(query) is None:
        raise ForgottenError
