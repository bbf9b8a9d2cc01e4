from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from services.analysis.facts import Facts
from services.analysis.outliers import (
    ALONE,
    EXACT_SEARCH,
    MOST,
    POOL,
    YOUNG_YEARS,
    distance_in_time,
    find_outliers,
    lone,
    neighbour_distance,
    robust_z,
    shared_words,
)
from services.analysis.reference import REFERENCE
from services.analysis.style import packaged
from services.domain.features import Feature
from services.domain.group_words import outlier_words
from services.domain.music import Track
from services.domain.portrait import OddSound, Outlier
from tests.depth import cases
from tests.unit.services.analysis import sounds


def crowd(n: int, seed: int = 0) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.random.default_rng(seed).normal(size=(n, 6))


def said(outlier: Outlier, *names: str) -> str:
    return outlier_words(outlier, names or ("One",))


def features(outlier: Outlier) -> list[Feature]:
    return [lean.feature for each in outlier.reason if isinstance(each, OddSound) for lean in each.leans]


def test_a_track_from_elsewhere_stands_out_and_says_in_what() -> None:
    loud = sounds.group(1, **sounds.LOUD)
    z, raw, labels = sounds.playlist(sounds.group(40, **sounds.QUIET), loud)
    labels[:] = 0
    (found, *_) = find_outliers(REFERENCE.sound_space(raw), z, labels)
    assert found.track == 40
    assert found.score > 2.5
    words = said(found, "Mellow acoustic")
    assert words.startswith("far ")
    assert words.endswith(" than “Mellow acoustic”")
    assert {"livelier", "louder", "more electric"} & set(
        words.removeprefix("far ").replace(" and ", ",").replace(" than", ",").split(",")
    )
    assert len(features(found)) == 2


def test_without_groups_a_track_is_compared_with_the_rest() -> None:
    z, raw, _ = sounds.playlist(sounds.group(40, **sounds.QUIET), sounds.group(1, **sounds.LOUD))
    (found, *_) = find_outliers(REFERENCE.sound_space(raw), z, np.full(41, -1))
    assert said(found).endswith(" than the rest")


def test_a_reason_is_something_that_can_be_heard() -> None:
    sung = sounds.group(40, **{**sounds.LOUD, "instrumentalness": 0.0, "speechiness": 0.03})
    odd = sounds.group(1, **{**sounds.LOUD, "instrumentalness": 0.05, "speechiness": 0.05, "valence": 0.9})
    z, raw, _ = sounds.playlist(sung, odd)
    for each in find_outliers(REFERENCE.sound_space(raw), z, np.zeros(41, dtype=int)):
        if each.track == 40:
            assert features(each)[0] is Feature.VALENCE
            assert "instrumental" not in said(each)
            assert "word" not in said(each).partition(" than ")[0]
            return
    pytest.fail("the odd track was not found")


def test_the_ranking_is_short_sorted_and_the_same_in_any_order() -> None:
    points = crowd(300)
    points[:12] *= 9
    z = np.random.default_rng(1).normal(size=(300, 9))
    labels = np.arange(300) % 3
    found = find_outliers(points, z, labels)
    assert len(found) == MOST
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert {each.track for each in found} <= set(range(12))
    order = np.random.default_rng(2).permutation(300)
    moved = find_outliers(points[order], z[order], labels[order])
    assert [int(order[each.track]) for each in moved] == [each.track for each in found]
    assert [each.reason for each in moved] == [each.reason for each in found]
    assert len(find_outliers(points, z, labels, most=2)) == 2


@pytest.mark.parametrize("n", [0, 1, 19])
def test_too_few_tracks_have_no_outliers(n: int) -> None:
    assert find_outliers(crowd(n), np.zeros((n, 9)), np.zeros(n, dtype=int)) == ()


def test_equal_tracks_have_no_outliers() -> None:
    assert find_outliers(np.ones((50, 6)), np.zeros((50, 9)), np.zeros(50, dtype=int)) == ()


def test_a_track_alone_in_its_group_is_compared_with_the_rest_of_the_playlist() -> None:
    points = crowd(40)
    points[0] += 50
    z = np.zeros((40, 9))
    z[0, 1] = 2.0
    labels = np.ones(40, dtype=int)
    labels[0] = 0
    (found, *_) = find_outliers(points, z, labels)
    assert found.track == 0
    assert features(found) == [Feature.ENERGY]
    assert said(found) == "far livelier than the rest"


def test_what_nothing_sets_apart_that_can_be_said_is_not_listed() -> None:
    points = crowd(40)
    points[0] += 50
    assert find_outliers(points, np.zeros((40, 9)), np.zeros(40, dtype=int)) == ()


