"""`/undo`, the buttons of saved playlists, and news about writes that went on while nobody watched."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands, tasks

from cogs.answers import show
from cogs.components import ComponentRouter
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.saved import LAST, news_card, saved_card
from cogs.replies.undo import DO, MOST, undo_card, undone_card
from services.domain.errors.playlists import SpotifyOffError
from services.domain.writes import Write
from services.workflows.saving import SavingWorkflow

_AGAIN_MINUTES = 5
"""How often interrupted writes are looked at; most wait for hours or for a restart."""

_log = logging.getLogger(__name__)


class SavingCog(commands.Cog):
    """What was written, and taking it back."""

    def __init__(
        self, *, saving: SavingWorkflow | None, components: ComponentRouter, client: discord.Client
    ) -> None:
        self._saving = saving
        self._client = client
        components.register(Action.UNDO, self.press_undo)
        components.register(Action.SAVING, self.go_on)

    async def cog_load(self) -> None:
        """Go on with what an earlier process did not finish, and look again from time to time."""
        if self._saving is not None:
            self.resume.start()

    async def cog_unload(self) -> None:
        """Stop looking; a write that is under way is in the journal."""
        self.resume.cancel()

    @app_commands.command(name="undo", description="Take back what I last wrote to your Spotify.")
    @app_commands.describe(count="How many of the last changes; you see first what can't be restored")
    async def undo(
        self, interaction: discord.Interaction[Any], count: app_commands.Range[int, 1, MOST] = 1
    ) -> None:
        """Show what taking back the last writes would do."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._preview(interaction, count)

    async def press_undo(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Show the preview, change how much it covers, or carry it out."""
        verb, _, number = ref.argument.rpartition(".")
        count = min(max(int(number), 1), MOST) if number.isdecimal() else 1
        if ref.subject == LAST:
            if verb:
                await interaction.response.defer()
            else:
                await interaction.response.defer(ephemeral=True, thinking=True)
            await self._preview(interaction, count)
            return
        await interaction.response.defer()
        if verb == DO:
            saving = self._required()
            undone = await saving.undo(
                interaction.user.id, newest=ref.subject, count=count, request=str(interaction.id)
            )
            await show(interaction, undone_card(undone, count))
            await saving.mark_told(*(each.write for each in undone if each.write is not None))

    async def go_on(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Go on with an interrupted write now."""
        await interaction.response.defer()
        saving = self._required()
        write = await saving.resume(interaction.user.id, ref.subject)
        await tell(interaction, saving, [write])

    @commands.Cog.listener()
    async def on_app_command_completion(
        self, interaction: discord.Interaction[Any], _command: app_commands.Command[Any, Any, Any]
    ) -> None:
        """Tell somebody at their next command what no direct message could tell them."""
        if self._saving is None:
            return
        news = await self._saving.news(interaction.user.id)
        if news:
            await interaction.followup.send(view=news_card(news).view(), ephemeral=True)
            await self._saving.mark_told(*news)

    @tasks.loop(minutes=_AGAIN_MINUTES)
    async def resume(self) -> None:
        """Go on with the writes whose time has come, and tell their owners."""
        saving = self._required()
        try:
            resumed = await saving.resume_due()
            for user_id in {write.user_id for write in resumed}:
                await self._tell_directly(saving, user_id)
        except Exception:  # noqa: BLE001  (a loop that an error ends would never look again)
            _log.exception("interrupted writes could not be looked at; the next round tries again")

    async def _tell_directly(self, saving: SavingWorkflow, user_id: int) -> None:
        news = await saving.news(user_id)
        if not news:
            return
        try:
            channel = await self._client.create_dm(discord.Object(user_id))
            await channel.send(view=news_card(news).view())
        except discord.HTTPException as error:
            _log.info("news about a write wait for the next command: %s", error)
            return
        await saving.mark_told(*news)

    async def _preview(self, interaction: discord.Interaction[Any], count: int) -> None:
        saving = self._required()
        plan = await saving.plan_undo(interaction.user.id, count)
        more = await saving.count_undoable(interaction.user.id, count + 1) > len(plan.steps)
        await show(interaction, undo_card(plan, more=more))

    def _required(self) -> SavingWorkflow:
        if self._saving is None:
            raise SpotifyOffError
        return self._saving


async def tell(
    interaction: discord.Interaction[Any],
    saving: SavingWorkflow | None,
    writes: Sequence[Write],
    *,
    left_out: int = 0,
) -> None:
    """Show how writes stand in the deferred reply, and remember that the person knows."""
    await show(interaction, saved_card(writes, left_out=left_out))
    if saving is not None:
        await saving.mark_told(*writes)
