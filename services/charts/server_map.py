"""Draw the people of a server on one map: a mark and a name each, and around it how sure its place is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.path import Path

from services.charts import card, theme
from services.charts.labels import Box, Labels, Place, Wish
from services.charts.legend import person_style
from services.charts.lettering import drawable, plain
from services.charts.map_frame import STRIP, Points, draw_directions, fit
from services.charts.sheet import Sheet
from services.charts.words import axes_sentence, count, describe, listed
from services.domain.charts import Chart, ChartKind
from services.domain.server_map import FEW_ON_MAP, ServerMap

_SOME = 40
"""People up to whom each has a large name."""
_NARROW, _NARROW_SMALL = 286.0, 12.0
"""Width where few are on it, and size of its smallest words: 11 pixels on a phone that shows it 263 wide."""
_SIZES, _NARROW_SIZES = (18.0, theme.SIZE, theme.SIZE), (14.0, 12.0, 12.0)
"""Of names, each of which is tried before one is left out."""
_HEIGHTS = (290.0, 370.0, 400.0)
_LOW, _VERY_FEW = 216.0, 5
"""Height where so few are on it that their names find room in less."""
_LONGEST, _NARROW_LONGEST = (16, 12, 9), (16, 12, 9)
_STRETCHES = (1.5, 1.5, 2.4)
"""How much more one direction may be drawn out than the other: names of many need the room."""
_NOTE = 24.0
_LONGEST_LINE = 24.0
"""Between a name and one of many marks, in pixels."""
_REACHES = (11.0, 7.0, 4.0)
"""Pixels from the middle of each mark that names keep free, with the first of their sizes and with others."""
_YOU = 22.0
"""Of the ring around whoever looks, in pixels."""
_LARGEST_CLOUD = 90.0
"""Half of its height or width, in pixels."""
_FAINT = 0.5
"""Of the mark of somebody who is not ranked; no cloud is around it, since nobody knows how far it reaches."""
_CLOUD_REACH = 2.0
"""Half-widths of the cloud in standard errors: with other tracks of the same kind the mark lands in it."""


def render_server_map(found: ServerMap, you: int | None = None) -> Chart:
    """Draw the map with its description and text twin; `you` is whoever looks, where they are on it."""
    people = len(found.people)
    size = 0 if people <= FEW_ON_MAP else 1 if people <= _SOME else 2
    height = _LOW if people <= _VERY_FEW else _HEIGHTS[size]
    if size == 0:
        sheet = Sheet(height + 2 * STRIP + 32.0, _NARROW, density=card.DENSITY, ground=theme.PANEL)
        top = 4.0
    else:
        sheet, top = Sheet(6.0 + height + 2 * STRIP + 28.0 + 2 * _NOTE), 6.0
    sheet.panel(6, top, sheet.width - 12, height + 2 * STRIP)
    frame = Box.at(10, top + STRIP, sheet.width - 20, height)
    raw = np.array([(each.x, each.y) for each in found.people], dtype=np.float64)
    blurs = np.array([each.blur or (0.0, 0.0) for each in found.people], dtype=np.float64)
    room = frame.within(20)
    scale = fit(raw, room, stretch=_STRETCHES[size]).scale
    # A smaller frame makes the clouds smaller too: they stay inside it.
    across, along = np.minimum(blurs.max(axis=0) * scale * _CLOUD_REACH, _LARGEST_CLOUD)
    placed = fit(raw, room.within(across, along), stretch=_STRETCHES[size])
    places = placed.places
    _draw_people(sheet, found, places, placed.scale, size)
    if you is not None:
        sheet.dots([places[you, 0]], [places[you, 1]], marker="o", size=_YOU, colour=theme.INK, hollow=True)
    unnamed = _draw_names(sheet, found, places, frame, size=size, you=you)
    draw_directions(sheet, found.axes, frame, size=_NARROW_SMALL if size == 0 else theme.SIZE)
    if size:
        sheet.foot(_notes(found, you, unnamed), frame.bottom + STRIP + 28, _NOTE)
    return sheet.chart(ChartKind.SERVER_MAP, "The map of this server", _alt_text(found), _twin(found))


def _name(found: ServerMap, index: int, limit: int = 24) -> str:
    return plain(found.people[index].name, limit) or f"person {index + 1}"


def _draw_people(sheet: Sheet, found: ServerMap, places: Points, scale: Points, size: int) -> None:
    for index, (x, y) in enumerate(places):
        style = person_style(index)
        colour = style.colour if size == 0 else theme.ACCENT
        blur = found.people[index].blur
        if size < 2 and blur is not None:
            across, along = np.minimum(np.array(blur) * scale * _CLOUD_REACH, _LARGEST_CLOUD)
            circle = np.asarray(Path.unit_circle().vertices, dtype=np.float64)
            cloud = circle * (max(across, 4.0), max(along, 4.0)) + (x, y)
            sheet.shape(
                Path(cloud, Path.unit_circle().codes), colour=colour, alpha=0.22 if size == 0 else 0.1
            )
        marker, mark = (style.marker, 12 * style.scale) if size == 0 else ("o", 8.0 if size == 1 else 5.0)
        alpha = 1.0 if blur is not None else _FAINT
        sheet.dots([x], [y], marker=marker, size=mark, colour=colour, edge=0.8, layer=3.2, alpha=alpha)


def _draw_names(
    sheet: Sheet, found: ServerMap, places: Points, frame: Box, *, size: int, you: int | None
) -> int:
    """Write the names that find a place, the most important first; return how many do not.

    Names of few people are set smaller before one of them is left out.
    """
    first = _who_matters(found, you)
    order = _by_importance(first, places)
    sizes, longest = (_NARROW_SIZES, _NARROW_LONGEST) if size == 0 else (_SIZES, _LONGEST)

    def lay_out(step: int) -> list[tuple[int, str, Wish, Place | None]]:
        reach = _REACHES[step]
        marks = [Box(float(x), float(y), 2 * reach, 2 * reach) for x, y in places] if size < 2 else []
        labels = Labels(frame.within(3, 2), obstacles=marks, dots=places if size == 2 else None)
        laid = []
        for index in order:
            said = drawable(_name(found, index, longest[step])) or f"person {index + 1}"
            width = sheet.measure(said, sizes[step], bold=index == you) + 2
            x, y = (float(value) for value in places[index])
            wish = Wish(
                x,
                y,
                width,
                sizes[step] * 1.2,
                clear=max(reach + 1, _YOU / 2 + 2) if index == you else reach + 1,
            )
            place = labels.place(wish)
            if place is not None and size == 2:
                is_lost = index not in first and _hides(place, places, index)
                place = None if is_lost or _is_far(wish, place) else place
            laid.append((index, said, wish, place))
        return laid

    step, laid = size, lay_out(size)
    while step < len(sizes) - 1 and any(place is None for *_, place in laid):
        step += 1
        laid = lay_out(step)
    for index, said, wish, place in laid:
        if place is None:
            continue
        sheet.lead(wish, place, colour=theme.MUTED)
        sheet.write(
            place.box.x,
            place.box.y,
            said,
            size=sizes[step],
            colour=person_style(index).colour if size == 0 else theme.INK,
            bold=index == you,
            align="center",
            backing=0.5 if size == 1 else 0.0,
        )
    return sum(place is None for *_, place in laid)


def _is_far(wish: Wish, place: Place) -> bool:
    """Whether the line to a name would be lost among so many dots."""
    return place.leader is not None and (
        float(np.hypot(place.leader[0] - wish.x, place.leader[1] - wish.y)) > _LONGEST_LINE
    )


def _hides(place: Place, places: Points, own: int) -> bool:
    """Whether a name would lie on the mark of somebody else."""
    apart = np.abs(np.delete(places, own, axis=0) - (place.box.x, place.box.y))
    return bool((apart * 2 <= (place.box.width, place.box.height)).all(axis=1).any())


def _who_matters(found: ServerMap, you: int | None) -> list[int]:
    """List whoever looks and their neighbours, and who stands out: they are named wherever they are."""
    first: list[int] = []
    if you is not None:
        first += [you, *found.people[you].nearest]
    first += [*(found.closest or ()), *(() if found.lone_wolf is None else (found.lone_wolf,))]
    return list(dict.fromkeys([*first, *(award.winner for award in found.awards)]))


def _by_importance(first: Sequence[int], places: Points) -> list[int]:
    """Order people: who matters, then those at the rim."""
    middle = np.median(places, axis=0)
    rim = sorted(range(len(places)), key=lambda index: (-float(np.hypot(*(places[index] - middle))), index))
    return list(dict.fromkeys([*first, *rim]))


def _notes(found: ServerMap, you: int | None, unnamed: int) -> tuple[str, str]:
    """Say who is on it, and what the marks mean or who is not named."""
    people = count(len(found.people), "person", "people")
    first = f"{people}; large ring: you" if you is not None else people
    if unnamed:
        return first, f"{count(unnamed, 'name')} only in the text"
    return first, "cloud: where other tracks would put it" if len(found.people) <= _SOME else ""


def _near(found: ServerMap, nearest: Sequence[int]) -> str:
    return listed([_name(found, index) for index in nearest])


def _alt_text(found: ServerMap) -> str:
    return describe(
        (
            f"Map of {count(len(found.people), 'person', 'people')} by how one list of each sounds.",
            axes_sentence(found.axes),
            _unranked(found),
            *(
                f"{_name(found, index)} is nearest to {_near(found, person.nearest[:1])}."
                for index, person in enumerate(found.people)
                if person.is_nearest_sure
            ),
        )
    )


def _unranked(found: ServerMap) -> str:
    """Say who is drawn faint, without a cloud."""
    if not found.unranked:
        return ""
    few = len(found.unranked) <= 3
    who = _near(found, found.unranked) if few else count(len(found.unranked), "person", "people")
    return f"Too little is known of {who} to rank them."


def _twin(found: ServerMap) -> list[str]:
    lines = []
    for index, person in enumerate(found.people):
        rivals = max(person.may_be_nearest, 1)
        near, beyond = person.nearest[:rivals], person.nearest[rivals:]
        lines.append(
            f"{_name(found, index)}: nearest {_near(found, near)}"
            + (f", next {_near(found, beyond)}" if beyond else "")
            + ("" if person.is_ranked else "; too little is known to rank them")
        )
    return lines
