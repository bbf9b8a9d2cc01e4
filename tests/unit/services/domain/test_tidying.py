"""What becomes of a playlist after the decisions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.domain.tidying import Certainty, Decision, Finding, TidyState, suggested, tidied

SURE = Finding(row=3, keeper=0, certainty=Certainty.SURE, reason="the same recording")
MAYBE = Finding(row=4, keeper=1, certainty=Certainty.MAYBE, reason="this one is live")
ODD = Finding(row=2, certainty=Certainty.OPINION, reason="far louder than the rest")
FINDINGS = (SURE, MAYBE, ODD)


def test_nothing_is_taken_out_without_a_decision() -> None:
    result = tidied(5, TidyState(FINDINGS))
    assert result.kept == (0, 1, 2, 3, 4)
    assert not result.changes_something


def test_only_what_is_sure_is_suggested_for_removal() -> None:
    state = TidyState(FINDINGS, suggested(FINDINGS))
    assert state.open == 0
    assert tidied(5, state).removed == (3,)
    assert tidied(5, state).kept == (0, 1, 2, 4)


def test_tracks_are_removed_and_moved_as_decided() -> None:
    state = TidyState(FINDINGS, {0: Decision.REMOVE, 1: Decision.MOVE, 2: Decision.KEEP})
    result = tidied(5, state)
    assert (result.kept, result.moved, result.removed) == ((0, 1, 2), (4,), (3,))


def test_the_other_one_can_go() -> None:
    state = TidyState(FINDINGS, {0: Decision.REMOVE, 2: Decision.REMOVE}, swapped=frozenset({0, 2}))
    assert tidied(5, state).removed == (0, 2), "what doubles nothing has no other one"


def test_of_two_wishes_about_one_track_the_gentler_counts() -> None:
    twice = (SURE, Finding(row=6, keeper=0, certainty=Certainty.SURE, reason="the same recording"))
    for first, second in ((Decision.MOVE, Decision.REMOVE), (Decision.REMOVE, Decision.MOVE)):
        state = TidyState(twice, {0: first, 1: second}, swapped=frozenset({0, 1}))
        assert tidied(7, state).moved == (0,)
        assert not tidied(7, state).removed


@given(
    st.dictionaries(st.integers(0, 2), st.sampled_from(Decision)),
    st.frozensets(st.integers(0, 2)),
)
def test_every_row_is_in_exactly_one_list(decisions: dict[int, Decision], swapped: frozenset[int]) -> None:
    result = tidied(5, TidyState(FINDINGS, decisions, swapped))
    assert sorted(result.kept + result.moved + result.removed) == list(range(5))
