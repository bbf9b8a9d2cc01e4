"""Failures that a person can be told about: typed records, never a bare message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar, dataclass_transform


def _rebuild(kind: type[TastemapError], fields: dict[str, Any]) -> TastemapError:
    return kind(**fields)


@dataclass_transform(eq_default=False)
class TastemapError(Exception):
    """Root of every failure that has a sentence for people.

    Each subclass is a dataclass: its fields say what happened, the message derives from them, and
    `cogs.words.errors` turns each class into what to do next.
    """

    told: ClassVar[frozenset[str]] = frozenset()
    """Fields with words of Tastemap's own or the operator's; those of other fields never get into a log."""

    def __init_subclass__(cls) -> None:
        """Make a dataclass of each kind of failure."""
        dataclass(eq=False)(cls)

    def __str__(self) -> str:
        """Name the class, and those fields that say nothing about anybody: numbers, kinds, moments."""
        fields = getattr(self, "__dataclass_fields__", {})
        pairs = ", ".join(f"{name}={value}" for name in fields if (value := self._harmless(name)) is not None)
        return f"{type(self).__name__}({pairs})"

    def _harmless(self, name: str) -> str | None:
        value = getattr(self, name)
        if name in self.told:
            return repr(value)
        if isinstance(value, Enum | datetime):
            return str(value)
        is_plain = isinstance(value, bool | int | float | timedelta) and not name.endswith("_id")
        return repr(value) if is_plain else None

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive the way out of a worker process with all fields."""
        fields = getattr(self, "__dataclass_fields__", {})
        return _rebuild, (type(self), {name: getattr(self, name) for name in fields})
