"""The commands that look after the database, run as an operator runs them."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from services.storage import migrations
from services.storage.database import Database
from services.storage.migrate import head_revision
from services.storage.schema import metadata
from tests.integration.cli.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def execute(database: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection, connection:
        return connection.execute(sql).fetchall()


def add_track(database: Path, number: int) -> None:
    execute(
        database,
        "INSERT INTO features (track_id, source, fetched_at, energy)"
        f" VALUES ('{number:022d}', 'somewhere', '2026-01-01 00:00:00.000000', 0.5)",
    )


def tracks(database: Path) -> int:
    ((count,),) = execute(database, "SELECT count(*) FROM features")
    assert isinstance(count, int)
    return count


def make_old_database(file: Path, revision: str) -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(migrations.__file__).parent))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["metadata"] = metadata
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, revision)
    engine.dispose()


def test_migrate_makes_a_new_database_and_then_has_nothing_to_do(terminal: Terminal) -> None:
    first = terminal.succeed("migrate")
    assert f"new, at revision {head_revision()}" in first
    assert str(terminal.database) in first
    assert f"up to date (revision {head_revision()})" in terminal.succeed("migrate")
    assert not (terminal.folder / "backups").exists()


def test_migrate_says_from_where_to_where_and_keeps_a_copy(terminal: Terminal) -> None:
    make_old_database(terminal.database, "0001")
    execute(
        terminal.database, "INSERT INTO pending_uploads VALUES ('u', 1, 'f', x'00', NULL, 1, '2026-01-01')"
    )
    said = terminal.succeed("migrate")
    assert f"from revision 0001 to {head_revision()}" in said
    copy = terminal.folder / "backups" / "tastemap.pre-0001.db"
    assert str(copy) in said
    assert execute(copy, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert execute(terminal.database, "SELECT upload_id FROM pending_uploads") == [("u",)]


def test_backup_writes_a_dated_copy_and_keeps_seven(terminal: Terminal) -> None:
    terminal.succeed("migrate")
    add_track(terminal.database, 1)
    folder = terminal.folder / "backups"
    folder.mkdir()
    old = [folder / f"tastemap-2020010{day}T000000Z.db" for day in range(1, 9)]
    theirs = folder / "holiday.db"
    for file in (*old, theirs):
        file.touch()

    said = terminal.succeed("backup")

    (new,) = set(folder.glob("tastemap-*.db")) - set(old)
    assert str(new) in said
    assert tracks(new) == 1
    assert sorted(folder.iterdir()) == sorted([*old[-6:], new, theirs])


def test_backup_writes_where_it_is_told(terminal: Terminal) -> None:
    terminal.succeed("migrate")
    add_track(terminal.database, 1)
    target = terminal.folder / "elsewhere" / "copy.db"
    assert str(target) in terminal.succeed("backup", target)
    assert tracks(target) == 1
    assert "Wrote a checked copy" in terminal.succeed("backup", "here.db")
    assert tracks(terminal.folder / "here.db") == 1
    terminal.succeed("backup", target.parent)
    assert len(list(target.parent.glob("tastemap-*.db"))) == 1


async def test_backup_copies_one_moment_while_somebody_writes(terminal: Terminal) -> None:
    target = terminal.folder / "copy.db"
    async with Database.open(f"sqlite:///{terminal.database}") as database:
        await asyncio.to_thread(add_track, terminal.database, 1)
        async with database.transaction() as connection:
            await connection.exec_driver_sql("UPDATE features SET energy = 0.9")
            await asyncio.to_thread(terminal.succeed, "backup", target)
    assert execute(target, "SELECT energy FROM features") == [(0.5,)]
    assert execute(terminal.database, "SELECT energy FROM features") == [(0.9,)]


def test_backup_of_nothing_says_so_and_makes_nothing(terminal: Terminal) -> None:
    assert f"there is no database at {terminal.database}" in terminal.refuse("backup", code=1)
    assert list(terminal.folder.iterdir()) == []


def test_restore_puts_a_copy_back_and_says_where_the_other_lies(terminal: Terminal) -> None:
    terminal.succeed("migrate")
    add_track(terminal.database, 1)
    copy = terminal.folder / "copy.db"
    terminal.succeed("backup", copy)
    add_track(terminal.database, 2)

    said = terminal.succeed("restore", copy)

    assert tracks(terminal.database) == 1
    (replaced,) = terminal.folder.glob("tastemap.replaced-*.db")
    assert str(replaced) in said
    assert tracks(replaced) == 2


def test_restore_fills_an_empty_place(terminal: Terminal) -> None:
    terminal.succeed("migrate")
    copy = terminal.database.rename(terminal.folder / "copy.db")
    assert "nothing was replaced" in terminal.succeed("restore", copy.name)
    assert tracks(terminal.database) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows itself refuses to replace an open file")
async def test_restore_waits_for_nobody_while_the_bot_runs(terminal: Terminal) -> None:
    async with Database.open(f"sqlite:///{terminal.database}"):
        copy = terminal.folder / "copy.db"
        await asyncio.to_thread(terminal.succeed, "backup", copy)
        said = await asyncio.to_thread(terminal.refuse, "restore", copy, code=1)
    assert "Stop the bot" in said


@pytest.mark.parametrize(
    "content", [b"", b"no database at all\n" * 100, None], ids=["empty", "text", "missing"]
)
def test_restore_takes_only_a_database_of_ours(terminal: Terminal, content: bytes | None) -> None:
    terminal.succeed("migrate")
    add_track(terminal.database, 1)
    source = terminal.folder / "source.db"
    if content is not None:
        source.write_bytes(content)
    said = terminal.refuse("restore", source, code=1)
    assert str(source) in said
    assert "untouched" in said
    assert tracks(terminal.database) == 1


def with_token(terminal: Terminal) -> Terminal:
    """Return the same place with what `run` can't do without, in the form of the real thing."""
    return Terminal(terminal.folder, {"DISCORD_TOKEN": f"MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.{'x' * 38}"})


