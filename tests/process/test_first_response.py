"""A first response whose answer is lost, before or after it took effect, ends in exactly one answer."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import replace
from typing import Any

import pytest

from sandbox.discord import Fault, Request
from sandbox.playlists import load
from services.domain.groups import GroupMessage
from tests.process.conftest import PATIENCE_S, Line

FILE = load("late-drive.csv")
CALLBACK = "/callback"


def lost(*, takes_effect: bool, cut: bool, times: int = 1) -> Fault:
    return Fault("POST", CALLBACK, 500, cut=cut, takes_effect=takes_effect, times=times)


WEATHER = {
    "answered 500 after effect": lost(takes_effect=True, cut=False),
    "cut after effect": lost(takes_effect=True, cut=True),
    "answered 500 before effect": lost(takes_effect=False, cut=False),
    "cut before effect": lost(takes_effect=False, cut=True),
    "cut twice": lost(takes_effect=False, cut=True, times=2),
    "answered 500 twice": lost(takes_effect=False, cut=False, times=2),
    "limited for three seconds": Fault(
        "POST", CALLBACK, 429, '{"message": "limited", "retry_after": 3.0}', headers={"Via": "1.1 google"}
    ),
    "banned for a moment": Fault("POST", CALLBACK, 403, "<html>1015</html>", content_type="text/html"),
}


@pytest.fixture(params=["cut after effect", "cut before effect"])
def weather(request: pytest.FixtureRequest, line: Line) -> None:
    line.discord.state.faults.append(replace(WEATHER[request.param]))


@pytest.fixture(autouse=True)
def no_errors(caplog: pytest.LogCaptureFixture) -> Any:
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def the_answer(line: Line, request: Request) -> Any:
    answer = await line.answer(request)
    assert "Reference " not in answer.words
    return answer


@pytest.mark.parametrize(
    ("name", "private"), [*((each, False) for each in WEATHER), ("cut after effect", True)]
)
async def test_of_accepted_work(line: Line, name: str, private: bool) -> None:
    line.discord.state.faults.append(replace(WEATHER[name]))
    answer = await the_answer(line, await line.discord.analyze(1, FILE, private=private))
    assert [each["filename"] for each in answer.attachments] == ["map.png"]
    assert answer.ephemeral is private


async def test_of_an_answer_at_once(line: Line, weather: None) -> None:
    answer = await the_answer(line, await line.discord.slash(1, "privacy", []))
    assert answer.ephemeral
    assert answer.edits == 1


async def test_of_a_posted_card_which_is_noted_all_the_same(line: Line, weather: None) -> None:
    card = await the_answer(
        line, await line.discord.slash(1, "group", [{"type": 1, "name": "start", "options": []}])
    )
    lobby_id = _id_of(card, "tmb:lobby:").split(":")[2]
    noted: tuple[GroupMessage, ...] = ()
    async with asyncio.timeout(PATIENCE_S):
        while not noted:
            noted = await line.app.workflows.posted_cards.posted(lobby_id)
    assert [each.message_id for each in noted] == [card.message_id]


async def test_of_a_button(line: Line, weather: None) -> None:
    answer = await the_answer(line, await press(line, "analyze", "tmb:quality:"))
    assert answer.ephemeral


async def test_of_a_form(line: Line, weather: None) -> None:
    pressed = await press(line, "optimize", ":ask'")
    async with asyncio.timeout(PATIENCE_S):
        await line.discord.until(lambda: pressed.acknowledged_at is not None)
    assert line.discord.state.answers(pressed) == []


async def test_that_came_twice_is_answered_once(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    card = await line.answer(await line.discord.analyze(1, FILE))
    pressed = await line.discord.press(1, card, _id_of(card, "tmb:quality:"))
    await line.discord.gateway.repeat()
    async with asyncio.timeout(PATIENCE_S):
        while "came twice" not in caplog.text:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await the_answer(line, pressed)


async def press(line: Line, command: str, marked: str) -> Request:
    """Press a button of a fresh card in the weather, while the card comes in calm."""
    state = line.discord.state
    faults, state.faults = state.faults, []
    card = await line.answer(await line.discord.analyze(1, FILE, command=command))
    state.faults = faults
    return await line.discord.press(1, card, _id_of(card, marked))


def _id_of(card: Any, marked: str) -> str:
    return next(part for part in re.findall(r"'(tm[^']*)'", str(card.components)) if marked in f"{part}'")
