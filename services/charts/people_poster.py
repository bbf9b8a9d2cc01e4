"""Draw a comparison as a poster: people as lands on one map, two with their score, more with who is who."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from services.charts.legend import NAME_LIMIT, drawn_name
from services.charts.lettering import drawable, missing_scripts
from services.charts.poster_page import (
    Format,
    Hero,
    Member,
    Row,
    Words,
    draw_lands,
    draw_marks,
    draw_page,
)
from services.charts.sheet import Sheet
from services.charts.theme import LOOKS, Look, choose_look, land_colours
from services.charts.words import count, describe, listed
from services.domain.charts import Chart
from services.domain.comparison import Comparison, Pair, Participant, TopPairs, TopPeople
from services.domain.features import Feature
from services.domain.groups import Blend
from services.domain.messages import ComparisonWords
from services.domain.scoring import Band

_MOST_LANDS = 8
"""People up to whom each has a land; the lands of more would hide each other."""
_LEVELS = ((0.3, 0.14), (1.0, 0.26), (1.5, 0.4))
_OF = "of 100; "
"""What goes on from the figure above."""
_SHARED = 3
_IN_A_PAIR = 13
"""Characters of a name beside another on one line."""
_FIRST_TRACKS = 4
"""Of a mixed playlist."""
_BANDS = {
    Band.FAR: "Far apart",
    Band.APART: "Rather apart",
    Band.USUAL: "As strangers often are",
    Band.NEAR: "Rather close",
    Band.CLOSE: "Close",
    Band.ONE: "Like one person",
}
_CLAIMS: dict[Band | None, str] = {
    Band.NEAR: "More alike than most pairs of strangers",
    Band.CLOSE: "More alike than three of four pairs of strangers",
    Band.ONE: "As alike as two lists of one person",
}


def render_people_poster(
    form: Format,
    found: Comparison,
    said: ComparisonWords,
    blend: Blend | None = None,
) -> Chart:
    """Draw one size, of the playlist that was mixed where there is one.

    Everybody in the comparison is named, and nobody else.

    Parameters
    ----------
    said
        What is said of it.
    """
    look = _look(found)
    colours = land_colours(look, [_median(person, Feature.ENERGY) for person in found.people])
    if blend is not None:
        words = _blend_words(found, blend, colours)
    elif len(found.people) == 2:
        claim = "" if found.is_rough(found.pairs[0]) else _CLAIMS.get(found.pairs[0].band, "")
        words = replace(_pair_words(found, said, colours), claim=claim)
    else:
        words = replace(_group_words(found, colours), claim=_group_claim(found, said))
    words = replace(words, foot=(*words.foot, "Tastemap"), band=tuple((colour, 1.0) for colour in colours))

    def hero(sheet: Sheet, room: Hero) -> None:
        _draw_people(sheet, found, colours, room)

    twin = _twin(words)
    page = draw_page(form, look, words, hero)
    return page.chart(
        form.kind,
        "Poster of a comparison",
        describe(("Poster of a comparison.", *(f"{line}." for line in twin))),
        twin,
    )


def _look(found: Comparison) -> Look:
    """Choose by what is typical of everybody's lists."""
    middles = []
    for feature in (Feature.ENERGY, Feature.VALENCE):
        known = [value for person in found.people if (value := _median(person, feature)) is not None]
        middles.append(float(np.mean(known)) if known else None)
    return choose_look(*middles) if any(each is not None for each in middles) else LOOKS[0]


def _median(person: Participant, feature: Feature) -> float | None:
    spread = person.profile.get(feature)
    return None if spread is None else spread.median


def _draw_people(sheet: Sheet, found: Comparison, colours: Sequence[str], room: Hero) -> None:
    if not found.dots:
        return
    raw = np.array([(dot.x, dot.y) for dot in found.dots], dtype=np.float64)
    owner = np.array([-1 if dot.likely else dot.person for dot in found.dots])
    has_lands = len(found.people) <= _MOST_LANDS
    rows = [np.flatnonzero(owner == index) for index in range(len(colours))] if has_lands else []
    places = draw_lands(sheet, raw, rows, colours, room, levels=_LEVELS)
    for index, colour in enumerate(colours):
        own = places[owner == index]
        if len(own):
            sheet.dots(
                own[:, 0], own[:, 1], marker="o", size=2.6, colour=colour, alpha=0.9 if has_lands else 0.35
            )
    middles = {
        index: np.median(places[owner == index], axis=0)
        for index in range(len(colours))
        if (owner == index).any()
    }
    draw_marks(sheet, middles, [str(index + 1) for index in range(len(colours))], colours, room)


def _group_claim(found: Comparison, words: ComparisonWords) -> str:
    """Say the first award that more tracks would hardly change, else how alike the most alike are."""
    for award, (title, _) in zip(found.awards, words.awards, strict=True):
        if award.is_sure:
            return f"{title}: {_short(found, award.keys[0])}"
    top = None if found.most_alike is None else found.most_alike.only
    said = "" if top is None else _CLAIMS.get(found.pair(*top).band, "")
    return said and f"Closest pair: {said[:1].lower()}{said[1:]}"


