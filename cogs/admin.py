"""`/admin`: what the people who run the bot see of it in Discord."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.replies.status import status_card
from services.domain.errors.operators import NotOperatorError
from services.domain.status import Status


@app_commands.default_permissions(administrator=True)
class AdminCog(commands.GroupCog, group_name="admin", group_description="For the people who run this bot."):
    """Discord hides the group from most people; the settings decide who may use it."""

    def __init__(self, *, read_status: Callable[[], Awaitable[Status]], operators: frozenset[int]) -> None:
        self._read_status = read_status
        self._operators = operators

    @app_commands.command(name="status", description="How the bot is: connection, queue, database, services.")
    async def status(self, interaction: discord.Interaction[Any]) -> None:
        """Show what monitors see, to the operator alone."""
        self._admit(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        card = status_card(await self._read_status())
        await interaction.edit_original_response(view=card.view())

    def _admit(self, interaction: discord.Interaction[Any]) -> None:
        """Let operators in, and nobody else.

        Not a check of discord.py's: what those raise must be one of its own errors.

        Raises
        ------
        NotOperatorError
        """
        if interaction.user.id not in self._operators:
            raise NotOperatorError(interaction.user.id)
