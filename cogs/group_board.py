"""The messages of comparisons: posted, drawn anew after each change, and taken back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Collection
from typing import Any

import discord

from cogs.replies.layout import Reply
from cogs.replies.lobby import lobby_card, over_card
from services.domain.errors.groups import CannotTakeBackError
from services.domain.groups import GroupMessage, Lobby, MessageKind
from services.workflows.groups.messages import GroupMessagesWorkflow, Redraw

_log = logging.getLogger(__name__)


class GroupBoard:
    """What Discord shows of comparisons, and who is there to see it."""

    def __init__(self, *, client: discord.Client, messages: GroupMessagesWorkflow) -> None:
        self._client = client
        self._messages = messages
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._refused: set[int] = set()
        """Messages that Discord does not let us change now; tried again after a change, not by the clock."""

    async def sight(self, guild_id: int, channel_id: int | None, user_ids: Collection[int]) -> frozenset[int]:
        """Ask Discord who of these people is in the server now, and sees the channel.

        The bot holds no list of members, so each is looked up. A look-up that fails raises: somebody who
        could not be asked about is neither shown nor taken out.
        """
        guild = self._client.get_guild(guild_id)
        if guild is None:
            return frozenset()
        channel = None if channel_id is None else guild.get_channel_or_thread(channel_id)
        if channel_id is not None and channel is None:
            return frozenset()
        found = await asyncio.gather(*(self._is_there(guild, channel, user_id) for user_id in user_ids))
        return frozenset(user_id for user_id, there in zip(user_ids, found, strict=True) if there)

    async def _is_there(self, guild: discord.Guild, channel: Any, user_id: int) -> bool:
        try:
            member = await guild.fetch_member(user_id)
        except discord.NotFound:
            return False
        if channel is None:
            return True
        permissions: discord.Permissions = channel.permissions_for(member)
        if not permissions.view_channel:
            return False
        if isinstance(channel, discord.Thread) and channel.is_private() and not permissions.manage_threads:
            try:
                await channel.fetch_member(user_id)
            except discord.NotFound:
                return False
        return True

    def require_take_back(self, interaction: discord.Interaction[Any]) -> tuple[int, int]:
        """Return server and channel of an interaction, if a message there could be changed later.

        Raises
        ------
        CannotTakeBackError
            The bot is not in this server, or does not see the channel.
        """
        guild_id, channel_id = interaction.guild_id, interaction.channel_id
        if (
            guild_id is None
            or channel_id is None
            or self._client.get_guild(guild_id) is None
            or not interaction.app_permissions.view_channel
        ):
            raise CannotTakeBackError
        return guild_id, channel_id

    async def note(
        self,
        lobby: Lobby,
        kind: MessageKind,
        channel_id: int,
        message_id: int,
        result_id: str | None = None,
    ) -> None:
        """Remember a posted message, and change it at once if somebody left while it was on its way."""
        is_current = await self._messages.note(
            lobby, kind, channel_id=channel_id, message_id=message_id, result_id=result_id
        )
        if not is_current:
            await self.redraw(lobby.lobby_id)

    async def changed(self, lobby_id: str) -> None:
        """Draw the cards of a comparison anew."""
        await self._messages.changed(lobby_id)
        await self.redraw(lobby_id)

    async def redraw(self, lobby_id: str) -> None:
        """Draw what is stale of one comparison."""
        for message in await self._messages.stale(lobby_id):
            await self._draw(message)

    async def redraw_all(self) -> None:
        """Draw everything that is stale in the servers of this process."""
        for message in await self._messages.stale():
            if self._client.get_guild(message.guild_id) and message.message_id not in self._refused:
                await self._draw(message)

    async def take_down(self, lobby_id: str, channel_id: int, message_id: int, guild_id: int) -> None:
        """Change a message whose result was gone before it was posted."""
        message = GroupMessage(
            message_id=message_id,
            channel_id=channel_id,
            guild_id=guild_id,
            lobby_id=lobby_id,
            kind=MessageKind.RESULT,
            result_id="gone",
        )
        await self._messages.note_gone(message)
        await self.redraw(lobby_id)

    async def name_of(self, guild_id: int, user_id: int) -> str:
        """Look up how a server calls somebody."""
        guild = self._client.get_guild(guild_id)
        if guild is None:
            raise CannotTakeBackError
        return (await guild.fetch_member(user_id)).display_name

    async def post(self, lobby: Lobby, reply: Reply, kind: MessageKind, result_id: str | None = None) -> None:
        """Post into the channel of a comparison."""
        channel = self._client.get_partial_messageable(lobby.channel_id, guild_id=lobby.guild_id)
        message = await channel.send(view=reply.view(), files=reply.files())
        await self.note(lobby, kind, message.channel.id, message.id, result_id)

    async def _draw(self, message: GroupMessage) -> None:
        async with self._locks[message.message_id]:
            redraw = await self._messages.begin(message)
            if not redraw.changes:
                return
            try:
                await self._edit(redraw)
            except discord.NotFound:
                await self._messages.lost(message)
            except discord.Forbidden:
                self._refused.add(message.message_id)
                _log.warning("message %d can't be changed now", message.message_id)
            except discord.HTTPException as error:
                _log.warning("message %d is drawn again later: %s", message.message_id, error)
            else:
                self._refused.discard(message.message_id)
                await self._messages.done(redraw)
        if not self._locks[message.message_id].locked():
            with contextlib.suppress(KeyError):
                del self._locks[message.message_id]

    async def _edit(self, redraw: Redraw) -> None:
        reply = lobby_card(redraw.lobby) if redraw.lobby else over_card(redraw.message.kind)
        channel = self._client.get_partial_messageable(redraw.message.channel_id)
        message = channel.get_partial_message(redraw.message.message_id)
        await message.edit(view=reply.view(), attachments=[])
