"""The page of a poster: a picture on top, then large words, lines, where it comes from, a band of colours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from services.charts import theme
from services.charts.labels import Box
from services.charts.lettering import wrap
from services.charts.map_frame import Area, Points, Rows, settle
from services.charts.sheet import Sheet
from services.charts.theme import NARROW, SERIF, Look
from services.charts.words import count
from services.domain.charts import ChartKind

WIDTH, DENSITY = 360.0, 3
MARGIN = 22.0
"""Nothing that matters is nearer to the side."""
SMALLEST = 14.0
"""Of 360: 11 pixels in the 287 of a phone's column."""
_HEADLINES = (44.0, 40.0, 36.0, 32.0, 28.0, 25.0)
_MOST_OF_TWO_LINES = 36.0
_NAME_SIZES = (36.0, 30.0, 25.0, 21.0)
"""Of people, before they are cut."""
_NAMES = (17.0, 15.5, SMALLEST)
_SETTINGS = (*((size, SERIF) for size in _NAMES), (SMALLEST, NARROW))
"""Of the words of a row, before they take a second line or are cut."""
_GAP = 9.0
_PLAIN_ROW, _ROW = 25.0, 40.0
_LINE = 19.0
_CLAIM = 24.0
"""Height of the claim, which the picture gives."""
_FIGURE = 84.0
_BESIDE = 78.0
"""Room that the mark and the number of a row take."""
_DISC, _MEMBER = 23.0, 25.0
_APART = 25.0
"""Between two discs on the picture."""
_ROUNDS = 40
_INSETS = (14.0, 24.0, 36.0, 48.0, 62.0, 80.0)
"""From the edge of the picture to the outermost dot: the first with which no land reaches the edge."""
_STRETCH = 2.4
"""No distances are read off a poster: its lands may fill the picture."""
_LONGEST_NAME = 185.0
"""With this one, the last line still has room for how many others there are."""
_LEAST_HERO = 146.0
"""Before the picture gets lower than this, lines give up what stands beneath them."""


@dataclass(frozen=True, slots=True)
class Format:
    """One size of a poster, in the unit of `WIDTH`."""

    kind: ChartKind
    height: float
    top: float
    bottom: float
    """Nothing that matters is above, or below: apps put their own things there."""
    hero_top: float
    """Where the part of the picture begins that matters."""


