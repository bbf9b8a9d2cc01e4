"""Read delimited text into a header and rows, mend its quotes, or say where it is broken."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from services.domain.errors.playlists import DamagedFileError, TooManyRowsError
from services.domain.messages import Damage, Fault
from services.imports.formats import MAX_RECORDS, MAX_ROWS
from services.imports.tally import Budget
from services.imports.text import clean_text, without_letters_of_mark

_MOST_LINES = 0.9
"""So many lines must be one quoted cell each before a whole file counts as wrapped."""
_WRAPPED = re.compile(r'"(?:[^"\r\n]|"")*"[;,\t ]*')
_DOUBLED = re.compile(r'[^,;\t|\s"\\]""[^"]|[^"\\]""[^,;\t|\s"]')
_BACKSLASHED = re.compile(r'\\"(?!\s*(?:[,;\t|]|$))|\\"(?="[,;\t|\r\n])', re.MULTILINE)
_LONGEST_HEADER = 5_000
_OTHER_QUOTES = re.compile(r"['‘“„][^'’“”]*['’“”](?:[,;\t|] ?['‘“„][^'’“”]*['’“”])+")
_FORMULAS = re.compile(r'="(?<![^,;\t|\r\n]=")([^"\r\n]{0,500})"')
"""`="0012"`, by which programs keep a spreadsheet from reading a number. What is looked for comes before
what may not stand before it: so most of a text is passed over ten times as fast.
"""
_QUOTED_FORMULAS = re.compile(r'"=""([^"\r\n]{0,500})"""')
_RULE = re.compile(r"[\s:;,=+_\-–—|\u2500-\u257f]*")
_SHORTEST_RULE = 3
_WIDE = 4
"""In a table of so many columns a lone cell with as many parts is a wrapped row."""


def without_wrapping(text: str) -> str:
    """Return text of which every line was one quoted cell as the lines that the cells hold.

    Only text whose cells are records themselves changes: a list of quoted titles stays.
    """
    if not text.lstrip().startswith('"'):
        return text
    lines = re.split(r"\r\n|\r|\n", text)
    filled = [line for line in lines if line.strip()]
    if sum(_WRAPPED.fullmatch(line) is not None for line in filled) < _MOST_LINES * len(filled):
        return text
    bare = [_bare(line) if _WRAPPED.fullmatch(line) else line for line in lines]
    held = next((line for line in bare if line.strip()), "")
    return "\n".join(bare) + "\n" if re.search(r"[^\s][,;\t|]", held) else text


def _bare(line: str) -> str:
    return line.rstrip(";,\t ")[1:-1].replace('""', '"')


def without_backslashes(text: str) -> str:
    r"""Return text with `""` for `\"`, as MySQL and scripts write a quote, where no quote is doubled."""
    if '\\"' not in text or _DOUBLED.search(text):
        return text
    return _BACKSLASHED.sub('""', text)


def without_formulas(text: str) -> str:
    """Return text whose cells are plain where they were formulas of one text each."""
    return _QUOTED_FORMULAS.sub(r'"\1"', _FORMULAS.sub(r'"\1"', text)) if '="' in text else text


def with_plain_quotes(text: str) -> str:
    """Return text with `"` for the single or typographic quotes in which its first line has every cell."""
    first = text.lstrip()[:_LONGEST_HEADER].partition("\n")[0].strip()
    if not _OTHER_QUOTES.fullmatch(first) or '"' in text:
        return text
    for opening, closing in ("''", "‘’", "“”", "„“", "„”"):
        for delimiter in ",;\t|":
            text = text.replace(f"{closing}{delimiter}{opening}", f'"{delimiter}"')
        for end in ("\r\n", "\n", "\r"):
            text = text.replace(f"{closing}{end}{opening}", f'"{end}"')
    first, last = text.lstrip()[:1], text.rstrip()[-1:]
    begin, end_at = text.index(first), text.rindex(last)
    return f'{text[:begin]}"{text[begin + 1 : end_at]}"{text[end_at + 1 :]}'


def has_blanks_before_quotes(text: str, delimiter: str) -> bool:
    """Whether cells are quoted behind a blank: `"a", "b, c"`."""
    parted = re.escape(delimiter)
    return re.search(rf'{parted} +"[^"\r\n]*" *(?:{parted}|$)', text, re.MULTILINE) is not None


def unwrapped(row: Sequence[str], width: int, delimiter: str) -> list[str]:
    """Return the cells of a row that was saved as one cell, if they are exactly `width`; else the row."""
    if not row or not row[0] or any(row[1:]) or delimiter not in row[0] or width < 2:
        return list(row)
    try:
        inner = list(csv.reader([row[0]], delimiter=delimiter, strict=True))
    except csv.Error:
        return list(row)
    fits = len(inner) == 1 and len(inner[0]) == width and ('"' in row[0] or width >= _WIDE)
    return inner[0] if fits else list(row)


