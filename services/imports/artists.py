r"""Take a cell of joined artist names apart, as far as the format can tell.

- A semicolon, or a comma escaped as `\,`, is unambiguous.
- A plain comma is not: "Tyler, The Creator" is one artist. Where the file also lists one id per
  artist, their number decides. Otherwise a comma separates, except in the names below and in names
  built like "Emerson, Lake & Palmer": those stay whole, because a name kept together can still be
  read by a person, while half a name is wrong everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from services.imports.limits import MAX_LISTED, MAX_TEXT_CHARS
from services.imports.text import clean_text

SplitArtists = Callable[[str, int | None], tuple[str, ...]]
"""Takes the cell and, if known, the number of artists in it."""

_COMMA = re.compile(r",(?!\d)\s*|(?<!\d),\s*")
"""A comma, but not the one in "10,000 Maniacs"."""
_UNESCAPED_COMMA = re.compile(r"(?<!\\),\s*")
_BAND = re.compile(r"[\w'.’-]+(?:, [\w'.’-]+)+,? (?:&|and) [\w'.’-]+")
"""Single words, commas and one "&": Crosby, Stills, Nash & Young."""
_PYTHON_LIST = re.compile(r"""(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")""")

_NAMED = re.compile(rf"""['"]name['"]\s*:\s*{_PYTHON_LIST.pattern}""")
"""The name in each of several things that a program wrote out."""

_COMMA_NAMES = (
    "Tyler, The Creator",
    "Earth, Wind & Fire",
    "Crosby, Stills, Nash & Young",
    "Crosby, Stills & Nash",
    "Emerson, Lake & Palmer",
    "Blood, Sweat & Tears",
    "Peter, Paul and Mary",
    "Peter, Paul & Mary",
    "Medeski, Martin & Wood",
    "Dave Dee, Dozy, Beaky, Mick & Tich",
    "Black Country, New Road",
    "Now, Now",
)
_COMMA_NAME = re.compile("|".join(re.escape(name) for name in _COMMA_NAMES), re.IGNORECASE)
_HELD_COMMA = "\x00"
"""Stands for a comma that belongs to a name; cells never hold it, NUL is removed on decoding."""


def split_semicolons(cell: str, known: int | None = None) -> tuple[str, ...]:
    """Split at `;`, as new Exportify files join names."""
    return _tidy([cell] if known == 1 else cell.split(";"))


def split_escaped_commas(cell: str, known: int | None = None) -> tuple[str, ...]:
    r"""Split at `, ` but not at `\,`, as Exportify.app joins names."""
    parts = [part.replace("\\,", ",") for part in _UNESCAPED_COMMA.split(cell)]
    if known == 1 and len(parts) > 1:
        parts = [cell.replace("\\,", ",")]
    return _tidy(parts)


def split_commas(cell: str, known: int | None = None) -> tuple[str, ...]:
    """Split at commas where that is safe; `known` is the number of artists if the file tells it."""
    if "," not in cell or known == 1:
        return _tidy([cell])
    plain = _COMMA.split(cell)
    if known == len(plain):
        return _tidy(plain)
    held = _COMMA_NAME.sub(lambda name: name.group().replace(",", _HELD_COMMA), cell)
    if _BAND.fullmatch(held):
        return _tidy([cell])
    parts = [part.replace(_HELD_COMMA, ",") for part in _COMMA.split(held)]
    if known is not None and known != len(parts):
        return _tidy([cell])
    return _tidy(parts)


def split_any(cell: str, known: int | None = None) -> tuple[str, ...]:
    """Split a cell of an unknown exporter: a Python list, semicolons, else commas."""
    if cell[:1] + cell[-1:] in {"[]", "()", "{}"} and cell[1:2] in {"'", '"', "{", "]"}:
        named = [single or double for single, double in _NAMED.findall(cell)]
        return _tidy(named or [single or double for single, double in _PYTHON_LIST.findall(cell)])
    return split_semicolons(cell, known) if ";" in cell else split_commas(cell, known)


def split_list(cell: str) -> tuple[str, ...]:
    """Split a cell of genres or the like at semicolons or commas."""
    if cell.startswith("["):
        return split_any(cell)
    return _tidy(cell.split(";" if ";" in cell else ","))


def _tidy(parts: list[str]) -> tuple[str, ...]:
    if len(parts) == 1:
        name = parts[0]
        if name.isprintable() and len(name) <= MAX_TEXT_CHARS:  # nearly always: spare the rest
            name = name.strip()
            return (name,) if name else ()
    cleaned = (clean_text(part) for part in parts[:MAX_LISTED])
    return tuple(dict.fromkeys(name for name in cleaned if name))
