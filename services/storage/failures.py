"""Translate exceptions of the SQL drivers into typed errors, and go on after those that cost only time."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from services.domain.errors.storage import (
    CannotSaveError,
    DamagedDatabaseError,
    DatabaseBusyError,
    DatabaseFullError,
    DatabaseReadOnlyError,
    DatabaseUnreachableError,
    StorageError,
)

_UNREADABLE_CODES = frozenset(
    {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS}
)
"""Input errors on reading; the other input/output errors mean that writing failed."""

_BUSY_STATES = frozenset({"40001", "40P01", "55P03", "53200", "53300", "57014"})
"""PostgreSQL: serialisation failure, deadlock, lock wait, out of memory or connections, timeout."""

_UNREACHABLE_STATES = frozenset({"57P01", "57P02", "57P03", "3D000", "28000", "28P01"})
"""PostgreSQL: shutting down, crashed, starting up, no such database, refused login."""


@contextmanager
def typed_failures(database: str) -> Iterator[None]:
    """Raise the typed failure for whatever the driver says went wrong inside the block.

    Mistakes of the program (wrong SQL, broken constraints) pass through unchanged: nobody can be
    told what to do about them.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseBusyError(problem="every connection was taken for too long") from error
    except (SQLAlchemyError, sqlite3.Error) as error:
        failure = _of_driver(_cause_of(error), database)
        if failure is None:
            raise
        raise failure from error


def _cause_of(error: SQLAlchemyError | sqlite3.Error) -> BaseException | None:
    """Return what the driver raised; inside its connect() that can arrive unwrapped by DBAPIError."""
    if isinstance(error, DBAPIError):
        return error.orig
    return error if isinstance(error, sqlite3.Error) else error.__cause__


def is_storage_trouble(error: DBAPIError) -> bool:
    """Whether `typed_failures` has a type for this error."""
    return _of_driver(error.orig, "") is not None


def _of_driver(error: BaseException | None, database: str) -> StorageError | None:
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error, database)
    if error is not None and type(error).__module__.partition(".")[0] == "psycopg":
        return _of_postgresql(error, database)
    return None


def _of_sqlite(error: sqlite3.Error, database: str) -> StorageError | None:
    extended = getattr(error, "sqlite_errorcode", -1)
    problem = str(error)
    if extended in _UNREADABLE_CODES:
        return DamagedDatabaseError(database=database, problem=problem)
    if problem.startswith("Could not decode to UTF-8"):  # Python's own, without a code; it quotes the text
        return DamagedDatabaseError(database=database, problem="a text is no UTF-8")
    # The lower byte is the primary code, the rest only says where it happened.
    match extended & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return DatabaseBusyError(problem=problem)
        case sqlite3.SQLITE_READONLY:
            return DatabaseReadOnlyError(problem=problem)
        case sqlite3.SQLITE_FULL:
            return DatabaseFullError(problem=problem)
        case sqlite3.SQLITE_IOERR:
            return CannotSaveError(problem=problem)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_FORMAT:
            return DamagedDatabaseError(database=database, problem=problem)
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return DatabaseUnreachableError(database=database, problem=problem)
        case _:
            return None


def _of_postgresql(error: BaseException, database: str) -> StorageError | None:
    state = getattr(error, "sqlstate", None)
    problem = (str(error).splitlines() or [type(error).__name__])[0]
    if state is None:
        # Without a state the server was never heard, or the connection broke.
        is_operational = any(kind.__name__ == "OperationalError" for kind in type(error).__mro__)
        return DatabaseUnreachableError(database=database, problem=problem) if is_operational else None
    if state == "53100":
        return DatabaseFullError(problem=problem)
    if state == "25006":
        return DatabaseReadOnlyError(problem=problem)
    if state in _BUSY_STATES:
        return DatabaseBusyError(problem=problem)
    if state in _UNREACHABLE_STATES or state.startswith("08"):
        return DatabaseUnreachableError(database=database, problem=problem)
    if state in {"XX001", "XX002"}:
        return DamagedDatabaseError(database=database, problem=problem)
    return None


_log = logging.getLogger(__name__)


@contextmanager
def forgiven(what: str) -> Iterator[None]:
    """Go on after a failure of the database in here, and tell the operator what was not kept or found."""
    try:
        yield
    except StorageError as error:
        _log.warning("%s: %s", what, type(error).__name__)
