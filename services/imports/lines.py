"""Read lines that say `Artist - Title` or part the two otherwise, and what stands around the names in all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from services.domain.errors.playlists import TooManyRowsError
from services.domain.messages import Note, NoteKind
from services.domain.music import Playlist, SkipReason, Track
from services.imports.cells import split_commas, unescaped
from services.imports.columns import Column
from services.imports.dialects import GENERIC
from services.imports.entries import (
    ARTIST_AND_TITLE,
    SOUND_FILE,
    Entries,
    file_name,
    make_track,
    track_of_path,
    track_of_words,
)
from services.imports.formats import LINES, MAX_ROWS
from services.imports.links import NUMBERING
from services.imports.parting import (
    LEAST_LINES,
    LONGEST_LINE,
    LOOKED_AT,
    MOST_OF_TEN,
    Block,
    find_blocks,
    length_ms,
    part,
)
from services.imports.tally import Budget
from services.imports.text import DASHES

_LONGEST_HEADING = 100
_MOST_HEADINGS = 2
"""A list's own name and that of its first part."""
_TIME = r"(?:\d{1,2}:)?\d{1,3}:[0-5]\d"
_STARTS_AT = re.compile(rf"^[\[(]?{_TIME}(?:\s?[-–]\s?{_TIME})?[\])]?(?:\s+[{DASHES}:|])?\s+")
"""Where in a mix a piece begins, in front of its name."""
_CLOCK = re.compile(r"\s[\[(]?(?:(\d{1,2}):)?(\d{1,2}):([0-5]\d)[\])]?$")
_NUMBER = re.compile(
    rf"\s*[(\[#]?(?:n[or]\.?\s?)?(\d{{1,4}})\ufe0f?\u20e3?(?:\s*[.):\]|．、：）;,]+\s*|\s+[{DASHES}]\s+|\s+)",
    re.IGNORECASE,
)
"""A number in front of a line in any dress. Bands have numbers too: it goes only where lines count up."""
_EMPHASIS = re.compile(r"(?<!\S)(\*{1,3}|_{1,3})(?=[^\s*_])([^*_]{0,200}[^\s*_])\1(?!\w)")
_QUOTED_LINE = re.compile(r"^[\"“„«]([^\"“”„«»]*)[\"“”»]$")
_QUOTED_TITLE = re.compile(
    rf"^(.*?\s[{DASHES}]\s+)[\"“„«]([^\"“”„«»]+)[\"“”»](\s*[\[(]?(?:\d{{1,2}}:\d\d[\])]?)?)$"
)
_DRAWN = re.compile(r"^[\s│├└─╰╭|`]+(?=\s)")
"""The branches of a tree of files."""
_SIGNS = re.compile(r"^[^\w\s\"'“”„‘’«»()\[\]{}<>.,;:¿?¡!$€£#@&+*/\\-]{1,4}\s+")
"""A picture or a tick before a name."""
_LISTED = re.compile(r"^[-l][-rwxst]{9}\S?\s+\d+(?:\s+\S+){3}\s+\S+\s+\d{1,2}\s+[\d:]{4,5}\s+")
"""What a terminal says of a file in front of its name."""
_LETTER = re.compile(r"\w")
_REMARK = re.compile(r"#(?!\d)|//|;\s")
_NAMES = re.compile(rf"\s[{DASHES}]\s|\sby\s|\w[–—]\w|{SOUND_FILE.pattern}", re.IGNORECASE)
_NO_ARTIST = re.compile(
    rf"(?:[\d\W]*\d[:./-]\d[\d\W]*|(?=[a-f]*\d)[0-9a-f]{{7,40}})\s[{DASHES}]\s", re.IGNORECASE
)
"""A date, a time or a hash: so begin the lines of logs."""
_LABEL = re.compile(
    r"\s\[(?![^\[\]]*\b(?:re-?mix|mix|edit|live|feat|ft|version|remaster\w*|acoustic|instrumental|dub|bootleg|vip)\b)"
    r"[^\[\]]{1,60}\]$",
    re.IGNORECASE,
)
_ALBUM = re.compile(rf"\s[{DASHES}]\s\[[^\[\]]{{1,200}}\s#\d{{1,3}}(?:\.\d{{1,3}})?\]\s")
"""`[Album #01]`, as players copy it."""
_SAID = re.compile(
    r"^\[?\d{1,4}[./-]\d\d?[./-]\d{1,4},?\s\d\d?:\d\d(?::\d\d)?(?:\s?[ap]\.?m\.?)?\]?(?:\s-)?\s[^:]{1,40}:\s",
    re.IGNORECASE,
)
"""When and by whom a line of a chat was said."""
_UNKNOWN = re.compile(rf"\(?(?:ID|unknown|\?+)\)?\s+[{DASHES}]\s+\(?(?:ID|unknown|\?+)\)?", re.IGNORECASE)
"""How people write down what nobody knows."""
_LINK = re.compile(r"(?<=\S)\s+[-–:|(<\[]{0,3}\s?https?://\S+$", re.IGNORECASE)
"""Where a name is heard at another service."""
_WITH = re.compile(r"^w/\s")


