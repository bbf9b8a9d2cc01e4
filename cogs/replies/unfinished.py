"""Ask what is to become of playlists that are half written, before something ends their writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from cogs.replies.account import HERE
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import WARNING, Attached, Reply, button, note, text, with_files
from cogs.words.buttons import Label
from cogs.words.saving import (
    LISTS_AS_FILES,
    finish_label,
    half_written_title,
    handed_over_lines,
    later_line,
    list_alt,
    name_link,
    put_back_label,
    settled_told,
    standing_line,
    what_first,
)
from cogs.words.text import small
from services.domain.writes import Settled, Settling, Write, WriteKind

_ASKED = 4
"""Writes that one press settles: their ids have to fit into the button."""
GIVE_UP = "list"
"""Argument of the button that hands over the lists and ends the writes."""


def unfinished_card(writes: Sequence[Write], action: Action, *, so_that: str) -> Reply:
    """Say how the writes stand, and let the person choose.

    Parameters
    ----------
    action
        Whose buttons these are: what is gone on with once the writes are final.
    so_that
        What waits for that, such as "erase everything".
    """
    asked, later = writes[:_ASKED], len(writes) - _ASKED
    blocks: list[ui.Item[Any]] = [
        text(half_written_title(writes)),
        *(text(f"**{name_link(write)}** — {standing_line(write)}") for write in asked),
        *([text(small(later_line(later)))] if later > 0 else []),
        text(what_first(writes, so_that)),
    ]

    def choice(label: str, word: str, style: discord.ButtonStyle) -> ui.Button[Any]:
        newest, *others = (write.write_id for write in asked)
        return button(label, ComponentRef(action, newest, ".".join([word, *others])).button(), style=style)

    buttons = []
    if not all(write.stage.is_final for write in asked):
        buttons.append(choice(finish_label(len(asked)), Settling.FINISH, discord.ButtonStyle.primary))
    buttons.append(choice(put_back_label(len(asked)), Settling.PUT_BACK, discord.ButtonStyle.secondary))
    if action is Action.FORGET and any(write.waits_for_its_person or write.stage.is_final for write in asked):
        blocks.append(text(small(LISTS_AS_FILES)))
        buttons.append(choice(Label.GIVE_ME_THE_LIST_FORGET_ME, GIVE_UP, discord.ButtonStyle.danger))
    blocks.append(ui.ActionRow(*buttons))
    return Reply(tuple(blocks), accent=WARNING)


def read_choice(ref: ComponentRef) -> tuple[str, tuple[str, ...]]:
    """Read what one of these buttons asks for, and about which writes; none where all are meant."""
    word, *others = ref.argument.split(".")
    return word, () if ref.subject == HERE else (ref.subject, *others)


def settled_card(settled: Sequence[Settled]) -> Reply:
    """Say what came of the writes that were to be settled."""
    return note(*settled_told(settled))


def handed_over_card(writes: Sequence[Write]) -> Reply:
    """Hand over the lists that only the journal knew, as files of links."""
    files = tuple(
        Attached(
            f"playlist-{number}.txt",
            "\n".join([write.name, *map(_link, _list_of(write)), ""]).encode(),
            list_alt(write),
        )
        for number, write in enumerate(writes, 1)
    )
    said = text(*handed_over_lines())
    return with_files(said, files)


def _link(track_id: str) -> str:
    return f"https://open.spotify.com/track/{track_id}"


def _list_of(write: Write) -> Sequence[str]:
    return write.target if write.kind is WriteKind.CREATE or write.undoes else write.original
