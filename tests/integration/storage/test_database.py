"""Transactions, snapshots and turns: the same on both databases."""

from __future__ import annotations

import asyncio
import gc
import warnings
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from services.domain.errors.storage import (
    DatabaseBusyError,
    DatabaseReadOnlyError,
    DatabaseUnreachableError,
    UnsupportedDatabaseUrlError,
)
from services.storage import connections as module
from services.storage.database import Database
from services.storage.schema.music import pulse
from services.storage.schema.people import listed_playlists
from tests.databases import sqlite_at
from tests.integration.storage.rows import made_up_rows

COUNT = select(func.count()).select_from(pulse)


async def count(database: Database) -> int:
    async with database.reading() as connection:
        return await connection.scalar(COUNT) or 0


async def test_one_statement_is_a_transaction_by_itself_on_a_server(database: Database) -> None:
    for single in (False, True):
        for block in (database.reading(one_moment=not single), database.transaction(single=single)):
            async with block as connection:
                driver = (await connection.get_raw_connection()).driver_connection
                is_by_itself = bool(getattr(driver, "autocommit", False))
                assert is_by_itself == (single and not database.address.is_sqlite)
                assert await connection.scalar(COUNT) is not None


async def test_only_what_may_be_lost_does_not_wait_for_the_disk(database_url: str) -> None:
    is_file = database_url.startswith("sqlite")
    waits, hurries, after_a_crash = (2, 1, 1) if is_file else ("on", "off", "on")
    asked = text("PRAGMA synchronous" if is_file else "SHOW synchronous_commit")
    url = database_url if is_file else f"{database_url}&options=-csynchronous_commit%3Don"
    async with Database.open(url) as database:
        for durable, said in ((True, waits), (False, hurries), (database.beyond_a_crash, after_a_crash)):
            async with database.transaction(durable=durable) as connection:
                assert await connection.scalar(asked) == said


