"""What the demo shows: single answers of the bot, and how to find a component in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scene:
    """One answer of the bot."""

    name: str
    caption: str
    message: Any


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
