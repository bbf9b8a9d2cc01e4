"""`/me`, `/mydata`, `/forget` and `/privacy`: what people may ask back."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.answers import answer_privately
from cogs.components import ComponentRouter
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Attached
from cogs.replies.privacy import YES, forget_card, forgotten_card, me_card, mydata_card, privacy_card
from services.workflows.privacy import PrivacyWorkflow

_ENVELOPE_BYTES = 64 * 1024


class PrivacyCog(commands.Cog):
    """A person's own data."""

    def __init__(
        self,
        *,
        privacy: PrivacyWorkflow,
        components: ComponentRouter,
        stop_work: Callable[[int], None],
        seats: int | None,
        report_days: int,
        policy_url: str | None,
    ) -> None:
        self._privacy = privacy
        self._stop_work = stop_work
        self._seats = seats
        self._report_days = report_days
        self._policy_url = policy_url
        components.register(Action.FORGET, self.forget_pressed)
        components.register(Action.MY_DATA, self.mydata_pressed)

    @app_commands.command(name="privacy", description="What is kept about you, and who sees it.")
    async def privacy(self, interaction: discord.Interaction[Any]) -> None:
        """Explain in plain words."""
        card = privacy_card(report_days=self._report_days, policy_url=self._policy_url)
        await interaction.response.send_message(view=card.view(), ephemeral=True)

    @app_commands.command(name="me", description="What is stored about you, and how your login stands.")
    async def me(self, interaction: discord.Interaction[Any]) -> None:
        """Show what is stored."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        stored = await self._privacy.stored(interaction.user.id)
        await answer_privately(interaction, me_card(stored, seats=self._seats))

    @app_commands.command(name="mydata", description="Get everything that is stored about you, as a file.")
    async def mydata(self, interaction: discord.Interaction[Any]) -> None:
        """Hand over all of it."""
        await self._hand_over(interaction)

    @app_commands.command(name="forget", description="Erase everything that is stored about you.")
    async def forget(self, interaction: discord.Interaction[Any]) -> None:
        """Ask once more."""
        await interaction.response.send_message(view=forget_card().view(), ephemeral=True)

    async def forget_pressed(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Ask once more, or do it."""
        if ref.argument != YES:
            await interaction.response.send_message(view=forget_card().view(), ephemeral=True)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        self._stop_work(interaction.user.id)
        gone = await self._privacy.forget(interaction.user.id)
        await answer_privately(interaction, forgotten_card(gone))

    async def mydata_pressed(self, interaction: discord.Interaction[Any], _ref: ComponentRef) -> None:
        """Hand over all of it."""
        await self._hand_over(interaction)

    async def _hand_over(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        content = await self._privacy.export(interaction.user.id)
        file = Attached("tastemap-my-data.json", content, "Everything that is stored about you")
        if len(content) > interaction.filesize_limit - _ENVELOPE_BYTES:
            file = Attached("tastemap-my-data.json.gz", gzip.compress(content), file.alt_text)
        await answer_privately(interaction, mydata_card(file))
