from __future__ import annotations

import io

import pytest
from PIL import Image

from services.charts.people_poster import render_people_poster
from services.charts.poster_page import FORMATS, MARGIN, SMALLEST, WIDTH
from tests.unit.services.charts.comparisons import make_comparison
from tests.unit.services.charts.legibility import assert_legible


@pytest.mark.parametrize(
    ("people", "shape"),
    [(2, {}), (2, {"hostile": True}), (3, {"unscored": 3}), (6, {"hostile": True}), (25, {"tracks": 20})],
    ids=str,
)
def test_every_company_becomes_two_posters_that_can_be_read(people, shape, sheets):
    found = make_comparison(people, **shape)
    for form in FORMATS:
        poster = render_people_poster(form, found)
        assert Image.open(io.BytesIO(poster.png)).size == (1080, 3 * int(form.height))
        assert len(poster.png) <= 500_000
        assert 0 < len(poster.alt_text) <= 1024
        sheet = sheets.pop(0)
        assert_legible(sheet)
        for writing in sheet.writings:
            assert writing.size >= SMALLEST
            assert form.top <= writing.y - writing.size / 2, writing.words
            assert writing.y + writing.size / 2 <= form.bottom, writing.words
            assert writing.left >= MARGIN - 1, writing.words
            assert writing.right <= WIDTH - MARGIN + 1, writing.words


def test_everybody_has_a_number_and_who_has_no_room_is_counted(sheets):
    found = make_comparison(25, tracks=20)
    poster = render_people_poster(FORMATS[0], found)
    drawn = [writing.words for writing in sheets[0].writings]
    named = [person.name for person in found.people if person.name in drawn]
    assert {str(number) for number in range(1, 26)} <= set(drawn)
    assert f"and {25 - len(named)} more" in drawn
    assert all(person.name in poster.text for person in found.people)


def test_two_have_their_score_and_what_it_means(sheets):
    found = make_comparison(2)
    (pair,) = found.pairs
    poster = render_people_poster(FORMATS[0], found)
    drawn = [writing.words for writing in sheets[0].writings]
    assert f"{pair.score:.0f}" in drawn
    assert f"of 100; {pair.low:.0f}–{pair.high:.0f} with other tracks" in drawn
    assert (
        f"Person 0 & Person 1: {pair.score:.0f} of 100" in poster.alt_text
        or "Person 1 & Person 0" in poster.alt_text
    )
