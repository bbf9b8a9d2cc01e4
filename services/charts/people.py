"""How people look in the charts of a comparison: a number, a colour and a shape, and the key to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.charts import theme
from services.charts.lettering import drawable, plain
from services.charts.sheet import Sheet
from services.domain.comparison import Comparison, Participant, PersonKey

_ROW = 17.0
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
    return _ROW * ((people + columns - 1) // columns) + 4.0


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
        y = top + (index % rows + 0.5) * _ROW
        sheet.write(
            x + 13, y, style.number, size=theme.SIZE_SMALL, colour=style.colour, bold=True, align="right"
        )
        sheet.dots([x + 21], [y], marker=style.marker, size=8 * style.scale, colour=style.colour)
        count = f"{counts[index]:,}" if counts is not None else ""
        room = width - 34 - (sheet.measure(count, theme.SIZE_SMALL) + 5 if count else 0)
        name = sheet.write(x + 29, y, drawn_name(person, index), size=theme.SIZE_SMALL, room=room)
        sheet.write(name.right + 5, y, count, size=theme.SIZE_SMALL, colour=theme.MUTED)
    return top + key_height(len(people))
