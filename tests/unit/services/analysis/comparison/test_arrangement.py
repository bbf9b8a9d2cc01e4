from __future__ import annotations

import numpy as np
import pytest

from services.analysis.comparison.union import arrange, top_pairs, top_people
from services.domain.comparison import PersonKey


def test_alike_people_stand_together() -> None:
    close = {frozenset((0, 2)), frozenset((1, 4)), frozenset((3, 5))}
    matrix = [
        [100.0 if a == b else 90.0 if frozenset((a, b)) in close else 20.0 for b in range(6)]
        for a in range(6)
    ]
    order = arrange(matrix)
    assert sorted(order) == list(range(6))
    assert {frozenset(order[n : n + 2]) for n in (0, 2, 4)} == close


def test_a_chain_is_laid_out_as_a_chain() -> None:
    matrix = [[100.0 - 15 * abs(a - b) for b in (3, 0, 4, 1, 2)] for a in (3, 0, 4, 1, 2)]
    places = [(3, 0, 4, 1, 2)[index] for index in arrange(matrix)]
    assert places in (sorted(places), sorted(places, reverse=True))


def test_people_without_a_score_stand_at_the_end() -> None:
    matrix = [[None] * 3, [None, 100.0, 50.0], [None, 50.0, 100.0]]
    assert arrange(matrix) == (1, 2, 0)
    assert arrange([[None]]) == (0,)


def test_two_who_can_not_be_compared_stand_apart() -> None:
    matrix = [[100.0, None, 60.0], [None, 100.0, 60.0], [60.0, 60.0, 100.0]]
    assert arrange(matrix)[1] == 2


def draws(value: float, error: float, seed: int) -> np.ndarray:
    """Return a score, then draws of it."""
    return value + error * np.array([0.0, *np.random.default_rng(seed).standard_normal(200)])


def test_three_people_are_enough_for_the_ends_also_where_a_pair_has_no_score() -> None:
    scores = {("a", "b"): draws(80.0, 5.0, 1), ("b", "c"): draws(40.0, 5.0, 2)}
    highest, lowest = top_pairs(scores, highest=True), top_pairs(scores, highest=False)
    assert highest is not None
    assert lowest is not None
    assert (highest.only, lowest.only) == (("a", "b"), ("b", "c"))
    assert (highest.score, highest.gap, lowest.score, lowest.gap) == (80.0, 40.0, 40.0, 40.0)
    assert top_pairs({("a", "b"): draws(80.0, 5.0, 1)}, highest=True) is None


@pytest.mark.parametrize(
    ("values", "error", "named"),
    [
        ((50.0, 60.0, 90.0, 20.0), 5.0, "c"),
        ((50.0, 88.0, 90.0, 20.0), 5.0, "cb"),
        ((50.0, 88.0, 90.0, 86.0, 20.0), 5.0, "cbd"),
        ((50.0, 50.9, 51.9, 20.0), 0.1, "c"),
        ((84.0, 88.0, 90.0, 86.0, 20.0), 5.0, ""),
        ((80.0, 82.0, 81.0), 5.0, ""),
        ((80.0, 82.0), 0.1, ""),
    ],
)
def test_who_is_ahead_by_less_than_the_error_is_named_with_those_it_may_be_as_well(
    values: tuple[float, ...], error: float, named: str
) -> None:
    people = {
        PersonKey(key): draws(value, error, seed)
        for seed, (key, value) in enumerate(zip("abcde"[: len(values)], values, strict=True))
    }
    top = top_people(people, highest=True)
    assert "".join(top.keys if top else ()) == named
    turned = top_people({key: 100 - value for key, value in people.items()}, highest=False)
    assert (turned.keys if turned else ()) == (top.keys if top else ())


def test_two_with_the_same_tracks_are_never_told_apart() -> None:
    same = draws(90.0, 5.0, 1)
    top = top_people({"a": same, "b": same, "c": draws(20.0, 5.0, 2)}, highest=True)
    assert top is not None
    assert (top.keys, top.only) == (("a", "b"), None)
