from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from cogs.words.people import award_title, comparison_words
from services.charts.people_poster import render_people_poster
from services.charts.poster_page import FORMATS
from services.domain.scoring import Band
from tests.unit.services.charts.comparisons import make_comparison, make_twins
from tests.unit.services.charts.legibility import assert_poster_legible


@pytest.mark.parametrize(
    ("people", "shape"),
    [(2, {}), (2, {"hostile": True}), (3, {"unscored": 3}), (6, {"hostile": True}), (25, {"tracks": 20})],
    ids=str,
)
def test_every_company_becomes_two_posters_that_can_be_read(people, shape, sheets):
    found = make_comparison(people, **shape)
    for form in FORMATS:
        poster = render_people_poster(form, found, comparison_words(found))
        assert Image.open(io.BytesIO(poster.png)).size == (1080, 3 * int(form.height))
        assert len(poster.png) <= 500_000
        assert 0 < len(poster.alt_text) <= 1024
        assert_poster_legible(sheets.pop(0), form)


def test_everybody_has_a_number_and_who_has_no_room_is_counted(sheets):
    found = make_comparison(25, tracks=20)
    poster = render_people_poster(FORMATS[0], found, comparison_words(found))
    drawn = [writing.words for writing in sheets[0].writings]
    named = [person.name for person in found.people if person.name in drawn]
    assert {str(number) for number in range(1, 26)} <= set(drawn)
    assert f"and {25 - len(named)} more" in drawn
    assert all(person.name in poster.text for person in found.people)


def test_an_award_or_a_percentile_is_said_where_it_is_more_than_chance(sheets):
    found = make_comparison(3, tracks=60)
    sure = [award for award in found.awards if award.is_sure]
    assert sure
    holder = found.name(sure[0].keys[0])
    claim = f"{award_title(sure[0])}: {holder}"
    assert claim in render_people_poster(FORMATS[0], found, comparison_words(found)).text.splitlines()
    assert claim in [writing.words for writing in sheets[-1].writings]
    (pair,) = make_comparison(2).pairs
    for band, said in ((Band.CLOSE, True), (Band.USUAL, False)):
        two = replace(make_comparison(2), pairs=(replace(pair, band=band),))
        poster = render_people_poster(FORMATS[0], two, comparison_words(two))
        assert ("pairs of strangers" in poster.text) is said


def test_equal_lists_have_no_award_that_is_sure():
    assert not any(award.is_sure for award in make_twins(4).awards)


def test_two_have_their_score_and_what_it_means(sheets):
    found = make_comparison(2)
    (pair,) = found.pairs
    poster = render_people_poster(FORMATS[0], found, comparison_words(found))
    drawn = [writing.words for writing in sheets[0].writings]
    assert f"{pair.score:.0f}" in drawn
    assert f"of 100; {pair.low:.0f}–{pair.high:.0f} with other tracks" in drawn
    assert (
        f"Person 0 & Person 1: {pair.score:.0f} of 100" in poster.alt_text
        or "Person 1 & Person 0" in poster.alt_text
    )
    assert "of 100;" not in poster.alt_text
