"""Files for other programs are written beside the event loop, whoever asks for them."""

from __future__ import annotations

import csv
import json
import threading
from typing import Any

import pytest

from cogs.replies.lists import list_files
from services.domain.music import Track
from services.workflows import export, list_export
from services.workflows.list_export import brought
from tests.discord.conftest import Room


class Watched:
    """Stands where `csv` and `json` stand and says in which threads they were used."""

    def __init__(self, plain: Any) -> None:
        self._plain = plain
        self.threads: list[threading.Thread] = []

    def __getattr__(self, name: str) -> Any:
        self.threads.append(threading.current_thread())
        return getattr(self._plain, name)


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> tuple[Watched, Watched]:
    table, document = Watched(csv), Watched(json)
    monkeypatch.setattr(export, "csv", table)
    monkeypatch.setattr(list_export, "csv", table)
    monkeypatch.setattr(export, "json", document)
    return table, document


async def test_an_exported_map_is_written_by_a_worker(room: Room, used: tuple[Watched, Watched]) -> None:
    card = await room.analyze()
    answer = (await room.ann.click(card, label="Export")).response
    assert {each.filename for each in answer.attachments} == {
        "tastemap.csv",
        "tastemap.json",
        "groups-rekordbox.xml",
        "groups-m3u8.zip",
    }
    assert not used[0].threads  # of this process
    assert not used[1].threads


async def test_lists_are_written_in_a_thread(used: tuple[Watched, Watched]) -> None:
    files = await list_files([("Evening", brought([Track(id=None, title="Lantern Song")]))], "evening")
    assert [file.filename for file in files.files] == ["evening.csv", "evening-links.txt"]
    assert "came without a file path" in files.hints[1], "no empty file for DJ programs"
    assert used[0].threads
    assert threading.main_thread() not in used[0].threads
