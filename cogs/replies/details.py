"""The smaller cards of a report: charts, numbers, outliers, files and posters; and of a list over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

import discord
from discord import ButtonStyle, ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Attached, Reply, button, gallery, in_full, poster, rule, text, with_files
from cogs.replies.lists import ListFiles
from cogs.words import portrait
from cogs.words import stats as words
from cogs.words.controls import Label
from cogs.words.quality import LISTED
from cogs.words.report import BEFORE_POSTING, CHART_NAMES, poster_title
from cogs.words.text import ATTRIBUTION, credit, escape, fit, is_spotifys, moment, small, track_line, unbroken
from services.domain.charts import Chart, ChartKind
from services.domain.group_words import outlier_words
from services.domain.report import AnalysisReport
from services.domain.stats import PlaylistStats
from services.workflows.reports import KEY_LENGTH, LookBack, StoredReport

AS_TEXT = "text"
"""Argument of a button that asks for numbers without a picture."""
_SHOWN_OUTLIERS = 3
_TEXT_FILE_AT = 3500
ON, OFF = "on", "off"
BY_MAP, BY_DATE = "maps", "dates"
"""Arguments of the buttons that show one picture in place of the other."""
_AS_FILE_FROM = 3000
"""Characters from which the text is a file."""


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
            ui.ActionRow(button(Label.READ_AS_TEXT, ComponentRef(Action.CHARTS_TEXT, report_id))),
        ),
        attached,
    )


def charts_text(report: AnalysisReport, charts: Sequence[Chart]) -> Reply:
    """Give the facts of all charts as plain text, for a screen reader or a search."""
    whole = "\n\n".join(f"{chart.title}\n{chart.text}" for chart in charts)
    said = text(words.in_words_title(report))
    return in_full(said, whole, "charts.txt", longest=_TEXT_FILE_AT)


def numbers_card(report: AnalysisReport, report_id: str, stats: PlaylistStats, chart: Chart) -> Reply:
    """Show what a playlist is made of and how it sounds beside typical music, each number with its count."""
    pictures, attached = gallery([chart])
    lines = [
        f"**{head}** {unbroken(escape(line, 240))}"
        for head, line in words.number_lines(stats, report.playlist.source, brief=True)
    ]
    again = ComponentRef(Action.NUMBERS, report_id, AS_TEXT).button()
    blocks: list[ui.Item[Any]] = [
        text(words.numbers_title(report), escape(words.finding(stats), 240)),
        pictures,
        text(*lines, *(small(escape(line, 240)) for line in [words.sound_line(stats)] if line)),
        ui.ActionRow(
            button(Label.READ_AS_TEXT, again),
            button(Label.QUALITY, ComponentRef(Action.QUALITY, report_id)),
            button(Label.DRIFT, ComponentRef(Action.DRIFT, report_id)),
        ),
    ]
    if is_spotifys(report.playlist):
        blocks.append(text(ATTRIBUTION))
    return Reply(tuple(blocks), attached)


def numbers_text(report: AnalysisReport, stats: PlaylistStats, chart: Chart) -> Reply:
    """Give all numbers as plain text, those in the picture too."""
    lines = [f"{head}: {line}" for head, line in words.number_lines(stats, report.playlist.source)]
    whole = "\n".join(line for line in (words.finding(stats), *lines, words.sound_line(stats)) if line)
    return charts_text(report, [replace(chart, text=f"{chart.text}\n\n{whole}")])


def findings_card(report: AnalysisReport) -> Reply:
    """List what stands out and what is there twice. Nothing is changed."""
    blocks: list[ui.Item[Any]] = [text(words.findings_title(report))]
    outliers = [
        f"- {track_line(report.tracks[each.track].track)}\n  "
        + small(escape(outlier_words(each, report.names), 240))
        for each in report.outliers[:_SHOWN_OUTLIERS]
    ]
    if more := len(report.outliers) - _SHOWN_OUTLIERS:
        outliers += [small(words.more_outliers(more))] if more > 0 else []
    blocks.append(text(words.STANDS_OUT, *(outliers or [words.none_stands_out(report)])))
    lines = [words.duplicate_line(report, duplicate) for duplicate in report.duplicates]
    blocks += [rule(), text(words.DUPLICATES, fit(lines, LISTED) if lines else words.NO_DUPLICATES)]
    if is_spotifys(report.playlist):
        blocks.append(text(ATTRIBUTION))
    return Reply(tuple(blocks))


def export_card(report: AnalysisReport, files: ListFiles) -> Reply:
    """Hand over the tracks with features, origins and groups."""
    said = text(words.files_title(report), *map(small, files.hints))
    return with_files(said, files.files)


class PosterVerb(StrEnum):
    """What a `POSTER` button asks for."""

    SHOW = ""
    TEXT = "text"
    POST = "post"


def poster_card(stored: StoredReport, posters: Sequence[Chart]) -> Reply:
    """Show both sizes to the person who may post them."""
    report, report_id = stored.report, stored.report_id
    pictures, attached = poster(posters)
    blocks: list[ui.Item[Any]] = [
        text(poster_title(report)),
        *pictures,
        text(small(BEFORE_POSTING), credit(report.playlist)),
        ui.ActionRow(
            button(
                Label.POST_HERE,
                ComponentRef(Action.POSTER, report_id, PosterVerb.POST),
                style=ButtonStyle.primary,
            ),
            button(Label.READ_AS_TEXT, ComponentRef(Action.POSTER, report_id, PosterVerb.TEXT)),
        ),
    ]
    return Reply(tuple(blocks), attached)


def posted_poster(report: AnalysisReport, posters: Sequence[Chart]) -> Reply:
    """Show the size for feeds to everybody."""
    pictures, attached = gallery([each for each in posters if each.kind is ChartKind.POSTER_FEED])
    words = credit(report.playlist)
    return Reply((pictures, *([text(words)] if words else [])), attached)


def drift_card(found: LookBack, wanted: str = "") -> Reply:
    """Show how a list sounded over time to its owner: map by map, or by when its tracks were added."""
    charts = {BY_DATE if chart.kind is ChartKind.ERAS else BY_MAP: chart for chart in found.charts}
    shown = wanted if wanted in charts else next(iter(charts), "")
    said = (
        (_finding(found), _eras(found))
        if len(charts) < 2
        else ((_eras(found),) if shown == BY_DATE else (_finding(found),))
    )
    blocks: list[ui.Item[Any]] = [text(portrait.over_time_title(found.course.name), *said)]
    attached: tuple[Attached, ...] = ()
    key = found.which.fingerprint[:KEY_LENGTH]
    buttons = []
    if shown:
        picture, attached = gallery([charts[shown]])
        blocks.append(picture)
        buttons.append(button(Label.READ_AS_TEXT, ComponentRef(Action.DRIFT, key, AS_TEXT)))
    buttons += [
        button(charts[other].title, ComponentRef(Action.DRIFT, key, other))
        for other in charts
        if other != shown
    ]
    is_remembered = found.which.is_remembered
    told = [portrait.HOW] if shown else []
    blocks.append(
        text(*(small(line) for line in (*told, portrait.REMEMBERED if is_remembered else portrait.OFFER)))
    )
    if is_remembered:
        buttons.append(button(Label.FORGET_THIS_LIST, ComponentRef(Action.REMEMBER, key, OFF)))
    else:
        remember = ComponentRef(Action.REMEMBER, key, ON).button()
        buttons.append(button(Label.REMEMBER_THIS_LIST, remember, style=ButtonStyle.primary))
    blocks.append(ui.ActionRow(*buttons))
    return Reply(tuple(blocks), attached)


def drift_text(found: LookBack) -> Reply:
    """Give all numbers of a list over time as plain text."""
    parts = [f"{chart.title}\n{chart.text}" for chart in found.charts]
    whole = "\n\n".join(parts) or portrait.NOTHING_YET
    heading = text(portrait.over_time_title(found.course.name, in_words=True), _finding(found), _eras(found))
    return in_full(heading, whole, "over-time.txt", longest=_AS_FILE_FROM)


def _finding(found: LookBack) -> str:
    since = found.course.since
    if since is None:
        return "" if found.course.eras else portrait.ONCE
    return portrait.since_line(since, moment(since.made_at, "D"), name=escape) + "."


def _eras(found: LookBack) -> str:
    line = portrait.eras_line(found.course)
    return f"{line}." if line else ""
