"""What a reply becomes where its files are too large: smaller pictures, or words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from discord import ui

from cogs.replies.layout import MAX_TEXT, Reply, small, text
from cogs.replies.text import escape

_SAID = "The pictures are too large for this place. In words:"


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
    room = MAX_TEXT - used - len(small(_SAID)) - 1
    words = escape(" ".join(file.alt_text for file in reply.attached if file.alt_text), max(room, 1))
    said = text(small(_SAID), words) if words and len(words) <= room else None
    return Reply((*kept[:1], *([said] if said else []), *kept[1:]), (), reply.accent)
