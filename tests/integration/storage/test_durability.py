"""What was acknowledged survives a killed process, and nothing is ever half there."""

from __future__ import annotations

import random
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing

import pytest
from sqlalchemy import select

from services.storage.bulk import ImportProgress, import_rows, load_progress, write_import_rows
from services.storage.database import Database
from services.storage.schema.music import features, known_tracks
from tests.depth import cases, examples
from tests.integration.storage.children import IMPORT_ROWS, features_of, import_sample
from tests.integration.storage.samples import NOON, track_id

Start = Callable[..., subprocess.Popen[str]]

KILLS = examples(2, night=30)


async def test_every_acknowledged_row_survives_a_kill(database_url: str, start_child: Start) -> None:
    chance = random.Random(20)
    acknowledged = -1
    for _ in range(KILLS):
        child = start_child("write", database_url, str(acknowledged + 1))
        assert child.stdout is not None
        for _ in range(chance.randrange(1, 40)):
            line = child.stdout.readline()
            assert line, child.communicate()[1]
            acknowledged = int(line)
        child.kill()
        # Lines still in the pipe were acknowledged before the kill.
        rest = child.stdout.read().split()
        acknowledged = int(rest[-1]) if rest else acknowledged

        async with Database.open(database_url) as database, database.reading() as connection:
            measured = {row.track_id: row.energy for row in await connection.execute(select(features))}
            named = set(await connection.scalars(select(known_tracks.c.track_id)))
        # The one after the last acknowledged may have been committed just before the kill.
        assert len(measured) in {acknowledged + 1, acknowledged + 2}
        assert set(measured) == named
        for number in range(acknowledged + 1):
            assert measured[track_id(number)] == features_of(number).features.energy

    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("kill_after", cases([1, 13], gate=[13]))
async def test_a_killed_import_goes_on_without_loss_or_repetition(
    database_url: str, start_child: Start, kill_after: int
) -> None:
    child = start_child("bulk", database_url, str(kill_after))
    assert child.wait() == -9, child.communicate()[1]

    async with Database.open(database_url) as database:
        halfway = await load_progress(database, file_fingerprint="sample", source="import:x")
        assert halfway.rows_read == kill_after * 100
        assert not halfway.finished

        seen: list[ImportProgress] = []
        done = await import_rows(
            database,
            import_sample(),
            write=write_import_rows,
            file_fingerprint="sample",
            source="import:x",
            now=NOON,
            chunk_rows=100,
            on_progress=seen.append,
        )
        async with database.reading() as connection:
            stored = set(await connection.scalars(select(features.c.track_id)))

    usable = [row for row in import_sample() if row is not None]
    assert done == ImportProgress(rows_read=IMPORT_ROWS, rows_saved=len(usable), finished=True)
    assert stored == {row.features.track_id for row in usable}
    assert seen[0].rows_read == kill_after * 100 + 100
