"""End comparisons whose time is over, and forget servers, channels and people that are gone."""

from __future__ import annotations

from datetime import timedelta

import discord
from discord.ext import commands, tasks

from cogs.work.digests import Digests
from cogs.work.host import Host
from cogs.work.posted_cards import PostedCards
from cogs.work.presence import DiscordPresence
from services.maintenance import Maintenance
from services.workflows.lobbies import LobbiesWorkflow
from services.workflows.server_map import ServerMapWorkflow

_TEND_EVERY_S = 60
_POSTED_WITHIN, _PEOPLE_A_ROUND = timedelta(days=2), 500
"""Whose leaving is looked for each minute, without the intent that would tell it: five requests to the
gateway for those on maps that people still see. All the others are looked at once a day."""


class GroupEvents(commands.Cog):
    """What happens to comparisons without anybody's press."""

    def __init__(
        self,
        *,
        lobbies: LobbiesWorkflow,
        digests: Digests,
        maps: ServerMapWorkflow,
        cards: PostedCards,
        presence: DiscordPresence,
        client: Host,
        maintenance: Maintenance,
    ) -> None:
        self._lobbies = lobbies
        self._digests = digests
        self._maps = maps
        self._cards = cards
        self._presence = presence
        self._client = client
        self._maintenance = maintenance

    async def cog_load(self) -> None:
        """Look from time to time what has ended and what is still to be changed."""
        if self._client.performs:
            self.tend_on.start()

    async def cog_unload(self) -> None:
        """Stop looking; what is to be changed is written down."""
        self.tend_on.cancel()
        await self._cards.close()

    @tasks.loop(seconds=_TEND_EVERY_S)
    async def tend_on(self) -> None:
        """Do what time asks for."""
        await self.tend()

    async def tend(self) -> None:
        """End what is over, draw whatever a crash or a refusal of Discord's left as it was, post digests."""
        self._client.pending.expire()
        await self._maintenance.attempt("ended comparisons", self._end_due)
        await self._maintenance.attempt("people who left", self._end_left)
        await self._maintenance.attempt("cards", self._cards.redraw_all)
        await self._maintenance.attempt("digests", self._digests.run)

    def look_soon(self) -> None:
        """Draw everything that is stale, beside whatever asks for it."""
        self._cards.look_soon()

    async def _end_left(self) -> int:
        if not (self._client.connects and self._client.is_ready()):
            return 0  # one request for each person would be too many
        return await self._maps.end_left(self._presence, shown_within=_POSTED_WITHIN, most=_PEOPLE_A_ROUND)

    async def _end_due(self) -> int:
        return len(await self._lobbies.end_due())

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Forget the servers that the bot was taken out of while it was away, if Discord confirms that."""
        shards = self._client.shards
        count = self._client.shard_count or 1
        for guild_id in await self._lobbies.guilds():
            is_ours = not shards or (guild_id >> 22) % count in shards
            is_listed = self._client.get_guild(guild_id) is not None
            if is_ours and not is_listed and await self._presence.is_out_of(guild_id):
                await self._lobbies.drop_guild(guild_id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Forget a server."""
        await self._lobbies.drop_guild(guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Forget a channel."""
        await self._lobbies.drop_channel(channel.id)

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, _before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """Try again what was refused in a server whose rights may be others now."""
        self._cards.allow_again(after.guild.id)

    @commands.Cog.listener()
    async def on_guild_role_update(self, _before: discord.Role, after: discord.Role) -> None:
        """Try again what was refused in a server whose rights may be others now."""
        self._cards.allow_again(after.guild.id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """Forget a thread."""
        await self._lobbies.drop_channel(payload.thread_id)
