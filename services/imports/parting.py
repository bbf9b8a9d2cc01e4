"""Part lines into artist and title: each at what stands between the two, or blocks of a line for each.

A dash between blanks says enough by itself. Colons, slashes and commas stand in any text: they count only
where nearly all lines have one, with what looks like names on both sides.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from services.domain.errors.playlists import TooManyRowsError
from services.imports.dialects import GENERIC
from services.imports.entries import split_words
from services.imports.formats import MAX_ROWS

_Pair = tuple[str, str]

_BY = re.compile(
    r"[\"“„]?(?P<title>.+?)[\"”“]?(?<!\s)\s+(?P<by>by|von|par|av|af|door)\s+"
    r"(?P<artist>(?=\S)(?:(?!\s(?P=by)\s).)+)",
    re.IGNORECASE,
)
_TIGHT = re.compile(r"(?P<artist>[^–—]+)[–—](?P<title>[^–—]+)")
_SIGN = re.compile(
    r"(?P<artist>\S(?:.*?\S)?)(?:\s+(?:[/／~→»|]|-{2,}|[-=]>|::)\s+|[-–—]\s+|\s+[-–—])(?P<title>[^\s/~→»].*)"
)
_QUOTED = re.compile(r"(?P<artist>[^\"“„«]+[\s,:])[\"“„«](?P<title>[^\"”“»]+)[\"”“»]")
_GAP = re.compile(r"(?P<artist>\S+(?: \S+)*) {2,}(?P<title>\S+(?: \S+)*)")
_COLON = re.compile(r"(?P<artist>[^:：]*[^:：\s])(?::\s|\s?：)\s*(?P<title>[^:：\s][^:：]*)")
_CLOCK_CELL = re.compile(r"\s*[\t|;,]\s*((?:\d{1,2}:)?\d{1,2}:[0-5]\d)$")
_NO_NAME = re.compile(r"@|://|^[\W\d_]*$")
_SEVERAL_WORDS = re.compile(r"\w\W*\s\W*\w|[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""What names often have, and lists of single things do not; some scripts know no blanks."""
LONGEST_LINE, _LONGEST_CLOCK = 300, 20
LOOKED_AT = 200
LEAST_LINES = 2
MOST_OF_TEN = 8
"""So many of ten lines must name artist and title; in prose a dash is rare."""


class Parted(NamedTuple):
    """Lines as `Artist - Title`; those that have no two parts are as they were."""

    lines: list[str]
    columns: tuple[str, ...] = ()
    """What columns without a header were taken for, if they are columns."""


def _always(_pairs: Sequence[_Pair]) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class _Way:
    """A way in which a line is parted."""

    split: Callable[[str], _Pair | None]
    hold_songs: Callable[[Sequence[_Pair]], bool] = _always
    """What all pairs together must look like."""
    are_columns: bool = False
    may_turn: bool = True
    """Whether the title may come first without saying so."""


def part(lines: Sequence[str]) -> Parted | None:
    """Return the lines with a dash between artist and title, or None where nothing parts them surely.

    Raises
    ------
    TooManyRowsError
        So many lines are more tracks than are read.
    """
    for way in _WAYS:
        if _part(lines[:LOOKED_AT], way) is None:
            continue
        if MOST_OF_TEN * len(lines) > 10 * MAX_ROWS:
            raise TooManyRowsError(limit=MAX_ROWS)
        parted = _part(lines, way)
        if parted is not None:
            return parted
    return None


def _part(lines: Sequence[str], way: _Way) -> Parted | None:
    clocks = [_CLOCK_CELL.search(line[-_LONGEST_CLOCK:]) if way.are_columns else None for line in lines]
    bare = [line[: -len(clock[0])] if clock else line for line, clock in zip(lines, clocks, strict=True)]
    pairs = [way.split(line) if len(line) <= LONGEST_LINE else None for line in bare]
    told = [pair for pair in pairs if pair]
    if len(told) < LEAST_LINES or 10 * len(told) < MOST_OF_TEN * len(lines) or not way.hold_songs(told):
        return None
    turned = way.may_turn and _come_again(told)
    written = [
        f"{pair[turned]} - {pair[not turned]}{f' {clock[1]}' if clock else ''}" if pair else line
        for line, pair, clock in zip(lines, pairs, clocks, strict=True)
    ]
    return Parted(written, ("title", "artist")[:: 1 if turned else -1] if way.are_columns else ())