def test_doctor_is_content_with_a_sound_installation(terminal: Terminal) -> None:
    terminal.succeed("migrate")
    said = with_token(terminal).succeed("doctor")
    assert f"ok      {terminal.database} is sound." in said
    assert f"up to date (revision {head_revision()})" in said
    assert "There is no backup" in said
    assert "ok      DISCORD_TOKEN: the bot can connect" in said
    assert "No problems" in said
    assert "PROBLEM" not in said


def test_doctor_names_the_backup_that_cures_a_damaged_file(terminal: Terminal) -> None:
    terminal.succeed("migrate")
    terminal.succeed("backup")
    (copy,) = (terminal.folder / "backups").iterdir()
    with terminal.database.open("r+b") as file:
        file.seek(100)
        file.write(os.urandom(8000))
    done = terminal.run("doctor")
    assert done.returncode == 1
    assert f"PROBLEM {terminal.database} is damaged" in done.stdout
    assert f"→ Stop the bot and run `python -m bot restore {copy}`." in done.stdout

    # The cure that was named is the cure.
    terminal.succeed("restore", copy)
    with_token(terminal).succeed("doctor")


def test_doctor_notices_a_spotify_app_set_up_by_half(tmp_path: Path) -> None:
    half = Terminal(tmp_path, {"SPOTIFY_CLIENT_ID": "invented"}).run("doctor").stdout
    assert "WARNING Spotify is set up by half: TOKEN_KEYS missing." in half
    secret = Terminal(tmp_path, {"SPOTIFY_CLIENT_SECRET": "invented"}).run("doctor").stdout
    assert "by half: SPOTIFY_CLIENT_ID and TOKEN_KEYS missing." in secret
    without_secret = {"SPOTIFY_CLIENT_ID": "invented", "TOKEN_KEYS": "invented"}
    assert "by half" not in Terminal(tmp_path, without_secret).run("doctor").stdout


@pytest.mark.parametrize("command", [("migrate",), ("backup",), ("features", "stats")])
def test_an_address_of_no_use_costs_one_line_without_the_password(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    said = Terminal(tmp_path, {"DATABASE_URL": "mysql://me:s3cret@host/name"}).refuse(*command, code=78)
    assert "DATABASE_URL" in said
    assert "s3cret" not in said


def test_doctor_says_what_is_wrong_with_an_address(tmp_path: Path) -> None:
    done = Terminal(tmp_path, {"DATABASE_URL": "mysql://me:s3cret@host/name"}).run("doctor")
    assert done.returncode == 1
    assert "PROBLEM The database address is no use" in done.stdout
    assert "s3cret" not in done.stdout + done.stderr


@pytest.mark.parametrize(("command", "tool"), [("backup", "pg_dump"), ("restore", "pg_restore")])
def test_a_server_is_copied_with_its_own_tool(tmp_path: Path, command: str, tool: str) -> None:
    server = Terminal(tmp_path, {"DATABASE_URL": "postgresql://me:s3cret@127.0.0.1:1/name"})
    said = server.refuse(command, tmp_path / "copy.db", code=1)
    assert tool in said
    assert "s3cret" not in said


def test_a_server_that_is_down_is_named_without_the_password(tmp_path: Path) -> None:
    server = Terminal(tmp_path, {"DATABASE_URL": "postgresql://me:s3cret@127.0.0.1:1/name"})
    said = server.refuse("migrate", code=1)
    assert "refused" in said
    assert "s3cret" not in said
    doctor = server.run("doctor")
    assert doctor.returncode == 1
    assert "does not answer" in doctor.stdout
    assert "s3cret" not in doctor.stdout
