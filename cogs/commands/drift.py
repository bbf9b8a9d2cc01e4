"""`/drift` and the *Drift* button: what changed in a list, for its owner alone."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from cogs.replies.details import AS_TEXT
from cogs.replies.drift import BY_DATE, BY_MAP, OFF, drift_card, drift_text, forgotten_list_card
from cogs.replies.ids import Action, ComponentRef
from cogs.words.commands import COMMANDS, OPTIONS
from cogs.words.drift import mapped_label
from cogs.words.text import plain
from cogs.work.components import ComponentRouter
from cogs.work.deliver import show
from cogs.work.first_response import accept_press, promise
from cogs.work.host import Interaction
from services.domain.portrait import MappedList
from services.workflows.reports import KEY_LENGTH, DriftWorkflow

_SUGGESTED = 25


class DriftCog(commands.Cog):
    """How lists changed over time, from what is stored."""

    def __init__(self, *, drift: DriftWorkflow, components: ComponentRouter) -> None:
        self._drift = drift
        components.register(Action.DRIFT, self.look)
        components.register(Action.REMEMBER, self.remember)

    @app_commands.command(name="drift", description=COMMANDS["drift"])
    @app_commands.rename(wanted="list")
    @app_commands.describe(**OPTIONS["drift"])
    async def drift(self, interaction: Interaction, wanted: str = "") -> None:
        """Show a list over time, privately."""
        await promise(interaction)
        which = await self._drift.find(interaction.user.id, wanted)
        await show(interaction, drift_card(await self._drift.look_back(interaction.user.id, which)))

    @drift.autocomplete("wanted")
    async def suggest(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """List what the person has maps of."""
        lists = await self._drift.lists(interaction.user.id)
        named = [each for each in lists if typed.casefold() in each.name.casefold()]
        return [
            app_commands.Choice(name=self._label(each), value=each.fingerprint[:KEY_LENGTH])
            for each in named[:_SUGGESTED]
        ]

    async def look(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Show a list over time, from one of its maps, or on its own card the other picture or the words."""
        turns = ref.argument in {BY_MAP, BY_DATE}
        await (accept_press if turns else promise)(interaction)
        which = await self._which(interaction.user.id, ref.subject)
        found = await self._drift.look_back(interaction.user.id, which)
        await show(
            interaction, drift_text(found) if ref.argument == AS_TEXT else drift_card(found, ref.argument)
        )

    async def remember(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Begin to remember a list, or forget what is remembered of it."""
        await promise(interaction)
        user_id = interaction.user.id
        which = await self._which(user_id, ref.subject)
        if ref.argument == OFF:
            await self._drift.forget(user_id, which)
        else:
            await self._drift.remember(user_id, which)
        lists = await self._drift.lists(user_id)
        now = next((each for each in lists if each.fingerprint == which.fingerprint), None)
        if now is None:
            await show(interaction, forgotten_list_card(which.name))
            return
        which = now
        await show(interaction, drift_card(await self._drift.look_back(user_id, which)))

    async def _which(self, user_id: int, subject: str) -> MappedList:
        if len(subject) >= KEY_LENGTH:
            return await self._drift.find(user_id, subject)
        return await self._drift.of_report(user_id, subject)

    def _label(self, which: MappedList) -> str:
        return plain(mapped_label(which, self._drift.clock()), 100)
