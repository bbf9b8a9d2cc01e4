"""Errors that are hard to provoke in a real database, made by hand with the drivers' own classes."""

from __future__ import annotations

import contextlib
import sqlite3

import psycopg
import pytest
from psycopg import errors
from sqlalchemy.exc import DBAPIError, IntegrityError
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
from services.storage.failures import typed_failures


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("what the driver says")
    error.sqlite_errorcode = code
    return error


def through(error: Exception) -> type[BaseException]:
    with pytest.raises(BaseException) as caught, typed_failures("here"):
        raise error
    return caught.type


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY, DatabaseBusyError),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, DatabaseBusyError),
        (sqlite3.SQLITE_LOCKED, DatabaseBusyError),
        (sqlite3.SQLITE_READONLY_DBMOVED, DatabaseReadOnlyError),
        (sqlite3.SQLITE_FULL, DatabaseFullError),
        (sqlite3.SQLITE_IOERR_WRITE, CannotSaveError),
        (sqlite3.SQLITE_IOERR_FSYNC, CannotSaveError),
        (sqlite3.SQLITE_IOERR_SHORT_READ, DamagedDatabaseError),
        (sqlite3.SQLITE_CORRUPT_INDEX, DamagedDatabaseError),
        (sqlite3.SQLITE_NOTADB, DamagedDatabaseError),
        (sqlite3.SQLITE_CANTOPEN, DatabaseUnreachableError),
    ],
)
def test_sqlite(code: int, kind: type[StorageError]) -> None:
    assert through(sqlite_error(code)) is kind
    assert through(DBAPIError("SELECT 1", None, sqlite_error(code))) is kind


def test_a_text_that_is_none_is_damage_and_is_not_quoted() -> None:
    with (
        contextlib.closing(sqlite3.connect(":memory:")) as file,
        pytest.raises(DamagedDatabaseError) as caught,
        typed_failures("here"),
    ):
        file.execute("SELECT CAST(x'416e6eff' AS TEXT)").fetchall()
    assert "Ann" not in caught.value.problem


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (errors.DiskFull("no space"), DatabaseFullError),
        (errors.ReadOnlySqlTransaction("standby"), DatabaseReadOnlyError),
        (errors.DeadlockDetected("deadlock"), DatabaseBusyError),
        (errors.SerializationFailure("again"), DatabaseBusyError),
        (errors.TooManyConnections("full house"), DatabaseBusyError),
        (errors.AdminShutdown("bye"), DatabaseUnreachableError),
        (errors.ConnectionFailure("gone"), DatabaseUnreachableError),
        (errors.InvalidPassword("who?"), DatabaseUnreachableError),
        (errors.DataCorrupted("page 3"), DamagedDatabaseError),
        (psycopg.OperationalError("server closed the connection"), DatabaseUnreachableError),
    ],
)
def test_postgresql(error: psycopg.Error, kind: type[StorageError]) -> None:
    assert through(DBAPIError("SELECT 1", None, error)) is kind


def test_a_long_queue_for_a_connection_is_busy() -> None:
    assert through(PoolTimeoutError("QueuePool limit")) is DatabaseBusyError


@pytest.mark.parametrize(
    "error",
    [
        IntegrityError("INSERT", None, sqlite3.IntegrityError("UNIQUE")),
        DBAPIError("SELEC", None, errors.SyntaxError("at or near")),
        sqlite_error(sqlite3.SQLITE_ERROR),
        # Failures of whatever else happens inside a block are nobody's database.
        TimeoutError("the network"),
        OSError(28, "No space left on some other device"),
        KeyError("x"),
    ],
)
def test_everything_else_passes(error: Exception) -> None:
    assert through(error) is type(error)


def test_the_typed_failure_remembers_its_cause() -> None:
    original = sqlite_error(sqlite3.SQLITE_BUSY)
    with pytest.raises(DatabaseBusyError) as caught, typed_failures("here"):
        raise original

    assert caught.value.__cause__ is original
    assert caught.value.problem == "what the driver says"
