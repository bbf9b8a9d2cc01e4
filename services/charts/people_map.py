"""Draw everybody's tracks on one map: few people as clouds, many as dots, and the groups by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from services.charts import theme
from services.charts.labels import Box, Labels, Wish
from services.charts.legend import (
    draw_people_key,
    key_height,
    name_of,
    person_name,
    person_style,
)
from services.charts.lettering import drawable
from services.charts.map_frame import STRIP, Area, Points, draw_directions, settle
from services.charts.sheet import Sheet
from services.charts.words import axes_lines, axes_sentence, count, describe, listed
from services.domain.charts import Chart, ChartKind
from services.domain.comparison import Comparison, UnionGroup
from services.domain.messages import ComparisonWords
from services.domain.vocabulary import share_words

_FRAME_HEIGHT = 280.0
_NOTE = 24.0
_INSETS = (0.0, 8.0, 16.0, 24.0, 32.0, 44.0, 60.0)
"""Pixels left free around the tracks, as few as let every cloud fade before the frame."""
_MOST_DOTS = 1500
"""More dots than this hide each other; of each person every n-th is drawn then."""
_FEW = 5
"""People up to whom each is named on the map, and a cloud: dots of several hide each other."""
_LEVELS = ((0.6, 0.10), (1.0, 0.14), (1.6, 0.16))
"""Parts of the density at a cloud's border, and how strongly what is denser is filled."""
_LEAST_IN_A_CLOUD = 15
"""As for a score: fewer tracks say little of where somebody is at home."""
_NAMED_GROUPS = 4
_GROUP_NAME = 300.0


