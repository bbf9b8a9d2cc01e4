"""Draw the key under a chart: how groups look, and how people do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.charts import theme
from services.charts.lettering import drawable, plain, wrap
from services.charts.sheet import Sheet
from services.charts.words import cluster_name
from services.domain.comparison import Comparison, Participant, PersonKey
from services.domain.report import AnalysisReport

NAME_LIMIT = 32
_ROW, _SECOND = 24.0, 20.0
"""Height of a group's line, and of the second of its name."""
_START, _END = theme.MARGIN + 40, theme.WIDTH - theme.MARGIN
_WITH_BARS = 4
"""Groups up to which each has a bar for its share."""
_BAR, _SHORTEST_BAR = 70.0, 20.0
"""Length of the longest bar: shorter where a name needs the room."""


class GroupLegend:
    """The key of a report's groups: a line for each, or two where its name needs them.

    Counts are tracks with evidence. Bars give way to names. `guesses` counts the tracks that were placed by a
    guess too, and says what hollow marks mean.
    """

    def __init__(self, report: AnalysisReport, *, guesses: bool = True) -> None:
        self._groups = report.clusters
        self._likely = sum(len(cluster.likely) for cluster in report.clusters) if guesses else 0
        self._counts = [
            f"{cluster.size:,}" + (f" +{len(cluster.likely):,}" if guesses and cluster.likely else "")
            for cluster in report.clusters
        ]
        ruler = Sheet(1.0)
        names = [drawable(cluster_name(cluster, 2 * NAME_LIMIT)) for cluster in report.clusters]
        rooms = [_END - _START - 8 - ruler.measure(counts, theme.SIZE) for counts in self._counts]
        spare = min(
            (room - ruler.measure(name, theme.SIZE) for name, room in zip(names, rooms, strict=True)),
            default=0.0,
        )
        has_bars = len(names) <= _WITH_BARS and spare >= _SHORTEST_BAR + 10
        self._longest_bar = min(spare - 10, _BAR) if has_bars else 0.0
        self._names = [
            wrap(name, lambda part, room=room: ruler.measure(part, theme.SIZE) <= room)  # type: ignore[misc]
            for name, room in zip(names, rooms, strict=True)
        ]

    @property
    def height(self) -> float:
        """What it takes, in pixels."""
        lines = len(self._names) + bool(self._likely)
        return _ROW * lines + _SECOND * sum(len(name) - 1 for name in self._names) + 10.0

    def draw(self, sheet: Sheet, top: float) -> float:
        """Draw it and return the y below."""
        largest = max((cluster.size for cluster in self._groups), default=0) or 1
        x, y = theme.MARGIN + 7, top + _ROW / 2
        for index, (cluster, names) in enumerate(zip(self._groups, self._names, strict=True)):
            style = theme.cluster_style(self._groups, index)
            sheet.dots([x], [y], marker=style.marker, size=11 * style.scale, colour=style.colour)
            letter = sheet.write(x + 13, y, style.letter, colour=style.colour, bold=True)
            length = self._longest_bar * cluster.size / largest
            if length:
                left = _END - self._longest_bar
                sheet.bar(left, y - 6, max(length, 1.0), 12, colour=style.colour, alpha=0.75)
            start = max(letter.right + 6, _START)
            name = sheet.write(start, y, names[0], room=_END - start)
            for line in names[1:]:
                y += _SECOND
                name = sheet.write(start, y, line)
            sheet.write(name.right + 8, y, self._counts[index], colour=theme.MUTED)
            y += _ROW
        if self._likely:
            sheet.dots([x], [y], marker="o", size=11, colour=theme.MUTED, hollow=True)
            words = f"hollow: {self._likely:,} placed by estimates"
            sheet.write(x + 13, y, words, colour=theme.MUTED)
            y += _ROW
        return y - _ROW / 2


_PERSON_ROW = 24.0
_BETWEEN = 14.0
_ONE_COLUMN = 4
"""People up to whom they stand in one column, else in two."""


@dataclass(frozen=True, slots=True)
class PersonStyle:
    """How one person looks."""

    number: str
    """From 1, in the order of the comparison: alike people have neighbouring numbers."""
    colour: str
    marker: str
    scale: float


def person_style(index: int) -> PersonStyle:
    """Return the look of person `index`: eight colours, and with every turn each gets another shape."""
    looks = theme.GROUP_STYLES
    colour = looks[index % len(looks)].colour
    shape = looks[(index + index // len(looks)) % len(looks)]
    return PersonStyle(str(index + 1), colour, shape.marker, shape.scale)


def person_name(person: Participant, index: int, limit: int = NAME_LIMIT) -> str:
    """Return a name on one line for texts."""
    return plain(person.name, limit) or f"person {index + 1}"


def name_of(found: Comparison, key: PersonKey) -> str:
    """Return the name of a person by key for texts."""
    return next(person_name(person, index) for index, person in enumerate(found.people) if person.key == key)


def drawn_name(person: Participant, index: int, limit: int = NAME_LIMIT) -> str:
    """Return what of a name can be drawn."""
    return drawable(person_name(person, index, limit)) or f"person {index + 1}"


def key_height(people: int) -> float:
    """Return the height that `draw_people_key` takes."""
    return _PERSON_ROW * _key_rows(people) + 4.0


def _key_rows(people: int) -> int:
    return people if people <= _ONE_COLUMN else (people + 1) // 2


def draw_people_key(
    sheet: Sheet, people: Sequence[Participant], top: float, *, counts: Sequence[int] | None = None
) -> float:
    """Draw number, shape and name of each person; return the y below.

    `counts` stand behind the names where there is room for them.
    """
    rows = _key_rows(len(people))
    width = (sheet.width - 2 * theme.MARGIN) / (1 if len(people) <= _ONE_COLUMN else 2)
    for index, person in enumerate(people):
        style = person_style(index)
        x = theme.MARGIN + (index // rows) * width
        y = top + (index % rows + 0.5) * _PERSON_ROW
        sheet.write(x + 22, y, style.number, colour=style.colour, bold=True, align="right")
        sheet.dots([x + 33], [y], marker=style.marker, size=11 * style.scale, colour=style.colour)
        end = x + width - _BETWEEN
        name = sheet.write(x + 44, y, drawn_name(person, index), room=end - x - 44)
        count = f"{counts[index]:,}" if counts is not None else ""
        if name.right + 6 + sheet.measure(count, theme.SIZE) <= end:
            sheet.write(name.right + 6, y, count, colour=theme.MUTED)
    return top + key_height(len(people))
