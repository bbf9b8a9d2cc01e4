"""Ask what is to become of playlists that are half written, before something ends their writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from cogs.replies.account import HERE
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import WARNING, Attached, Reply, button, note, small, text, with_files
from cogs.replies.saved import name_link, standing_line
from cogs.words.text import plural
from services.domain.writes import Ending, Settled, Settling, Write, WriteKind

_ASKED = 4
"""Writes that one press settles: their ids have to fit into the button."""
_ENDINGS = {
    Ending.FINISHED: "finished: it is as you wanted it.",
    Ending.PUT_BACK: "put back: it is as it was before.",
    Ending.NOTHING_LEFT: "there was nothing left to put back.",
    Ending.STAYS: "Spotify does not let me take it out of your library; you can delete it there.",
    Ending.GIVEN_UP: "given up half way; `/undo` takes back what was written.",
    Ending.OPEN: "neither finished nor put back yet.",
}
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
    one = len(writes) == 1
    which = "A playlist of yours is" if one else f"{len(writes)} playlists of yours are"
    blocks: list[ui.Item[Any]] = [
        text(f"## {which} half written"),
        *(text(f"**{name_link(write)}** — {standing_line(write)}") for write in asked),
        *([text(small(f"About {plural(later, 'other')} I ask afterwards."))] if later > 0 else []),
        text(
            f"I can {so_that} only when {'it is' if one else 'they are'} whole again: I keep the only copy "
            "of the former list. Nothing was erased. What shall I do first?"
        ),
    ]

    def choice(label: str, word: str, style: discord.ButtonStyle) -> ui.Button[Any]:
        newest, *others = (write.write_id for write in asked)
        return button(label, ComponentRef(action, newest, ".".join([word, *others])).button(), style=style)

    it = "it" if len(asked) == 1 else "them"
    buttons = []
    if not all(write.stage.is_final for write in asked):
        buttons.append(choice(f"Finish {it} first", Settling.FINISH, discord.ButtonStyle.primary))
    buttons.append(choice(f"Put {it} back first", Settling.PUT_BACK, discord.ButtonStyle.secondary))
    if action is Action.FORGET and any(write.waits_for_its_person or write.stage.is_final for write in asked):
        blocks.append(
            text(small("If neither is possible any more, I can hand you the former lists as files instead."))
        )
        buttons.append(choice("Give me the list, forget me", GIVE_UP, discord.ButtonStyle.danger))
    blocks.append(ui.ActionRow(*buttons))
    return Reply(tuple(blocks), accent=WARNING)


def read_choice(ref: ComponentRef) -> tuple[str, tuple[str, ...]]:
    """Read what one of these buttons asks for, and about which writes; none where all are meant."""
    word, *others = ref.argument.split(".")
    return word, () if ref.subject == HERE else (ref.subject, *others)


def settled_card(settled: Sequence[Settled]) -> Reply:
    """Say what came of the writes that were to be settled."""
    return note("## Nothing is half written any more", *settled_lines(settled), "Now run your command again.")


def settled_lines(settled: Sequence[Settled]) -> list[str]:
    """Say of each write what really came of it."""
    return [f"**{name_link(each.write)}** — {_ENDINGS[each.ending]}" for each in settled]


def handed_over_card(writes: Sequence[Write]) -> Reply:
    """Hand over the lists that only the journal knew, as files of links."""
    files = tuple(
        Attached(
            f"playlist-{number}.txt",
            "\n".join([write.name, *map(_link, _list_of(write)), ""]).encode(),
            f"The tracks of {write.name}, one link a line",
        )
        for number, write in enumerate(writes, 1)
    )
    said = text(
        "## Your lists",
        "These are the playlists as they should be, one link a line: paste them at Spotify, or give the file "
        "to `/analyze`.",
    )
    return with_files(said, files)


def _link(track_id: str) -> str:
    return f"https://open.spotify.com/track/{track_id}"


def _list_of(write: Write) -> Sequence[str]:
    return write.target if write.kind is WriteKind.CREATE or write.undoes else write.original
