r"""Read one cell: numbers, years, Spotify ids, ISRCs, joined artists. Keys and lengths have their own rooms.

In a cell of several artists:

- A semicolon, or a comma escaped as `\,`, is unambiguous.
- A plain comma is not: "Tyler, The Creator" is one artist. Where the file also lists one id per
  artist, their number decides. Otherwise a comma separates, except in the names below and in names
  built like "Emerson, Lake & Palmer": those stay whole, because a name kept together can still be
  read by a person, while half a name is wrong everywhere.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import unquote

from services.domain.music import ISRC, SPOTIFY_ID, SkipReason, TrackId, known_year, valid_track_id
from services.imports.formats import MAX_LISTED, MAX_TEXT_CHARS
from services.imports.text import clean_text

_TRACK_LINK = re.compile(
    r"(?:spotify[:/]{1,3}(?:user[:/][^\s:/]{1,100}[:/])?|/)tracks?[:/]([0-9A-Za-z]{22})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
OTHER_KINDS = {
    "episode": SkipReason.EPISODE,
    "show": SkipReason.EPISODE,
    "audiobook": SkipReason.AUDIOBOOK,
    "chapter": SkipReason.AUDIOBOOK,
    "local": SkipReason.LOCAL_FILE,
    "playlist": SkipReason.PLAYLIST,
    **dict.fromkeys(("album", "artist", "user", "collection"), SkipReason.NOT_A_TRACK),
}
"""What links and URIs of Spotify lead to beside tracks."""
_OTHER_LINK = re.compile(
    rf"spotify(?:[:/]+|\.com/(?:intl-[a-z-]{{2,8}}/)?(?:embed/)?)({'|'.join(OTHER_KINDS)})[:/]", re.IGNORECASE
)
_SHORT_LINK = re.compile(r"\b(?:spotify\.(?:app\.)?link|spoti\.fi)/[0-9A-Za-z]", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ENTITY_LAYERS = 2
"""`&amp;amp;` is met; more layers are not."""
_ALBUM_LINK = re.compile(r"(?:spotify:album:|/album/)([0-9A-Za-z]{22})(?![0-9A-Za-z])")
_YEAR = re.compile(r"(?<!\d)(19\d\d|20\d\d)(?!\d)")
_YEAR_ALONE = re.compile(
    r"(1)[.,](9\d\d)|(2)[.,](0\d\d)|((?:19|20)\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
)
"""A year with its thousands parted, and a date without separators."""
_NUMBER = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d{1,3})?")
_MINUS = re.compile(r"^[\u2212\u2012\u2013](?=[\d.,])")
"""Signs and dashes that programs write for a minus."""
_UNIT = re.compile(r"(?<=[\d.,])\s*(?:%|percent|bpm|dbfs|db|lufs|lu)$", re.IGNORECASE)
_ABOUT = re.compile(r"(?:[~≈∼±]|(?:ca|c|circa|about|approx|etwa|env)\b\.?)\s*(?=[-+\d])", re.IGNORECASE)
_ROUGHLY = re.compile(r"(?<=[\w.%])\s*(?:\*{1,3}|†|\?|\(?(?:approx|ca|about)\b\.?\)?)$", re.IGNORECASE)
"""How people mark a number that they are not sure of."""
_GROUPED_POINT = re.compile(r"[-+]?\d{1,3}(?:[,\s'’]\d{3})+\.\d+")
_GROUPED_COMMA = re.compile(r"[-+]?\d{1,3}(?:[.\s'’]\d{3})+,\d+")

_BEHIND = re.compile(
    r"""\[([^\[\]]{1,300})\]\([^()\s]{1,500}\)|=HYPERLINK\("[^"]{1,500}"\s*[,;]\s*"(.{1,500})"\)""",
    re.IGNORECASE,
)
_NOTHING = frozenset(
    {"", "-", "--", "–", "—", "?", "n/a", "na", "n.a.", "nan", "<na>", "none", "null", "(null)", "nil"}
    | {"\\n", "unknown", "undefined", "inf", "-inf", "-1", "-1.0"}
    | {"#n/a", "#value!", "#ref!", "#div/0!", "#name?", "#null!", "#num!"}
)

_LONGEST_MOMENT = 60
_MOMENT = re.compile(
    r"\d{1,2}[ ./-](?:\w{3,9}\.?|\d{1,2})[ ./-]\d{2,4},? +\d{1,2}:\d{2}(:\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?"
    r"|[A-Za-z]{3,9}\.? \d{1,2},? \d{4},? +(?:at )?\d{1,2}:\d{2}(:\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?"
    r"|\d{4}[./-]\d{1,2}[./-]\d{1,2}[T ]\d{1,2}:\d{2}(:\d{2})?\S{0,8}(?: UTC)?|1\d{9}(?:\d{3})?"
)
_TRUE = frozenset({"true", "yes", "1", "explicit", "y", "t"})
_FALSE = frozenset({"false", "no", "0", "clean", "n", "f"})


