"""The preview of an undo: what it does, and what can't be restored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import WARNING, Reply, button, small, text
from cogs.replies.saved import LAST, UndoVerb, name_link, saved_card
from cogs.words.text import escape, plural, skipped_line
from services.domain.writes import UndoAction, Undone, UndoPlan, UndoStep, Write, WriteKind

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
        text(f"## Take back {'the last change' if count == 1 else f'the last {count} changes'}?"),
        *(text(*_step_lines(step)) for step in plan.steps),
        text(small("Nothing has been changed yet.")),
    ]
    confirm = ComponentRef(Action.UNDO, plan.newest, f"{UndoVerb.DO}.{count}").button()
    buttons = [
        button(
            "Take it back" if count == 1 else f"Take {count} back",
            confirm,
            style=discord.ButtonStyle.danger,
        )
    ]
    if more and count < MOST:
        buttons.append(button("Also the one before", _ask(count + 1)))
    if count > 1:
        buttons.append(button("Only the last", _ask(1)))
    blocks.append(ui.ActionRow(*buttons))
    return Reply(tuple(blocks), accent=WARNING)


def undone_card(undone: Sequence[Undone], asked: int) -> Reply:
    """Say what was taken back, and what was not."""
    writes = [each.write for each in undone if each.write is not None]
    nothing_left = [each.step.write for each in undone if each.write is None and not each.stays]
    blocks: list[ui.Item[Any]] = [
        text(f"**{escape(write.name, 80)}** — there was nothing left to take back.") for write in nothing_left
    ]
    blocks += [text(_stays(each.step.write)) for each in undone if each.stays]
    if len(undone) < asked:
        rest = plural(asked - len(undone), "older change")
        blocks.append(text(f"{rest} not taken back: first the one above has to be done. See `/undo`."))
    if not writes:
        title = "Not taken back" if all(each.stays for each in undone) else "Taken back"
        return Reply((text(f"## {title}"), *blocks))
    card = saved_card(writes)
    return Reply((card.blocks[0], *card.blocks[1:], *blocks), accent=card.accent)


def _stays(write: Write) -> str:
    where = f" Open it at {write.url} and delete it there." if write.url else ""
    return (
        f"**{name_link(write)}** — Spotify does not let me take this playlist out of your library, "
        f"whatever you allow me.{where} I leave it alone from now on."
    )


def _ask(count: int) -> str:
    return ComponentRef(Action.UNDO, LAST, f"{UndoVerb.SEE}.{count}").button()


def _step_lines(step: UndoStep) -> list[str]:
    write = step.write
    when = discord.utils.format_dt(write.created_at, "R")
    return [
        f"**{_name(step)}** — {_what(write)} {when}",
        _action(step),
        *(small(line) for line in _caveats(step)),
    ]


def _name(step: UndoStep) -> str:
    gone = step.action in {UndoAction.RECREATE, UndoAction.FORGET}
    return escape(step.write.name, 80) if gone else name_link(step.write)


def _what(write: Write) -> str:
    half = "" if write.is_done else ", not finished"
    if write.kind is WriteKind.CREATE:
        return f"saved as a new playlist{half}"
    fewer = len(write.original) - len(write.target)
    changed = f"{plural(fewer, 'track')} taken out" if fewer > 0 else "put in another order"
    return f"{changed}{half}"


def _action(step: UndoStep) -> str:
    match step.action:
        case UndoAction.REMOVE:
            return "→ The new playlist leaves your library. The list it was made from is not touched."
        case UndoAction.RESTORE:
            return f"→ Its {plural(len(step.result), 'track')} go back to the order of before."
        case UndoAction.RECREATE:
            return (
                "→ The playlist does not exist any more. Its former list is saved as a new private playlist."
            )
        case UndoAction.FORGET:
            return "→ There is nothing left to take back: the playlist is gone, or already as it was."


def _caveats(step: UndoStep) -> list[str]:
    """Say what can't be restored, and what others changed since."""
    since = step.since
    lines = []
    if step.action is UndoAction.REMOVE:
        if since.added:
            lines.append(f"Gone with it: {plural(len(since.added), 'track')} added to it since.")
        lines.append("Spotify can bring back a deleted playlist for a while, on its account page.")
    if step.action is UndoAction.RESTORE:
        if since.added:
            lines.append(f"Kept at the end: {plural(len(since.added), 'track')} added since.")
        if since.missing:
            lines.append(
                f"Not brought back: {plural(len(since.missing), 'track')} removed since by somebody else."
            )
        if since.moved:
            lines.append(
                f"Not kept: the places of {plural(since.moved, 'track')} moved since by somebody else."
            )
        if step.blocked_by:
            lines.append(
                f"⚠️ Not possible at the moment: {skipped_line(step.blocked_by)} would be lost. "
                "Take them out of the playlist first."
            )
    if step.loses_dates:
        lines.append("Can't be restored: the dates on which tracks were added; all become the day of today.")
    if step.action is UndoAction.RECREATE:
        lines.append("Can't be restored: its link, picture, followers and collaborators.")
    return lines
