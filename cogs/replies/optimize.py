"""The cards of `/optimize`: what a new order gains, where it is still rough, and what to do with it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import Any

import discord
from discord import ButtonStyle, ui

from cogs.replies.ids import Action, DraftVerb, draft_ref
from cogs.replies.layout import WARNING, Attached, Reply, button, draft_button, gallery, text, with_files
from cogs.replies.lists import ListFiles
from cogs.words import ordering as words
from cogs.words.controls import Label
from cogs.words.text import credit, escape, fit, playlist_link, small, unbroken
from services.domain.charts import Chart
from services.domain.ordering import Goal, OrderState, is_sound_known
from services.domain.report import AnalysisReport
from services.domain.vocabulary import GOAL_NAMES
from services.workflows.optimize import OrderDraft

_MOST_IN_A_ROW = 5
_FIRST_ROWS, _EXPLAINED_ROWS = 3, 6
_LISTED_CHARACTERS = 1300


class DetailsPage(StrEnum):
    """What the details of an order show."""

    COST = "cost"
    ROUGH = "rough"
    STEPS = "steps"


_PAGES = {DetailsPage.COST: Label.COST, DetailsPage.ROUGH: Label.ROUGHEST, DetailsPage.STEPS: Label.STEPS}
_button = partial(draft_button, Action.OPTIMIZE)


def order_card(draft: OrderDraft, chart: Chart, *, can_write: bool) -> Reply:
    """Show an order before anything is done with it."""
    report, draft_id, state = draft.stored.report, draft.draft_id, draft.state
    result = state.result
    heading = text(
        f"## {playlist_link(report.playlist)} · {words.goal_words(result.goal, report.tracks)}",
        unbroken(_found(report, state)),
        credit(report.playlist),
    )
    if not (result.changes_something or is_sound_known(report.tracks)):
        return Reply((heading,))
    picture, attached = gallery([chart])
    blocks: list[ui.Item[Any]] = [
        heading,
        picture,
        text(
            words.IT_BEGINS_WITH,
            *words.order_rows(report, state, _FIRST_ROWS),
            small(words.remarks_line(report, state)),
        ),
        ui.ActionRow(_goal_select(draft_id, result.goal)),
        *(ui.ActionRow(*row) for row in _rows_of(_buttons(draft, can_write=can_write))),
    ]
    return Reply(tuple(blocks), attached)


def _found(report: AnalysisReport, state: OrderState) -> str:
    kept = words.kept_line(state.result, report.tracks, state.options.locks)
    return kept or words.gain_words(state.result.before, state.result.after)


def order_details_card(draft: OrderDraft, chart: Chart | None, page: DetailsPage) -> Reply:
    """Say what the order costs, or where it is still rough, or why step by step."""
    report, result, draft_id = draft.stored.report, draft.state.result, draft.draft_id
    blocks: list[ui.Item[Any]] = [
        text(f"## {playlist_link(report.playlist)} · {words.goal_words(result.goal, report.tracks)}")
    ]
    attached: tuple[Attached, ...] = ()
    match page:
        case DetailsPage.ROUGH:
            rough = words.rough_lines(report, result) or [words.NONE_IS_ROUGH]
            blocks.append(text(words.ROUGHEST_LEFT, *rough))
        case DetailsPage.STEPS:
            opening = words.order_rows(report, draft.state, _EXPLAINED_ROWS, explained=True)
            blocks.append(text(words.IT_BEGINS_WITH, fit(opening, _LISTED_CHARACTERS)))
        case DetailsPage.COST:
            if chart is not None:
                picture, attached = gallery([chart])
                blocks.append(picture)
            blocks.append(
                text(
                    *(unbroken(line) for line in words.cost_lines(result, draft.state.options.locks)),
                    small(words.HOW_A_STEP_COSTS),
                )
            )
    back = _button(Label.BACK, draft_id, DraftVerb.SHOW)
    others = [
        button(_PAGES[each], draft_ref(Action.OPTIMIZE, draft_id, DraftVerb.DETAILS, each.value))
        for each in DetailsPage
        if each != page
    ]
    blocks.append(ui.ActionRow(back, *others))
    return Reply(tuple(blocks), attached)


def _rows_of(buttons: Sequence[ui.Button[Any]]) -> list[Sequence[ui.Button[Any]]]:
    return [buttons[low : low + _MOST_IN_A_ROW] for low in range(0, len(buttons), _MOST_IN_A_ROW)]


def in_place_card(draft: OrderDraft) -> Reply:
    """Ask once more before the playlist itself is changed, and say what that loses."""
    report, draft_id, result = draft.stored.report, draft.draft_id, draft.state.result
    return Reply(
        (
            text(*words.in_place_lines(report, result)),
            ui.ActionRow(
                _button(Label.CHANGE_THE_PLAYLIST, draft_id, DraftVerb.REPLACE, style=ButtonStyle.danger),
                _button(Label.SAVE_AS_A_NEW_PLAYLIST, draft_id, DraftVerb.SAVE, style=ButtonStyle.success),
                _button(Label.BACK, draft_id, DraftVerb.SHOW),
            ),
        ),
        accent=WARNING,
    )


def order_files_card(draft: OrderDraft, files: ListFiles) -> Reply:
    """Hand out the list in its new order."""
    report, result = draft.stored.report, draft.state.result
    said = text(
        f"## {escape(report.playlist.name, 90)} · {words.goal_words(result.goal, report.tracks)}",
        words.in_new_order(result),
        *map(small, files.hints),
    )
    return with_files(said, files.files)


def _goal_select(draft_id: str, goal: Goal) -> ui.Select[Any]:
    return ui.Select(
        custom_id=draft_ref(Action.OPTIMIZE, draft_id, DraftVerb.AIM).select(),
        placeholder=Label.ANOTHER_GOAL,
        options=[
            discord.SelectOption(
                label=GOAL_NAMES[each][:1].upper() + GOAL_NAMES[each][1:],
                value=each.value,
                description=words.GOAL_HINTS[each],
                default=each is goal,
            )
            for each in Goal
        ],
    )


def _buttons(draft: OrderDraft, *, can_write: bool) -> list[ui.Button[Any]]:
    draft_id, playlist = draft.draft_id, draft.stored.report.playlist
    buttons = [
        _button(Label.AGAIN, draft_id, DraftVerb.AGAIN, style=ButtonStyle.primary),
        _button(Label.LOCK, draft_id, DraftVerb.ASK),
    ]
    buttons.append(_button(Label.DETAILS, draft_id, DraftVerb.DETAILS))
    if can_write:
        buttons.append(
            _button(Label.SAVE_AS_A_NEW_PLAYLIST, draft_id, DraftVerb.SAVE, style=ButtonStyle.success)
        )
        if playlist.id is not None and draft.state.result.changes_something:
            buttons.append(_button(Label.APPLY_IN_PLACE, draft_id, DraftVerb.REVIEW))
    buttons.append(_button(Label.EXPORT, draft_id, DraftVerb.EXPORT))
    return buttons
