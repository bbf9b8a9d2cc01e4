"""Databases that have all tables already: a copy of a migrated one costs a fifth of what making it costs."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import select

from services.domain.jobs import Job, JobStatus
from services.storage.connections import parse_address
from services.storage.database import Database
from services.storage.jobs import read_jobs
from services.storage.migrate import migrate
from services.storage.schema.people import jobs


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
