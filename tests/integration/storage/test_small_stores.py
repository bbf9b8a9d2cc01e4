"""Small stores: tempo corrections, waiting uploads, bulk imports, ways of grouping and marks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from services.domain.grouping import Grouping
from services.domain.music import TrackId
from services.storage.bulk import (
    ImportProgress,
    ImportRow,
    fingerprint_file,
    import_rows,
    load_progress,
    write_import_rows,
)
from services.storage.database import Database
from services.storage.decisions import PreferenceStore, TempoCorrectionStore
from services.storage.features import FeatureStore
from services.storage.installation import MarkStore
from services.storage.uploads import PendingUpload, UploadStore
from tests.integration.storage.children import IMPORT_ROWS, features_of, import_sample
from tests.integration.storage.samples import NOON, track_id

SAM, KIM = 123_456_789_012_345_678, 2


async def test_tempo_corrections_are_each_persons_own(database: Database) -> None:
    store = TempoCorrectionStore(database)
    await store.set(SAM, track_id(1), 0.5, now=NOON)
    await store.set(SAM, track_id(2), 2.0, now=NOON)
    await store.set(SAM, track_id(1), 2.0, now=NOON)
    await store.set(KIM, track_id(1), 0.5, now=NOON)
    ids = [track_id(number) for number in range(5)]

    assert await store.load(SAM, ids) == {track_id(1): 2.0, track_id(2): 2.0}
    assert await store.load(SAM, [track_id(2)]) == {track_id(2): 2.0}
    assert await store.clear(SAM, track_id(2))
    assert not await store.clear(SAM, track_id(2))
    assert await store.load(SAM, ids) == {track_id(1): 2.0}
    assert await store.load(KIM, ids) == {track_id(1): 0.5}


@pytest.mark.parametrize("factor", [0, 1, 3.0, -2, float("nan")])
async def test_a_tempo_is_only_halved_or_doubled(database: Database, factor: float) -> None:
    with pytest.raises(ValueError, match="halved or doubled"):
        await TempoCorrectionStore(database).set(SAM, track_id(1), factor, now=NOON)


def upload(upload_id: str, owner_id: int = SAM, hours: int = 1) -> PendingUpload:
    return PendingUpload(
        upload_id=upload_id,
        owner_id=owner_id,
        filename="Meine Lieder \ud83d\0.csv",
        content=bytes(range(256)) * 40,
        groups=None,
        private=True,
        expires_at=NOON + timedelta(hours=hours),
    )


async def test_a_waiting_file_comes_back_until_its_time_is_over(database: Database) -> None:
    store = UploadStore(database)
    await store.save(upload("u1"))

    found = await store.load("u1", NOON)

    assert found is not None
    assert found.content == upload("u1").content
    assert found.filename == "Meine Lieder \ufffd.csv"
    assert (found.owner_id, found.groups, found.private, found.expires_at) == (
        SAM,
        None,
        True,
        NOON + timedelta(hours=1),
    )
    assert await store.load("u1", NOON + timedelta(hours=1)) is None
    assert await store.load("u2", NOON) is None


async def test_waiting_files_go_by_time(database: Database) -> None:
    store = UploadStore(database)
    for entry in (upload("a"), upload("b", hours=9), upload("c", KIM, hours=9), upload("d", hours=9)):
        await store.save(entry)

    assert await store.purge(NOON + timedelta(hours=1)) == 1
    assert await store.load("a", NOON) is None
    assert await store.load("b", NOON) is not None
    assert await store.load("c", NOON) is not None


async def test_an_import_counts_every_row_and_stops_at_the_end(database: Database) -> None:
    seen: list[ImportProgress] = []
    for _ in range(2):
        done = await import_rows(
            database,
            iter(import_sample()),
            write=write_import_rows,
            file_fingerprint="f",
            source="import:x",
            now=NOON,
            chunk_rows=1_000,
            on_progress=seen.append,
        )
        assert done == ImportProgress(rows_read=IMPORT_ROWS, rows_saved=2_700, finished=True)

    # The second time nothing was left to do; the sample's length is a multiple of the chunk.
    assert [progress.rows_read for progress in seen] == [1_000, 2_000, 3_000, 3_000]
    stored = await FeatureStore(database).stats()
    assert stored.by_source == {"import:x": len({row.features.track_id for row in import_sample() if row})}


async def test_imports_of_other_files_and_sources_are_their_own(database: Database) -> None:
    async def run(fingerprint: str, source: str) -> ImportProgress:
        rows = [ImportRow(features_of(number, source)) for number in range(10)]
        return await import_rows(
            database, rows, write=write_import_rows, file_fingerprint=fingerprint, source=source, now=NOON
        )

    await run("f", "one")
    assert await load_progress(database, file_fingerprint="f", source="two") == ImportProgress()
    assert (await run("f", "two")).rows_saved == 10
    assert (await run("g", "one")).rows_saved == 10
    assert (await load_progress(database, file_fingerprint="g", source="one")).finished


async def test_a_file_that_breaks_off_keeps_what_was_read(database: Database) -> None:
    def broken() -> object:
        yield from import_sample()[:250]
        raise ValueError("line 251")

    with pytest.raises(ValueError, match="line 251"):
        await import_rows(
            database,
            broken(),  # type: ignore[arg-type]
            write=write_import_rows,
            file_fingerprint="f",
            source="import:x",
            now=NOON,
            chunk_rows=100,
        )

    assert (await load_progress(database, file_fingerprint="f", source="import:x")).rows_read == 200


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one", "same", "other"))
    one.write_bytes(b"x" * 3_000_000)
    same.write_bytes(b"x" * 3_000_000)
    other.write_bytes(b"x" * 2_999_999 + b"y")

    assert fingerprint_file(one) == fingerprint_file(same) != fingerprint_file(other)


async def test_hostile_ids_are_only_values(database: Database) -> None:
    store = TempoCorrectionStore(database)
    name = TrackId("'); DROP TABLE reports; --")
    await store.set(SAM, name, 2.0, now=NOON)

    assert await store.load(SAM, [name]) == {name: 2.0}


async def test_the_last_choice_of_a_grouping_is_kept_for_each_person(database: Database) -> None:
    store = PreferenceStore(database)
    assert await store.grouping(SAM) is None
    await store.set_grouping(SAM, Grouping.STYLE, now=NOON)
    await store.set_grouping(KIM, Grouping.STYLE, now=NOON)
    await store.set_grouping(SAM, Grouping.SOUND, now=NOON)
    assert await store.grouping(SAM) is Grouping.SOUND
    assert await store.grouping(KIM) is Grouping.STYLE


async def test_a_mark_is_what_was_saved_last(database: Database) -> None:
    marks = MarkStore(database)
    assert await marks.load("synced commands") is None
    await marks.save("synced commands", "a")
    await marks.save("synced commands", "b")
    await marks.save("other", "c")
    assert await marks.load("synced commands") == "b"
