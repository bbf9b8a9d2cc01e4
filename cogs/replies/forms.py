"""Forms that ask for a few words."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.replies.ids import ComponentRef
from cogs.replies.text import plain

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
