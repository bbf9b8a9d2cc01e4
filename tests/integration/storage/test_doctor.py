"""The doctor finds what is wrong, names a cure, and changes nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from services.storage import doctor as module
from services.storage.backups import backup
from services.storage.database import Database
from services.storage.doctor import Diagnosis, Severity, diagnose
from services.storage.migrate import head_revision


def bad(diagnoses: list[Diagnosis]) -> list[Diagnosis]:
    return [
        diagnosis
        for diagnosis in diagnoses
        if diagnosis.severity in {Severity.PROBLEM, Severity.WARNING} and "3.51.3" not in diagnosis.what
    ]


async def test_a_healthy_database_has_nothing_to_cure(database_url: str) -> None:
    async with Database.open(database_url) as database:
        await database.check()
        while_open = diagnose(database_url)
    closed = diagnose(database_url)

    assert bad(while_open) == bad(closed) == []
    assert any(f"revision {head_revision()}" in diagnosis.what for diagnosis in closed)


async def test_looking_changes_nothing(sqlite_file: Path) -> None:
    async with Database.open(f"sqlite:///{sqlite_file}") as database:
        await database.check()
    before = sqlite_file.read_bytes()

    diagnose(f"sqlite:///{sqlite_file}")

    assert sqlite_file.read_bytes() == before


def test_no_database_yet_is_no_problem_and_none_is_made(sqlite_file: Path) -> None:
    assert bad(diagnose(f"sqlite:///{sqlite_file}")) == []
    assert not sqlite_file.exists()


@pytest.mark.parametrize(
    ("version", "severity"), [((3, 51, 2), Severity.WARNING), ((3, 51, 3), Severity.FINE)]
)
def test_the_version_floor(
    sqlite_file: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], severity: Severity
) -> None:
    monkeypatch.setattr(module.sqlite3, "sqlite_version_info", version)
    monkeypatch.setattr(module.sqlite3, "sqlite_version", ".".join(map(str, version)))

    first = diagnose(f"sqlite:///{sqlite_file}")[0]

    assert first.severity is severity
    assert ".".join(map(str, version)) in first.what


async def test_damage_names_the_backup_to_restore(sqlite_file: Path, tmp_path: Path) -> None:
    async with Database.open(f"sqlite:///{sqlite_file}"):
        copy = backup(f"sqlite:///{sqlite_file}", tmp_path / "backups" / "copy.db")
    sqlite_file.write_bytes(b"no database at all" * 1000)

    (problem,) = [
        diagnosis
        for diagnosis in diagnose(f"sqlite:///{sqlite_file}", backups=copy.parent)
        if diagnosis.severity is Severity.PROBLEM
    ]

    assert str(copy) in problem.cure


async def test_newer_and_older_tables_are_told_apart(sqlite_file: Path) -> None:
    async with Database.open(f"sqlite:///{sqlite_file}"):
        pass
    for revision, expected in (("9999", Severity.PROBLEM), ("0001", Severity.NOTE)):
        with closing(sqlite3.connect(sqlite_file)) as connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
            connection.commit()

        (diagnosis,) = [entry for entry in diagnose(f"sqlite:///{sqlite_file}") if revision in entry.what]

        assert diagnosis.severity is expected


async def test_a_file_that_others_can_read_is_a_warning_with_its_cure(sqlite_file: Path) -> None:
    async with Database.open(f"sqlite:///{sqlite_file}"):
        pass
    sqlite_file.chmod(0o644)

    (diagnosis,) = bad(diagnose(f"sqlite:///{sqlite_file}"))

    assert diagnosis.cure == f"chmod 600 {sqlite_file}"


async def test_a_long_log_and_a_full_disk_are_warnings(
    sqlite_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LARGE_LOG_BYTES", 100)
    monkeypatch.setattr(module, "_LITTLE_ROOM_BYTES", 1 << 60)
    async with Database.open(f"sqlite:///{sqlite_file}") as database:
        await database.check()
        found = bad(diagnose(f"sqlite:///{sqlite_file}"))

    assert [diagnosis.severity for diagnosis in found] == [Severity.WARNING] * 2
    assert all(diagnosis.cure for diagnosis in found)


async def test_a_writer_that_hangs_is_noticed(sqlite_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.storage.sqlite_files.BUSY_TIMEOUT_MS", 10)
    async with Database.open(f"sqlite:///{sqlite_file}") as database, database.transaction():
        (diagnosis,) = bad(diagnose(f"sqlite:///{sqlite_file}"))

    assert "writing" in diagnosis.what


def test_addresses_and_servers_that_are_no_use(tmp_path: Path) -> None:
    for url in ("mysql://bot:secret@host/name", f"postgresql://bot:secret@/name?host={tmp_path}"):
        (diagnosis,) = diagnose(url)
        assert diagnosis.severity is Severity.PROBLEM
        assert diagnosis.cure
        assert "secret" not in diagnosis.what
