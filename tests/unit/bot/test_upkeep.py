"""The repeated work: each piece by itself, again and again; a copy a day, and a week of copies."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.upkeep import Chore, daily_backup, keep_house
from services.domain.errors.storage import DatabaseFullError
from services.storage.backups import KEPT_BACKUPS, default_folder
from services.storage.database import Database

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Counts:
    def __init__(self) -> None:
        self.seen: list[tuple[str, bool]] = []

    def swept(self, work: str, *, succeeded: bool) -> None:
        self.seen.append((work, succeeded))


async def test_a_chore_that_fails_keeps_no_other_from_being_done_and_is_tried_again() -> None:
    tries = 0

    async def full() -> int:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise DatabaseFullError(problem="no space left")
        return 3

    async def fine() -> int:
        return 0

    async def two_rounds(_seconds: float) -> None:
        if len(counts.seen) == 4:
            raise asyncio.CancelledError

    counts = Counts()
    with pytest.raises(asyncio.CancelledError):
        await keep_house((Chore("results", full), Chore("uploads", fine)), counts, sleep=two_rounds)
    assert counts.seen == [("results", False), ("uploads", True), ("results", True), ("uploads", True)]


async def test_one_copy_a_day_and_a_week_of_them(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tastemap.db'}"
    folder = default_folder(url)
    now = NOON
    (chore,) = daily_backup(url, folder, lambda: now)
    async with Database.open(url):
        assert await chore.run() == 1
        for _ in range(23):
            now += timedelta(hours=1)
            assert await chore.run() == 0
        made = 0
        for _ in range(10 * 24):
            now += timedelta(hours=1)
            made += await chore.run()
    assert made == 10
    assert folder is not None
    assert len(list(folder.glob("*.db"))) == KEPT_BACKUPS


def test_a_database_server_is_copied_with_its_own_tools() -> None:
    url = "postgresql+psycopg://tastemap@db.example/tastemap"
    assert daily_backup(url, default_folder(url), lambda: NOON) == ()
