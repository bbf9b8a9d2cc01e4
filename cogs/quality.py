"""`/quality`, and what follows from distrust: measured values only, or a tempo put right."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.answers import show
from cogs.components import ComponentRouter, chosen_value
from cogs.progress import RunningWork
from cogs.replies.ids import Action, ComponentRef
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
from services.domain.charts import ChartKind
from services.domain.errors.reports import NoReportYetError, ReportNotFoundError
from services.domain.features import Feature
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
        running: RunningWork,
    ) -> None:
        self._analyze = analyze
        self._reports = reports
        self._corrections = corrections
        self._running = running
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
        await interaction.response.defer(ephemeral=True, thinking=True)
        stored = await self._reports.open(ref.subject, interaction.user.id)
        playlist, options = once_more(stored.report, measured_only=ref.argument == MEASURED_ONLY)
        user_id = interaction.user.id
        report = await self._running.run(
            interaction,
            lambda progress: self._analyze.run(playlist, options, user_id=user_id, on_stage=progress),
        )
        kept = await self._reports.keep(interaction.user.id, report, private=True)
        (chart,) = await self._reports.charts(kept, [ChartKind.MAP])
        await show(interaction, summary_card(report, kept.report_id, chart, private=True))

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
