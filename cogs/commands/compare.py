"""`/compare` and the menu of a person: ask one other, once, and compare only if they want to."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.commands import IN_SERVERS, TO_SERVERS
from cogs.words.commands import COMMANDS, COMPARE_TASTE, OPTIONS, WHERE
from cogs.work.accept import Work
from cogs.work.host import Interaction
from cogs.work.presence import DiscordPresence
from services.domain.errors.groups import CompareWithNobodyError
from services.domain.group_requests import AskRequest, Where

_WHERE = [app_commands.Choice(name=words, value=where.value) for where, words in WHERE.items()]


class CompareCog(commands.Cog):
    """Comparisons of two."""

    def __init__(
        self,
        *,
        presence: DiscordPresence,
        work: Work,
        tree: app_commands.CommandTree[Any],
    ) -> None:
        self._presence = presence
        self._work = work
        self._tree = tree
        self._menu = app_commands.ContextMenu(
            name=COMPARE_TASTE,
            callback=self.compare_menu,
            allowed_installs=TO_SERVERS,
            allowed_contexts=IN_SERVERS,
        )

    async def cog_load(self) -> None:
        """Add the menu of a person, which a cog can't declare."""
        self._tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take the menu away again."""
        self._tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command(name="compare", description=COMMANDS["compare"])
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.describe(**OPTIONS["compare"])
    @app_commands.choices(where=_WHERE)
    async def compare(
        self,
        interaction: Interaction,
        user: discord.User,
        where: app_commands.Choice[str] | None = None,
    ) -> None:
        """Ask somebody."""
        await self._ask(interaction, user, Where(where.value) if where else Where.CHANNEL)

    async def compare_menu(self, interaction: Interaction, user: discord.User) -> None:
        """Ask somebody from their menu, in this channel."""
        await self._ask(interaction, user, Where.CHANNEL)

    async def _ask(self, interaction: Interaction, user: discord.User | discord.Member, where: Where) -> None:
        if user.bot or user.id == interaction.user.id:
            raise CompareWithNobodyError
        self._presence.require_take_back(interaction)
        request = AskRequest(user.id, user.display_name, interaction.user.display_name, where)
        await self._work.accept(interaction, request, private=True)
