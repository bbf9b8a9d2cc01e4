"""The cards of `/tidy`: findings to decide about, and the changes that follow."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import discord
from discord import ui

from cogs.replies.attribution import credit, playlist_link
from cogs.replies.details import none_stands_out
from cogs.replies.ids import Action, DraftVerb
from cogs.replies.layout import WARNING, Reply, draft_button, rule, small, text, with_files
from cogs.replies.lists import ListFiles
from cogs.words.text import escape, fit, join_words, plural, track_line
from cogs.words.tidying import finding_reason, keeper_reason
from services.domain.drafts import Certainty, Decision, Finding, TidyState
from services.domain.report import AnalysisReport
from services.workflows.drafts import TidyDraft, outcome

PAGE = 2
"""Findings on one card: a phone shows them on one screen."""
_LISTED_CHARACTERS = 1100
_MARKS = {
    Certainty.SURE: "👥 **Duplicate**",
    Certainty.MAYBE: "🔀 **Maybe a duplicate**",
    Certainty.OPINION: "🔭 **Stands out**",
}
_WORDS = {Decision.KEEP: "Keep", Decision.MOVE: "Move", Decision.REMOVE: "Remove"}
_button = partial(draft_button, Action.TIDY)


def page_count(state: TidyState) -> int:
    """Count the pages of findings; at least one."""
    return max(1, -(-len(state.findings) // PAGE))


def page_of(number: int) -> int:
    """Say on which page (from 0) a finding stands."""
    return number // PAGE


def tidy_card(draft: TidyDraft, page: int = 0) -> Reply:
    """Show a page (from 0) of findings, each with its buttons."""
    report, draft_id, state = draft.stored.report, draft.draft_id, draft.state
    pages = page_count(state)
    page = min(max(page, 0), pages - 1)
    name = playlist_link(report.playlist)
    if not state.findings:
        return Reply(
            (
                text(
                    f"## {name} is tidy",
                    f"No track of its {len(report.tracks):,} is there twice. {none_stands_out(report)}",
                    small("I compared ids, ISRCs, titles, artists, lengths, years, genres and the sound."),
                ),
            )
        )
    blocks: list[ui.Item[Any]] = [
        text(
            f"## Tidy up {name}",
            f"{_counts(state.findings)} in {plural(len(report.tracks), 'track')}. "
            "Nothing changes before you apply it.",
            credit(report.playlist),
        )
    ]
    for number in range(page * PAGE, min((page + 1) * PAGE, len(state.findings))):
        blocks += [
            text(*_finding_lines(report, state, number)),
            ui.ActionRow(*_decision_buttons(draft_id, state, number)),
        ]
    blocks.append(rule())
    if pages > 1:
        blocks.append(ui.ActionRow(*_turners(draft_id, page, pages)))
    blocks.append(ui.ActionRow(*_last_row(draft_id, state, page)))
    return Reply(tuple(blocks))


def final_card(draft: TidyDraft, *, can_write: bool) -> Reply:
    """List all changes and ask once; what is not decided stays."""
    report, draft_id, state, result = draft.stored.report, draft.draft_id, draft.state, outcome(draft)
    playlist = report.playlist
    name = escape(playlist.name, 90)
    undecided = f" {plural(state.open, 'finding')} left undecided." if state.open else ""
    blocks: list[ui.Item[Any]] = [
        text(
            f"## Apply to {name}?",
            f"{len(report.tracks):,} → {plural(len(result.kept), 'track')}.{undecided}",
        )
    ]
    if result.removed:
        blocks.append(text(f"**Remove {len(result.removed):,}**", _listed(report, result.removed)))
    if result.moved:
        new = "a new private playlist" if can_write else "a list of their own"
        blocks.append(
            text(
                f"**Move {len(result.moved):,} to {new}, “{escape(state.moved_to, 80)}”**",
                _listed(report, result.moved),
            )
        )
    without_id = sum(report.tracks[row].track.id is None for row in (*result.kept, *result.moved))
    if without_id and can_write:
        blocks.append(
            text(small(f"{plural(without_id, 'track')} without a Spotify id can only be exported."))
        )
    in_place = can_write and playlist.id is not None
    if in_place:
        blocks.append(
            text(
                small(
                    "In place, the dates on which tracks were added are lost: all become today's. "
                    "The list of before is stored, and `/undo` puts it back."
                )
            )
        )
    blocks.append(ui.ActionRow(*_apply_buttons(draft_id, can_write=can_write, in_place=in_place)))
    second = [_button("Back", draft_id, DraftVerb.SHOW, 0)]
    if result.moved:
        second.append(_button("Rename the new one…", draft_id, DraftVerb.ASK))
    blocks.append(ui.ActionRow(*second))
    return Reply(tuple(blocks), accent=WARNING)


def tidied_files_card(draft: TidyDraft, files: ListFiles) -> Reply:
    """Hand out the tidied list."""
    report, state, result = draft.stored.report, draft.state, outcome(draft)
    said = text(
        f"## {escape(report.playlist.name, 90)}, tidied",
        f"{plural(len(result.kept), 'track')} stay"
        + (f", {len(result.moved):,} to “{escape(state.moved_to, 80)}”" if result.moved else "")
        + (f", {len(result.removed):,} left out" if result.removed else "")
        + ".",
        *map(small, files.hints),
    )
    return with_files(said, files.files)


def _counts(findings: Sequence[Finding]) -> str:
    sure = sum(finding.certainty is Certainty.SURE for finding in findings)
    maybe = sum(finding.certainty is Certainty.MAYBE for finding in findings)
    odd = len(findings) - sure - maybe
    parts = (
        plural(sure, "duplicate") if sure else "",
        plural(maybe, "maybe") if maybe else "",
        f"{plural(odd, 'track')} that stand{'s' if odd == 1 else ''} out" if odd else "",
    )
    return join_words(part for part in parts if part)


def _finding_lines(report: AnalysisReport, state: TidyState, number: int) -> list[str]:
    finding = state.findings[number]
    row = state.row_of(number)
    first = f"{_MARKS[finding.certainty]} · #{row + 1} {track_line(report.tracks[row].track, 60)}"
    said = finding_reason(finding, report.names)
    reason = escape(said[:1].upper() + said[1:], 240)
    if finding.keeper is None:
        return [first, small(f"{reason}.")]
    other = finding.row if row == finding.keeper else finding.keeper
    stays = f"#{other + 1}"
    if report.tracks[other].track.label != report.tracks[row].track.label:
        stays += f" {track_line(report.tracks[other].track, 48)}"
    if row == finding.keeper:
        return [first, small(f"You would rather keep {stays}.")]
    return [first, small(f"{reason}. Suggested for keeping: {stays} ({keeper_reason(finding)}).")]


def _decision_buttons(draft_id: str, state: TidyState, number: int) -> list[ui.Button[Any]]:
    chosen = state.decisions.get(number)
    buttons = [
        _button(
            f"✓ {_WORDS[decision]}" if decision is chosen else _WORDS[decision],
            draft_id,
            DraftVerb.DECIDE,
            number,
            decision.value,
            style=discord.ButtonStyle.primary if decision is chosen else discord.ButtonStyle.secondary,
        )
        for decision in Decision
    ]
    if state.findings[number].keeper is not None:
        buttons.append(_button("⇄ Swap", draft_id, DraftVerb.SWAP, number))
    return buttons


def _turners(draft_id: str, page: int, pages: int) -> list[ui.Button[Any]]:
    return [
        _button("Previous", draft_id, DraftVerb.SHOW, max(page - 1, 0), "back", disabled=page == 0),
        _button(f"Page {page + 1} of {pages}", draft_id, DraftVerb.SHOW, page, "here", disabled=True),
        _button("Next", draft_id, DraftVerb.SHOW, page + 1, disabled=page + 1 >= pages),
    ]


def _last_row(draft_id: str, state: TidyState, page: int) -> list[ui.Button[Any]]:
    decided, all_of_them = len(state.decisions), len(state.findings)
    suggestions = _button(
        "Take all suggestions", draft_id, DraftVerb.TAKE_SUGGESTIONS, page, disabled=not state.open
    )
    label = f"Apply… ({decided} of {all_of_them} decided)"
    return [suggestions, _button(label, draft_id, DraftVerb.REVIEW, style=discord.ButtonStyle.success)]


def _apply_buttons(draft_id: str, *, can_write: bool, in_place: bool) -> list[ui.Button[Any]]:
    buttons = []
    if in_place:
        buttons.append(
            _button("Change the playlist", draft_id, DraftVerb.REPLACE, style=discord.ButtonStyle.danger)
        )
    if can_write:
        buttons.append(
            _button("Save as a new playlist", draft_id, DraftVerb.SAVE, style=discord.ButtonStyle.success)
        )
    buttons.append(_button("Export the tidied list", draft_id, DraftVerb.EXPORT))
    return buttons


def _listed(report: AnalysisReport, rows: Sequence[int]) -> str:
    lines = [f"- #{row + 1} {track_line(report.tracks[row].track, 60)}" for row in rows]
    return fit(lines, _LISTED_CHARACTERS)
