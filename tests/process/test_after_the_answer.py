"""Whatever fails after a card was posted, the card stays and nobody reads an error."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.discord import Fault, Message, Request
from sandbox.playlists import load
from services.domain.errors.storage import DatabaseFullError
from services.storage.posted_cards import PostedCardStore
from services.storage.reports import ReportStore
from services.storage.server_maps import MapMemberStore
from tests.process.conftest import Line, until_nothing_is_left
from tests.process.test_comparisons import MEMBERS, compare, gather

BROKEN = [DatabaseFullError("no space left"), ConnectionResetError("gone"), ZeroDivisionError("ours")]


def break_discord_after_the_card(line: Line) -> None:
    """Let Discord fail at everything that is no edit of a reply, from the moment when the card is there."""

    async def fail(moment: str, call: str) -> None:
        if moment == "after" and call.startswith("PATCH") and "@original" in call:
            line.discord.gateway.answers_about_people = False
            line.discord.state.faults += [
                Fault("GET", MEMBERS, 500, times=99),
                Fault("GET", "/channels/", 500, times=99),
                Fault("PATCH", "/channels/", 500, times=99),
            ]

    line.discord.state.on_call = fail


def stays(line: Line, card: Message, words: str) -> None:
    state = line.discord.state
    assert words in card.words
    assert not card.deleted
    assert not [path for method, path, _ in state.calls if method == "DELETE"]
    said = [each.words for each in state.messages.values() if each is not card]
    assert not [each for each in said if "Reference" in each or "broke" in each]


@pytest.mark.parametrize("error", BROKEN, ids=lambda error: type(error).__name__)
async def test_a_map_stays_whatever_its_note_and_the_maps_of_servers_fail_with(
    line: Line, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    tried = set()

    async def note_message(*_: Any) -> None:
        tried.add("note")
        raise error

    async def mapped_again(*_: Any, **__: Any) -> None:
        tried.add("map of a server")
        raise error

    monkeypatch.setattr(ReportStore, "note_message", note_message)
    monkeypatch.setattr(MapMemberStore, "mapped_again", mapped_again)
    break_discord_after_the_card(line)
    request: Request = await line.discord.analyze(1, load("late-drive.csv"))
    card = await line.answer(request)
    await until_nothing_is_left(line)
    assert tried == {"note", "map of a server"}
    assert [each["filename"] for each in card.attachments] == ["map.png"]
    assert request.followups == []
    stays(line, card, "96 tracks")


@pytest.mark.parametrize("error", BROKEN, ids=lambda error: type(error).__name__)
async def test_a_result_of_a_group_stays_whatever_fails_after_it(
    line: Line, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    tried = 0

    async def note(*_: Any, **__: Any) -> None:
        nonlocal tried
        tried += 1
        raise error

    lobby = await gather(line.app)
    monkeypatch.setattr(PostedCardStore, "note", note)
    break_discord_after_the_card(line)
    card = await compare(line, lobby)
    await until_nothing_is_left(line)
    assert tried
    stays(line, card, "of 100")
