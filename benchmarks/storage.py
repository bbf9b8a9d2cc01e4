"""Measure the storage room: imports, look-ups, reports, commits, backups and kills.

python -m benchmarks.storage                       an SQLite file in a temporary folder
python -m benchmarks.storage --url postgresql://... an EMPTY PostgreSQL database of yours
python -m benchmarks.storage --kills 200           acknowledged rows across so many kill -9
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import shutil
import sqlite3
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from services.domain.features import AudioFeatures, Coverage, Feature, Origin, Provenance
from services.domain.known_tracks import KnownTrack, TrackKeys
from services.domain.music import Playlist, Track, TrackId
from services.domain.report import AnalysisReport, EnrichedTrack, Placement, Structure, Verdict
from services.domain.sources import FetchedFeatures
from services.storage.backups import backup
from services.storage.bulk import ImportRow, import_rows, write_import_rows
from services.storage.codec import decode_report, encode_report
from services.storage.database import Database
from services.storage.features import FeatureStore
from services.storage.known_tracks import KnownTrackStore
from services.storage.schema.music import features

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LETTERS = string.ascii_letters + string.digits
SOURCE = "import:benchmark"


def track_id(number: int) -> TrackId:
    return TrackId("".join(random.Random(number).choices(LETTERS, k=22)))


def some_features(chance: random.Random) -> AudioFeatures:
    return AudioFeatures.of({feature: round(chance.random(), 4) for feature in Feature})


def known(number: int) -> KnownTrack:
    artist, album = f"artist {number % 20_000}", f"album {number // 10}"
    track = Track(
        id=track_id(number),
        title=f"Song {number}",
        artists=(artist.title(),),
        album=album.title(),
        release_year=1960 + number % 66,
        duration_ms=200_000,
        explicit=False,
    )
    return KnownTrack(track, TrackKeys(artist, f"song {number}", f"{artist}|{album}"))


def dataset(rows: int, *, with_words: bool) -> Iterator[ImportRow]:
    chance = random.Random(5)
    for number in range(rows):
        fetched = FetchedFeatures(
            track_id=track_id(number), source=SOURCE, features=some_features(chance), fetched_at=NOW
        )
        yield ImportRow(fetched, known(number) if with_words else None)


def some_report(tracks: int) -> AnalysisReport:
    chance = random.Random(1)
    provenance = {feature: Provenance(Origin.MEASURED, "reccobeats") for feature in Feature}
    rows = tuple(
        EnrichedTrack(
            track=known(number).track,
            features=some_features(chance),
            provenance=provenance,
            standard_errors=some_features(chance) if number % 3 == 0 else None,
        )
        for number in range(tracks)
    )
    return AnalysisReport(
        playlist=Playlist(name="Benchmark", tracks=tuple(row.track for row in rows)),
        tracks=rows,
        placements=tuple(
            Placement(
                cluster=0,
                confidence=chance.random(),
                likely=False,
                probability=None,
                x=chance.random(),
                y=chance.random(),
            )
            for _ in rows
        ),
        clusters=(),
        structure=Structure(Verdict.CLEAR, 3, 0.9, 0.2, 4.0),
        axes=None,
        outliers=(),
        duplicates=(),
        coverage=Coverage(tracks, tracks, 0, 0, 0, 0, {}, {}),
    )


def say(what: str, figure: str) -> None:
    print(f"{what:<52}{figure}", flush=True)


def measure_codec() -> None:
    for tracks in (100, 1_000, 10_000):
        report = some_report(tracks)
        writing, reading = [], []
        payload = b""
        for _ in range(7):
            start = time.perf_counter()
            payload = encode_report(report)
            middle = time.perf_counter()
            decode_report(payload)
            reading.append(time.perf_counter() - middle)
            writing.append(middle - start)
        say(
            f"report of {tracks} tracks",
            f"write {min(writing) * 1000:.1f} ms, read {min(reading) * 1000:.1f} ms, "
            f"{len(payload) // 1000} kB",
        )


async def measure_imports(database: Database, rows: int) -> None:
    for with_words in (False, True):
        start = time.perf_counter()
        for _ in dataset(rows, with_words=with_words):
            pass
        inventing = time.perf_counter() - start
        start = time.perf_counter()
        await import_rows(
            database,
            dataset(rows, with_words=with_words),
            write=write_import_rows,
            file_fingerprint=f"benchmark {with_words}",
            source=SOURCE,
            now=NOW,
        )
        took = time.perf_counter() - start - inventing
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        say(
            f"import of {rows} rows {'with words' if with_words else 'of features'}",
            f"{rows / took:,.0f} rows/s, peak {memory} MB",
        )


async def measure_lookups(database: Database, rows: int) -> None:
    store, company = FeatureStore(database), KnownTrackStore(database)
    ids = [track_id(number) for number in range(min(rows, 10_000))]
    start = time.perf_counter()
    found = await store.load_features(ids)
    say(f"features of {len(found)} tracks", f"{(time.perf_counter() - start) * 1000:.0f} ms")
    asked = [known(rows + number) for number in range(1_000)]
    start = time.perf_counter()
    related = await company.load_relatives(asked)
    say(f"{len(related)} relatives of 1,000 tracks", f"{(time.perf_counter() - start) * 1000:.0f} ms")
    start = time.perf_counter()
    await store.stats()
    say("statistics by source and year", f"{(time.perf_counter() - start) * 1000:.0f} ms")


async def measure_commits(database: Database) -> None:
    for durable in (True, False):
        start = time.perf_counter()
        for number in range(500):
            async with database.transaction(durable=durable) as connection:
                await connection.exec_driver_sql(f"UPDATE pulse SET beat = {number}")
        say(f"commits, durable={durable}", f"{500 / (time.perf_counter() - start):,.0f} per second")


async def measure_backups(database: Database, url: str, folder: Path) -> None:
    start = time.perf_counter()
    copies = 5
    for number in range(copies):
        copying = asyncio.create_task(asyncio.to_thread(backup, url, folder / f"copy{number}.db"))
        while not copying.done():
            await database.check()
        with closing(sqlite3.connect(await copying)) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    size = (folder / "copy0.db").stat().st_size / 1e6
    say(
        f"{copies} checked copies of {size:.0f} MB while writing",
        f"{(time.perf_counter() - start) / copies:.1f} s each",
    )


async def measure_kills(url: str, kills: int) -> None:
    """Kill a writing process again and again; count what it had acknowledged and is not there."""
    chance = random.Random(9)
    acknowledged, lost = -1, 0
    for _ in range(kills):
        child = subprocess.Popen(  # noqa: ASYNC220
            [sys.executable, "-m", "tests.integration.storage.children", "write", url, str(acknowledged + 1)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        for _ in range(chance.randrange(1, 60)):
            acknowledged = int(child.stdout.readline())
        child.kill()
        rest = child.stdout.read().split()
        acknowledged = int(rest[-1]) if rest else acknowledged
        child.wait()
        child.stdout.close()
        async with Database.open(url) as database, database.reading() as connection:
            stored = set(await connection.scalars(select(features.c.track_id)))
        lost += sum(f"t{number:021d}" not in stored for number in range(acknowledged + 1))
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            say("integrity_check afterwards", str(file.execute("PRAGMA integrity_check").fetchone()[0]))
    say(f"{kills} kills, {acknowledged + 1} acknowledged transactions", f"{lost} lost")


async def measure(url: str | None, rows: int, kills: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="tastemap-benchmark-"))
    address = url or f"sqlite:///{folder / 'benchmark.db'}"
    try:
        if kills:
            await measure_kills(address, kills)
            return
        say("SQLite", sqlite3.sqlite_version)
        measure_codec()
        async with Database.open(address) as database:
            await database.check()
            await measure_commits(database)
            await measure_imports(database, rows)
            await measure_lookups(database, rows)
            if database.address.is_sqlite:
                await measure_backups(database, address, folder)
    finally:
        shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", help="an empty database; default: a temporary SQLite file")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=0)
    options = parser.parse_args()
    asyncio.run(measure(options.url, options.rows, options.kills))


if __name__ == "__main__":
    main()
