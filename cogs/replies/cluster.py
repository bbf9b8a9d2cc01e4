"""The card of one group: its profile and its tracks, page by page."""

from __future__ import annotations

from typing import Any

from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Attached, Reply, button, gallery, text
from cogs.replies.quality import tempo_select
from cogs.replies.summary import cluster_select
from cogs.words.buttons import Label, page_label
from cogs.words.grouping import cluster_lines, portrait, track_row
from cogs.words.text import ATTRIBUTION, fit, is_spotifys
from services.domain.charts import Chart
from services.domain.report import AnalysisReport, Cluster

PAGE = 8
"""Tracks on a page after the first, which has the profile."""
_PAGE_CHARACTERS = 2600


def page_count(cluster: Cluster) -> int:
    """Count the pages of a group: its profile, and the lists of its tracks."""
    return 1 + max(1, -(-(cluster.size + len(cluster.likely)) // PAGE))


def cluster_card(report: AnalysisReport, report_id: str, index: int, page: int, chart: Chart | None) -> Reply:
    """Build the card of group `index`: its profile on `page` 0, then its tracks, best fitting first.

    `chart` is for the profile alone.
    """
    cluster = report.clusters[index]
    pages = page_count(cluster)
    page = min(max(page, 0), pages - 1)
    blocks: list[ui.Item[Any]] = [text(*cluster_lines(report, index))]
    attached: tuple[Attached, ...] = ()
    menus: list[ui.Select[Any]] = [cluster_select(report, report_id, chosen=index)]
    if page == 0:
        if said := portrait(report, cluster):
            blocks.append(text(*said))
        if chart is not None:
            pictures, attached = gallery([chart])
            blocks.append(pictures)
    else:
        start = (page - 1) * PAGE
        shown = _ordered(report, cluster)[start : start + PAGE]
        blocks.append(text(fit([track_row(report, *each) for each in shown], _PAGE_CHARACTERS)))
        if tempo := tempo_select(report, report_id, [track for track, _ in shown]):
            menus.append(tempo)
    blocks += [ui.ActionRow(menu) for menu in menus]
    blocks.append(ui.ActionRow(*_turners(report_id, index, page, pages)))
    if is_spotifys(report.playlist):
        blocks.append(text(ATTRIBUTION))
    return Reply(tuple(blocks), attached)


def _ordered(report: AnalysisReport, cluster: Cluster) -> list[tuple[int, bool]]:
    """List a group's tracks, best fitting first, then those that are only likely to belong."""

    def fits(track: int) -> float:
        return -(report.placements[track].confidence or 0.0)

    ordered = [(track, False) for track in sorted(cluster.members, key=fits)]
    ordered += [(track, True) for track in cluster.likely]
    return ordered


def _turners(report_id: str, index: int, page: int, pages: int) -> list[ui.Button[Any]]:
    def to(target: int) -> str:
        return ComponentRef(Action.CLUSTER, report_id, f"{index}.{target}").button()

    return [
        button(Label.PREVIOUS, to(page - 1) if page else to(0), disabled=page == 0),
        button(
            page_label(page + 1, pages),
            ComponentRef(Action.CLUSTER, report_id, "here").button(),
            disabled=True,
        ),
        button(Label.NEXT if page else Label.TRACKS, to(page + 1), disabled=page + 1 >= pages),
    ]
