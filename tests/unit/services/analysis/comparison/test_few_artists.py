"""Lists by one or two artists tell little of a person, and wide ranges tell little of two."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cogs.words.comparison import comparison_sentence, meaning_words, pair_reasons, score_words
from cogs.words.people import comparison_words, without_score
from services.analysis.comparison.compare import compare
from services.analysis.comparison.listening import even_artists
from services.analysis.comparison.union import top_pairs
from services.charts.compatibility import render_compatibility
from services.charts.people_poster import render_people_poster
from services.charts.poster_page import FORMATS
from services.domain.comparison import Comparison, Person, PersonKey
from services.domain.scoring import Band
from services.workflows.compare import comparison_document
from tests.unit.services.analysis.comparison.people import person
from tests.unit.services.analysis.comparison.test_score import KNOWN
from tests.unit.services.analysis.sounds import DANCE, LOUD, PIANO, group


def by(someone: Person, artists: int) -> Person:
    """Return somebody whose tracks are by so many artists, in turn."""
    tracks = tuple(
        replace(entry, track=replace(entry.track, artists=(f"{someone.name} {row % artists}",)))
        for row, entry in enumerate(someone.tracks)
    )
    return replace(someone, tracks=tracks)


def listeners(first: int, second: int, third: int | None = None) -> list[Person]:
    """Return people whose lists are by so many artists."""
    kinds = zip(("mika", "noor", "tam"), (first, second, third), (DANCE, LOUD, PIANO), strict=True)
    return [
        by(person(name, group(40, seed, **kind)), artists)
        for seed, (name, artists, kind) in enumerate(kinds)
        if artists
    ]


def said_of(found: Comparison) -> str:
    """Return all that is said of a comparison, in small letters."""
    chart = render_compatibility(found, KNOWN)
    words = comparison_words(found)
    reasons = [reason for pair in found.pairs for reason in pair_reasons(found, pair)]
    scores = [f"{score_words(found, pair)} {meaning_words(found, pair)}" for pair in found.pairs]
    posters = [render_people_poster(each, found, words).text for each in FORMATS]
    said = [comparison_sentence(found), chart.text, chart.alt_text, *posters, *reasons, *scores]
    return "\n".join(said).lower()


@pytest.mark.parametrize(("counts", "artists"), [([10, 10], 2), ([98, 1, 1], 1.04), ([1] * 7, 7), ([], 0)])
def test_artists_with_few_tracks_count_less(counts: list[int], artists: float) -> None:
    rows = np.repeat(np.arange(len(counts)), counts)
    assert even_artists(rows) == pytest.approx(artists, abs=0.01)


@pytest.mark.parametrize(("artists", "few"), [(1, "one artist"), (2, "two artists")])
def test_of_one_or_two_artists_it_is_said_that_they_are_too_few(artists: int, few: str) -> None:
    found = compare(listeners(artists, artists))
    (pair,) = found.pairs
    assert (pair.score, pair.low, pair.band, pair.percentile) == (None,) * 4
    assert comparison_sentence(found).startswith("One or two artists are too few to say")
    assert f"Most of Mika's tracks are by {few}, too few" in " ".join(pair_reasons(found, pair))
    assert [line.endswith(f"most tracks are by {few}") for line in without_score(found)] == [True, True]
    said = said_of(found)
    assert not any(claim in said for claim in ("alike as", "most alike", "strangers", "of 100"))
    assert "calmer" in said, "how two lists differ is known of any artists"
    assert found.awards == ()
    document = comparison_document(found, [each.key for each in found.people], comparison_words(found))
    assert document["pairs"][0]["score"] is document["pairs"][0]["band"] is None


def test_of_three_or_four_artists_the_range_is_all_that_is_said() -> None:
    found = compare(listeners(4, 30))
    (pair,) = found.pairs
    assert pair.score is not None
    assert found.is_rough(pair)
    assert (pair.band, pair.percentile, found.number(pair)) == (None,) * 3
    assert f"{pair.low:.0f} to {pair.high:.0f} of 100, from few tracks or artists" in said_of(found)
    assert "strangers" not in said_of(found)


def test_who_is_not_ranked_is_named_beside_who_is() -> None:
    people = [*listeners(30, 30, 30), by(person("uma", group(40, 9, **DANCE)), 1)]
    sentence = comparison_sentence(compare(people))
    assert sentence.endswith("; too little is known of Uma to rank them.")
    assert "to rank them" not in comparison_sentence(compare(people[:3]))


def test_a_wide_range_is_said_and_nothing_more_whatever_was_stored() -> None:
    found = compare(listeners(30, 30))
    pair = replace(found.pairs[0], score=80.0, low=0.0, high=80.0, band=Band.ONE, percentile=0.9)
    wide = replace(found, pairs=(pair,))
    assert wide.is_rough(pair)
    assert wide.number(pair) is None
    said = said_of(wide)
    assert "0 to 80 of 100" in said
    assert not any(claim in said for claim in ("80 of 100 (", "alike as", "like one person", "strangers"))


def test_who_may_score_anything_is_at_no_end() -> None:
    one, other, third = (PersonKey(name) for name in ("mika", "noor", "tam"))
    rng = np.random.default_rng(1)
    sure = {(one, other): 80.0 + rng.normal(0, 2, 201), (one, third): 20.0 + rng.normal(0, 2, 201)}
    sure[other, third] = 25.0 + rng.normal(0, 2, 201)
    unsure = {**sure, (one, other): 80.0 - np.r_[0.0, rng.uniform(0, 40, 200)]}
    assert top_pairs(sure, highest=True) is not None
    assert top_pairs(unsure, highest=True) is None


def test_two_are_as_one_person_where_they_are_surely_alike() -> None:
    assert KNOWN.band(90.0, 20, genres=1.0, low=80.0, high=100.0) is Band.ONE
    assert KNOWN.band(90.0, 20, genres=1.0, low=55.0, high=100.0) is Band.NEAR
    assert KNOWN.band(90.0, 20, genres=1.0, low=10.0, high=100.0) is Band.USUAL
