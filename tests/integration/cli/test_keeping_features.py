"""`features import` and `features stats`, run as an operator runs them."""

from __future__ import annotations

import asyncio
import csv
import gzip
import json
import os
import re
import signal
import sqlite3
import sys
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest

from benchmarks.features_import import WITHOUT_ID_EVERY, invented_id, write_dataset
from services.storage.database import Database
from services.storage.doctor import SOUND_SQLITE
from tests.depth import at_night, examples
from tests.integration.cli.terminal import Terminal

HEADER = (
    *("Spotify_ID", "name", "artists", "album", "album_id", "ISRC", "explicit", "danceability", "energy"),
    *("key", "loudness", "mode", "speechiness", "acousticness", "instrumentalness", "liveness", "valence"),
    *("tempo", "duration_ms", "release_date"),
)
ONE = (
    f"{invented_id(1)},Glass Harbour,\"['Mira Voss', 'The Pale Lanterns']\",Low Tide,{invented_id(9)},"
    "QZABC1400007,True,0.512,0.734,5,-7.25,1,0.0312,0.25,0.000012,0.11,0.62,121.5,215000,2014-03-07"
)
TWO = (
    f'spotify:track:{invented_id(2)},Night Ferry,"[""D\'Arcy Vale""]",Low Tide,{invented_id(9)},'
    "QZABC1400008,False,0.3,0.2,-1,-12.5,0,0.04,0.9,0.8,0.1,0.2,0,180000,1987"
)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def ask(database: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()


def number_of(database: Path, sql: str) -> int:
    ((number,),) = ask(database, sql)
    assert isinstance(number, int)
    return number


def write(file: Path, *rows: str, header: Sequence[str] = HEADER) -> Path:
    file.write_text("\n".join([",".join(header), *rows, ""]), encoding="utf-8")
    return file


def test_import_keeps_features_and_words(terminal: Terminal) -> None:
    said = terminal.succeed("features", "import", write(terminal.folder / "old hits.csv", ONE, TWO))

    assert "Loaded dataset:old hits: 2 of 2 rows saved" in said
    columns = "danceability, energy, loudness, speechiness, tempo, key, mode, isrc"
    assert ask(
        terminal.database, f"SELECT track_id, source, {columns} FROM features ORDER BY track_id DESC"
    ) == sorted(
        [
            (
                invented_id(1),
                "dataset:old hits",
                0.512,
                0.734,
                -7.25,
                0.0312,
                121.5,
                5.0,
                1.0,
                "QZABC1400007",
            ),
            (invented_id(2), "dataset:old hits", 0.3, 0.2, -12.5, 0.04, None, None, 0.0, "QZABC1400008"),
        ],
        reverse=True,
    )
    words = dict.fromkeys((invented_id(1), invented_id(2)))
    for track, *rest in ask(
        terminal.database,
        "SELECT track_id, title, artists, album, album_id, duration_ms, release_year, explicit"
        " FROM known_tracks",
    ):
        assert isinstance(rest[1], str)
        words[str(track)] = (rest[0], json.loads(rest[1]), *rest[2:])
    album = ("Low Tide", invented_id(9))
    assert words == {
        invented_id(1): ("Glass Harbour", ["Mira Voss", "The Pale Lanterns"], *album, 215000, 2014, 1),
        invented_id(2): ("Night Ferry", ["D'Arcy Vale"], *album, 180000, 1987, 0),
    }


def test_stats_count_by_source_and_year(terminal: Terminal) -> None:
    assert "No audio features are cached" in terminal.succeed("features", "stats")
    terminal.succeed("features", "import", write(terminal.folder / "old.csv", ONE, TWO))
    terminal.succeed(
        "features", "import", write(terminal.folder / "new.csv", ONE), "--source", "a friend's list"
    )
    nameless = write(terminal.folder / "nameless.csv", f"{invented_id(5)},0.5", header=("id", "energy"))
    terminal.succeed("features", "import", nameless)

    lines = [line.split() for line in terminal.succeed("features", "stats").splitlines()[1:]]

    assert lines == [
        ["Year", "a", "friend's", "list", "dataset:nameless", "dataset:old"],
        ["2014", "1", "·", "1"],
        ["1987", "·", "·", "1"],
        ["unknown", "·", "1", "·"],
        ["all", "1", "1", "2"],
    ]


def test_what_was_imported_is_known_when_a_playlist_is_analysed(terminal: Terminal) -> None:
    rows = [ONE, TWO]
    terminal.succeed("features", "import", write(terminal.folder / "old.csv", *rows))
    links = terminal.folder / "links.txt"
    links.write_text(f"https://open.spotify.com/track/{invented_id(1)}\n", encoding="utf-8")
    report = json.loads(terminal.run("analyze", links, "--json", "--offline").stdout)
    assert report["coverage"]["by_source"] == {"dataset:old": 1}
    assert report["coverage"]["measured"] == 1


def test_rows_of_no_use_are_counted_by_reason(terminal: Terminal) -> None:
    episode = f"spotify:episode:{invented_id(3)}" + TWO[TWO.index(",") :]
    empty = f"{invented_id(4)},Empty,['X'],,,,,,,,,,,,,,,,,"
    torn = ONE.replace("0.512", "0,512")
    wrong = f"{invented_id(6)},Odd,['X'],,,,,0.5,7.5,,99,,,,,,,,,"
    no_id = ONE[ONE.index(",") :]
    file = write(terminal.folder / "mixed.csv", ONE, episode, empty, torn, wrong, no_id, "", no_id)
    said = terminal.succeed("features", "import", file)
    assert "2 of 7 rows saved" in said
    assert "Left out: 2 × without a Spotify track id" in said
    assert "Left out: 1 × of something that is no track" in said
    assert "Left out: 1 × without any audio feature in range" in said
    assert "Left out: 1 × with cells out of place" in said
    assert "2 values that can't be true" in said
    assert number_of(terminal.database, "SELECT count(*) FROM features") == 2


def test_a_packed_file_in_windows_1252_with_semicolons(terminal: Terminal) -> None:
    text = f"uri;title;artist;bpm;energy\r\nspotify:track:{invented_id(1)};Grün;Zoë Müller;120,5;0,7\r\n"
    file = terminal.folder / "altes.csv.gz"
    file.write_bytes(gzip.compress(text.encode("cp1252")))
    assert "Loaded dataset:altes: 1 of 1 rows" in terminal.succeed("features", "import", file)
    assert ask(
        terminal.database,
        "SELECT title, artists, tempo, energy FROM features JOIN known_tracks USING (track_id)",
    ) == [("Grün", '["Zo\\u00eb M\\u00fcller"]', 120.5, 0.7)]


def test_a_second_import_has_nothing_to_do(terminal: Terminal) -> None:
    file = write(terminal.folder / "old.csv", ONE, TWO)
    terminal.succeed("features", "import", file)
    assert "Nothing to do" in terminal.succeed("features", "import", file)
    file.write_text(file.read_text(encoding="utf-8").replace("0.734", "0.1"), encoding="utf-8")
    assert "Loaded dataset:old: 2 of 2" in terminal.succeed("features", "import", file)
    assert ask(terminal.database, f"SELECT energy FROM features WHERE track_id = '{invented_id(1)}'") == [
        (0.1,)
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "name,artists,energy\nx,y,0.5\n",
            "no column with Spotify track ids; its columns are name, artists, energy",
        ),
        ("id,energy\n7,0.5\n", "no column with Spotify track ids"),
        (f"id,name,artists\n{invented_id(1)},x,y\n", "no column with audio features"),
        (
            "one,two\n1,2\n",
            "no column with Spotify track ids and none with audio features; its columns are one, two",
        ),
        ("id,energy\n", "no rows below its header"),
        ("", "it is empty"),
        ("\x00\x01\x02\x03\x04\x05\x06" * 30, "it is no text"),
    ],
    ids=["no id", "id is a number", "no features", "neither", "no rows", "empty", "binary"],
)
def test_a_file_that_is_no_dataset_costs_one_sentence(
    terminal: Terminal, content: str, expected: str
) -> None:
    file = terminal.folder / "other.csv"
    file.write_text(content, encoding="utf-8")
    assert expected in terminal.refuse("features", "import", file, code=2)
    assert number_of(terminal.database, "SELECT count(*) FROM features") == 0
    assert number_of(terminal.database, "SELECT count(*) FROM import_progress") == 0


