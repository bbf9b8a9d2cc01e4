from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from services.analysis.comparison.standings import arrange, top_pairs, top_people
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


def test_three_people_are_enough_for_the_ends_also_where_a_pair_has_no_score() -> None:
    a, b, c = map(PersonKey, "abc")
    pairs: list[Any] = [
        SimpleNamespace(a=one, b=other, score=score)
        for one, other, score in ((a, b, 80.0), (b, c, 40.0), (a, c, None))
    ]
    highest, lowest = top_pairs(pairs, highest=True), top_pairs(pairs, highest=False)
    assert highest is not None
    assert lowest is not None
    assert (highest.pairs, lowest.pairs) == (((a, b),), ((b, c),))
    assert top_pairs(pairs[:1], highest=True) is None


def test_less_than_a_point_is_a_tie() -> None:
    values = {PersonKey("a"): 50.0, PersonKey("b"): 50.9, PersonKey("c"): 51.9}
    top = top_people(values, highest=True)
    assert top is not None
    assert (top.keys, top.only, top.gap) == (("c",), "c", 1.0)
    low = top_people(values, highest=False)
    assert low is not None
    assert (low.keys, low.only) == (("a", "b"), None)
    assert top_people({PersonKey("a"): 1.0, PersonKey("b"): 2.0}, highest=True) is None
