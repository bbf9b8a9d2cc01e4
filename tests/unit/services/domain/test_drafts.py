"""What a person decides about a playlist."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.drafts import (
    Certainty,
    Decision,
    Finding,
    SplitState,
    TidyState,
    by_closeness,
    plan_split,
    suggested,
    tidied,
)
from tests.unit.services.charts.reports import make_report

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


REPORT = make_report(120, 4, imputed=0.1, unknown=0.1)


@pytest.fixture
def state() -> SplitState:
    return plan_split(REPORT)


def rows_of(state: SplitState) -> list[int]:
    return sorted([row for part in state.parts for row in part.rows] + list(state.homeless))


def test_every_track_is_in_one_part_or_known_to_be_in_none(state: SplitState) -> None:
    assert rows_of(state) == list(range(120))
    assert state.homeless
    assert sum(part.likely for part in state.parts) > 0
    assert [part.name for part in state.parts] == [
        f"{REPORT.playlist.name} · {cluster.name}" for cluster in REPORT.clusters
    ]
    assert all(part.rows == tuple(sorted(part.rows)) for part in state.parts)


def test_a_merged_part_has_the_tracks_of_both(state: SplitState) -> None:
    merged = state.toggled(1).merged(3, into=1)
    assert rows_of(merged) == rows_of(state)
    assert len(merged.parts) == 3
    assert merged.parts[1].name == state.parts[1].name
    assert merged.parts[1].groups == (1, 3)
    assert merged.parts[1].likely == state.parts[1].likely + state.parts[3].likely
    assert merged.parts[1].included, "who merges into it wants it"
    assert state.merged(2, into=2) == state
    assert state.merged(0, into=2).parts[1].groups == (0, 2)


def test_names_are_the_persons_own(state: SplitState) -> None:
    assert state.renamed(2, "  Late \n night ").parts[2].name == "Late night"
    assert state.renamed(2, "   ") == state


def test_a_part_can_be_left_out(state: SplitState) -> None:
    assert state.toggled(0).chosen == state.parts[1:]
    assert state.toggled(0).toggled(0) == state


def test_offers_what_sounds_most_alike_first(state: SplitState) -> None:
    order = by_closeness(REPORT, state, 0)
    assert sorted(order) == [1, 2, 3]
    twin = state.merged(order[0], into=order[1])
    assert len(by_closeness(REPORT, twin, 0)) == 2
