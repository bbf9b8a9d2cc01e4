"""The playlist that a command is about: named, attached or made before; read and analysed where needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any

import discord
from discord import app_commands

from cogs.components import ComponentRouter, Uploaded, chosen_value
from cogs.progress import OnStage
from cogs.replies.choice import choice_card
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply
from cogs.work import Work
from services.domain.errors.reports import NoReportYetError, NotYourReportError
from services.domain.errors.uploads import FileTooLargeError, FileUnavailableError
from services.domain.jobs import Job, JobKind
from services.domain.music import Playlist
from services.domain.references import PlaylistRef, ReferenceKind, parse_reference
from services.domain.report import AnalysisOptions
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.playlists import PlaylistsWorkflow, Suggestion
from services.workflows.reports import ReportsWorkflow, StoredReport
from services.workflows.uploads import UPLOAD_LIMIT_BYTES, UploadsWorkflow


class _Source(StrEnum):
    """Where the playlist comes from, as the row of the job says it."""

    REFERENCE = "reference"
    FILE = "file"
    UPLOAD = "upload"


class PlaylistDesk:
    """Takes what a person pointed at, and gives back a report of theirs."""

    def __init__(
        self,
        *,
        playlists: PlaylistsWorkflow,
        analyze: AnalyzeWorkflow,
        reports: ReportsWorkflow,
        uploads: UploadsWorkflow,
        components: ComponentRouter,
        work: Work,
        fetch: Callable[[str], Awaitable[bytes]],
    ) -> None:
        self._playlists = playlists
        self._analyze = analyze
        self._reports = reports
        self._uploads = uploads
        self._work = work
        self._fetch = fetch
        components.register(Action.CHOOSE, self.choose)

    async def take_on(
        self,
        interaction: discord.Interaction[Any],
        kind: JobKind,
        *,
        playlist: str | None,
        file: discord.Attachment | Uploaded | None,
        groups: int | None = None,
        about: str = "",
        more: Mapping[str, str] | None = None,
    ) -> None:
        """Accept work about a playlist, privately: the file, else what was named, else the latest map.

        Parameters
        ----------
        about
            Id of something else that the work is about; letters, digits and few of them.
        more
            Other arguments of the work; forgotten where a file with several playlists ends in a question.

        Raises
        ------
        FileTooLargeError
            The file is too large to be fetched.
        NoReportYetError
            Nothing was named and there is no map yet.
        """
        if file is not None:
            if file.size > UPLOAD_LIMIT_BYTES:
                raise FileTooLargeError(file.size, UPLOAD_LIMIT_BYTES)
            source = {"from": _Source.FILE, "url": file.url, "filename": file.filename}
        else:
            words = playlist or await self._latest(interaction.user.id)
            source = {"from": _Source.REFERENCE, "playlist": words}
        await self._accept(interaction, kind, {**source, **(more or {})}, groups, about)

    async def choose(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Go on with the playlist that somebody chose from a file with several."""
        pending = await self._uploads.open(ref.subject)
        if pending.owner_id != interaction.user.id:
            raise NotYourReportError(pending.owner_id)
        source = {"from": _Source.UPLOAD, "upload": ref.subject, "index": chosen_value(interaction)}
        kind, _, about = ref.argument.partition(".")
        await self._accept(interaction, JobKind(kind), source, pending.groups, about)

    async def report(self, job: Job, say: OnStage) -> StoredReport | Reply:
        """Open the report that the work is about, or make it; a file with several ends in a question.

        Raises
        ------
        TastemapError
            The playlist can't be read or analysed.
        """
        if await self._reports.exists(job.result_id):
            return await self._reports.open(job.result_id, job.asked.owner_id)
        groups = int(job.arguments["groups"]) or None
        playlist = await self._read(job, say)
        if isinstance(playlist, Reply):
            return playlist
        if isinstance(playlist, StoredReport):
            if groups is None or len(playlist.report.clusters) == groups:
                return playlist
            playlist = playlist.report.playlist
        owner_id = job.asked.owner_id
        options = AnalysisOptions(
            groups=groups, previous_centres=await self._reports.last_centres(owner_id, playlist)
        )
        report = await self._analyze.run(playlist, options, user_id=owner_id, on_stage=say)
        return await self._reports.keep(owner_id, report, private=True, report_id=job.result_id)

    async def playlist(self, job: Job, say: OnStage) -> Playlist | Reply:
        """Read the playlist that the work is about, without analysing it; else ask like `report`.

        Raises
        ------
        TastemapError
            The playlist can't be read.
        """
        found = await self._read(job, say)
        return found.report.playlist if isinstance(found, StoredReport) else found

    async def suggestions(self, user_id: int) -> tuple[Suggestion, ...]:
        """List the playlists that somebody may mean, for the menu of a form."""
        return await self._playlists.suggest(user_id, "")

    async def suggest(
        self, interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        """List the playlists that somebody may mean while they type."""
        found = await self._playlists.suggest(interaction.user.id, typed)
        return [app_commands.Choice(name=each.label[:100], value=each.value) for each in found]

    async def _latest(self, user_id: int) -> str:
        recent = await self._reports.recent(user_id, 1)
        if not recent:
            raise NoReportYetError
        return PlaylistRef(ReferenceKind.REPORT, recent[0].report_id).write()

    async def _accept(
        self,
        interaction: discord.Interaction[Any],
        kind: JobKind,
        source: Mapping[str, str],
        groups: int | None,
        about: str,
    ) -> None:
        arguments = {**source, "groups": str(groups or 0), "about": about}
        await self._work.take_on(interaction, kind, arguments, private=True)

    async def _read(self, job: Job, say: OnStage) -> StoredReport | Playlist | Reply:
        chosen, owner_id = job.arguments, job.asked.owner_id
        match _Source(chosen["from"]):
            case _Source.REFERENCE:
                ref = parse_reference(chosen["playlist"])
                if ref.kind is ReferenceKind.REPORT:
                    return await self._reports.open(ref.value, owner_id, owner_only=True)
                return await self._playlists.read(owner_id, ref, on_stage=say)
            case _Source.FILE:
                return await self._from_file(job, say)
            case _Source.UPLOAD:
                pending = await self._uploads.open(chosen["upload"])
                index = chosen["index"]
                return await self._uploads.playlist(pending, int(index) if index.isdecimal() else -1)

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
            job.asked.owner_id, content, filename, groups=int(job.arguments["groups"]) or None, private=True
        )
        about = job.arguments.get("about", "")
        kind = f"{job.kind.value}.{about}" if about else job.kind.value
        return choice_card(playlists, ComponentRef(Action.CHOOSE, upload_id, kind))
