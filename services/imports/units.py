"""Find out in which unit a file writes lengths of tracks and audio features; one cell leaves it open."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.domain.features import FEATURE_RANGES, Feature, accepted
from services.domain.messages import Note, NoteKind
from services.domain.music import LONGEST_MS
from services.imports import cells
from services.imports.columns import FEATURE_COLUMNS, Column, says_percent

_SHORTEST_PLAUSIBLE_MS = 10_000
"""Below this a bare number is seconds, from here on milliseconds."""
_SHORTEST_TRACK_S = 10.0
_SHORTEST_FRACTION_S = 30.0
"""A number of seconds with decimals below this is more likely `minutes.seconds`: it is not believed."""

_CLOCK = re.compile(
    r"(?:0 days? )?(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:[.,]\d+)?(?:\s*(?:h|m|min|mins|minutes?|std)\.?)?"
)
_AFTER_MIDNIGHT = re.compile(r"12(:\d{2}:\d{2})\s*am")
"""What a spreadsheet that takes lengths for times of day shows for 0:03:45."""
_AND = r"[\s,]*(?:(?:and|und|et|y|e|en|och|og|и)\s+)?"
_SPELLED = re.compile(
    r"(?:p?(?:\d{1,2}d)?t)?"
    rf"(?:(\d{{1,2}})\s*(?:h(?:ours?|rs?|eures?|oras?)?|st(?:d|unden?)|ore?|ч|час\w{{0,2}}|時間|小时)\.?)?{_AND}"
    rf"(?:(\d{{1,3}})\s*(?:m|mins?|minut\w{{0,3}}|мин\w{{0,3}}|分钟?|分鐘|['’′])(?![a-z])\.?)?{_AND}"
    r"(?:(\d{1,5})(?:[.,]\d+)?\s*(?:s|se[ckg]s?|se[ckg]\w{3,6}|с|сек\w{0,4}|秒|\"|''|’’|″|”)?\.?)?"
)
"""`PT3M45S`, `3m 45s`, `3 min 45 sec`, `3'45"`, and as people write it in other languages."""
_HOURS_ALONE = re.compile(r"(\d{1,2})\s*h\s*([0-5]\d)")
_SPELLED_MARK = re.compile(r"^p(?:\d{1,2}d)?t\d|\d\s*(?:h|m(?!s)|std|stu|ч|мин|分|['’′](?!\d{3}))")
_GROUPED = re.compile(r"\d{1,3}(?:[.,\s'’]\d{3})+")
_POINTED = re.compile(r"(\d{1,2})[.,]([0-5]\d)")
_POINTED_OR_CUT = re.compile(r"(\d{1,2})[.,]([0-5]\d?)")
"""The same in a spreadsheet, which makes 4.5 of 4.50."""
_FEW_DECIMALS = re.compile(r"\d{1,2}[.,]\d{1,2}")
_LONGEST_CELL = 60
_LONGEST_MINUTES = 30.0
_MS_A_SECOND = 1_000
_LONGEST_DAY_PART, _MS_A_DAY = 0.5, 86_400_000
_WHOLE_MINUTES = re.compile(r"(\d{1,2}):([0-5]\d):00(?:[.,]0{1,9})?")
_ROUND, _LONG_H = frozenset({"00", "30"}), 2
"""Minutes that a mix of two or more hours may have."""
_HOURS = re.compile(r"0?[1-9]\d?:\d\d:\d\d")
_COLONS = re.compile(r"\s*[:：]\s*")
_ZERO_DAY = re.compile(r"(?:(?:1899|1900)[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.](?:1899|1900))[ T,]+(?=\d)")
_ZERO = frozenset({"0", "0:00", "00:00", "0:00:00", "00:00:00"})
UNIT_FEATURES: tuple[Feature, ...] = tuple(
    feature
    for feature, limits in FEATURE_RANGES.items()
    if limits == (0.0, 1.0) and feature is not Feature.MODE
)
"""Features that run from 0 to 1 in our unit."""

_TEN_POINT_EVIDENCE = 5
"""So many values above 1 and none above 10 are a scale of ten, not percents that all happen to be tiny."""
_PERCENT_EVIDENCE = 3
"""So many values above 1 make a scale of a table whose exporter writes 0 to 1."""
_ENOUGH_LOUDNESS = 3
_ENOUGH_RUINED = 5


def milliseconds(cell: str) -> int | None:
    """Read a length that is said to be in milliseconds; thousands may be grouped (`170,000`)."""
    value = cells.number(cell)
    text = cell.strip()
    if (value is None or value < _SHORTEST_PLAUSIBLE_MS) and _GROUPED.fullmatch(text):
        value = float(re.sub(r"\D", "", text))
    return _plausible(value) if value is not None else None


def seconds(cell: str) -> int | None:
    """Read a length in seconds; too large a number is in milliseconds whatever was said of it."""
    value = _number(cell)
    if value is None or value >= _SHORTEST_PLAUSIBLE_MS:
        return duration_ms(cell)
    return _plausible(value * 1000)


def _number(cell: str) -> float | None:
    """Read a number of seconds; three digits behind a sign are thousands where no track is so short."""
    value = cells.number(cell)
    text = cell.strip()
    if (value is None or value < _SHORTEST_TRACK_S) and _GROUPED.fullmatch(text):
        return float(re.sub(r"\D", "", text))
    return value


def duration_ms(cell: str) -> int | None:
    """Read a length of unknown unit: `3:45`, `1:02:03`, `PT3M45S`, `3'45"`, `225s`, `225` or `225000`."""
    text = _bare(cell.strip()).casefold()
    if len(text) > _LONGEST_CELL:
        return None
    night = _AFTER_MIDNIGHT.fullmatch(text)
    clock = _CLOCK.fullmatch(f"0{night[1]}" if night else text)
    if clock:
        return _of_parts(*clock.groups())
    hours = _HOURS_ALONE.fullmatch(text)
    if hours:
        return _of_parts(hours[1], hours[2], None)
    if text.endswith("ms"):
        return milliseconds(text[:-2])
    spelled = _SPELLED.fullmatch(text) if _SPELLED_MARK.search(text) else None
    if spelled:
        return _of_parts(*spelled.groups())
    bare = text.removesuffix("seconds").removesuffix("sec").removesuffix("s").rstrip()
    value = _number(bare)
    if value is None:
        return None
    if bare == text and value < _SHORTEST_FRACTION_S and _FEW_DECIMALS.fullmatch(text):
        return None
    return _plausible(value if value >= _SHORTEST_PLAUSIBLE_MS else value * 1000)


def _bare(text: str) -> str:
    """Return a length without the date that a spreadsheet puts in front, and without marks of doubt."""
    if text.isdecimal():
        return text
    text = _COLONS.sub(":", text)
    day = _ZERO_DAY.match(text)
    return cells.without_doubt(text[day.end() :] if day else text)


class LengthReader:
    """Reads the lengths of one column by what all its cells together show."""

    def __init__(self, column: Iterable[str], unit: Callable[[str], int | None] | None = None) -> None:
        """Look at a column, whose header tells how its numbers are read if `unit` is given."""
        told = [cell for cell in set(map(_bare, {cell.strip() for cell in column})) if not _is_nothing(cell)]
        self._unit = unit or duration_ms
        if unit is milliseconds and _are_seconds(told):
            self._unit = seconds
        pointed = any(map(_POINTED.fullmatch, told)) and all(map(_POINTED_OR_CUT.fullmatch, told))
        self._pointed = pointed and unit is None
        self._unit_ms = 0 if pointed or unit else _unit_ms(told)
        self.hours_are_minutes = _are_minutes(told)
        """Whether a spreadsheet made hours and minutes of minutes and seconds, which all end in `:00`."""
        self.unread = 0
        """Cells that hold something, and no length."""

    def read(self, cell: str) -> int | None:
        """Return the length in milliseconds."""
        text = _bare(cell.strip())
        value = cells.number(text) if self._unit_ms else None
        if value is not None:
            return _plausible(value * self._unit_ms)
        pointed = _POINTED_OR_CUT.fullmatch(text) if self._pointed else None
        if pointed:
            text = f"{pointed[1]}:{pointed[2]:0<2}"
        elif self.hours_are_minutes and _WHOLE_MINUTES.fullmatch(text):
            text = text[: text.rindex(":")]
        found = self._unit(text) or (duration_ms(text) if cells.number(text) is None else None)
        self.unread += found is None and not _is_nothing(text) and cells.number(text) != 0
        return found


def _is_nothing(text: str) -> bool:
    return text in _ZERO or cells.is_nothing(text)


def _are_seconds(told: Iterable[str]) -> bool:
    """Whether numbers would be less than a second long, most of them, if they were milliseconds."""
    known = [value for cell in told if (value := cells.number(cell)) is not None and "," not in cell]
    return 2 * sum(value < _MS_A_SECOND for value in known) > len(known)


def _are_minutes(told: Sequence[str]) -> bool:
    """Whether the hours of a column are a spreadsheet's: they end in `:00` more often than music does."""
    whole = [found for found in map(_WHOLE_MINUTES.fullmatch, told) if found]
    if len(whole) == len(told):
        return len(told) > 1
    odd = sum(found[2] not in _ROUND and int(found[1]) >= _LONG_H for found in whole)
    others = sum(_HOURS.match(cell) is not None for cell in told) - sum(int(found[1]) > 0 for found in whole)
    return odd > others


