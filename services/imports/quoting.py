"""Mend what programs and people do to the quotes of a table: wrapped lines, backslashes, loose quotes."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

_MOST_LINES = 0.9
"""So many lines must be one quoted cell each before a whole file counts as wrapped."""
_WRAPPED = re.compile(r'"(?:[^"\r\n]|"")*"[;,\t ]*')
_DOUBLED = re.compile(r'[^,;\t|\s"\\]""[^"]|[^"\\]""[^,;\t|\s"]')
_BACKSLASHED = re.compile(r'\\"(?!\s*(?:[,;\t|]|$))|\\"(?="[,;\t|\r\n])', re.MULTILINE)
_LONGEST_HEADER = 5_000
_OTHER_QUOTES = re.compile(r"['‘“„][^'’“”]*['’“”](?:[,;\t|] ?['‘“„][^'’“”]*['’“”])+")
_FORMULAS = re.compile(r'"=""([^"\r\n]{0,500})"""|(?<![^,;\t|\r\n])="([^"\r\n]{0,500})"')
"""`="0012"`, by which programs keep a spreadsheet from reading a number."""
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
    return _FORMULAS.sub(r'"\1\2"', text) if '="' in text else text


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
