"""Cut a long JSON list into the texts of its objects, so that not every object has to be built."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

_FIRST_KEY = re.compile(r'\s*\[\s*(\{\s*"\w+"\s*:)')
_BETWEEN = re.compile(r"\s*,\s*")
_decoder = json.JSONDecoder()


def cut(text: str) -> Sequence[str] | None:
    """Return the JSON text of each object of a list, or None where that can't be told without parsing.

    The objects have to begin with the same key and to be written in the same way, as a program writes them.
    What lies between two of them then holds a quotation mark that no text inside quotation marks can hold
    without a backslash, so it is found nowhere else. Only the first and the last object are known to be
    valid JSON.
    """
    head = _FIRST_KEY.match(text)
    if head is None:
        return None
    begin, key = head.start(1), head[1]
    try:
        _, end = _decoder.raw_decode(text, begin)
        gap = _BETWEEN.match(text, end)
        between = f"{gap[0]}{key}" if gap else ""
        if not gap or not text.startswith(between, end):
            return None
        pieces = text[begin:].split(between)
        last = key + pieces[-1]
        _, end = _decoder.raw_decode(last)
    except (ValueError, RecursionError):
        return None
    if last[end:].strip() != "]":
        return None
    return [pieces[0], *(key + piece for piece in pieces[1:-1]), last[:end]]
