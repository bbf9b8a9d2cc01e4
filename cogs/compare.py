"""`/compare` and the menu of a person: ask one other, once, and compare only if they want to."""

from __future__ import annotations

import contextlib
import logging
from enum import StrEnum
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.group_board import GroupBoard
from cogs.groups import visitor
from cogs.replies.layout import note, small
from cogs.replies.lobby import lobby_card
from services.domain.errors.groups import (
    CannotReachError,
    CannotSeeChannelError,
    CompareWithNobodyError,
)
from services.domain.groups import Lobby, MessageKind
from services.workflows.groups.lobbies import LobbiesWorkflow, Place

_log = logging.getLogger(__name__)


class Where(StrEnum):
    """Where the question is put."""

    CHANNEL = "channel"
    MESSAGE = "message"


_WHERE = [
    app_commands.Choice(name="in this channel", value=Where.CHANNEL.value),
    app_commands.Choice(name="by direct message", value=Where.MESSAGE.value),
]


class CompareCog(commands.Cog):
    """Comparisons of two."""

    def __init__(
        self,
        *,
        lobbies: LobbiesWorkflow,
        board: GroupBoard,
        tree: app_commands.CommandTree[Any],
        client: discord.Client,
    ) -> None:
        self._lobbies = lobbies
        self._board = board
        self._tree = tree
        self._client = client
        self._menu = app_commands.ContextMenu(
            name="Compare taste",
            callback=self.compare_menu,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=False, private_channel=False
            ),
        )

    async def cog_load(self) -> None:
        """Add the menu of a person, which a cog can't declare."""
        self._tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take the menu away again."""
        self._tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command(name="compare", description="Ask somebody to compare how your playlists sound.")
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.describe(user="Whom to ask; they are asked once", where="Where they are asked")
    @app_commands.choices(where=_WHERE)
    async def compare(
        self,
        interaction: discord.Interaction[Any],
        user: discord.User,
        where: app_commands.Choice[str] | None = None,
    ) -> None:
        """Ask somebody."""
        await self._ask(interaction, user, Where(where.value) if where else Where.CHANNEL)

    async def compare_menu(self, interaction: discord.Interaction[Any], user: discord.User) -> None:
        """Ask somebody from their menu, in this channel."""
        await self._ask(interaction, user, Where.CHANNEL)

    async def _ask(
        self, interaction: discord.Interaction[Any], user: discord.User | discord.Member, where: Where
    ) -> None:
        if user.bot or user.id == interaction.user.id:
            raise CompareWithNobodyError
        guild_id, channel_id = self._board.require_take_back(interaction)
        watched = channel_id if where is Where.CHANNEL else None
        if user.id not in await self._board.sight(guild_id, watched, [user.id]):
            raise CannotSeeChannelError
        lobby = await self._lobbies.ask(Place(guild_id, channel_id), visitor(interaction.user), visitor(user))
        if where is Where.MESSAGE:
            await self._ask_directly(interaction, lobby, user)
            return
        mentions = discord.AllowedMentions(users=[user]) if lobby.asked else discord.AllowedMentions.none()
        try:
            posted = await interaction.response.send_message(
                view=lobby_card(lobby).view(), allowed_mentions=mentions
            )
        except discord.HTTPException:
            await self._lobbies.withdraw_question(lobby.lobby_id)
            raise
        message_id = posted.message_id or (await interaction.original_response()).id
        await self._board.note(lobby, MessageKind.CARD, channel_id, message_id)

    async def _ask_directly(
        self, interaction: discord.Interaction[Any], lobby: Lobby, user: discord.User | discord.Member
    ) -> None:
        """Put the card into the messages of both: each of them sees there how it goes on."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        sent: list[discord.Message] = []
        try:
            for person_id in (interaction.user.id, user.id):
                channel = await self._client.create_dm(discord.Object(person_id))
                sent.append(await channel.send(view=lobby_card(lobby).view()))
        except discord.HTTPException as error:
            _log.info("a question by direct message could not be put: %s", error)
            await self._lobbies.withdraw_question(lobby.lobby_id)
            for message in sent:
                with contextlib.suppress(discord.HTTPException):
                    await message.delete()
            raise CannotReachError from error
        for message in sent:
            await self._board.note(lobby, MessageKind.CARD, message.channel.id, message.id)
        said = note("I have asked.", small("You find the same card in our direct messages."))
        await interaction.edit_original_response(view=said.view())
