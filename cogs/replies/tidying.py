"""The cards of `/tidy` and `/split`: what would change, what can be decided about it, and what follows."""

from __future__ import annotations

from functools import partial
from typing import Any

import discord
from discord import ButtonStyle, ui

from cogs.replies.ids import Action, DraftVerb, draft_ref
from cogs.replies.layout import WARNING, Reply, draft_button, rule, text, with_files
from cogs.replies.lists import ListFiles
from cogs.replies.report import other_way_button
from cogs.words import tidying as words
from cogs.words.controls import (
    Label,
    apply_label,
    make_label,
    merge_label,
    page_label,
    rename_label,
    toggle_label,
)
from cogs.words.text import CLUSTER_LETTERS, credit, escape, plain, plural, small
from cogs.words.tidying import only_exported
from services.domain.drafts import Decision, SplitState, TidyState, by_closeness
from services.domain.report import AnalysisReport
from services.workflows.drafts import SplitDraft, TidyDraft, outcome

PAGE = 2
"""Findings on one card: a phone shows them on one screen."""
_tidy_button = partial(draft_button, Action.TIDY)
_DRY_RUN_CHARACTERS = 3000
_split_button = partial(draft_button, Action.SPLIT)


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
    blocks.append(ui.ActionRow(*_tidy_row(draft_id, state, page)))
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
    second = [_tidy_button(Label.BACK, draft_id, DraftVerb.SHOW, 0)]
    if result.moved:
        second.append(_tidy_button(Label.RENAME_THE_NEW_ONE, draft_id, DraftVerb.ASK))
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
        _tidy_button(
            f"✓ {words.DECISION_WORDS[decision]}" if decision is chosen else words.DECISION_WORDS[decision],
            draft_id,
            DraftVerb.DECIDE,
            number,
            decision.value,
            style=ButtonStyle.primary if decision is chosen else ButtonStyle.secondary,
        )
        for decision in Decision
    ]
    if state.findings[number].keeper is not None:
        buttons.append(_tidy_button(Label.SWAP, draft_id, DraftVerb.SWAP, number))
    return buttons


def _turners(draft_id: str, page: int, pages: int) -> list[ui.Button[Any]]:
    return [
        _tidy_button(Label.PREVIOUS, draft_id, DraftVerb.SHOW, max(page - 1, 0), "back", disabled=page == 0),
        _tidy_button(page_label(page + 1, pages), draft_id, DraftVerb.SHOW, page, "here", disabled=True),
        _tidy_button(Label.NEXT, draft_id, DraftVerb.SHOW, page + 1, disabled=page + 1 >= pages),
    ]


def _tidy_row(draft_id: str, state: TidyState, page: int) -> list[ui.Button[Any]]:
    decided, all_of_them = len(state.decisions), len(state.findings)
    suggestions = _tidy_button(
        Label.TAKE_ALL_SUGGESTIONS, draft_id, DraftVerb.TAKE_SUGGESTIONS, page, disabled=not state.open
    )
    label = apply_label(decided, all_of_them)
    return [suggestions, _tidy_button(label, draft_id, DraftVerb.REVIEW, style=ButtonStyle.success)]


def _apply_buttons(draft_id: str, *, can_write: bool, in_place: bool) -> list[ui.Button[Any]]:
    buttons = []
    if in_place:
        buttons.append(
            _tidy_button(Label.CHANGE_THE_PLAYLIST, draft_id, DraftVerb.REPLACE, style=ButtonStyle.danger)
        )
    if can_write:
        buttons.append(
            _tidy_button(Label.SAVE_AS_A_NEW_PLAYLIST, draft_id, DraftVerb.SAVE, style=ButtonStyle.success)
        )
    buttons.append(_tidy_button(Label.EXPORT_THE_TIDIED_LIST, draft_id, DraftVerb.EXPORT))
    return buttons


def split_card(draft: SplitDraft, chosen: int | None = None) -> Reply:
    """Show the parts, and for a `chosen` one what can be done with it."""
    report, draft_id, state = draft.stored.report, draft.draft_id, draft.state
    blocks: list[ui.Item[Any]] = [
        text(words.split_title(report), words.promise_line(report, state), credit(report.playlist)),
        text(*(words.part_lines(report, part, number) for number, part in enumerate(state.parts))),
    ]
    if state.homeless:
        blocks.append(text(small(words.homeless_line(state))))
    blocks.append(rule())
    blocks.append(ui.ActionRow(_part_select(report, draft_id, state, chosen)))
    if chosen is not None and chosen < len(state.parts):
        blocks.append(ui.ActionRow(*_part_buttons(draft_id, state, chosen)))
        if len(state.parts) > 1:
            blocks.append(ui.ActionRow(_merge_select(report, draft_id, state, chosen)))
    blocks.append(ui.ActionRow(*_split_row(draft)))
    return Reply(tuple(blocks))


