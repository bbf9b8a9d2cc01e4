from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.tempo import fold_tempo, median_tempo


@pytest.mark.parametrize(
    ("bpm", "felt"),
    [(175, 87.5), (88, 88), (70, 70), (140, 70), (35, 70), (280, 70), (69, 138), (139.9, 139.9)],
)
def test_folds_to_the_tempo_people_tap(bpm: float, felt: float) -> None:
    assert fold_tempo(bpm) == pytest.approx(felt)


@given(st.floats(0.01, 2000))
def test_folding_changes_octaves_only(bpm: float) -> None:
    folded = float(fold_tempo(bpm))
    assert 70 <= folded < 140
    octaves = np.log2(folded / bpm)
    assert octaves == pytest.approx(round(float(octaves)), abs=1e-6)


@pytest.mark.parametrize("nothing", [0.0, -3.0, float("nan"), float("inf")])
def test_no_tempo_stays_no_tempo(nothing: float) -> None:
    assert np.isnan(fold_tempo(nothing))
    assert median_tempo([nothing]) is None


def test_median_ignores_what_is_not_known() -> None:
    assert median_tempo([90, np.nan, 180, 0]) == pytest.approx(90)
    assert median_tempo([]) is None
