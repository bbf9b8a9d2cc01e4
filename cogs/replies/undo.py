"""The preview of an undo: what it does, and what can't be restored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import WARNING, Reply, button, text
from cogs.replies.saved import LAST, UndoVerb, saved_card
from cogs.words.buttons import Label, take_back_label
from cogs.words.saving import (
    NOTHING_CHANGED_YET,
    not_taken_back_line,
    nothing_left_line,
    stays_line,
    step_lines,
    undo_title,
    undone_title,
)
from cogs.words.text import small
from services.domain.writes import Undone, UndoPlan

MOST = 5
"""Writes that one undo takes back at most: each has to be read from Spotify, and fit one card."""


def undo_card(plan: UndoPlan, *, more: bool) -> Reply:
    """Say what taking back these writes would do, and ask.

    Parameters
    ----------
    more
        Whether there are older writes that could be taken back as well.
    """
    count = len(plan.steps)
    blocks: list[ui.Item[Any]] = [
        text(undo_title(count)),
        *(text(*step_lines(step)) for step in plan.steps),
        text(small(NOTHING_CHANGED_YET)),
    ]
    confirm = ComponentRef(Action.UNDO, plan.newest, f"{UndoVerb.DO}.{count}").button()
    buttons = [
        button(
            take_back_label(count),
            confirm,
            style=discord.ButtonStyle.danger,
        )
    ]
    if more and count < MOST:
        buttons.append(button(Label.ALSO_THE_ONE_BEFORE, _ask(count + 1)))
    if count > 1:
        buttons.append(button(Label.ONLY_THE_LAST, _ask(1)))
    blocks.append(ui.ActionRow(*buttons))
    return Reply(tuple(blocks), accent=WARNING)


def undone_card(undone: Sequence[Undone], asked: int) -> Reply:
    """Say what was taken back, and what was not."""
    writes = [each.write for each in undone if each.write is not None]
    nothing_left = [each.step.write for each in undone if each.write is None and not each.stays]
    blocks: list[ui.Item[Any]] = [text(nothing_left_line(write)) for write in nothing_left]
    blocks += [text(stays_line(each.step.write)) for each in undone if each.stays]
    if len(undone) < asked:
        blocks.append(text(not_taken_back_line(asked - len(undone))))
    if not writes:
        title = undone_title(undone)
        return Reply((text(f"## {title}"), *blocks))
    card = saved_card(writes)
    return Reply((card.blocks[0], *card.blocks[1:], *blocks), accent=card.accent)


def _ask(count: int) -> str:
    return ComponentRef(Action.UNDO, LAST, f"{UndoVerb.SEE}.{count}").button()
