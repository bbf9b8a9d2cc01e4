"""Find out on which scale a file writes its audio features, before one value is believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.domain.features import FEATURE_RANGES, Feature, accepted
from services.domain.messages import Note, NoteKind
from services.imports import cells
from services.imports.columns import FEATURE_COLUMNS, Column, says_percent

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
    signed: int = 0
    """Cells that carry a percent sign themselves."""

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
    seen = {feature: _look(rows, position) for feature, position in columns.items()}
    whole = _Seen()
    for one in seen.values():
        whole.add(one)
    most_run_high = 2 * whole.above_one > whole.nonzero
    notes: list[Note] = []
    percent: list[Feature] = []
    for feature, position in columns.items():
        one = seen[feature]
        if says_percent(header[position]) or one.signed > 0:
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
    if Feature.LOUDNESS in divisors and _is_no_decibel(rows, found[Column.LOUDNESS]):
        del divisors[Feature.LOUDNESS]
        notes.append(Note(NoteKind.NO_DECIBELS))
    ruined = {
        feature: example
        for feature, divisor in divisors.items()
        if feature not in {Feature.KEY, Feature.MODE}
        and (example := _impossible(feature, _values(rows, found[FEATURE_COLUMNS[feature]]), divisor))
    }
    if ruined:
        names = tuple(feature.value for feature in ruined)
        divisors = {feature: divisor for feature, divisor in divisors.items() if feature not in ruined}
        notes.append(Note(NoteKind.RUINED_COLUMNS, number=next(iter(ruined.values())), names=names))
    return Scales(divisors, tuple(notes))


def _values(rows: Sequence[Sequence[str]], position: int) -> list[tuple[float, int]]:
    """Return the different numbers of a column with their counts; rounded columns repeat a lot."""
    counts = Counter(row[position] for row in rows if position < len(row))
    numbers = ((cells.number(cell), count) for cell, count in counts.items())
    return [(value, count) for value, count in numbers if value is not None]


def _look(rows: Sequence[Sequence[str]], position: int) -> _Seen:
    seen = _Seen(signed=sum(row[position].rstrip().endswith("%") for row in rows if position < len(row)))
    for value, count in _values(rows, position):
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


def _is_no_decibel(rows: Sequence[Sequence[str]], position: int) -> bool:
    """Real loudness is nearly always negative; a column of positive numbers is some other measure."""
    told = [(value, count) for value, count in _values(rows, position) if value]
    total = sum(count for _, count in told)
    return total >= _ENOUGH_LOUDNESS and 2 * sum(count for value, count in told if value > 0) > total
