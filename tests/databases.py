"""Databases that have all tables already: a copy of a migrated one costs a fifth of what making it costs."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.domain.jobs import Job, JobStatus
from services.storage.connections import parse_address
from services.storage.database import Database
from services.storage.jobs import read_jobs
from services.storage.migrate import migrate
from services.storage.schema.people import jobs


class Compiled(dict[tuple[Any, ...], Any]):
    """Statements that were compiled for one kind of database, whichever engine asked first.

    SQLAlchemy keeps them for each engine alone. One that lives for a test would compile all of its own anew.
    """

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        """Look a statement up by all but the engine's dialect, which comes first."""
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__(key[1:], compiled)


_compiled: dict[str, Compiled] = {}


def engine_with_compiled_statements(url: URL, **options: Any) -> AsyncEngine:
    """Make an engine that knows what the engines before it have compiled."""
    known = _compiled.setdefault(url.drivername, Compiled())
    return create_async_engine(url, execution_options={"compiled_cache": known}, **options)


def sqlite_at(path: Path) -> str:
    """Put a database with all tables at a path where there is none, and return its address."""
    if not path.exists():
        shutil.copy(_migrated() / "migrated.db", path)
    return f"sqlite:///{path}"


async def unfinished_jobs(database: Database) -> tuple[Job, ...]:
    """Load the accepted work that is not over, the oldest first."""
    over = (JobStatus.DONE.value, JobStatus.UNDELIVERED.value)
    query = select(jobs).where(jobs.c.status.not_in(over)).order_by(jobs.c.created_at, jobs.c.job_id)
    async with database.reading() as connection:
        return read_jobs((await connection.execute(query)).all())


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Held until this process ends, which is when the folder goes."""
    return tempfile.TemporaryDirectory(prefix="tastemap-", ignore_cleanup_errors=True)


@cache
def _migrated() -> Path:
    folder = Path(_folder().name)
    migrate(parse_address(f"sqlite:///{folder / 'migrated.db'}"), backups=None)
    return folder
