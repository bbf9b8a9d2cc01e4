"""`python -m bot optimize FILE` in a process of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.playlists import load
from tests.integration.cli.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    for name in ("late-drive.csv", "tiny.csv", "account-data.json"):
        (tmp_path / name).write_bytes(load(name))
    return Terminal(tmp_path)


def order(terminal: Terminal, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(terminal.succeed("optimize", *arguments, "--offline", "--json"))
    return found


def test_json_has_the_promised_shape(terminal: Terminal) -> None:
    found = order(terminal, "late-drive.csv", "--goal", "flow")
    assert set(found["cost"]) == {"original", "random_mean", "optimized", "lower_bound"}
    assert found["cost"]["lower_bound"] <= found["cost"]["optimized"] < found["cost"]["original"]
    assert found["cost"]["optimized"] < found["cost"]["random_mean"]
    assert sorted(found["rows"]) == list(range(1, 97))
    assert len(found["order"]) == 96
    assert all(isinstance(each, str) and len(each) == 22 for each in found["order"])
    assert [step["position"] for step in found["transitions"]] == list(range(1, 96))
    assert all(step["words"] for step in found["transitions"])


def test_a_seed_gives_the_same_order_again_and_another_seed_another(terminal: Terminal) -> None:
    wish = ("late-drive.csv", "--goal", "wave", "--start", "5", "--end", "1", "--lock", "20-22")
    first = order(terminal, *wish)
    assert order(terminal, *wish) == first
    assert first["rows"][0] == 5
    assert first["rows"][-1] == 1
    assert first["rows"][19:22] == [20, 21, 22]
    assert order(terminal, *wish, "--seed", "3")["rows"] != first["rows"]


def test_prints_a_list_that_can_be_read_and_draws_it(terminal: Terminal) -> None:
    out = terminal.succeed("optimize", "tiny.csv", "--offline", "--charts", "out", "--export", "sets")
    sets = sorted(file.name for file in (terminal.folder / "sets").iterdir())
    assert "hold all 8 tracks" in out
    assert sets == ["order-rekordbox.xml", "order.csv", "order.m3u8"]
    assert "in a random order" in out
    assert "Roughest steps left" in out
    assert "    8  " in out
    assert (terminal.folder / "out" / "order.png").read_bytes().startswith(b"\x89PNG")
    assert "before and after" in (terminal.folder / "out" / "order.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere.csv",), "there is no such file. Check"),
        (("late-drive.csv", "--lock", "1-200"), "no place 200"),
        (("late-drive.csv", "--lock", "first"), "as places"),
        (("late-drive.csv", "--end", "no such song"), "No track of this list"),
    ],
)
def test_bad_input_costs_one_line(terminal: Terminal, arguments: tuple[str, ...], words: str) -> None:
    assert words in terminal.refuse("optimize", *arguments, "--offline", code=2)


def test_an_unknown_goal_is_named_with_those_there_are(terminal: Terminal) -> None:
    done = terminal.run("optimize", "tiny.csv", "--goal", "louder")
    assert done.returncode == 2
    assert "warm-up" in done.stderr
    assert "optimize --help` explains" in done.stderr
