"""`/analyze` and the message menu: from a playlist to a map in the channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.components import ComponentRouter, chosen_value
from cogs.pointing import FEWEST_GROUPS, MOST_GROUPS, want_analysis, wanted_analysis
from cogs.progress import OnStage
from cogs.replies.choice import choice_card
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply
from cogs.replies.summary import summary_card
from cogs.work import Work
from services.domain.charts import ChartKind
from services.domain.errors.playlists import NothingNamedError
from services.domain.errors.reports import NotYourReportError
from services.domain.errors.uploads import (
    FileTooLargeError,
    FileUnavailableError,
    NothingToAnalyzeError,
    UploadError,
)
from services.domain.jobs import Job, JobKind
from services.domain.music import Playlist
from services.domain.references import ReferenceKind, parse_reference
from services.domain.report import AnalysisOptions
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.playlists import PlaylistsWorkflow
from services.workflows.reports import ReportsWorkflow
from services.workflows.uploads import UPLOAD_LIMIT_BYTES, UploadsWorkflow

_READABLE = (".csv", ".tsv", ".txt", ".json", ".zip")
_AUTO = 0


class _Source(StrEnum):
    """Where the playlist of a request comes from, as its row says it."""

    REFERENCE = "reference"
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
        playlists: PlaylistsWorkflow,
        tree: app_commands.CommandTree[Any],
        components: ComponentRouter,
        work: Work,
        fetch: Callable[[str], Awaitable[bytes]],
    ) -> None:
        self._analyze = analyze
        self._reports = reports
        self._uploads = uploads
        self._playlists = playlists
        self._tree = tree
        self._work = work
        self._fetch = fetch
        self._menu = app_commands.ContextMenu(name="Analyze playlist", callback=self.analyze_message)
        work.register(JobKind.ANALYZE, self)
        components.register(Action.PICK, self.pick)
        components.register(Action.EXAMPLE, self.example)
        components.register(Action.ANALYZE, self.analyze_again)

    async def cog_load(self) -> None:
        """Add the message menu, which a cog can't declare."""
        self._tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take the message menu away again."""
        self._tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command(
        name="analyze", description="Draw a map of how a playlist sounds: one of yours, a link, or a file."
    )
    @app_commands.describe(
        playlist="One of your playlists at Spotify, Liked Songs, or a link",
        file="Or an export of Exportify, TuneMyMusic, Soundiiz, Chosic or Spotify, or a list of track links",
        groups="How many groups to look for; auto decides, and may say that there are none",
        private="Show the result only to you; you can share it afterwards",
    )
    @app_commands.choices(
        groups=[
            app_commands.Choice(name="auto", value=_AUTO),
            *(app_commands.Choice(name=str(k), value=k) for k in range(FEWEST_GROUPS, MOST_GROUPS + 1)),
        ]
    )
    async def analyze(
        self,
        interaction: discord.Interaction[Any],
        playlist: str | None = None,
        file: discord.Attachment | None = None,
        groups: app_commands.Choice[int] | None = None,
        private: bool = False,
    ) -> None:
        """Analyse a playlist and post its card."""
        wanted = (groups.value if groups else _AUTO) or None
        source = _of_options(playlist, file)
        if playlist is not None:
            want_analysis(interaction, parse_reference(playlist), wanted, private=private)
        await self._take_on(interaction, source, wanted, private=private)

    @analyze.autocomplete("playlist")
    async def suggest(
        self, interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        """List the playlists that may be meant, from what is known here."""
        found = await self._playlists.suggest(interaction.user.id, typed, with_reports=False)
        return [app_commands.Choice(name=each.label, value=each.value) for each in found]

    async def analyze_message(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Analyse the file or the links of a message; the answer is private at first."""
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
        want_analysis(interaction, parse_reference(message.content), None, private=True)
        await self._take_on(interaction, links, None, private=True)

    async def analyze_again(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Analyse what a menu offers, or what was wanted before a login came in between."""
        playlist, groups, private = wanted_analysis(ref)
        source = {"from": _Source.REFERENCE, "playlist": chosen_value(interaction) or playlist.write()}
        await self._take_on(interaction, source, groups, private=private)

    async def pick(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Go on with the playlist that somebody chose from a file with several."""
        pending = await self._uploads.open(ref.subject)
        if pending.owner_id != interaction.user.id:
            raise NotYourReportError(pending.owner_id)
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
            case _Source.REFERENCE:
                ref = parse_reference(chosen["playlist"])
                return await self._playlists.read(job.asked.owner_id, ref, on_stage=say)
            case _Source.LINKS:
                return await self._from_text(job.asked.owner_id, chosen["text"], chosen["name"], say)
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

    async def _from_text(self, owner_id: int, text: str, name: str, say: OnStage) -> Playlist:
        """Read what a message links to: a playlist, else tracks."""
        ref = parse_reference(text)
        if ref.kind is ReferenceKind.PLAYLIST and self._playlists.is_connected:
            return await self._playlists.read(owner_id, ref, on_stage=say)
        try:
            return await self._analyze.read_links(text, name)
        except UploadError as error:
            if ref.kind in {ReferenceKind.PLAYLIST, ReferenceKind.SHORT_LINK}:
                return await self._playlists.read(owner_id, ref)  # which says why it can't be read
            raise NothingToAnalyzeError from error


def _of_options(playlist: str | None, file: discord.Attachment | None) -> dict[str, str]:
    if playlist is not None and file is None:
        return {"from": _Source.REFERENCE, "playlist": playlist}
    if file is None or playlist is not None:
        raise NothingNamedError(both=file is not None)
    _refuse_large(file)
    return _of_file(file)


def _of_file(file: discord.Attachment) -> dict[str, str]:
    return {"from": _Source.FILE, "url": file.url, "filename": file.filename}


def _refuse_large(file: discord.Attachment) -> None:
    if file.size > UPLOAD_LIMIT_BYTES:
        raise FileTooLargeError(file.size, UPLOAD_LIMIT_BYTES)
