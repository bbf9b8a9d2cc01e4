"""`/stats` and the *Numbers* button: what a playlist is made of, and how it sounds beside typical music."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from cogs.commands.inputs import input_of, suggest
from cogs.replies.details import AS_TEXT, numbers_card, numbers_text
from cogs.replies.ids import Action, ComponentRef
from cogs.words.commands import COMMANDS, OPTIONS
from cogs.work.accept import Work, require_files
from cogs.work.components import ComponentRouter
from cogs.work.deliver import show
from cogs.work.first_response import in_time, promise
from cogs.work.host import Interaction
from services.domain.errors.storage import NoReportYetError
from services.domain.inputs import LatestMap, Named, PlaylistInput, ReferenceKind, parse_reference
from services.domain.requests import StatsRequest
from services.workflows.reports import ReportsWorkflow
from services.workflows.suggestions import Suggestions


class StatsCog(commands.Cog):
    """The numbers of a playlist: a look where its map is stored, else accepted work."""

    def __init__(
        self, *, reports: ReportsWorkflow, suggestions: Suggestions, components: ComponentRouter, work: Work
    ) -> None:
        self._reports = reports
        self._suggestions = suggestions
        self._work = work
        components.register(Action.NUMBERS, self.numbers)

    @app_commands.command(
        name="stats",
        description=COMMANDS["stats"],
    )
    @app_commands.describe(**OPTIONS["stats"])
    async def stats(
        self,
        interaction: Interaction,
        playlist: str | None = None,
        file: discord.Attachment | None = None,
        *,
        public: bool = False,
    ) -> None:
        """Show the numbers of a playlist."""
        what = input_of(playlist, file)
        require_files(interaction, private=not public)
        report_id = await in_time(interaction, self._stored(what, interaction.user.id))
        if report_id is None:
            await self._work.accept(interaction, StatsRequest(what), private=not public)
            return
        await promise(interaction, private=not public)
        stored = await self._reports.open(report_id, interaction.user.id, owner_only=True)
        card = numbers_card(stored.report, report_id, *await self._reports.numbers(stored))
        message = await show(interaction, card)
        if public:
            await self._reports.store.publish(stored.report_id)  # only now, as where a map is shared
            await self._reports.store.note_message(report_id, message.channel.id, message.id)

    @stats.autocomplete("playlist")
    async def suggest(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """List the playlists that may be meant."""
        return await suggest(self._suggestions, interaction, typed)

    async def numbers(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Show the numbers of a report, or say them in words."""
        await promise(interaction)
        stored = await self._reports.open(ref.subject, interaction.user.id)
        stats, chart = await self._reports.numbers(stored)
        if ref.argument == AS_TEXT:
            await show(interaction, numbers_text(stored.report, stats, chart))
        else:
            await show(interaction, numbers_card(stored.report, stored.report_id, stats, chart))

    async def _stored(self, what: PlaylistInput, user_id: int) -> str | None:
        """Return the id of the person's stored report that is meant; None where something has to be read.

        Raises
        ------
        NoReportYetError, ReportNotFoundError, NotYourReportError
            The report that is meant is not there, or somebody else's.
        """
        match what:
            case LatestMap():
                recent = await self._reports.recent(user_id, 1)
                if not recent:
                    raise NoReportYetError
                return recent[0].report_id
            case Named(words) if (ref := parse_reference(words)).kind is ReferenceKind.REPORT:
                await self._reports.require_owner(ref.value, user_id)
                return ref.value
            case _:
                return None
