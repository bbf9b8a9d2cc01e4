"""`/analyze` and the message menu: from a playlist to a map in the channel."""

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
    suggest,
    suggest_lists,
    want_analysis,
    wanted_analysis,
    way_of,
)
from cogs.replies.ids import Action, ComponentRef
from cogs.words.controls import ANALYZE_MESSAGE, ANOTHER_SOUND, COMMANDS, OPTIONS
from cogs.words.lists import links_name
from cogs.work.accept import Work
from cogs.work.components import ComponentRouter
from cogs.work.host import Interaction, chosen_value
from cogs.work.reaching import in_time
from services.domain.errors.playlists import NothingNamedError
from services.domain.errors.storage import NotYourReportError
from services.domain.inputs import Example, Links, Named, PlaylistInput, parse_reference
from services.domain.jobs import request_from_row
from services.domain.requests import AnalyzeRequest, JobKind
from services.domain.sound import MOST_SOUND_FILES
from services.workflows.reading import PlaylistReader
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
            what = Links(message.content, links_name(message.author.display_name))
            want_analysis(interaction, parse_reference(message.content), None, private=True)
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
