"""Groups: the same in any order, honest about structure, steady, and never upset by odd input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analysis.clustering import SMALLEST_GROUP, STILL_STABLE, Partition, fit_clusters
from services.analysis.validity import Margins, agreement
from services.domain.report import FEWEST_KEPT, FEWEST_TRACKS, Structure, Verdict
from tests.unit.services.analysis.clouds import cloud, islands


def assert_same(first: Partition, second: Partition, order: np.ndarray) -> None:
    np.testing.assert_array_equal(second.labels, first.labels[order])
    np.testing.assert_array_equal(second.centres, first.centres)
    assert second.structure == first.structure


@pytest.mark.parametrize(
    ("points", "with_keys"),
    [
        (cloud(90), False),
        (cloud(90), True),
        (islands(40, 30, 20)[0], False),
        (islands(40, 30, 20)[0], True),
        (cloud(1300), True),
    ],
)
def test_row_order_changes_nothing(points: np.ndarray, with_keys: bool) -> None:
    names = [f"id:{index:05d}" for index in np.random.default_rng(1).permutation(len(points))]
    order = np.random.default_rng(2).permutation(len(points))
    first = fit_clusters(points, keys=names if with_keys else None)
    second = fit_clusters(points[order], keys=[names[row] for row in order] if with_keys else None)
    assert_same(first, second, order)


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(30)))
def test_row_order_changes_nothing_even_with_ties(order: list[int]) -> None:
    points = np.repeat(cloud(10, seed=3), 3, axis=0)
    assert_same(fit_clusters(points), fit_clusters(points[order]), np.array(order))


def test_the_same_seed_gives_the_same_answer_and_another_seed_other_draws() -> None:
    points = cloud(150, seed=4)
    first, second = fit_clusters(points, seed=5), fit_clusters(points, seed=5)
    assert_same(first, second, np.arange(150))
    assert fit_clusters(points, seed=6).stability != first.stability


def test_finds_islands_as_they_are() -> None:
    points, truth = islands(90, 60, 50)
    found = fit_clusters(points)
    assert found.k == 3
    assert agreement(found.labels, truth) > 0.98
    assert found.verdict is Verdict.CLEAR
    assert np.bincount(found.labels).tolist() == [90, 60, 50]


def test_centres_are_the_means_of_their_groups_largest_first() -> None:
    points = cloud(400, seed=7)
    found = fit_clusters(points, groups=5)
    sizes = np.bincount(found.labels, minlength=5)
    assert (np.diff(sizes) <= 0).all()
    for label in range(5):
        np.testing.assert_allclose(found.centres[label], points[found.labels == label].mean(axis=0))


def test_every_point_is_in_the_group_of_its_nearest_centre() -> None:
    points = cloud(1500, seed=8)
    found = fit_clusters(points)
    distances = np.linalg.norm(points[:, None] - found.centres[None], axis=2)
    np.testing.assert_array_equal(found.labels, distances.argmin(axis=1))


def test_where_only_the_verdict_is_wanted_groups_are_searched_for_where_there_are_some() -> None:
    none, searched = (fit_clusters(cloud(150, seed=4), wants_groups=wants) for wants in (False, True))
    assert (none.k, none.stability, none.verdict) == (1, None, Verdict.NONE)
    assert (none.gap, none.verdict) == (searched.gap, searched.verdict)
    points, _ = islands(60, 50, 40)
    some, whole = fit_clusters(points, wants_groups=False), fit_clusters(points)
    assert_same(some, whole, np.arange(150))
    assert some.stability == whole.stability


def test_one_cloud_has_no_structure() -> None:
    verdicts = [fit_clusters(cloud(200, seed)).verdict for seed in range(8)]
    assert verdicts == [Verdict.NONE] * 8


def test_a_small_cloud_cannot_be_judged() -> None:
    assert fit_clusters(cloud(40, seed=1)).verdict is Verdict.UNTESTABLE


def test_small_islands_are_still_seen() -> None:
    assert fit_clusters(islands(20, 20, 20)[0]).verdict is Verdict.CLEAR


@pytest.mark.parametrize("sizes", [(10, 10), (7, 6), (12, 11)])
def test_a_short_list_of_two_kinds_has_two_groups(sizes: tuple[int, int]) -> None:
    points, kinds = islands(*sizes, apart=9.0)
    found = fit_clusters(points)
    assert found.k == 2
    assert agreement(found.labels, kinds) == 1.0


def test_a_group_of_less_than_five_is_not_made_out_of_a_short_list() -> None:
    found = fit_clusters(islands(14, 3, apart=9.0)[0])
    assert found.k == 1
    assert found.verdict is Verdict.UNTESTABLE


@given(st.integers(12, 23), st.integers(0, 10_000), st.booleans())
def test_one_group_is_never_called_clear_or_loose(n: int, seed: int, skewed: bool) -> None:
    points = cloud(n, seed)
    found = fit_clusters(np.exp(points) if skewed else points)
    assert found.k > 1 or found.verdict is Verdict.UNTESTABLE
    assert np.bincount(found.labels).min() >= min(5, n)


def test_too_few_tracks_have_no_groups() -> None:
    found = fit_clusters(cloud(FEWEST_TRACKS - 1))
    assert found.structure == Structure(Verdict.TOO_FEW, 0, None, None, None)
    assert (found.labels == -1).all()
    assert found.centres.shape == (0, 6)
    assert fit_clusters(np.empty((0, 6))).verdict is Verdict.TOO_FEW


def test_the_fewest_tracks_have_groups() -> None:
    found = fit_clusters(cloud(FEWEST_TRACKS))
    assert found.k >= 1
    assert (found.labels >= 0).all()


def test_a_track_that_is_listed_twice_counts_once() -> None:
    points, _ = islands(40, 30, 20)
    names = [f"id:{index:03d}" for index in range(90)]
    again = np.concatenate([np.arange(90), np.repeat(7, 25)])
    once, twice = (
        fit_clusters(points, keys=names),
        fit_clusters(points[again], keys=[names[row] for row in again]),
    )
    assert_same(once, twice, again)


def test_copies_of_one_track_are_too_few() -> None:
    assert fit_clusters(np.repeat(cloud(5), 10, axis=0), keys=["a", "b", "c", "d", "e"] * 10).k == 0


@pytest.mark.parametrize("groups", range(2, 9))
def test_a_person_chooses_the_number_of_groups(groups: int) -> None:
    found = fit_clusters(cloud(120, seed=9), groups=groups)
    assert found.k == groups
    assert found.structure.forced
    assert found.structure.asked == groups
    assert len(np.unique(found.labels)) == groups


@pytest.mark.parametrize(("albums", "verdict"), [(12, Verdict.NONE), (3, Verdict.CLEAR)])
def test_albums_pass_for_groups_only_where_each_group_is_one(albums: int, verdict: Verdict) -> None:
    rng = np.random.default_rng(5)
    of_album = np.repeat(np.arange(albums), 120 // albums)
    spread = 0.85 if albums > 3 else 3.0
    points = spread * rng.standard_normal((albums, 6))[of_album] + 0.5 * rng.standard_normal((120, 6))
    found = fit_clusters(points, margins=Margins(points, np.eye(6), of_album))
    assert found.structure.of_albums
    assert found.verdict is verdict
    assert fit_clusters(points, margins=Margins(points, np.eye(6))).verdict in {Verdict.CLEAR, Verdict.LOOSE}
    assert not found.structure.is_split


def test_wanted_groups_are_cut_to_what_the_tracks_allow() -> None:
    few = fit_clusters(cloud(12), groups=8)
    assert few.k <= 6
    assert few.structure.asked == 8
    assert fit_clusters(np.repeat(cloud(3), 8, axis=0), groups=8).k == 3


@pytest.mark.parametrize("groups", [0, 1, 9])
def test_refuses_groups_nobody_can_ask_for(groups: int) -> None:
    with pytest.raises(ValueError, match=r"2\.\.8"):
        fit_clusters(cloud(50), groups=groups)


def test_identical_points_are_one_group_without_structure() -> None:
    found = fit_clusters(np.full((100, 6), 0.4))
    assert found.k == 1
    assert found.verdict is Verdict.NONE
    assert (found.labels == 0).all()
    np.testing.assert_allclose(found.centres, 0.4)


@pytest.mark.parametrize("distinct", [2, 3])
def test_few_distinct_points_make_no_more_groups_than_there_are(distinct: int) -> None:
    found = fit_clusters(np.repeat(5 * cloud(distinct), 20, axis=0))
    assert 1 <= found.k <= distinct
    assert np.isfinite(found.centres).all()


def test_a_constant_direction_is_survived() -> None:
    points = cloud(100, seed=10)
    points[:, 2] = 0.7
    found = fit_clusters(points)
    assert np.isfinite(found.centres).all()
    assert found.verdict is Verdict.NONE


def test_one_far_point_is_survived() -> None:
    points = cloud(100, seed=11)
    points[3] = 50.0
    found = fit_clusters(points)
    assert len(found.labels) == 100
    assert np.isfinite(found.centres).all()


def test_one_odd_track_is_no_group_where_the_rest_has_two() -> None:
    points, _ = islands(40, 35)
    points[3] = 8.0
    assert np.bincount(fit_clusters(points).labels).min() >= SMALLEST_GROUP


def test_two_odd_tracks_are_no_group_of_a_short_list() -> None:
    points = np.random.default_rng(5).normal(0, 1, (26, 6))
    points[:2] += 30
    assert fit_clusters(points).k == 1


def test_refuses_points_with_gaps() -> None:
    points = cloud(30)
    points[4, 1] = np.nan
    with pytest.raises(ValueError, match="finite"):
        fit_clusters(points)


def test_refuses_keys_of_another_length() -> None:
    with pytest.raises(ValueError, match="keys"):
        fit_clusters(cloud(30), keys=["a"])


def test_stored_centres_keep_groups_when_a_few_tracks_leave() -> None:
    points = cloud(600, seed=12)
    points[:300, 0] += 3
    first = fit_clusters(points)
    stay = np.sort(np.random.default_rng(0).choice(600, 588, replace=False))
    second = fit_clusters(points[stay], previous_centres=first.centres)
    assert second.k == first.k
    assert agreement(second.labels, first.labels[stay]) > 0.9


def test_a_list_that_becomes_too_short_for_its_groups_keeps_them() -> None:
    points = cloud(25, seed=12)
    first = fit_clusters(points)
    assert (first.k, fit_clusters(points[:22]).k) == (2, 1)
    assert fit_clusters(points[:22], previous_centres=first.centres).k == 2


def test_a_list_at_the_limit_keeps_its_map_for_a_while() -> None:
    points = cloud(FEWEST_TRACKS, seed=12)
    first = fit_clusters(points)
    assert fit_clusters(points[:FEWEST_KEPT]).verdict is Verdict.TOO_FEW
    assert fit_clusters(points[:FEWEST_KEPT], previous_centres=first.centres).k == first.k
    shorter = points[: FEWEST_KEPT - 1]
    assert fit_clusters(shorter, previous_centres=first.centres).verdict is Verdict.TOO_FEW


@pytest.mark.parametrize("seed", [0, 3, 5, 6])
def test_groups_that_nothing_clearly_beats_are_kept(seed: int) -> None:
    points = cloud(300, seed)
    known = fit_clusters(points, groups=3)
    stay = np.sort(np.random.default_rng(seed).choice(300, 270, replace=False))
    again = fit_clusters(points[stay], previous_centres=known.centres)
    assert again.stability is not None
    assert again.stability < STILL_STABLE
    assert (again.k, fit_clusters(points[stay]).k) == (3, 2)


def test_clear_groups_are_told_apart_inside_others() -> None:
    points, _ = islands(60, 60, 60, 60, apart=3.5)
    points[:, 5] += np.where(points[:, 0] + points[:, 1] > 1.75, 7.0, 0.0)
    assert fit_clusters(points).k == 4


def test_stored_centres_that_no_longer_hold_are_dropped() -> None:
    points, truth = islands(60, 60, 60)
    wrong = points[np.random.default_rng(0).choice(180, 7, replace=False)]
    found = fit_clusters(points, previous_centres=wrong)
    assert found.k == 3
    assert agreement(found.labels, truth) > 0.98


def test_no_stored_centres_are_the_same_as_none() -> None:
    points = cloud(100, seed=13)
    assert_same(fit_clusters(points), fit_clusters(points, previous_centres=np.empty((0, 6))), np.arange(100))
    assert_same(fit_clusters(points), fit_clusters(points, previous_centres=()), np.arange(100))


def test_refuses_stored_centres_of_another_space() -> None:
    with pytest.raises(ValueError, match="previous centres"):
        fit_clusters(cloud(50), previous_centres=np.zeros((3, 4)))


def test_the_wish_of_a_person_outweighs_stored_centres() -> None:
    points, _ = islands(60, 60, 60)
    kept = fit_clusters(points)
    assert fit_clusters(points, groups=4, previous_centres=kept.centres).k == 4


def test_tracks_without_evidence_count_for_how_many_groups_there_may_be() -> None:
    points = islands(8, 8, 8)[0]
    assert fit_clusters(points).k == 2
    assert fit_clusters(points, placed_later=36).k == 3
    assert fit_clusters(islands(6, 6)[0], placed_later=200).k == 2
