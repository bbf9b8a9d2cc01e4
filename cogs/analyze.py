"""`/analyze` and the message menu: from a playlist file to a map in the channel."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.answers import answer_privately, show
from cogs.components import ComponentRouter, chosen_value
from cogs.progress import Progress, RunningWork
from cogs.replies.choice import choice_card
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.summary import summary_card
from services.domain.charts import ChartKind
from services.domain.errors.reports import NotYourReportError
from services.domain.errors.uploads import (
    FileTooLargeError,
    FileUnavailableError,
    NothingToAnalyzeError,
    UploadError,
)
from services.domain.music import Playlist
from services.domain.report import AnalysisOptions
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.reports import ReportsWorkflow
from services.workflows.uploads import UPLOAD_LIMIT_BYTES, UploadsWorkflow

_READABLE = (".csv", ".tsv", ".txt", ".json", ".zip")
_AUTO = 0


class AnalyzeCog(commands.Cog):
    """Commands that turn playlists into reports."""

    def __init__(
        self,
        *,
        analyze: AnalyzeWorkflow,
        reports: ReportsWorkflow,
        uploads: UploadsWorkflow,
        tree: app_commands.CommandTree[Any],
        components: ComponentRouter,
        running: RunningWork,
    ) -> None:
        self._analyze = analyze
        self._reports = reports
        self._uploads = uploads
        self._tree = tree
        self._running = running
        self._menu = app_commands.ContextMenu(name="Analyze playlist", callback=self.analyze_message)
        components.register(Action.PICK, self.pick)
        components.register(Action.EXAMPLE, self.example)

    async def cog_load(self) -> None:
        """Add the message menu, which a cog can't declare."""
        self._tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take the message menu away again."""
        self._tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command(
        name="analyze", description="Draw a map of how a playlist sounds, from an exported file."
    )
    @app_commands.describe(
        file="An export of Exportify, TuneMyMusic, Soundiiz, Chosic or Spotify, or a list of track links",
        groups="How many groups to look for; auto decides, and may say that there are none",
        private="Show the result only to you; you can share it afterwards",
    )
    @app_commands.choices(
        groups=[
            app_commands.Choice(name="auto", value=_AUTO),
            *(app_commands.Choice(name=str(k), value=k) for k in range(2, 9)),
        ]
    )
    async def analyze(
        self,
        interaction: discord.Interaction[Any],
        file: discord.Attachment,
        groups: app_commands.Choice[int] | None = None,
        private: bool = False,
    ) -> None:
        """Analyse an uploaded playlist and post its card."""
        _refuse_large(file)
        await interaction.response.defer(ephemeral=private, thinking=True)
        await self._from_file(interaction, file, (groups.value if groups else _AUTO) or None, private=private)

    async def analyze_message(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Analyse the file or the track links of a message; the answer is private at first."""
        file = next((each for each in message.attachments if each.filename.lower().endswith(_READABLE)), None)
        if file is not None:
            _refuse_large(file)
        await interaction.response.defer(ephemeral=True, thinking=True)
        if file is not None:
            await self._from_file(interaction, file, None, private=True)
            return
        try:
            playlist = await self._analyze.read_links(
                message.content, f"Links from {message.author.display_name}"
            )
        except UploadError as error:
            has_playlist_link = "/playlist/" in message.content or "spotify:playlist:" in message.content
            raise NothingToAnalyzeError(has_playlist_link) from error
        await self._run(interaction, playlist, None, private=True)

    async def pick(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Go on with the playlist that somebody chose from a file with several."""
        pending = await self._uploads.open(ref.subject)
        if pending.owner_id != interaction.user.id:
            raise NotYourReportError(pending.owner_id)
        await interaction.response.defer(ephemeral=pending.private, thinking=True)
        wanted = chosen_value(interaction)
        playlist = await self._uploads.playlist(pending, int(wanted) if wanted.isdecimal() else -1)
        await self._run(interaction, playlist, pending.groups, private=pending.private)

    async def example(self, interaction: discord.Interaction[Any], _ref: ComponentRef) -> None:
        """Analyse an invented playlist, so that somebody can see the product before any export."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._run(interaction, await self._uploads.example(), None, private=True)

    async def _from_file(
        self,
        interaction: discord.Interaction[Any],
        file: discord.Attachment,
        groups: int | None,
        *,
        private: bool,
    ) -> None:
        progress = Progress(interaction)
        await progress("Reading the file…")
        try:
            content = await file.read()
        except discord.HTTPException as error:
            raise FileUnavailableError(file.filename) from error
        playlists = await self._analyze.read_upload(content, file.filename)
        if len(playlists) > 1:
            upload_id = await self._uploads.keep(
                interaction.user.id, content, file.filename, groups=groups, private=private
            )
            await answer_privately(interaction, choice_card(playlists, upload_id))
            return
        await self._run(interaction, playlists[0], groups, private=private)

    async def _run(
        self, interaction: discord.Interaction[Any], playlist: Playlist, groups: int | None, *, private: bool
    ) -> None:
        user_id = interaction.user.id
        centres = await self._reports.last_centres(user_id, playlist)
        options = AnalysisOptions(groups=groups, previous_centres=centres)
        report = await self._running.run(
            interaction,
            lambda progress: self._analyze.run(playlist, options, user_id=user_id, on_stage=progress),
        )
        stored = await self._reports.keep(interaction.user.id, report, private=private)
        (chart,) = await self._reports.charts(stored, [ChartKind.MAP])
        await show(interaction, summary_card(report, stored.report_id, chart, private=private))


def _refuse_large(file: discord.Attachment) -> None:
    if file.size > UPLOAD_LIMIT_BYTES:
        raise FileTooLargeError(file.size, UPLOAD_LIMIT_BYTES)
