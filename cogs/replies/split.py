"""The cards of `/split`: the playlists that would be made, and what can still be changed about them."""

from __future__ import annotations

from functools import partial
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, DraftVerb, draft_ref
from cogs.replies.layout import WARNING, Reply, draft_button, rule, text, with_files
from cogs.replies.lists import ListFiles
from cogs.words import tidying as words
from cogs.words.buttons import Label, make_label, merge_label, rename_label, toggle_label
from cogs.words.text import CLUSTER_LETTERS, credit, escape, plain, plural, small
from services.domain.drafts import SplitState, by_closeness
from services.domain.report import AnalysisReport
from services.workflows.drafts import SplitDraft

_DRY_RUN_CHARACTERS = 3000
_button = partial(draft_button, Action.SPLIT)


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
    blocks.append(ui.ActionRow(_part_select(draft_id, state, chosen)))
    if chosen is not None and chosen < len(state.parts):
        blocks.append(ui.ActionRow(*_part_buttons(draft_id, state, chosen)))
        if len(state.parts) > 1:
            blocks.append(ui.ActionRow(_merge_select(report, draft_id, state, chosen)))
    blocks.append(ui.ActionRow(*_last_row(report, draft_id, state)))
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
        _button(Label.EXPORT_THE_LISTS, draft_id, DraftVerb.EXPORT),
        _button(Label.BACK, draft_id, DraftVerb.SHOW),
    ]
    if can_write:
        label = make_label(count)
        buttons.insert(0, _button(label, draft_id, DraftVerb.SAVE, style=discord.ButtonStyle.success))
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


def _part_select(draft_id: str, state: SplitState, chosen: int | None) -> ui.Select[Any]:
    return ui.Select(
        custom_id=draft_ref(Action.SPLIT, draft_id, DraftVerb.PICK).select(),
        placeholder=Label.RENAME_MERGE_OR_LEAVE_OUT,
        options=[
            discord.SelectOption(
                label=plain(f"{CLUSTER_LETTERS[number]} · {part.name}", 100),
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
        _button(rename_label(letter), draft_id, DraftVerb.ASK, chosen, style=discord.ButtonStyle.primary),
        _button(toggle_label(letter, included), draft_id, DraftVerb.TOGGLE, chosen),
    ]


def _merge_select(report: AnalysisReport, draft_id: str, state: SplitState, chosen: int) -> ui.Select[Any]:
    letter = CLUSTER_LETTERS[chosen]
    options = [
        discord.SelectOption(
            label=plain(f"{CLUSTER_LETTERS[other]} · {state.parts[other].name}", 100),
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


def _last_row(report: AnalysisReport, draft_id: str, state: SplitState) -> list[ui.Button[Any]]:
    row = [
        _button(
            Label.GO_ON,
            draft_id,
            DraftVerb.REVIEW,
            style=discord.ButtonStyle.success,
            disabled=not state.chosen,
        )
    ]
    if len(state.parts) < len(report.clusters):
        row.append(_button(Label.UNDO_THE_MERGES, draft_id, DraftVerb.START_OVER))
    return row