def _found(pattern: re.Pattern[str], line: str) -> _Pair | None:
    found = pattern.fullmatch(line)
    return (found["artist"].strip(" \t,:"), found["title"].strip()) if found else None


def _columns(delimiter: str, line: str) -> _Pair | None:
    if delimiter not in line:
        return None
    try:
        (row,) = csv.reader([line], delimiter=delimiter, skipinitialspace=True)
    except csv.Error:
        return None
    cells = [cell.strip() for cell in row if cell.strip()]
    return (cells[0], cells[1]) if len(cells) == 2 else None


def _anyhow(line: str) -> _Pair | None:
    """Part a line at whatever parts it: each has its own sign."""
    artist, title = split_words(line)
    if artist:
        return artist, title
    patterns = (_BY, _TIGHT, _SIGN, _QUOTED, _GAP, _COLON)
    pairs = (*(_found(each, line) for each in patterns), *(_columns(each, line) for each in "\t|;,"))
    return next(filter(None, pairs), None)


def _are_songs(pairs: Sequence[_Pair]) -> bool:
    """Whether both parts look like names, which are mostly different, and the first names no column."""
    count = len(pairs)
    if 2 * len(set(pairs)) < count or GENERIC.match(pairs[0]) or _is_header(pairs):
        return False
    return all(
        10 * sum(_NO_NAME.search(cell) is not None for cell in column) <= count
        and 4 * sum(_SEVERAL_WORDS.search(cell) is not None for cell in column) >= count
        for column in zip(*pairs, strict=True)
    )


def _is_header(pairs: Sequence[_Pair]) -> bool:
    """Whether the first pair alone is two words, where names have more: columns of another table."""
    if any(map(_SEVERAL_WORDS.search, pairs[0])):
        return False
    below = [cell for pair in pairs[1:] for cell in pair]
    return 4 * sum(_SEVERAL_WORDS.search(cell) is None for cell in below) <= len(below)


def _are_no_sentences(pairs: Sequence[_Pair]) -> bool:
    """Whether what stands behind colons are names too: not what people say, nor amounts and settings."""
    spoken = sum(title[:1].islower() or title[:1].isdigit() for _, title in pairs)
    speakers = {artist for artist, _ in pairs}
    return 4 * spoken <= len(pairs) and 2 * len(speakers) >= len(pairs) and _are_songs(pairs)


def _come_again(pairs: Sequence[_Pair]) -> bool:
    """Whether the second parts come again and again, as artists do, more often than the first."""
    first, second = ({name.casefold() for name in names} for names in zip(*pairs, strict=True))
    return len(second) < len(first)


_WAYS = (
    _Way(partial(_found, _BY), may_turn=False),
    _Way(partial(_found, _TIGHT)),
    *(_Way(partial(_columns, delimiter), _are_songs, are_columns=True) for delimiter in "\t|;,"),
    _Way(partial(_found, _GAP), _are_songs, are_columns=True),
    _Way(partial(_found, _QUOTED), _are_songs, may_turn=False),
    _Way(partial(_found, _SIGN), _are_songs),
    _Way(partial(_found, _COLON), _are_no_sentences),
    _Way(_anyhow, _are_no_sentences, may_turn=False),
)


_NUMBER_LINE = re.compile(r"#?(\d{1,4})[.)]?")
_CLOCK_LINE = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):([0-5]\d)")
_NO_FIELD = re.compile(
    r"E|Explicit|🅴|Lyrics|Music video|\d+ \w+ ago|\w{3,9}\.? \d{1,2}, (?:19|20)\d\d"
    r"|\d{1,2}\.? \w{3,9}\.? (?:19|20)\d\d|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}",
    re.IGNORECASE,
)
"""What Spotify shows of a track beside its names: that it is explicit, and when it was added."""
_FEWEST_BLOCKS, _MOST_FIELDS, _MOST_WORDS, _FEW_WORDS = 3, 3, 8, 4


