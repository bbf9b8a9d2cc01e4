"""`/quality`, and what follows from distrust: measured values only, or a tempo put right."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.answers import show
from cogs.components import ComponentRouter, chosen_value
from cogs.progress import OnStage
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply
from cogs.replies.quality import (
    AS_MEASURED,
    DOUBLED,
    HALVED,
    MEASURED_ONLY,
    corrected_card,
    quality_card,
    tempo_card,
)
from cogs.replies.summary import summary_card
from cogs.work import Work
from services.domain.charts import ChartKind
from services.domain.errors.reports import NoReportYetError, ReportNotFoundError
from services.domain.features import Feature
from services.domain.jobs import Job, JobKind
from services.domain.report import EnrichedTrack
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.quality import DOUBLE, HALF, CorrectionsWorkflow, once_more
from services.workflows.reports import ReportsWorkflow, StoredReport

_FACTORS = {HALVED: HALF, DOUBLED: DOUBLE, AS_MEASURED: None}


class QualityCog(commands.Cog):
    """The data behind a map."""

    def __init__(
        self,
        *,
        analyze: AnalyzeWorkflow,
        reports: ReportsWorkflow,
        corrections: CorrectionsWorkflow,
        components: ComponentRouter,
        work: Work,
    ) -> None:
        self._analyze = analyze
        self._reports = reports
        self._corrections = corrections
        self._work = work
        work.register(JobKind.AGAIN, self)
        components.register(Action.QUALITY, self.show)
        components.register(Action.AGAIN, self.again)
        components.register(Action.TEMPO, self.tempo)

    @app_commands.command(
        name="quality", description="How much of your latest map is measured, and what is missing."
    )
    async def quality(self, interaction: discord.Interaction[Any]) -> None:
        """Show the data quality of the person's latest report."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        recent = await self._reports.recent(interaction.user.id, 1)
        if not recent:
            raise NoReportYetError
        stored = await self._reports.open(recent[0].report_id, interaction.user.id)
        await show(interaction, quality_card(stored.report, stored.report_id))

    async def show(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Show the data quality of a report."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        stored = await self._reports.open(ref.subject, interaction.user.id)
        await show(interaction, quality_card(stored.report, stored.report_id))

    async def again(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Analyse the same playlist once more, privately: for this person, or from measured values alone."""
        await self._reports.open(ref.subject, interaction.user.id)
        arguments = {"report": ref.subject, "values": ref.argument}
        await self._work.take_on(interaction, JobKind.AGAIN, arguments, private=True)

    async def perform(self, job: Job, say: OnStage) -> None:
        """Analyse the playlist of a report once more."""
        if await self._reports.exists(job.result_id):
            return
        owner_id = job.asked.owner_id
        stored = await self._reports.open(job.arguments["report"], owner_id)
        playlist, options = once_more(stored.report, measured_only=job.arguments["values"] == MEASURED_ONLY)
        report = await self._analyze.run(playlist, options, user_id=owner_id, on_stage=say)
        await self._reports.keep(owner_id, report, private=True, report_id=job.result_id)

    async def card(self, job: Job) -> Reply:
        """Build the card of the new report."""
        stored = await self._reports.open(job.result_id, job.asked.owner_id)
        (chart,) = await self._reports.charts(stored, [ChartKind.MAP])
        return summary_card(stored.report, stored.report_id, chart, private=True)

    async def tempo(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Ask for a correction, or take it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        stored = await self._reports.open(ref.subject, interaction.user.id)
        index, _, factor = (ref.argument or chosen_value(interaction)).partition(".")
        entry = _track(stored, index)
        if factor not in _FACTORS:
            await show(interaction, tempo_card(entry, stored.report_id, int(index)))
            return
        if entry.track.id:
            await self._corrections.correct(interaction.user.id, entry.track.id, _FACTORS[factor])
        await show(interaction, corrected_card(entry, stored.report_id, factor))


def _track(stored: StoredReport, index: str) -> EnrichedTrack:
    tracks = stored.report.tracks
    if (
        not index.isdecimal()
        or int(index) >= len(tracks)
        or tracks[int(index)].features.get(Feature.TEMPO) is None
    ):
        raise ReportNotFoundError(stored.report_id)
    return tracks[int(index)]
