"""`python -m bot analyze FILE` in a process of its own."""

from __future__ import annotations

import json
import os
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sandbox.playlists import load
from services.domain.inputs import MAX_UPLOAD_BYTES
from tests.depth import at_night
from tests.discord.samples import exportify
from tests.integration.cli.terminal import Terminal

CHARTS = ("distributions", "journey", "map", "poster-feed", "poster-story", "profiles")
PACKED = ("analyze", "account-data.json", "--playlist", "Gym, allegedly")
WATCH = """
import sys

def watch(event, arguments):
    # The worker processes are reached through a socket in the file system, whose address is a string.
    used = event in ("socket.connect", "socket.bind", "socket.sendto")
    if used and not isinstance(arguments[1], (str, bytes)):
        raise SystemExit(f"the network was used: {event} {arguments[1]}")
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        raise SystemExit(f"a name was looked up: {arguments}")

sys.addaudithook(watch)
"""


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    for name in ("late-drive.csv", "account-data.json", "tiny.csv"):
        (tmp_path / name).write_bytes(load(name))
    return Terminal(tmp_path)


def document(text: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def test_prints_a_summary_that_can_be_read(terminal: Terminal) -> None:
    out = terminal.succeed("analyze", "late-drive.csv", "--offline")
    assert "late-drive  96 tracks · Exportify" in out
    assert "Four clear groups: " in out
    for words in ("A  Nu disco, driving & instrumental", "Duplicates", "All 96 tracks from the file."):
        assert words in out
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= 200


def test_a_short_playlist_is_summed_up_without_groups(terminal: Terminal) -> None:
    out = terminal.succeed("analyze", "tiny.csv", "--offline")
    assert "8 tracks" in out
    assert "Group " not in out


def test_services_are_promised_only_where_they_could_be_asked(terminal: Terminal) -> None:
    (terminal.folder / "names.txt").write_text("Ann - One\nBob - Two\nCem - Three\n", encoding="utf-8")
    (terminal.folder / "links.txt").write_text("https://open.spotify.com/track/" + "0" * 22, encoding="utf-8")
    assert "services are asked" not in terminal.succeed("analyze", "names.txt", "--offline")
    assert "services are asked" in terminal.succeed("analyze", "links.txt", "--offline")


def test_json_has_the_promised_shape(terminal: Terminal) -> None:
    found = document(terminal.succeed("analyze", "late-drive.csv", "--offline", "--json"))
    promised = {"playlist", "tracks", "clusters", "verdict", "coverage", "skipped", "duplicates"}
    assert promised <= set(found)
    assert found["playlist"] == "late-drive"
    assert found["verdict"] == "clear"
    assert len(found["tracks"]) == 96
    for track in found["tracks"]:
        assert {
            "id", "title", "artists", "cluster", "origin", "features", "se", "outlier",
        } <= set(track)  # fmt: skip
        assert track["cluster"] is None or 0 <= track["cluster"] < len(found["clusters"])
        assert isinstance(track["artists"], list)
        assert track["se"] is None
        assert track["outlier"] is None or isinstance(track["outlier"], str)
        known = {name for name, value in track["features"].items() if value is not None}
        assert set(track["origin"]) == known
        assert set(track["origin"].values()) == {"uploaded"}
    for index, cluster in enumerate(found["clusters"]):
        assert {"name", "size", "traits", "typical"} <= set(cluster)
        assert cluster["size"] == sum(track["cluster"] == index for track in found["tracks"])
        assert len(cluster["typical"]) == 3
    for double in found["duplicates"]:
        assert {"kind", "tracks", "keep"} == set(double)


def test_a_number_of_groups_can_be_asked_for(terminal: Terminal) -> None:
    found = document(terminal.succeed("analyze", "late-drive.csv", "--offline", "--json", "--groups", "3"))
    assert len(found["clusters"]) == 3


@pytest.mark.parametrize("groups", ["1", "9", "many", "-2"])
def test_an_impossible_number_of_groups_is_refused(terminal: Terminal, groups: str) -> None:
    done = terminal.run("analyze", "late-drive.csv", "--groups", groups)
    assert done.returncode == 2
    assert "choose a number from 2 to 8" in done.stderr or "expected one argument" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_order_of_the_rows_decides_nothing(terminal: Terminal) -> None:
    head, *rows = load("late-drive.csv").decode("utf-8-sig").splitlines()
    random.Random(5).shuffle(rows)
    (terminal.folder / "shuffled").mkdir()
    (terminal.folder / "shuffled" / "late-drive.csv").write_text(
        "\n".join([head, *rows, ""]), encoding="utf-8"
    )

    def groups(path: str) -> dict[str, list[str]]:
        found = document(terminal.succeed("analyze", path, "--offline", "--json"))
        return {
            cluster["name"]: sorted(track["id"] for track in found["tracks"] if track["cluster"] == index)
            for index, cluster in enumerate(found["clusters"])
        }

    assert groups("late-drive.csv") == groups("shuffled/late-drive.csv")


def test_charts_are_written_as_pictures_and_as_text(terminal: Terminal) -> None:
    out = terminal.succeed("analyze", "late-drive.csv", "--offline", "--charts", "new/charts")
    folder = terminal.folder / "new" / "charts"
    assert "Charts are in new/charts" in out
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [f"{name}.{suffix}" for name in CHARTS for suffix in ("png", "txt")]
    )
    for name in CHARTS:
        picture = (folder / f"{name}.png").read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 400_000
        assert len((folder / f"{name}.txt").read_text(encoding="utf-8").split()) > 20


