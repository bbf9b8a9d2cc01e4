"""What the components of a comparison's result do. Each looks first whether it may still be shown."""

from __future__ import annotations

from typing import Any

import discord
from discord.ext import commands

from cogs.answers import show
from cogs.components import ComponentRouter, chosen_value
from cogs.errors import UnknownComponentError
from cogs.group_board import GroupBoard
from cogs.group_work import GroupWork
from cogs.replies.comparison import (
    AWARDS,
    MAP,
    OWN,
    PAIR,
    PERSON,
    PROFILES,
    awards_card,
    chart_card,
    own_card,
)
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Attached, Reply
from cogs.replies.lists import list_files
from cogs.replies.people import pair_card, person_card
from services.domain.charts import ChartKind
from services.workflows.groups.results import GroupResultsWorkflow, Shown

_CHARTS = {MAP: ChartKind.PEOPLE_MAP, PROFILES: ChartKind.PEOPLE_PROFILES}


class GroupResultsCog(commands.Cog):
    """Ways further into a result."""

    def __init__(
        self,
        *,
        results: GroupResultsWorkflow,
        board: GroupBoard,
        work: GroupWork,
        components: ComponentRouter,
    ) -> None:
        self._results = results
        self._board = board
        self._work = work
        components.register(Action.RESULT, self.see)
        components.register(Action.PEOPLE, self.look)

    async def see(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Show one of a pair their latest result."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        user_id = interaction.user.id
        shown = await self._results.latest(
            user_id, interaction.channel_id or 0, ref.subject, sight=self._board.sight
        )
        await show(interaction, await self._work.result(shown, user_id))

    async def look(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Show a person, a pair, a chart, the awards, or one's own part."""
        verb, *rest = ref.argument.split(".")
        is_menu = not rest and verb in {PERSON, PAIR}
        rest = rest or (chosen_value(interaction).split(".") if is_menu else [])
        if _turns(interaction) and verb in {PERSON, PAIR}:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
        shown = await self._results.open(
            ref.subject, interaction.user.id, interaction.channel_id, sight=self._board.sight
        )
        await show(interaction, await self._card(shown, verb, rest, interaction.user.id))

    async def _card(self, shown: Shown, verb: str, rest: list[str], user_id: int) -> Reply:
        count = len(shown.stored.comparison.people)
        numbers = [int(each) for each in rest if each.isdecimal()]
        if verb in _CHARTS:
            (chart,) = await self._results.charts(shown, [_CHARTS[verb]])
            return chart_card(chart)
        if verb == AWARDS:
            return awards_card(shown)
        if verb == OWN:
            return await self._own(shown, user_id)
        if verb == PERSON and numbers and numbers[0] < count:
            return person_card(shown, numbers[0])
        if verb == PAIR and len(numbers) >= 2 and max(numbers[:2]) < count and numbers[0] != numbers[1]:
            page = numbers[2] if len(numbers) > 2 else 0
            return pair_card(shown, numbers[0], numbers[1], page, shown.key_of(user_id))
        raise UnknownComponentError(verb)

    async def _own(self, shown: Shown, user_id: int) -> Reply:
        part = await self._results.own_part(shown, user_id)
        files = [Attached("my-comparison.json", part.document, "Your profile and scores as JSON")]
        if part.brought is not None:
            files += list_files([(part.brought.name, part.brought.tracks)], "my-tracks")
        return own_card(files)


def _turns(interaction: discord.Interaction[Any]) -> bool:
    """Whether the component is on a private card of its own, which then changes, and not on the result."""
    message = interaction.message
    return message is not None and message.flags.ephemeral and not message.attachments