def _members(found: Comparison, colours: Sequence[str]) -> tuple[Member, ...]:
    return tuple(
        Member(str(index + 1), colours[index], drawn_name(person, index))
        for index, person in enumerate(found.people)
    )


def _pair_words(found: Comparison, said: ComparisonWords, colours: Sequence[str]) -> Words:
    (pair,) = found.pairs
    a, b = (drawn_name(person, index) for index, person in enumerate(found.people))
    rows: list[Row] = []
    if pair.score is not None:
        if pair.band is not None and not found.is_rough(pair):
            rows.append(Row(words=_BANDS[pair.band]))
        rows += _common(pair)
        difference = said.differences[0]
        rows += [Row(words=f"{a} is {difference}")] if difference else []
        told = "{} of 100 is all that is known" if found.is_rough(pair) else _OF + "{} with other tracks"
        range_of = told.format(f"{pair.low:.0f}–{pair.high:.0f}") if pair.low is not None else ""
    else:
        rows = [Row(words="Not enough data for a score")]
        range_of = ""
    return Words(
        kicker="How alike two people's playlists sound",
        headline=f"{a}\n& {b}",
        rows=tuple(rows),
        foot=(range_of,) if range_of else (),
        figure="" if pair.score is None or found.is_rough(pair) else f"{pair.score:.0f}",
        members=_members(found, colours),
    )


def _common(pair: Pair) -> list[Row]:
    artists = [name for each in pair.shared_artists if (name := drawable(each.name))][:_SHARED]
    return [Row(words="Both have", beneath=tuple(artists))] if artists else []


def _group_words(found: Comparison, colours: Sequence[str]) -> Words:
    rows = [
        *_pair_row("Most alike", found, found.most_alike),
        *_person_row("In the middle", found, found.centre),
        *_person_row("Own way", found, found.lone_wolf),
    ]
    return Words(
        kicker=f"{count(len(found.people), 'person', 'people')}, all of whom agreed",
        headline="Who sounds like whom",
        rows=tuple(rows) or (Row(words=_without_ranking(found)),),
        foot=("Scores go from 0 to 100",) if rows else (),
        members=_members(found, colours),
    )


def _without_ranking(found: Comparison) -> str:
    """Say why nobody is named: no score is known, too few of them as a number, or none is clearly ahead."""
    numbers = [number for pair in found.pairs if (number := found.number(pair)) is not None]
    top = found.most_alike
    if numbers and top is not None and not top.is_sure:  # an older version did not look how sure it was
        return f"Pairs score {min(numbers):.0f} to {max(numbers):.0f}"
    if len(numbers) > 1:
        return "Who is most alike is too close to tell"
    is_known = any(pair.score is not None for pair in found.pairs)
    return "Too few tracks or artists to say who is most alike" if is_known else "Not enough data for scores"


def _blend_words(found: Comparison, blend: Blend, colours: Sequence[str]) -> Words:
    rows = []
    for each in blend.tracks[:_FIRST_TRACKS]:
        track = each.entry.track
        artist = track.artists[0] if track.artists else ""
        title = drawable(track.title) or missing_scripts(track.title)
        name = drawable(artist) or missing_scripts(artist)
        rows.append(Row(words=title or name, beneath=(name,) if title and name else ()))
    return Words(
        kicker=f"{count(len(blend.tracks), 'track')} for {count(len(found.people), 'person', 'people')}",
        headline="One playlist\nfor all of us",
        rows=tuple(row for row in rows if row.words),
        foot=("Everybody on it agreed",),
        members=_members(found, colours),
    )


def _pair_row(title: str, found: Comparison, top: TopPairs | None) -> list[Row]:
    if top is None or top.only is None:
        return []
    names = " & ".join(_short(found, key, _IN_A_PAIR) for key in top.only)
    return [Row(words=f"{title}: {names}", number=f"{top.score:.0f}")]


def _person_row(title: str, found: Comparison, top: TopPeople | None) -> list[Row]:
    if top is None or top.only is None:
        return []
    return [Row(words=f"{title}: {_short(found, top.only)}", number=f"{top.value:.0f}")]


def _short(found: Comparison, key: object, limit: int = NAME_LIMIT) -> str:
    index = next(place for place, person in enumerate(found.people) if person.key == key)
    return drawn_name(found.people[index], index, limit)


def _twin(words: Words) -> list[str]:
    lines = [words.headline.replace("\n", " ") + (f": {words.figure} of 100" if words.figure else "")]
    lines += [words.claim] if words.claim else []
    for row in words.rows:
        beneath = f": {listed(row.beneath)}" if row.beneath else ""
        lines.append(f"{row.words}{beneath}{f' ({row.number})' if row.number else ''}")
    foot = [line.removeprefix(_OF) for line in words.foot]  # the figure stands above it
    return [*lines, listed(member.name for member in words.members), *foot]
