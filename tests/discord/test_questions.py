"""Questions in Discord: *Never ask me again*, the setting, and the switch of a server."""

from __future__ import annotations

import pytest

from services.storage.consents import MOST_DIRECT_A_DAY
from tests.discord.cards import text_of
from tests.discord.party import Party, party
from tests.discord.test_refusals import answer_of, log, refused

__all__ = ["log", "party"]


async def test_never_ask_me_again_holds_until_the_person_allows_it(
    party: Party, log: pytest.LogCaptureFixture
) -> None:
    room = party.room
    await room.ann.slash(room.channel, "compare", user=room.bob)
    card = party.last_post
    answer = await answer_of(await room.bob.click(card, label="Never ask me again"))
    assert "Nobody can ask you" in text_of(answer)
    assert "No comparison this time" in text_of(card)
    again = await answer_of(await party.cat.slash(room.channel, "compare", user=room.bob))
    assert "does not want to be asked" in refused(again, log)
    said = (await room.bob.slash(room.channel, "sharing questions", allow=True)).response
    assert "People may ask you" in text_of(said)
    await party.cat.slash(room.channel, "compare", user=room.bob)
    assert "bob" not in text_of(card)
    assert str(room.bob.id) in text_of(party.last_post)
    assert room.env.refusals()


async def test_only_the_one_asked_says_never(party: Party, log: pytest.LogCaptureFixture) -> None:
    room = party.room
    await room.ann.slash(room.channel, "compare", user=room.bob)
    card = party.last_post
    answer = await answer_of(await room.ann.click(card, label="Never ask me again"))
    assert "Only the person who was asked" in refused(answer, log)


async def test_one_member_writes_to_few_strangers_a_day(party: Party, log: pytest.LogCaptureFixture) -> None:
    room = party.room
    strangers = [room.guild.add_member(room.env.create_user(f"stranger{n}")) for n in range(4)]
    for number, each in enumerate(strangers):
        asked = await room.ann.slash(room.channel, "compare", user=each, where="message")
        if number >= MOST_DIRECT_A_DAY:
            said = refused(await answer_of(asked), log)
            assert "that is the limit" in said
            assert "<t:" in said
    assert len(room.env.refusals()) == len(strangers) - MOST_DIRECT_A_DAY


async def test_who_manages_a_server_switches_direct_messages_off(
    party: Party, log: pytest.LogCaptureFixture
) -> None:
    room = party.room
    denied = await answer_of(await room.bob.slash(room.channel, "sharing server", direct_messages=False))
    assert "manage this server" in refused(denied, log)
    assert room.env.refusals()
