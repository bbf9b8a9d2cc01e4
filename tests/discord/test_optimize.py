"""`/optimize`: a preview that says what an order gains, and buttons that work after a restart."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from services.domain.errors.jobs import RequestForgottenError
from services.domain.errors.storage import NotYourReportError
from tests.discord.cards import BUTTON, button_of, check_message, custom_ids, menu_of, text_of, walk
from tests.discord.conftest import Room, SimulatedDiscord
from tests.discord.samples import exportify
from tests.discord.test_buttons import AGES
from tests.discord.test_tidy import press

LIST = exportify(40, moods=3)


async def optimize(room: Room, content: bytes | None = LIST, **options: Any) -> Any:
    file = {"file": ("Evening.csv", content)} if content is not None else {}
    result = await room.ann.slash(room.channel, "optimize", **file, **options)
    assert result.response is not None
    assert result.response.ephemeral
    check_message(result.response)
    return result.response


async def exported(room: Room, card: Any) -> list[str]:
    """Export the order; return the titles."""
    answer = await press(room, card, "export")
    assert [each.filename for each in answer.attachments] == [
        "order.csv",
        "order-links.txt",
        "order-rekordbox.xml",
        "order.m3u8",
    ]
    content = (await answer.attachments[0].read()).decode("utf-8-sig")
    return [line["Track name"] for line in csv.DictReader(io.StringIO(content))]


def titles() -> list[str]:
    return [row["Track Name"] for row in csv.DictReader(io.StringIO(LIST.decode("utf-8-sig")))]


def labels(card: Any) -> list[str]:
    return [str(part["label"]) for part in walk(card.components) if part["type"] == BUTTON]


async def test_a_list_of_unknown_sound_has_no_order_to_show(room: Room) -> None:
    content = b"".join(b"Artist %d - Title\n" % n for n in range(5))
    answer = (await room.ann.slash(room.channel, "optimize", file=("names.txt", content))).response
    check_message(answer)
    assert "stay in their order. An export with audio features" in text_of(answer)
    assert not answer.attachments
    assert not custom_ids(answer)


@AGES
async def test_a_preview_says_what_is_gained_and_hands_out_the_list(room: Room, restarted: bool) -> None:
    card = await optimize(room)
    shown = text_of(card)
    assert "· smoothest" in shown
    assert "of the changes are in key (" in shown
    assert "BPM instead of" in shown
    assert "Cost of a step" not in shown, "that is for whoever asks for details"
    assert "Roughest steps left" not in shown
    assert "It begins with" in shown
    (picture,) = card.attachments
    assert "before and after" in picture.description
    assert labels(card) == ["Again", "Lock…", "Details", "Export"], "nothing is saved without Spotify"
    if restarted:
        await room.restart()
    order = await exported(room, card)
    assert order != titles()
    assert sorted(order) == sorted(titles())


@AGES
async def test_details_say_what_the_order_costs_and_lead_back(room: Room, restarted: bool) -> None:
    card = await optimize(room)
    if restarted:
        await room.restart()
    await room.ann.click(card, label="Details")
    check_message(card)
    costs = ("Cost of a step", "before", "in a random order", "no order at all can be below")
    for words in costs:
        assert words in text_of(card)
    for label, words in (
        ("Roughest", "Roughest steps left"),
        ("Steps", "It begins with"),
        ("Cost", costs[0]),
    ):
        await room.ann.click(card, label=label)
        check_message(card)
        assert words in text_of(card)
    await room.ann.click(card, label="Back")
    assert "It begins with" in text_of(card)


@AGES
async def test_again_gives_another_order_and_a_goal_another_aim(room: Room, restarted: bool) -> None:
    card = await optimize(room, goal="warm-up")
    assert "warm-up to peak" in text_of(card)
    first = await exported(room, card)
    if restarted:
        await room.restart()
    await room.ann.click(card, label="Again")
    check_message(card)
    assert "Another good order, number 2" in text_of(card)
    second = await exported(room, card)
    assert second != first
    await room.ann.select(card, ["harmonic"], custom_id=menu_of(card, "optimize")["custom_id"])
    check_message(card)
    assert "· in key" in text_of(card)
    (chosen,) = (each for each in menu_of(card, "optimize")["options"] if each.get("default"))
    assert chosen["value"] == "harmonic"
    assert sorted(await exported(room, card)) == sorted(first)


@AGES
async def test_locked_tracks_keep_their_places(room: Room, restarted: bool) -> None:
    names = titles()
    card = await optimize(room, start="7", end=names[2].upper(), lock="11-13, 20@5")
    order = await exported(room, card)
    assert (order[0], order[-1], order[4]) == (names[6], names[2], names[19])
    assert order[10:13] == names[10:13]
    assert "locked: 11-13, 7@1, 20@5, 3@40" in text_of(card)
    assert "🔒" in text_of(card)
    shown = await room.ann.click(card, label="Lock…")
    assert shown.modal is not None
    if restarted:
        await room.restart()
    await room.ann.submit_modal(shown, {"text": "2, 3"})
    check_message(card)
    order = await exported(room, card)
    assert order[1:3] == names[1:3]
    assert "locked: 2-3" in text_of(card)
    shown = await room.ann.click(card, label="Lock…")
    await room.ann.submit_modal(shown, {"text": ""})
    assert "locked" not in text_of(card)


async def test_the_latest_map_is_ordered_when_nothing_is_named(room: Room) -> None:
    await room.analyze(content=LIST)
    assert sorted(await exported(room, await optimize(room, None))) == sorted(titles())


@pytest.mark.parametrize(
    ("tracks", "options", "words"),
    [
        (2, {}, "nothing to order in 2 tracks"),
        (40, {"lock": "41"}, "a number from 1 to 40"),
        (40, {"start": "[Nobody](x)"}, "No track of this list is called"),
        (40, {"start": "3", "lock": "3"}, "asked for twice"),
    ],
)
async def test_refuses_what_can_not_be_ordered(
    room: Room,
    env: SimulatedDiscord,
    tracks: int,
    options: dict[str, str],
    words: str,
) -> None:
    file = ("Few.csv", exportify(tracks))
    result = await room.ann.slash(room.channel, "optimize", file=file, **options)
    assert words in text_of(result.response)
    assert len(env.refusals()) == 1


async def test_what_was_refused_goes_on_by_a_press_of_whoever_asked(
    room: Room, env: SimulatedDiscord
) -> None:
    rows = list(csv.DictReader(io.StringIO(exportify(12).decode())))
    out = io.StringIO(newline="")
    table = csv.DictWriter(out, rows[0])
    table.writeheader()
    table.writerows({**row, "Key": "", "Mode": ""} for row in rows)
    file = ("No keys.csv", out.getvalue().encode())
    refused = (await room.ann.slash(room.channel, "optimize", file=file, goal="harmonic")).response
    assert "needs the keys" in text_of(refused)
    again = button_of(refused, "Smoothest order")["custom_id"].split(":")[2]
    with pytest.raises(RequestForgottenError):
        room.env.bot.pending.failed(again, room.bob.id)
    assert "· smoothest" in text_of((await room.ann.click(refused, label="Smoothest order")).response)
    assert len(env.refusals()) == 1


async def test_wrong_locks_leave_the_preview_as_it_is(room: Room, env: SimulatedDiscord) -> None:
    card = await optimize(room)
    before = text_of(card)
    shown = await room.ann.click(card, label="Lock…")
    answer = await room.ann.submit_modal(shown, {"text": "1, the second one"})
    assert "as places" in text_of(answer.followups[-1])
    assert button_of(answer.followups[-1], "Lock…")["custom_id"] == button_of(card, "Lock…")["custom_id"]
    assert text_of(card) == before
    assert not button_of(card, "Again").get("disabled")
    assert len(env.refusals()) <= 1


async def test_nobody_else_may_press(room: Room, env: SimulatedDiscord) -> None:
    card = await optimize(room)
    draft_id = button_of(card, "Again")["custom_id"].split(":")[2]
    with pytest.raises(NotYourReportError):
        await room.app.workflows.optimize.drafts.open(draft_id, room.bob.id)