async def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    async def fail_half_way() -> None:
        async with database.transaction() as connection:
            await connection.execute(insert(pulse).values(id=7, beat=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_half_way()

    assert await count(database) == 0


async def test_a_database_is_closed_after_what_uses_it(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def use() -> None:
        async with database.reading() as connection:
            begun.set()
            for _ in range(100):
                await connection.scalar(COUNT)

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        async with Database.open(sqlite_at(tmp_path / "tastemap.db")) as database:
            using = asyncio.create_task(use())
            await begun.wait()
        await using
        gc.collect()
    assert [str(each.message) for each in warned] == []
    with pytest.raises(DatabaseUnreachableError):
        await count(database)


async def test_a_transaction_cancelled_between_statements_leaves_nothing(database: Database) -> None:
    reached, never = asyncio.Event(), asyncio.Event()

    async def half_done() -> None:
        async with database.transaction() as connection:
            await connection.execute(insert(pulse).values(id=7, beat=1))
            reached.set()
            await never.wait()

    task = asyncio.create_task(half_done())
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await count(database) == 0
    await database.check()
    assert await count(database) == 1


async def test_a_transaction_cancelled_inside_a_statement_leaves_nothing(database: Database) -> None:
    slow = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) "
        "SELECT count(*) FROM n"
    )
    begun = asyncio.Event()

    async def half_done() -> None:
        async with database.transaction() as connection:
            await connection.execute(insert(pulse).values(id=7, beat=1))
            begun.set()
            await connection.execute(slow)
            await connection.execute(slow)

    task = asyncio.create_task(half_done())
    await begun.wait()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await database.check()
    assert await count(database) == 1


async def test_a_reader_sees_one_moment(database: Database) -> None:
    async with database.reading() as connection:
        assert await connection.scalar(COUNT) == 0
        await database.check()
        assert await connection.scalar(COUNT) == 0

    assert await count(database) == 1


async def test_a_reader_can_not_write(database: Database) -> None:
    with pytest.raises(DatabaseReadOnlyError):
        async with database.reading() as connection:
            await connection.execute(insert(pulse).values(id=7, beat=1))

    await database.check()
    assert await count(database) == 1


async def test_many_tasks_that_read_then_write_lose_no_step(database: Database) -> None:
    await database.check()
    async with database.transaction() as connection:
        await connection.execute(update(pulse).values(beat=0))

    async def climb() -> None:
        for _ in range(10):
            async with database.transaction(durable=False) as connection:
                beat = await connection.scalar(select(pulse.c.beat).with_for_update())
                await asyncio.sleep(0)
                await connection.execute(update(pulse).values(beat=(beat or 0) + 1))

    await asyncio.gather(*(climb() for _ in range(20)))

    async with database.reading() as connection:
        assert await connection.scalar(select(pulse.c.beat)) == 200


async def test_more_readers_than_connections_all_get_their_turn(database: Database) -> None:
    assert await asyncio.gather(*(count(database) for _ in range(60))) == [0] * 60


async def test_foreign_keys_are_enforced(database: Database) -> None:
    row = next(row for table, row in made_up_rows(1, canary="x") if table is listed_playlists)
    with pytest.raises(IntegrityError):
        async with database.transaction() as connection:
            await connection.execute(insert(listed_playlists).values(**row))


async def test_reading_inside_a_transaction_is_possible_and_sees_the_past(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(insert(pulse).values(id=7, beat=1))
        assert await count(database) == 0
        assert await connection.scalar(COUNT) == 1


async def test_what_was_written_is_there_after_opening_again(database_url: str) -> None:
    for expected in (0, 1):
        async with Database.open(database_url) as database:
            assert await count(database) == expected
            await database.check()


async def test_several_starts_at_once_agree(empty_database_url: str) -> None:
    async with AsyncExitStack() as stack:
        opened = await asyncio.gather(
            *(stack.enter_async_context(Database.open(empty_database_url)) for _ in range(4))
        )
        await opened[0].check()
        assert [await count(database) for database in opened] == [1, 1, 1, 1]


async def test_a_transaction_inside_itself_is_refused_at_once(sqlite_file: Path) -> None:
    async with Database.open(f"sqlite:///{sqlite_file}") as database:
        with pytest.raises(RuntimeError, match="wait for itself"):
            async with database.transaction(), database.transaction():
                pass
        await database.check()


async def test_only_one_connection_ever_writes(sqlite_file: Path) -> None:
    async with Database.open(f"sqlite:///{sqlite_file}") as database:

        async def write(number: int) -> int:
            async with database.transaction() as connection:
                await connection.execute(insert(pulse).values(id=number, beat=1))
                raw = await connection.get_raw_connection()
                return id(raw.driver_connection)

        assert len(set(await asyncio.gather(*(write(number) for number in range(12))))) == 1


async def test_the_writer_is_set_up_for_safety_and_readers_for_reading(sqlite_file: Path) -> None:
    async def pragma(connection: object, name: str) -> object:
        return (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()  # type: ignore[attr-defined]

    async with Database.open(f"sqlite:///{sqlite_file}") as database:
        for durable, level in ((True, 2), (False, 1), (True, 2)):
            async with database.transaction(durable=durable) as connection:
                assert await pragma(connection, "synchronous") == level
        async with database.transaction() as connection:
            assert await pragma(connection, "journal_mode") == "wal"
            assert await pragma(connection, "foreign_keys") == 1
            assert await pragma(connection, "secure_delete") == 1
            assert await pragma(connection, "trusted_schema") == 0
            assert await pragma(connection, "mmap_size") in {0, None}
        async with database.reading() as connection:
            assert await pragma(connection, "query_only") == 1
            assert await pragma(connection, "trusted_schema") == 0


async def test_waiting_too_long_for_the_writer_is_told_apart(
    sqlite_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WRITER_WAIT_S", 0.01)
    async with Database.open(f"sqlite:///{sqlite_file}") as database:
        async with database.transaction():
            other = asyncio.create_task(database.check())
            with pytest.raises(DatabaseBusyError):
                await other
        await database.check()


async def test_another_process_that_writes_too_long_is_told_apart(
    sqlite_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_TIMEOUT_MS", 10)
    async with (
        Database.open(f"sqlite:///{sqlite_file}") as one,
        Database.open(f"sqlite:///{sqlite_file}") as other,
    ):
        async with one.transaction():
            with pytest.raises(DatabaseBusyError):
                await other.check()
        await other.check()


async def test_side_files_are_gone_after_closing(sqlite_file: Path) -> None:
    async with Database.open(f"sqlite:///{sqlite_file}") as database:
        await database.check()
        assert Path(f"{sqlite_file}-wal").exists()

    assert not Path(f"{sqlite_file}-wal").exists()
    assert not Path(f"{sqlite_file}-shm").exists()


async def test_deleted_words_are_gone_from_the_bytes(sqlite_file: Path) -> None:
    async with Database.open(f"sqlite:///{sqlite_file}") as database:
        async with database.transaction() as connection:
            await connection.execute(
                text(
                    "INSERT INTO pending_uploads VALUES ('u', 1, 'canary-name', x'00', NULL, 1, '2026-01-01')"
                )
            )
        async with database.transaction() as connection:
            await connection.execute(text("DELETE FROM pending_uploads"))

    assert b"canary-name" not in sqlite_file.read_bytes()


async def test_scrubbing_takes_deleted_words_out_of_the_log(sqlite_file: Path) -> None:
    def holds_canary() -> bool:
        return any(b"canary-name" in file.read_bytes() for file in sqlite_file.parent.glob("tastemap.db*"))

    async with Database.open(f"sqlite:///{sqlite_file}") as database:
        async with database.transaction() as connection:
            await connection.execute(
                text(
                    "INSERT INTO pending_uploads VALUES ('u', 1, 'canary-name', x'00', NULL, 1, '2026-01-01')"
                )
            )
        async with database.transaction() as connection:
            await connection.execute(text("DELETE FROM pending_uploads"))
        assert holds_canary()

        assert await database.scrub()

        assert not holds_canary()
        await database.check()


async def test_scrubbing_says_when_a_reader_prevents_it(
    sqlite_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_TIMEOUT_MS", 10)
    async with Database.open(f"sqlite:///{sqlite_file}") as database:
        await database.check()
        async with database.reading() as connection:
            await connection.scalar(COUNT)
            await database.check()
            assert not await database.scrub()
        assert await database.scrub()


async def test_only_the_owner_can_read_the_file(sqlite_file: Path) -> None:
    async with Database.open(f"sqlite:///{sqlite_file}") as database:
        await database.check()
        for file in sqlite_file.parent.glob("tastemap.db*"):
            assert file.stat().st_mode & 0o077 == 0, file


async def test_folders_are_made(tmp_path: Path) -> None:
    async with Database.open(f"sqlite:///{tmp_path / 'a' / 'b' / 'tastemap.db'}") as database:
        await database.check()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=memory",
        "mysql://u:secret@h/d",
        "nonsense",
        "",
    ],
)
async def test_other_addresses_are_refused_without_showing_them(url: str) -> None:
    with pytest.raises(UnsupportedDatabaseUrlError) as caught:
        async with Database.open(url):
            pass

    assert "secret" not in str(caught.value)


async def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachableError):
        async with Database.open(f"sqlite:///{tmp_path}"):
            pass


async def test_a_server_that_is_not_there_is_told_apart_and_hides_the_password(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachableError) as caught:
        async with Database.open(f"postgresql://bot:secret@/tastemap?host={tmp_path}"):
            pass

    assert "secret" not in str(caught.value)


async def test_a_database_that_is_not_there_is_told_apart(postgresql_server: str) -> None:
    with pytest.raises(DatabaseUnreachableError):
        async with Database.open(postgresql_server.replace("/postgres?", "/nowhere?")):
            pass