def test_what_is_no_csv_at_all_is_named(terminal: Terminal) -> None:
    missing = terminal.folder / "missing.csv"
    assert f"{missing}: No such file" in terminal.refuse("features", "import", missing, code=2)
    archive = terminal.folder / "archive.csv"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("inside.csv", "id,energy\n")
    assert "ZIP archive" in terminal.refuse("features", "import", archive, code=2)


@pytest.mark.parametrize("name", ["reccobeats", "Spotify", "file:exportify", "", "two\nlines", "x" * 61])
def test_a_dataset_takes_no_other_sources_name(terminal: Terminal, name: str) -> None:
    file = write(terminal.folder / "old.csv", ONE)
    done = terminal.run("features", "import", file, "--source", name)
    assert done.returncode == 2
    assert "Choose another --source." in done.stderr
    assert not terminal.database.exists()


def test_a_packed_file_that_breaks_off_keeps_what_came_before(terminal: Terminal) -> None:
    plain = terminal.folder / "invented.csv"
    write_dataset(plain, 12_000)
    file = terminal.folder / "short.csv.gz"
    packed = gzip.compress(plain.read_bytes())
    file.write_bytes(packed[: -len(packed) // 20])
    assert "breaks off" in terminal.refuse("features", "import", file, code=2)
    assert number_of(terminal.database, "SELECT rows_read FROM import_progress") == 10_000
    assert number_of(terminal.database, "SELECT count(*) FROM features") == 9_900


ROWS = examples(13_000, night=40_000)
KILL = signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM
USABLE = ROWS - ROWS // WITHOUT_ID_EVERY


@at_night  # integration/storage/test_durability kills imports at each of their moments
@pytest.mark.parametrize("end", [KILL, signal.SIGINT], ids=lambda end: end.name)
def test_an_import_stopped_in_the_middle_goes_on_without_loss_or_repetition(
    terminal: Terminal, end: signal.Signals
) -> None:
    file = terminal.folder / "invented.csv"
    write_dataset(file, ROWS)
    with terminal.start("features", "import", file) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(2)]
        child.send_signal(end)
        _, complaints = child.communicate(timeout=60)
    assert said[0].startswith("Columns: uri (“id”)"), complaints
    assert re.fullmatch(r"10,000 rows read, 9,900 saved \(\d+%\)\n", said[1])
    assert child.returncode == (-9 if end is signal.SIGKILL else 130)
    assert complaints == (
        "" if end is signal.SIGKILL else "Stopped. Run the same command to go on from here.\n"
    )

    done = number_of(terminal.database, "SELECT rows_read FROM import_progress")
    assert 10_000 <= done < ROWS
    stored = "SELECT count(*) FROM features"
    assert number_of(terminal.database, stored) == done - done // WITHOUT_ID_EVERY
    before = ask(terminal.database, "SELECT track_id, fetched_at FROM features")

    said = terminal.succeed("features", "import", file)

    assert f"Going on after row {done:,}" in said
    assert f"{USABLE:,} of {ROWS:,} rows saved; the cache now has {USABLE:,} different tracks" in said
    assert f"Left out: {ROWS // WITHOUT_ID_EVERY} × without a Spotify track id" in said
    assert number_of(terminal.database, stored) == USABLE
    assert number_of(terminal.database, "SELECT count(*) FROM known_tracks") == USABLE
    assert ask(terminal.database, "SELECT rows_read, rows_saved, finished FROM import_progress") == [
        (ROWS, USABLE, 1)
    ]
    # Nothing was written twice: the rows of the first run still bear its time.
    assert set(before) <= set(ask(terminal.database, "SELECT track_id, fetched_at FROM features"))
    with file.open(encoding="utf-8", newline="") as rows:
        expected = {(row["id"], float(row["energy"])) for row in csv.DictReader(rows) if row["id"]}
    assert set(ask(terminal.database, "SELECT track_id, energy FROM features")) == expected


@pytest.mark.skipif(
    sqlite3.sqlite_version_info >= SOUND_SQLITE or sys.platform == "win32",
    reason="this SQLite may be written by two processes",
)
async def test_an_old_sqlite_is_not_written_beside_the_running_bot(terminal: Terminal) -> None:
    file = write(terminal.folder / "old.csv", ONE)
    async with Database.open(f"sqlite:///{terminal.database}"):
        said = await asyncio.to_thread(terminal.refuse, "features", "import", file, code=1)
    assert "Stop the bot" in said
    terminal.succeed("features", "import", file)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_shows_a_bar_instead_of_lines(terminal: Terminal) -> None:
    import pty

    file = terminal.folder / "invented.csv"
    write_dataset(file, 2_000)
    ours, theirs = pty.openpty()
    with ThreadPoolExecutor() as others:
        shown = others.submit(_read, ours)
        done = Terminal(terminal.folder, {"TERM": "xterm"}).run("features", "import", file, stdout=theirs)
        os.close(theirs)
        text = shown.result().decode()
    os.close(ours)
    assert done.returncode == 0, done
    assert "━" in text
    assert "100%" in text
    assert "2,000 rows read, 1,980 saved" in text
    assert "saved (100%)" not in text


def _read(terminal: int) -> bytes:
    """Read what is written to a terminal until nobody has it open."""
    shown = b""
    with suppress(OSError):  # what Linux says then
        while block := os.read(terminal, 4096):
            shown += block
    return shown