def _unit_ms(told: Iterable[str]) -> int:
    """Return the unit of numbers that can't be seconds (a day, or minutes) in milliseconds, else 0."""
    values = [cells.number(cell) for cell in told]
    known = [value for value in values if value is not None]
    if len(known) < len(values) or len(known) <= 1 or all(value == int(value) for value in known):
        return 0
    if all(0 < value < _LONGEST_DAY_PART for value in known):
        return _MS_A_DAY
    return 60_000 if max(known) < _LONGEST_MINUTES and min(known) >= 0 else 0


def _of_parts(hours: str | None, minutes: str | None, seconds: str | None) -> int | None:
    return _plausible(((int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)) * 1000)


def _plausible(value_ms: float) -> int | None:
    return round(value_ms) if 1 <= value_ms <= LONGEST_MS else None


@dataclass(frozen=True, slots=True)
class Scales:
    """By what each feature of a file must be divided; a feature that is absent here is not read."""

    divisors: Mapping[Feature, float]
    notes: tuple[Note, ...] = ()


@dataclass(slots=True)
class _Seen:
    """What the values of a column look like; zeros say nothing about a scale."""

    above_one: int = 0
    fractions: int = 0
    nonzero: int = 0
    largest: float = 0.0

    def add(self, other: _Seen) -> None:
        self.above_one += other.above_one
        self.fractions += other.fractions
        self.nonzero += other.nonzero
        self.largest = max(self.largest, other.largest)


