"""What became of writes: done, waiting, or given up, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import ACCENT, WARNING, Reply, button, text
from cogs.words.buttons import Label, undo_label
from cogs.words.saving import ABOUT_EARLIER, not_saved_line, saved_title, write_lines
from cogs.words.text import small
from services.domain.writes import Write, WriteKind

LAST = "last"
"""Subject of buttons about the newest changes, whichever those are."""


class UndoVerb(StrEnum):
    """What a button about an undo asks for."""

    DO = "do"
    """Take back what the card lists."""
    SEE = "see"
    """Change how much it lists."""
    BACK_TO = "to"
    """List all changes down to the one that is named."""


class SavedVerb(StrEnum):
    """What a button below a write asks for."""

    GO_ON = "goon"
    COPY = "copy"
    """Save the same once more."""


def saved_card(writes: Sequence[Write], *, left_out: int = 0, again: bool = False) -> Reply:
    """Say how writes stand, newest wish first as they were made.

    Parameters
    ----------
    left_out
        Tracks that could not be written because they have no Spotify id.
    again
        Whether all this was saved, and told, before.
    """
    title = saved_title(writes, again)
    blocks: list[ui.Item[Any]] = [text(f"## {title}"), *(text(*write_lines(write)) for write in writes)]
    if left_out:
        blocks.append(text(small(not_saved_line(left_out))))
    buttons = _buttons(writes)
    if again and len(writes) == 1 and writes[0].kind is WriteKind.CREATE:
        copy = ComponentRef(Action.SAVING, writes[0].write_id, SavedVerb.COPY).button()
        buttons.append(button(Label.SAVE_ANOTHER_COPY, copy))
    if buttons:
        blocks.append(ui.ActionRow(*buttons))
    finished = all(write.is_done for write in writes)
    return Reply(tuple(blocks), accent=ACCENT if finished else WARNING)


def news_card(writes: Sequence[Write]) -> Reply:
    """Tell somebody what became of writes that they were not told about."""
    card = saved_card(writes)
    return Reply((text(ABOUT_EARLIER), *card.blocks), accent=card.accent)


def _buttons(writes: Sequence[Write]) -> list[ui.Button[Any]]:
    buttons: list[ui.Button[Any]] = []
    waiting = next((write for write in writes if not write.stage.is_final), None)
    if waiting is not None:
        go_on = ComponentRef(Action.SAVING, waiting.write_id, SavedVerb.GO_ON).button()
        buttons.append(button(Label.GO_ON_NOW, go_on, style=discord.ButtonStyle.primary))
    elif len(writes) == 1 and writes[0].is_done and writes[0].url and writes[0].kind is not WriteKind.REMOVE:
        buttons.append(ui.Button(label=Label.OPEN_IN_SPOTIFY, url=writes[0].url))
    undoable = [write for write in writes if write.has_begun and not write.undoes and not write.undone_by]
    if undoable:
        oldest = min(undoable, key=lambda write: write.created_at)
        label = undo_label(all_done=all(write.is_done for write in writes))
        buttons.append(button(label, ComponentRef(Action.UNDO, oldest.write_id, UndoVerb.BACK_TO).button()))
    return buttons
