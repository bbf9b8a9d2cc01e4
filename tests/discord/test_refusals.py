"""What strangers, forged ids and results that are gone get: a sentence, never silence."""

from __future__ import annotations

import re
from typing import Any

import discord
import pytest
from discord import ui

from cogs.sentences import UNEXPECTED
from tests.discord.cards import check_message, custom_ids, text_of
from tests.discord.conftest import Room

REFERENCE = re.compile(r"-# Reference ([A-HJ-NP-Z2-9]{8})$")


def refused(answer: Any, log: pytest.LogCaptureFixture) -> str:
    """Return the sentence of a refusal, after checking that it is private and that its log line exists."""
    assert answer is not None
    assert answer.ephemeral
    check_message(answer)
    sentence, _, rest = text_of(answer).rpartition("\n")
    reference = REFERENCE.fullmatch(rest)
    assert reference, rest
    assert [record for record in log.records if record.getMessage().startswith(f"{reference[1]}: ")]
    assert "Traceback" not in sentence
    assert "Error" not in sentence
    return sentence


async def answer_of(result: Any) -> Any:
    return result.followups[-1] if result.followups else result.response


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level("INFO", logger="cogs")
    return caplog


@pytest.mark.parametrize("label", ["Export"])
async def test_only_the_owner_takes_a_public_report_along(
    room: Room, log: pytest.LogCaptureFixture, label: str
) -> None:
    card = await room.analyze()
    answer = await answer_of(await room.bob.click(card, label=label))
    assert "Only the person who asked for this map can do that" in refused(answer, log)
    assert answer.attachments == []


async def forge(room: Room, *parts: ui.Item[Any]) -> Any:
    """Post a message of the bot with components of somebody's choice: an old card, or a copied id."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.ActionRow(*parts))
    view.stop()
    return await room.env.bot.get_channel(room.channel.id).send(view=view)


def button(custom_id: str) -> ui.Button[Any]:
    return ui.Button(label="Press", custom_id=custom_id)


def menu(custom_id: str, value: str) -> ui.Select[Any]:
    return ui.Select(custom_id=custom_id, options=[discord.SelectOption(label="Option", value=value)])


@pytest.mark.parametrize(
    "action", ["charts", "chartstext", "quality", "findings", "export", "share", "cluster"]
)
async def test_a_private_report_refuses_strangers_who_know_its_id(
    room: Room, log: pytest.LogCaptureFixture, action: str
) -> None:
    card = await room.analyze(private=True)
    report_id = custom_ids(card)["Charts"].split(":")[2]
    message = await forge(room, button(f"tmb:{action}:{report_id}" + (":0.0" if action == "cluster" else "")))
    posts = len(room.posts())
    answer = await answer_of(await room.bob.click(message, label="Press"))
    assert "Only the person who asked for this map" in refused(answer, log)
    assert len(room.posts()) == posts


@pytest.mark.parametrize(
    ("custom_id", "expected"),
    [
        ("tmb:charts:GONE", "no longer stored"),
        ("tmb:quality:aaaaaaaaaaaaaa", "no longer stored"),
        ("tmb:findings:aaaaaaaaaaaaaa", "no longer stored"),
        ("tmb:export:aaaaaaaaaaaaaa", "no longer stored"),
        ("tmb:share:aaaaaaaaaaaaaa", "no longer stored"),
        ("tmb:cluster:aaaaaaaaaaaaaa:0.0", "no longer stored"),
        ("tmb:pick:aaaaaaaaaaaaaa", "has expired"),
        ("tmb:dance:aaaaaaaaaaaaaa", "no longer know this button"),
        ("tmb:charts:", "no longer know this button"),
        ("tmb:charts:x:y:z", "no longer know this button"),
        ("tmb:charts:'; DROP TABLE reports; --", "no longer know this button"),
        ("tmb:" + "x" * 96, "no longer know this button"),
        ("tmb:charts:line\nbreak", "no longer know this button"),
    ],
)
async def test_a_forged_or_outdated_button_gets_a_sentence(
    room: Room, log: pytest.LogCaptureFixture, custom_id: str, expected: str
) -> None:
    message = await forge(room, button(custom_id))
    answer = await answer_of(await room.ann.click(message, label="Press"))
    assert expected in refused(answer, log)
    assert len(room.posts()) == 1


@pytest.mark.parametrize(
    ("custom_id", "value", "expected"),
    [
        ("tms:cluster:aaaaaaaaaaaaaa", "0", "no longer stored"),
        ("tms:pick:aaaaaaaaaaaaaa", "0", "has expired"),
        ("tms:nonsense", "0", "no longer know this button"),
    ],
)
async def test_a_forged_or_outdated_menu_gets_a_sentence(
    room: Room, log: pytest.LogCaptureFixture, custom_id: str, value: str, expected: str
) -> None:
    message = await forge(room, menu(custom_id, value))
    answer = await answer_of(await room.ann.select(message, [value]))
    assert expected in refused(answer, log)


@pytest.mark.parametrize(
    "argument", ["99.0", "8.0", "0.99999999999999999999", "here", "x.y", "-1.0", "0.-1", "."]
)
async def test_a_forged_group_or_page_never_breaks(
    room: Room, log: pytest.LogCaptureFixture, argument: str
) -> None:
    card = await room.analyze()
    report_id = custom_ids(card)["Charts"].split(":")[2]
    group = (await room.choose_group(card, "0")).response
    message = await forge(room, button(f"tmb:cluster:{report_id}:{argument}"))
    result = await room.ann.click(message, label="Press")
    if result.followups:
        assert "no longer stored" in refused(result.followups[-1], log)
    else:
        assert "Page " in str(custom_ids(message_now(room, message)))
    assert UNEXPECTED not in text_of(group)
    assert not [record for record in log.records if record.levelname == "ERROR"]


def message_now(room: Room, message: Any) -> Any:
    from simcord.results import ResponseMessage

    return ResponseMessage(room.env, room.env.backend.get_message(room.channel.id, message.id))


async def test_a_report_that_was_deleted_answers_with_a_sentence(
    room: Room, log: pytest.LogCaptureFixture
) -> None:
    card = await room.analyze()
    await room.app.reports.store.delete_of(room.ann.id)
    await room.restart()
    for label in ("Charts", "Quality", "Outliers & duplicates", "Export"):
        answer = await answer_of(await room.ann.click(card, label=label))
        assert "no longer stored" in refused(answer, log)
