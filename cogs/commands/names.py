"""Doubtful finds of a map: shown in one list, and taken or skipped by the person whose map it is."""

from __future__ import annotations

from discord.ext import commands

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.names import SKIP_ALL, TAKE, TAKE_ALL, answered_card, doubtful_card
from cogs.work.components import ComponentRouter
from cogs.work.deliver import show
from cogs.work.first_response import promise
from cogs.work.host import Interaction, chosen_values
from services.domain.recordings import Pair
from services.workflows.corrections import NamesWorkflow
from services.workflows.reports import ReportsWorkflow


class NamesCog(commands.Cog):
    """The button “Same song?” and what it leads to."""

    def __init__(
        self, *, reports: ReportsWorkflow, names: NamesWorkflow, components: ComponentRouter
    ) -> None:
        self._reports = reports
        self._names = names
        components.register(Action.SAME_SONG, self.press)

    async def press(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Show the doubtful finds, or take an answer about them."""
        await promise(interaction)
        user_id = interaction.user.id
        stored = await self._reports.open(ref.subject, user_id)
        finds = await self._names.doubtful(user_id, stored.report)
        answers: dict[Pair, bool] = {}
        if ref.argument in {TAKE_ALL, SKIP_ALL}:
            answers = {find.pair: ref.argument == TAKE_ALL for find in finds}
        elif ref.argument == TAKE:
            chosen = set(chosen_values(interaction))
            answers = {find.pair: True for find in finds if str(find.row) in chosen}
        if not answers:
            await show(interaction, doubtful_card(stored.report, stored.report_id, finds))
            return
        await self._names.answer(user_id, answers)
        left = [find for find in finds if find.pair not in answers]
        taken = sum(answers.values())
        await show(
            interaction,
            answered_card(stored.report, stored.report_id, left, taken=taken, refused=len(answers) - taken),
        )
