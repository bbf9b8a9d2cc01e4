"""Read the length of a track in any spelling; what one cell leaves open, its column tells."""

from __future__ import annotations

import re
from collections.abc import Iterable

from services.imports import cells

LONGEST_MS = 24 * 60 * 60 * 1000
_SHORTEST_PLAUSIBLE_MS = 10_000
"""Below this a bare number is seconds, from here on milliseconds."""
_SHORTEST_FRACTION_S = 30.0
"""A number of seconds with decimals below this is more likely `minutes.seconds`: it is not believed."""

_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:[.,]\d+)?(?:\s*min)?")
_SPELLED = re.compile(
    r"(?:p?t)?(?:(\d{1,2})\s*h(?:ours?|rs?)?)?[\s,]*"
    r"(?:(\d{1,3})\s*(?:m|min|mins|minutes?|['’′])(?![a-z])\.?)?[\s,]*"
    r"(?:(\d{1,5})(?:[.,]\d+)?\s*(?:s|sec|secs|seconds?|\"|''|’’|″|”)?\.?)?"
)
"""`PT3M45S`, `3m 45s`, `3 min 45 sec`, `3'45"`."""
_SPELLED_MARK = re.compile(r"^pt\d|\d\s*(?:h|m(?!s)|['’′](?!\d{3}))")
_GROUPED = re.compile(r"\d{1,3}(?:[.,\s'’]\d{3})+")
_POINTED = re.compile(r"(\d{1,2})[.,]([0-5]\d)")
_WHOLE_MINUTES = re.compile(r"(\d{1,2}):([0-5]\d):00(?:[.,]0+)?")
_NOTHING = frozenset({"", "0", "-1", "0:00", "00:00", "0:00:00", "00:00:00"})


def milliseconds(cell: str) -> int | None:
    """Read a length that is known to be in milliseconds; thousands may be grouped (`170,000`)."""
    value = cells.number(cell)
    text = cell.strip()
    if (value is None or value < _SHORTEST_PLAUSIBLE_MS) and _GROUPED.fullmatch(text):
        value = float(re.sub(r"\D", "", text))
    return _plausible(value) if value is not None else None


def duration_ms(cell: str) -> int | None:
    """Read a length of unknown unit: `3:45`, `1:02:03`, `PT3M45S`, `3'45"`, `225s`, `225` or `225000`."""
    text = cell.strip().casefold()
    clock = _CLOCK.fullmatch(text)
    if clock:
        return _of_parts(*clock.groups())
    if text.endswith("ms"):
        return milliseconds(text[:-2])
    spelled = _SPELLED.fullmatch(text) if _SPELLED_MARK.search(text) else None
    if spelled:
        return _of_parts(*spelled.groups())
    bare = text.removesuffix("seconds").removesuffix("sec").removesuffix("s").rstrip()
    value = cells.number(bare)
    if value is None:
        return milliseconds(bare) if _GROUPED.fullmatch(bare) else None
    if bare == text and value < _SHORTEST_FRACTION_S and _POINTED.fullmatch(text):
        return None
    return _plausible(value if value >= _SHORTEST_PLAUSIBLE_MS else value * 1000)


class LengthReader:
    """Reads the lengths of one column by what all its cells together show."""

    def __init__(self, column: Iterable[str]) -> None:
        told = [cell for cell in {cell.strip() for cell in column} if cell not in _NOTHING]
        self._pointed = bool(told) and all(map(_POINTED.fullmatch, told))
        self.hours_are_minutes = len(told) > 1 and all(map(_WHOLE_MINUTES.fullmatch, told))
        """Whether a spreadsheet made hours and minutes of minutes and seconds: every one ends in `:00`."""
        self.unread = 0
        """Cells that hold something, and no length."""

    def read(self, cell: str) -> int | None:
        """Return the length in milliseconds."""
        text = cell.strip()
        if self._pointed:
            text = text.replace(".", ":").replace(",", ":")
        elif self.hours_are_minutes:
            text = text[: text.rindex(":")] if text.count(":") > 1 else text
        found = duration_ms(text)
        self.unread += found is None and text not in _NOTHING and cells.number(text) != 0
        return found


def _of_parts(hours: str | None, minutes: str | None, seconds: str | None) -> int | None:
    return _plausible(((int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)) * 1000)


def _plausible(value_ms: float) -> int | None:
    return round(value_ms) if 1 <= value_ms <= LONGEST_MS else None
