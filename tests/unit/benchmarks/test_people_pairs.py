from __future__ import annotations

import numpy as np
import pytest

from benchmarks.people_pairs import PROTOCOLS, Crowd, PairOfLists, auc, is_sorted_by_sound, load_crowd
from services.analysis.comparison.rules import load_rules
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


def test_a_list_that_goes_up_in_a_feature_is_sorted_by_it_and_one_that_drifts_is_not() -> None:
    rng = np.random.default_rng(1)
    features = rng.normal(size=(300, 9))
    assert not is_sorted_by_sound(features)
    features[:, 7] += np.linspace(0, 1, 300)
    assert not is_sorted_by_sound(features)
    features[:, 7].sort()
    assert is_sorted_by_sound(features)
    assert is_sorted_by_sound(features[::-1])


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