def is_rule(row: Sequence[str]) -> bool:
    """Whether a row is a line drawn in a Markdown or ruled table, such as `|:---|---:|`."""
    drawn = "".join(row).strip()
    return len(drawn) >= _SHORTEST_RULE and _RULE.fullmatch(drawn) is not None


def split_loosely(line: str, delimiter: str, width: int) -> list[str] | None:
    """Split a line whose cells hold unescaped quotes, `"X (From "Y, Z")"`; None unless it has `width` cells.

    A quote closes its cell only before a delimiter or at the end of the line.
    """
    parted = re.escape(delimiter)
    cell = re.compile(rf' *"((?:[^"]|"(?! *(?:{parted}|$)))*)" *(?:{parted}|$)|([^{parted}]*)(?:{parted}|$)')
    text = line.rstrip("\r\n")
    if _WRAPPED.fullmatch(text):
        row = unwrapped([_bare(text)], width, delimiter)
        return row if len(row) == width else None
    cells: list[str] = []
    at = 0
    while len(cells) <= width:
        found = cell.match(text, at)
        if not found:
            return None
        quoted = found[1]
        cells.append(quoted.replace('""', '"') if quoted is not None else found[2])
        at = found.end()
        if at >= len(text) and not found[0].endswith(delimiter):
            return cells if len(cells) == width else None
    return None


DELIMITERS = (",", ";", "\t", "|", "^", "~")
_PREAMBLE = 5
"""Records that are tried as header: some programs write a title line above it."""
_EXCEL_HINT = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_DRAWN = frozenset("│║┌╔├")
"""With these a table begins that a terminal drew."""
_SENTINEL = "\x00end"
"""A last row that must come out alone; the decoder removes NUL, so no file can hold it."""
_HEAD_CHARS = 65_536
_JIRA = re.compile(r"\A\s*\|\|.{1,2000}\|\|[ \t]*$", re.MULTILINE)
"""A header between doubled bars, as wikis and trackers write it."""
_MAX_HEADER_CELLS = 500
_NARROW = 4
"""In a table of so few columns a line with one delimiter is no evidence of a row."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first row that names columns, and how the rows below it are separated."""

    cells: tuple[str, ...]
    delimiter: str
    record: int
    """How many records stand above it."""
    text: str
    """The whole text the header was found in, an Excel `sep=` line removed."""
    lines_above: int = 0
    """How many lines were removed from `text`."""


@dataclass(frozen=True, slots=True)
class Table:
    """All rows below a header, as they are; `lines` tells where each began in the file."""

    header: Header
    rows: list[list[str]]
    lines: list[int]
    lost: list[int] = field(default_factory=list)
    """The lines of rows whose quotes leave open where their cells end."""


def find_header(text: str, score: Callable[[tuple[str, ...]], int]) -> Header | None:
    """Return the header and delimiter for which `score` (recognised columns) is highest, if above 0."""
    hint = _EXCEL_HINT.match(text)
    delimiters: tuple[str, ...] = DELIMITERS
    if hint:
        text, delimiters = text[hint.end() :], DELIMITERS if hint[1].isalnum() else (hint[1],)
    if text.count("\n") <= MAX_RECORDS:  # more are never read
        text = with_plain_quotes(without_backslashes(without_formulas(without_wrapping(text))))
    if text.lstrip()[:1] in _DRAWN:
        text = text.replace("│", "|").replace("║", "|")
    head = _JIRA.match(text)
    if head:
        text = head[0].replace("||", "|") + text[head.end() :]
    best: tuple[int, int, Header] | None = None
    for delimiter in delimiters:
        for record, cells in first_records(text, delimiter):
            header = tuple(_header_cell(cell) for cell in cells)
            found = score(header)
            if found and (best is None or (found, len(header)) > best[:2]):
                best = (
                    found,
                    len(header),
                    Header(header, delimiter, record, text, lines_above=1 if hint else 0),
                )
    return best[2] if best else None


