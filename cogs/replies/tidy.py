"""The cards of `/tidy`: findings to decide about, and the changes that follow."""

from __future__ import annotations

from functools import partial
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, DraftVerb
from cogs.replies.layout import WARNING, Reply, draft_button, rule, text, with_files
from cogs.replies.lists import ListFiles
from cogs.words import tidying as words
from cogs.words.buttons import Label, apply_label, page_label
from cogs.words.text import small
from cogs.words.tidying import only_exported
from services.domain.drafts import Decision, TidyState
from services.workflows.drafts import TidyDraft, outcome

PAGE = 2
"""Findings on one card: a phone shows them on one screen."""
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
    if not state.findings:
        return Reply((text(*words.nothing_to_tidy_lines(report)),))
    blocks: list[ui.Item[Any]] = [text(*words.tidy_lines(report, state))]
    for number in range(page * PAGE, min((page + 1) * PAGE, len(state.findings))):
        blocks += [
            text(*words.finding_lines(report, state, number)),
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
    blocks: list[ui.Item[Any]] = [text(*words.apply_lines(report, state, result))]
    if result.removed:
        blocks.append(text(words.remove_title(result), words.tracks_listed(report, result.removed)))
    if result.moved:
        blocks.append(
            text(words.move_title(state, result, can_write), words.tracks_listed(report, result.moved))
        )
    without_id = sum(report.tracks[row].track.id is None for row in (*result.kept, *result.moved))
    if without_id and can_write:
        blocks.append(text(small(only_exported(without_id))))
    in_place = can_write and playlist.id is not None
    if in_place:
        blocks.append(text(small(words.IN_PLACE_LOSES)))
    blocks.append(ui.ActionRow(*_apply_buttons(draft_id, can_write=can_write, in_place=in_place)))
    second = [_button(Label.BACK, draft_id, DraftVerb.SHOW, 0)]
    if result.moved:
        second.append(_button(Label.RENAME_THE_NEW_ONE, draft_id, DraftVerb.ASK))
    blocks.append(ui.ActionRow(*second))
    return Reply(tuple(blocks), accent=WARNING)


def tidied_files_card(draft: TidyDraft, files: ListFiles) -> Reply:
    """Hand out the tidied list."""
    report, state, result = draft.stored.report, draft.state, outcome(draft)
    said = text(*words.tidied_lines(report, state, result, files.hints))
    return with_files(said, files.files)


def _decision_buttons(draft_id: str, state: TidyState, number: int) -> list[ui.Button[Any]]:
    chosen = state.decisions.get(number)
    buttons = [
        _button(
            f"✓ {words.DECISION_WORDS[decision]}" if decision is chosen else words.DECISION_WORDS[decision],
            draft_id,
            DraftVerb.DECIDE,
            number,
            decision.value,
            style=discord.ButtonStyle.primary if decision is chosen else discord.ButtonStyle.secondary,
        )
        for decision in Decision
    ]
    if state.findings[number].keeper is not None:
        buttons.append(_button(Label.SWAP, draft_id, DraftVerb.SWAP, number))
    return buttons


def _turners(draft_id: str, page: int, pages: int) -> list[ui.Button[Any]]:
    return [
        _button(Label.PREVIOUS, draft_id, DraftVerb.SHOW, max(page - 1, 0), "back", disabled=page == 0),
        _button(page_label(page + 1, pages), draft_id, DraftVerb.SHOW, page, "here", disabled=True),
        _button(Label.NEXT, draft_id, DraftVerb.SHOW, page + 1, disabled=page + 1 >= pages),
    ]


def _last_row(draft_id: str, state: TidyState, page: int) -> list[ui.Button[Any]]:
    decided, all_of_them = len(state.decisions), len(state.findings)
    suggestions = _button(
        Label.TAKE_ALL_SUGGESTIONS, draft_id, DraftVerb.TAKE_SUGGESTIONS, page, disabled=not state.open
    )
    label = apply_label(decided, all_of_them)
    return [suggestions, _button(label, draft_id, DraftVerb.REVIEW, style=discord.ButtonStyle.success)]


def _apply_buttons(draft_id: str, *, can_write: bool, in_place: bool) -> list[ui.Button[Any]]:
    buttons = []
    if in_place:
        buttons.append(
            _button(Label.CHANGE_THE_PLAYLIST, draft_id, DraftVerb.REPLACE, style=discord.ButtonStyle.danger)
        )
    if can_write:
        buttons.append(
            _button(Label.SAVE_AS_A_NEW_PLAYLIST, draft_id, DraftVerb.SAVE, style=discord.ButtonStyle.success)
        )
    buttons.append(_button(Label.EXPORT_THE_TIDIED_LIST, draft_id, DraftVerb.EXPORT))
    return buttons
