"""One person asks another to compare: yes, no, no answer, and who sees what came out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import discord
import pytest
from simcord.results import ResponseMessage

from bot.app.client import Clients
from bot.app.front import ending_left_sharings
from sandbox.playlists import load
from services.storage.installation import MarkStore
from tests.discord.cards import check_message, custom_ids, text_of
from tests.discord.conftest import Room
from tests.discord.party import Party, party
from tests.discord.test_refusals import answer_of, log, refused

__all__ = ["log", "party"]


async def ask(party: Party, **options: Any) -> Any:
    """Let Ann ask Bob; return the card, or what she is told where the card goes by direct message."""
    asked = await party.room.ann.slash(party.room.channel, "compare", user=party.room.bob, **options)
    said = asked.response
    check_message(said)
    assert said.ephemeral
    if options.get("where") == "message":
        return said
    card = party.last_post
    check_message(card)
    return card


def live(room: Room, message: Any) -> ResponseMessage:
    """Return a message as it is whenever one looks at it."""
    return ResponseMessage(room.env, room.env.backend.get_message(message.channel.id, message.id))


async def accepted(party: Party) -> tuple[Any, Any]:
    """Ask, accept, and choose on both sides; return the card and what Bob got."""
    card = await ask(party)
    await party.bring(card, "ann")
    await party.room.bob.click(card, label="Accept")
    return card, await party.bring(card, "bob")


async def test_both_agree_and_only_the_two_see_the_result(
    party: Party, log: pytest.LogCaptureFixture
) -> None:
    card, result = await accepted(party)
    assert result.ephemeral
    assert "ann & bob" in text_of(result)
    assert "You are" in text_of(result)
    assert "of 100" not in text_of(card)
    seen = (await party.room.ann.click(card, label="See result")).response
    check_message(seen)
    assert seen.ephemeral
    assert seen.attachments
    refusal = await answer_of(await party.cat.click(card, label="See result"))
    assert "Only the people who were compared" in refused(refusal, log)
    blend = (await party.room.ann.click(seen, label="Blend")).response
    assert blend.ephemeral
    assert [each.id for each in party.room.posts()] == [card.id]


async def test_the_channel_sees_it_only_if_both_want_that(party: Party) -> None:
    card, result = await accepted(party)
    first = (await party.room.bob.click(result, label="Show here")).response
    assert "once the other one" in text_of(first)
    assert "would like to show" in text_of(card)
    assert len(party.room.posts()) == 1
    seen = (await party.room.ann.click(card, label="See result")).response
    await party.room.ann.click(seen, label="Show here")
    assert len(party.room.posts()) == 2
    posted = party.room.channel.history()[-1]
    left = await answer_of(await party.room.bob.click(posted, label="Leave"))
    assert "with you deleted" in text_of(left)
    now = next(each for each in party.room.channel.history() if each.id == posted.id)
    assert not now.attachments
    assert "comparison is over" in text_of(card)


async def test_no_is_no_and_asked_is_once(party: Party, log: pytest.LogCaptureFixture) -> None:
    card = await ask(party)
    await party.bring(card, "ann")
    refusal = await answer_of(await party.cat.click(card, label="Decline"))
    assert "Only the person who was asked" in refused(refusal, log)
    await party.room.bob.click(card, label="Decline")
    check_message(card)
    assert "No comparison" in text_of(card)
    assert "bob" not in text_of(card)
    again = await party.room.ann.slash(party.room.channel, "compare", user=party.room.bob)
    assert "only once" in refused(await answer_of(again), log)
    assert party.room.env.refusals()
    other_way = await party.room.bob.slash(party.room.channel, "compare", user=party.room.ann)
    assert other_way.response.ephemeral
    assert "Accept" in custom_ids(party.last_post)


async def test_no_answer_ends_by_itself(party: Party, log: pytest.LogCaptureFixture) -> None:
    card = await ask(party)
    party.times.append(party.times[0] + timedelta(days=1))
    await party.room.restart()
    await party.tend()
    assert "no answer in time" in text_of(card)
    check_message(card)
    again = await party.room.ann.slash(party.room.channel, "compare", user=party.room.bob)
    assert "only once" in refused(await answer_of(again), log)
    assert party.room.env.refusals()


async def test_strangers_neither_accept_nor_choose(party: Party, log: pytest.LogCaptureFixture) -> None:
    card = await ask(party)
    for label, said in (
        ("Accept", "Only the person who was asked"),
        ("Choose source", "not in this comparison"),
        ("Take back", "not in this comparison"),
    ):
        assert said in refused(await answer_of(await party.cat.click(card, label=label)), log)


async def test_who_asked_and_presses_accept_hears_that_the_other_one_answers(party: Party) -> None:
    card = await ask(party)
    await party.bring(card, "ann")
    pressed = await party.room.ann.click(card, label="Accept")
    assert "You have asked; the other one answers" in text_of(pressed.followups[-1])


async def test_the_menu_of_a_person_asks_too(party: Party, log: pytest.LogCaptureFixture) -> None:
    room = party.room
    asked = await room.ann.context_menu(room.channel, "Compare taste", room.bob)
    assert asked.response.ephemeral
    assert "Accept" in custom_ids(party.last_post)
    alone = await room.ann.context_menu(room.channel, "Compare taste", room.ann)
    assert "Choose another person" in refused(await answer_of(alone), log)
    assert room.env.refusals()


async def test_a_question_by_direct_message_is_answered_there(party: Party) -> None:
    room = party.room
    said = await ask(party, where="message")
    assert said.ephemeral
    card = room.bob.user.dm_channel.history()[-1]
    mine = room.ann.user.dm_channel.history()[-1]
    assert {"Accept", "Decline", "Never ask me again"} <= custom_ids(live(room, card)).keys()
    assert list(custom_ids(live(room, mine))) == ["Choose source", "Take back"]
    assert "I have asked bob" in text_of(live(room, mine))
    form = await room.ann.user.click(mine, label="Choose source")
    await room.ann.user.submit_modal(form, {"file": ("tam.csv", load("tam.csv"))})
    mine = room.ann.user.dm_channel.history()[0]
    assert list(custom_ids(live(room, mine))) == ["Choose source", "Take back"]
    await room.bob.user.click(card, label="Accept")
    form = await room.bob.user.click(card, label="Choose source")
    await room.bob.user.submit_modal(form, {"file": ("noor.csv", load("noor.csv"))})
    mine = room.ann.user.dm_channel.history()[0]
    assert list(custom_ids(live(room, mine))) == ["See result", "Choose source", "Leave"]
    form = await room.ann.user.click(mine, label="Choose source")
    result = await room.ann.user.submit_modal(form, {"file": ("mika.csv", load("mika.csv"))})
    assert "ann & bob" in text_of(result.response)
    assert party.room.posts() == []


async def test_closed_messages_are_said_and_leave_no_question(
    party: Party, log: pytest.LogCaptureFixture
) -> None:
    party.room.env.inject_error("POST", "/channels/*/messages", status=403, code=50007)
    result = await party.room.ann.slash(party.room.channel, "compare", user=party.room.bob, where="message")
    assert "takes no direct messages" in refused(await answer_of(result), log)
    assert await party.room.app.workflows.lobbies.store.memberships(party.room.ann.user.id) == []
    assert party.room.env.refusals()


async def test_who_shares_here_is_compared_without_a_question_until_they_stop(party: Party) -> None:
    room = party.room
    status = (await room.bob.slash(room.channel, "sharing status")).response
    assert "You share no playlist" in text_of(status)
    assert "Nobody can ask" not in text_of(status)
    await room.bob.slash(room.channel, "sharing questions", allow=False)
    status = (await room.bob.slash(room.channel, "sharing status")).response
    assert "Nobody can ask you to compare, in any server" in text_of(status)
    await room.bob.slash(room.channel, "sharing questions", allow=True)
    file = ("noor.csv", load("noor.csv"))
    on = (await room.bob.slash(room.channel, "sharing on", file=file)).response
    check_message(on)
    assert on.ephemeral
    assert "You share" in text_of(on)
    card = await ask(party)
    assert "Accept" not in custom_ids(card)
    result = await party.bring(card, "ann")
    assert "ann & bob" in text_of(result)
    seen = (await room.bob.click(card, label="See result")).response
    assert "ann & bob" in text_of(seen)
    off = (await room.bob.slash(room.channel, "sharing off")).response
    assert "1 result" in text_of(off)
    assert "comparison is over" in text_of(card)
    other = await room.bob.slash(room.channel, "sharing off")
    assert other.response.ephemeral
    assert party.room.env.refusals()


async def test_bots_are_refused(party: Party, log: pytest.LogCaptureFixture) -> None:
    room = party.room
    robot = room.guild.add_member(room.env.create_user("robot", bot=True))
    asked = await room.ann.slash(room.channel, "compare", user=robot)
    assert "bots have no taste" in refused(await answer_of(asked), log)
    from_the_menu = await room.ann.context_menu(room.channel, "Compare taste", robot)
    assert "bots have no taste" in refused(await answer_of(from_the_menu), log)
    assert room.posts() == []
    assert len(room.env.refusals()) == 2


async def test_in_a_private_thread_only_its_members_are_seen(
    party: Party, log: pytest.LogCaptureFixture
) -> None:
    room = party.room
    made = await room.env.bot.get_channel(room.channel.id).create_thread(
        name="between us", type=discord.ChannelType.private_thread
    )
    for person in (room.ann, room.bob):
        await made.add_user(discord.Object(person.id))
    (thread,) = room.channel.threads
    outside = await room.ann.slash(thread, "compare", user=party.cat)
    assert "can't see this channel" in refused(await answer_of(outside), log)
    assert len(room.env.refusals()) == 1
    inside = await room.ann.slash(thread, "compare", user=room.bob)
    assert "I have asked" in text_of(inside.response)
    assert len(thread.history()) == 1


async def test_a_playlist_shared_in_a_server_ends_only_when_discord_says_that_its_owner_left(
    party: Party,
) -> None:
    room, sharing = party.room, party.room.app.workflows.sharing
    for person, name in ((room.ann, "mika.csv"), (room.bob, "noor.csv")):
        await person.slash(room.channel, "sharing on", file=(name, load(name)))
    clients = Clients(room.env.bot)
    maps = room.app.workflows.server_map
    end = ending_left_sharings(sharing, maps, clients, MarkStore(room.app.database), lambda: party.times[-1])
    everybody = {room.guild.id: tuple(sorted((room.ann.user.id, room.bob.user.id)))}

    async def after_a_day() -> dict[int, tuple[int, ...]]:
        party.later(24 * 3600)
        await end()
        return {guild: tuple(sorted(people)) for guild, people in (await sharing.sharings.by_guild()).items()}

    assert await after_a_day() == everybody
    room.guild.remove_member(room.bob)
    for status, code in ((500, 0), (404, 0), (404, 10004)):
        room.env.inject_error("GET", "/guilds/*/members/*", status=status, code=code, times=None)
        assert await after_a_day() == everybody
        room.env.backend.faults.clear()
    party.later(3600)
    await end()
    assert await after_a_day() == {room.guild.id: (room.ann.user.id,)}
    clients.current = None
    assert await after_a_day() == {room.guild.id: (room.ann.user.id,)}
