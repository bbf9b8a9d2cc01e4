"""The function that every room's sentences are registered with, and how they are put into a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import singledispatch
from typing import Any

from cogs.words.text import escape
from services.domain.errors import TastemapError
from services.domain.messages import Damage, Shape

UNEXPECTED = (
    "Something broke on our side. Please try again; if it happens again, tell the operator this reference."
)
_LONGEST_VALUE = 300
_LONGEST_NAME = 80


@singledispatch
def sentence(_error: BaseException) -> str:
    """Turn an error into a sentence for people; anything unknown is our own fault.

    A sentence marks its own words for Discord: commands as code, buttons in italics. The values in it
    stay as they are, which suits a terminal.
    """
    return UNEXPECTED


def say(sentences: Mapping[type[TastemapError], str]) -> None:
    """Register sentences, in which names of fields in braces stand for what an error holds."""

    def register(kind: type[TastemapError], words: str) -> None:
        sentence.register(kind, lambda error: words.format_map(vars(error)))

    for kind, words in sentences.items():
        register(kind, words)


def sentence_for_discord(error: BaseException) -> str:
    """Return the sentence of an error in which the values are shown letter by letter.

    Refusals repeat words of others: names of playlists, of columns, of what was typed.
    """
    return sentence(_escaped(error) if isinstance(error, TastemapError) else error)


def _escaped(error: TastemapError) -> TastemapError:
    record: Any = error
    values = {field.name: getattr(error, field.name) for field in fields(record)}
    return type(error)(**{name: _escaped_value(value) for name, value in values.items()})


def _escaped_value(value: Any) -> Any:
    if isinstance(value, str):
        return escape(value, _LONGEST_VALUE)
    if isinstance(value, Damage):
        return replace(value, names=_escaped_value(value.names), file=escape(value.file, _LONGEST_NAME))
    if isinstance(value, Shape):
        return replace(value, names=_escaped_value(value.names))
    if isinstance(value, tuple):
        return tuple(escape(each, _LONGEST_NAME) if isinstance(each, str) else each for each in value)
    return value
