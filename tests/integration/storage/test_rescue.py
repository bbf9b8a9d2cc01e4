"""A damaged database gives way to its newest good backup, and nothing of it is thrown away."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.domain.errors.storage import DamagedDatabaseError, DatabaseInUseError, ReportNotFoundError
from services.storage.backups import backup_into, default_folder
from services.storage.database import Database
from services.storage.reports import ReportStore
from services.storage.rescue import make_ready
from tests.integration.storage.samples import NOON, some_report

SAM = 123_456_789_012_345_678
LATER = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
async def url(tmp_path: Path) -> str:
    """A database with one report, a backup of that, and a second report."""
    url = f"sqlite:///{tmp_path / 'tastemap.db'}"
    async with Database.open(url) as database:
        await ReportStore(database).save("first", SAM, some_report(), private=True, created_at=NOON)
    copy = backup_into(url, tmp_path / "backups", now=NOON)
    os.utime(copy, (NOON.timestamp(), NOON.timestamp()))
    async with Database.open(url) as database:
        await ReportStore(database).save("second", SAM, some_report(), private=True, created_at=NOON)
    return url


def damage(file: Path) -> bytes:
    content = b"no database any more" * 1000
    file.write_bytes(content)
    return content


async def holds(url: str, report_id: str) -> bool:
    async with Database.open(url) as database:
        try:
            await ReportStore(database).load(report_id)
        except ReportNotFoundError:
            return False
        return True


async def test_a_sound_database_is_left_alone(url: str) -> None:
    assert make_ready(url, folder=default_folder(url), now=LATER) is None
    assert await holds(url, "second")


async def test_the_newest_good_backup_takes_the_place_of_a_damaged_database(url: str, tmp_path: Path) -> None:
    content = damage(tmp_path / "tastemap.db")
    folder = tmp_path / "backups"
    (folder / "tastemap-20261124T120000Z.db").write_bytes(b"a copy that is damaged too" * 500)
    shutil.copy(tmp_path / "tastemap.db", folder / "somebody-elses.db")

    rescue = make_ready(url, folder=folder, now=LATER)

    assert rescue is not None
    assert rescue.restored == folder / f"tastemap-{NOON:%Y%m%dT%H%M%SZ}.db"
    assert rescue.made_at == NOON
    assert rescue.aside == tmp_path / "tastemap.damaged-20261125T120000Z.db"
    assert rescue.aside.read_bytes() == content
    assert await holds(url, "first")
    assert not await holds(url, "second")


@pytest.mark.parametrize("fresh", [False, True])
async def test_without_a_good_backup_nothing_is_changed_unless_it_is_wished(
    url: str, tmp_path: Path, fresh: bool
) -> None:
    shutil.rmtree(tmp_path / "backups")
    content = damage(tmp_path / "tastemap.db")
    if not fresh:
        with pytest.raises(DamagedDatabaseError):
            make_ready(url, folder=default_folder(url), now=LATER)
        assert (tmp_path / "tastemap.db").read_bytes() == content
        return
    rescue = make_ready(url, folder=default_folder(url), now=LATER, fresh=True)
    assert rescue is not None
    assert rescue.restored is None
    assert rescue.aside.read_bytes() == content
    assert not await holds(url, "first")


async def test_nothing_is_moved_from_under_a_running_bot(url: str, tmp_path: Path) -> None:
    async with Database.open(url):
        damage(tmp_path / "tastemap.db")
        with pytest.raises((DatabaseInUseError, DamagedDatabaseError)):
            make_ready(url, folder=default_folder(url), now=LATER)
    assert not list(tmp_path.glob("*.damaged-*"))
