"""Three people compare in a channel: the lobby, the result, and going again."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import pytest
from discord import ui

from sandbox.playlists import load
from services.storage.persons import PersonStore
from services.workflows.lobbies import MOST_OPEN
from tests.discord.cards import check_message, custom_ids, text_of
from tests.discord.party import FILES, Party, party
from tests.discord.samples import exportify
from tests.discord.test_refusals import answer_of, button, log, refused

__all__ = ["log", "party"]


async def test_three_people_compare_and_see_why(party: Party) -> None:
    card = await party.gather()
    said = text_of(card)
    assert all(name in said for name in FILES)
    assert "all ready" in said
    result = await party.compare(card)
    assert not result.ephemeral
    for name in FILES:
        assert name in text_of(result)
    for label in ("Map", "Profiles", "Awards", "My data"):
        answer = (await party.room.bob.click(result, label=label)).response
        check_message(answer)
        assert answer.ephemeral
        if "Read as text" in custom_ids(answer):
            check_message((await party.room.bob.click(answer, label="Read as text")).response)
    menu = next(each for each in custom_ids(result).values() if each.startswith("tms:people"))
    person = (await party.room.bob.select(result, ["0"], custom_id=menu)).response
    check_message(person)
    menu = next(each for each in custom_ids(person).values() if ":pair" in each)
    pair = (await party.room.bob.select(person, ["0.1"], custom_id=menu)).response
    check_message(pair)
    await party.room.bob.click(pair, label="What is shared")
    check_message(pair)
    assert "shared artist" in text_of(pair)
    blend = (await party.cat.click(result, label="Blend")).response
    check_message(blend)


async def test_who_leaves_is_gone_from_the_result_and_from_the_channel(party: Party) -> None:
    card = await party.gather()
    result = await party.compare(card)
    blend = (await party.cat.click(result, label="Blend")).response
    left = (await party.cat.click(result, label="Leave")).response
    assert left.ephemeral
    assert "1 result" in text_of(left)
    for message in (card, result, blend):
        assert "cat" not in text_of(message)
        assert message.attachments == []
        check_message(message)
    assert "is gone" in text_of(result)
    again = await party.compare(card)
    assert "cat" not in text_of(again)
    assert "ann" in text_of(again)
    gone = await answer_of(await party.room.ann.click(card, label="Leave"))
    assert "You are out" in text_of(gone)
    assert "is gone" in text_of(again)


async def test_forgetting_reaches_what_was_posted(party: Party) -> None:
    card = await party.gather()
    result = await party.compare(card)
    asked = (await party.room.bob.slash(party.room.channel, "forget")).response
    label = next(each for each in custom_ids(asked) if "orget" in each or "rase" in each)
    await party.room.bob.click(asked, label=label)
    assert "bob" not in text_of(card) + text_of(result)
    assert result.attachments == []


@pytest.mark.parametrize("drops", [False, True], ids=["refused", "dropped"])
async def test_forgetting_waits_for_nobody_outside(
    party: Party, monkeypatch: pytest.MonkeyPatch, drops: bool
) -> None:
    card = await party.gather()
    room = party.room
    if drops:

        async def drop(*_: Any, **__: Any) -> None:
            raise aiohttp.ServerDisconnectedError

        monkeypatch.setattr(discord.PartialMessage, "edit", drop)
    else:
        room.env.inject_error("PATCH", "/channels/*/messages/*", status=400, times=100)
    asked = (await room.bob.slash(room.channel, "forget")).response
    label = next(each for each in custom_ids(asked) if "orget" in each or "rase" in each)
    answer = await answer_of(await room.bob.click(asked, label=label))
    assert "Forgotten" in text_of(answer)
    assert await PersonStore(room.app.database).count(room.bob.id) == {}
    assert "bob" in text_of(card), "Discord takes no change at this moment"
    room.env.backend.faults.clear()
    monkeypatch.undo()
    await party.tend()
    assert "bob" not in text_of(card)


async def test_a_card_that_no_process_noted_is_found_and_drawn_after_a_restart(party: Party) -> None:
    card = await party.start()
    cards = party.room.app.workflows.posted_cards
    lobby_id = next(each for each in custom_ids(card).values() if ":join" in each).split(":")[2]
    (noted,) = await cards.posted(lobby_id)
    # What a process leaves behind that ends between posting and noting.
    await cards.announce(dataclasses.replace(noted, message_id=noted.message_id - 1))
    await cards.drop(noted.message_id)
    await party.room.restart()
    await party.join(card, "bob")
    assert "bob" in text_of(card)
    assert await cards.posted(lobby_id) == (noted,)


async def test_a_lobby_whose_card_could_not_be_posted_takes_no_place(
    party: Party, log: pytest.LogCaptureFixture
) -> None:
    room = party.room
    for _ in range(MOST_OPEN):
        room.env.inject_error("POST", "/interactions/*", status=400, code=50035)
        await room.ann.slash(room.channel, "group start")
    room.env.backend.faults.clear()
    room.env.refusals()
    assert "Join" in custom_ids(await party.start())


async def test_a_deed_is_never_told_as_a_failure_because_its_card_is_not_drawn(party: Party) -> None:
    card = await party.start()
    room = party.room
    room.env.inject_error("PATCH", "/channels/*/messages/*", status=400, times=100)
    await party.join(card, "bob")
    left = await answer_of(await room.bob.click(card, label="Leave"))
    assert "You are out" in text_of(left)
    await party.join(card, "cat")
    assert "cat" not in text_of(card)
    room.env.backend.faults.clear()
    await party.tend()
    assert "cat" in text_of(card)
    assert "bob" not in text_of(card)


async def test_the_lobby_survives_a_restart_in_the_middle(party: Party) -> None:
    card = await party.start()
    await party.join(card, "bob")
    await party.bring(card, "bob")
    form = await party.room.ann.click(card, label="Choose source")
    await party.room.restart()
    await party.room.ann.submit_modal(form, {"file": ("mika.csv", load("mika.csv"))})
    assert "all ready" in text_of(card)
    await party.room.restart()
    result = await party.compare(card)
    await party.room.restart()
    answer = (await party.room.bob.click(result, label="Awards")).response
    assert "Awards" in text_of(answer)


async def test_a_lobby_ends_by_itself_and_can_be_opened_again(
    party: Party, log: pytest.LogCaptureFixture
) -> None:
    card = await party.gather()
    party.times.append(party.times[0] + timedelta(hours=24))
    answer = await answer_of(await party.room.ann.click(card, label="Compare"))
    assert "ended" in refused(answer, log)
    await party.tend()
    check_message(card)
    assert "has ended" in text_of(card)
    answer = await answer_of(await party.room.ann.click(card, label="Open again"))
    assert "all ready" in text_of(card)
    assert "ann" in text_of(await party.compare(card))


async def test_two_members_together_may_do_what_the_host_may(
    party: Party, log: pytest.LogCaptureFixture
) -> None:
    card = await party.gather()
    noted = await party.room.bob.click(card, label="Compare")
    assert "1 of 2" in text_of(noted.followups[-1])
    assert "Compare (1 of 2)" in custom_ids(card)
    result = (await party.cat.click(card, label="Compare (1 of 2)")).response
    assert "ann" in text_of(result)
    assert "Compare" in custom_ids(card)


async def test_alone_or_without_a_source_nobody_is_compared(
    party: Party, log: pytest.LogCaptureFixture
) -> None:
    card = await party.start()
    await party.bring(card, "ann")
    answer = await answer_of(await party.room.ann.click(card, label="Compare"))
    assert "at least two people" in refused(answer, log)
    await party.join(card, "bob")
    answer = await answer_of(await party.room.ann.click(card, label="Compare"))
    assert "One is missing" in refused(answer, log)
    answer = await answer_of(await party.cat.click(card, label="Choose source"))
    assert "not in this comparison" in refused(answer, log)
    assert [each.id for each in party.room.posts()] == [card.id]


async def test_who_left_the_server_is_neither_compared_nor_shown(
    party: Party, log: pytest.LogCaptureFixture
) -> None:
    card = await party.gather()
    result = await party.compare(card)
    party.room.guild.remove_member(party.room.bob)
    party.later(31)
    answer = await answer_of(await party.cat.click(result, label="Awards"))
    assert "no longer stored" in refused(answer, log)
    await party.tend()
    assert "bob" not in text_of(card) + text_of(result)
    again = await party.compare(card)
    assert "bob" not in text_of(again)


async def test_a_server_is_forgotten_when_the_bot_is_taken_out(party: Party) -> None:
    await party.compare(await party.gather())
    guild = party.room.env.bot.get_guild(party.room.guild.id)
    await party.cog.on_guild_remove(guild)
    assert await party.room.app.workflows.lobbies.guilds() == frozenset()


async def test_nobody_is_told_what_is_not_in_the_channel(party: Party, log: pytest.LogCaptureFixture) -> None:
    """A copied button in another channel shows nothing to whoever was not compared."""
    result = await party.compare(await party.gather())
    elsewhere = party.room.guild.create_text_channel("elsewhere")
    dan = party.room.guild.add_member(party.room.env.create_user("dan"))
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.ActionRow(button(custom_ids(result)["Map"]), button(custom_ids(result)["Blend"])))
    view.stop()
    copied = await party.room.env.bot.get_channel(elsewhere.id).send(view=view)
    for label in ("Map", "Blend"):
        answer = await answer_of(await dan.click(copied, custom_id=custom_ids(result)[label]))
        assert "Only the people who were compared" in refused(answer, log)


async def test_everybody_takes_along_their_own_part_alone(
    party: Party, log: pytest.LogCaptureFixture
) -> None:
    result = await party.compare(await party.gather())
    mine = (await party.cat.click(result, label="My data")).response
    content = json.loads(await mine.attachments[0].read())
    assert content["name"] == "cat"
    assert {score["with"] for score in content["scores"]} == {"ann", "bob"}
    tracks = (await mine.attachments[1].read()).decode()
    assert tracks.count("\n") == 81
    dan = party.room.guild.add_member(party.room.env.create_user("dan"))
    answer = await answer_of(await dan.click(result, label="My data"))
    assert "Only the people who were compared" in refused(answer, log)


async def test_a_blend_goes_home_as_a_file(party: Party) -> None:
    await party.compare(await party.gather())
    blend = (await party.room.bob.slash(party.room.channel, "blend", size=10, mode="joy")).response
    check_message(blend)
    assert "10 tracks · joy" in text_of(blend)
    files = (await party.room.bob.click(blend, label="CSV and links")).response
    assert files.ephemeral
    assert len((await files.attachments[1].read()).decode().split()) == 10


async def test_sources_come_by_command_by_links_and_from_files_with_several(party: Party) -> None:
    card = await party.start()
    await party.join(card, "bob")
    room = party.room
    file = ("account-data.json", load("account-data.json"))
    asked = await answer_of(await room.bob.slash(room.channel, "group source", file=file))
    chosen = (await room.bob.select(asked, ["1"])).response
    assert "You bring" in text_of(chosen)
    await room.analyze()
    brought = (await room.ann.slash(room.channel, "group source")).response
    assert "drive" in text_of(brought)
    assert "takes 15" not in text_of(brought)
    few = await room.ann.slash(room.channel, "group source", file=("few.csv", exportify(3)))
    assert "A score takes 15 measured tracks: choose a longer list." in text_of(few.response)
    assert "all ready" in text_of(card)
    form = await room.ann.click(card, label="Choose source")
    links = load("links.txt").decode()
    brought = (await room.ann.submit_modal(form, {"links": links[:3900]})).response
    assert "Links" in text_of(brought)
    form = await room.ann.click(card, label="Choose source")
    menu = next(
        label["component"]
        for label in form.modal["components"]
        if label["component"]["custom_id"] == "chosen"
    )
    chosen = await room.ann.submit_modal(form, {"chosen": [menu["options"][0]["value"]]})
    assert "drive" in text_of(chosen.response)


async def test_an_empty_form_is_no_choice(party: Party, log: pytest.LogCaptureFixture) -> None:
    card = await party.start()
    form = await party.room.ann.click(card, label="Choose source")
    answer = await answer_of(await party.room.ann.submit_modal(form, {}))
    assert "no tracks" in refused(answer, log)