def render_people_map(found: Comparison, said: ComparisonWords) -> Chart:
    """Draw the map of everybody with its description and text twin, from what is said of the comparison."""
    clouds = _cloudy(found)
    thinned = 1 if clouds else max(1, -(-len(found.dots) // _MOST_DOTS))
    notes = _notes(found, thinned)
    key = key_height(len(found.people))
    sheet = Sheet(34.0 + _FRAME_HEIGHT + 2 * STRIP + 30.0 + key + _NOTE * len(notes))
    sheet.write(theme.MARGIN, 18, _subtitle(found), colour=theme.MUTED)
    top = 34.0
    sheet.panel(6, top, sheet.width - 12, _FRAME_HEIGHT + 2 * STRIP)
    frame = Box.at(10, top + STRIP, sheet.width - 20, _FRAME_HEIGHT)
    if found.dots:
        raw = np.array([(dot.x, dot.y) for dot in found.dots], dtype=np.float64)
        named = [group for group in found.groups[:_NAMED_GROUPS] if group.x is not None]
        middles = np.array([(group.x, group.y) for group in named], dtype=np.float64).reshape(-1, 2)
        rows = [np.flatnonzero(_measured(found, index)) for index in clouds]
        frames = [frame.within(inset) for inset in _INSETS]
        placed, areas = settle(raw, rows, frames, frame, rim=_LEVELS[0][0])
        places = placed.places
        cloud_of = dict(zip(clouds, areas, strict=True))
        for index in range(len(found.people)):
            if (area := cloud_of.get(index)) is not None:
                _draw_cloud(sheet, area, index)
            elif index not in clouds:
                _draw_dots(sheet, found, places, index, thinned)
        taken = _draw_middles(sheet, found, places, frame)
        dots = places[[dot.person not in clouds for dot in found.dots]]
        _name_groups(sheet, named, placed.move(middles), frame, taken, dots=dots)
        draw_directions(sheet, found.axes, frame)
    else:
        words = "No track has a known sound yet."
        sheet.write(frame.x, frame.y, words, colour=theme.MUTED, align="center")
    counts = [sum(dot.person == index for dot in found.dots) for index in range(len(found.people))]
    bottom = draw_people_key(sheet, found.people, frame.bottom + STRIP + 28, counts=counts)
    for row, words in enumerate(notes):
        sheet.write(theme.MARGIN, bottom + _NOTE * (row + 0.4), words, colour=theme.MUTED)
    return sheet.chart(
        ChartKind.PEOPLE_MAP, "Everybody's tracks on one map", _alt_text(found), _twin(found, said)
    )


def _subtitle(found: Comparison) -> str:
    return f"{count(len(found.dots), 'track')} of {count(len(found.people), 'person', 'people')}"


def _measured(found: Comparison, index: int) -> npt.NDArray[np.bool_]:
    return np.array([dot.person == index and not dot.likely for dot in found.dots], dtype=bool)


def _cloudy(found: Comparison) -> frozenset[int]:
    """Return who is drawn as a cloud: of few people those with enough measured tracks."""
    if len(found.people) > _FEW:
        return frozenset()
    return frozenset(
        index for index in range(len(found.people)) if _measured(found, index).sum() >= _LEAST_IN_A_CLOUD
    )


def _draw_cloud(sheet: Sheet, area: Area, index: int) -> None:
    """Fill where a person's tracks are dense, the denser the stronger."""
    colour = person_style(index).colour
    paths = area.paths(*(area.outer * part for part, _ in _LEVELS))
    for path, (part, alpha) in zip(paths, _LEVELS, strict=True):
        sheet.shape(path, colour=colour, alpha=alpha, outline="solid" if part == 1.0 else None)


def _draw_dots(sheet: Sheet, found: Comparison, places: Points, index: int, thinned: int) -> None:
    """Draw a person's tracks, hollow where their sound is estimated."""
    shown = len(found.dots) / thinned
    size = float(np.clip(26.0 * shown**-0.28, 3.6, 8.0))
    style, measured = person_style(index), _measured(found, index)
    likely = np.array([dot.person == index and dot.likely for dot in found.dots], dtype=bool)
    for chosen, hollow in ((likely, True), (measured, False)):
        part = places[chosen][::thinned]
        if len(part):
            sheet.dots(
                part[:, 0],
                part[:, 1],
                marker=style.marker,
                size=size * style.scale,
                colour=style.colour,
                hollow=hollow,
                alpha=0.9 if shown < 300 else 0.7,
                edge=0.4,
                layer=2.6 if hollow else 2.8,
            )


def _name_groups(
    sheet: Sheet,
    groups: Sequence[UnionGroup],
    middles: Points,
    frame: Box,
    taken: Sequence[Box],
    *,
    dots: Points,
) -> None:
    """Write the names of the largest groups where they are, or as near as they hide nobody."""
    labels = Labels(frame.within(3, 2), obstacles=taken, dots=dots, radius=3.0)
    for group, (x, y) in zip(groups, middles, strict=True):
        said = sheet.shorten(drawable(group.name), _GROUP_NAME, theme.SIZE)
        width = sheet.measure(said, theme.SIZE) + 4
        if (place := labels.place(Wish(float(x), float(y), width, 21, on_anchor=True))) is not None:
            sheet.write(place.box.x, place.box.y, said, align="center")


def _draw_middles(sheet: Sheet, found: Comparison, places: Points, frame: Box) -> list[Box]:
    """Mark the middle of each person's measured tracks with a large shape and the person's number.

    Returns what is taken by them.
    """
    middles = {
        index: np.median(places[chosen], axis=0)
        for index in range(len(found.people))
        if (chosen := _measured(found, index)).any()
    }
    marks = [Box(float(x), float(y), 12, 12) for x, y in middles.values()]
    labels = Labels(frame.within(3, 2), obstacles=marks)
    for index, (x, y) in middles.items():
        style, words = person_style(index), _label(found, index)
        for size, colour, edge, layer in ((17, theme.CANVAS, 0.0, 3.2), (13, style.colour, 1.4, 3.4)):
            sheet.dots(
                [x], [y], marker=style.marker, size=size * style.scale, colour=colour, edge=edge, layer=layer
            )
        width = sheet.measure(words, theme.SIZE, bold=True) + 4
        wish = Wish(float(x), float(y), width, 21, clear=8)
        if (place := labels.place(wish)) is not None:
            sheet.lead(wish, place, colour=style.colour)
            at = place.box
            sheet.write(at.x, at.y, words, colour=style.colour, bold=True, align="center", backing=0.8)
    return marks + labels.placed


def _label(found: Comparison, index: int) -> str:
    """Name few people on the map itself, number many."""
    number = person_style(index).number
    if len(found.people) > _FEW:
        return number
    return f"{number} {drawable(person_name(found.people[index], index, 14))}".strip()


def _notes(found: Comparison, thinned: int) -> list[str]:
    """Say in as few lines as there is room for what the marks mean."""
    if not found.dots:
        return []
    notes = ["large: the middle of a person's tracks"]
    if clouds := _cloudy(found):
        notes.append("clouds: where most of them are")
    drawn = []
    counts = Counter(dot.person for dot in found.dots)
    if any(person.measured + person.imputed > counts[index] for index, person in enumerate(found.people)):
        drawn.append(f"at most {max(counts.values())} tracks of each")
    if thinned > 1:
        drawn.append(f"every {thinned}{ {2: 'nd', 3: 'rd'}.get(thinned, 'th') } track is drawn")
    if any(dot.likely and dot.person not in clouds for dot in found.dots):
        drawn.append("hollow: estimated")
    return [*notes, "; ".join(drawn)] if drawn else notes


def _where(found: Comparison, index: int) -> str:
    """Say in which groups a person's tracks are."""
    person = found.people[index]
    ranked = sorted(range(len(person.shares)), key=lambda group: -person.shares[group])
    said = [f"{found.groups[g].name} {share_words(person.shares[g])}" for g in ranked[:2] if person.shares[g]]
    return listed(said) or "nothing measured"


def _alt_text(found: Comparison) -> str:
    people = [
        f"{name_of(found, person.key)}: {_where(found, index)}." for index, person in enumerate(found.people)
    ]
    return describe(
        (
            f"Map of {_subtitle(found)} as {'clouds' if _cloudy(found) else 'dots'}, coloured by person.",
            axes_sentence(found.axes),
            *people,
        )
    )


def _twin(found: Comparison, said: ComparisonWords) -> list[str]:
    lines = [f"Groups of everybody's tracks ({_subtitle(found)}) and who is in them"]
    lines += axes_lines(found.axes)
    for index, group in enumerate(found.groups):
        shares = [
            f"{name_of(found, person.key)} {share_words(person.shares[index])}"
            for person in sorted(found.people, key=lambda person: -person.shares[index])
            if person.shares[index] >= 0.005
        ]
        lines.append(f"{group.name} ({said.groups[index]}): {', '.join(shares) or 'nobody'}")
    return lines
