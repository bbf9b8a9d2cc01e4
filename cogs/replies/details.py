"""The smaller cards of a report: charts, their text twins, numbers, outliers and doubles, files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord
from discord import ui

from cogs.replies.attribution import ATTRIBUTION, is_spotifys
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, gallery, in_full, rule, small, text, with_files
from cogs.replies.lists import ListFiles
from cogs.words.report import CHART_NAMES
from cogs.words.stats import finding, number_lines, sound_line
from cogs.words.text import escape, fit, track_line, unbroken
from services.domain.charts import Chart, ChartKind
from services.domain.group_words import outlier_words
from services.domain.report import FEWEST_TO_STAND_OUT, AnalysisReport, Duplicate, DuplicateKind
from services.domain.stats import PlaylistStats

AS_TEXT = "text"
"""Argument of a button that asks for numbers without a picture."""
_SHOWN_OUTLIERS = 3
_LISTED = 420
"""Characters of a list of tracks; `/tidy` goes through all."""
_TEXT_FILE_AT = 3500
_DUPLICATE_WORDS = {
    DuplicateKind.SAME_ID: "the same track twice",
    DuplicateKind.SAME_RECORDING: "the same recording under several ids",
    DuplicateKind.SAME_SONG: "the same song from another release",
    DuplicateKind.OTHER_VERSION: "another version (live, remix, …): maybe you want both",
}


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
            ui.ActionRow(button("Read as text", ComponentRef(Action.CHARTS_TEXT, report_id).button())),
        ),
        attached,
    )


def charts_text(report: AnalysisReport, charts: Sequence[Chart]) -> Reply:
    """Give the facts of all charts as plain text, for a screen reader or a search."""
    whole = "\n\n".join(f"{chart.title}\n{chart.text}" for chart in charts)
    said = text(f"## {escape(report.playlist.name)}, in words")
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
        text(f"## {escape(report.playlist.name, 60)} in numbers", escape(finding(stats), 240)),
        pictures,
        text(*lines, *(small(escape(line, 240)) for line in [sound_line(stats)] if line)),
        ui.ActionRow(
            button("Read as text", again),
            button("Quality", ComponentRef(Action.QUALITY, report_id).button()),
            button("Drift", ComponentRef(Action.DRIFT, report_id).button()),
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


def none_stands_out(report: AnalysisReport) -> str:
    """Say that no track stands out, or that nobody could tell."""
    if report.looked_for_outliers:
        return "Nothing stands out: every track has company."
    return f"Too few tracks have a known sound to say what stands out (I need {FEWEST_TO_STAND_OUT})."


def findings_card(report: AnalysisReport) -> Reply:
    """List what stands out and what is there twice. Nothing is changed."""
    blocks: list[ui.Item[Any]] = [text(f"## Outliers and duplicates in {escape(report.playlist.name)}")]
    outliers = [
        f"- {track_line(report.tracks[each.track].track)}\n  "
        + small(escape(outlier_words(each, report.names), 240))
        for each in report.outliers[:_SHOWN_OUTLIERS]
    ]
    if more := len(report.outliers) - _SHOWN_OUTLIERS:
        outliers += [small(f"… and {more:,} more; `/tidy` goes through all")] if more > 0 else []
    blocks.append(text("**Stands out most**", *(outliers or [none_stands_out(report)])))
    lines = [_duplicate_line(report, duplicate) for duplicate in report.duplicates]
    blocks += [
        rule(),
        text("**Duplicates**", fit(lines, _LISTED) if lines else "No duplicates."),
    ]
    if is_spotifys(report.playlist):
        blocks.append(text(ATTRIBUTION))
    return Reply(tuple(blocks))


def _duplicate_line(report: AnalysisReport, duplicate: Duplicate) -> str:
    places = ", ".join(f"#{track + 1}" for track in duplicate.tracks)
    name = track_line(report.tracks[duplicate.keep].track)
    return f"- {name} at {places}\n  {small(_DUPLICATE_WORDS[duplicate.kind])}"


def export_card(report: AnalysisReport, files: ListFiles) -> Reply:
    """Hand over the tracks with features, origins and groups."""
    said = text(f"## {escape(report.playlist.name, 60)} as files", *map(small, files.hints))
    return with_files(said, files.files)
