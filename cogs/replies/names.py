"""Ask in one list whether what was found for names is what was meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, note, rule, text
from cogs.words.buttons import Label
from cogs.words.library import (
    NOTHING_TO_ASK,
    _found,
    answered_line,
    doubtful_lines,
    find_length,
    find_words,
    more_finds,
    skip_all,
    take_all,
)
from cogs.words.text import plain, small
from services.domain.recordings import DoubtfulFind
from services.domain.report import AnalysisReport

SHOWN = 5
"""Pairs on one page: both lines have to be read."""
TAKE, TAKE_ALL, SKIP_ALL = "take", "all", "skip"


def doubtful_card(report: AnalysisReport, report_id: str, finds: Sequence[DoubtfulFind]) -> Reply:
    """Ask about the doubtful finds of a map, the first of them."""
    if not finds:
        return note(NOTHING_TO_ASK)
    page = finds[:SHOWN]
    lines = [
        f"{number}. **{find_words(find.wanted)}**\n{small(_found(find))}"
        for number, find in enumerate(page, 1)
    ]
    more = more_finds(len(finds) - len(page))
    options = [
        discord.SelectOption(
            label=plain(f"{number}. {find.found.label}", 100),
            value=str(find.row),
            description=find_length(find.found),
        )
        for number, find in enumerate(page, 1)
    ]
    menu: ui.Select[Any] = ui.Select(
        custom_id=ComponentRef(Action.SAME_SONG, report_id, TAKE).select(),
        placeholder=Label.TAKE_THOSE_THAT_ARE_THE_SAME_SONG,
        options=options,
        min_values=1,
        max_values=len(options),
    )

    def all_of(label: str, what: str) -> ui.Button[Any]:
        return button(label, ComponentRef(Action.SAME_SONG, report_id, what).button())

    return Reply(
        (
            text(*doubtful_lines(report, finds)),
            text(*lines),
            *([text(small(more))] if more else []),
            rule(),
            ui.ActionRow(menu),
            ui.ActionRow(all_of(take_all(len(finds)), TAKE_ALL), all_of(skip_all(len(finds)), SKIP_ALL)),
        )
    )


def answered_card(
    report: AnalysisReport, report_id: str, left: Sequence[DoubtfulFind], *, taken: int, refused: int
) -> Reply:
    """Say what was taken, ask about the rest, and offer the map that follows."""
    head = text(answered_line(taken, refused))
    again = ui.ActionRow(
        button(
            Label.REDRAW_THE_MAP,
            ComponentRef(Action.AGAIN, report_id).button(),
            style=discord.ButtonStyle.primary,
        )
    )
    rest = doubtful_card(report, report_id, left).blocks if left else ()
    return Reply((head, again, *rest))
