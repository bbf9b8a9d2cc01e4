"""The cards of `/optimize`: what a new order gains, where it is still rough, and what to do with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from cogs.replies.attribution import credit, playlist_link
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import WARNING, Attached, Reply, button, gallery, rule, small, text
from cogs.replies.text import escape, fit, percent, plural, track_line, unbroken
from cogs.replies.tidy import FILES_HINT
from services.domain.charts import Chart
from services.domain.locking import write_locks
from services.domain.ordering import Figures, Goal, OrderResult, OrderState, Transition
from services.domain.report import AnalysisReport

_ROUGHEST = 3
_FIRST_ROWS = 8
_LISTED_CHARACTERS = 1300
_LOCKS_SHOWN = 60
_GOAL_HINTS = {
    Goal.FLOW: "as few jumps as possible",
    Goal.WARM_UP: "from calm to a peak at the end",
    Goal.COOL_DOWN: "from the peak to calm",
    Goal.WAVE: "up and down a few times",
    Goal.STEADY: "the same mixture all along",
    Goal.TEMPO_UP: "from slow to fast",
    Goal.HARMONIC: "neighbours in keys that fit",
}


def order_card(
    report: AnalysisReport, draft_id: str, state: OrderState, chart: Chart, *, can_write: bool
) -> Reply:
    """Show an order before anything is done with it."""
    result = state.result
    picture, attached = gallery([chart])
    blocks: list[ui.Item[Any]] = [
        text(
            f"## {playlist_link(report.playlist)} · {result.goal.words}",
            *_gain_lines(result),
            small(unbroken(_figures_line(result.before, result.after))),
            credit(report.playlist),
        ),
        picture,
    ]
    if rough := _rough_lines(report, result):
        blocks.append(text("**Roughest steps left**", *rough))
    blocks += [
        text("**It begins with**", fit(_rows(report, state), _LISTED_CHARACTERS)),
        text(small(_remarks(report, state))),
        rule(),
        ui.ActionRow(_goal_select(draft_id, result.goal)),
        ui.ActionRow(*_buttons(report, draft_id, can_write=can_write)),
    ]
    return Reply(tuple(blocks), attached)


def in_place_card(report: AnalysisReport, draft_id: str, result: OrderResult) -> Reply:
    """Ask once more before the playlist itself is changed, and say what that loses."""
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
                _button("Change the playlist", draft_id, "w", discord.ButtonStyle.danger),
                _button("Save as a new playlist", draft_id, "n", discord.ButtonStyle.success),
                _button("Back", draft_id, "b"),
            ),
        ),
        accent=WARNING,
    )


def order_files_card(report: AnalysisReport, result: OrderResult, files: Sequence[Attached]) -> Reply:
    """Hand out the list in its new order."""
    return Reply(
        (
            text(
                f"## {escape(report.playlist.name, 90)} · {result.goal.words}",
                f"{plural(len(result.order), 'track')} in the new order.",
                small(FILES_HINT),
            ),
            *(ui.File(f"attachment://{file.filename}") for file in files),
        ),
        tuple(files),
    )


def _gain_lines(result: OrderResult) -> list[str]:
    costs = result.costs
    bound = "no order is better" if result.exact else f"no order at all can be below {costs.lower_bound:.2f}"
    lines = [
        (
            f"Cost of a step: **{costs.optimized:.2f}** · before {costs.original:.2f} · "
            f"in a random order {costs.random_mean:.2f} · {bound}."
        ),
        (
            f"Of the way from chance to that bound: **{_score(costs.score(costs.optimized))}**, "
            f"before {_score(costs.score(costs.original))}."
        ),
    ]
    if not result.changes_something:
        lines.append("The list already stands in the best order that I found.")
    return [unbroken(line) for line in lines]


def _score(score: float) -> str:
    return f"{score:.0f} %".replace("-", "−")


def _figures_line(before: Figures, after: Figures) -> str:
    parts = []
    if before.harmonic_share is not None and after.harmonic_share is not None:
        parts.append(f"steps in key {100 * before.harmonic_share:.0f} → {100 * after.harmonic_share:.0f} %")
    if before.median_bpm_jump is not None and after.median_bpm_jump is not None:
        parts.append(f"usual tempo jump {before.median_bpm_jump:.0f} → {after.median_bpm_jump:.0f} BPM")
    parts.append(f"same artist in a row {before.same_artist_steps:,} → {after.same_artist_steps:,}")
    if after.arc_fit is not None:
        was = "–" if before.arc_fit is None else f"{before.arc_fit:.2f}".replace("-", "−")
        parts.append(f"fit to the arc {was} → {after.arc_fit:.2f} of 1")
    return " · ".join(parts)


def _rough_lines(report: AnalysisReport, result: OrderResult) -> list[str]:
    return [_step_line(report, step) for step in result.roughest[:_ROUGHEST]]


def _step_line(report: AnalysisReport, step: Transition) -> str:
    before, after = (escape(report.tracks[row].track.label, 38) for row in (step.before, step.after))
    guess = " (partly estimated)" if step.estimated else ""
    return f"- {step.position + 1} → {step.position + 2}: {before} → {after}\n  {unbroken(step.words)}{guess}"


def _rows(report: AnalysisReport, state: OrderState) -> list[str]:
    locked = {lock.position for lock in state.options.locks}
    lines = []
    for place, row in enumerate(state.result.order[:_FIRST_ROWS]):
        was = "" if row == place else f" · was {row + 1:,}"
        lock = " 🔒" if place in locked else ""
        lines.append(f"{place + 1}. {track_line(report.tracks[row].track, 60)}{was}{lock}")
    if rest := len(state.result.order) - len(lines):
        lines.append(small(f"and {plural(rest, 'more track')}; Export has them all"))
    return lines


def _remarks(report: AnalysisReport, state: OrderState) -> str:
    result, tracks = state.result, len(report.tracks)
    remarks = [
        f"Another good order, number {state.options.seed + 1}"
        if state.options.seed
        else "No better order exists"
        if result.exact
        else "The best order of my search"
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
        custom_id=ComponentRef(Action.OPTIMIZE, draft_id, "goal").select(),
        placeholder="Another goal…",
        options=[
            discord.SelectOption(
                label=each.words[:1].upper() + each.words[1:],
                value=each.value,
                description=_GOAL_HINTS[each],
                default=each is goal,
            )
            for each in Goal
        ],
    )


def _buttons(report: AnalysisReport, draft_id: str, *, can_write: bool) -> list[ui.Button[Any]]:
    buttons = [
        _button("Again", draft_id, "again", discord.ButtonStyle.primary),
        _button("Lock…", draft_id, "lock"),
    ]
    if can_write:
        buttons.append(_button("Save as a new playlist", draft_id, "n", discord.ButtonStyle.success))
        if report.playlist.id is not None:
            buttons.append(_button("Apply in place…", draft_id, "place"))
    buttons.append(_button("Export", draft_id, "x"))
    return buttons


def _button(
    label: str, draft_id: str, argument: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
) -> ui.Button[Any]:
    return button(label, ComponentRef(Action.OPTIMIZE, draft_id, argument).button(), style=style)