def read_lines(text: str, name: str, budget: Budget, notes: Iterable[Note] = ()) -> Playlist | None:
    """Read lines or file names that say `Artist - Title`, numbered or not; None if most say something else.

    Raises
    ------
    TooManyRowsError
        There are more lines than are read.
    """
    lines, shown = [], unescaped(text).splitlines()
    for line in shown:
        if line.strip():
            budget.take_rows()
            lines.append(line)
    are_names = _are_names(lines) and not _is_table(lines)
    if not are_names and (blocks := find_blocks([line.strip() for line in shown])):
        return _of_blocks(blocks, name, notes)
    cleaned = (_LISTED.sub("", _DRAWN.sub("", line[:LONGEST_LINE])) + line[LONGEST_LINE:] for line in lines)
    lines = _changed(_SAID, "", [line.strip() for line in cleaned if _LETTER.search(line)])
    lines, others = _between_heading_and_end(lines)
    lines = [_EMPHASIS.sub(r"\2", line) for line in _unquoted(_bare(lines))]
    dashed = sum(map(bool, map(ARTIST_AND_TITLE.search, lines)))
    parted = None if are_names and 10 * dashed >= MOST_OF_TEN * len(lines) else part(lines)
    if parted is not None:
        lines = parted.lines
    elif not are_names:
        return None
    lines = _without_labels(lines)
    dashed = sum(1 for line in lines if len(line) <= LONGEST_LINE and ARTIST_AND_TITLE.search(line))
    others_than_names = sum(line.endswith(".") or _NO_ARTIST.match(line) is not None for line in lines)
    if 10 * dashed < MOST_OF_TEN * len(lines) or 2 * others_than_names > len(lines) or not dashed:
        return None
    numbered = count_up(file_name(line) for line in lines if SOUND_FILE.search(line))
    clocks = [_CLOCK.search(line) for line in lines]
    told = [length_ms(clock) for clock in clocks if clock]
    are_places = len(told) > LEAST_LINES and told[0] == 0 and all(one < two for one, two in pairwise(told))
    entries = Entries(Budget())  # the lines were counted when they were found
    for line in others:
        entries.add(SkipReason.UNREADABLE, line)
    for line, clock in zip(lines, clocks, strict=True):
        words = line[: clock.start()].rstrip(f" {DASHES}") if clock else line
        is_title = not ARTIST_AND_TITLE.search(words)
        words = line if is_title else words
        length = length_ms(clock) if clock and not (are_places or is_title) else None
        entries.add(_track_of_line(words, length, numbered=numbered), line)
    if parted is not None and parted.columns:
        notes = (*notes, Note(NoteKind.NO_HEADER, names=parted.columns))
    return entries.playlist(name, LINES, notes)


def _of_blocks(blocks: Iterable[Block | str], name: str, notes: Iterable[Note]) -> Playlist:
    entries = Entries(Budget())
    for block in blocks:
        if isinstance(block, str):
            entries.add(SkipReason.UNREADABLE, block)
            continue
        artists = split_commas(block.artist)
        track = make_track(
            title=block.title, artists=artists, album=block.album, duration_ms=block.duration_ms
        )
        entries.add(track, block.title)
    return entries.playlist(name, LINES, notes)


def _are_names(lines: Sequence[str]) -> bool:
    """Whether lines are short enough for names, and their first ones say some, before all are looked at.

    Raises
    ------
    TooManyRowsError
        So many lines of names are more tracks than are read.
    """
    long = sum(len(line) > LONGEST_LINE for line in lines)
    if 10 * long > (10 - MOST_OF_TEN) * len(lines):
        return False
    first = lines[:LOOKED_AT]
    named = 2 * sum(_NAMES.search(line.strip()) is not None for line in first) >= len(first)
    if named and MOST_OF_TEN * len(lines) > 10 * MAX_ROWS:
        raise TooManyRowsError(limit=MAX_ROWS)
    return named


def _is_table(lines: Sequence[str]) -> bool:
    """Whether lines are rows of an unknown table: the first names no track, and has as many cells as all."""
    if not lines or _NAMES.search(lines[0]):
        return False
    counts = [(lines[0].count(each), each) for each in "\t;,|"]
    cells, delimiter = max(counts)
    alike = sum(line.count(delimiter) >= cells for line in lines)
    return cells > 0 and 10 * alike >= MOST_OF_TEN * len(lines)


