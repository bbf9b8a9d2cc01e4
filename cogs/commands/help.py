"""`/help` and `/about`: what to do next, and how the numbers that Tastemap shows are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from discord import app_commands
from discord.ext import commands

from cogs.replies.help import files_card, help_card, score_card, topic_card
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply
from cogs.words.commands import COMMANDS
from cogs.words.help import HelpTopic, LinkState
from cogs.work.components import ComponentRouter
from cogs.work.first_response import answer_now, in_time
from cogs.work.host import Interaction
from services.domain.errors.sources import NotLinkedError, RelinkNeededError
from services.domain.scoring import ScoreRules
from services.domain.spotify import Link
from services.workflows.reports import ReportsWorkflow

LinkOf = Callable[[int], Awaitable[Link]]
"""Returns a person's link, or raises what is wrong with it."""


class HelpCog(commands.Cog):
    """`/help` and its buttons."""

    def __init__(
        self, *, reports: ReportsWorkflow, link_of: LinkOf | None, components: ComponentRouter
    ) -> None:
        self._reports = reports
        self._link_of = link_of
        components.register(Action.HELP, self.press)

    @app_commands.command(name="help", description=COMMANDS["help"])
    async def help(self, interaction: Interaction) -> None:
        """Explain the next step."""
        await answer_now(interaction, await in_time(interaction, self._card(interaction.user.id)))

    async def press(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Explain what can be read, one thing more, or the next step."""
        client = interaction.client
        match ref.subject:
            case HelpTopic.FILES:
                reply = files_card(has_spotify=client.has_spotify, has_lists=client.has_lists)
            case HelpTopic.MAP | HelpTopic.LISTS | HelpTopic.TOGETHER:
                reply = topic_card(HelpTopic(ref.subject))
            case _:
                reply = await in_time(interaction, self._card(interaction.user.id))
        await answer_now(interaction, reply)

    async def _card(self, user_id: int) -> Reply:
        return help_card(await self._reports.recent(user_id), await self._link_state(user_id))

    async def _link_state(self, user_id: int) -> LinkState:
        if self._link_of is None:
            return LinkState.FILES_ONLY
        try:
            await self._link_of(user_id)
        except NotLinkedError:
            return LinkState.UNLINKED
        except RelinkNeededError:
            return LinkState.ENDED
        return LinkState.LINKED


class AboutCog(commands.GroupCog, group_name="about", group_description=COMMANDS["about"]):
    """`/about score`: the published formula."""

    def __init__(self, *, rules: ScoreRules) -> None:
        self._rules = rules

    @app_commands.command(name="score", description=COMMANDS["about score"])
    async def score(self, interaction: Interaction) -> None:
        """Explain the formula with its calibration."""
        await answer_now(interaction, score_card(self._rules))
