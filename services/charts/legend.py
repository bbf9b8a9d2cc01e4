"""Draw the key under a chart: how groups look, and how people do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.charts import theme
from services.charts.lettering import drawable, plain
from services.charts.sheet import Sheet
from services.charts.words import cluster_name
from services.domain.comparison import Comparison, Participant, PersonKey
from services.domain.report import AnalysisReport, Cluster

_ROW = 24.0
_WITH_BARS = 4
"""Groups up to which each has a bar for its share."""
_BAR, _SHORTEST_BAR = 70.0, 20.0
"""Length of the longest bar: shorter where a name needs the room."""


def legend_height(report: AnalysisReport, *, guesses: bool = True) -> float:
    """Return the height that `draw_group_legend` takes, in pixels."""
    return _ROW * (len(report.clusters) + (1 if guesses and _likely(report) else 0)) + 10.0


def draw_group_legend(sheet: Sheet, report: AnalysisReport, top: float, *, guesses: bool = True) -> float:
    """Draw the key and return the y below it. Counts are tracks with evidence.

    `guesses` counts the tracks that were placed by a guess too, and says what hollow marks mean.
    """
    groups = report.clusters
    has_bars = len(groups) <= _WITH_BARS
    end = sheet.width - theme.MARGIN
    largest = max((cluster.size for cluster in groups), default=0) or 1
    longest = _bar_length(sheet, report, guesses=guesses)
    for index, cluster in enumerate(groups):
        style = theme.cluster_style(groups, index)
        y = top + (index + 0.5) * _ROW
        sheet.dots([theme.MARGIN + 7], [y], marker=style.marker, size=11 * style.scale, colour=style.colour)
        letter = sheet.write(theme.MARGIN + 20, y, style.letter, colour=style.colour, bold=True)
        counts = _counts(cluster, guesses=guesses)
        start = max(letter.right + 6, theme.MARGIN + 40)
        taken = sheet.measure(counts, theme.SIZE) + 8 + (longest + 10 if has_bars else 0)
        name = sheet.write(start, y, drawable(cluster_name(cluster)), room=end - start - taken)
        sheet.write(name.right + 8, y, counts, colour=theme.MUTED)
        if has_bars:
            length = max(longest * cluster.size / largest, 1.0)
            sheet.bar(end - longest, y - 6, length, 12, colour=style.colour, alpha=0.75)
    bottom = top + len(groups) * _ROW
    if guesses and (likely := _likely(report)):
        y = bottom + 0.5 * _ROW
        sheet.dots([theme.MARGIN + 7], [y], marker="o", size=11, colour=theme.MUTED, hollow=True)
        sheet.write(theme.MARGIN + 20, y, f"hollow: {likely:,} placed by estimates", colour=theme.MUTED)
        bottom += _ROW
    return bottom


def _counts(cluster: Cluster, *, guesses: bool) -> str:
    likely = f" +{len(cluster.likely):,}" if guesses and cluster.likely else ""
    return f"{cluster.size:,}{likely}"


def _bar_length(sheet: Sheet, report: AnalysisReport, *, guesses: bool) -> float:
    """Return how long the longest bar may be so that no name is cut."""
    wanted = (
        sheet.measure(drawable(cluster_name(cluster)), theme.SIZE)
        + sheet.measure(_counts(cluster, guesses=guesses), theme.SIZE)
        for cluster in report.clusters
    )
    room = sheet.width - 2 * theme.MARGIN - 40 - 18 - max(wanted, default=0.0)
    return min(max(room, _SHORTEST_BAR), _BAR)


def _likely(report: AnalysisReport) -> int:
    return sum(len(cluster.likely) for cluster in report.clusters)


_PERSON_ROW = 24.0
_ONE_COLUMN = 4
"""People up to whom they stand in one column, else in two."""
_NAME_LIMIT = 32


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


def person_name(person: Participant, index: int, limit: int = _NAME_LIMIT) -> str:
    """Return a name on one line for texts."""
    return plain(person.name, limit) or f"person {index + 1}"


def name_of(found: Comparison, key: PersonKey, limit: int = _NAME_LIMIT) -> str:
    """Return the name of a person by key for texts."""
    return next(
        person_name(person, index, limit) for index, person in enumerate(found.people) if person.key == key
    )


def drawn_name(person: Participant, index: int) -> str:
    """Return what of a name can be drawn."""
    return drawable(person_name(person, index)) or f"person {index + 1}"


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
        count = f"{counts[index]:,}" if counts is not None else ""
        room = width - 50 - (sheet.measure(count, theme.SIZE) + 6 if count else 0)
        name = sheet.write(x + 44, y, drawn_name(person, index), room=room)
        sheet.write(name.right + 6, y, count, colour=theme.MUTED)
    return top + key_height(len(people))
