"""What happened to a list of tracks."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.music import TrackId
from services.domain.writes import (
    UNCHANGED,
    Difference,
    arrived,
    compare,
    kept_in_order,
    likeness,
    surplus,
    take_back,
    without,
)


def ids(letters: str) -> tuple[TrackId, ...]:
    return tuple(map(TrackId, letters))


lists = st.text("abcdefgh", max_size=12).map(ids)
"""Short lists with many repeated tracks."""


def test_the_same_list_is_unchanged() -> None:
    assert compare(ids("abca"), ids("abca")) == UNCHANGED
    assert not compare((), ())


@pytest.mark.parametrize(
    ("expected", "found", "difference"),
    [
        ("abc", "abcd", Difference(ids("d"))),
        ("abc", "ac", Difference((), ids("b"))),
        ("abc", "cab", Difference(moved=1)),
        ("abcd", "dcba", Difference(moved=3)),
        ("aab", "ab", Difference((), ids("a"))),
        ("ab", "xbya", Difference(ids("xy"), (), moved=1)),
    ],
)
def test_says_what_was_added_removed_and_moved(expected: str, found: str, difference: Difference) -> None:
    assert compare(ids(expected), ids(found)) == difference


@given(lists, lists)
def test_a_difference_explains_the_whole_list(
    expected: tuple[TrackId, ...], found: tuple[TrackId, ...]
) -> None:
    difference = compare(expected, found)
    assert bool(difference) == (expected != found)
    assert Counter(expected) - Counter(difference.missing) + Counter(difference.added) == Counter(found)


@given(lists, lists)
def test_surplus_and_rest_make_the_list_again(of: tuple[TrackId, ...], over: tuple[TrackId, ...]) -> None:
    extra = surplus(of, over)
    assert Counter(without(of, extra)) + Counter(extra) == Counter(of)
    assert not surplus(without(of, extra), over)


@given(st.permutations(range(9)))
def test_tracks_in_order_are_a_longest_common_subsequence(order: list[int]) -> None:
    expected = [TrackId(str(number)) for number in range(9)]
    found = [TrackId(str(number)) for number in order]
    longest = [1] * 9
    for end in range(9):
        longest[end] = 1 + max(
            (longest[start] for start in range(end) if order[start] < order[end]), default=0
        )
    assert kept_in_order(expected, found) == max(longest)
    assert 0 < likeness(expected, found) <= 1


@pytest.mark.parametrize(
    ("found", "done"),
    [
        ("abc", 3),
        ("abcdef", 6),
        ("abcxdef", 6),
        ("abxc", 3),
        ("bc", 3),
        ("abcdf", 6),
        ("", 3),
        ("abc" + "xyz", 3),
    ],
)
def test_tells_from_the_list_whether_a_batch_arrived(found: str, done: int) -> None:
    assert arrived(ids("abcdefgh"), 3, 3, ids(found)) == done


def test_a_batch_of_repeated_tracks_is_not_taken_for_the_ones_before_it() -> None:
    assert arrived(ids("aaaa"), 2, 2, ids("aa")) == 2
    assert arrived(ids("aaaa"), 2, 2, ids("aaaa")) == 4


@given(lists, lists)
def test_taking_back_an_untouched_list_restores_it_exactly(
    before: tuple[TrackId, ...], after: tuple[TrackId, ...]
) -> None:
    assert take_back(before, after, after) == before


@given(lists, lists, lists)
def test_taking_back_keeps_what_others_added_and_removed(
    before: tuple[TrackId, ...], after: tuple[TrackId, ...], found: tuple[TrackId, ...]
) -> None:
    result = take_back(before, after, found)
    added, removed = surplus(found, after), surplus(after, found)
    assert result[len(result) - len(added) :] == added
    assert Counter(result) == (Counter(before) - Counter(removed)) + Counter(added)