def dry_run_card(draft: SplitDraft, *, can_write: bool) -> Reply:
    """List what would be made, and ask once."""
    report, draft_id, state = draft.stored.report, draft.draft_id, draft.state
    count = len(state.chosen)
    room = _DRY_RUN_CHARACTERS // max(count, 1)
    blocks: list[ui.Item[Any]] = [
        text(*words.dry_run_lines(report, count, can_write)),
        *(text(words.part_listed(report, part, room)) for part in state.chosen),
    ]
    without_id = sum(report.tracks[row].track.id is None for part in state.chosen for row in part.rows)
    if without_id and can_write:
        blocks.append(text(small(words.only_exported(without_id))))
    buttons = [
        _split_button(Label.EXPORT_THE_LISTS, draft_id, DraftVerb.EXPORT),
        _split_button(Label.BACK, draft_id, DraftVerb.SHOW),
    ]
    if can_write:
        label = make_label(count)
        buttons.insert(0, _split_button(label, draft_id, DraftVerb.SAVE, style=ButtonStyle.success))
    blocks.append(ui.ActionRow(*buttons))
    return Reply(tuple(blocks), accent=WARNING)


def split_files_card(draft: SplitDraft, files: ListFiles) -> Reply:
    """Hand out the lists."""
    report, state = draft.stored.report, draft.state
    said = text(
        words.lists_title(report, state),
        *(f"- {escape(part.name, 90)}: {plural(len(part.rows), 'track')}" for part in state.chosen),
        *map(small, files.hints),
    )
    return with_files(said, files.files)


def _part_select(
    report: AnalysisReport, draft_id: str, state: SplitState, chosen: int | None
) -> ui.Select[Any]:
    return ui.Select(
        custom_id=draft_ref(Action.SPLIT, draft_id, DraftVerb.PICK).select(),
        placeholder=Label.RENAME_MERGE_OR_LEAVE_OUT,
        options=[
            discord.SelectOption(
                label=plain(f"{CLUSTER_LETTERS[number]} · {words.name_of_part(report, part)}", 100),
                value=str(number),
                description=plural(len(part.rows), "track"),
                default=number == chosen,
            )
            for number, part in enumerate(state.parts)
        ],
    )


def _part_buttons(draft_id: str, state: SplitState, chosen: int) -> list[ui.Button[Any]]:
    letter = CLUSTER_LETTERS[chosen]
    included = state.parts[chosen].included
    return [
        _split_button(rename_label(letter), draft_id, DraftVerb.ASK, chosen, style=ButtonStyle.primary),
        _split_button(toggle_label(letter, included), draft_id, DraftVerb.TOGGLE, chosen),
    ]


def _merge_select(report: AnalysisReport, draft_id: str, state: SplitState, chosen: int) -> ui.Select[Any]:
    letter = CLUSTER_LETTERS[chosen]
    options = [
        discord.SelectOption(
            label=plain(f"{CLUSTER_LETTERS[other]} · {words.name_of_part(report, state.parts[other])}", 100),
            value=str(other),
            description=words.most_alike(report) if place == 0 else None,
        )
        for place, other in enumerate(by_closeness(report, state, chosen))
    ]
    return ui.Select(
        custom_id=draft_ref(Action.SPLIT, draft_id, DraftVerb.MERGE, chosen).select(),
        placeholder=merge_label(letter),
        options=options,
    )


def _split_row(draft: SplitDraft) -> list[ui.Button[Any]]:
    report, draft_id, state = draft.stored.report, draft.draft_id, draft.state
    row = [
        _split_button(
            Label.GO_ON, draft_id, DraftVerb.REVIEW, style=ButtonStyle.success, disabled=not state.chosen
        )
    ]
    if len(state.parts) < len(report.clusters):
        row.append(_split_button(Label.UNDO_THE_MERGES, draft_id, DraftVerb.START_OVER))
    report_id = draft.stored.report_id
    other = other_way_button(report, lambda way: draft_ref(Action.SPLIT, report_id, DraftVerb.OTHER_WAY, way))
    return row if other.disabled else [*row, other]
