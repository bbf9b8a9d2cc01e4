from typing import Any

import numpy as np
import pytest

from services.analysis.ordering.cost import ESTIMATED_TRUST, UNKNOWN_TEMPO, WEIGHTS, compute_steps
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.ordering import Goal
from services.domain.report import EnrichedTrack
from tests.unit.services.analysis.ordering.invented import playlist, track


def parts(*tracks: EnrichedTrack) -> Any:
    return compute_steps(tracks).parts(np.array([0]), np.array([1]))


def tempo_cost(one: float | None, other: float | None) -> float:
    return float(parts(track(0, tempo=one), track(1, tempo=other)).tempo[0])


def test_half_and_double_time_fit_but_are_heard() -> None:
    assert tempo_cost(120, 120) == 0
    assert tempo_cost(70, 140) == pytest.approx(0.2)
    assert tempo_cost(140, 70) == pytest.approx(0.2)
    assert tempo_cost(174, 87) == pytest.approx(0.2)
    assert 0.2 < tempo_cost(70, 143) < tempo_cost(70, 147) < 1
    assert tempo_cost(40, 160) == 1, "four times is another tempo"


def test_tempo_counts_in_proportion_and_is_capped() -> None:
    assert tempo_cost(60, 63) == pytest.approx(tempo_cost(120, 126))
    assert tempo_cost(100, 130) == 1


@pytest.mark.parametrize("unknown", [{"tempo": None}, {"key": None}, {"energy": None}])
def test_what_is_unknown_is_neutral(unknown: dict[str, None]) -> None:
    name = next(iter(unknown))
    part = {"tempo": "tempo", "key": "key", "energy": "sound"}[name]
    like, unlike = track(1), track(2, tempo=171.0, key=6.0, energy=0.01, acousticness=1.0)
    blank = track(0, **unknown)
    assert getattr(parts(blank, like), part)[0] == getattr(parts(blank, unlike), part)[0]
    assert 0 < getattr(parts(blank, like), part)[0] < 1


def test_estimates_weigh_less_than_measurements() -> None:
    far = track(1, tempo=150.0)
    measured, estimated = track(0, tempo=120.0), track(0, tempo=120.0, imputed=[Feature.TEMPO])
    assert parts(measured, far).tempo[0] == 1
    assert parts(estimated, far).tempo[0] == pytest.approx(
        UNKNOWN_TEMPO + ESTIMATED_TRUST * (1 - UNKNOWN_TEMPO)
    )
    alike = track(1, imputed=list(SOUND_FEATURES))
    assert parts(track(0), alike).sound[0] > parts(track(0), track(1)).sound[0] == 0


def test_the_table_is_symmetric_and_the_same_wherever_a_track_stands() -> None:
    tracks = playlist(30, artists=10, unknown=0.2)
    costs = compute_steps(tracks).matrix(WEIGHTS[Goal.FLOW])
    assert np.array_equal(costs, costs.T)
    order = np.random.default_rng(1).permutation(30)
    shuffled = compute_steps([tracks[row] for row in order]).matrix(WEIGHTS[Goal.FLOW])
    assert np.array_equal(shuffled, costs[np.ix_(order, order)])


def test_artists_are_kept_apart_only_as_far_as_the_list_allows() -> None:
    few = compute_steps([track(row, artist="One" if row < 2 else "") for row in range(12)])
    assert few.penalties[:, 0].tolist() == [0.6, 0.3, 0.15]
    half = compute_steps([track(row, artist="One" if row % 2 else "") for row in range(12)])
    assert half.penalties[:, 1].tolist() == [0.6, 0, 0]
    album = compute_steps([track(row, artist="One") for row in range(12)])
    assert not album.penalties.any()