def _between_heading_and_end(lines: list[str]) -> tuple[list[str], list[str]]:
    """Return lines without heading, remarks and last word, and these; a header of their parts is neither."""
    remarks = [line for line in lines if _REMARK.match(line)]
    kept = [line for line in lines if not _REMARK.match(line)] if remarks else lines
    header = ARTIST_AND_TITLE.split(kept[0][:LONGEST_LINE]) if kept else []
    parts = GENERIC.match(header)
    if {Column.ARTISTS, Column.TITLE} <= parts.keys():
        rows = [ARTIST_AND_TITLE.split(line, maxsplit=len(header) - 1) for line in kept[1:]]
        names = parts[Column.ARTISTS], parts[Column.TITLE]
        lines = [
            " - ".join(row[at] for at in names) if len(row) == len(header) else " - ".join(row)
            for row in rows
        ]
        return lines, remarks
    named = [_NAMES.search(line) is not None for line in kept]
    others = _headings(kept, named)
    if named[-1 - LEAST_LINES :] == [*[True] * LEAST_LINES, False]:
        others.add(len(kept) - 1)
    rest = [*remarks, *(kept[row] for row in sorted(others))]
    return [line for row, line in enumerate(kept) if row not in others], rest


def _headings(lines: Sequence[str], named: Sequence[bool]) -> set[int]:
    """Return the rows of short lines without names above parts of a list, one or two above each."""
    found, above = set[int](), list[int]()
    for row, is_named in enumerate(named):
        if not is_named:
            above.append(row)
            continue
        is_part = [*named[row : row + LEAST_LINES]] == [True] * LEAST_LINES and len(above) <= _MOST_HEADINGS
        if is_part and all(len(lines[one]) <= _LONGEST_HEADING for one in above):
            found.update(above)
        above.clear()
    return found


def _without_labels(lines: list[str]) -> list[str]:
    """Drop links and record companies behind nearly all lines, and albums in front of their titles."""
    for pattern, kept in ((_LINK, ""), (_LABEL, ""), (_ALBUM, " - ")):
        lines = _changed(pattern, kept, lines)
    return [_WITH.sub("", line) for line in lines]


def _changed(pattern: re.Pattern[str], kept: str, lines: list[str]) -> list[str]:
    """Replace what nearly all lines have, those apart that nobody knows the names of."""
    known = [line for line in lines if len(line) <= LONGEST_LINE and not _UNKNOWN.fullmatch(line)]
    if 10 * sum(map(bool, map(pattern.search, known))) < MOST_OF_TEN * len(known):
        return lines
    return [pattern.sub(kept, line, count=1) if len(line) <= LONGEST_LINE else line for line in lines]


def _track_of_line(line: str, duration_ms: int | None, *, numbered: bool) -> Track | SkipReason:
    if len(line) > LONGEST_LINE or not ARTIST_AND_TITLE.search(line):
        return SkipReason.UNREADABLE
    if _UNKNOWN.fullmatch(line):
        return SkipReason.NO_TITLE
    if SOUND_FILE.search(line):
        return track_of_path(line, numbered=numbered)
    return track_of_words(line, duration_ms=duration_ms)


def count_up(names: Iterable[str]) -> bool:
    """Whether nearly all names begin with numbers that count up, perhaps anew in each part, or down to 1."""
    return _do_count([_NUMBER.match(name) for name in names])


def _do_count(found: Sequence[re.Match[str] | None]) -> bool:
    told = [int(number[1]) for number in found if number]
    if len(told) < LEAST_LINES or 10 * len(told) < MOST_OF_TEN * len(found):
        return False
    rises = told[0] in {0, 1} and all(
        after == before + 1 or after == 1 < before for before, after in pairwise(told)
    )
    return rises or told == list(range(len(told), 0, -1))


def _bare(lines: list[str]) -> list[str]:
    """Drop signs, numbers, bullets, and times of a mix from in front of the names."""
    for _ in range(2):  # a number may stand before a time, and behind it
        lines = _without_numbers(_changed(_STARTS_AT, "", _changed(_SIGNS, "", lines)))
    return [line.rstrip(" ;,") for line in lines]


def _without_numbers(lines: list[str]) -> list[str]:
    found = [_NUMBER.match(line) for line in lines]
    if _do_count(found):
        lines = [line[number.end() :] if number else line for line, number in zip(lines, found, strict=True)]
    return [NUMBERING.sub("", line, count=1).strip() for line in lines]


def _unquoted(lines: list[str]) -> list[str]:
    """Drop quotes around whole lines, or around titles, where nearly all have them."""
    return _changed(_QUOTED_TITLE, r"\1\2\3", _changed(_QUOTED_LINE, r"\1", lines))