def known_scales(found: Mapping[Column, int]) -> Scales:
    """Trust the file to use our units, as Spotify's own numbers do."""
    return Scales({feature: 1.0 for feature, column in FEATURE_COLUMNS.items() if column in found})


def detect_scales(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    found: Mapping[Column, int],
    *,
    tens_possible: bool,
    each_its_own: bool = True,
) -> Scales:
    """Judge each feature by all its values: 0..1, 0..100, or neither.

    Parameters
    ----------
    tens_possible
        Whether a scale of one to ten may occur; such values are left out, and the notes say so.
    each_its_own
        Whether one feature alone may run to 100; else only where most values of the table do, or where
        its cells carry a percent sign: a single odd value is no scale.
    """
    divisors = dict(known_scales(found).divisors)
    columns = {feature: found[FEATURE_COLUMNS[feature]] for feature in UNIT_FEATURES if feature in divisors}
    written: dict[Feature, Counter[str]] = {
        feature: Counter(row[place] for row in rows if place < len(row))
        for feature in divisors
        for place in [found[FEATURE_COLUMNS[feature]]]
        if feature not in {Feature.KEY, Feature.MODE}
    }
    told: dict[Feature, list[tuple[float, int]]] = {
        feature: _numbers(counts) for feature, counts in written.items()
    }
    seen = {feature: _look(told[feature]) for feature in columns}
    whole = _Seen()
    for one in seen.values():
        whole.add(one)
    most_run_high = 2 * whole.above_one > whole.nonzero
    notes: list[Note] = []
    percent: list[Feature] = []
    for feature, position in columns.items():
        one = seen[feature]
        if says_percent(header[position]) or any(cell.rstrip().endswith("%") for cell in written[feature]):
            percent.append(feature)
        elif tens_possible and _is_ten_point(whole, feature) and _is_ten_point(one, feature):
            del divisors[feature]
            notes.append(Note(NoteKind.UNKNOWN_SCALE, number=one.largest, names=(feature.value,)))
        elif (2 * one.above_one > one.nonzero or (most_run_high and 2 * one.fractions <= one.nonzero)) and (
            each_its_own or (most_run_high and whole.above_one >= _PERCENT_EVIDENCE)
        ):
            percent.append(feature)
    divisors |= dict.fromkeys(percent, 100.0)
    if percent:
        some = () if len(percent) == len(columns) else tuple(feature.value for feature in percent)
        notes.append(Note(NoteKind.PERCENT_SCALE, names=some))
    if Feature.LOUDNESS in divisors and _is_no_decibel(told[Feature.LOUDNESS]):
        del divisors[Feature.LOUDNESS]
        notes.append(Note(NoteKind.NO_DECIBELS))
    ruined = {
        feature: example
        for feature, divisor in divisors.items()
        if feature in told and (example := _impossible(feature, told[feature], divisor))
    }
    if ruined:
        names = tuple(feature.value for feature in ruined)
        divisors = {feature: divisor for feature, divisor in divisors.items() if feature not in ruined}
        notes.append(Note(NoteKind.RUINED_COLUMNS, number=next(iter(ruined.values())), names=names))
    return Scales(divisors, tuple(notes))


