"""What became of writes: done, waiting, or given up, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import ACCENT, WARNING, Reply, button, small, text
from cogs.words.text import escape, join_words, plural
from services.domain.orders import Difference
from services.domain.writes import Hindrance, Write, WriteKind, WriteStage

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


_WHY = {
    Hindrance.INTERRUPTED: "I was stopped in the middle",
    Hindrance.QUOTA: "Spotify's daily limit for this bot is used up",
    Hindrance.RATE: "Spotify asks me to be slower",
    Hindrance.UNAVAILABLE: "Spotify gave no usable answer",
    Hindrance.LOGIN: "your connection to Spotify has to be renewed with `/login`",
    Hindrance.CONSENT: "I don't have your consent to change playlists yet",
    Hindrance.REFUSED: "Spotify did not let me",
    Hindrance.CHANGED: "the playlist was changed by somebody else meanwhile",
    Hindrance.GONE: "the playlist was deleted meanwhile",
}


def saved_card(writes: Sequence[Write], *, left_out: int = 0, again: bool = False) -> Reply:
    """Say how writes stand, newest wish first as they were made.

    Parameters
    ----------
    left_out
        Tracks that could not be written because they have no Spotify id.
    again
        Whether all this was saved, and told, before.
    """
    title = "Saved already" if again else _heading(writes)
    blocks: list[ui.Item[Any]] = [text(f"## {title}"), *(text(*_lines(write)) for write in writes)]
    if left_out:
        blocks.append(
            text(small(f"{plural(left_out, 'track')} without a Spotify id could not be saved there."))
        )
    buttons = _buttons(writes)
    if again and len(writes) == 1 and writes[0].kind is WriteKind.CREATE:
        copy = ComponentRef(Action.SAVING, writes[0].write_id, SavedVerb.COPY).button()
        buttons.append(button("Save another copy", copy))
    if buttons:
        blocks.append(ui.ActionRow(*buttons))
    finished = all(write.is_done for write in writes)
    return Reply(tuple(blocks), accent=ACCENT if finished else WARNING)


def news_card(writes: Sequence[Write]) -> Reply:
    """Tell somebody what became of writes that they were not told about."""
    card = saved_card(writes)
    return Reply((text("About what you asked for earlier:"), *card.blocks), accent=card.accent)


def name_link(write: Write) -> str:
    """Name the playlist of a write, linked to it where it exists."""
    name = escape(write.name, 80)
    gone = write.hindrance is Hindrance.GONE or write.kind is WriteKind.REMOVE
    return f"[{name}]({write.url})" if write.url and not gone else name


def standing_line(write: Write) -> str:
    """Say how far a write is that has begun, and why it is not done."""
    if write.stage.is_final:
        return _given_up(write)
    if write.hindrance is None:
        return f"{write.confirmed:,} of {plural(len(write.target), 'track')} written so far."
    return _waiting(write)


def difference_words(difference: Difference) -> str:
    """Say what somebody else changed: "2 tracks were added, 1 track was removed"."""

    def part(count: int, what: str) -> str:
        return f"{plural(count, 'track')} {'was' if count == 1 else 'were'} {what}" if count else ""

    parts = (
        part(len(difference.added), "added"),
        part(len(difference.missing), "removed"),
        part(difference.moved, "moved"),
    )
    return join_words(each for each in parts if each)


def _heading(writes: Sequence[Write]) -> str:
    if all(write.is_done for write in writes):
        if any(write.undoes for write in writes):
            return "Taken back"
        return "Saved" if len(writes) == 1 else f"{plural(len(writes), 'playlist')} saved"
    done = sum(write.is_done for write in writes)
    return f"{done} of {len(writes)} saved" if done else "Not finished"


def _lines(write: Write) -> list[str]:
    match write.stage:
        case WriteStage.DONE:
            return [f"**{name_link(write)}** — {_done_words(write)}", *_changed_by_others(write)]
        case WriteStage.ABANDONED | WriteStage.BROKEN:
            return [f"**{name_link(write)}** — {_given_up(write)}"]
        case _:
            return [f"**{name_link(write)}** — {_waiting(write)}"]


def _done_words(write: Write) -> str:
    count = plural(len(write.target), "track")
    if write.kind is WriteKind.REMOVE:
        return "taken out of your library"
    if write.kind is WriteKind.CREATE:
        return f"{count} in a new private playlist, read back and complete"
    if write.undoes:
        return f"the former list is back: {count}, read back and complete"
    gone = len(write.original) - len(write.target)
    less = f" ({gone:,} fewer than before)" if gone > 0 else ""
    return f"{count}{less} in the new order, read back and complete"


def _changed_by_others(write: Write) -> list[str]:
    if not write.difference:
        return []
    words = difference_words(write.difference)
    return [
        small(f"While I was writing, {words} by somebody else. I left that as it is."),
    ]


def _given_up(write: Write) -> str:
    why = _WHY[write.hindrance] if write.hindrance else "it was taken back"
    if write.stage is WriteStage.ABANDONED:
        return f"not written, because {why}. Nothing was changed."
    return f"given up half way, because {why}. `/undo` takes back what was written."


def _waiting(write: Write) -> str:
    why = _WHY[write.hindrance or Hindrance.INTERRUPTED]
    done = f"{write.confirmed:,} of {plural(len(write.target), 'track')} written"
    state = done if write.has_begun else "not begun yet"
    when = (
        f" I go on by myself {discord.utils.format_dt(write.retry_at, 'R')}."
        if write.retry_at
        else ""
        if write.hindrance in {Hindrance.CONSENT, Hindrance.LOGIN, Hindrance.REFUSED}
        else " I go on by myself."
    )
    kept = " The former list is stored." if write.kind is WriteKind.REPLACE and write.has_begun else ""
    return f"{state}: {why}.{when}{kept}"


def _buttons(writes: Sequence[Write]) -> list[ui.Button[Any]]:
    buttons: list[ui.Button[Any]] = []
    waiting = next((write for write in writes if not write.stage.is_final), None)
    if waiting is not None:
        go_on = ComponentRef(Action.SAVING, waiting.write_id, SavedVerb.GO_ON).button()
        buttons.append(button("Go on now", go_on, style=discord.ButtonStyle.primary))
    elif len(writes) == 1 and writes[0].is_done and writes[0].url and writes[0].kind is not WriteKind.REMOVE:
        buttons.append(ui.Button(label="Open in Spotify", url=writes[0].url))
    undoable = [write for write in writes if write.has_begun and not write.undoes and not write.undone_by]
    if undoable:
        oldest = min(undoable, key=lambda write: write.created_at)
        label = "Undo…" if all(write.is_done for write in writes) else "Take it back…"
        buttons.append(button(label, ComponentRef(Action.UNDO, oldest.write_id, UndoVerb.BACK_TO).button()))
    return buttons
