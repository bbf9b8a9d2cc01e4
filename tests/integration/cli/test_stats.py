"""`python -m bot stats FILE` in a process of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandbox.playlists import load
from tests.integration.cli.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    for name in ("late-drive.csv", "tiny.csv"):
        (tmp_path / name).write_bytes(load(name))
    return Terminal(tmp_path)


def test_json_has_what_stands_behind_each_number(terminal: Terminal) -> None:
    found = json.loads(terminal.succeed("stats", "late-drive.csv", "--offline", "--json"))
    assert found["tracks"] == 96
    counted = ("length", "artists", "decades", "genres", "explicit", "tempo", "keys")
    for each in (*(found[name] for name in counted), *found["features"].values()):
        assert sum(each["known"].values()) == 96
    assert len(found["features"]) == 9
    energy = found["features"]["energy"]
    assert energy["own"]["low"] <= energy["own"]["median"] <= energy["own"]["high"]


def test_prints_numbers_that_can_be_read_and_draws_them(terminal: Terminal) -> None:
    out = terminal.succeed("stats", "tiny.csv", "--offline", "--charts", "out")
    assert "Length  " in out
    assert "percentile" in out
    assert (terminal.folder / "out" / "numbers.png").read_bytes().startswith(b"\x89PNG")


def test_a_file_that_is_not_there_costs_one_line(terminal: Terminal) -> None:
    assert terminal.refuse("stats", "gone.csv", "--offline", code=2).startswith("gone.csv: ")
