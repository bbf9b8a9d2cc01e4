"""Whether estimates are still as good as they were when the constants were learned: a small sample of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from benchmarks.hidden_tracks import Shelf, load_shelf
from services.analysis.imputation import RelatedTracks, impute
from services.analysis.imputation.shapes import FloatArray, load_constants, raw_matrix, to_shape
from services.domain.features import AudioFeatures
from tests.depth import cases
from tests.unit.services.analysis.imputation.invented import measured, unknown

pytestmark = pytest.mark.shared_data


@cache
def shelf(folder: Path) -> Shelf:
    return load_shelf(folder)


def standard(raw: FloatArray) -> FloatArray:
    c = load_constants()
    scaled: FloatArray = (to_shape(raw) - c.centre) / c.spread
    return scaled


def judge(known: Shelf, *, cached: bool) -> tuple[float, float, float]:
    """Return RMSE over that of the playlist mean and the coverage of 80 % and 95 % intervals."""
    rng = np.random.default_rng(5)
    method = mean = 0.0
    inside_80, inside_95 = [], []
    lists = [rows for listener in known.listeners for rows in known.judged(listener)[::12]]
    judged = {row for rows in lists for row in rows.tolist()}
    # Every other track: enough relatives for the figure, half the time to sum them up.
    others = [row for row in range(0, len(known.tracks), 2) if row not in judged] if cached else []
    related_tracks = RelatedTracks.of((known.tracks[row], known.features[row]) for row in others)
    for rows in lists:
        hidden = rng.permutation(len(rows))[: len(rows) * 3 // 10]
        asked = set(hidden.tolist())
        tracks = [
            unknown(known.tracks[row]) if i in asked else measured(known.tracks[row], known.features[row])
            for i, row in enumerate(rows.tolist())
        ]
        filled = impute(tracks, related_tracks)
        raw = raw_matrix([known.features[row] for row in rows])
        truth = standard(raw)
        guess = standard(raw_matrix([track.features for track in filled]))
        average = np.nanmean(np.delete(truth, hidden, axis=0), axis=0)
        method += float(np.nansum((guess - truth)[hidden] ** 2))
        mean += float(np.nansum((average - truth)[hidden] ** 2))
        errors = raw_matrix([track.standard_errors or AudioFeatures() for track in filled])
        estimated = np.isfinite(errors) & np.isfinite(raw)
        wrong = np.abs(raw_matrix([track.features for track in filled]) - raw)[estimated] / errors[estimated]
        inside_80.append(wrong <= 1.2816)
        inside_95.append(wrong <= 1.96)
    return (
        float(np.sqrt(method / mean)),
        float(np.concatenate(inside_80).mean()),
        float(np.concatenate(inside_95).mean()),
    )


@pytest.mark.parametrize(("cached", "limit"), cases([(False, 0.96), (True, 0.925)], gate=[(False, 0.96)]))
def test_beats_the_playlist_mean_with_honest_errors(shared_data: Path, *, cached: bool, limit: float) -> None:
    ratio, at_80, at_95 = judge(shelf(shared_data), cached=cached)
    assert ratio <= limit
    assert 0.76 <= at_80 <= 0.85
    assert 0.93 <= at_95 <= 0.97
