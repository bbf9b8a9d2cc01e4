"""`/analyze`, `/stats` and `/drift`: from a playlist to its map, to its numbers, and to how it changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.commands.inputs import (
    FEWEST_GROUPS,
    MOST_GROUPS,
    WAYS,
    input_of,
    input_of_files,
    readable_files,
    refuse_hopeless,
    suggest,
    suggest_lists,
    want_analysis,
    wanted_analysis,
    way_of,
)
from cogs.replies.details import (
    AS_TEXT,
    BY_DATE,
    BY_MAP,
    OFF,
    drift_card,
    drift_text,
    numbers_card,
    numbers_text,
)
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import OFFERED, note
from cogs.words.controls import ANALYZE_MESSAGE, ANOTHER_SOUND, COMMANDS, OPTIONS
from cogs.words.lists import links_name
from cogs.words.portrait import forgotten_list, mapped_label
from cogs.words.text import plain
from cogs.work.accept import Work, require_files
from cogs.work.components import ComponentRouter
from cogs.work.deliver import show
from cogs.work.host import Interaction, chosen_value
from cogs.work.reaching import accept_press, in_time, promise
from services.domain.errors.playlists import NothingNamedError
from services.domain.errors.storage import NoReportYetError, NotYourReportError
from services.domain.inputs import (
    Example,
    LatestMap,
    Links,
    Named,
    PlaylistInput,
    ReferenceKind,
    parse_reference,
)
from services.domain.jobs import request_from_row
from services.domain.portrait import MappedList
from services.domain.requests import AnalyzeRequest, JobKind, StatsRequest
from services.domain.sound import MOST_SOUND_FILES
from services.workflows.reading import PlaylistReader
from services.workflows.reports import KEY_LENGTH, DriftWorkflow, ReportsWorkflow
from services.workflows.suggestions import Suggestions

_AUTO = 0


class AnalyzeCog(commands.Cog):
    """Commands that turn playlists into maps."""

    def __init__(
        self,
        *,
        reader: PlaylistReader,
        suggestions: Suggestions,
        tree: app_commands.CommandTree[Any],
        components: ComponentRouter,
        work: Work,
    ) -> None:
        self._reader = reader
        self._suggestions = suggestions
        self._tree = tree
        self._work = work
        self._menu = app_commands.ContextMenu(name=ANALYZE_MESSAGE, callback=self.analyze_message)
        components.register(Action.CHOOSE, self.choose)
        components.register(Action.PICK, self.choose)  # on cards of an older version
        components.register(Action.EXAMPLE, self.example)
        components.register(Action.RETRY, self.retry)
        components.register(Action.ANALYZE, self.analyze_again)

    async def cog_load(self) -> None:
        """Add the message menu, which a cog can't declare."""
        self._tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take the message menu away again."""
        self._tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command(name="analyze", description=COMMANDS["analyze"])
    @app_commands.describe(
        **OPTIONS["analyze"], **{f"file{number}": ANOTHER_SOUND for number in range(3, MOST_SOUND_FILES + 1)}
    )
    @app_commands.rename(source="from")
    @app_commands.choices(
        groups=[
            app_commands.Choice(name="auto", value=_AUTO),
            *(app_commands.Choice(name=str(k), value=k) for k in range(FEWEST_GROUPS, MOST_GROUPS + 1)),
        ]
    )
    @app_commands.choices(by=WAYS)
    async def analyze(
        self,
        interaction: Interaction,
        playlist: str | None = None,
        file: discord.Attachment | None = None,
        source: str | None = None,
        groups: app_commands.Choice[int] | None = None,
        *,
        by: app_commands.Choice[str] | None = None,
        private: bool = False,
        file2: discord.Attachment | None = None,
        file3: discord.Attachment | None = None,
        file4: discord.Attachment | None = None,
        file5: discord.Attachment | None = None,
        file6: discord.Attachment | None = None,
        file7: discord.Attachment | None = None,
        file8: discord.Attachment | None = None,
        file9: discord.Attachment | None = None,
        file10: discord.Attachment | None = None,
    ) -> None:
        """Analyse a playlist and post its card."""
        count = (groups.value if groups else _AUTO) or None
        attached = (file, file2, file3, file4, file5, file6, file7, file8, file9, file10)
        files = [each for each in attached if each is not None]
        given = sum((playlist is not None, bool(files), source is not None))
        if given != 1:
            raise NothingNamedError(both=given > 1)
        what = input_of_files(files) if files else input_of(playlist, None, source)
        if playlist is not None:
            want_analysis(interaction, parse_reference(playlist), count, way_of(by), private=private)
        await self._work.accept(interaction, AnalyzeRequest(what, count, way_of(by)), private=private)

    @analyze.autocomplete("playlist")
    async def suggest(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """List the playlists that may be meant, from what is known here."""
        return await suggest(self._suggestions, interaction, typed, with_reports=False)

    @analyze.autocomplete("source")
    async def suggest_lists(self, _interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """List what can be read of a name at another service."""
        return await suggest_lists(self._suggestions, typed)

    async def analyze_message(self, interaction: Interaction, message: discord.Message) -> None:
        """Analyse the file or the links of a message; the answer is private at first."""
        files = readable_files(message.attachments)
        what: PlaylistInput
        if files:
            what = input_of_files(files)
        else:
            ref = parse_reference(message.content)
            if ref.kind is ReferenceKind.UNKNOWN and "\n" not in message.content:  # one line is no list
                for each in message.attachments:
                    refuse_hopeless(each)
            name = links_name(message.author.display_name, are_links=ref.kind is not ReferenceKind.UNKNOWN)
            what = Links(message.content, name)
            want_analysis(interaction, ref, None, private=True)
        await self._work.accept(interaction, AnalyzeRequest(what), private=True)

    async def analyze_again(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Analyse what a menu offers, or what was wanted before a login came in between."""
        request, private = wanted_analysis(ref)
        if chosen := chosen_value(interaction):
            request = replace(request, what=Named(chosen))
        await self._work.accept(interaction, request, private=private)

    async def choose(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Repeat a request with the playlist that somebody chose from a file with several."""
        pending = await in_time(interaction, self._reader.look_at(ref.subject))
        if pending.owner_id != interaction.user.id:
            raise NotYourReportError(pending.owner_id)
        kind, _, about = (ref.argument or JobKind.ANALYZE).partition(".")
        chosen = {"from": "upload", "upload": ref.subject, "index": chosen_value(interaction)}
        row = {**chosen, "groups": pending.groups or 0, "about": about}
        await self._work.accept(interaction, request_from_row(JobKind(kind), row), private=pending.private)

    async def retry(self, interaction: Interaction, ref: ComponentRef) -> None:
        """Ask once more for what had failed."""
        request, private = interaction.client.pending.failed(ref.subject, interaction.user.id)
        await self._work.accept(interaction, request, private=private)

    async def example(self, interaction: Interaction, _ref: ComponentRef) -> None:
        """Analyse an invented playlist, so that somebody can see the product before any export."""
        await self._work.accept(interaction, AnalyzeRequest(Example()), private=True)


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
            store = self._reports.store  # only now, as where a map is shared
            await store.note_message(report_id, message.channel.id, message.id, publishes=True)

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
            for each in named[:OFFERED]
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
            await show(interaction, note(forgotten_list(which.name)))
            return
        which = now
        await show(interaction, drift_card(await self._drift.look_back(user_id, which)))

    async def _which(self, user_id: int, subject: str) -> MappedList:
        if len(subject) >= KEY_LENGTH:
            return await self._drift.find(user_id, subject)
        return await self._drift.of_report(user_id, subject)

    def _label(self, which: MappedList) -> str:
        return plain(mapped_label(which, self._drift.clock()), 100)