FORMATS: tuple[Format, ...] = (
    Format(ChartKind.POSTER_FEED, 450.0, 22.0, 428.0, 0.0),
    Format(ChartKind.POSTER_STORY, 640.0, 90.0, 513.0, 88.0),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of what was found, with what stands beneath it."""

    words: str
    number: str = ""
    beneath: tuple[str, ...] = ()
    """Names, as many of which are said as fit whole."""
    mark: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is on the picture."""

    mark: str
    colour: str
    name: str


@dataclass(frozen=True, slots=True)
class Words:
    """What a poster says."""

    kicker: str
    headline: str
    rows: tuple[Row, ...]
    foot: tuple[str, ...]
    """At most two lines."""
    one_more: str = ""
    """What a row is called where some find no room and are counted: "more group"."""
    claim: str = ""
    """What sets it apart, in one line below the headline."""
    figure: str = ""
    """One number that is larger than everything."""
    members: tuple[Member, ...] = ()
    band: tuple[tuple[str, float], ...] = ()
    """Colours with their shares of the band at the end."""


@dataclass(frozen=True, slots=True)
class Hero:
    """The room for the picture: it may run to the edges, what matters stays inside."""

    height: float
    top: float
    bottom: float


def draw_page(form: Format, look: Look, words: Words, draw_hero: Callable[[Sheet, Hero], None]) -> Sheet:
    """Lay a poster out, from its foot to its top; the picture gets what the words leave."""
    sheet = Sheet(form.height, WIDTH, density=DENSITY, ground=look.ground)
    indent = 0.0
    if words.figure:
        indent = sheet.measure(words.figure, _FIGURE, bold=True, face=SERIF) + 14
    lines, size = _headline(
        sheet, words.headline, WIDTH - 2 * MARGIN - indent, most=1 if len(words.members) > 2 else 2
    )
    block = max(len(lines) * size * 1.1, _FIGURE if words.figure else 0.0)
    rows, beneath, rest = _rows_that_fit(sheet, form, words, block)
    members = _flow(sheet, words.members, max(int((rest - _GAP) // _MEMBER), 1))
    y = form.bottom - _LINE * len(words.foot)
    _draw_band(sheet, form, words)
    for index, line in enumerate(_foot(words, len(words.rows) - len(rows))):
        sheet.write(
            MARGIN, y + _LINE * (index + 0.5), line, size=SMALLEST, colour=look.soft, room=WIDTH - 2 * MARGIN
        )
    y -= _GAP
    for named in reversed(members):
        y -= _MEMBER
        _draw_members(sheet, look, named, y + _MEMBER / 2)
    y -= _GAP if members else 0.0
    for row, shows_beneath in reversed(list(zip(rows, beneath, strict=True))):
        y -= _ROW if shows_beneath else _PLAIN_ROW
        _draw_row(sheet, look, row, y, shows_beneath=shows_beneath)
    y -= _GAP
    if words.claim:
        y -= _CLAIM
        room = WIDTH - 2 * MARGIN
        sizes = (each for each in _NAMES[1:] if sheet.measure(words.claim, each) <= room)
        middle = y + _CLAIM / 2 + 1
        sheet.write(MARGIN, middle, words.claim, size=next(sizes, SMALLEST), colour=look.ink, room=room)
    y -= block
    if words.figure:
        sheet.write(MARGIN, y + block / 2, words.figure, size=_FIGURE, colour=look.ink, bold=True, face=SERIF)
    first = y + (block - len(lines) * size * 1.1) / 2
    for index, line in enumerate(lines):
        middle = first + size * (1.1 * index + 0.5)
        sheet.write(MARGIN + indent, middle, line, size=size, colour=look.ink, bold=True, face=SERIF)
    y -= _LINE + 3
    sheet.write(
        MARGIN, y + _LINE / 2, words.kicker, size=SMALLEST, colour=look.soft, bold=True,
        room=WIDTH - 2 * MARGIN,
    )  # fmt: skip
    height = y - _GAP
    sheet.bar(0, 0, WIDTH, height, colour=look.sea, layer=0.0)
    draw_hero(sheet, Hero(height, form.hero_top, height))
    return sheet


def _headline(sheet: Sheet, words: str, room: float, *, most: int) -> tuple[tuple[str, ...], float]:
    """Break a headline into lines, two at most, as large as they can be; a break of its own is kept."""
    if "\n" in words:
        given = tuple(words.split("\n"))
        sizes = (
            size
            for size in _NAME_SIZES
            if all(sheet.measure(line, size, bold=True, face=SERIF) <= room for line in given)
        )
        size = next(sizes, _NAME_SIZES[-1])
        return tuple(sheet.shorten(line, room, size, bold=True, face=SERIF) for line in given), size

    def fits(line: str, size: float) -> bool:
        return sheet.measure(line, size, bold=True, face=SERIF) <= room

    for size in _HEADLINES:
        if fits(words, size):
            return (words,), size
        parts = words.replace(" & ", " &\u00a0").split(" ")  # no line ends in an "&"
        halves = [(" ".join(parts[:at]), " ".join(parts[at:])) for at in range(1, len(parts))]
        halves = [(one.replace("\u00a0", " "), other.replace("\u00a0", " ")) for one, other in halves]
        whole = [pair for pair in halves if all(fits(line, size) for line in pair)]
        if whole and size <= _MOST_OF_TWO_LINES and most > 1:
            return min(whole, key=lambda pair: abs(len(pair[0]) - len(pair[1]))), size
    size = _HEADLINES[-1]
    return (sheet.shorten(words, room, size, bold=True, face=SERIF),), size


def _rows_that_fit(
    sheet: Sheet, form: Format, words: Words, headline: float
) -> tuple[tuple[Row, ...], tuple[bool, ...], float]:
    """Return the rows, which of them have a second line, and the height that is left for members.

    Rows too long for one line come first, then the order of the rows.
    """
    fixed = form.hero_top + _LEAST_HERO + _LINE * (len(words.foot) + 1) + 3 + headline + 3 * _GAP
    room = form.bottom - fixed
    least = _MEMBER * min(len(words.members), 2) + (_GAP if words.members else 0.0)
    rows = words.rows
    longest, (size, face) = WIDTH - 2 * MARGIN - _BESIDE, _SETTINGS[-1]
    is_long = [sheet.measure(row.words, size, bold=True, face=face) > longest for row in rows]
    first = sorted(range(len(rows)), key=lambda index: not is_long[index])
    for full in range(len(rows), -1, -1):
        beneath = tuple(
            (bool(row.beneath) or is_long[index]) and index in first[:full] for index, row in enumerate(rows)
        )
        taken = sum(_ROW if each else _PLAIN_ROW for each in beneath)
        if taken + least <= room:
            return rows, beneath, room - taken
    kept = max(int((room - least) // _PLAIN_ROW), 1)
    return rows[:kept], (False,) * min(kept, len(rows)), least


def _foot(words: Words, unsaid: int) -> tuple[str, ...]:
    """Count the rows without room in the last line, which is short."""
    if not (unsaid and words.one_more and words.foot):
        return words.foot
    *others, last = words.foot
    return (*others, f"{count(unsaid, words.one_more)} · {last}")


def _flow(sheet: Sheet, members: Sequence[Member], most: int) -> list[list[tuple[float, Member]]]:
    """Set members into lines, each with where it begins; who has no room is counted at the end."""
    lines: list[list[tuple[float, Member]]] = []
    right = WIDTH - MARGIN
    x = right
    for index, member in enumerate(members):
        name = sheet.shorten(member.name, _LONGEST_NAME, SMALLEST)
        width = _DISC + 5 + sheet.measure(name, SMALLEST)
        others = len(members) - index
        room = right - (sheet.measure(f"and {others} more", SMALLEST) + 12 if len(lines) == most else 0)
        if x + width > (room if others > 1 else right):
            if len(lines) == most:
                lines[-1].append((x, Member("", "", f"and {others} more")))
                return lines
            lines.append([])
            x = MARGIN
        lines[-1].append((x, Member(member.mark, member.colour, name)))
        x += width + 12
    return lines


def _draw_members(sheet: Sheet, look: Look, line: Sequence[tuple[float, Member]], y: float) -> None:
    for x, member in line:
        left = x
        if member.mark:
            draw_mark(sheet, x + _DISC / 2, y, member.mark, member.colour)
            left += _DISC + 5
        sheet.write(left, y, member.name, size=SMALLEST, colour=look.ink)


def draw_lands(
    sheet: Sheet,
    raw: Points,
    groups: Sequence[Rows],
    colours: Sequence[str],
    room: Hero,
    *,
    levels: Sequence[tuple[float, float]],
    outline: str | None = None,
) -> Points:
    """Draw groups as lands, each of which ends inside the picture, and return where the dots are.

    Parameters
    ----------
    raw
        (n, 2) positions on the map; NaN rows have none.
    groups
        The rows of each land's dots.
    levels
        Densities, each with the opacity that it adds: in parts of that of a land's border up to 1, above
        it 1 and the part of the way to the peak.
    """
    height = room.bottom - room.top
    within = Box.at(0.0, room.top, WIDTH, height)
    frames = [within.within(inset, min(inset, height / 3)) for inset in _INSETS]
    picture = Box.at(0.0, 0.0, WIDTH, room.height)
    placed, areas = settle(raw, groups, frames, picture, rim=levels[0][0], stretch=_STRETCH)
    lands = [area.paths(*(_level(area, part) for part, _ in levels)) if area else () for area in areas]
    for row, (part, alpha) in enumerate(levels):
        for paths, colour in zip(lands, colours, strict=False):
            if paths:
                shown = outline if part == 1.0 else None
                sheet.shape(paths[row], colour=colour, alpha=alpha, outline=shown)
    return placed.places


def _level(area: Area, part: float) -> float:
    border = area.outer
    return border * part if part <= 1.0 else border + (part - 1.0) * (float(area.density.max()) - border)


def draw_mark(sheet: Sheet, x: float, y: float, mark: str, colour: str) -> None:
    """Draw a disc with a letter or a number."""
    sheet.dots([x], [y], marker="o", size=_DISC, colour=colour, edge=1.2, layer=5.0)
    sheet.write(x, y, mark, size=SMALLEST, colour=theme.ink_on(colour), bold=True, align="center")


def draw_marks(
    sheet: Sheet, middles: Mapping[int, Points], marks: Sequence[str], colours: Sequence[str], room: Hero
) -> None:
    """Draw discs at their places; those that would cover each other move apart, inside the picture."""
    places = dict(middles)
    low = np.array((MARGIN + _DISC / 2, max(room.top, MARGIN) + _DISC / 2))
    high = np.array((WIDTH - MARGIN - _DISC / 2, room.bottom - _DISC / 2 - 4))
    for _ in range(_ROUNDS):
        places = {index: np.clip(place, low, high) for index, place in places.items()}
        for one, other in combinations(places, 2):
            way = places[other] - places[one]
            far = float(np.hypot(*way))
            if far < _APART:
                push = (way / far if far > 0.01 else np.array((1.0, 0.0))) * (_APART - far) / 2
                places[one], places[other] = places[one] - push, places[other] + push
    for index, (x, y) in places.items():
        draw_mark(sheet, float(x), float(y), marks[index], colours[index])


def _draw_row(sheet: Sheet, look: Look, row: Row, top: float, *, shows_beneath: bool) -> None:
    left, right = MARGIN, WIDTH - MARGIN
    y = top + _PLAIN_ROW / 2 - 1
    if row.mark:
        draw_mark(sheet, left + _DISC / 2, y, row.mark, row.colour)
        left += 30
    if row.number:
        number = sheet.write(
            right, y, row.number, size=_NAMES[0], colour=look.ink, bold=True, align="right", face=SERIF
        )
        right = number.left - 8
    room = right - left
    for size, face in _SETTINGS:
        if sheet.measure(row.words, size, bold=True, face=face) <= room:
            break
    else:
        if shows_beneath:
            size, face = _SETTINGS[1]
    lines: tuple[str, ...] = (row.words,)
    if shows_beneath:  # the rest of a long name matters more than whose songs these are
        lines = wrap(row.words, lambda part: sheet.measure(part, size, bold=True, face=face) <= room)
    for place, line in enumerate(lines):
        sheet.write(left, y + 19 * place, line, size=size, colour=look.ink, bold=True, room=room, face=face)
    if shows_beneath and len(lines) == 1:
        _draw_names(sheet, look, row.beneath, left, y + 19)


def _draw_band(sheet: Sheet, form: Format, words: Words) -> None:
    """Draw the shares as fields of colour from edge to edge, below everything that matters."""
    top = form.bottom + 9.0
    x, whole = 0.0, sum(share for _, share in words.band) or 1.0
    for colour, share in words.band:
        width = WIDTH * share / whole
        sheet.bar(x, top, width + 0.5, form.height - top, colour=colour, layer=0.5)
        x += width


def _draw_names(sheet: Sheet, look: Look, names: Sequence[str], left: float, y: float) -> None:
    """Write as many names as fit whole, and the first in any case.

    Each by itself: names that run from right to left would take the commas along.
    """
    right = WIDTH - MARGIN
    for index, name in enumerate(names):
        comma = ", " if index else ""
        width = sheet.measure(comma + name, SMALLEST)
        if index and left + width > right:
            return
        if comma:
            left = sheet.write(left + 1, y, comma, size=SMALLEST, colour=look.soft).right + 1
        left = sheet.write(left, y, name, size=SMALLEST, colour=look.soft, room=right - left).right
