"""A Chromium is found where one is, and never named where none is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.demo.script import find_chromium


def executable(path: Path) -> str:
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_finds_one_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TASTEMAP_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_chromium() is None
    there = executable(tmp_path / "google-chrome")
    assert find_chromium() == there


def test_takes_the_one_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    executable(tmp_path / "chromium")
    named = executable(tmp_path / "another")
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in (named, "another"):
        monkeypatch.setenv("TASTEMAP_CHROMIUM", name)
        assert find_chromium() == named


def test_a_name_that_leads_nowhere_means_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    executable(tmp_path / "chromium")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("TASTEMAP_CHROMIUM", str(tmp_path / "nowhere"))
    assert find_chromium() is None
