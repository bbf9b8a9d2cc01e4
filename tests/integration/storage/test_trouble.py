"""Full disks, locked folders, damaged files and bad endings: a typed failure, and life goes on."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from services.domain.errors.storage import DamagedDatabaseError, ReportNotFoundError, StorageError
from services.storage.backups import backup
from services.storage.database import Database
from services.storage.reports import ReportStore
from tests.depth import cases
from tests.integration.storage.samples import NOON, some_report

Start = Callable[..., subprocess.Popen[str]]

SAM = 123_456_789_012_345_678


def said(child: subprocess.Popen[str]) -> list[str]:
    """Wait for a child to end well and return its lines."""
    out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    return out.splitlines()


def test_the_interpreter_ends_although_nothing_was_closed(database_url: str, start_child: Start) -> None:
    assert said(start_child("forget_to_close", database_url)) == ["done"]


def test_the_interpreter_ends_after_a_failed_start(sqlite_file: Path, start_child: Start) -> None:
    sqlite_file.write_bytes(b"no database at all" * 1000)

    assert said(start_child("fail_to_start", f"sqlite:///{sqlite_file}")) == ["DamagedDatabaseError"]


def test_a_full_disk_stops_writing_only_and_only_while_it_is_full(
    sqlite_file: Path, start_child: Start
) -> None:
    lines = said(start_child("run_out_of_disk", f"sqlite:///{sqlite_file}"))

    failure, written = lines[0].split()
    assert failure in {"CannotSaveError", "DatabaseFullError"}
    # Every acknowledged chunk and the row before them, and nothing of the chunk that failed.
    assert lines[1:] == [f"readable {int(written) + 1}", "recovered"]


@pytest.mark.skipif(sys.platform != "linux", reason="gives up root's rights the Linux way")
async def test_a_read_only_file_is_told_apart(sqlite_file: Path, start_child: Start) -> None:
    async with Database.open(f"sqlite:///{sqlite_file}") as database:
        await database.check()
    sqlite_file.chmod(0o444)

    assert said(start_child("start_unprivileged", f"sqlite:///{sqlite_file}")) == ["DatabaseReadOnlyError"]


@pytest.mark.skipif(sys.platform != "linux", reason="gives up root's rights the Linux way")
async def test_a_read_only_folder_is_told_apart(tmp_path: Path, start_child: Start) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)

    assert said(start_child("start_unprivileged", f"sqlite:///{folder / 'tastemap.db'}")) == [
        "DatabaseReadOnlyError"
    ]


async def test_damage_after_a_crash_is_found_at_the_start_and_names_the_backup(
    sqlite_file: Path, tmp_path: Path, start_child: Start
) -> None:
    url = f"sqlite:///{sqlite_file}"
    async with Database.open(url) as database:
        for number in range(20):
            await ReportStore(database).save(str(number), SAM, some_report(), private=True, created_at=NOON)
    good = backup(url, tmp_path / "backups" / "good.db")
    child = start_child("write", url, "0")
    assert child.stdout is not None
    child.stdout.readline()
    child.kill()
    child.wait()
    assert Path(f"{sqlite_file}-wal").stat().st_size > 0
    content = bytearray(sqlite_file.read_bytes())
    for page in range(3 * 4096, len(content) - 4096, 4096):
        content[page : page + 64] = b"\xa5" * 64
    sqlite_file.write_bytes(content)

    with pytest.raises(DamagedDatabaseError) as caught:
        async with Database.open(url, backups=tmp_path / "backups"):
            pass

    assert caught.value.newest_backup == str(good)
    assert caught.value.problem


@pytest.mark.parametrize("seed", cases(range(60), gate=range(5)))
async def test_damage_anywhere_gives_the_right_report_or_a_typed_failure(
    sqlite_file: Path, seed: int
) -> None:
    url = f"sqlite:///{sqlite_file}"
    async with Database.open(url) as database:
        for number in range(5):
            await ReportStore(database).save(
                str(number), SAM, some_report(60, seed=number), private=True, created_at=NOON
            )
    chance = random.Random(seed)
    content = bytearray(sqlite_file.read_bytes())
    if seed % 3 == 0:
        del content[chance.randrange(len(content)) :]
    else:
        for _ in range(chance.randrange(1, 200)):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    sqlite_file.write_bytes(content)

    try:
        async with Database.open(url) as database:
            for number in range(5):
                try:
                    stored = await ReportStore(database).load(str(number))
                except (StorageError, ReportNotFoundError):
                    continue
                assert stored.report == some_report(60, seed=number)
    except StorageError:
        return
