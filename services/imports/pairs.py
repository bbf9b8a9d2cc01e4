"""Write lines that part artist and title by something else than a dash as `Artist - Title`.

A dash between blanks says enough by itself. Colons, slashes and commas stand in any text: they count only
where nearly all lines have one, with what looks like names on both sides.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from services.imports.dialects import GENERIC

_Pair = tuple[str, str]

_BY = re.compile(r"[\"“„]?(?P<title>.+?)[\"”“]?\s+by\s+(?P<artist>(?:(?!\sby\s).)+)", re.IGNORECASE)
_TIGHT = re.compile(r"(?P<artist>[^–—]+)[–—](?P<title>[^–—]+)")
_SLASH = re.compile(r"(?P<artist>[^/]*[^/\s])\s+[/／]\s+(?P<title>[^/\s][^/]*)")
_COLON = re.compile(r"(?P<artist>[^:：]*[^:：\s])(?::\s|\s?：)\s*(?P<title>[^:：\s][^:：]*)")
_CLOCK = re.compile(r"\s*[\t|;,]\s*((?:\d{1,2}:)?\d{1,2}:[0-5]\d)$")
_NO_NAME = re.compile(r"@|://|^[\W\d_]*$")
_SEVERAL_WORDS = re.compile(r"\w\W*\s\W*\w|[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""What names often have, and lists of single things do not; some scripts know no blanks."""
_LONGEST_LINE = 300
_LEAST_LINES = 2
_MOST_OF_TEN = 8


class Parted(NamedTuple):
    """Lines as `Artist - Title`; those that have no two parts are as they were."""

    lines: list[str]
    columns: tuple[str, ...] = ()
    """What columns without a header were taken for, if they are columns."""


def part(lines: Sequence[str]) -> Parted | None:
    """Return the lines with a dash between artist and title, or None where nothing parts them surely."""
    for split, holds_songs, are_columns in _WAYS:
        clocks = [_CLOCK.search(line) if are_columns else None for line in lines]
        bare = [line[: clock.start()] if clock else line for line, clock in zip(lines, clocks, strict=True)]
        pairs = [split(line) if len(line) <= _LONGEST_LINE else None for line in bare]
        told = [pair for pair in pairs if pair]
        if len(told) < _LEAST_LINES or 10 * len(told) < _MOST_OF_TEN * len(lines) or not holds_songs(told):
            continue
        turned = split is not _by and _come_again(told)
        written = [
            f"{pair[turned]} - {pair[not turned]}{f' {clock[1]}' if clock else ''}" if pair else line
            for line, pair, clock in zip(lines, pairs, clocks, strict=True)
        ]
        return Parted(written, ("title", "artist")[:: 1 if turned else -1] if are_columns else ())
    return None


def _found(pattern: re.Pattern[str], line: str) -> _Pair | None:
    found = pattern.fullmatch(line)
    return (found["artist"].strip(), found["title"].strip()) if found else None


def _by(line: str) -> _Pair | None:
    return _found(_BY, line)


def _columns(delimiter: str, line: str) -> _Pair | None:
    if delimiter not in line:
        return None
    try:
        cells = [
            cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))
        ]
    except csv.Error:
        return None
    return (cells[0], cells[1]) if len(cells) == 2 and all(cells) else None


def _always(_pairs: Sequence[_Pair]) -> bool:
    return True


def _are_songs(pairs: Sequence[_Pair]) -> bool:
    """Whether both parts look like names, which are mostly different, and the first names no column."""
    count = len(pairs)
    if 2 * len(set(pairs)) < count or GENERIC.match(pairs[0]):
        return False
    return all(
        10 * sum(_NO_NAME.search(cell) is not None for cell in column) <= count
        and 4 * sum(_SEVERAL_WORDS.search(cell) is not None for cell in column) >= count
        for column in zip(*pairs, strict=True)
    )


def _are_no_sentences(pairs: Sequence[_Pair]) -> bool:
    """Whether what stands behind colons are names too: not what people say, nor amounts and settings."""
    spoken = sum(title[:1].islower() or title[:1].isdigit() for _, title in pairs)
    speakers = {artist for artist, _ in pairs}
    return 4 * spoken <= len(pairs) and 2 * len(speakers) >= len(pairs) and _are_songs(pairs)


def _come_again(pairs: Sequence[_Pair]) -> bool:
    """Whether the second parts come again and again, as artists do, more often than the first."""
    first, second = ({name.casefold() for name in names} for names in zip(*pairs, strict=True))
    return len(second) < len(first)


_WAYS: tuple[tuple[Callable[[str], _Pair | None], Callable[[Sequence[_Pair]], bool], bool], ...] = (
    (_by, _always, False),
    (partial(_found, _TIGHT), _always, False),
    *((partial(_columns, delimiter), _are_songs, True) for delimiter in "\t|;,"),
    (partial(_found, _SLASH), _are_songs, False),
    (partial(_found, _COLON), _are_no_sentences, False),
)
"""How a line is split, what all pairs together must look like, and whether they are columns of a table."""
