"""The repeated work: each piece by itself, again and again; a copy a day, and a week of copies."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app.storage import ROUND_S, daily_backup
from bot.health import Vitals
from bot.metrics import Metrics
from services.domain.errors.storage import DatabaseFullError
from services.maintenance import Maintenance, RepeatedTask
from services.storage.backups import KEPT_BACKUPS, default_folder
from services.storage.database import Database

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Counts:
    def __init__(self) -> None:
        self.seen: list[tuple[str, bool]] = []

    def swept(self, work: str, *, succeeded: bool) -> None:
        self.seen.append((work, succeeded))


async def test_a_task_that_fails_keeps_no_other_from_being_done_and_is_tried_again() -> None:
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
    maintenance = Maintenance(observer=counts, sleep=two_rounds)
    with pytest.raises(asyncio.CancelledError):
        await maintenance.repeat(
            (RepeatedTask("results", full), RepeatedTask("uploads", fine)), every_s=ROUND_S
        )
    assert counts.seen == [("results", False), ("uploads", True), ("results", True), ("uploads", True)]


async def test_one_copy_a_day_and_a_week_of_them(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tastemap.db'}"
    folder = default_folder(url)
    now = NOON
    (task,) = daily_backup(url, folder, lambda: now)
    async with Database.open(url):
        assert await task.run() == 1
        for _ in range(23):
            now += timedelta(hours=1)
            assert await task.run() == 0
        made = 0
        for _ in range(10 * 24):
            now += timedelta(hours=1)
            made += await task.run()
    assert made == 10
    assert folder is not None
    assert len(list(folder.glob("*.db"))) == KEPT_BACKUPS


def test_a_database_server_is_copied_with_its_own_tools() -> None:
    url = "postgresql+psycopg://tastemap@db.example/tastemap"
    assert daily_backup(url, default_folder(url), lambda: NOON) == ()


async def test_a_file_with_a_date_that_is_none_ends_no_maintenance(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tastemap.db'}"
    folder = default_folder(url)
    assert folder is not None
    folder.mkdir(parents=True)
    foreign = folder / "tastemap-99999999T999999Z.db"
    foreign.write_bytes(b"not ours")
    (task,) = daily_backup(url, folder, lambda: NOON)
    async with Database.open(url):
        assert await task.run() == 1
        assert await task.run() == 0
    assert foreign.read_bytes() == b"not ours"


async def test_the_heart_beats_on_where_its_lag_can_not_be_counted() -> None:
    class Deaf(Metrics):
        def lagged(self, seconds: float) -> None:
            raise ValueError("no such bucket")

    async def three_beats(seconds: float) -> None:
        nonlocal now
        now += seconds
        if now > 0.35:
            raise asyncio.CancelledError

    now = 0.0
    house: Any = None
    vitals = Vitals(database=house, compute=house, metrics=Deaf(), started_at=NOON, monotonic=lambda: now)
    with pytest.raises(asyncio.CancelledError):
        await vitals.beat(Maintenance(sleep=three_beats))
    assert vitals.last_tick == pytest.approx(0.3)
    assert vitals.alive
