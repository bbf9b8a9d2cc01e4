"""Copies are consistent, checked and whole; restoring never costs what was there."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from services.domain.errors.storage import (
    BackupFailedError,
    BackupToolError,
    DamagedDatabaseError,
    DatabaseInUseError,
    NewerSchemaError,
    ReportNotFoundError,
    RestoreFailedError,
)
from services.storage.backups import backup, backup_into, default_folder, make_ready, restore
from services.storage.database import Database
from services.storage.reports import ReportStore
from services.storage.schema.music import absences, pulse
from tests.integration.storage.samples import NOON, some_report
from tests.integration.storage.test_migrations import build


async def put(database: Database, number: int) -> None:
    """Write one number into two tables."""
    async with database.transaction(durable=False) as connection:
        await connection.execute(insert(pulse).values(id=number, beat=number))
        await connection.execute(
            insert(absences).values(track_id=str(number), source="x", fetched_at=NOON, expires_at=NOON)
        )


async def numbers(file: Path) -> set[int]:
    async with Database.open(f"sqlite:///{file}") as database, database.reading() as connection:
        return set(await connection.scalars(select(pulse.c.id)))


async def test_copies_made_while_writing_are_snapshots(sqlite_file: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{sqlite_file}"
    acknowledged = 0
    stop = asyncio.Event()

    async def write() -> None:
        nonlocal acknowledged
        while not stop.is_set():
            await put(database, acknowledged)
            acknowledged += 1

    bounds = []
    async with Database.open(url) as database:
        writer = asyncio.create_task(write())
        for number in range(5):
            before = acknowledged
            await asyncio.to_thread(backup, url, tmp_path / f"copy{number}.db")
            bounds.append((before, acknowledged))
        stop.set()
        await writer

    for number, (before, after) in enumerate(bounds):
        with closing(sqlite3.connect(tmp_path / f"copy{number}.db")) as copy:
            rows = [row[0] for row in copy.execute("SELECT id FROM pulse ORDER BY id")]
            others = [int(row[0]) for row in copy.execute("SELECT track_id FROM absences")]
        # One moment: everything acknowledged before it began, no gaps, both tables alike.
        assert rows == list(range(len(rows)))
        assert sorted(others) == rows
        assert before <= len(rows) <= after + 1
    assert bounds[-1][1] > bounds[0][0], "nothing was written meanwhile"


async def test_a_copy_is_private_and_leaves_nothing_beside_it(sqlite_file: Path, tmp_path: Path) -> None:
    async with Database.open(f"sqlite:///{sqlite_file}"):
        copy = backup(f"sqlite:///{sqlite_file}", tmp_path / "backups" / "copy.db")

    assert [entry.name for entry in copy.parent.iterdir()] == ["copy.db"]
    assert copy.stat().st_mode & 0o077 == 0


async def test_a_failed_copy_leaves_the_older_one(sqlite_file: Path, tmp_path: Path) -> None:
    sqlite_file.write_bytes(b"no database at all" * 1000)
    target = tmp_path / "backups" / "copy.db"
    target.parent.mkdir()
    target.write_bytes(b"older")

    with pytest.raises(BackupFailedError):
        backup(f"sqlite:///{sqlite_file}", target)

    assert target.read_bytes() == b"older"
    assert [entry.name for entry in target.parent.iterdir()] == ["copy.db"]


def test_there_has_to_be_something_to_copy(sqlite_file: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupFailedError, match="there is no database"):
        backup(f"sqlite:///{sqlite_file}", tmp_path / "copy.db")

    assert not sqlite_file.exists()


async def test_a_database_is_never_its_own_backup(sqlite_file: Path) -> None:
    async with Database.open(f"sqlite:///{sqlite_file}") as database:
        await put(database, 1)
    with pytest.raises(BackupFailedError):
        backup(f"sqlite:///{sqlite_file}", sqlite_file)
    with pytest.raises(RestoreFailedError):
        restore(sqlite_file, f"sqlite:///{sqlite_file}", now=NOON)

    assert await numbers(sqlite_file) == {1}


async def test_dated_copies_rotate_and_touch_nothing_else(sqlite_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for name in ("tastemap.pre-0001.db", "other-20200101T000000Z.db", "tastemap-old.db"):
        (folder / name).touch()
    async with Database.open(f"sqlite:///{sqlite_file}"):
        made = [
            backup_into(f"sqlite:///{sqlite_file}", folder, now=NOON + timedelta(days=day), keep=3)
            for day in range(5)
        ]

    assert made[0].name == "tastemap-20260314T120000Z.db"
    assert sorted(entry.name for entry in folder.iterdir()) == sorted(
        [
            "tastemap.pre-0001.db",
            "other-20200101T000000Z.db",
            "tastemap-old.db",
            *(copy.name for copy in made[2:]),
        ]
    )


async def test_restoring_brings_back_the_copy_and_keeps_the_replaced_one(
    sqlite_file: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{sqlite_file}"
    async with Database.open(url) as database:
        await put(database, 1)
        copy = backup(url, tmp_path / "copy.db")
        await put(database, 2)

    aside = restore(copy, url, now=NOON)

    assert aside == sqlite_file.with_name("tastemap.replaced-20260314T120000Z.db")
    assert await numbers(sqlite_file) == {1}
    assert await numbers(aside) == {1, 2}
    assert await numbers(copy) == {1}


async def test_restoring_over_a_damaged_database_with_a_log(sqlite_file: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{sqlite_file}"
    async with Database.open(url) as database:
        await put(database, 1)
        copy = backup(url, tmp_path / "copy.db")
        await put(database, 2)
        log = Path(f"{sqlite_file}-wal").read_bytes()
    sqlite_file.write_bytes(b"damaged" * 5000)
    Path(f"{sqlite_file}-wal").write_bytes(log)

    aside = restore(copy, url, now=NOON)

    assert await numbers(sqlite_file) == {1}
    assert aside is not None
    assert aside.read_bytes() == b"damaged" * 5000
    assert Path(f"{aside}-wal").read_bytes() == log


async def test_restoring_where_there_was_nothing(sqlite_file: Path, tmp_path: Path) -> None:
    async with Database.open(f"sqlite:///{tmp_path / 'first.db'}") as database:
        await put(database, 1)
    new = tmp_path / "deep" / "new.db"

    assert restore(tmp_path / "first.db", f"sqlite:///{new}", now=NOON) is None
    assert await numbers(new) == {1}


async def test_a_database_in_use_is_not_replaced(sqlite_file: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{sqlite_file}"
    async with Database.open(url) as database:
        copy = backup(url, tmp_path / "copy.db")
        await put(database, 1)
        with pytest.raises(DatabaseInUseError):
            restore(copy, url, now=NOON)
        await put(database, 2)

    assert await numbers(sqlite_file) == {1, 2}


async def test_only_sound_known_databases_are_restored(sqlite_file: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{sqlite_file}"
    async with Database.open(url) as database:
        await put(database, 1)
        newer = backup(url, tmp_path / "newer.db")
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with closing(sqlite3.connect(tmp_path / "foreign.db")) as connection:
        connection.execute("CREATE TABLE songs (title)")
        connection.commit()
    (tmp_path / "text.db").write_bytes(b"no database at all" * 1000)
    (tmp_path / "cut.db").write_bytes(sqlite_file.read_bytes()[:-8192])

    with pytest.raises(NewerSchemaError):
        restore(newer, url, now=NOON)
    for name in ("foreign.db", "text.db", "cut.db", "missing.db"):
        with pytest.raises(RestoreFailedError):
            restore(tmp_path / name, url, now=NOON)

    assert await numbers(sqlite_file) == {1}
    assert list(tmp_path.glob("*replaced*")) == []


async def test_a_restored_older_backup_is_migrated_at_the_next_start(
    sqlite_file: Path, tmp_path: Path
) -> None:
    build(f"sqlite:///{tmp_path / 'old.db'}", "0001")
    before = (tmp_path / "old.db").read_bytes()

    restore(tmp_path / "old.db", f"sqlite:///{sqlite_file}", now=NOON)

    async with Database.open(f"sqlite:///{sqlite_file}") as database:
        assert (await ReportStore(database).load("r1")).report == some_report()
    assert (tmp_path / "old.db").read_bytes() == before


def test_postgresql_has_its_own_tools(tmp_path: Path) -> None:
    url = "postgresql://bot:secret@localhost/tastemap"
    with pytest.raises(BackupToolError) as caught:
        backup(url, tmp_path / "copy.db")
    assert "pg_dump" in caught.value.tool
    assert "secret" not in str(caught.value)
    with pytest.raises(BackupToolError) as caught:
        restore(tmp_path / "copy.db", url, now=NOON)
    assert "pg_restore" in caught.value.tool


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
