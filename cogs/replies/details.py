"""The smaller cards of a report: charts, their text twins, numbers, outliers and doubles, files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, gallery, in_full, rule, text, with_files
from cogs.replies.lists import ListFiles
from cogs.words.attribution import ATTRIBUTION, is_spotifys
from cogs.words.buttons import Label
from cogs.words.report import CHART_NAMES
from cogs.words.stats import (
    DUPLICATES,
    NO_DUPLICATES,
    STANDS_OUT,
    duplicate_line,
    files_title,
    finding,
    findings_title,
    in_words_title,
    more_outliers,
    none_stands_out,
    number_lines,
    numbers_title,
    sound_line,
)
from cogs.words.text import escape, fit, small, track_line, unbroken
from services.domain.charts import Chart, ChartKind
from services.domain.group_words import outlier_words
from services.domain.report import AnalysisReport
from services.domain.stats import PlaylistStats

AS_TEXT = "text"
"""Argument of a button that asks for numbers without a picture."""
_SHOWN_OUTLIERS = 3
_LISTED = 420
"""Characters of a list of tracks; `/tidy` goes through all."""
_TEXT_FILE_AT = 3500


def charts_card(report: AnalysisReport, report_id: str, kinds: Sequence[ChartKind], chart: Chart) -> Reply:
    """Show one of the charts that are not on the summary card, and offer the others in its place."""
    pictures, attached = gallery([chart])
    menu: ui.Select[Any] = ui.Select(
        custom_id=ComponentRef(Action.CHARTS, report_id).select(),
        options=[
            discord.SelectOption(label=CHART_NAMES[kind], value=kind.value, default=kind is chart.kind)
            for kind in kinds
        ],
    )
    return Reply(
        (
            text(f"## {escape(report.playlist.name, 60)}"),
            pictures,
            ui.ActionRow(menu),
            ui.ActionRow(button(Label.READ_AS_TEXT, ComponentRef(Action.CHARTS_TEXT, report_id).button())),
        ),
        attached,
    )


def charts_text(report: AnalysisReport, charts: Sequence[Chart]) -> Reply:
    """Give the facts of all charts as plain text, for a screen reader or a search."""
    whole = "\n\n".join(f"{chart.title}\n{chart.text}" for chart in charts)
    said = text(in_words_title(report))
    return in_full(said, whole, "charts.txt", longest=_TEXT_FILE_AT)


def numbers_card(report: AnalysisReport, report_id: str, stats: PlaylistStats, chart: Chart) -> Reply:
    """Show what a playlist is made of and how it sounds beside typical music, each number with its count."""
    pictures, attached = gallery([chart])
    lines = [
        f"**{head}** {unbroken(escape(line, 240))}"
        for head, line in number_lines(stats, report.playlist.source, brief=True)
    ]
    again = ComponentRef(Action.NUMBERS, report_id, AS_TEXT).button()
    blocks: list[ui.Item[Any]] = [
        text(numbers_title(report), escape(finding(stats), 240)),
        pictures,
        text(*lines, *(small(escape(line, 240)) for line in [sound_line(stats)] if line)),
        ui.ActionRow(
            button(Label.READ_AS_TEXT, again),
            button(Label.QUALITY, ComponentRef(Action.QUALITY, report_id).button()),
            button(Label.DRIFT, ComponentRef(Action.DRIFT, report_id).button()),
        ),
    ]
    if is_spotifys(report.playlist):
        blocks.append(text(ATTRIBUTION))
    return Reply(tuple(blocks), attached)


def numbers_text(report: AnalysisReport, stats: PlaylistStats, chart: Chart) -> Reply:
    """Give all numbers as plain text, those in the picture too."""
    lines = [f"{head}: {line}" for head, line in number_lines(stats, report.playlist.source)]
    whole = "\n".join(line for line in (finding(stats), *lines, sound_line(stats)) if line)
    return charts_text(report, [replace(chart, text=f"{chart.text}\n\n{whole}")])


def findings_card(report: AnalysisReport) -> Reply:
    """List what stands out and what is there twice. Nothing is changed."""
    blocks: list[ui.Item[Any]] = [text(findings_title(report))]
    outliers = [
        f"- {track_line(report.tracks[each.track].track)}\n  "
        + small(escape(outlier_words(each, report.names), 240))
        for each in report.outliers[:_SHOWN_OUTLIERS]
    ]
    if more := len(report.outliers) - _SHOWN_OUTLIERS:
        outliers += [small(more_outliers(more))] if more > 0 else []
    blocks.append(text(STANDS_OUT, *(outliers or [none_stands_out(report)])))
    lines = [duplicate_line(report, duplicate) for duplicate in report.duplicates]
    blocks += [
        rule(),
        text(DUPLICATES, fit(lines, _LISTED) if lines else NO_DUPLICATES),
    ]
    if is_spotifys(report.playlist):
        blocks.append(text(ATTRIBUTION))
    return Reply(tuple(blocks))


def export_card(report: AnalysisReport, files: ListFiles) -> Reply:
    """Hand over the tracks with features, origins and groups."""
    said = text(files_title(report), *map(small, files.hints))
    return with_files(said, files.files)
