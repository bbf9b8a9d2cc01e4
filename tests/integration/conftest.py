"""A fresh database for each test: an SQLite file, and one on a real PostgreSQL server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from services.storage.database import Database
from tests.databases import sqlite_at
from tests.postgresql import new_postgresql, postgresql_server, postgresql_template

__all__ = ["new_postgresql", "postgresql_server", "postgresql_template"]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a database without tables, once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'tastemap.db'}"
    address: str = request.getfixturevalue("new_postgresql")()
    return address


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a database with all tables and no row, once on each kind."""
    if request.param == "sqlite":
        return sqlite_at(tmp_path / "tastemap.db")
    template = request.getfixturevalue("postgresql_template")
    address: str = request.getfixturevalue("new_postgresql")(template)
    return address


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    """Where an SQLite database may be put."""
    return tmp_path / "tastemap.db"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Yield an open database, once on each kind."""
    async with Database.open(database_url) as opened:
        yield opened


@pytest.fixture
def start_child() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a program of `children` in a process of its own; none outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def start(command: str, *arguments: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.integration.storage.children", command, *arguments],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(child)
        return child

    yield start
    for child in started:
        if child.poll() is None:
            child.kill()
        child.communicate()
