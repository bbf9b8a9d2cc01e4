"""The cards of a report: the summary, one group with its tracks, and where the numbers come from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import discord
from discord import ButtonStyle, ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import ACCENT, WARNING, Attached, Reply, button, gallery, note, rule, text
from cogs.replies.sound import clips_offer
from cogs.words import quality as words
from cogs.words.controls import Label, double_label, halve_label, page_label, same_song_label
from cogs.words.grouping import basis_line, cluster_lines, portrait, track_row, way_label
from cogs.words.report import described_words, footer_line, report_heading, summary_lines
from cogs.words.text import (
    ATTRIBUTION,
    credit,
    fit,
    is_spotifys,
    letter_of,
    plain,
    skipped_line,
    small,
    track_line,
)
from services.domain.charts import Chart
from services.domain.features import Coverage, Feature
from services.domain.grouping import Grouping
from services.domain.messages import NoteKind
from services.domain.report import FEWEST_TRACKS, AnalysisReport, Cluster, EnrichedTrack, Verdict
from services.domain.sources import second_opinions

_UNFINISHED = {NoteKind.NO_TIME_LEFT, NoteKind.SOURCE_SLOW, NoteKind.SOURCE_PAUSES, NoteKind.SOURCE_DOWN}
"""What a second look can mend."""
_IN_A_ROW = 3
"""Buttons of one word that a phone shows beside each other."""
_SELECT_DESCRIPTION = 100
IN_PLACE = "here"
"""Argument of the menu on the card of a group, which changes that card."""
PAGE = 8
"""Tracks on a page after the first, which has the profile."""
_PAGE_CHARACTERS = 2600
MEASURED_ONLY = "measured"


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
    if below := [*summary_lines(report), *filter(None, [footer_line(report)])]:
        blocks.append(text(*below))
    if report.clusters:
        blocks.append(ui.ActionRow(cluster_select(report, report_id)))
    blocks += _ways_on(report, report_id, private=private)
    if offers_clips:
        blocks += clips_offer(report, report_id)
    accent = WARNING if report.structure.verdict is Verdict.TOO_FEW else ACCENT
    return Reply(tuple(blocks), attached, accent)


def _ways_on(report: AnalysisReport, report_id: str, *, private: bool) -> list[ui.Item[Any]]:
    """Offer what else there is, in rows that fit a phone."""

    def of(label: str, action: Action, style: ButtonStyle = ButtonStyle.secondary) -> ui.Button[Any]:
        return button(label, ComponentRef(action, report_id), style=style)

    has_map = any(place.x is not None for place in report.placements)
    buttons = [
        *([of(Label.POSTER, Action.POSTER)] if has_map else []),
        of(Label.CHARTS, Action.CHARTS),
        of(Label.NUMBERS, Action.NUMBERS),
        of(Label.QUALITY, Action.QUALITY),
        of(Label.OUTLIERS, Action.FINDINGS),
        of(Label.EXPORT, Action.EXPORT),
    ]
    if private:
        buttons.insert(0, of(Label.SHARE, Action.SHARE, ButtonStyle.primary))
    last = buttons[2 * _IN_A_ROW :]
    if report.clusters:
        last.append(other_way_button(report, lambda way: ComponentRef(Action.AGAIN, report_id, way)))
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


def other_way_button(report: AnalysisReport, ref_of: Callable[[Grouping], ComponentRef]) -> ui.Button[Any]:
    """Offer the other way of grouping; where years are too few for it (the card says so), unpressable."""
    other = Grouping.STYLE if report.basis.grouping is Grouping.SOUND else Grouping.SOUND
    can_be = other is Grouping.SOUND or report.basis.has_enough_years
    return button(way_label(other), ref_of(other), disabled=not can_be)


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
        button(page_label(page + 1, pages), ComponentRef(Action.CLUSTER, report_id, "here"), disabled=True),
        button(Label.NEXT if page else Label.TRACKS, to(page + 1), disabled=page + 1 >= pages),
    ]


def quality_card(report: AnalysisReport, report_id: str) -> Reply:
    """Say how much is known, from whom, and how far the estimates could move the groups."""
    coverage = report.coverage
    blocks: list[ui.Item[Any]] = [
        text(words.quality_title(report), words.verdict_line(report), *words.in_all(report)),
        text(*words.kind_lines(coverage)),
        text(words.SOURCES, *words.source_lines(coverage)),
        text(words.BY_FEATURE, small(words.by_feature_line(coverage))),
        text(
            words.THE_GROUPS, basis_line(report.basis) if report.clusters else "", *words.groups_lines(report)
        ),
    ]
    if opinions := [each for entry in report.tracks for each in second_opinions(entry)]:
        blocks.append(text(words.TWO_SOURCES, *words.opinion_lines(report, opinions)))
    missing = [
        f"- {track_line(entry.track)}{words.track_gap(entry)}"
        for entry in report.tracks
        if words.track_gap(entry)
    ]
    if missing:
        blocks += [rule(), text(words.WITHOUT_FULL_DATA, fit(missing, words.LISTED))]
    if left_out := skipped_line(report.playlist.skipped):
        blocks.append(text(small(left_out)))
    buttons = [button(Label.REDRAW_THE_MAP, ComponentRef(Action.AGAIN, report_id))]
    if (coverage.imputed or coverage.borrowed) and _of_these_very_tracks(coverage) >= FEWEST_TRACKS:
        again = ComponentRef(Action.AGAIN, report_id, MEASURED_ONLY).button()
        buttons.insert(0, button(Label.MEASURED_ONLY, again, style=ButtonStyle.primary))
    blocks.append(ui.ActionRow(*buttons))
    last = (small(words.WRONG_TEMPO) if report.clusters else "", credit(report.playlist))
    if any(last):
        blocks.append(text(*last))
    return Reply(tuple(blocks))


def _of_these_very_tracks(coverage: Coverage) -> int:
    """Count the tracks that are left without what is estimated or borrowed."""
    return coverage.total - coverage.imputed - coverage.borrowed - coverage.unknown


def tempo_select(report: AnalysisReport, report_id: str, tracks: list[int]) -> ui.Select[Any] | None:
    """Offer the tracks of a page whose tempo may be corrected."""
    options = [
        discord.SelectOption(
            label=report.tracks[track].track.label[:100],
            value=str(track),
            description=words.tempo_words(report.tracks[track], tempo),
        )
        for track in tracks
        if report.tracks[track].track.id
        and (tempo := report.tracks[track].features.tempo) is not None
        and not report.tracks[track].is_imputed(Feature.TEMPO)
    ]
    if not options:
        return None
    return ui.Select(
        custom_id=ComponentRef(Action.TEMPO, report_id).select(),
        placeholder=Label.WRONG_TEMPO,
        options=options,
    )


def tempo_card(entry: EnrichedTrack, report_id: str, index: int) -> Reply:
    """Ask what the tempo of a track really is."""
    tempo = entry.features.tempo or 0.0

    def choice(label: str, factor: str) -> ui.Button[Any]:
        return button(label, ComponentRef(Action.TEMPO, report_id, f"{index}.{factor}"))

    return Reply(
        (
            text(*words.tempo_lines(entry)),
            ui.ActionRow(
                choice(halve_label(tempo), words.HALVED),
                choice(double_label(tempo), words.DOUBLED),
                choice(Label.AS_IT_WAS_MEASURED, words.AS_MEASURED),
            ),
        )
    )


def corrected_card(entry: EnrichedTrack, report_id: str, factor: str) -> Reply:
    """Confirm a correction and offer the map that follows from it."""
    confirmed = note(words.corrected_line(entry, factor))
    again = button(Label.REDRAW_THE_MAP, ComponentRef(Action.AGAIN, report_id), style=ButtonStyle.primary)
    return Reply((*confirmed.blocks, ui.ActionRow(again)))
