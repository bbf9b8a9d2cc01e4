"""Draw the key under a chart: how groups look, and how people do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.charts import theme
from services.charts.lettering import drawable, plain
from services.charts.sheet import Sheet
from services.charts.words import cluster_name
from services.domain.comparison import Comparison, Participant, PersonKey
from services.domain.report import AnalysisReport

_ROW = 17.0
_ONE_COLUMN = 4
"""Up to this many groups stand in one column, with a bar for their share."""
_BAR = 70.0


def legend_height(report: AnalysisReport, *, guesses: bool = True) -> float:
    """Return the height that `draw_group_legend` takes, in pixels."""
    groups = len(report.clusters)
    rows = groups if groups <= _ONE_COLUMN else (groups + 1) // 2
    return rows * _ROW + (_ROW if guesses and _likely(report) else 0.0) + 10.0


def draw_group_legend(sheet: Sheet, report: AnalysisReport, top: float, *, guesses: bool = True) -> float:
    """Draw the key and return the y below it. Counts are tracks with evidence.

    `guesses` counts the tracks that were placed by a guess too, and says what hollow marks mean.
    """
    groups = report.clusters
    columns = 1 if len(groups) <= _ONE_COLUMN else 2
    rows = (len(groups) + columns - 1) // columns
    width = (sheet.width - 2 * theme.MARGIN) / columns
    size = theme.SIZE_BODY if columns == 1 else theme.SIZE_SMALL
    largest = max((cluster.size for cluster in groups), default=0) or 1
    for index, cluster in enumerate(groups):
        style = theme.cluster_style(groups, index)
        x = theme.MARGIN + (index // rows) * width
        y = top + (index % rows + 0.5) * _ROW
        sheet.dots([x + 5], [y], marker=style.marker, size=8 * style.scale, colour=style.colour)
        letter = sheet.write(x + 14, y, style.letter, size=size, colour=style.colour, bold=True)
        counts = f"{cluster.size:,}" + (
            f" +{len(cluster.likely):,}" if guesses and columns == 1 and cluster.likely else ""
        )
        start = max(letter.right + 5, x + 27)
        taken = sheet.measure(counts, size) + 6 + (_BAR + 10 if columns == 1 else 6)
        name = sheet.write(
            start, y, drawable(cluster_name(cluster)), size=size, room=x + width - start - taken
        )
        sheet.write(name.right + 6, y, counts, size=size, colour=theme.MUTED)
        if columns == 1:
            length = max(_BAR * cluster.size / largest, 1.0)
            sheet.bar(x + width - _BAR, y - 4, length, 8, colour=style.colour, alpha=0.75)
    bottom = top + rows * _ROW
    if guesses and (likely := _likely(report)):
        y = bottom + 0.5 * _ROW
        sheet.dots([theme.MARGIN + 5], [y], marker="o", size=8, colour=theme.MUTED, hollow=True)
        sheet.write(
            theme.MARGIN + 14,
            y,
            f"hollow: {likely:,} placed by a guess, their sound is estimated",
            size=theme.SIZE_SMALL,
            colour=theme.MUTED,
        )
        bottom += _ROW
    return bottom


def _likely(report: AnalysisReport) -> int:
    return sum(len(cluster.likely) for cluster in report.clusters)


_PERSON_ROW = 17.0
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


def key_columns(people: int) -> int:
    """Return in how many columns the key stands."""
    if people <= 4:
        return 1
    return 2 if people <= 12 else 3


def key_height(people: int) -> float:
    """Return the height that `draw_people_key` takes."""
    columns = key_columns(people)
    return _PERSON_ROW * ((people + columns - 1) // columns) + 4.0


def draw_people_key(
    sheet: Sheet, people: Sequence[Participant], top: float, *, counts: Sequence[int] | None = None
) -> float:
    """Draw number, shape and name of each person; return the y below.

    `counts` stand behind the names where there is room for them.
    """
    columns = key_columns(len(people))
    rows = (len(people) + columns - 1) // columns
    width = (sheet.width - 2 * theme.MARGIN) / columns
    for index, person in enumerate(people):
        style = person_style(index)
        x = theme.MARGIN + (index // rows) * width
        y = top + (index % rows + 0.5) * _PERSON_ROW
        sheet.write(
            x + 13, y, style.number, size=theme.SIZE_SMALL, colour=style.colour, bold=True, align="right"
        )
        sheet.dots([x + 21], [y], marker=style.marker, size=8 * style.scale, colour=style.colour)
        count = f"{counts[index]:,}" if counts is not None else ""
        room = width - 34 - (sheet.measure(count, theme.SIZE_SMALL) + 5 if count else 0)
        name = sheet.write(x + 29, y, drawn_name(person, index), size=theme.SIZE_SMALL, room=room)
        sheet.write(name.right + 5, y, count, size=theme.SIZE_SMALL, colour=theme.MUTED)
    return top + key_height(len(people))
