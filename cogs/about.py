"""`/about`: how the numbers that Tastemap shows are made."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.replies.about import score_card
from services.domain.scoring import ScoreRules


class AboutCog(commands.GroupCog, group_name="about", group_description="How the numbers here are made."):
    """Published formulas."""

    def __init__(self, *, rules: ScoreRules) -> None:
        self._rules = rules

    @app_commands.command(
        name="score", description="What the compatibility score is made of and what it means."
    )
    async def score(self, interaction: discord.Interaction[Any]) -> None:
        """Explain the formula with its calibration."""
        await interaction.response.send_message(view=score_card(self._rules).view(), ephemeral=True)
