from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.people_pairs import PROTOCOLS, Crowd, PairOfLists, auc, load_crowd, sorted_by
from services.analysis.comparison.rules import load_rules
from services.domain.music import Track
from tests.depth import IS_NIGHT

NO_ROWS = np.array([], dtype=np.intp)
SAME, DIFFERENT = PairOfLists(NO_ROWS, NO_ROWS, ("a",)), PairOfLists(NO_ROWS, NO_ROWS, ("a", "b"))


@pytest.mark.parametrize(
    ("likeness", "expected"),
    [((3, 2, 1, 0), 1.0), ((0, 1, 2, 3), 0.0), ((1, 1, 1, 1), 0.5), ((3, 1, 2, 0), 0.75)],
)
def test_counts_how_often_one_person_is_more_alike(likeness: tuple[float, ...], expected: float) -> None:
    assert auc([SAME, SAME, DIFFERENT, DIFFERENT], likeness) == expected


def test_the_shipped_calibration_makes_sense() -> None:
    rules = load_rules()
    lengths = [row.tracks for row in rules.calibration]
    assert lengths == sorted(lengths)
    for row in rules.calibration:
        assert row.different.low < row.different.median < row.same.median <= row.same.high <= 100
        assert row.auc >= 0.98
    assert 0 <= rules.imputed_weight < 1


def some_tracks(rng: np.random.Generator) -> list[Track]:
    """Return tracks in no order at all."""
    words = (f"{number:04d}" for number in rng.permutation(300))
    years = rng.integers(1960, 2025, 300).tolist()
    return [
        Track(title=f"song {word}", artists=(f"band {word[::-1]}",), release_year=year)
        for word, year in zip(words, years, strict=True)
    ]


def test_a_list_that_goes_up_in_a_feature_is_sorted_by_it_and_one_that_drifts_is_not() -> None:
    rng = np.random.default_rng(1)
    features, tracks = rng.normal(size=(300, 9)), some_tracks(rng)
    assert sorted_by(features, tracks) is None
    features[:, 7] += np.linspace(0, 1, 300)
    assert sorted_by(features, tracks) is None
    features[:, 7].sort()
    assert sorted_by(features, tracks) == sorted_by(features[::-1], tracks) == "valence (1.00)"


def test_years_may_move_with_somebody_who_adds_what_is_new_and_the_alphabet_may_not() -> None:
    rng = np.random.default_rng(1)
    features, tracks = rng.normal(size=(300, 9)), some_tracks(rng)
    by_title = sorted(tracks, key=lambda track: track.title)
    assert sorted_by(features, by_title) == "title (1.00)"
    mostly = [*by_title[:200], *some_tracks(rng)[:100]]
    assert str(sorted_by(features, mostly)).startswith("title (0.")
    drifting = [
        replace(track, release_year=1990 + row // 10 + int(rng.integers(-9, 10)))
        for row, track in enumerate(tracks)
    ]
    assert sorted_by(features, drifting) is None
    by_year = sorted(tracks, key=lambda track: track.release_year or 0)
    assert sorted_by(features, by_year) == "year (1.00)"


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return load_crowd()


@pytest.mark.skipif(not IS_NIGHT, reason="reads all libraries: `make nightly` runs it")
@pytest.mark.shared_data
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_lists_of_a_pair_share_no_track_and_are_whose_they_are_said_to_be(
    crowd: Crowd, protocol: str
) -> None:
    for pair in crowd.pairs(20, protocol, 1, seed=1):
        assert len(pair.first) == len(pair.second) == 20
        assert not set(pair.first) & set(pair.second)
        assert set(pair.first) <= set(crowd.library.rows_of(pair.listeners[0]))
        assert set(pair.second) <= set(crowd.library.rows_of(pair.listeners[-1]))
