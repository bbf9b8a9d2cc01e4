"""Turn enriched tracks into the numbers that everything else is computed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.domain.features import MOST_ESTIMATED, SOUND_FEATURES
from services.domain.report import EnrichedTrack


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """The sound features of some tracks, read once and handed down; one row per track in their order.

    Columns as in `SOUND_FEATURES`, each in its own unit (loudness dB, tempo BPM, the rest 0..1).
    """

    raw: NDArray[np.float64]
    """Shape (n_tracks, 9); NaN where nobody knows. Imputed values are included."""
    errors: NDArray[np.float64]
    """Standard errors of the imputed values, 0 for all others; shape (n_tracks, 9)."""
    is_known: NDArray[np.bool_]
    """Which tracks have some value, measured or imputed, for all nine; shape (n_tracks,)."""
    is_measured: NDArray[np.bool_]
    """Which tracks have all nine and none of them imputed; shape (n_tracks,)."""
    is_evidence: NDArray[np.bool_]
    """Which tracks may decide groups: all nine known, `MOST_ESTIMATED` imputed at most; shape (n_tracks,)."""
    is_estimated: NDArray[np.bool_]
    """Which values are imputed; shape (n_tracks, 9)."""

    @staticmethod
    def of(tracks: Sequence[EnrichedTrack]) -> FeatureTable:
        """Read the features of `tracks`."""
        raw = feature_matrix(tracks)
        errors = np.zeros_like(raw)
        for row, track in enumerate(tracks):
            if track.standard_errors is not None:
                errors[row] = np.nan_to_num(np.array(track.standard_errors.sound, dtype=np.float64))
        is_known = np.asarray(~np.isnan(raw).any(axis=1), dtype=np.bool_)
        is_estimated = np.zeros(raw.shape, dtype=np.bool_)
        for row, track in enumerate(tracks):
            if track.has_estimates:
                is_estimated[row] = [track.is_imputed(feature) for feature in SOUND_FEATURES]
        estimates = is_estimated.sum(axis=1)
        return FeatureTable(
            raw,
            errors,
            is_known,
            is_known & (estimates == 0),
            is_known & (estimates <= MOST_ESTIMATED),
            is_estimated,
        )


def feature_matrix(tracks: Sequence[EnrichedTrack]) -> NDArray[np.float64]:
    """Return the raw sound features alone, as in `FeatureTable.raw`."""
    rows = [track.features.sound for track in tracks]
    return np.array(rows, dtype=np.float64).reshape(len(tracks), len(SOUND_FEATURES))
