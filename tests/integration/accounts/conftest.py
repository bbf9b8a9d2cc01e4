"""A login world on an SQLite file, and on each kind of database where several processes matter."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.storage.database import Database
from tests.integration.accounts.world import LoginWorld, login_world


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables: a copy of it costs much less than making it."""
    path = tmp_path_factory.mktemp("accounts") / "migrated.db"

    async def make() -> None:
        async with Database.open(f"sqlite:///{path}"):
            pass

    asyncio.run(make())
    return path


@pytest.fixture
async def database(migrated: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """An open SQLite database."""
    path = tmp_path / "tastemap.db"
    shutil.copy(migrated, path)
    async with Database.open(f"sqlite:///{path}") as opened:
        yield opened


@pytest.fixture
async def each_database(database_url: str) -> AsyncIterator[Database]:
    """An open database, once on each kind."""
    async with Database.open(database_url) as opened:
        yield opened


@pytest.fixture
async def world(database: Database) -> AsyncIterator[LoginWorld]:
    """One process of the bot with the finish code."""
    async with login_world(database) as opened:
        yield opened


@pytest.fixture
async def each_world(each_database: Database) -> AsyncIterator[LoginWorld]:
    """The same on each kind of database."""
    async with login_world(each_database, waits=True) as opened:
        yield opened
