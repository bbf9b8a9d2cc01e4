"""Tracks are drawn towards those of their artist and their scene, by exactly the weights that are learned."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from services.analysis.facts import Facts
from services.analysis.genres import dressed, genre_words
from services.analysis.style import draw, packaged
from services.domain.music import Track

RULES = packaged()


def song(number: int, artist: str = "", year: int | None = 2000, *genres: str) -> Track:
    return Track(
        title=f"Song {number}", artists=(artist,) if artist else (), release_year=year, genres=genres
    )


def scores(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 9))


def style_points(values: np.ndarray, facts: Facts) -> np.ndarray:
    base = RULES.points(values, facts.years)
    return draw(base, facts)[0].apply(base)


def by_pairs(base: np.ndarray, facts: Facts) -> np.ndarray:
    """The same sums over all pairs of tracks, one by one."""
    documents = len(base)
    frequency: dict[str, int] = {}
    for words in facts.words:
        for word in words:
            frequency[word] = frequency.get(word, 0) + 1
    rarity = {word: np.log((documents + 1) / (count + 1)) + 1 for word, count in frequency.items()}

    def cosine(one: tuple[str, ...], other: tuple[str, ...]) -> float:
        if not one or not other:
            return 0.0
        lengths = [np.sqrt(sum(rarity[word] ** 2 for word in words)) for words in (one, other)]
        return sum(rarity[word] ** 2 for word in set(one) & set(other)) / (lengths[0] * lengths[1])

    drawn = np.empty_like(base)
    for row in range(documents):
        total, weight = base[row].copy(), 1.0
        for other in range(documents):
            if other != row:
                same = facts.artists[row] == facts.artists[other]
                w = (
                    RULES.artist_weight * (1 - facts.artists.count(facts.artists[row]) / documents)
                    if same
                    else RULES.word_weight * cosine(facts.words[row], facts.words[other]) ** 2
                )
                total += w * base[other]
                weight += w
        drawn[row] = total / weight
    return drawn


def test_the_sums_are_those_over_all_pairs() -> None:
    genres = (
        ("deep house",),
        ("house", "techno"),
        (),
        ("rock", "indie rock", "rock"),
        ("deep house", "soul"),
    )
    tracks = [song(n, f"Artist {n % 7}", 1970 + n, *genres[n % 5]) for n in range(40)]
    facts, values = Facts.of(tracks), scores(40)
    base = RULES.points(values, facts.years)
    np.testing.assert_allclose(style_points(values, facts), by_pairs(base, facts), atol=1e-9)


def test_another_order_gives_the_very_same_points() -> None:
    tracks = [song(n, f"Artist {n % 9}", 1960 + n % 60, "indie rock" if n % 2 else "rap") for n in range(200)]
    values, order = scores(200), np.random.default_rng(1).permutation(200)
    points = style_points(values, Facts.of(tracks))
    again = style_points(values[order], Facts.of([tracks[row] for row in order]))
    assert np.array_equal(again, points[order])


def test_a_track_listed_twice_draws_once_and_not_itself() -> None:
    tracks = [song(0, "One", 2000, "rock"), song(1, "Two", 1980, "rock")]
    values = scores(2)
    twice = style_points(values[[0, 1, 0]], Facts.of([*tracks, tracks[0]]))
    np.testing.assert_allclose(twice[:2], style_points(values, Facts.of(tracks)))
    np.testing.assert_allclose(twice[2], twice[0])


@pytest.mark.parametrize("artist", ["", "Various Artists", "various", "   "])
def test_tracks_of_nobody_have_nothing_in_common(artist: str) -> None:
    tracks = [song(number, artist) for number in range(12)]
    facts, values = Facts.of(tracks), scores(12)
    np.testing.assert_allclose(style_points(values, facts), RULES.points(values, facts.years))
    assert len(set(facts.artists)) == 12


def test_an_unknown_year_is_in_the_middle_and_the_young_are_not_infinitely_young() -> None:
    years = RULES.years(np.array([np.nan, 1500.0, 1990.0, 2020.0, 2026.0, 2999.0]))
    assert years[0] == 0
    assert np.isfinite(years).all()
    assert years[1] < years[2] < years[3] < years[4] == years[5]


def test_a_guest_is_drawn_and_draws_nobody() -> None:
    tracks = [song(n, f"Artist {n}", 1990 + n, "house" if n % 2 else "country") for n in range(20)]
    facts = Facts.of(tracks)
    base = RULES.points(scores(20), facts.years)
    guest = Facts.of([song(99, "Artist 3", 2010, "house")])
    alone, _ = draw(base, facts)
    beside, drawn = draw(base, facts, guest)
    np.testing.assert_allclose(beside.pull, alone.pull)
    np.testing.assert_allclose(beside.weight, alone.weight)
    assert drawn.weight[0] > RULES.artist_weight


def test_genres_known_of_the_artist_serve_tracks_that_come_without() -> None:
    tracks = [
        song(0, "The Known"),
        song(1, "Nobody Knows"),
        song(2, "The Known", 2000, "own word"),
        song(3, "The Known", 2000, "Other"),
    ]
    known = {"known": ("shoegaze",), "nobody": ("rap",)}
    facts = Facts.of([dressed(track, known) for track in tracks])
    assert facts.words == (("shoegaze",), (), ("own", "word"), ("shoegaze",)), (
        "tags that say nothing are none"
    )


def test_a_row_of_a_thousand_genres_costs_no_more_than_one_of_a_few() -> None:
    many = tuple(f"genre{number} sound{number}" for number in range(1000))
    facts = Facts.of([song(number, f"A {number}", 2000, *many) for number in range(30)])
    assert max(map(len, facts.words)) <= 16
    assert np.isfinite(style_points(scores(30), facts)).all()


def test_a_long_list_of_one_scene_does_not_shrink_to_a_point() -> None:
    tracks = [song(number, f"Artist {number}", 2000, "techno") for number in range(1500)]
    values = scores(1500)
    facts = Facts.of(tracks)
    drawn = style_points(values, facts).std(axis=0) / RULES.points(values, facts.years).std(axis=0)
    assert drawn.min() > 0.4


def test_a_list_of_one_artist_and_a_guest_is_not_a_point_and_a_stranger() -> None:
    tracks = [song(number, "Artist" if number else "Guest", 1970 + number) for number in range(60)]
    facts, values = Facts.of(tracks), scores(60)
    base = RULES.points(values, facts.years)
    drawn = style_points(values, facts)
    assert (drawn[1:].std(axis=0) / base[1:].std(axis=0)).min() > 0.4


def test_ten_thousand_tracks_need_no_matrix_of_pairs() -> None:
    words = [f"{one} {other}" for one in "abcdefghij" for other in "klmnopqrst"]
    tracks = [song(n, f"Artist {n % 3000}", 1950 + n % 70, words[n % 100]) for n in range(10_000)]
    facts, values = Facts.of(tracks), scores(10_000)
    tracemalloc.start()
    style_points(values, facts)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 150e6  # a matrix of 100,000,000 pairs has 800 MB


def test_words_are_those_of_the_spelling_that_all_share() -> None:
    assert genre_words(["Hip-Hop", "hiphop", "Deep House"]) == ("hip", "hop", "deep", "house")
