"""Read one cell: numbers, durations, years, keys, Camelot codes, Spotify ids."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from services.domain.music import TrackId

_ID = re.compile(r"[0-9A-Za-z]{22}")
_TRACK_LINK = re.compile(
    r"spotify[:/]track[:/]([0-9A-Za-z]{22})(?![0-9A-Za-z])|/track/([0-9A-Za-z]{22})(?![0-9A-Za-z])"
)
_ALBUM_LINK = re.compile(r"(?:spotify:album:|/album/)([0-9A-Za-z]{22})(?![0-9A-Za-z])")
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:\.\d+)?")
_NUMBER = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d{1,3})?")
_NOTE = re.compile(r"([A-Ga-g])\s*(♯|#|♭|b|sharp|flat)?(?:\s*/\s*[A-Ga-g][♯#♭b]?)?\s*(.*)")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
_CAMELOT = re.compile(r"(1[0-2]|[1-9])\s*([ABab])")

_PITCH = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHIFT = {"♯": 1, "#": 1, "sharp": 1, "♭": -1, "b": -1, "flat": -1}
_CAMELOT_ONE = {"A": 8, "B": 11}
"""Pitch class of 1A (A flat minor) and 1B (B major); each hour further is a fifth up."""
_MODES = {"major": 1.0, "maj": 1.0, "dur": 1.0, "minor": 0.0, "min": 0.0, "m": 0.0, "moll": 0.0}
_TRUE = frozenset({"true", "yes", "1", "explicit", "y", "t"})
_FALSE = frozenset({"false", "no", "0", "clean", "n", "f"})
_LONGEST_MS = 24 * 60 * 60 * 1000
_SHORTEST_PLAUSIBLE_MS = 10_000
"""Below this a bare duration is seconds, above it milliseconds."""


class Tonality(NamedTuple):
    """Pitch class 0..11 and mode (1 major, 0 minor), each None where not told."""

    key: float | None
    mode: float | None


def number(cell: str) -> float | None:
    """Read a number, with a decimal point or comma and an optional percent sign; None if it is none."""
    try:
        value = float(cell)
    except ValueError:
        text = cell.strip().replace("−", "-").removesuffix("%").rstrip()
        if not _NUMBER.fullmatch(text):
            return None
        value = float(text.replace(",", "."))
    return value if math.isfinite(value) else None


def whole(cell: str, low: int, high: int) -> int | None:
    """Read an integer between `low` and `high`, else None."""
    value = number(cell)
    return round(value) if value is not None and low <= value <= high else None


def truth(cell: str) -> bool | None:
    """Read true/false, yes/no, 1/0."""
    word = cell.strip().casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def track_id(cell: str) -> TrackId | None:
    """Find the Spotify track id in a bare id, a URI or a link."""
    cell = cell.removeprefix("spotify:track:")
    if _ID.fullmatch(cell):
        return TrackId(cell)
    found = _TRACK_LINK.search(cell)
    return TrackId(found[1] or found[2]) if found else None


def album_id(cell: str) -> str | None:
    """Find the Spotify album id in a bare id, a URI or a link."""
    if _ID.fullmatch(cell):
        return cell
    found = _ALBUM_LINK.search(cell)
    return found[1] if found else None


def isrc(cell: str) -> str | None:
    """Read an ISRC in upper case without hyphens; the first one if several stand in the cell."""
    text = cell.upper().replace("-", "").strip()
    if _ISRC.fullmatch(text):
        return text
    found = _ISRC.search(text)
    return found[0] if found else None


def year(cell: str) -> int | None:
    """Find the year of a date in any usual order."""
    head = cell[:4]
    if head.isascii() and head.isdigit() and cell[4:5] in {"", "-"} and "1800" <= head < "2100":
        return int(head)
    found = _YEAR.search(cell)
    return int(found[0]) if found else None


def milliseconds(cell: str) -> int | None:
    """Read a duration that is known to be in milliseconds."""
    return whole(cell, 1, _LONGEST_MS)


def duration_ms(cell: str) -> int | None:
    """Read a duration of unknown unit: `3:45`, `1:02:03`, `225s`, `225`, or `225000`."""
    text = cell.strip().casefold()
    clock = _CLOCK.fullmatch(text)
    if clock:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        total = ((hours * 60 + minutes) * 60 + seconds) * 1000
        return total if 0 < total <= _LONGEST_MS else None
    if text.endswith("ms"):
        return milliseconds(text[:-2])
    value = number(text.removesuffix("sec").removesuffix("s"))
    if value is None or value <= 0:
        return None
    total = round(value if value >= _SHORTEST_PLAUSIBLE_MS else value * 1000)
    return total if total <= _LONGEST_MS else None


def mode(cell: str) -> float | None:
    """Read a mode as 1/0 or as a word."""
    word = cell.strip().casefold()
    if word in _MODES:
        return _MODES[word]
    value = number(word)
    return value if value in {0.0, 1.0} else None


def tonality(cell: str) -> Tonality:
    """Read a key as pitch class or note name, with the mode if the name tells it (`G minor`, `F#m`)."""
    value = number(cell)
    if value is not None:
        return Tonality(value if 0 <= value <= 11 and value == int(value) else None, None)
    found = _NOTE.fullmatch(cell.strip())
    if not found:
        return Tonality(None, None)
    rest = found[3].strip()
    told = 1.0 if rest == "M" else _MODES.get(rest.casefold())
    if rest and told is None:
        return Tonality(None, None)
    return Tonality(float((_PITCH[found[1].upper()] + _SHIFT.get(found[2] or "", 0)) % 12), told)


def camelot(cell: str) -> Tonality:
    """Read a Camelot code: A is minor, B is major, one hour is a fifth."""
    found = _CAMELOT.fullmatch(cell.strip())
    if not found:
        return Tonality(None, None)
    letter = found[2].upper()
    key = (_CAMELOT_ONE[letter] + 7 * (int(found[1]) - 1)) % 12
    return Tonality(float(key), 1.0 if letter == "B" else 0.0)
