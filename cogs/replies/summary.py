"""The summary card: what a playlist sounds like, on one screen."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import ACCENT, WARNING, Attached, Reply, button, gallery, text
from cogs.replies.sound import clips_offer
from cogs.words.buttons import Label, same_song_label
from cogs.words.grouping import WAY
from cogs.words.report import described_words, footer_line, report_heading, summary_lines
from cogs.words.text import letter_of, plain
from services.domain.charts import Chart
from services.domain.grouping import Grouping
from services.domain.messages import NoteKind
from services.domain.report import AnalysisReport, Verdict

_UNFINISHED = {NoteKind.NO_TIME_LEFT, NoteKind.SOURCE_SLOW, NoteKind.SOURCE_PAUSES, NoteKind.SOURCE_DOWN}
"""What a second look can mend."""
_IN_A_ROW = 3
"""Buttons of one word that a phone shows beside each other."""
_SELECT_DESCRIPTION = 100
IN_PLACE = "here"
"""Argument of the menu on the card of a group, which changes that card."""


def summary_card(
    report: AnalysisReport, report_id: str, chart: Chart | None, *, private: bool, offers_clips: bool = False
) -> Reply:
    """Build the card that `/analyze` posts.

    Parameters
    ----------
    offers_clips
        Whether clips of the sound may be sent if the person presses for it.
    """
    blocks: list[ui.Item[Any]] = [text(report_heading(report, private=private))]
    attached: tuple[Attached, ...] = ()
    if chart is not None:
        pictures, attached = gallery([chart])
        blocks.append(pictures)
    groups = summary_lines(report)
    blocks.append(text(*groups, footer_line(report)))
    if report.clusters:
        blocks.append(ui.ActionRow(cluster_select(report, report_id)))
    blocks += _ways_on(report, report_id, private=private)
    if offers_clips:
        blocks += clips_offer(report, report_id)
    accent = WARNING if report.structure.verdict is Verdict.TOO_FEW else ACCENT
    return Reply(tuple(blocks), attached, accent)


def _ways_on(report: AnalysisReport, report_id: str, *, private: bool) -> list[ui.Item[Any]]:
    """Offer what else there is, in rows that fit a phone."""

    def of(
        label: str, action: Action, style: discord.ButtonStyle = discord.ButtonStyle.secondary
    ) -> ui.Button[Any]:
        return button(label, ComponentRef(action, report_id).button(), style=style)

    buttons = [
        of(Label.POSTER, Action.POSTER),
        of(Label.CHARTS, Action.CHARTS),
        of(Label.NUMBERS, Action.NUMBERS),
        of(Label.QUALITY, Action.QUALITY),
        of(Label.OUTLIERS, Action.FINDINGS),
        of(Label.EXPORT, Action.EXPORT),
    ]
    if private:
        buttons.insert(0, of(Label.SHARE, Action.SHARE, discord.ButtonStyle.primary))
    last = buttons[2 * _IN_A_ROW :]
    if report.clusters:
        last.append(other_way_button(report, report_id))
    if doubtful := sum(round(each.number) for each in report.notices if each.kind is NoteKind.FOUND_BY_NAME):
        last.append(of(same_song_label(doubtful), Action.SAME_SONG))
    if any(each.kind in _UNFINISHED for each in report.notices):
        last.append(of(Label.COMPLETE_THE_MAP, Action.AGAIN))
    rows = [buttons[:_IN_A_ROW], buttons[_IN_A_ROW : 2 * _IN_A_ROW], last]
    return [ui.ActionRow(*row) for row in rows if row]


def cluster_select(report: AnalysisReport, report_id: str, *, chosen: int | None = None) -> ui.Select[Any]:
    """Offer each group; on the card of the `chosen` one in its place."""
    options = [
        discord.SelectOption(
            label=plain(f"{letter_of(report.clusters, index)} · {cluster.name}", 100),
            value=str(index),
            description=plain(described_words(cluster), _SELECT_DESCRIPTION),
            default=index == chosen,
        )
        for index, cluster in enumerate(report.clusters)
    ]
    return ui.Select(
        custom_id=ComponentRef(Action.CLUSTER, report_id, "" if chosen is None else IN_PLACE).select(),
        placeholder=Label.LOOK_INTO_A_GROUP,
        options=options,
    )


def other_way_button(report: AnalysisReport, report_id: str) -> ui.Button[Any]:
    """Offer the other way of grouping; where years are too few for it (the card says so), unpressable."""
    other = Grouping.STYLE if report.basis.grouping is Grouping.SOUND else Grouping.SOUND
    can_be = other is Grouping.SOUND or report.basis.has_enough_years
    label = WAY[other][:1].upper() + WAY[other][1:]
    return button(label, ComponentRef(Action.AGAIN, report_id, other.value).button(), disabled=not can_be)
