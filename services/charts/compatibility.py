"""Draw who fits whom: a heat map of all scores, for two people one score on its scale."""

from __future__ import annotations

from services.charts import card, theme
from services.charts.legend import drawn_name, name_of, person_style
from services.charts.sheet import Sheet
from services.charts.theme import ink_on, shade_of_score
from services.charts.words import count, describe
from services.domain.charts import Chart, ChartKind
from services.domain.comparison import Comparison, Pair, TopPeople
from services.domain.scoring import ScoreRules

_FEW = 5
"""People up to whom each has so much room that it is drawn smaller."""
_NARROW, _NARROW_SMALL = 286.0, 12.0
"""Width of that, and size of its smallest words: 11 pixels on a phone that shows it 263 wide."""
_NAMES_ROOM, _NARROW_NAMES_ROOM = 126.0, 104.0
_LARGEST_CELL = 46.0
_WRITTEN = 24.0
"""Width from which a cell has room for its number; the colours of smaller ones stand alone."""
_LEAST_ROW = 20.0
_KEY = 28.0
"""Height of the colour scale under the heat map."""
_NO_SCORE, _RANGE = "–", "~"
"""Where there is none, and where a range finds no room."""
_FULL, _SHORT_OF_FULL = "★", 34.0
"""Stands for 100 in cells narrower than that."""
_NOTE = 24.0


def render_compatibility(found: Comparison, rules: ScoreRules) -> Chart:
    """Draw the scores of a comparison with their description and text twin."""
    sheet = _draw_pair(found, rules) if len(found.people) == 2 else _draw_matrix(found)
    return sheet.chart(ChartKind.COMPATIBILITY, "Who sounds like whom", _alt_text(found), _twin(found))


def _draw_matrix(found: Comparison) -> Sheet:
    people = found.people
    few = len(people) <= _FEW
    width, small, size = (_NARROW, _NARROW_SMALL, 13.0) if few else (theme.WIDTH, theme.SIZE, theme.SIZE)
    names_room = _NARROW_NAMES_ROOM if few else _NAMES_ROOM
    cell = min(_LARGEST_CELL, (width - 2 * theme.MARGIN - 6 - names_room) / len(people))
    is_written = few or cell >= _WRITTEN
    height = cell * 0.8 if few else max(cell * 0.8, _LEAST_ROW)
    head = 20.0 if few else 26.0 if is_written else 6.0
    has_ranges = any(found.is_rough(pair) for pair in found.pairs if pair.score is not None)
    note = "hollow: a range or ~, where little is known" if has_ranges else ""
    tall = head + height * len(people) + 16.0 + _KEY + (_NOTE if note else 0.0)
    sheet = Sheet(tall, width, density=card.DENSITY if few else theme.DENSITY, ground=theme.PANEL)
    top = 4.0
    sheet.panel(6, top, sheet.width - 12, head + height * len(people) + 6)
    left = theme.MARGIN + 4 + names_room
    full = "100" if cell >= _SHORT_OF_FULL or few or not is_written else _FULL
    for column in range(len(people) if is_written else 0):
        style = person_style(column)
        x = left + cell * (column + 0.5)
        sheet.write(
            x, top + head / 2 + 1, style.number, size=small, colour=style.colour, bold=True, align="center"
        )
    has_room = sheet.measure("88–100", size) <= cell - 3
    for row, scores in enumerate(found.matrix):
        y = top + head + height * row
        _draw_row_name(sheet, found, row, y + height / 2, names_room, small)
        for column, score in enumerate(scores):
            box = (left + cell * column + 0.5, y + 0.5, cell - 1, height - 1)
            if column == row:
                sheet.bar(*box, colour=theme.CANVAS)
                continue
            pair = found.pair(people[row].key, people[column].key)
            if score is None or found.is_rough(pair):
                sheet.bar(*box, colour=theme.RULE, hollow=True)
                words, colour = _range(pair), theme.MUTED
                words = _RANGE if words != _NO_SCORE and not has_room else words
            else:
                shade = shade_of_score(score)
                sheet.bar(*box, colour=shade)
                words, colour = f"{score:.0f}", ink_on(shade)
            if is_written:
                x, said = left + cell * (column + 0.5), full if words == "100" else words
                sheet.write(x, y + height / 2, said, size=size, colour=colour, align="center")
    bottom = top + head + height * len(people) + 22
    _draw_scale(sheet, bottom, "100" if full == "100" else f"100 = {_FULL}", small)
    sheet.write(theme.MARGIN, bottom + _NOTE, note, size=small, colour=theme.MUTED)
    return sheet


def _range(pair: Pair) -> str:
    """Say what there is of a score that is no number."""
    return _NO_SCORE if pair.low is None or pair.high is None else f"{pair.low:.0f}–{pair.high:.0f}"


def _draw_row_name(  # noqa: PLR0917
    sheet: Sheet, found: Comparison, row: int, y: float, room: float, size: float
) -> None:
    style, end = person_style(row), theme.MARGIN + 1.4 * size
    sheet.write(end, y, style.number, size=size, colour=style.colour, bold=True, align="right")
    name = drawn_name(found.people[row], row)
    sheet.write(end + 5, y, name, size=size, room=room - 1.4 * size - 3)


