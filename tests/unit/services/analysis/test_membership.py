"""How tracks belong to their groups: to which, how surely, and which show it best."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.membership import (
    assign,
    assignment_probability,
    confidence,
    margins,
    top_artists,
    typical_tracks,
)
from services.analysis.reference import REFERENCE, REFERENCE_MEDIANS
from services.analysis.titles import core_title
from services.domain.features import SOUND_FEATURES, Feature
from tests.unit.services.analysis.clouds import cloud

CENTRES = np.array([[0.0] * 6, [4.0, 0, 0, 0, 0, 0], [0, 9.0, 0, 0, 0, 0]])
ENERGY, VALENCE = SOUND_FEATURES.index(Feature.ENERGY), SOUND_FEATURES.index(Feature.VALENCE)
ENDS = np.array([[0.0, 0.0], [10.0, 0.0]])
LINE = np.array([[float(x), 0.0] for x in (-4, -2, -1, 0, 1, 2, 9, 10, 11)])
SIDES = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1])


def row(**values: float) -> np.ndarray:
    return np.array([[values.get(f.value, REFERENCE_MEDIANS[f]) for f in SOUND_FEATURES]])


def test_own_is_the_nearest_and_second_the_next() -> None:
    own, second = margins(np.array([[1.0, 0, 0, 0, 0, 0]]), CENTRES)
    assert (own[0], second[0]) == (1.0, 3.0)


def test_confidence_is_one_at_a_centre_and_zero_on_a_border() -> None:
    at, between = np.array([4.0, 0, 0, 0, 0, 0]), np.array([2.0, 0, 0, 0, 0, 0])
    assert confidence([at, between], CENTRES) == pytest.approx([1.0, 0.0])


def test_confidence_stays_in_range_and_group_is_the_nearest() -> None:
    points = 3 * cloud(300)
    sure = confidence(points, CENTRES)
    assert ((sure >= 0) & (sure <= 1)).all()
    distances = np.linalg.norm(points[:, None] - CENTRES[None], axis=2)
    np.testing.assert_array_equal(assign(points, CENTRES), distances.argmin(axis=1))
    np.testing.assert_allclose(margins(points, CENTRES)[1], np.sort(distances, axis=1)[:, 1])


def test_a_single_group_leaves_no_doubt() -> None:
    own, second = margins(cloud(3), CENTRES[:1])
    assert np.isinf(second).all()
    assert np.isfinite(own).all()
    assert confidence(cloud(3), CENTRES[:1]) == pytest.approx([1, 1, 1])


def test_two_equal_centres_give_no_confidence_at_all() -> None:
    assert confidence([[0.0] * 6], np.zeros((2, 6))) == pytest.approx([0.0])


def test_an_exact_value_is_certain() -> None:
    calm, lively = row(energy=0.1, valence=0.2), row(energy=0.95, valence=0.8)
    centres = REFERENCE.sound_space(np.concatenate([calm, lively]))
    errors = np.full((2, 9), np.nan)
    np.testing.assert_allclose(
        assignment_probability(np.concatenate([calm, lively]), errors, centres), np.eye(2)
    )


def test_a_vaguer_value_is_less_certain() -> None:
    calm, lively = row(energy=0.1, valence=0.2), row(energy=0.95, valence=0.8)
    centres = REFERENCE.sound_space(np.concatenate([calm, lively]))
    sure = []
    for size in (0.01, 0.3, 3.0):
        errors = np.zeros((1, 9))
        errors[0, [ENERGY, VALENCE]] = size
        probability = assignment_probability(calm, errors, centres)
        assert probability.sum() == pytest.approx(1)
        sure.append(probability[0, 0])
    assert sure[0] == 1.0
    assert sure[0] > sure[1] > sure[2]
    assert sure[2] < 0.85


def test_probabilities_do_not_depend_on_company_or_run() -> None:
    rows = np.concatenate([row(energy=e) for e in (0.2, 0.5, 0.8)])
    errors = np.tile([0.1, 0.2, 2.0, 0.02, 0.2, 0.1, 0.1, 0.2, 20.0], (3, 1))
    centres = REFERENCE.sound_space(np.concatenate([row(energy=0.1), row(energy=0.9), row(valence=0.9)]))
    together = assignment_probability(rows, errors, centres)
    np.testing.assert_array_equal(assignment_probability(rows[::-1], errors, centres), together[::-1])
    np.testing.assert_array_equal(assignment_probability(rows[1:2], errors[1:2], centres), together[1:2])


def test_no_tracks_give_no_probabilities() -> None:
    assert assignment_probability(np.empty((0, 9)), np.empty((0, 9)), CENTRES).shape == (0, 3)


def solo(*names: str) -> list[tuple[str, ...]]:
    return [(name,) for name in names]


def test_the_clearest_are_typical_but_no_extremes() -> None:
    artists = solo(*"abcdefghi")
    first, second = typical_tracks(LINE, SIDES, ENDS, artists, count=2)
    # -4 is as clear as -2 and -1, but among the quarter farthest from its own centre.
    assert first == (1, 2)
    assert second == (7, 8)  # a tie: the earlier row


def test_artists_differ_while_there_are_enough() -> None:
    artists = solo("x", "x", "The X", "x", "y", "z", "p", "P", "p")
    first, second = typical_tracks(LINE, SIDES, ENDS, artists)
    assert {artists[row][0].lower().removeprefix("the ") for row in first} == {"x", "y", "z"}
    assert len(second) == 3


def test_uncredited_tracks_count_as_different_artists() -> None:
    assert len(typical_tracks(LINE, SIDES, ENDS, [()] * 9)[0]) == 3


def test_a_recording_listed_twice_is_shown_once_where_possible() -> None:
    points = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [1.5, 0.0]])
    (chosen,) = typical_tracks(points, [0] * 4, ENDS[:1], solo("a", "a", "a", "a"), count=2)
    assert chosen == (0, 2)
    (both,) = typical_tracks(points[:2], [0, 0], ENDS[:1], solo("a", "a"), count=2)
    assert both == (0, 1)


def test_small_and_empty_groups_give_what_they_have() -> None:
    assert typical_tracks(LINE[:1], [1], ENDS, solo("a")) == ((), (0,))
    assert typical_tracks(np.empty((0, 2)), [], np.empty((0, 2)), []) == ()


@given(st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(40, 3))
    centres = rng.normal(size=(3, 3))
    labels = ((points[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
    artists = solo(*(f"artist {number}" for number in rng.integers(0, 12, size=40)))
    order = rng.permutation(40)
    chosen = typical_tracks(points, labels, centres, artists)
    moved = typical_tracks(points[order], labels[order], centres, [artists[row] for row in order])
    assert [[int(order[row]) for row in rows] for rows in moved] == [list(rows) for rows in chosen]
    for cluster, rows in enumerate(chosen):
        assert len(set(rows)) == len(rows) == min(3, int((labels == cluster).sum()))
        assert all(labels[row] == cluster for row in rows)


@pytest.mark.parametrize(("count", "expected"), [(1, (("Nadia Lune", 3),)), (0, ())])
def test_top_artists_are_counted_in_their_commonest_spelling(
    count: int, expected: tuple[tuple[str, int], ...]
) -> None:
    credited = [("Nadia Lune",), ("NADIA LUNE", "Otto Vale"), ("Nadia Lune",), ("Otto Vale",), (), ("",)]
    assert top_artists(credited, count) == expected


def test_top_artists_break_ties_by_name() -> None:
    assert top_artists(solo("b", "a", "c", "c")) == (("c", 2), ("a", 1), ("b", 1))


def test_one_song_on_several_releases_is_named_once() -> None:
    titles = ["Tide", "Tide - Remastered 2011", "Tide (Live)", "Ebb", "Moon"]
    points = LINE[:5]
    (chosen,) = typical_tracks(points, [0] * 5, ENDS[:1], solo("a", "a", "a", "a", "a"), titles=titles)
    assert len({core_title(titles[row]) for row in chosen}) == 3


def test_of_the_clear_cases_those_that_carry_the_words_of_their_group_come_first() -> None:
    points = np.concatenate([np.linspace(0.0, 1.0, 12)[:, None], np.full((6, 1), 6.0)])
    labels = np.array([0] * 12 + [1] * 6)
    centres = np.array([[0.3], [6.0]])
    artists = [(f"Artist {row}",) for row in range(18)]
    plain = typical_tracks(points, labels, centres, artists)
    telling = [row in {1, 4, 11} for row in range(18)]
    chosen = typical_tracks(points, labels, centres, artists, telling=telling)
    assert chosen[0][:2] == (1, 4)
    assert 11 not in chosen[0]  # carries the words, and is none of the clear cases
    assert chosen[1] == plain[1]
