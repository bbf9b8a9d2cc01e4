"""`/undo`, the buttons of saved playlists, and news about writes that went on while nobody watched."""

from __future__ import annotations

import logging
from functools import partial

import discord
from discord import app_commands
from discord.ext import commands, tasks

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import note
from cogs.replies.saving import (
    LAST,
    MOST,
    SavedVerb,
    UndoVerb,
    news_card,
    read_choice,
    saved_card,
    undo_card,
    undone_card,
)
from cogs.words.controls import COMMANDS, OPTIONS
from cogs.words.saving import settled_told
from cogs.work.components import ComponentRouter
from cogs.work.deliver import show
from cogs.work.host import Host, Interaction
from cogs.work.reaching import accept_press, promise
from services.domain.errors.playlists import SpotifyOffError
from services.domain.errors.sources import UnfinishedWritesError
from services.domain.writes import Settling
from services.maintenance import Maintenance
from services.workflows.saving import SavingWorkflow

_AGAIN_S = 300.0
"""How often interrupted writes are looked at; most wait for hours or for a restart."""

_log = logging.getLogger(__name__)


class SavingCog(commands.Cog):
    """Writes to Spotify: their buttons, their news, and taking them back."""

    def __init__(
        self,
        *,
        saving: SavingWorkflow | None,
        components: ComponentRouter,
        client: Host,
        maintenance: Maintenance,
    ) -> None:
        self._saving = saving
        self._maintenance = maintenance
        self._client = client
        components.register(Action.UNDO, self.press_undo)
        components.register(Action.SAVING, self.go_on)

    async def cog_load(self) -> None:
        """Go on with what an earlier process did not finish, and look again from time to time."""
        if self._saving is not None and self._client.performs:
            self.resume_on.start()

    async def cog_unload(self) -> None:
        """Stop looking; a write that is under way is in the journal."""
        self.resume_on.cancel()

    @app_commands.command(name="undo", description=COMMANDS["undo"])
    @app_commands.describe(**OPTIONS["undo"])
    async def undo(self, interaction: Interaction, count: app_commands.Range[int, 1, MOST] = 1) -> None:
        """Show what taking back the last writes would do."""
        await promise(interaction)
        await self._preview(interaction, count)

    async def press_undo(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Show the preview, change how much it covers, or carry it out."""
        verb, _, number = ref.argument.rpartition(".")
        count = min(max(int(number), 1), MOST) if number.isdecimal() else 1
        if ref.subject == LAST:
            if verb:
                await accept_press(interaction)
            else:
                await promise(interaction)
            await self._preview(interaction, count)
            return
        if ref.argument == UndoVerb.BACK_TO:
            await promise(interaction)
            user_id, saving = interaction.user.id, self._required()
            await self._preview(interaction, await saving.undoing.count_back_to(user_id, ref.subject, MOST))
            return
        await accept_press(interaction)
        if verb == UndoVerb.DO:
            saving = self._required()
            undone = await saving.undoing.undo(
                interaction.user.id, newest=ref.subject, count=count, request=str(interaction.id)
            )
            await show(interaction, undone_card(undone, count))
            await saving.mark_told(*(each.write for each in undone if each.write is not None))

    async def go_on(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Go on with an interrupted write now, or bring all that has begun to its end."""
        await accept_press(interaction)
        saving = self._required()
        word, write_ids = read_choice(ref)
        if word in set(Settling):
            user_id, request = interaction.user.id, str(interaction.id)
            settled = await saving.undoing.settle(user_id, Settling(word), write_ids, request=request)
            if left := await saving.under_way(user_id):
                raise UnfinishedWritesError(left)
            await show(interaction, note(*settled_told(settled)))
            return
        if ref.argument == SavedVerb.COPY:
            write = await saving.copy(interaction.user.id, ref.subject)
            await show(interaction, saved_card([write], again=write.told))
            await saving.mark_told(write)
            return
        write = await saving.resume(interaction.user.id, ref.subject)
        await show(interaction, saved_card([write]))
        await saving.mark_told(write)

    @commands.Cog.listener()
    async def on_news_of_changes(self, interaction: Interaction) -> None:
        """Tell somebody at their next command what no direct message could tell them."""
        if self._saving is None:
            return
        async with self._saving.turns.telling(interaction.user.id) as news:
            if news:
                await interaction.followup.send(view=news_card(news).view(), ephemeral=True)

    @tasks.loop(seconds=_AGAIN_S)
    async def resume_on(self) -> None:
        """Do what time asks for."""
        await self._maintenance.attempt("interrupted changes of playlists", self.resume)

    async def resume(self) -> None:
        """Go on with the writes whose time has come, and tell their owners."""
        saving = self._required()
        resumed = await saving.resume_due()
        tellings = [partial(self._tell_directly, saving, each) for each in {one.user_id for one in resumed}]
        await self._maintenance.attempt("news of interrupted changes", *tellings)

    async def _tell_directly(self, saving: SavingWorkflow, user_id: int) -> None:
        try:
            async with saving.turns.telling(user_id) as news:
                if news:
                    channel = await self._client.create_dm(discord.Object(user_id))
                    await channel.send(view=news_card(news).view())
        except discord.HTTPException as error:
            _log.info("news about a write wait for the next command: %s", error)

    async def _preview(self, interaction: Interaction, count: int) -> None:
        saving = self._required()
        plan = await saving.undoing.plan(interaction.user.id, count)
        more = await saving.undoing.count_undoable(interaction.user.id, count + 1) > len(plan.steps)
        await show(interaction, undo_card(plan, more=more))

    def _required(self) -> SavingWorkflow:
        if self._saving is None:
            raise SpotifyOffError
        return self._saving
