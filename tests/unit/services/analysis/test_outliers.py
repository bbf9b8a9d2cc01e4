from __future__ import annotations

import numpy as np
import pytest

from services.analysis.outliers import (
    ALONE,
    EXACT_SEARCH,
    MOST,
    POOL,
    find_outliers,
    lone,
    neighbour_distance,
    robust_z,
)
from services.analysis.reference import sound_space
from services.domain.features import Feature
from tests.depth import cases
from tests.unit.services.analysis import sounds


def crowd(n: int, seed: int = 0) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.random.default_rng(seed).normal(size=(n, 6))


def test_a_track_from_elsewhere_stands_out_and_says_in_what() -> None:
    loud = sounds.group(1, **sounds.LOUD)
    z, raw, labels = sounds.playlist(sounds.group(40, **sounds.QUIET), loud)
    labels[:] = 0
    (found, *_) = find_outliers(sound_space(raw), z, labels, ["Mellow acoustic"])
    assert found.track == 40
    assert found.score > 2.5
    assert found.reason.startswith("far ")
    assert found.reason.endswith(" than “Mellow acoustic”")
    assert {"livelier", "louder", "more electric"} & set(
        found.reason.removeprefix("far ").replace(" and ", ",").replace(" than", ",").split(",")
    )
    assert len(found.features) == 2


def test_without_groups_a_track_is_compared_with_the_rest() -> None:
    z, raw, _ = sounds.playlist(sounds.group(40, **sounds.QUIET), sounds.group(1, **sounds.LOUD))
    (found, *_) = find_outliers(sound_space(raw), z, np.full(41, -1), [])
    assert found.reason.endswith(" than the rest")


def test_a_reason_is_something_that_can_be_heard() -> None:
    sung = sounds.group(40, **{**sounds.LOUD, "instrumentalness": 0.0, "speechiness": 0.03})
    odd = sounds.group(1, **{**sounds.LOUD, "instrumentalness": 0.05, "speechiness": 0.05, "valence": 0.9})
    z, raw, _ = sounds.playlist(sung, odd)
    for each in find_outliers(sound_space(raw), z, np.zeros(41, dtype=int), ["Loud & intense"]):
        if each.track == 40:
            assert each.features[0] is Feature.VALENCE
            assert "instrumental" not in each.reason
            assert "word" not in each.reason.partition(" than ")[0]
            return
    pytest.fail("the odd track was not found")


def test_the_ranking_is_short_sorted_and_the_same_in_any_order() -> None:
    points = crowd(300)
    points[:12] *= 9
    z = np.random.default_rng(1).normal(size=(300, 9))
    labels = np.arange(300) % 3
    names = ["a", "b", "c"]
    found = find_outliers(points, z, labels, names)
    assert len(found) == MOST
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert {each.track for each in found} <= set(range(12))
    order = np.random.default_rng(2).permutation(300)
    moved = find_outliers(points[order], z[order], labels[order], names)
    assert [int(order[each.track]) for each in moved] == [each.track for each in found]
    assert [each.reason for each in moved] == [each.reason for each in found]
    assert len(find_outliers(points, z, labels, names, most=2)) == 2


@pytest.mark.parametrize("n", [0, 1, 19])
def test_too_few_tracks_have_no_outliers(n: int) -> None:
    assert find_outliers(crowd(n), np.zeros((n, 9)), np.zeros(n, dtype=int), ["a"]) == ()


def test_equal_tracks_have_no_outliers() -> None:
    assert find_outliers(np.ones((50, 6)), np.zeros((50, 9)), np.zeros(50, dtype=int), ["a"]) == ()


def test_a_track_alone_in_its_group_is_compared_with_the_rest_of_the_playlist() -> None:
    points = crowd(40)
    points[0] += 50
    z = np.zeros((40, 9))
    z[0, 1] = 2.0
    labels = np.ones(40, dtype=int)
    labels[0] = 0
    (found, *_) = find_outliers(points, z, labels, ["Alone", "Company"])
    assert found.track == 0
    assert found.features == (Feature.ENERGY,)
    assert found.reason == "far livelier than the rest"


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
    order = np.random.default_rng(3).permutation(n)
    assert neighbour_distance(points[order]) == pytest.approx(thinned[order], rel=1e-3)


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
    assert np.asarray(lone([*artists[:-1], ""]))[-1] == ALONE


def test_where_nearly_all_artists_come_once_being_alone_says_nothing() -> None:
    assert lone([f"Artist {number}" for number in range(30)]) == 0.0
    assert lone([]) == 0.0


def test_a_stranger_is_found_first_by_its_artist_where_the_sound_alone_has_others_before_it() -> None:
    places = np.random.default_rng(11).normal(size=(60, 6))
    z = np.random.default_rng(12).normal(size=(60, 9))
    scores = robust_z(neighbour_distance(places))
    stranger = int(np.argsort(-scores)[2])
    artists = ["stranger" if row == stranger else f"Artist {row % 12}" for row in range(60)]
    labels = np.zeros(60, dtype=int)

    def rank(**options: object) -> list[int]:
        return [found.track for found in find_outliers(places, z, labels, ["One"], most=60, **options)]

    alone = robust_z(neighbour_distance(places), extra=lone(artists))
    assert alone[stranger] > scores[stranger]
    assert (rank(artists=artists) or [stranger])[0] == int(np.argmax(alone))