def test_charts_that_cannot_be_written_are_bad_input(terminal: Terminal) -> None:
    line = terminal.refuse("analyze", "tiny.csv", "--offline", "--charts", "tiny.csv/charts", code=2)
    assert "charts can't be written" in line


def test_offline_touches_neither_network_nor_database(terminal: Terminal) -> None:
    before = sorted(terminal.folder.iterdir())
    settings = {
        "RECCOBEATS_URL": "https://reccobeats.invalid/v1",
        "DATABASE_URL": f"sqlite+aiosqlite:///{terminal.folder / 'none' / 'tastemap.db'}",
    }
    done = Terminal(terminal.folder, settings).run(*PACKED, "--offline", "--json", first=WATCH)
    assert done.returncode == 0, done.stderr
    assert document(done.stdout)["coverage"]["measured"] == 0
    assert sorted(terminal.folder.iterdir()) == before


@at_night
def test_the_watch_of_the_test_above_would_notice(terminal: Terminal) -> None:
    done = Terminal(terminal.folder, {"RECCOBEATS_URL": "http://127.0.0.1:9/v1"}).run(*PACKED, first=WATCH)
    assert "the network was used" in done.stderr or "a name was looked up" in done.stderr


def test_a_reader_that_leaves_early_gets_no_traceback(terminal: Terminal) -> None:
    (terminal.folder / "large.csv").write_bytes(exportify(600))
    reader, writer = os.pipe()
    with ThreadPoolExecutor() as others:
        running = others.submit(terminal.run, "analyze", "large.csv", "--offline", "--json", stdout=writer)
        assert os.read(reader, 10)
        os.close(reader)
        done = running.result()
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode in (0, 1)


@pytest.mark.parametrize(
    ("file", "content", "expected"),
    [
        ("missing.csv", None, "there is no such file. Check"),
        ("folder.csv", "folder", "holds no sound file. Give"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n", "picture"),
        ("empty.csv", b"", "no rows"),
        ("cut.csv", exportify(20).replace(b",Song 3,", b',"Song 3,'), "damaged"),
        ("large.csv", b"x" * (MAX_UPLOAD_BYTES + 1), "the limit is 10 MiB"),
        ("account-data.json", None, "choose one with --playlist NAME"),
    ],
)
def test_bad_input_costs_one_line(
    terminal: Terminal, file: str, content: bytes | str | None, expected: str
) -> None:
    if content == "folder":
        (terminal.folder / file).mkdir()
    elif isinstance(content, bytes):
        (terminal.folder / file).write_bytes(content)
    line = terminal.refuse("analyze", file, "--offline", "--json", code=2)
    assert line.startswith(f"{file}: ")
    assert expected in line
    assert os.linesep not in line


def test_an_unknown_playlist_is_refused_with_those_that_there_are(terminal: Terminal) -> None:
    line = terminal.refuse("analyze", "account-data.json", "--offline", "--playlist", "Nope", code=2)
    assert "There is no playlist called “Nope”" in line
    assert "Gym, allegedly" in line


def test_one_of_several_playlists_can_be_named(terminal: Terminal) -> None:
    arguments = ("analyze", "account-data.json", "--offline", "--json", "--playlist", "Gym, allegedly")
    assert document(terminal.succeed(*arguments))["playlist"] == "Gym, allegedly"


@pytest.mark.parametrize("command", ["analyze", "optimize"])
def test_a_playlist_can_be_named_behind_its_file(terminal: Terminal, command: str) -> None:
    answer = document(terminal.succeed(command, "account-data.json#Gym, allegedly", "--offline", "--json"))
    assert "Gym, allegedly" in str(answer)
    line = terminal.refuse(command, "account-data.json#Nope", "--offline", code=2)
    assert "There is no playlist called “Nope”" in line


def test_what_is_fetched_is_kept_for_the_next_time(terminal: Terminal) -> None:
    terminal.succeed("analyze", "tiny.csv", "--json")
    assert terminal.database.is_file()
