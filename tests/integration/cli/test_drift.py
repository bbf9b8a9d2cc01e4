"""`python -m bot drift FILE [FILE]` in a process of its own."""

from __future__ import annotations

from pathlib import Path

from sandbox.playlists import load
from tests.integration.cli.terminal import Terminal


def test_two_exports_of_a_list_are_compared_and_its_eras_drawn(tmp_path: Path) -> None:
    head, *rows = load("late-drive.csv").splitlines(keepends=True)
    (tmp_path / "august.csv").write_bytes(head + b"".join(rows[:60]))
    (tmp_path / "now.csv").write_bytes(head + b"".join(rows[10:]))
    terminal = Terminal(tmp_path)
    out = terminal.succeed("drift", "august.csv", "now.csv", "--offline", "--charts", "out")
    assert "Since august.csv: 35 new and 10 gone; " in out
    assert "Added in " in out
    assert (tmp_path / "out" / "eras.png").read_bytes().startswith(b"\x89PNG")
