"""A database file with all tables, and the pages of a login on one."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.demo.script import find_chromium
from services.storage.database import Database
from tests.databases import sqlite_at
from tests.web.site import Browser, Site, open_site


@pytest.fixture
def database_file(tmp_path: Path) -> Path:
    """A database of the test's own."""
    path = tmp_path / "tastemap.db"
    sqlite_at(path)
    return path


@pytest.fixture
async def site(database_file: Path) -> AsyncIterator[Site]:
    """The pages with the finish code."""
    async with Database.open(f"sqlite:///{database_file}") as database, open_site(database) as opened:
        yield opened


@pytest.fixture
async def strong_site(database_file: Path) -> AsyncIterator[Site]:
    """The pages with Discord's login."""
    async with (
        Database.open(f"sqlite:///{database_file}") as database,
        open_site(database, is_strong=True) as opened,
    ):
        yield opened


@pytest.fixture
def browser(site: Site) -> Browser:
    """A browser without cookies."""
    return Browser(site)


@pytest.fixture(scope="module")
def chromium() -> str:
    """Where the browser is; the test is skipped without one."""
    found = find_chromium()
    if found is None:
        if os.environ.get("TASTEMAP_REQUIRE_BROWSER") == "1":
            pytest.fail("TASTEMAP_REQUIRE_BROWSER is 1, and no Chromium was found")
        pytest.skip("no Chromium was found: install one, or name one with TASTEMAP_CHROMIUM")
    return found
