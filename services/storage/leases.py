"""Decide who may have the database open: locks between processes that end with the process.

SQLite: everybody who works with the file holds a lease shared; whoever changes the tables or puts another
file in its place needs it alone. A bot holds a second lease, that it is the only bot on the file. The kernel
drops them when a process dies, however it dies.

PostgreSQL: every process holds an advisory lock shared. A migration that older processes can not live with
waits until it holds the lock alone. The server drops the lock with its session.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from services.domain.errors.storage import DatabaseReadOnlyError, DatabaseUnreachableError, SecondBotError
from services.storage.connections import Address

if sys.platform != "win32":
    import fcntl


_BOT_LOCK = "bot.lock"
_LOOKS_AFTER_S = (0.02, 0.08, 0.1)


class Lease:
    """A lock on the file `<database>.<ending>`, shared or exclusive."""

    def __init__(self, database: Path, *, ending: str = "lock") -> None:
        self.path = database.with_name(f"{database.name}.{ending}")
        try:
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except (PermissionError, FileNotFoundError, NotADirectoryError) as error:
            problem = f"{error.strerror}: {self.path}"
            raise DatabaseUnreachableError(database=str(database), problem=problem) from error
        except OSError as error:
            raise DatabaseReadOnlyError(problem=f"{error.strerror}: {self.path}") from error

    def try_exclusive(self) -> bool:
        """Take or upgrade to the exclusive lease, unless another process holds any."""
        return self._try(exclusive=True)

    def try_shared(self) -> bool:
        """Take or downgrade to the shared lease, unless another process holds the exclusive one."""
        return self._try(exclusive=False)

    def drop(self) -> None:
        """Let others have the database, but stay ready to take the lease again."""
        if sys.platform != "win32":
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def release(self) -> None:
        """Give the lease back; harmless when repeated."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _try(self, *, exclusive: bool) -> bool:
        if sys.platform == "win32":
            # Windows itself refuses to replace an open file, which is what the lease is for.
            return True
        kind = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
        try:
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def only_bot_on(address: Address) -> Iterator[None]:
    """Be the only bot on an SQLite file inside the block; a server may have several.

    Raises
    ------
    SecondBotError
        Another one runs.
    DatabaseUnreachableError, DatabaseReadOnlyError
        No lock can be kept beside the file.
    """
    if address.file is None:
        yield
        return
    create_folder(address.file)
    lease = Lease(address.file, ending=_BOT_LOCK)
    try:
        for wait_s in _LOOKS_AFTER_S:
            if lease.try_exclusive():
                break
            time.sleep(wait_s)  # a command in a terminal may have looked at this very moment
        else:
            raise SecondBotError(database=str(address.file))
        yield
    finally:
        lease.release()


def bot_runs_on(address: Address) -> bool:
    """Whether a bot runs on an SQLite file at this moment."""
    if address.file is None or not address.file.with_name(f"{address.file.name}.{_BOT_LOCK}").exists():
        return False
    lease = Lease(address.file, ending=_BOT_LOCK)
    try:
        return not lease.try_shared()
    finally:
        lease.release()


def create_folder(file: Path) -> None:
    """Make the folder of a database where it is missing.

    Raises
    ------
    DatabaseUnreachableError, DatabaseReadOnlyError
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError, FileNotFoundError) as error:
        raise DatabaseUnreachableError(database=str(file), problem=error.strerror or "no folder") from error
    except OSError as error:
        raise DatabaseReadOnlyError(problem=f"{error.strerror}: {file}") from error


_PRESENCE_KEY = 0x7A57E3AA
"""Any constant that no other program in the same database uses; migrating itself has another one."""

_log = logging.getLogger(__name__)


class Presence:
    """One process's share of the lock. Blocks; use it in a thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def try_shared(self) -> bool:
        """Take the lock shared, unless another process holds it exclusively."""
        return self._ask("pg_try_advisory_lock_shared")

    def try_exclusive(self) -> bool:
        """Take the lock exclusively, unless another process holds it."""
        return self._ask("pg_try_advisory_lock")

    def drop(self) -> None:
        """Release the lock but keep the session."""
        self._session().execute(text("SELECT pg_advisory_unlock_all()"))

    def renew(self) -> None:
        """Take the lock again where the server has ended the session meanwhile.

        Raises
        ------
        sqlalchemy.exc.DBAPIError
            The server can't be reached.
        """
        try:
            self._session().execute(text("SELECT 1"))
        except DBAPIError:
            self.release()
            if not self.try_shared():
                _log.warning("the tables are being changed by a newer process; restart this one")

    def release(self) -> None:
        """End the session and the lock with it; harmless when repeated."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
        self._engine.dispose()

    def _ask(self, function: str) -> bool:
        return bool(self._session().scalar(text(f"SELECT {function}({_PRESENCE_KEY})")))

    def _session(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self._connection
