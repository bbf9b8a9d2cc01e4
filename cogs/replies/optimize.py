"""The cards of `/optimize`: what a new order gains, where it is still rough, and what to do with it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import Any

import discord
from discord import ui

from cogs.replies.attribution import credit, playlist_link
from cogs.replies.ids import Action, DraftVerb, draft_ref
from cogs.replies.layout import (
    WARNING,
    Attached,
    Reply,
    button,
    draft_button,
    gallery,
    small,
    text,
    with_files,
)
from cogs.replies.lists import ListFiles
from cogs.words.ordering import cost_lines, gain_words, goal_words, kept_line, step_reason, transition_words
from cogs.words.text import escape, fit, percent, plural, track_line, unbroken
from services.domain.charts import Chart
from services.domain.ordering import Goal, OrderResult, OrderState, Transition, write_locks
from services.domain.report import AnalysisReport
from services.domain.vocabulary import GOAL_NAMES
from services.workflows.optimize import OrderDraft

_ROUGHEST = 3
_MOST_IN_A_ROW = 5
_FIRST_ROWS, _EXPLAINED_ROWS = 3, 6
_LISTED_CHARACTERS = 1300
_LOCKS_SHOWN = 60
_HOW = (
    "A step costs 0 between two tracks that could be one. "
    "Key, tempo, loudness and sound are in it, and the same artist at once."
)
_GOAL_HINTS = {
    Goal.FLOW: "as few jumps as possible",
    Goal.GENTLE: "the roughest jumps go, the other surprises stay",
    Goal.WARM_UP: "from calm to a peak at the end",
    Goal.COOL_DOWN: "from the peak to calm",
    Goal.WAVE: "up and down a few times",
    Goal.STEADY: "the same mixture all along",
    Goal.TEMPO_UP: "from slow to fast",
    Goal.HARMONIC: "neighbours in keys that fit",
}


class DetailsPage(StrEnum):
    """What the details of an order show."""

    COST = "cost"
    ROUGH = "rough"
    STEPS = "steps"


_PAGES = {DetailsPage.COST: "Cost", DetailsPage.ROUGH: "Roughest", DetailsPage.STEPS: "Steps"}
_button = partial(draft_button, Action.OPTIMIZE)


def order_card(draft: OrderDraft, chart: Chart, *, can_write: bool) -> Reply:
    """Show an order before anything is done with it."""
    report, draft_id, state = draft.stored.report, draft.draft_id, draft.state
    result = state.result
    picture, attached = gallery([chart])
    blocks: list[ui.Item[Any]] = [
        text(
            f"## {playlist_link(report.playlist)} · {goal_words(result.goal, report.tracks)}",
            unbroken(kept_line(result, report.tracks) or gain_words(result.before, result.after)),
            credit(report.playlist),
        ),
        picture,
        text("**It begins with**", *_rows(report, state, _FIRST_ROWS), small(_remarks(report, state))),
        ui.ActionRow(_goal_select(draft_id, result.goal)),
        *(ui.ActionRow(*row) for row in _rows_of(_buttons(report, draft_id, can_write=can_write))),
    ]
    return Reply(tuple(blocks), attached)


def order_details_card(draft: OrderDraft, chart: Chart | None, page: DetailsPage) -> Reply:
    """Say what the order costs, or where it is still rough, or why step by step."""
    report, result, draft_id = draft.stored.report, draft.state.result, draft.draft_id
    blocks: list[ui.Item[Any]] = [
        text(f"## {playlist_link(report.playlist)} · {goal_words(result.goal, report.tracks)}")
    ]
    attached: tuple[Attached, ...] = ()
    match page:
        case DetailsPage.ROUGH:
            rough = _rough_lines(report, result) or ["None is rough."]
            blocks.append(text("**Roughest steps left**", *rough))
        case DetailsPage.STEPS:
            opening = _rows(report, draft.state, _EXPLAINED_ROWS, explained=True)
            blocks.append(text("**It begins with**", fit(opening, _LISTED_CHARACTERS)))
        case DetailsPage.COST:
            if chart is not None:
                picture, attached = gallery([chart])
                blocks.append(picture)
            blocks.append(text(*(unbroken(line) for line in cost_lines(result)), small(_HOW)))
    back = _button("Back", draft_id, DraftVerb.SHOW)
    others = [
        button(_PAGES[each], draft_ref(Action.OPTIMIZE, draft_id, DraftVerb.DETAILS, each.value).button())
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
    name = escape(report.playlist.name, 90)
    moved = sum(row != place for place, row in enumerate(result.order))
    return Reply(
        (
            text(
                f"## Change the order of {name}?",
                f"{moved:,} of {plural(len(result.order), 'track')} will stand at another place.",
                "**Lost:** the dates on which tracks were added all become today's, and who added them. "
                "Whoever sorts the list by date sees another list.",
                "**Kept:** the order of before is stored, and `/undo` puts it back, without those dates.",
                small("A list with local files or podcast episodes is refused: they could not be put back."),
            ),
            ui.ActionRow(
                _button("Change the playlist", draft_id, DraftVerb.REPLACE, style=discord.ButtonStyle.danger),
                _button(
                    "Save as a new playlist", draft_id, DraftVerb.SAVE, style=discord.ButtonStyle.success
                ),
                _button("Back", draft_id, DraftVerb.SHOW),
            ),
        ),
        accent=WARNING,
    )


def order_files_card(draft: OrderDraft, files: ListFiles) -> Reply:
    """Hand out the list in its new order."""
    report, result = draft.stored.report, draft.state.result
    said = text(
        f"## {escape(report.playlist.name, 90)} · {goal_words(result.goal, report.tracks)}",
        f"{plural(len(result.order), 'track')} in the new order.",
        *map(small, files.hints),
    )
    return with_files(said, files.files)


def _rough_lines(report: AnalysisReport, result: OrderResult) -> list[str]:
    return [_step_line(report, step) for step in result.roughest[:_ROUGHEST]]


def _step_line(report: AnalysisReport, step: Transition) -> str:
    before, after = (escape(report.tracks[row].track.label, 38) for row in (step.before, step.after))
    guess = " (partly estimated)" if step.estimated else ""
    rough = unbroken(transition_words(step))
    return f"- {step.position + 1} → {step.position + 2}: {before} → {after}\n  {rough}{guess}"


def _rows(report: AnalysisReport, state: OrderState, count: int, *, explained: bool = False) -> list[str]:
    locked = {lock.position for lock in state.options.locks}
    reasons = {step.position + 1: f"\n{small(unbroken(step_reason(step)))}" for step in state.result.opening}
    lines = []
    for place, row in enumerate(state.result.order[:count]):
        was = f" · was {row + 1:,}" if explained and row != place else ""
        lock = " 🔒" if place in locked else ""
        why = reasons.get(place, "") if explained else ""
        lines.append(f"{place + 1}. {track_line(report.tracks[row].track, 60)}{was}{lock}{why}")
    if explained and (rest := len(state.result.order) - len(lines)):
        lines.append(small(f"and {plural(rest, 'more track')}; Export has them all"))
    return lines


def _remarks(report: AnalysisReport, state: OrderState) -> str:
    result, tracks = state.result, len(report.tracks)
    remarks = [
        f"Another good order, number {state.options.seed + 1}"
        if state.options.seed
        else "No better order exists"
        if result.exact
        else f"The {'smoothest' if result.goal is Goal.FLOW else 'best'} order I found"
    ]
    if locks := state.options.locks:
        shown = write_locks(locks)
        remarks.append(f"locked: {shown if len(shown) <= _LOCKS_SHOWN else plural(len(locks), 'place')}")
    unknown = sum(height is None for height in result.course)
    if unknown:
        remarks.append(f"{percent(unknown, tracks)} unknown, which counts as neither smooth nor rough")
    if report.coverage.imputed:
        remarks.append(f"{percent(report.coverage.imputed, tracks)} estimated, which counts half")
    return " · ".join(remarks)


def _goal_select(draft_id: str, goal: Goal) -> ui.Select[Any]:
    return ui.Select(
        custom_id=draft_ref(Action.OPTIMIZE, draft_id, DraftVerb.AIM).select(),
        placeholder="Another goal…",
        options=[
            discord.SelectOption(
                label=GOAL_NAMES[each][:1].upper() + GOAL_NAMES[each][1:],
                value=each.value,
                description=_GOAL_HINTS[each],
                default=each is goal,
            )
            for each in Goal
        ],
    )


def _buttons(report: AnalysisReport, draft_id: str, *, can_write: bool) -> list[ui.Button[Any]]:
    buttons = [
        _button("Again", draft_id, DraftVerb.AGAIN, style=discord.ButtonStyle.primary),
        _button("Lock…", draft_id, DraftVerb.ASK),
    ]
    buttons.append(_button("Details", draft_id, DraftVerb.DETAILS))
    if can_write:
        buttons.append(
            _button("Save as a new playlist", draft_id, DraftVerb.SAVE, style=discord.ButtonStyle.success)
        )
        if report.playlist.id is not None:
            buttons.append(_button("Apply in place…", draft_id, DraftVerb.REVIEW))
    buttons.append(_button("Export", draft_id, DraftVerb.EXPORT))
    return buttons
