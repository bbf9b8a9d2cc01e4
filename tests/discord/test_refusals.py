"""What strangers, forged ids and results that are gone get: a sentence, never silence."""

from __future__ import annotations

import re
from typing import Any

import discord
import pytest
from discord import app_commands, ui

from cogs.words.errors import UNEXPECTED
from cogs.work.admission import COMMANDS, Allowance, Limits, Price
from sandbox.playlists import load
from services.domain.errors.jobs import TooFastError
from tests.discord.cards import check_message, custom_ids, menu_of, text_of
from tests.discord.conftest import Room

REFERENCE = re.compile(r"\n-# Reference ([A-HJ-NP-Z2-9]{8})$")
LOGGED = re.compile(r"([A-HJ-NP-Z2-9]{8}): ")


def refused(answer: Any, log: pytest.LogCaptureFixture) -> str:
    """Return the sentence of a refusal, after checking that it is private and that its log line exists.

    Only what nobody expected shows the reference of its line to people.
    """
    assert answer is not None
    assert answer.ephemeral
    check_message(answer)
    said = text_of(answer)
    shown, sentence = REFERENCE.search(said), REFERENCE.sub("", said)
    logged = {found[1] for record in log.records if (found := LOGGED.match(record.getMessage()))}
    assert logged
    assert shown is None or shown[1] in logged
    assert "Traceback" not in sentence
    assert "Error" not in sentence
    assert not re.search(r"\\(?:`/|\*[A-Z])", sentence), "a mark of ours is shown as a letter"
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
    assert "Only the person who asked for this can do that" in refused(answer, log)
    assert answer.attachments == []


async def test_a_refusal_marks_the_commands_that_it_names_and_offers_what_they_do(
    room: Room, log: pytest.LogCaptureFixture
) -> None:
    answer = await answer_of(await room.ann.slash(room.channel, "group leave"))
    assert "start one with `/group start`." in refused(answer, log)
    assert room.env.refusals()
    started = (await room.ann.click(answer, label="Start a comparison here")).response
    assert not started.ephemeral
    assert "Whose music sounds alike?" in text_of(started)


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
    assert "Only the person who asked for this" in refused(answer, log)
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
        assert "and not that one" in refused(result.followups[-1], log)
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
    await room.app.workflows.privacy.forget(room.ann.id)
    # Until the card is emptied, its buttons are there to be pressed.
    for label in ("Charts", "Quality", "Outliers", "Export"):
        answer = await answer_of(await room.ann.click(card, label=label))
        assert "no longer stored" in refused(answer, log)
    await room.restart()
    assert text_of(card) == "This map was taken back by the person who made it."
    assert custom_ids(card) == {}


async def test_every_command_button_menu_and_form_passes_the_limits(
    room: Room, log: pytest.LogCaptureFixture
) -> None:
    card = await room.analyze()
    chosen = menu_of(card)["options"][0]["value"]
    lobby = (await room.ann.slash(room.channel, "group start")).response
    form = await room.ann.click(lobby, label="Choose source")
    assert form.modal is not None
    room.env.bot.limits = Limits(person=Allowance(60.0, 0.5), clock=lambda: 0.0)
    while not exhausted(room.env.bot.limits, room.ann.id):
        pass
    posts, before = len(room.posts()), text_of(lobby)
    for result in (
        await room.ann.slash(room.channel, "help"),
        await room.ann.click(card, label="Charts"),
        await room.ann.select(card, [chosen], custom_id=menu_of(card)["custom_id"]),
        await room.ann.submit_modal(form, {"file": ("mika.csv", load("mika.csv"))}),
    ):
        said = refused(await answer_of(result), log)
        assert re.fullmatch(r"You asked for a lot in a short time. Try that again in \d+ seconds.", said)
    assert await room.ann.autocomplete(room.channel, "tidy", "playlist", "late") == []
    assert (len(room.posts()), text_of(lobby)) == (posts, before)
    assert "Tastemap" in text_of((await room.bob.slash(room.channel, "help")).response)
    room.env.refusals()


def exhausted(limits: Limits, user_id: int) -> bool:
    try:
        limits.spend(Price.TYPING, user_id=user_id, guild_id=None)
    except TooFastError:
        return True
    return False


async def test_every_command_has_a_price(room: Room) -> None:
    tree = room.env.bot.tree
    commands = {
        each.qualified_name for each in tree.walk_commands() if isinstance(each, app_commands.Command)
    }
    kinds = (discord.AppCommandType.message, discord.AppCommandType.user)
    menus = {menu.name for kind in kinds for menu in tree.get_commands(type=kind)}
    assert commands | menus == set(COMMANDS)
