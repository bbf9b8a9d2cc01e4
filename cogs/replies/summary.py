"""The summary card: what a playlist sounds like, on one screen."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.replies.attribution import credit, playlist_link
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import ACCENT, WARNING, Attached, Reply, button, gallery, small, text
from cogs.replies.sound import clips_offer
from cogs.words.drift import since_line
from cogs.words.grouping import WAY, basis_line
from cogs.words.messages import note_lines
from cogs.words.portrait import type_line
from cogs.words.report import quality, verdict
from cogs.words.text import (
    escape,
    letter_of,
    percent,
    plain,
    plural,
    skipped_line,
)
from cogs.words.traits import group_line
from services.domain.charts import Chart
from services.domain.grouping import Grouping
from services.domain.messages import NoteKind
from services.domain.report import AnalysisReport, Cluster, Verdict

_UNFINISHED = {NoteKind.NO_TIME_LEFT, NoteKind.SOURCE_SLOW, NoteKind.SOURCE_PAUSES, NoteKind.SOURCE_DOWN}
"""What a second look can mend."""
_VERDICT = 1000
"""Characters; its genres are words of a file."""
_SHORT = 80
"""Characters of a verdict up to which a phone has room for what else sets a list apart."""
_IN_FULL = 4
"""Groups up to which each has a line of usual size."""
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
    blocks: list[ui.Item[Any]] = [text(_heading(report, private=private))]
    attached: tuple[Attached, ...] = ()
    if chart is not None:
        pictures, attached = gallery([chart])
        blocks.append(pictures)
    groups = _group_lines(report)
    blocks.append(text(*groups, _footer(report)))
    if report.clusters:
        blocks.append(ui.ActionRow(cluster_select(report, report_id)))
    blocks += _ways_on(report, report_id, private=private)
    if offers_clips:
        blocks += clips_offer(report, report_id)
    accent = WARNING if report.structure.verdict is Verdict.TOO_FEW else ACCENT
    return Reply(tuple(blocks), attached, accent)


def _heading(report: AnalysisReport, *, private: bool) -> str:
    playlist = report.playlist
    origin = [f"{plural(len(playlist.tracks), 'track')} · {escape(playlist.format, 40)}"]
    found = escape(verdict(report, names_them=False), _VERDICT)
    origin += filter(None, [_apart(report, private=private, has_room=len(found) <= _SHORT)])
    return f"## {playlist_link(playlist)}\n{found}\n{small(' · '.join(origin))}"


def _apart(report: AnalysisReport, *, private: bool, has_room: bool) -> str:
    """Say what changed, which is its owner's to know, else what sets the list apart: one screen."""
    if private and report.since is not None:
        return since_line(report.since, discord.utils.format_dt(report.since.made_at, "D"), name=escape)
    return escape(type_line(report.portrait), 120) if has_room else ""


def _group_lines(report: AnalysisReport) -> list[str]:
    """Name each group on a line; what is known of it stands behind the menu."""
    evidence = sum(cluster.size for cluster in report.clusters)
    lines = []
    for index, cluster in enumerate(report.clusters):
        letter, share = letter_of(report.clusters, index), percent(cluster.size, evidence)
        line = f"**{letter}** {escape(cluster.name)} {share}"
        lines.append(line if len(report.clusters) <= _IN_FULL else small(line))
    return lines


def _ways_on(report: AnalysisReport, report_id: str, *, private: bool) -> list[ui.Item[Any]]:
    """Offer what else there is, in rows that fit a phone."""

    def of(
        label: str, action: Action, style: discord.ButtonStyle = discord.ButtonStyle.secondary
    ) -> ui.Button[Any]:
        return button(label, ComponentRef(action, report_id).button(), style=style)

    buttons = [
        of("Poster", Action.POSTER),
        of("Charts", Action.CHARTS),
        of("Numbers", Action.NUMBERS),
        of("Quality", Action.QUALITY),
        of("Outliers", Action.FINDINGS),
        of("Export", Action.EXPORT),
    ]
    if private:
        buttons.insert(0, of("Share", Action.SHARE, discord.ButtonStyle.primary))
    last = buttons[2 * _IN_A_ROW :]
    if report.clusters:
        last.append(other_way_button(report, report_id))
    if doubtful := sum(round(each.number) for each in report.notices if each.kind is NoteKind.FOUND_BY_NAME):
        last.append(of(f"Same song? ({doubtful:,})", Action.SAME_SONG))
    if any(each.kind in _UNFINISHED for each in report.notices):
        last.append(of("Complete the map", Action.AGAIN))
    rows = [buttons[:_IN_A_ROW], buttons[_IN_A_ROW : 2 * _IN_A_ROW], last]
    return [ui.ActionRow(*row) for row in rows if row]


def _footer(report: AnalysisReport) -> str:
    basis = basis_line(report.basis, brief=True) if report.clusters else ""
    lines = [
        f"{basis} {quality(report, brief=True)}".strip(),
        skipped_line(report.playlist.skipped),
    ]
    lines += note_lines((*report.playlist.notes[:2], *report.notices[:2]))
    said = [small(escape(line, 220)) for line in lines if line]
    return "\n".join([*said, *filter(None, [credit(report.playlist)])])


def cluster_select(report: AnalysisReport, report_id: str, *, chosen: int | None = None) -> ui.Select[Any]:
    """Offer each group; on the card of the `chosen` one in its place."""
    options = [
        discord.SelectOption(
            label=plain(f"{letter_of(report.clusters, index)} · {cluster.name}", 100),
            value=str(index),
            description=plain(_described(cluster), _SELECT_DESCRIPTION),
            default=index == chosen,
        )
        for index, cluster in enumerate(report.clusters)
    ]
    return ui.Select(
        custom_id=ComponentRef(Action.CLUSTER, report_id, "" if chosen is None else IN_PLACE).select(),
        placeholder="Look into a group…",
        options=options,
    )


def _described(cluster: Cluster) -> str:
    was = f"was: {cluster.was} · " if cluster.was else ""
    return f"{plural(cluster.size, 'track')} · {was}{group_line(cluster)}"


def other_way_button(report: AnalysisReport, report_id: str) -> ui.Button[Any]:
    """Offer the other way of grouping; where years are too few for it (the card says so), unpressable."""
    other = Grouping.STYLE if report.basis.grouping is Grouping.SOUND else Grouping.SOUND
    can_be = other is Grouping.SOUND or report.basis.has_enough_years
    label = WAY[other][:1].upper() + WAY[other][1:]
    return button(
        label,
        ComponentRef(Action.AGAIN, report_id, other.value).button(),
        disabled=not can_be,
    )