def number(cell: str) -> float | None:
    """Read a number, perhaps marked as rough (`~128`, `128*`) or with a unit (`%`, `BPM`, `dB`), else None.

    A single group of three digits (`170,000`) stays a decimal: only its column tells (see `units`).
    """
    try:
        value = float(cell)
    except ValueError:
        text = _UNIT.sub("", _MINUS.sub("-", without_doubt(cell.strip())))
        if _GROUPED_POINT.fullmatch(text):
            text = re.sub(r"[,\s'’]", "", text)
        elif _GROUPED_COMMA.fullmatch(text):
            text = re.sub(r"[.\s'’]", "", text)
        elif not _NUMBER.fullmatch(text):
            return None
        value = float(text.replace(",", "."))
    return value if math.isfinite(value) else None


def without_doubt(text: str) -> str:
    """Return a number or a length without what marks it as rough: `~128`, `ca. 3:45`, `128*`."""
    about = _ABOUT.match(text)
    return _ROUGHLY.sub("", text[about.end() :] if about else text)


def is_nothing(cell: str) -> bool:
    """Whether a cell says that it holds no value, as programs and spreadsheets do; -1 stands for none."""
    return cell.strip().casefold() in _NOTHING


def shown(cell: str) -> str:
    """Return what is read of a cell: not the link behind it, nor the formula of a spreadsheet around it."""
    if not cell.startswith(("[", "=")):
        return cell
    found = _BEHIND.fullmatch(cell.strip())
    return next(part for part in found.groups() if part is not None).replace('""', '"') if found else cell


def is_estimate(cell: str) -> bool:
    """Whether a cell says of its number that it is estimated: in the files of Tastemap itself."""
    return cell.rstrip().endswith(" est.")


def whole(cell: str, low: int, high: int) -> int | None:
    """Read an integer between `low` and `high`, else None."""
    value = number(cell)
    return round(value) if value is not None and low <= value <= high else None


def truth(cell: str) -> bool | None:
    """Read true/false, yes/no, 1/0."""
    word = cell.strip().casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def track_id(cell: str) -> TrackId | None:
    """Find the Spotify track id in a bare id, a URI or a link, percent-encoded ones included."""
    if bare := valid_track_id(cell.strip(" '\"")):
        return bare
    found = _TRACK_LINK.search(plain_link(cell))
    return TrackId(found[1]) if found else None


def reason_of_link(link: str) -> SkipReason | None:
    """Say why a link or URI of Spotify leads to no track, or None if it is none of the other kinds."""
    found = _OTHER_LINK.search(link)
    return OTHER_KINDS[found[1].casefold()] if found else None


def plain_link(cell: str) -> str:
    """Return a link without percent-encoding, of which a link inside a link has two layers."""
    return unquote(unquote(cell)) if "%" in cell else cell


def is_short_link(cell: str) -> bool:
    """Whether a cell holds a link that hides its track, as phones share it."""
    return _SHORT_LINK.search(cell) is not None


def unescaped(cell: str) -> str:
    """Return text with HTML entities resolved; a lone `&` is none."""
    for _ in range(_ENTITY_LAYERS):
        if "&" not in cell or ";" not in cell:
            break
        cell = _ENTITY.sub(lambda entity: html.unescape(entity[0]), cell)
    return cell


def tells_moment(cell: str) -> bool:
    """Whether a cell holds a day with a time of day, or seconds or milliseconds since 1970."""
    return len(cell) <= _LONGEST_MOMENT and _MOMENT.fullmatch(cell.strip()) is not None


def album_id(cell: str) -> str | None:
    """Find the Spotify album id in a bare id, a URI or a link."""
    if SPOTIFY_ID.fullmatch(cell):
        return cell
    found = _ALBUM_LINK.search(cell)
    return found[1] if found else None


def isrc(cell: str) -> str | None:
    """Read an ISRC in upper case without hyphens; the first one if several stand in the cell."""
    found = ISRC.search(cell.upper().replace("-", ""))
    return found[0] if found else None


def newest_year() -> int:
    """Return the last year that a release can be announced for."""
    return datetime.now(UTC).year + 1


def year(cell: str, newest: int = 2099) -> int | None:
    """Find the year of a date in any usual order; later than `newest` is none, nor is one that says so."""
    head = cell[:4]
    if head.isascii() and head.isdigit() and cell[4:5] in {"", "-"} and "1900" <= head < "2100":
        found: str | None = head
    else:
        match = _YEAR.search(cell)
        alone = None if match else _YEAR_ALONE.fullmatch(cell.strip())
        found = "".join(part or "" for part in alone.groups()) if alone else match and match[0]
    return None if found is None or int(found) > newest else known_year(int(found))


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
