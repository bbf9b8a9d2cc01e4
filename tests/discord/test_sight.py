"""Who is there, in threads, in servers that Discord holds back, and after somebody has left."""

from __future__ import annotations

import discord
import pytest

from cogs.work.presence import DiscordPresence
from services.domain.errors.groups import CannotLookError
from tests.discord.conftest import Room


class Seen:
    """A look at a room whose clock stands still."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.now = 0.0
        self.presence = DiscordPresence(room.env.bot, monotonic=lambda: self.now)

    async def __call__(self, channel_id: int | None) -> set[str]:
        people = {self.room.ann.user.id: "ann", self.room.bob.user.id: "bob"}
        seen = await self.presence(self.room.guild.id, channel_id, list(people))
        if seen.unknown:
            raise CannotLookError
        return {people[each] for each in seen.there}


@pytest.fixture
def seen(room: Room) -> Seen:
    return Seen(room)


async def thread(seen: Seen, kind: discord.ChannelType) -> discord.Thread:
    channel = seen.room.env.bot.get_channel(seen.room.channel.id)
    made: discord.Thread = await channel.create_thread(name="music", type=kind)
    return made


async def test_in_a_private_thread_only_its_members_are_seen(seen: Seen) -> None:
    private = await thread(seen, discord.ChannelType.private_thread)
    await private.add_user(discord.Object(seen.room.bob.user.id))
    assert await seen(private.id) == {"bob"}
    assert await seen(seen.room.channel.id) == {"ann", "bob"}


async def test_a_thread_that_fell_asleep_is_still_there(seen: Seen) -> None:
    public = await thread(seen, discord.ChannelType.public_thread)
    await public.edit(archived=True)
    await seen.room.env.settle()
    assert seen.room.env.bot.get_guild(seen.room.guild.id).get_thread(public.id) is None
    assert await seen(public.id) == {"ann", "bob"}


async def test_a_server_that_discord_holds_back_is_asked_about(seen: Seen) -> None:
    guild = seen.room.env.bot.get_guild(seen.room.guild.id)
    guild.unavailable = True
    seen.room.guild.remove_member(seen.room.bob)
    assert await seen(seen.room.channel.id) == {"ann"}


async def test_a_server_that_nobody_answers_for_is_unknown(seen: Seen) -> None:
    seen.room.env.bot.get_guild(seen.room.guild.id).unavailable = True
    seen.room.env.inject_error("GET", "/guilds/*", status=404, code=0, times=None)
    with pytest.raises(CannotLookError):
        await seen(seen.room.channel.id)


async def test_who_was_there_counts_for_half_a_minute_and_who_was_not_for_less(seen: Seen) -> None:
    assert await seen(None) == {"ann", "bob"}
    seen.room.guild.remove_member(seen.room.bob)
    assert await seen(None) == {"ann", "bob"}
    seen.now = 31.0
    assert await seen(None) == {"ann"}
    seen.room.guild.add_member(seen.room.bob.user)
    assert await seen(None) == {"ann"}
    seen.now = 42.0
    assert await seen(None) == {"ann", "bob"}


async def test_a_deleted_channel_is_seen_by_nobody(seen: Seen) -> None:
    gone = seen.room.guild.create_text_channel("gone")
    await seen.room.env.bot.get_channel(gone.id).delete()
    assert await seen(gone.id) == set()
