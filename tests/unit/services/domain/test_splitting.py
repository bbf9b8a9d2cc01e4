"""A pile as several playlists."""

from __future__ import annotations

import pytest

from services.domain.splitting import SplitState, by_closeness, plan_split
from tests.unit.services.charts.reports import make_report

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
