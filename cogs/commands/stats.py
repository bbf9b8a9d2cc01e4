"""`/stats` and `/drift`: the numbers of a list, and how it changed."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from cogs.commands.inputs import input_of, suggest
from cogs.replies.details import (
    AS_TEXT,
    BY_DATE,
    BY_MAP,
    OFF,
    drift_card,
    drift_text,
    forgotten_list_card,
    numbers_card,
    numbers_text,
)
from cogs.replies.ids import Action, ComponentRef
from cogs.words.controls import COMMANDS, OPTIONS
from cogs.words.portrait import mapped_label
from cogs.words.text import plain
from cogs.work.accept import Work, require_files
from cogs.work.components import ComponentRouter
from cogs.work.deliver import show
from cogs.work.host import Interaction
from cogs.work.reaching import accept_press, in_time, promise
from services.domain.errors.storage import NoReportYetError
from services.domain.inputs import LatestMap, Named, PlaylistInput, ReferenceKind, parse_reference
from services.domain.portrait import MappedList
from services.domain.requests import StatsRequest
from services.workflows.reports import KEY_LENGTH, DriftWorkflow, ReportsWorkflow
from services.workflows.suggestions import Suggestions

_SUGGESTED = 25


class StatsCog(commands.Cog):
    """The numbers of a playlist: a look where its map is stored, else accepted work."""

    def __init__(
        self, *, reports: ReportsWorkflow, suggestions: Suggestions, components: ComponentRouter, work: Work
    ) -> None:
        self._reports = reports
        self._suggestions = suggestions
        self._work = work
        components.register(Action.NUMBERS, self.numbers)

    @app_commands.command(name="stats", description=COMMANDS["stats"])
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
