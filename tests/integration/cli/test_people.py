"""`python -m bot compare` and `python -m bot blend` in a process of their own."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sandbox.playlists import load
from tests.integration.cli.terminal import Terminal

FILES = ("mika.csv", "noor.csv", "tam.csv")
CHARTS = ("compatibility", "people_map", "people_profiles")


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    for name in (*FILES, "account-data.json", "tiny.csv"):
        (tmp_path / name).write_bytes(load(name))
    return Terminal(tmp_path)


def compared(terminal: Terminal, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(terminal.succeed("compare", *arguments, "--offline", "--json"))
    return found


def scores(found: dict[str, Any]) -> dict[frozenset[str], tuple[float, float, float]]:
    return {
        frozenset((pair["a"], pair["b"])): (pair["score"], pair["low"], pair["high"])
        for pair in found["pairs"]
    }


def test_json_has_the_promised_shape_whatever_the_order_of_the_files(terminal: Terminal) -> None:
    found = compared(terminal, *FILES)
    assert {"people", "matrix", "pairs", "centre", "lone_wolf"} <= set(found)
    assert found["people"] == ["mika", "noor", "tam"]
    assert [(pair["a"], pair["b"]) for pair in found["pairs"]] == [
        ("mika", "noor"),
        ("mika", "tam"),
        ("noor", "tam"),
    ]
    for pair in found["pairs"]:
        assert {"a", "b", "score", "low", "high", "reasons", "shared_artists", "shared_tracks"} <= set(pair)
        row, column = found["people"].index(pair["a"]), found["people"].index(pair["b"])
        assert found["matrix"][row][column] == found["matrix"][column][row] == pair["score"]
        assert 0 <= pair["low"] <= pair["score"] <= pair["high"] <= 100
        assert all(isinstance(reason, str) and reason for reason in pair["reasons"])
    assert [found["matrix"][place][place] for place in range(3)] == [100, 100, 100]
    assert found["lone_wolf"] == "tam"
    assert found["centre"] in {"mika", "noor"}
    assert found["pairs"][0]["shared_tracks"]
    assert found["pairs"][0]["shared_artists"]

    turned = compared(terminal, "tam.csv", "mika.csv", "noor.csv")
    assert turned["people"] == ["tam", "mika", "noor"]
    assert scores(turned) == scores(found)
    assert (turned["centre"], turned["lone_wolf"]) == (found["centre"], found["lone_wolf"])
    assert turned["order"] == found["order"]


def test_a_person_compared_with_themselves_fits_100(terminal: Terminal) -> None:
    found = compared(terminal, "mika.csv", "mika.csv")
    assert found["people"] == ["mika", "mika (2)"]
    (pair,) = found["pairs"]
    assert pair["score"] == pair["high"] == 100
    assert 90 < pair["low"] < 100, "other tracks of theirs would not be the same ones"
    assert (found["centre"], found["lone_wolf"]) == (None, None)


def test_too_few_measured_tracks_are_no_number(terminal: Terminal) -> None:
    found = compared(terminal, "mika.csv", "account-data.json#Gym, allegedly", "tiny.csv")
    assert found["people"][1] == "Gym, allegedly"
    assert {pair["score"] for pair in found["pairs"]} == {None}
    assert all("Not enough data" in pair["reasons"][0] for pair in found["pairs"])
    assert found["matrix"][0] == [100, None, None]


def test_prints_a_summary_that_can_be_read_and_draws_charts(terminal: Terminal) -> None:
    out = terminal.succeed("compare", *FILES, "--offline", "--charts", "charts")
    assert "tam is the lone wolf" in out
    assert "mika and noor: " in out
    for words in ("They share", "Awards", "the next has", "Charts are in charts"):
        assert words in out
    for name in CHARTS:
        picture = (terminal.folder / "charts" / f"{name}.png").read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 400_000
        assert (terminal.folder / "charts" / f"{name}.txt").read_text(encoding="utf-8").strip()


def test_a_blend_is_fair_at_every_beginning(terminal: Terminal) -> None:
    found = json.loads(terminal.succeed("blend", *FILES, "--size", "20", "--offline", "--json"))
    assert found["mode"] == "fair"
    assert len(found["tracks"]) == 20
    counts = Counter({person["name"]: 0 for person in found["people"]})
    for track in found["tracks"]:
        counts[track["turn"]] += 1
        assert max(counts.values()) - min(counts.values()) <= 1
        assert track["turn"] in track["serves"]
        assert set(track["satisfaction"]) == {"mika", "noor", "tam"}
    assert all(person["satisfaction"] >= found["floor"] for person in found["people"])


def test_a_blend_can_be_read(terminal: Terminal) -> None:
    out = terminal.succeed("blend", *FILES, "--size", "6", "--mode", "joy", "--offline")
    assert "A joy blend for mika, noor, tam" in out
    assert "mika: satisfied " in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("compare", "mika.csv"), "Give 2 to 25 files"),
        (("compare", "mika.csv", "missing.csv"), "missing.csv: can't be read"),
        (("blend", "mika.csv", "account-data.json"), "choose one with account-data.json#NAME"),
        (("compare", "mika.csv", "noor.csv", "--charts", "tiny.csv/charts"), "charts can't be written"),
    ],
)
def test_bad_input_costs_one_line(terminal: Terminal, arguments: tuple[str, ...], expected: str) -> None:
    assert expected in terminal.refuse(*arguments, "--offline", code=2)


def test_an_impossible_size_is_refused(terminal: Terminal) -> None:
    done = terminal.run("blend", "mika.csv", "noor.csv", "--size", "0")
    assert done.returncode == 2
    assert "choose a number from 1 to 500" in done.stderr