def first_records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the first few records of `text` with their number from 0, blank and absurd ones left out."""
    head = text[:_HEAD_CHARS]
    blanks = has_blanks_before_quotes(head, delimiter)
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, skipinitialspace=blanks)
    try:
        for record, cells in enumerate(reader):
            if record >= _PREAMBLE:
                return
            if 0 < len(cells) <= _MAX_HEADER_CELLS:
                yield record, cells
    except csv.Error:
        return


def rows_below(text: str, delimiter: str, above: int, format: str) -> Iterator[list[str]]:  # noqa: A002
    """Yield the rows below `above` records as they are, blank ones left out.

    Raises
    ------
    DamagedFileError
        A cell is absurdly long: a quote is never closed.
    """
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)):
            if number >= above and any(cell.strip() for cell in row):
                yield row
    except csv.Error as error:
        raise DamagedFileError(format, Damage(Fault.LONG_CELL)) from error


def read_table(
    header: Header,
    format: str,  # noqa: A002 - the errors have a field of this name
    budget: Budget | None = None,
) -> Table:
    """Read all rows below `header`; blank ones are left out.

    Quotes are read strictly first. A file that quotes sloppily (`"12" mix"`) is read again with
    tolerance, as long as each such row has all its cells; a quote that swallows cells or rows is
    damage, because what it covers is lost.

    Raises
    ------
    DamagedFileError
        A quote is never closed or the quotes of a row do not match, or a cell is absurdly long.
    TooManyRowsError
        More than `MAX_ROWS` rows, or more than `budget` has left.
    """
    budget = budget or Budget()
    try:
        return _read(header, format, budget, strict=True)
    except csv.Error:
        pass
    try:
        return _read(header, format, budget, strict=False)
    except csv.Error:
        damage = Damage(Fault.LONG_CELL)
    raise DamagedFileError(format, damage)


def _read(header: Header, format: str, budget: Budget, *, strict: bool) -> Table:  # noqa: A002
    text = header.text + ("" if header.text.endswith(("\n", "\r")) else "\n") + _SENTINEL
    physical: list[str] = []
    source = io.StringIO(text, newline="")
    kept = source if strict else _keeping(source, physical)
    blanks = has_blanks_before_quotes(header.text[:_HEAD_CHARS], header.delimiter)
    reader = csv.reader(kept, delimiter=header.delimiter, strict=strict, skipinitialspace=blanks)
    width = len(header.cells)
    rows: list[list[str]] = []
    lines: list[int] = []
    lost: list[int] = []
    begin, before, records = 1, 0, 0
    for row in reader:
        begin, before = before + 1, reader.line_num
        if row == [_SENTINEL]:
            return Table(header, rows, lines, lost)
        records += 1
        own_lines = physical[:]
        physical.clear()
        if records > MAX_RECORDS:
            raise TooManyRowsError(limit=MAX_ROWS)
        if records <= header.record + 1 or not any(row):
            continue
        line = begin + header.lines_above
        if before > begin and _swallows_rows(row, header):
            break
        if not strict and _is_torn(own_lines, header):
            mended = split_loosely(own_lines[0], header.delimiter, width) if len(own_lines) == 1 else None
            if mended is None and len(row) != width:
                if len(own_lines) > 1 or own_lines[0].count('"') % 2:
                    raise DamagedFileError(format, Damage(Fault.QUOTES, line=line))
                budget.take_rows()
                lost.append(line)
                continue
            row = mended or row  # noqa: PLW2901 - the same row, its quotes as they were meant
        row = unwrapped(row, width, header.delimiter)  # noqa: PLW2901 - the same row, out of its one cell
        if is_rule(row) or _repeats(row, header):
            continue
        if len(rows) >= MAX_ROWS:
            raise TooManyRowsError(limit=MAX_ROWS)
        budget.take_rows()
        rows.append(row)
        lines.append(line)
    raise DamagedFileError(format, Damage(Fault.OPEN_QUOTE, line=begin + header.lines_above))


def _keeping(source: Iterable[str], physical: list[str]) -> Iterator[str]:
    """Pass lines on and keep them; the csv reader takes exactly those of one record before it yields it."""
    for line in source:
        physical.append(line)
        yield line


def _repeats(row: list[str], header: Header) -> bool:
    """Whether a row is the header once more, as in exports that were joined or printed page by page."""
    return len(row) == len(header.cells) and all(
        _header_cell(cell).casefold() == name.casefold()
        for cell, name in zip(row, header.cells, strict=True)  # most rows differ at once
    )


def _header_cell(cell: str) -> str:
    return clean_text(without_letters_of_mark(cell).replace('"', ""))


def _is_torn(physical: list[str], header: Header) -> bool:
    """Whether a strict reader stumbles over the lines of this one row."""
    try:
        list(csv.reader(physical, delimiter=header.delimiter, strict=True))
    except csv.Error:
        return True
    return False


def _swallows_rows(row: list[str], header: Header) -> bool:
    """Whether a cell over several lines holds what must be rows: lines with as many delimiters as a row."""
    if row[-1].endswith(_SENTINEL):
        return True
    wanted = len(header.cells) - 1
    if len(header.cells) > _NARROW:  # Exportify cuts rows in the middle
        wanted //= 2
    if not wanted:
        return False
    return any(
        line.count(header.delimiter) >= wanted
        for cell in row
        if "\n" in cell or "\r" in cell
        for line in cell.splitlines()[1:]
    )
