"""A login world on an SQLite file, and on each kind of database where several processes matter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.storage.database import Database
from tests.databases import sqlite_at
from tests.integration.accounts.world import LoginWorld, login_world


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An open SQLite database."""
    async with Database.open(sqlite_at(tmp_path / "tastemap.db")) as opened:
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
