"""`/help`: what to do next, from where the person stands."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.replies.help import help_card
from services.workflows.reports import ReportsWorkflow


class HelpCog(commands.Cog):
    """The way in."""

    def __init__(self, *, reports: ReportsWorkflow) -> None:
        self._reports = reports

    @app_commands.command(name="help", description="What Tastemap does, and what you can do next.")
    async def help(self, interaction: discord.Interaction[Any]) -> None:
        """Explain the next step."""
        recent = await self._reports.recent(interaction.user.id)
        await interaction.response.send_message(view=help_card(recent).view(), ephemeral=True)
