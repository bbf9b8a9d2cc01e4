"""A weekly digest, from the switch to the press that ends it, in a channel where everybody sees it."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import discord
import pytest
from sqlalchemy import delete, update

from services.storage.schema.groups import digest_posts, group_messages
from services.storage.server_maps import MapMemberStore
from tests.discord.cards import check_message, text_of
from tests.discord.party import Party, party
from tests.discord.test_refusals import answer_of, log, refused
from tests.integration.groups.maps import on_map, sound

__all__ = ["log", "party"]


async def put_on(party: Party, **levels: float) -> None:
    """Put people on the map without a list of tracks: a digest knows of figures alone."""
    members = MapMemberStore(party.room.app.database)
    for name, level in levels.items():
        person = party.people[name]
        member = on_map(person.id, level, party.times[-1])
        await members.agree(dataclasses.replace(member, guild_id=party.room.guild.id, name=name))


async def move(party: Party, name: str, level: float) -> None:
    members = MapMemberStore(party.room.app.database)
    member = await members.find(party.room.guild.id, party.people[name].id)
    assert member is not None
    await members.move(party.room.guild.id, [(party.people[name].id, member.list, sound(level))])


async def test_a_digest_comes_once_names_who_agreed_and_ends_with_one_press(
    party: Party, log: pytest.LogCaptureFixture
) -> None:
    room = party.room
    await put_on(party, ann=0.0, bob=0.5, cat=3.0)
    role = room.guild.create_role("keepers", permissions=discord.Permissions(manage_channels=True))
    keeper = room.guild.add_member(room.env.create_user("keeper"), roles=[role])
    on = (await keeper.slash(room.channel, "digest on")).response
    check_message(on)
    assert on.ephemeral
    assert "Nobody is pinged" in text_of(on)
    assert "no longer" not in text_of(on)
    other = room.guild.create_text_channel("news")
    there = (await keeper.slash(room.channel, "digest on", channel=other)).response
    assert f"in <#{other.id}>, and no longer in <#{room.channel.id}>, what" in text_of(there)
    await keeper.slash(room.channel, "digest on")
    await move(party, "cat", 1.0)
    await party.tend()
    assert room.posts() == []
    party.later(timedelta(days=7, minutes=1).total_seconds())
    for _ in range(2):
        await party.tend()
    assert len(room.posts()) == 1
    digest = party.last_post
    check_message(digest)
    assert "**cat**: the list is" in text_of(digest)
    assert text_of(digest).count("?**") == 1
    assert digest.message.flags.suppress_notifications

    pressed = await answer_of(await room.bob.click(digest, label="Stop this"))
    assert "manage channels" in refused(pressed, log)
    await party.cat.click(digest, label="Take me off")
    await party.tend()
    assert "cat" not in text_of(digest)
    assert "over" in text_of(digest)

    await move(party, "ann", 2.0)
    party.later(timedelta(days=7).total_seconds())
    await party.tend()
    assert len(room.posts()) == 2
    stopped = (await keeper.click(party.last_post, label="Stop this")).response
    assert "No more digests" in text_of(stopped)
    await move(party, "ann", -2.0)
    party.later(timedelta(days=7).total_seconds())
    await party.tend()
    assert len(room.posts()) == 2
    off = await answer_of(await keeper.slash(room.channel, "digest off"))
    assert "There is no digest" in refused(off, log)
    assert room.env.refusals()


async def test_a_digest_that_was_sent_before_a_crash_is_found_and_not_sent_again(party: Party) -> None:
    room = party.room
    await put_on(party, ann=0.0, bob=0.5, cat=3.0)
    digests = room.app.workflows.digests
    await digests.switch_on(room.guild.id, room.channel.id)
    await move(party, "cat", 1.0)
    party.later(timedelta(days=7, minutes=1).total_seconds())
    await party.tend()
    assert len(room.posts()) == 1
    async with room.app.database.transaction() as connection:  # as if the process had ended right there
        await connection.execute(delete(group_messages))
        await connection.execute(update(digest_posts).values(is_posted=False, held_until=party.times[-1]))
    party.later(1)
    await party.tend()
    assert len(room.posts()) == 1
    assert await digests.left_behind() == ()
    await party.cat.click(party.last_post, label="Take me off")
    await party.tend()
    assert "cat" not in text_of(party.last_post)
