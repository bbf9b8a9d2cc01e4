"""Draw how people differ, feature by feature, on axes that all of them share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from services.charts import theme
from services.charts.legend import draw_people_key, drawn_name, key_height, name_of, person_style
from services.charts.profiles import write_ends
from services.charts.sheet import Sheet
from services.charts.theme import ink_on, shade_of_level
from services.charts.words import count, describe, in_unit, leaning, listed
from services.domain.charts import Chart, ChartKind
from services.domain.comparison import Comparison, Participant
from services.domain.features import FEATURE_RANGES, SOUND_FEATURES, Feature
from services.domain.vocabulary import FEATURE_WORDS

_MOST_LANES = 6
"""More people than this stand in a table: nobody can follow twelve marks through six scales."""
_MOST_FEATURES, _FEATURES_OF_MANY = 5, 4
_LANE, _WORDS = 13.0, 28.0
"""Heights of a person's bar and of the words above all of them."""
_LEFT, _RIGHT = 24.0, 376.0
_TABLE_FEATURES = 5
_TABLE_NAMES, _TABLE_HEAD, _TABLE_ROW = 128.0, 48.0, 22.0
_NOTE = 24.0
_REACH = 1.8
"""Spreads at which the colours of the table end."""

_SHORT = {
    Feature.DANCEABILITY: "dance",
    Feature.ENERGY: "energy",
    Feature.LOUDNESS: "loud",
    Feature.SPEECHINESS: "words",
    Feature.ACOUSTICNESS: "acoustic",
    Feature.INSTRUMENTALNESS: "instrum.",
    Feature.LIVENESS: "live",
    Feature.VALENCE: "mood",
    Feature.TEMPO: "tempo",
}


def render_people_profiles(found: Comparison) -> Chart:
    """Draw everybody's profile with its description and text twin."""
    known = [index for index, person in enumerate(found.people) if person.profile]
    sheet = _draw_lanes(found, known) if len(found.people) <= _MOST_LANES else _draw_table(found)
    return sheet.chart(ChartKind.PEOPLE_PROFILES, "How everybody sounds", _alt_text(found), _twin(found))


def dividing_features(people: Sequence[Participant], limit: int = len(SOUND_FEATURES)) -> tuple[Feature, ...]:
    """List the features in which people lie furthest apart, the strongest first."""
    spread = {
        feature: float(
            np.std([person.profile[feature].level for person in people if person.profile] or [0.0])
        )
        for feature in SOUND_FEATURES
    }
    ranked = sorted(SOUND_FEATURES, key=lambda feature: (-spread[feature], SOUND_FEATURES.index(feature)))
    return tuple(ranked[:limit])


def _draw_lanes(found: Comparison, known: Sequence[int]) -> Sheet:
    """Draw, for each feature, the middle half of each person's tracks as a bar on one scale."""
    many = len(found.people) > 4
    features = dividing_features(found.people, _FEATURES_OF_MANY if many else _MOST_FEATURES)
    block = _WORDS + _LANE * max(len(known), 1) + 8.0
    missing = len(found.people) - len(known)
    notes = ["mark: the median, bar: half of the tracks"]
    notes += [f"nothing measured for {count(missing, 'person', 'people')}"] if missing else []
    sheet = Sheet(6.0 + block * len(features) + 14 + key_height(len(found.people)) + _NOTE * len(notes) + 4)
    top = 6.0
    sheet.panel(6, top, sheet.width - 12, block * len(features) + 6)
    for row, feature in enumerate(features):
        y = top + 4 + block * row
        low, high = _scale(found, feature)
        write_ends(sheet, feature, y + 14)
        lanes = y + _WORDS
        for part in (0.0, 0.5, 1.0):
            x = _LEFT + (_RIGHT - _LEFT) * part
            sheet.line([x, x], [lanes, lanes + _LANE * max(len(known), 1)], colour=theme.RULE, width=1)
        for lane, index in enumerate(known):
            spread, style = found.people[index].profile[feature], person_style(index)
            at = [
                _LEFT + (_RIGHT - _LEFT) * (min(max(value, low), high) - low) / (high - low)
                for value in (spread.low, spread.median, spread.high)
            ]
            line = lanes + _LANE * (lane + 0.5)
            sheet.bar(at[0], line - 3, max(at[2] - at[0], 1.5), 6, colour=style.colour, alpha=0.5)
            sheet.dots(
                [at[1]], [line], marker=style.marker, size=11 * style.scale, colour=style.colour, edge=1
            )
    bottom = draw_people_key(sheet, found.people, top + block * len(features) + 12)
    for row, words in enumerate(notes):
        sheet.write(theme.MARGIN, bottom + _NOTE * (row + 0.4), words, colour=theme.MUTED)
    return sheet