def test_neighbours_are_the_ten_nearest_others() -> None:
    points = crowd(60)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    expected = np.sort(distances, axis=1)[:, 1:11].mean(axis=1)
    assert neighbour_distance(points) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("n", cases([EXACT_SEARCH + 7, POOL + 503], gate=[EXACT_SEARCH + 7]))
def test_thinned_neighbours_rank_like_all_of_them(n: int) -> None:
    points = crowd(n)
    points[:4] *= 6
    thinned = neighbour_distance(points)
    assert set(np.argsort(-thinned)[:4]) == {0, 1, 2, 3}
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    exact = np.partition(distances, 10, axis=1)[:, :11].sum(axis=1) / 10
    assert np.corrcoef(np.log(exact), np.log(thinned))[0, 1] > 0.97


@pytest.mark.parametrize("n", [60, EXACT_SEARCH + 7, POOL + 503])
def test_neighbours_are_just_as_far_in_any_order_and_of_equal_rows_alike(n: int) -> None:
    points = crowd(n)
    points[:3] = 9 * points[3:6]
    points[n // 2 : n // 2 + 3] = points[:3]
    found = neighbour_distance(points)
    assert found[:3].tolist() == found[n // 2 : n // 2 + 3].tolist()
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(n)
        assert neighbour_distance(points[order]).tolist() == found[order].tolist()


def test_robust_z_is_about_the_median() -> None:
    scores = robust_z([1.0, 1.1, 0.9, 1.05, 0.95, 8.0])
    assert np.median(scores) == pytest.approx(0, abs=1e-9)
    assert scores[-1] > 10


def test_a_track_alone_with_its_artist_stands_out_more_among_artists_with_several() -> None:
    artists = [f"Artist {number // 3}" for number in range(30)]
    artists[7] = "Nobody else"
    extra = np.asarray(lone(artists))
    assert extra[7] == ALONE
    assert extra.sum() == pytest.approx(ALONE)


def test_where_nearly_all_artists_come_once_being_alone_says_nothing() -> None:
    assert lone([f"Artist {number}" for number in range(30)]) == 0.0


@pytest.mark.parametrize("nobody", [(), ("Various Artists",)])
def test_a_track_of_which_nobody_knows_the_artist_is_not_alone_with_it(nobody: tuple[str, ...]) -> None:
    music = songs(row_7={"artists": ("Nobody else",)}, row_19={"artists": ("Artist 0",)})
    music[24:] = [replace(track, artists=nobody) for track in music[24:]]
    extra = np.asarray(lone(Facts.of(music).artists))
    assert extra.nonzero()[0].tolist() == [7]


def songs(count: int = 60, **others: dict[str, object]) -> list[Track]:
    """Of twelve artists, all folk of 2015 to 2018; `others` says by row what is different."""
    usual = [
        Track(
            title=f"Song {row}",
            artists=(f"Artist {row % 12}",),
            genres=("folk", "indie folk") if row % 2 else ("folk pop",),
            release_year=2015 + row % 4,
        )
        for row in range(count)
    ]
    return [replace(track, **others.get(f"row_{row}", {})) for row, track in enumerate(usual)]


STRANGER = 5


def found_in(music: list[Track], most: int = 60) -> dict[int, str]:
    """Look for outliers where the stranger is only a little far in sound."""
    points = np.random.default_rng(11).normal(size=(len(music), 6))
    points[STRANGER] *= 1.3
    z = np.random.default_rng(12).normal(size=(len(music), 9))
    labels = np.zeros(len(music), dtype=int)
    return {each.track: said(each) for each in find_outliers(points, z, labels, music=music, most=most)}


@pytest.mark.parametrize(
    ("different", "reason"),
    [
        ({"release_year": 1958}, "from 1958, most others from 2015 to 2018"),
        ({"genres": ("zouk", "Kizomba")}, "tagged zouk and kizomba like no other artist here"),
        ({"genres": ("rnb", "J-Rock")}, "tagged R&B and J-rock like no other artist here"),
    ],
)
def test_a_stranger_is_found_by_year_or_genre_and_the_reason_says_which(
    different: dict[str, object], reason: str
) -> None:
    assert STRANGER not in found_in(songs())
    found = found_in(songs(row_5=different))
    assert next(iter(found)) == STRANGER
    assert found[STRANGER].startswith(reason)


def test_songs_that_measure_alike_and_stand_out_alike_are_ranked_in_the_same_way_in_any_order() -> None:
    music = songs(row_5={"release_year": 1958}, row_17={"release_year": 1958})
    points = np.random.default_rng(11).normal(size=(60, 6))
    points[17] = points[5]
    z = np.zeros((60, 9))
    ranked = []
    for order in (range(60), range(59, -1, -1)):
        rows = list(order)
        tracks = [music[row] for row in rows]
        found = find_outliers(points[rows], z, np.full(60, -1), music=tracks)
        ranked.append([tracks[each.track].title for each in found])
    assert {"Song 5", "Song 17"} <= set(ranked[0])
    assert ranked[0] == ranked[1]


def test_what_is_said_of_a_stranger_in_time_and_genre_is_no_sound() -> None:
    music = songs(row_5={"genres": ("zouk",), "release_year": 1958})
    points = np.random.default_rng(11).normal(size=(60, 6))
    points[STRANGER] = points.mean(axis=0)
    (found, *_) = find_outliers(points, np.zeros((60, 9)), np.zeros(60, dtype=int), music=music)
    assert (found.track, features(found)) == (STRANGER, [])
    assert "than" not in said(found)


def test_few_others_are_counted_and_unknown_genres_are_no_other_genres() -> None:
    music = songs(row_5={"genres": ("zouk",)}, row_7={"genres": ("zouk", "folk")})
    assert "tagged zouk like few others here" in found_in(music)[STRANGER]
    dance = {"genres": ("zouk",), "artists": ("One who is here often",)}
    often = songs(**{f"row_{row}": dance for row in (STRANGER, *range(30, 37))})
    assert "tagged" not in found_in(often).get(STRANGER, ""), "an eighth of the list is no few"
    untagged = songs(row_5={"genres": ()})
    assert "tagged" not in found_in(untagged).get(STRANGER, "")
    assert shared_words(Facts.of(untagged))[STRANGER] != shared_words(Facts.of(untagged))[STRANGER]
    nobody = [replace(track, genres=()) for track in songs()]
    assert np.isnan(shared_words(Facts.of(nobody))).all()


def test_years_that_few_tracks_have_set_none_apart() -> None:
    music = [replace(track, release_year=None) for track in songs()]
    music[STRANGER] = replace(music[STRANGER], release_year=1958)
    assert "1958" not in found_in(music).get(STRANGER, "")
    half_known = songs(row_5={"release_year": 1958})
    half_known[20:] = [replace(track, release_year=None) for track in half_known[20:]]
    assert found_in(half_known)[STRANGER].startswith("from 1958, most others of a known year from 2015 to ")


def test_the_only_year_of_a_list_is_no_reason() -> None:
    music = [replace(track, release_year=None) for track in songs(row_5={"genres": ("zouk",)})]
    music[STRANGER] = replace(music[STRANGER], release_year=1958)
    found = found_in(music)[STRANGER]
    assert "zouk" in found
    assert "1958" not in found


def test_genres_that_are_known_of_the_artist_are_not_said_to_be_tags_of_the_track() -> None:
    points = np.random.default_rng(11).normal(size=(60, 6))
    music = songs(row_5={"genres": ("zouk",)})
    given = [row == STRANGER for row in range(60)]
    (found, *_) = find_outliers(points, np.zeros((60, 9)), np.full(60, -1), music=music, given=given)
    assert found.track == STRANGER
    assert said(found).startswith("by an artist tagged zouk like no other artist here")


def test_a_year_between_those_of_most_others_is_no_reason() -> None:
    music = [replace(track, release_year=1970 if row % 2 else 2020) for row, track in enumerate(songs())]
    music[STRANGER] = replace(music[STRANGER], release_year=1995)
    assert "1995" not in found_in(music).get(STRANGER, "")
    assert distance_in_time(Facts.of(music).years).argmax() == STRANGER


def test_shared_words_are_those_of_other_artists() -> None:
    own = songs(row_5={"genres": ("zouk",)}, row_17={"genres": ("zouk",)})
    assert own[17].artists == own[5].artists
    shared = shared_words(Facts.of(own))
    assert shared[5] == pytest.approx(0, abs=1e-9)
    cosine = TfidfVectorizer(analyzer=tuple, binary=True).fit_transform([*Facts.of(own).words])
    pairs = (cosine @ cosine.T).toarray()
    others = np.array([track.artists != own[0].artists for track in own])
    assert shared[0] == pytest.approx(pairs[0, others].mean())


def test_distance_in_time_is_to_the_ten_nearest_others() -> None:
    years = np.array([*range(1960, 2020), *[2001] * 12, np.nan])
    ages = np.log(packaged().now - years[:-1] + YOUNG_YEARS)
    apart = np.abs(ages[:, None] - ages)
    expected = np.sort(apart, axis=1)[:, 1:11].mean(axis=1)
    found = distance_in_time(years)
    np.testing.assert_allclose(found[:-1], expected)
    assert np.isnan(found[-1])
    assert np.isnan(distance_in_time(years[:19])).all()
