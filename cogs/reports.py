"""What the buttons and menus of a report do."""

from __future__ import annotations

from typing import Any

import discord
from discord.ext import commands

from cogs.answers import show
from cogs.components import ComponentRouter, chosen_value
from cogs.permissions import require_files
from cogs.replies.cluster import cluster_card
from cogs.replies.details import charts_card, charts_text, export_card, findings_card
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Attached
from cogs.replies.summary import summary_card
from services.domain.charts import ChartKind
from services.domain.errors.reports import ReportNotFoundError
from services.workflows.export import report_csv, report_json
from services.workflows.reports import DETAIL_CHARTS, ReportsWorkflow

_ENVELOPE_BYTES = 64 * 1024
"""Room for the layout beside the files of one message."""


class ReportsCog(commands.Cog):
    """Components of stored reports."""

    def __init__(self, *, reports: ReportsWorkflow, components: ComponentRouter) -> None:
        self._reports = reports
        for action, handler in (
            (Action.CLUSTER, self.cluster),
            (Action.CHARTS, self.charts),
            (Action.CHARTS_TEXT, self.charts_as_text),
            (Action.FINDINGS, self.findings),
            (Action.EXPORT, self.export),
            (Action.SHARE, self.share),
        ):
            components.register(action, handler)

    async def cluster(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Show a group, or turn the page of one that is shown."""
        turning = bool(ref.argument)
        wanted = ref.argument or chosen_value(interaction) or "0"
        index_text, _, page_text = wanted.partition(".")
        if turning or _is_cluster_card(interaction):
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
        stored = await self._reports.open(ref.subject, interaction.user.id)
        index = int(index_text) if index_text.isdecimal() else 0
        if index >= len(stored.report.clusters):
            raise ReportNotFoundError(ref.subject)
        chart = await self._reports.cluster_chart(stored, index)
        page = int(page_text) if page_text.isdecimal() else 0
        reply = cluster_card(stored.report, stored.report_id, index, page, chart)
        await show(interaction, reply)

    async def charts(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Show the other charts."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        stored = await self._reports.open(ref.subject, interaction.user.id)
        charts = await self._reports.charts(stored, DETAIL_CHARTS)
        await show(interaction, charts_card(stored.report, stored.report_id, charts))

    async def charts_as_text(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Give the facts of all charts as text."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        stored = await self._reports.open(ref.subject, interaction.user.id)
        charts = await self._reports.charts(stored, (ChartKind.MAP, *DETAIL_CHARTS))
        await show(interaction, charts_text(stored.report, charts))

    async def findings(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """List outliers and doubles."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        stored = await self._reports.open(ref.subject, interaction.user.id)
        await show(interaction, findings_card(stored.report))

    async def export(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Hand the files to the owner."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        stored = await self._reports.open(ref.subject, interaction.user.id, owner_only=True)
        files = [
            Attached(
                "tastemap.csv", report_csv(stored.report), "Tracks with features, origins and groups, as CSV"
            ),
            Attached("tastemap.json", report_json(stored.report), "The whole report as JSON"),
        ]
        limit = interaction.filesize_limit - _ENVELOPE_BYTES
        await show(
            interaction, export_card(stored.report, [file for file in files if len(file.content) <= limit])
        )

    async def share(self, interaction: discord.Interaction[Any], ref: ComponentRef) -> None:
        """Post a private result into the channel, because its owner asks for it."""
        require_files(interaction, private=False)
        stored = await self._reports.open(ref.subject, interaction.user.id, owner_only=True)
        await interaction.response.defer(thinking=True)
        (chart,) = await self._reports.charts(stored, [ChartKind.MAP])
        await show(interaction, summary_card(stored.report, stored.report_id, chart, private=False))
        await self._reports.publish(stored)  # only now: where it can't be posted, it stays private


def _is_cluster_card(interaction: discord.Interaction[Any]) -> bool:
    """Whether the menu was used on a group's card, which then changes, and not on the summary."""
    message = interaction.message
    return message is not None and any(
        attachment.filename.startswith("cluster") for attachment in message.attachments
    )
