"""Parse and check database addresses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from services.domain.errors.storage import UnsupportedDatabaseUrlError

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
