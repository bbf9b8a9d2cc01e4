"""The card of a list over time: what changed for certain, and whether it is remembered."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.replies.details import AS_TEXT
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Attached, Reply, button, gallery, note, rule, small, text
from cogs.words.drift import eras_line, since_line
from cogs.words.text import escape
from services.workflows.drift import KEY_LENGTH, LookBack

ON, OFF = "on", "off"
_ONCE = "There is one map of this list so far, so nothing to compare yet. Map it again once it has changed."
_TEXT_FILE_AT = 3000
"""Characters from which the text is a file."""
_HOW = (
    "A change is said only where it is more than chance: of lists that did not change, one in twenty at "
    "most gets any of these sentences."
)
_OFFER = (
    "*Remember this list* keeps its name, number of tracks, means, and names and sizes of its groups for 13 "
    "months after each map; no track. Otherwise all that goes with its maps."
)
_REMEMBERED = "This list is remembered: each map of it adds its numbers for 13 months, and no track."


def drift_card(found: LookBack) -> Reply:
    """Show how a list sounded over time, to its owner."""
    course = found.course
    blocks: list[ui.Item[Any]] = [text(f"## {escape(course.name)} over time", _finding(found), _eras(found))]
    attached: tuple[Attached, ...] = ()
    for chart in found.charts:  # each by itself: of several side by side Discord cuts the edges off
        picture, files = gallery([chart])
        blocks.append(picture)
        attached += files
    is_remembered = found.which.is_remembered
    told = [_HOW] if found.charts else []
    blocks += [rule(), text(*(small(line) for line in (*told, _REMEMBERED if is_remembered else _OFFER)))]
    key = found.which.fingerprint[:KEY_LENGTH]
    buttons = (
        [button("Read as text", ComponentRef(Action.DRIFT, key, AS_TEXT).button())] if found.charts else []
    )
    if is_remembered:
        buttons.append(button("Forget this list", ComponentRef(Action.REMEMBER, key, OFF).button()))
    else:
        remember = ComponentRef(Action.REMEMBER, key, ON).button()
        buttons.append(button("Remember this list", remember, style=discord.ButtonStyle.primary))
    blocks.append(ui.ActionRow(*buttons))
    return Reply(tuple(blocks), attached)


def forgotten_list_card(name: str) -> Reply:
    """Say that nothing is known of a list any more."""
    return note(f"Forgotten: nothing is stored of “{escape(name)}” any more. `/analyze` makes a new map.")


def drift_text(found: LookBack) -> Reply:
    """Give all numbers of a list over time as plain text."""
    parts = [f"{chart.title}\n{chart.text}" for chart in found.charts]
    whole = "\n\n".join(parts) or "There is nothing to compare yet."
    attached = Attached("over-time.txt", whole.encode())
    heading = text(f"## {escape(found.course.name)} over time, in words", _finding(found), _eras(found))
    fence = whole.replace("```", "'''")
    if len(fence) <= _TEXT_FILE_AT:
        return Reply((heading, text(f"```\n{fence}\n```")))
    return Reply((heading, ui.File(f"attachment://{attached.filename}")), (attached,))


def _finding(found: LookBack) -> str:
    since = found.course.since
    if since is None:
        return "" if found.course.eras else _ONCE
    return since_line(since, discord.utils.format_dt(since.made_at, "D"), name=escape) + "."


def _eras(found: LookBack) -> str:
    line = eras_line(found.course)
    return f"{line}." if line else ""
