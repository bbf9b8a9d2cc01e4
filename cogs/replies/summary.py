"""The summary card: what a playlist sounds like, on one screen."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.replies.attribution import ATTRIBUTION, is_spotifys, playlist_link
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import ACCENT, MAX_TEXT, WARNING, Attached, Reply, button, gallery, rule, small, text
from cogs.replies.text import (
    CLUSTER_LETTERS,
    escape,
    percent,
    plain,
    plural,
    skipped_line,
    track_line,
    unbroken,
)
from services.domain.charts import Chart
from services.domain.music import Track
from services.domain.report import AnalysisReport, Verdict

_SPARE = 40
_SELECT_DESCRIPTION = 100


def summary_card(report: AnalysisReport, report_id: str, chart: Chart | None, *, private: bool) -> Reply:
    """Build the card that `/analyze` posts."""
    heading, footer = _heading(report), _footer(report)
    blocks: list[ui.Item[Any]] = [text(heading)]
    attached: tuple[Attached, ...] = ()
    if chart is not None:
        pictures, attached = gallery([chart])
        blocks.append(pictures)
    if report.clusters:
        blocks.append(text(_cluster_list(report, MAX_TEXT - len(heading) - len(footer) - _SPARE)))
    blocks += [rule(), text(footer)]
    if report.clusters:
        blocks.append(ui.ActionRow(cluster_select(report, report_id)))
    blocks.append(ui.ActionRow(*_buttons(report_id, private=private)))
    accent = WARNING if report.structure.verdict is Verdict.TOO_FEW else ACCENT
    return Reply(tuple(blocks), attached, accent)


def _heading(report: AnalysisReport) -> str:
    playlist = report.playlist
    origin = f"{plural(len(playlist.tracks), 'track')} · {escape(playlist.format, 40)}"
    return f"## {playlist_link(playlist)}\n{report.sentence}\n{small(origin)}"


def _cluster_list(report: AnalysisReport, room: int) -> str:
    """List the groups, each with typical tracks as far as the room goes."""
    whole = ""
    for examples in (3, 2, 1, 0):
        whole = "\n".join(_cluster_lines(report, index, examples) for index in range(len(report.clusters)))
        if len(whole) <= room:
            break
    return whole


def _cluster_lines(report: AnalysisReport, index: int, examples: int) -> str:
    cluster = report.clusters[index]
    evidence = sum(each.size for each in report.clusters)
    name = track_line if is_spotifys(report.playlist) else _label
    heard = " · ".join(name(report.tracks[track].track, 40) for track in cluster.typical[:examples])
    likely = f" + {len(cluster.likely)} likely" if cluster.likely else ""
    title = f"**{CLUSTER_LETTERS[index]} · {escape(cluster.name)}**"
    lines = [
        f"{title} — {percent(cluster.size, evidence)}, {plural(cluster.size, 'track')}{likely}",
        small(unbroken(escape(cluster.blurb, 160))),
        small(f"♪ {heard}") if heard else "",
    ]
    return "\n".join(line for line in lines if line)


def _label(track: Track, limit: int) -> str:
    return escape(track.label, limit)


def _footer(report: AnalysisReport) -> str:
    lines = [report.quality_line, skipped_line(report.playlist.skipped)]
    lines += [*report.playlist.notes[:2], *report.notices[:2]]
    said = [small(escape(line, 220)) for line in lines if line]
    return "\n".join([*said, *([ATTRIBUTION] if is_spotifys(report.playlist) else [])])


def cluster_select(report: AnalysisReport, report_id: str, *, chosen: int | None = None) -> ui.Select[Any]:
    """Offer each group."""
    options = [
        discord.SelectOption(
            label=plain(f"{CLUSTER_LETTERS[index]} · {cluster.name}", 100),
            value=str(index),
            description=plain(f"{plural(cluster.size, 'track')} · {cluster.blurb}", _SELECT_DESCRIPTION),
            default=index == chosen,
        )
        for index, cluster in enumerate(report.clusters)
    ]
    return ui.Select(
        custom_id=ComponentRef(Action.CLUSTER, report_id).select(),
        placeholder="Look into a group…",
        options=options,
    )


def _buttons(report_id: str, *, private: bool) -> list[ui.Button[Any]]:
    def of(
        label: str, action: Action, style: discord.ButtonStyle = discord.ButtonStyle.secondary
    ) -> ui.Button[Any]:
        return button(label, ComponentRef(action, report_id).button(), style=style)

    buttons = [
        of("Charts", Action.CHARTS),
        of("Quality", Action.QUALITY),
        of("Outliers & duplicates", Action.FINDINGS),
        of("Export", Action.EXPORT),
    ]
    if private:
        buttons.append(of("Share", Action.SHARE, discord.ButtonStyle.primary))
    return buttons