def _numbers(written: Counter[str]) -> list[tuple[float, int]]:
    """Return the different numbers of a column with their counts; rounded columns repeat a lot."""
    numbers = ((cells.number(cell), count) for cell, count in written.items())
    return [(value, count) for value, count in numbers if value is not None]


def _look(told: Iterable[tuple[float, int]]) -> _Seen:
    seen = _Seen()
    for value, count in told:
        if 0 < value <= 100:
            seen.nonzero += count
            seen.above_one += count * (value > 1)
            seen.fractions += count * (value < 1)
            seen.largest = max(seen.largest, value)
    return seen


def _is_ten_point(seen: _Seen, feature: Feature) -> bool:
    enough = (
        1 if feature is Feature.ENERGY else _TEN_POINT_EVIDENCE
    )  # no list has an energy below 10 % throughout
    return 2 * seen.above_one > seen.nonzero and seen.above_one >= enough and seen.largest <= 10


def _impossible(feature: Feature, told: Sequence[tuple[float, int]], divisor: float) -> float | None:
    """Return one of the values of a column most of which can't be true, else None; zeros say nothing.

    What is left of such a column is as wrong: a spreadsheet that takes 124.21 for 12421 leaves 98 as it is.
    """
    nonzero = [(value, count) for value, count in told if value]
    wrong = [(value, count) for value, count in nonzero if accepted(feature, value / divisor) is None]
    total = sum(count for _, count in nonzero)
    if total < _ENOUGH_RUINED or 2 * sum(count for _, count in wrong) <= total:
        return None
    return wrong[0][0]


def _is_no_decibel(told: Iterable[tuple[float, int]]) -> bool:
    """Real loudness is nearly always negative; a column of positive numbers is some other measure."""
    counts = [(value, count) for value, count in told if value]
    total = sum(count for _, count in counts)
    return total >= _ENOUGH_LOUDNESS and 2 * sum(count for value, count in counts if value > 0) > total