class Block(NamedTuple):
    """One track that has a line for each of its names."""

    title: str
    artist: str
    album: str = ""
    duration_ms: int | None = None


def find_blocks(lines: Sequence[str]) -> list[Block | str] | None:
    """Read blocks of lines, as players show a list: each from its number on, up to its length, or to a blank.

    `lines` have their blank ones among them. None where most are no such blocks; words of one that has more
    lines than the others, or fewer. Titles come first, unless it is the first lines that come again.
    """
    for found in (_from_numbers(lines), _to_clocks(lines), _to_blanks(lines)):
        if len(found) < _FEWEST_BLOCKS:
            continue
        ((usual, count),) = Counter(len(fields) for fields, _ in found).most_common(1)
        alike = [fields for fields, _ in found if len(fields) == usual]
        if 2 <= usual <= _MOST_FIELDS and 10 * count >= MOST_OF_TEN * len(found) and _are_names(alike):
            turned = _come_again([(fields[1], fields[0]) for fields in alike])
            return [
                Block(fields[turned], fields[not turned], "".join(fields[2:]), duration_ms)
                if len(fields) == usual
                else " ".join(fields)
                for fields, duration_ms in found
            ]
    return None


_Fields = tuple[list[str], int | None]


def _fields(lines: Sequence[str]) -> _Fields:
    """Return the names of a block, and its length in milliseconds."""
    clocks = [clock for line in lines if (clock := _CLOCK_LINE.fullmatch(line))]
    names = [line for line in lines if not (_CLOCK_LINE.fullmatch(line) or _NO_FIELD.fullmatch(line))]
    return names, length_ms(clocks[-1]) if clocks else None


def _from_numbers(lines: Sequence[str]) -> list[_Fields]:
    """Return the blocks below numbers that count up from 1."""
    blocks: list[list[str]] = []
    for line in filter(None, lines):
        number = _NUMBER_LINE.fullmatch(line)
        if number and int(number[1]) == len(blocks) + 1 and (not blocks or blocks[-1]):
            blocks.append([])
        elif blocks:
            blocks[-1].append(line)
    return list(map(_fields, blocks))


def _to_clocks(lines: Sequence[str]) -> list[_Fields]:
    """Return the blocks above lengths."""
    blocks: list[list[str]] = [[]]
    for line in filter(None, lines):
        blocks[-1].append(line)
        if _CLOCK_LINE.fullmatch(line):
            blocks.append([])
    return list(map(_fields, blocks[:-1]))


def _to_blanks(lines: Sequence[str]) -> list[_Fields]:
    """Return the blocks of two short lines between blank ones; none where they are longer, as verses are."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    words = sum(len(line.split()) for line in lines)
    are_short = words <= _FEW_WORDS * sum(map(len, blocks))
    return [(block, None) for block in blocks if block] if are_short and max(map(len, blocks)) == 2 else []


def _are_names(blocks: Sequence[Sequence[str]]) -> bool:
    """Whether the lines of blocks look like names, and not like sentences."""
    lines = [line for fields in blocks for line in fields[:2]]
    said = sum(line[-1] in ".,;:" or line[0].islower() for line in lines)
    nameless = sum(_NO_NAME.search(line) is not None for line in lines)
    words = sum(len(line.split()) for line in lines)
    return 5 * said <= len(lines) and 5 * nameless <= len(lines) and words <= _MOST_WORDS * len(lines)


def length_ms(clock: re.Match[str]) -> int:
    """Return the milliseconds of a match of hours, which may be None, minutes and seconds."""
    return ((int(clock[1] or 0) * 60 + int(clock[2])) * 60 + int(clock[3])) * 1000
