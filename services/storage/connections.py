"""Read the address of a database and connect to it: a writer and several readers, or one pool on a server."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.domain.errors.storage import DatabaseUnreachableError, UnsupportedDatabaseUrlError
from services.domain.installation import install
from services.storage.sqlite_files import BUSY_TIMEOUT_MS

SQLITE = "sqlite"
POSTGRESQL = "postgresql"

_DRIVERS = {SQLITE: "sqlite+aiosqlite", POSTGRESQL: "postgresql+psycopg"}


@dataclass(frozen=True, slots=True)
class Address:
    """A checked database address; its text never shows the password."""

    url: URL
    """With the asynchronous driver."""
    file: Path | None
    """The SQLite file; None for PostgreSQL."""

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a file rather than a server."""
        return self.file is not None

    @property
    def sync_url(self) -> URL:
        """The same database for code that runs outside an event loop."""
        return self.url.set(drivername=SQLITE) if self.is_sqlite else self.url

    def __str__(self) -> str:
        """Name the database for operators: a path, or host and name without the password."""
        return str(self.file) if self.file else self.url.render_as_string(hide_password=True)


def parse_address(url: str) -> Address:
    """Read a database address such as `sqlite:///tastemap.db` or `postgresql://user@host/tastemap`.

    The driver part may be left out. Relative paths count from the working directory.

    Raises
    ------
    UnsupportedDatabaseUrlError
        For anything but an SQLite file or PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise UnsupportedDatabaseUrlError(
            problem="it is no address of the form sqlite:///path or postgresql://user@host/name"
        ) from None
    backend = "postgresql" if parsed.drivername == "postgres" else parsed.drivername.partition("+")[0]
    if backend not in _DRIVERS:
        raise UnsupportedDatabaseUrlError(problem=f"{backend!r} is neither sqlite nor postgresql")
    parsed = parsed.set(drivername=_DRIVERS[backend])
    if backend == POSTGRESQL:
        return Address(url=parsed, file=None)
    name = parsed.database
    if not name or name == ":memory:" or name.startswith("file:"):
        raise UnsupportedDatabaseUrlError(
            problem="an SQLite database has to be a file, because a writer and several readers share it"
        )
    file = Path(name).expanduser().absolute()
    return Address(url=URL.create(_DRIVERS[SQLITE], database=str(file)), file=file)


READERS = 4
"""Reading connections; SQLite reads are short, and there are two cores to share."""

WRITER_WAIT_S = 10.0
"""How long a task waits for its turn to write; an interaction can't afford much more."""

_JOURNAL_LIMIT_BYTES = 64 * 1024 * 1024

_CHECKPOINT_PAGES = 4_000
"""16 MB of log between two checkpoints: an import writes the same pages over and over."""

WRITER_CACHE_KIB, BULK_CACHE_KIB = 4 * 1024, 32 * 1024
"""Fills up with every report that is stored. Many rows in random order touch every page of an index."""

_TRUSTED_S = 1.0
"""A connection to a server that was in use so shortly ago is not asked first whether it still stands."""

DURABLE = "tastemap_durable"
_LEVEL = "tastemap_synchronous"
_GIVEN_BACK = "tastemap_given_back"


def sqlite_writer(address: Address, cache_kib: int) -> AsyncEngine:
    """Make the one connection to a file that writes, with a page cache of so many KiB."""
    engine = create_async_engine(address.url, pool_size=1, max_overflow=0, pool_timeout=WRITER_WAIT_S)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        _set_pragmas(
            connection,
            "journal_mode=WAL",
            f"journal_size_limit={_JOURNAL_LIMIT_BYTES}",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"wal_autocheckpoint={_CHECKPOINT_PAGES}",
            f"cache_size=-{cache_kib}",
        )

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        level = "FULL" if connection.get_execution_options().get(DURABLE, True) else "NORMAL"
        if connection.info.get(_LEVEL, "FULL") != level:
            # Only possible outside a transaction, hence here.
            connection.exec_driver_sql(f"PRAGMA synchronous={level}")
            connection.info[_LEVEL] = level
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def sqlite_readers(address: Address) -> AsyncEngine:
    """Make the connections to a file that refuse to write."""
    engine = create_async_engine(address.url, pool_size=READERS, max_overflow=0, pool_timeout=WRITER_WAIT_S)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        _set_pragmas(connection, "query_only=ON")

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _set_pragmas(connection: Any, *pragmas: str) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says, not at the first DML
    pragmas = (f"busy_timeout={BUSY_TIMEOUT_MS}", "trusted_schema=OFF", *pragmas)
    # In one go: each statement by itself is three ways to the thread of the connection and back.
    script = "".join(f"PRAGMA {pragma};" for pragma in pragmas)
    connection.run_async(lambda driver: driver.executescript(script))


def postgresql_pool(address: Address, connections: int) -> AsyncEngine:
    """Make a pool of connections to a server, nearly twice as many in a rush.

    Raises
    ------
    DatabaseUnreachableError
        Its driver is not installed.
    """
    try:
        engine = create_async_engine(
            address.url,
            pool_size=connections,
            max_overflow=connections - 1,
            pool_timeout=WRITER_WAIT_S,
            connect_args={"connect_timeout": 5},
        )
    except ModuleNotFoundError as error:
        problem = f"the PostgreSQL driver is not installed (run `{install('postgres')}`)"
        raise DatabaseUnreachableError(database=str(address), problem=problem) from error
    dialect = engine.sync_engine.dialect

    @event.listens_for(engine.sync_engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info[_GIVEN_BACK] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: Any) -> None:
        """Find out that the server was restarted: after a second of rest no command fails for that."""
        given_back = record.info.get(_GIVEN_BACK)
        if given_back is None or time.monotonic() - given_back < _TRUSTED_S:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    return engine


async def open_all(engine: AsyncEngine, connections: int) -> None:
    """Fill a pool now: a task that is cancelled while it connects would leave an open file behind."""
    async with AsyncExitStack() as stack:
        for _ in range(connections):
            await stack.enter_async_context(engine.connect())
