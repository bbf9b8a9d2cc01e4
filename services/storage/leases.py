"""Who may have an SQLite file open: a lock between processes that ends with the process.

Everybody who works with the database holds the lease shared; whoever changes the tables or puts
another file in its place needs it alone. The kernel drops it when a process dies, however it dies.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from services.domain.errors.storage import DatabaseReadOnlyError, DatabaseUnreachableError

if sys.platform != "win32":
    import fcntl


class Lease:
    """A lock on the file `<database>.lock`, shared or exclusive."""

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(f"{database.name}.lock")
        try:
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except (PermissionError, FileNotFoundError, NotADirectoryError) as error:
            problem = f"{error.strerror}: {self.path}"
            raise DatabaseUnreachableError(database=str(database), problem=problem) from error
        except OSError as error:
            raise DatabaseReadOnlyError(problem=f"{error.strerror}: {self.path}") from error

    def try_exclusive(self) -> bool:
        """Take or upgrade to the exclusive lease, unless somebody else holds any."""
        return self._try(exclusive=True)

    def try_shared(self) -> bool:
        """Take or downgrade to the shared lease, unless somebody else is alone with the database."""
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
