"""The quality card: where the numbers come from, what is missing, and what that may change."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, note, rule, text
from cogs.words import quality as words
from cogs.words.buttons import Label, double_label, halve_label
from cogs.words.grouping import basis_line
from cogs.words.text import credit, fit, skipped_line, small, track_line
from services.domain.features import Coverage, Feature
from services.domain.report import FEWEST_TRACKS, AnalysisReport, EnrichedTrack
from services.domain.sources import second_opinions

MEASURED_ONLY = "measured"


def quality_card(report: AnalysisReport, report_id: str) -> Reply:
    """Say how much is known, from whom, and how far the estimates could move the groups."""
    coverage = report.coverage
    blocks: list[ui.Item[Any]] = [
        text(words.quality_title(report), words.verdict_line(coverage), *words.in_all(report)),
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
    buttons = [button(Label.REDRAW_THE_MAP, ComponentRef(Action.AGAIN, report_id).button())]
    if (coverage.imputed or coverage.borrowed) and _of_these_very_tracks(coverage) >= FEWEST_TRACKS:
        again = ComponentRef(Action.AGAIN, report_id, MEASURED_ONLY).button()
        buttons.insert(0, button(Label.MEASURED_ONLY, again, style=discord.ButtonStyle.primary))
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
        return button(label, ComponentRef(Action.TEMPO, report_id, f"{index}.{factor}").button())

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
    again = button(
        Label.REDRAW_THE_MAP,
        ComponentRef(Action.AGAIN, report_id).button(),
        style=discord.ButtonStyle.primary,
    )
    return Reply((*confirmed.blocks, ui.ActionRow(again)))
