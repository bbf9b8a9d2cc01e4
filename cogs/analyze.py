"""`/analyze` and the message menu: from a playlist file to a map in the channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.components import ComponentRouter, chosen_value
from cogs.permissions import require_files
from cogs.progress import OnStage
from cogs.replies.choice import choice_card
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply
from cogs.replies.summary import summary_card
from cogs.work import Work
from services.domain.charts import ChartKind
from services.domain.errors.reports import NotYourReportError
from services.domain.errors.uploads import (
    FileTooLargeError,
    FileUnavailableError,
    NothingToAnalyzeError,
    UploadError,
)
from services.domain.jobs import Job, JobKind
from services.domain.music import Playlist
from services.domain.report import AnalysisOptions
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.reports import ReportsWorkflow
from services.workflows.uploads import UPLOAD_LIMIT_BYTES, UploadsWorkflow

_READABLE = (".csv", ".tsv", ".txt", ".json", ".zip")
_AUTO = 0


class _Source(StrEnum):
    """Where the playlist of a request comes from, as its row says it."""

    FILE = "file"
    LINKS = "links"
    UPLOAD = "upload"
    EXAMPLE = "example"


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
        work: Work,
        fetch: Callable[[str], Awaitable[bytes]],
    ) -> None:
        self._analyze = analyze
        self._reports = reports
        self._uploads = uploads
        self._tree = tree
        self._work = work
        self._fetch = fetch
        self._menu = app_commands.ContextMenu(name="Analyze playlist", callback=self.analyze_message)
        work.register(JobKind.ANALYZE, self)
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
        require_files(interaction, private=private)
        wanted = (groups.value if groups else _AUTO) or None
        await self._take_on(interaction, _of_file(file), wanted, private=private)

    async def analyze_message(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Analyse the file or the track links of a message; the answer is private at first."""
        file = next((each for each in message.attachments if each.filename.lower().endswith(_READABLE)), None)
        if file is not None:
            _refuse_large(file)
            await self._take_on(interaction, _of_file(file), None, private=True)
            return
        links = {
            "from": _Source.LINKS,
            "text": message.content,
            "name": f"Links from {message.author.display_name}",
        }
        await self._take_on(interaction, links, None, private=True)

    async def pick(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Go on with the playlist that somebody chose from a file with several."""
        pending = await self._uploads.open(ref.subject)
        if pending.owner_id != interaction.user.id:
            raise NotYourReportError(pending.owner_id)
        require_files(interaction, private=pending.private)
        chosen = {"from": _Source.UPLOAD, "upload": ref.subject, "index": chosen_value(interaction)}
        await self._take_on(interaction, chosen, pending.groups, private=pending.private)

    async def example(self, interaction: discord.Interaction[Any], _ref: ComponentRef) -> None:
        """Analyse an invented playlist, so that somebody can see the product before any export."""
        await self._take_on(interaction, {"from": _Source.EXAMPLE}, None, private=True)

    async def _take_on(
        self,
        interaction: discord.Interaction[Any],
        source: Mapping[str, str],
        groups: int | None,
        *,
        private: bool,
    ) -> None:
        arguments = {**source, "groups": str(groups or _AUTO)}
        await self._work.take_on(interaction, JobKind.ANALYZE, arguments, private=private)

    async def perform(self, job: Job, say: OnStage) -> Reply | None:
        """Read the playlist and analyse it; a file with several playlists ends in a question instead."""
        if await self._reports.exists(job.result_id):
            return None
        playlist = await self._read(job, say)
        if isinstance(playlist, Reply):
            return playlist
        owner_id = job.asked.owner_id
        options = AnalysisOptions(
            groups=int(job.arguments["groups"]) or None,
            previous_centres=await self._reports.last_centres(owner_id, playlist),
        )
        report = await self._analyze.run(playlist, options, user_id=owner_id, on_stage=say)
        await self._reports.keep(owner_id, report, private=job.asked.private, report_id=job.result_id)
        return None

    async def card(self, job: Job) -> Reply:
        """Build the card of the stored report."""
        stored = await self._reports.open(job.result_id, job.asked.owner_id)
        (chart,) = await self._reports.charts(stored, [ChartKind.MAP])
        return summary_card(stored.report, stored.report_id, chart, private=job.asked.private)

    async def _read(self, job: Job, say: OnStage) -> Playlist | Reply:
        chosen = job.arguments
        match _Source(chosen["from"]):
            case _Source.FILE:
                return await self._from_file(job, say)
            case _Source.LINKS:
                return await self._from_links(chosen["text"], chosen["name"])
            case _Source.UPLOAD:
                pending = await self._uploads.open(chosen["upload"])
                index = chosen["index"]
                return await self._uploads.playlist(pending, int(index) if index.isdecimal() else -1)
            case _Source.EXAMPLE:
                return await self._uploads.example()

    async def _from_file(self, job: Job, say: OnStage) -> Playlist | Reply:
        filename, content = job.arguments["filename"], job.content
        await say("Reading the file…")
        if content is None:
            try:
                content = await self._fetch(job.arguments["url"])
            except discord.HTTPException as error:
                raise FileUnavailableError(filename) from error
            await self._work.keep_content(job, content)
        playlists = await self._analyze.read_upload(content, filename)
        if len(playlists) == 1:
            return playlists[0]
        upload_id = await self._uploads.keep(
            job.asked.owner_id,
            content,
            filename,
            groups=int(job.arguments["groups"]) or None,
            private=job.asked.private,
        )
        return choice_card(playlists, ComponentRef(Action.PICK, upload_id))

    async def _from_links(self, text: str, name: str) -> Playlist:
        try:
            return await self._analyze.read_links(text, name)
        except UploadError as error:
            has_playlist_link = "/playlist/" in text or "spotify:playlist:" in text
            raise NothingToAnalyzeError(has_playlist_link) from error


def _of_file(file: discord.Attachment) -> dict[str, str]:
    return {"from": _Source.FILE, "url": file.url, "filename": file.filename}


def _refuse_large(file: discord.Attachment) -> None:
    if file.size > UPLOAD_LIMIT_BYTES:
        raise FileTooLargeError(file.size, UPLOAD_LIMIT_BYTES)
