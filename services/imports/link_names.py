"""Find the names that stand beside links: `[Name](link)`, cells between tabs, or `Artist - Title link`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from services.imports.entries import split_words

_BEFORE_CHARS, _AFTER_CHARS = 600, 200
"""So much of a line is looked at on both sides of its link."""
_LEAD = re.compile(r"[<(\[\"']*(?:https?://)?$", re.IGNORECASE)
"""What may stand between a name and the part of a link that was found."""
_MARKDOWN = re.compile(r"\[([^\[\]]{1,300})\]\(\s*<?(?:https?://)?$", re.IGNORECASE)
_ADDRESS_REST = re.compile(r"^\S*\s*")
_TAIL = re.compile(r"\S*[\s)>\].,;]*")
NUMBERING = re.compile(
    r"^\s*(?:(?:\(\d{1,2}|\[?\d{1,4})[.)\]]\s+|#\d{1,4}[.:)]?\s+|n[or]\.\s?\d{1,4}[.:)]\s+"
    r"|(?:[-–*+>•·‣▪●○◦▶►♪♫🎵🎶]\s+){1,3}(?:\[[ xX]?\]\s+)?)",
    re.IGNORECASE,
)
"""What may stand before a row of a list."""
_ANCHOR = re.compile(r"<a\s([^<>]{1,1000})>([^<]{1,300})</a>", re.IGNORECASE)
_ADDRESS = re.compile(r"""href\s?=\s?["']?([^"'\s<>]{1,500})""", re.IGNORECASE)
_LEAST = 2
"""One name alone may be part of a sentence."""


class Named(NamedTuple):
    """What is called beside a link, each empty where nothing is told."""

    title: str = ""
    artist: str = ""
    album: str = ""


def spread_anchors(text: str) -> str:
    """Write each link of a web page as `[name](link)` on a line of its own."""
    return _ANCHOR.sub(_spread, text)


def _spread(anchor: re.Match[str]) -> str:
    address = _ADDRESS.search(anchor[1])
    return f"\n[{anchor[2].strip()}]({address[1]})\n" if address else anchor[0]


def names_beside(text: str, spans: Sequence[tuple[int, int]]) -> list[Named]:
    """Return a name for each link that stands alone in its line, and an empty one for all others.

    Names count only as a list: at least two, for half of the lone links, and mostly different, so
    that neither a sentence around a link nor a hundred times "listen here" becomes a title.

    Parameters
    ----------
    text
        In which the links were found.
    spans
        Begin and end of each, in their order.
    """
    joined = [text.find("\n", end, begin) < 0 for (_, end), (begin, _) in pairwise(spans)]
    lone = (
        [not (before or after) for before, after in zip([False, *joined], [*joined, False], strict=True)]
        if spans
        else []
    )
    names = [_name(text, *span) if alone else Named() for span, alone in zip(spans, lone, strict=True)]
    told = [name for name in names if name.title]
    if len(told) < _LEAST or 2 * len(told) < sum(lone) or 2 * len(set(told)) < len(told):
        return [Named()] * len(spans)
    return names


def _name(text: str, begin: int, end: int) -> Named:
    above, _, before = text[max(0, begin - _BEFORE_CHARS) : begin].rpartition("\n")
    if begin > _BEFORE_CHARS and not above:
        return Named()  # the line is longer than any row of a list
    markdown = _MARKDOWN.search(before)
    if markdown:
        artist, title = split_words(markdown[1])
        return Named() if "://" in title else Named(title, artist)
    words = NUMBERING.sub("", _LEAD.sub("", before), count=1)
    cells = [cell.strip() for cell in words.split("\t")]
    if len(cells) >= 3 and cells[0] and cells[1]:
        return Named(*cells[:3])
    after = text[end : end + _AFTER_CHARS].partition("\n")[0]
    if not words.strip():
        words, after = _ADDRESS_REST.sub("", after, count=1), ""
    if not _TAIL.fullmatch(after):
        return Named()
    artist, title = split_words(words.strip().strip(":|–—-#").strip())
    return Named(title, artist) if artist else Named()
