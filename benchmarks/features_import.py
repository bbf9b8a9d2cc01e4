"""Load half a million invented rows, kill the import in the middle, go on, and count what is there.

    python -m benchmarks.features_import [--rows 500000] [--kill-at 0.5]

The real command line runs in a subprocess on a database in a temporary folder. Every hundredth row
has no id, so that the counts by reason are checked too. Printed: rows a second and peak memory of
the process, as the kernel counts it (VmHWM, sampled). Exits with 1 if a row is lost or repeated.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_HEADER = (
    *(
        "id",
        "name",
        "album",
        "album_id",
        "artists",
        "artist_ids",
        "explicit",
        "danceability",
        "energy",
        "key",
    ),
    *("loudness", "mode", "speechiness", "acousticness", "instrumentalness", "liveness", "valence", "tempo"),
    *("duration_ms", "year", "release_date"),
)
WITHOUT_ID_EVERY = 100
_SAMPLE_S = 0.02


@dataclass(frozen=True, slots=True)
class Run:
    """One subprocess, from its start to its end or its kill."""

    code: int
    seconds: float
    peak_mb: float
    output: str


def invented_id(number: int, salt: int = 0) -> str:
    """Make an id of 22 characters that looks as random as a real one."""
    bits = random.Random(number * 2 + salt).getrandbits(128)
    letters = []
    for _ in range(22):
        bits, letter = divmod(bits, 62)
        letters.append(_BASE62[letter])
    return "".join(letters)


def invented_rows(count: int) -> Iterator[list[object]]:
    """Invent rows such as a public dataset has: artists as a Python list, explicit as a word."""
    chance = random.Random(3)
    for number in range(count):
        unit = [round(chance.random(), 3) for _ in range(7)]
        artists = [f"Artist {chance.randrange(20_000)}" for _ in range(chance.choice((1, 1, 1, 2)))]
        year = chance.randrange(1950, 2021)
        yield [
            "" if number % WITHOUT_ID_EVERY == WITHOUT_ID_EVERY - 1 else invented_id(number),
            f"Song {number} of the {chance.choice(('Harbour', 'Meadow', 'Tide', 'Lantern'))}",
            f"Album {number // 12}",
            invented_id(number // 12, salt=1),
            str(artists),
            str([invented_id(hash_of(artist), salt=1) for artist in artists]),
            str(chance.random() < 0.1),
            *unit[:2],
            chance.randrange(12),
            round(-chance.random() * 30, 3),
            chance.randrange(2),
            *unit[2:],
            round(60 + chance.random() * 120, 3),
            chance.randrange(60_000, 400_000),
            year,
            f"{year}-0{chance.randrange(1, 10)}-17",
        ]


def hash_of(text: str) -> int:
    """Turn a text into the same number in every run."""
    return int.from_bytes(text.encode(), "big") % (1 << 40)


def write_dataset(path: Path, rows: int) -> None:
    """Write the invented dataset."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        writer.writerows(invented_rows(rows))


def run_import(file: Path, database: Path, *, kill_at_rows: int | None = None) -> Run:
    """Run `features import`, and kill it -9 once it says that so many rows are read."""
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{database}",
        "PYTHONUNBUFFERED": "1",
    }
    start = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "bot", "features", "import", str(file)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    peak = [0.0]
    watcher = threading.Thread(target=_watch_memory, args=(child, peak), daemon=True)
    watcher.start()
    lines = []
    for line in child.stdout or ():
        lines.append(line)
        told = re.match(r"([\d,]+) rows read", line)
        if kill_at_rows is not None and told and int(told[1].replace(",", "")) >= kill_at_rows:
            child.send_signal(signal.SIGKILL)
            break
    code = child.wait()
    seconds = time.perf_counter() - start
    watcher.join()
    if child.stdout:
        child.stdout.close()
    return Run(code, seconds, peak[0], "".join(lines))


def _watch_memory(child: subprocess.Popen[str], peak: list[float]) -> None:
    status = Path(f"/proc/{child.pid}/status")
    while child.poll() is None:
        try:
            told = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        except OSError:
            return
        if told:
            peak[0] = max(peak[0], int(told[1]) / 1000)
        time.sleep(_SAMPLE_S)


def count(database: Path, sql: str) -> int:
    """Ask the database for one number."""
    with closing(sqlite3.connect(database)) as connection:
        (number,) = connection.execute(sql).fetchone()
        return int(number)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--rows", type=int, default=500_000)
    options.add_argument("--kill-at", type=float, default=0.5, help="share of the rows after which to kill")
    chosen = options.parse_args()
    usable = chosen.rows - chosen.rows // WITHOUT_ID_EVERY
    with tempfile.TemporaryDirectory(prefix="tastemap-import-") as name:
        folder = Path(name)
        file, database = folder / "invented.csv", folder / "tastemap.db"
        write_dataset(file, chosen.rows)
        print(f"{chosen.rows:,} rows, {file.stat().st_size / 1e6:.0f} MB")

        killed = run_import(file, database, kill_at_rows=int(chosen.rows * chosen.kill_at))
        done = count(database, "SELECT rows_read FROM import_progress")
        stored = count(database, "SELECT count(*) FROM features")
        print(
            f"killed (exit {killed.code}) after {killed.seconds:.1f} s: {done:,} rows read, "
            f"{stored:,} stored, {done / killed.seconds:,.0f} rows/s, peak {killed.peak_mb:.0f} MB"
        )
        rest = run_import(file, database)
        print(rest.output.rstrip())
        print(
            f"the rest in {rest.seconds:.1f} s: {(chosen.rows - done) / rest.seconds:,.0f} rows/s with start "
            f"and re-reading, peak {rest.peak_mb:.0f} MB; database {database.stat().st_size / 1e6:.0f} MB"
        )
        again = run_import(file, database)
        print(f"once more: {again.output.splitlines()[-1]} ({again.seconds:.1f} s)")

        checks = {
            "killed in the middle": killed.code == -signal.SIGKILL and 0 < done < chosen.rows,
            "nothing half done": stored == done - done // WITHOUT_ID_EVERY,
            "every row": count(database, "SELECT count(*) FROM features") == usable,
            "no row twice": count(database, "SELECT count(DISTINCT track_id) FROM features") == usable,
            "words of every row": count(database, "SELECT count(*) FROM known_tracks") == usable,
            "rows read once": count(database, "SELECT rows_read FROM import_progress") == chosen.rows,
            "rows saved once": count(database, "SELECT rows_saved FROM import_progress") == usable,
            "reasons of both runs": f"{chosen.rows // WITHOUT_ID_EVERY:,} × without a Spotify" in rest.output,
            "sound": count(
                database, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"
            )
            == 1,
        }
    for what, holds in checks.items():
        print(f"{'ok  ' if holds else 'FAIL'} {what}")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
