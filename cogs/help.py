"""`/help`: what to do next, from where the person stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.replies.help import Standing, help_card
from services.domain.accounts import Link
from services.domain.errors.accounts import NotLinkedError, RelinkNeededError
from services.workflows.reports import ReportsWorkflow

LinkOf = Callable[[int], Awaitable[Link]]
"""Returns a person's link, or raises what is wrong with it."""


class HelpCog(commands.Cog):
    """The way in."""

    def __init__(self, *, reports: ReportsWorkflow, link_of: LinkOf | None) -> None:
        self._reports = reports
        self._link_of = link_of

    @app_commands.command(name="help", description="What Tastemap does, and what you can do next.")
    async def help(self, interaction: discord.Interaction[Any]) -> None:
        """Explain the next step."""
        recent = await self._reports.recent(interaction.user.id)
        card = help_card(recent, await self._standing(interaction.user.id))
        await interaction.response.send_message(view=card.view(), ephemeral=True)

    async def _standing(self, user_id: int) -> Standing:
        if self._link_of is None:
            return Standing.FILES_ONLY
        try:
            await self._link_of(user_id)
        except NotLinkedError:
            return Standing.UNLINKED
        except RelinkNeededError:
            return Standing.ENDED
        return Standing.LINKED