def _scale(found: Comparison, feature: Feature) -> tuple[float, float]:
    """Return the part of a feature's range that all bars lie in, with a little room."""
    spreads = [person.profile[feature] for person in found.people if person.profile]
    floor, ceiling = FEATURE_RANGES[feature]
    if not spreads:
        return floor, ceiling
    low, high = min(spread.low for spread in spreads), max(spread.high for spread in spreads)
    least = {Feature.TEMPO: 30.0, Feature.LOUDNESS: 4.0, Feature.SPEECHINESS: 0.12}.get(feature, 0.3)
    room = max((high - low) * 0.06, (least - (high - low)) / 2, 0.0)
    low, high = low - room, high + room
    if low < floor:
        low, high = floor, max(high, floor + least)
    if high > ceiling:
        low, high = min(low, ceiling - least), ceiling
    return low, high


def _draw_table(found: Comparison) -> Sheet:
    """Draw people against what divides them most: how far from typical music, in colour and number."""
    people, features = found.people, dividing_features(found.people, _TABLE_FEATURES)
    notes = ("orange: less than typical, blue: more", "±1: beyond five of six songs")
    panel = _TABLE_HEAD + _TABLE_ROW * len(people) + 6
    sheet = Sheet(6.0 + panel + 8.0 + _NOTE * len(notes))
    top = 6.0
    sheet.panel(6, top, sheet.width - 12, panel)
    left = theme.MARGIN + _TABLE_NAMES
    cell = (sheet.width - theme.MARGIN - 2 - left) / len(features)
    for column, feature in enumerate(features):
        x, y = left + cell * (column + 0.5), top + (15 if column % 2 == 0 else 36)
        sheet.write(x, y, _SHORT[feature], colour=theme.MUTED, align="center")
    for row, person in enumerate(people):
        y = top + _TABLE_HEAD + _TABLE_ROW * row
        style = person_style(row)
        middle = y + _TABLE_ROW / 2
        sheet.write(theme.MARGIN + 24, middle, style.number, colour=style.colour, bold=True, align="right")
        sheet.write(theme.MARGIN + 30, middle, drawn_name(person, row), room=_TABLE_NAMES - 36)
        for column, feature in enumerate(features):
            x = left + cell * column
            if feature not in person.profile:
                sheet.write(x + cell / 2, middle, "–", colour=theme.MUTED, align="center")
                continue
            level = person.profile[feature].level
            shade = shade_of_level(level, _REACH)
            sheet.bar(x + 0.5, y + 0.5, cell - 1, _TABLE_ROW - 1, colour=shade)
            words = f"{level:+.1f}".replace("-", "−") if abs(level) >= 0.05 else "0"
            sheet.write(x + cell / 2, middle, words, colour=ink_on(shade), align="center")
    for row, words in enumerate(notes):
        sheet.write(theme.MARGIN, top + panel + 4 + _NOTE * (row + 0.5), words, colour=theme.MUTED)
    return sheet


def _leanings(person: Participant) -> str:
    levels = {feature: spread.level for feature, spread in person.profile.items()}
    ranked = sorted(levels, key=lambda feature: -abs(levels[feature]))
    said = [leaning(feature, levels[feature]) for feature in ranked]
    return listed([words for words in said if words != "typical"][:3])


def _alt_text(found: Comparison) -> str:
    features = ", ".join(FEATURE_WORDS[each].name.lower() for each in dividing_features(found.people, 3))
    people = count(len(found.people), "person", "people")
    return describe(
        (
            f"Profiles of {people} on common axes, first where they lie furthest apart: {features}.",
            *(
                f"{name_of(found, person.key)}: "
                f"{(_leanings(person) or 'typical throughout') if person.profile else 'nothing measured'}."
                for person in found.people
            ),
        )
    )


def _twin(found: Comparison) -> list[str]:
    lines = ["Median of each person, and between which values half of the tracks lie"]
    for feature in dividing_features(found.people):
        ends = FEATURE_WORDS[feature]
        values = [
            f"{name_of(found, person.key)} {in_unit(feature, spread.median).removeprefix('about ')}"
            f" ({in_unit(feature, spread.low).removeprefix('about ')}"
            f" to {in_unit(feature, spread.high).removeprefix('about ')})"
            for person in found.people
            if (spread := person.profile.get(feature)) is not None
        ]
        if values:
            lines.append(f"{ends.name} ({ends.low} to {ends.high}): {', '.join(values)}")
    return lines
