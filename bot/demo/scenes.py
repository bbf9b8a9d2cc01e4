"""What the demo shows: single answers of the bot, and how to find a component in one."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

_TEXT = 10
"""Discord's number for a text display."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One answer of the bot."""

    name: str
    caption: str
    message: Any = None
    page: str = ""
    """A page of a login in place of a message, as HTML."""

    @property
    def attachments(self) -> list[Any]:
        """Files of the message."""
        return [] if self.message is None else list(self.message.attachments)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a scene showed at its time: the message may be changed or taken back later in the story."""

    name: str
    caption: str
    texts: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    """Names of the attachments, each with its alternative text."""


def seen(scene: Scene) -> Seen:
    """Write down what a scene shows now."""
    return Seen(
        scene.name,
        scene.caption,
        (words_of(scene.page),) if scene.page else tuple(_texts(scene.message)),
        tuple((file.filename, file.description or "") for file in scene.attachments),
    )


def _texts(message: Any) -> list[str]:
    return [str(part["content"]) for part in walk(message.components) if part["type"] == _TEXT]


def words_of(page: str) -> str:
    """Return what a page says, without its style and its tags."""
    body = re.sub(r"<style.*?</style>|<[^>]+>", " ", page.partition("<body>")[2], flags=re.DOTALL)
    return " ".join(html.unescape(body).split())


def custom_id(message: Any, prefix: str) -> str:
    """Return the first custom id of a message that begins so."""
    return next(
        str(part["custom_id"])
        for part in walk(message.components)
        if part.get("custom_id", "").startswith(prefix)
    )


def walk(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """List all components of a message, nested ones too."""
    return [found for part in components for found in (part, *walk(part.get("components", [])))]
