"""Ask for something: a few words in a form, or one of the playlists of a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import ComponentRef
from cogs.replies.layout import Reply, text
from cogs.words.buttons import Label
from cogs.words.library import choice_lines
from cogs.words.text import plain, plural
from services.domain.music import Playlist

FIELD = "text"
"""Custom id of the one field of a form."""

_MAX_TITLE = 45
_MAX_LABEL = 45


def text_form(
    ref: ComponentRef,
    *,
    title: str,
    label: str,
    value: str = "",
    longest: int,
    hint: str = "",
    required: bool = True,
) -> ui.Modal:
    """Build a form with one line of text; it is answered by its id, like a button."""
    entry: ui.TextInput[Any] = ui.TextInput(
        custom_id=FIELD,
        default=plain(value, longest) or None,
        max_length=longest,
        style=discord.TextStyle.short,
        required=required,
    )
    form = ui.Modal(title=plain(title, _MAX_TITLE), custom_id=ref.form(), timeout=None)
    form.add_item(ui.Label(text=plain(label, _MAX_LABEL), description=hint or None, component=entry))
    form.stop()  # else discord.py keeps it until somebody sends it, and most forms are just closed
    return form


OFFERED = 25
"""Options that one select menu holds (Discord)."""


def choice_card(playlists: Sequence[Playlist], answer: ComponentRef, *, hint: str) -> Reply:
    """Offer the playlists of a file, the largest first where there are too many for one menu.

    Parameters
    ----------
    answer
        Who answers the choice, and about which upload.
    hint
        What the choice does not repeat of the request.
    """
    order = sorted(range(len(playlists)), key=lambda index: -len(playlists[index].tracks))[:OFFERED]
    if len(playlists) <= OFFERED:
        order = list(range(len(playlists)))
    options = [
        discord.SelectOption(
            label=plain(playlists[index].name, 100) or "Untitled",
            value=str(index),
            description=plural(len(playlists[index].tracks), "track"),
        )
        for index in order
    ]
    select: ui.Select[ui.LayoutView] = ui.Select(
        custom_id=answer.select(),
        placeholder=Label.WHICH_PLAYLIST,
        options=options,
    )
    return Reply(
        (
            *([text(hint)] if hint else []),
            text(*choice_lines(playlists, order)),
            ui.ActionRow(select),
        )
    )
