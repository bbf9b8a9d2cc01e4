"""Read Apple's property lists from the tags of XML: dictionaries, lists, text and numbers."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from services.imports.markup import Tag

Value = str | int | float | bool | list["Value"] | dict[str, "Value"] | None
_Container = dict[str, Value] | list[Value]
_CONTAINERS = frozenset({"dict", "array"})


def read_property_list(tags: Iterator[Tag]) -> dict[str, Value]:
    """Return the outermost dictionary; a property list of anything else gives an empty one.

    Parameters
    ----------
    tags
        What follows the begin of `plist`. Data and what is not understood become None.
    """
    outermost: dict[str, Value] | None = None
    stack: list[tuple[_Container, str]] = []
    """Open containers, each with the key it will stand under in the one around it."""
    key = ""
    for tag in tags:
        if tag.opens:
            if tag.name in _CONTAINERS:
                container: _Container = {} if tag.name == "dict" else []
                if outermost is None:
                    if not isinstance(container, dict):
                        return {}
                    outermost = container
                elif stack:
                    _put(stack[-1][0], key, container)
                stack.append((container, key))
        elif tag.name == "key":
            key = sys.intern(tag.text.strip())
        elif tag.name in _CONTAINERS:
            if stack:
                key = stack.pop()[1]
        elif stack:
            _put(stack[-1][0], key, _scalar(tag))
    return outermost or {}


def _put(container: _Container, key: str, value: Value) -> None:
    if isinstance(container, dict):
        container[key] = value
    else:
        container.append(value)


def _scalar(tag: Tag) -> Value:
    if tag.name in {"true", "false"}:
        return tag.name == "true"
    if tag.name in {"integer", "real"}:
        return tag.text.strip()[:40]
    return tag.text if tag.name in {"string", "date"} else None
