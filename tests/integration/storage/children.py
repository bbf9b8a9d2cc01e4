"""Programs that tests run in processes of their own, to kill them, starve them or let them end badly."""

from __future__ import annotations

import asyncio
import ctypes
import os
import resource
import sys
from datetime import timedelta
from pathlib import Path

from services.domain.errors.storage import CannotSaveError, StorageError
from services.domain.features import AudioFeatures
from services.domain.known_tracks import KnownTrack, TrackKeys
from services.domain.music import Track
from services.domain.sources import FetchedFeatures
from services.storage.bulk import ImportProgress, ImportRow, import_rows, write_import_rows
from services.storage.database import Database
from services.storage.features import write_features
from services.storage.known_tracks import write_known_tracks
from tests.integration.storage.samples import NOON, track_id

IMPORT_ROWS = 3_000


def features_of(number: int, source: str = "writer") -> FetchedFeatures:
    return FetchedFeatures(
        track_id=track_id(number),
        source=source,
        features=AudioFeatures(energy=number / 1_000_000),
        fetched_at=NOON + timedelta(seconds=number),
    )


def words_of(number: int) -> KnownTrack:
    return KnownTrack(Track(id=track_id(number), title=f"Song {number}"), TrackKeys("", "", ""))


def import_sample() -> list[ImportRow | None]:
    """Invent a file with unusable rows and with tracks that come twice."""
    rows: list[ImportRow | None] = []
    for number in range(IMPORT_ROWS):
        if number % 10 == 3:
            rows.append(None)
        else:
            song = number - number % 7
            rows.append(ImportRow(features_of(song, "import:x"), words_of(song)))
    return rows


async def write(url: str, start: str) -> None:
    """Write rows without an end, two tables in one transaction; say each number when it is safe."""
    async with Database.open(url) as database:
        number = int(start)
        while True:
            async with database.transaction() as connection:
                await write_features(connection, [features_of(number)])
                await write_known_tracks(connection, [words_of(number)])
            print(number, flush=True)
            number += 1


async def bulk(url: str, kill_after: str) -> None:
    """Import the sample and die in the middle of a transaction after so many chunks."""
    left = int(kill_after)

    def after_chunk(_progress: ImportProgress) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), 9)

    async with Database.open(url) as database:
        await import_rows(
            database,
            import_sample(),
            write=write_import_rows,
            file_fingerprint="sample",
            source="import:x",
            now=NOON,
            chunk_rows=100,
            on_progress=after_chunk,
        )


async def forget_to_close(url: str) -> None:
    """Open, write and return without closing anything."""
    opening = Database.open(url)  # kept, as it closes what it has opened once nothing refers to it
    opened = await opening.__aenter__()
    await opened.check()
    async with opened.reading():
        print("done", flush=True)


async def fail_to_start(url: str) -> None:
    """Open a database that can't be opened and name the failure."""
    try:
        async with Database.open(url):
            print("opened", flush=True)
    except StorageError as failure:
        print(type(failure).__name__, flush=True)


async def start_unprivileged(url: str) -> None:
    """The same with the rights of a user like any other."""
    if os.geteuid() == 0:
        give_up_override()
    await fail_to_start(url)


def give_up_override() -> None:
    """Let file modes count for root as well, in this thread and those it starts."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, sets) == 0
    may_override = 0b11 << 1  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
    for place in (0, 1):  # effective, permitted
        sets[place] &= ~may_override
    assert libc.capset(header, sets) == 0


async def run_out_of_disk(url: str) -> None:
    """Fill the disk as far as the process may, say what happened, get room again and go on."""
    async with Database.open(url) as database:
        async with database.transaction() as connection:
            await write_features(connection, [features_of(0)])
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        log = Path(f"{database.address.file}-wal")
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + 50_000, hard))
        number = 0
        try:
            while number < 100_000:
                async with database.transaction() as connection:
                    await write_features(connection, map(features_of, range(number + 1, number + 101)))
                number += 100
            print("never full", flush=True)
        except CannotSaveError as failure:
            print(type(failure).__name__, number, flush=True)
        async with database.reading() as connection:
            result = await connection.exec_driver_sql("SELECT count(*) FROM features")
            print("readable", result.scalar(), flush=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        async with database.transaction() as connection:
            await write_features(connection, [features_of(999_999)])
        await database.check()
        print("recovered", flush=True)


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    asyncio.run(globals()[command](*arguments))
