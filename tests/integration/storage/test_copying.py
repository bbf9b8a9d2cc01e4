"""From a file to a server: every row is there and the same, and a copy that was cut goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from services.domain.errors.storage import CopyRefusedError
from services.storage import copying
from services.storage.copying import DatabaseCopy
from services.storage.database import Database
from services.storage.schema import metadata
from services.storage.schema.music import pulse
from services.storage.schema.people import reports
from tests.databases import sqlite_at
from tests.integration.storage.rows import made_up_rows


async def fill_everything(database: Database) -> None:
    for user_id in (1, 2, 3):
        for table, row in made_up_rows(user_id, canary=f"Späte Fahrt 夜 {user_id}"):
            async with database.transaction() as connection:
                await connection.execute(table.insert().values(row))


async def _rows(database: Database) -> int:
    async with database.reading() as connection:
        counts = [
            await connection.scalar(select(func.count()).select_from(table))
            for table in metadata.sorted_tables
            if table is not pulse
        ]
    return sum(count or 0 for count in counts)


async def test_a_copy_has_each_row_and_one_that_was_cut_goes_on(
    tmp_path: Path,
    new_postgresql: Callable[..., str],
    postgresql_template: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(copying, "ROWS_AT_ONCE", 2)
    async with (
        Database.open(sqlite_at(tmp_path / "here.db")) as here,
        Database.open(new_postgresql(postgresql_template)) as there,
    ):
        await fill_everything(here)
        copy = DatabaseCopy(source=here, target=there)
        seen: list[str] = []

        def cut(table: str, _count: int) -> None:
            seen.append(table)
            if table == "reports":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            await copy.run(cut)
        rows = await copy.run(lambda _table, _count: None)
        assert rows == await _rows(here) == await _rows(there) > 20

        with pytest.raises(CopyRefusedError, match="already"):
            await copy.run(lambda _table, _count: None)


async def test_a_row_that_differs_is_found(
    tmp_path: Path, new_postgresql: Callable[..., str], postgresql_template: str
) -> None:
    async with (
        Database.open(sqlite_at(tmp_path / "here.db")) as here,
        Database.open(new_postgresql(postgresql_template)) as there,
    ):
        await fill_everything(here)
        copy = DatabaseCopy(source=here, target=there)
        await copy.run(lambda _table, _count: None)
        async with here.reading() as connection:
            count = await connection.scalar(select(func.count()).select_from(reports))
        async with there.transaction() as connection:
            await connection.execute(update(reports).values(tracks=reports.c.tracks + 1))
        with pytest.raises(CopyRefusedError, match="reports"):
            await copy._compare(reports, count or 0)
