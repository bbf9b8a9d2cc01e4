"""What became of writes, what taking them back does, and what to do about those that are half done."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from discord import ButtonStyle, ui

from cogs.replies.account import HERE
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import ACCENT, WARNING, Attached, Reply, button, text, with_files
from cogs.words import saving as words
from cogs.words.controls import Label, take_back_label, undo_label
from cogs.words.saving import ABOUT_EARLIER, not_saved_line, saved_title, write_lines
from cogs.words.text import small
from services.domain.writes import Settling, Undone, UndoPlan, Write, WriteKind

LAST = "last"
"""Subject of buttons about the newest changes, whichever those are."""
MOST = 5
"""Writes that one undo takes back at most: each has to be read from Spotify, and fit one card."""
_ASKED = 4
"""Writes that one press settles: their ids have to fit into the button."""
GIVE_UP = "list"
"""Argument of the button that hands over the lists and ends the writes."""


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
        buttons.append(button(Label.GO_ON_NOW, go_on, style=ButtonStyle.primary))
    elif len(writes) == 1 and writes[0].is_done and writes[0].url and writes[0].kind is not WriteKind.REMOVE:
        buttons.append(ui.Button(label=Label.OPEN_IN_SPOTIFY, url=writes[0].url))
    undoable = [write for write in writes if write.has_begun and not write.undoes and not write.undone_by]
    if undoable:
        oldest = min(undoable, key=lambda write: write.created_at)
        label = undo_label(all_done=all(write.is_done for write in writes))
        buttons.append(button(label, ComponentRef(Action.UNDO, oldest.write_id, UndoVerb.BACK_TO)))
    return buttons


def undo_card(plan: UndoPlan, *, more: bool) -> Reply:
    """Say what taking back these writes would do, and ask.

    Parameters
    ----------
    more
        Whether there are older writes that could be taken back as well.
    """
    count = len(plan.steps)
    blocks: list[ui.Item[Any]] = [
        text(words.undo_title(count)),
        *(text(*words.step_lines(step)) for step in plan.steps),
        text(small(words.NOTHING_CHANGED_YET)),
    ]
    confirm = ComponentRef(Action.UNDO, plan.newest, f"{UndoVerb.DO}.{count}").button()
    buttons = [button(take_back_label(count), confirm, style=ButtonStyle.danger)]
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
    blocks: list[ui.Item[Any]] = [text(words.nothing_left_line(write)) for write in nothing_left]
    blocks += [text(words.stays_line(each.step.write)) for each in undone if each.stays]
    if len(undone) < asked:
        blocks.append(text(words.not_taken_back_line(asked - len(undone))))
    if not writes:
        title = words.undone_title(undone)
        return Reply((text(f"## {title}"), *blocks))
    card = saved_card(writes)
    return Reply((card.blocks[0], *card.blocks[1:], *blocks), accent=card.accent)


def _ask(count: int) -> str:
    return ComponentRef(Action.UNDO, LAST, f"{UndoVerb.SEE}.{count}").button()


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
        text(words.half_written_title(writes)),
        *(text(f"**{words.name_link(write)}** — {words.standing_line(write)}") for write in asked),
        *([text(small(words.later_line(later)))] if later > 0 else []),
        text(words.what_first(writes, so_that)),
    ]

    def choice(label: str, word: str, style: ButtonStyle) -> ui.Button[Any]:
        newest, *others = (write.write_id for write in asked)
        return button(label, ComponentRef(action, newest, ".".join([word, *others])), style=style)

    buttons = []
    if not all(write.stage.is_final for write in asked):
        buttons.append(choice(words.finish_label(len(asked)), Settling.FINISH, ButtonStyle.primary))
    buttons.append(choice(words.put_back_label(len(asked)), Settling.PUT_BACK, ButtonStyle.secondary))
    if action is Action.FORGET and any(write.waits_for_its_person or write.stage.is_final for write in asked):
        blocks.append(text(small(words.LISTS_AS_FILES)))
        buttons.append(choice(Label.GIVE_ME_THE_LIST_FORGET_ME, GIVE_UP, ButtonStyle.danger))
    blocks.append(ui.ActionRow(*buttons))
    return Reply(tuple(blocks), accent=WARNING)


def read_choice(ref: ComponentRef) -> tuple[str, tuple[str, ...]]:
    """Read what one of these buttons asks for, and about which writes; none where all are meant."""
    word, *others = ref.argument.split(".")
    return word, () if ref.subject == HERE else (ref.subject, *others)


def handed_over_card(writes: Sequence[Write]) -> Reply:
    """Hand over the lists that only the journal knew, as files of links."""
    files = tuple(
        Attached(
            f"playlist-{number}.txt",
            "\n".join([write.name, *map(_link, _list_of(write)), ""]).encode(),
            words.list_alt(write),
        )
        for number, write in enumerate(writes, 1)
    )
    said = text(*words.HANDED_OVER_LINES)
    return with_files(said, files)


def _link(track_id: str) -> str:
    return f"https://open.spotify.com/track/{track_id}"


def _list_of(write: Write) -> Sequence[str]:
    return write.target if write.kind is WriteKind.CREATE or write.undoes else write.original
