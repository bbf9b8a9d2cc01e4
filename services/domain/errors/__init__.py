"""Failures that a person can be told about: typed records, never a bare message."""

from __future__ import annotations

from typing import Any


def _rebuild(kind: type[TastemapError], fields: dict[str, Any]) -> TastemapError:
    return kind(**fields)


class TastemapError(Exception):
    """Root of every failure that has a sentence for people.

    Subclasses are frozen records: dataclass fields say what happened, the message derives from
    them, and `cogs.sentences` turns each class into what to do next.
    """

    def __str__(self) -> str:
        """Name the fields for the operator's log."""
        fields = getattr(self, "__dataclass_fields__", {})
        pairs = ", ".join(f"{name}={getattr(self, name)!r}" for name in fields)
        return f"{type(self).__name__}({pairs})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive the way out of a worker process with all fields."""
        fields = getattr(self, "__dataclass_fields__", {})
        return _rebuild, (type(self), {name: getattr(self, name) for name in fields})
