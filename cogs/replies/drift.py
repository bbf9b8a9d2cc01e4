"""The card of a list over time: what changed for certain, and whether it is remembered."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.replies.details import AS_TEXT
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Attached, Reply, button, gallery, in_full, note, text
from cogs.words import portrait as words
from cogs.words.buttons import Label
from cogs.words.text import escape, moment, small
from services.domain.charts import ChartKind
from services.workflows.reports import KEY_LENGTH, LookBack

ON, OFF = "on", "off"
BY_MAP, BY_DATE = "maps", "dates"
"""Arguments of the buttons that show one picture in place of the other."""
_AS_FILE_FROM = 3000
"""Characters from which the text is a file."""


def drift_card(found: LookBack, wanted: str = "") -> Reply:
    """Show how a list sounded over time to its owner: map by map, or by when its tracks were added."""
    charts = {BY_DATE if chart.kind is ChartKind.ERAS else BY_MAP: chart for chart in found.charts}
    shown = wanted if wanted in charts else next(iter(charts), "")
    said = (
        (_finding(found), _eras(found))
        if len(charts) < 2
        else ((_eras(found),) if shown == BY_DATE else (_finding(found),))
    )
    blocks: list[ui.Item[Any]] = [text(words.over_time_title(found.course.name), *said)]
    attached: tuple[Attached, ...] = ()
    key = found.which.fingerprint[:KEY_LENGTH]
    buttons = []
    if shown:
        picture, attached = gallery([charts[shown]])
        blocks.append(picture)
        buttons.append(button(Label.READ_AS_TEXT, ComponentRef(Action.DRIFT, key, AS_TEXT).button()))
    buttons += [
        button(charts[other].title, ComponentRef(Action.DRIFT, key, other).button())
        for other in charts
        if other != shown
    ]
    is_remembered = found.which.is_remembered
    told = [words.HOW] if shown else []
    blocks.append(
        text(*(small(line) for line in (*told, words.REMEMBERED if is_remembered else words.OFFER)))
    )
    if is_remembered:
        buttons.append(button(Label.FORGET_THIS_LIST, ComponentRef(Action.REMEMBER, key, OFF).button()))
    else:
        remember = ComponentRef(Action.REMEMBER, key, ON).button()
        buttons.append(button(Label.REMEMBER_THIS_LIST, remember, style=discord.ButtonStyle.primary))
    blocks.append(ui.ActionRow(*buttons))
    return Reply(tuple(blocks), attached)


def forgotten_list_card(name: str) -> Reply:
    """Say that nothing is known of a list any more."""
    return note(words.forgotten_list(name))


def drift_text(found: LookBack) -> Reply:
    """Give all numbers of a list over time as plain text."""
    parts = [f"{chart.title}\n{chart.text}" for chart in found.charts]
    whole = "\n\n".join(parts) or words.NOTHING_YET
    heading = text(words.over_time_title(found.course.name, in_words=True), _finding(found), _eras(found))
    return in_full(heading, whole, "over-time.txt", longest=_AS_FILE_FROM)


def _finding(found: LookBack) -> str:
    since = found.course.since
    if since is None:
        return "" if found.course.eras else words.ONCE
    return words.since_line(since, moment(since.made_at, "D"), name=escape) + "."


def _eras(found: LookBack) -> str:
    line = words.eras_line(found.course)
    return f"{line}." if line else ""
