"""One reply: a layout with the files it shows, and what it becomes where those are too large."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import discord
from discord import ButtonStyle, ui

from cogs.replies.ids import Action, ComponentRef, DraftVerb, draft_ref
from cogs.words.text import FOR_STORIES, TOO_LARGE, escape, small
from services.domain.charts import Chart

ACCENT = discord.Colour(0x5B8DEF)
WARNING = discord.Colour(0xE0A030)
MAX_TEXT = 4000
"""Characters that all text displays of one message may hold together (Discord)."""
MAX_ALT = 1024
OFFERED = 25
"""Options that one select menu, or one completion, holds (Discord)."""
ENVELOPE_BYTES = 64 * 1024
"""Room for the layout beside the files of one message."""


@dataclass(frozen=True, slots=True)
class Attached:
    """Bytes that become one attachment, made anew for each sending: a sent `discord.File` is spent."""

    filename: str
    content: bytes
    alt_text: str = ""

    def to_file(self) -> discord.File:
        """Build the file that is sent."""
        return discord.File(
            io.BytesIO(self.content), filename=self.filename, description=self.alt_text[:MAX_ALT] or None
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say: blocks of a container from top to bottom, and the files they show."""

    blocks: tuple[ui.Item[Any], ...]
    attached: tuple[Attached, ...] = ()
    accent: discord.Colour = ACCENT

    def view(self) -> ui.LayoutView:
        """Build the layout. It is stopped at once: components are answered by id, not from memory."""
        view = ui.LayoutView(timeout=None)
        view.add_item(ui.Container(*self.blocks, accent_colour=self.accent))
        view.stop()
        return view

    def files(self) -> list[discord.File]:
        """Build the attachments."""
        return [attached.to_file() for attached in self.attached]


def text(*lines: str) -> ui.TextDisplay[Any]:
    """Show lines of text, leaving out the empty ones."""
    return ui.TextDisplay("\n".join(line for line in lines if line))


def gallery(charts: Sequence[Chart]) -> tuple[ui.MediaGallery[Any], tuple[Attached, ...]]:
    """Show charts with their alternative text."""
    attached = tuple(Attached(chart.filename, chart.png, chart.alt_text) for chart in charts)
    items = [
        discord.MediaGalleryItem(f"attachment://{file.filename}", description=file.alt_text[:MAX_ALT] or None)
        for file in attached
    ]
    return ui.MediaGallery(*items), attached


def poster(sizes: Sequence[Chart]) -> tuple[tuple[ui.Item[Any], ...], tuple[Attached, ...]]:
    """Show a poster whole in its size for feeds, with that for stories as a file below."""
    feed, *others = sizes
    picture, attached = gallery([feed])
    files = tuple(Attached(chart.filename, chart.png, FOR_STORIES) for chart in others)
    return (picture, *(ui.File(f"attachment://{file.filename}") for file in files)), (*attached, *files)


def with_files(said: ui.TextDisplay[Any], files: Sequence[Attached]) -> Reply:
    """Hand over files below some words."""
    return Reply((said, *(ui.File(f"attachment://{file.filename}") for file in files)), tuple(files))


def in_full(said: ui.TextDisplay[Any], facts: str, filename: str, *, longest: int) -> Reply:
    """Give facts below some words as plain text, as a file where a card has no room for them."""
    fence = facts.replace("```", "'''")
    if len(fence) <= longest:
        return Reply((said, text(f"```\n{fence}\n```")))
    return with_files(said, [Attached(filename, facts.encode())])


def button(
    label: str,
    answers: ComponentRef | str,
    *,
    style: ButtonStyle = ButtonStyle.secondary,
    disabled: bool = False,
) -> ui.Button[Any]:
    """Make a button that is answered by its custom id, written out or not."""
    custom_id = answers if isinstance(answers, str) else answers.button()
    return ui.Button(label=label, custom_id=custom_id, style=style, disabled=disabled)


def draft_button(
    command: Action,
    label: str,
    draft_id: str,
    verb: DraftVerb,
    *details: int | str,
    style: ButtonStyle = ButtonStyle.secondary,
    disabled: bool = False,
) -> ui.Button[Any]:
    """Make a button that changes or takes a draft."""
    return button(label, draft_ref(command, draft_id, verb, *details), style=style, disabled=disabled)


def rule() -> ui.Separator[Any]:
    """Draw a thin line between two blocks."""
    return ui.Separator(visible=True, spacing=discord.SeparatorSpacing.small)


def note(*lines: str) -> Reply:
    """Say something short without a picture."""
    return Reply((text(*lines),))


def with_contents(reply: Reply, contents: Mapping[str, bytes]) -> Reply:
    """Return the reply with other contents for some of its files."""
    return replace(
        reply,
        attached=tuple(
            replace(file, content=contents.get(file.filename, file.content)) for file in reply.attached
        ),
    )


def in_words(reply: Reply) -> Reply:
    """Return the reply without its files, with what they show in words as far as there is room."""
    kept: list[ui.Item[Any]] = [
        block for block in reply.blocks if not isinstance(block, ui.MediaGallery | ui.File)
    ]
    used = sum(len(block.content) for block in kept if isinstance(block, ui.TextDisplay))
    room = MAX_TEXT - used - len(small(TOO_LARGE)) - 1
    words = escape(" ".join(file.alt_text for file in reply.attached if file.alt_text), max(room, 1))
    said = text(small(TOO_LARGE), words) if words and len(words) <= room else None
    return Reply((*kept[:1], *([said] if said else []), *kept[1:]), (), reply.accent)