def _draw_scale(sheet: Sheet, y: float, most: str, size: float) -> None:
    left = sheet.write(theme.MARGIN, y, "0 unlike", size=size, colour=theme.MUTED).right
    right = sheet.write(
        sheet.width - theme.MARGIN, y, f"as one person {most}", size=size, colour=theme.MUTED, align="right"
    ).left
    steps = 24
    width = (right - left - 16) / steps
    for step in range(steps):
        colour = shade_of_score(100 * (step + 0.5) / steps)
        sheet.bar(left + 8 + width * step, y - 4, width + 0.3, 8, colour=colour)


def _draw_pair(found: Comparison, rules: ScoreRules) -> Sheet:
    (pair,) = found.pairs
    sheet, top = Sheet(184.0, _NARROW, density=card.DENSITY, ground=theme.PANEL), 4.0
    sheet.panel(6, top, sheet.width - 12, 176)
    if pair.score is None:
        sheet.write(
            sheet.width / 2, top + 84, "Not enough data for a score", colour=theme.MUTED, align="center"
        )
        return sheet
    left, right = 24.0, sheet.width - 24.0
    unit = (right - left) / 100

    def at(score: float) -> float:
        return left + unit * score

    if found.is_rough(pair):
        number, band = _range(pair), "of 100 · too few tracks or artists to say more"
    else:
        number, band = f"{pair.score:.0f}", f"of 100 · {pair.low:.0f}–{pair.high:.0f} with other tracks"
    sheet.write(sheet.width / 2, top + 30, number, size=34, bold=True, align="center")
    sheet.write(sheet.width / 2, top + 56, band, size=_NARROW_SMALL, colour=theme.MUTED, align="center")
    y = top + 82
    sheet.bar(left, y - 4, right - left, 8, colour=theme.RULE)
    if pair.low is not None and pair.high is not None:
        sheet.bar(
            at(pair.low), y - 4, max(at(pair.high) - at(pair.low), 2), 8, colour=theme.ACCENT, alpha=0.6
        )
    if not found.is_rough(pair):
        sheet.dots([at(pair.score)], [y], marker="D", size=13, colour=theme.INK, edge=1.5)
    tracks = min(found.person(key).measured for key in (pair.a, pair.b))
    counted = pair.genres_counted if pair.affinity is not None else 0.0
    for place, words in enumerate(("two different people", "two lists of one person")):
        spread = rules.usual(same=place == 1, tracks=tracks, genres=counted, explicit=pair.explicit_counted)
        if spread is not None and pair.overlap is not None:  # sound alone lies on a scale of its own
            line = y + 24 + 30 * place
            sheet.line([at(spread.low), at(spread.high)], [line, line], colour=theme.FAINT, width=3)
            sheet.dots([at(spread.median)], [line], marker="|", size=10, colour=theme.MUTED, edge=2)
            told = f"{words}: {spread.low:.0f}–{spread.high:.0f}"
            half = sheet.measure(told, _NARROW_SMALL) / 2
            sheet.write(
                min(max(at(spread.median), left + half), right - half), line + 13, told,
                size=_NARROW_SMALL, colour=theme.MUTED, align="center",
            )  # fmt: skip
    return sheet


def _told(found: Comparison, pair: Pair) -> str:
    if pair.score is None:
        score = "not enough data"
    elif found.is_rough(pair):
        score = f"{_range(pair)}, from few tracks or artists"
    else:
        score = f"{pair.score:.0f} ({pair.low:.0f}–{pair.high:.0f})"
    return f"{name_of(found, pair.a)} and {name_of(found, pair.b)}: {score}"


def _person(title: str, found: Comparison, top: TopPeople | None) -> str:
    return f"{title}: {name_of(found, top.only)}." if top is not None and top.only is not None else ""


def _alt_text(found: Comparison) -> str:
    known = [pair for pair in found.pairs if pair.score is not None]
    ranked = found.ranked(known)
    numbers = [pair for pair in ranked if not found.is_rough(pair)]
    shown = ranked if len(ranked) <= 4 else [*numbers[:2], *numbers[2:][-2:]] or ranked[:4]
    ranges = len(known) - len(numbers)
    missing = len(found.pairs) - len(known)
    return describe(
        (
            f"Compatibility of {count(len(found.people), 'person', 'people')} on a scale from 0 to 100.",
            f"Mean {found.mean:.0f}." if found.mean is not None and len(numbers) > 1 else "",
            *(f"{_told(found, pair)}." for pair in shown),
            _person("In the middle of the group", found, found.centre),
            _person("Furthest from all", found, found.lone_wolf),
            f"{count(ranges, 'pair')} known as a range alone." if ranges and len(ranked) > 4 else "",
            f"{count(missing, 'pair')} without enough data." if missing else "",
        )
    )


def _twin(found: Comparison) -> list[str]:
    lines = ["Compatibility, 0 to 100, with the range that about nine of ten other samples would give"]
    return [*lines, *(_told(found, pair) for pair in found.ranked(found.pairs))]
