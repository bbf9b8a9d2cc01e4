"""Turn enriched tracks into the numbers that everything else is computed from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from services.domain.features import MOST_ESTIMATED, SOUND_FEATURES
from services.domain.report import EnrichedTrack

Read = TypeVar("Read")


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
        is_estimated = _is_estimated(tracks)
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


def real_matrix(tracks: Sequence[EnrichedTrack]) -> NDArray[np.float64]:
    """Return the raw sound features that are no estimates, shape (n_tracks, 9); NaN for all others."""
    raw = feature_matrix(tracks)
    raw[_is_estimated(tracks)] = np.nan
    return raw


def once_for_each_provenance(
    tracks: Sequence[EnrichedTrack], read: Callable[[EnrichedTrack], Read]
) -> list[Read]:
    """Read something that depends on nothing but the provenance of a track: most tracks share theirs."""
    which = [id(track.provenance) for track in tracks]
    found = {each: read(track) for each, track in dict(zip(which, tracks, strict=True)).items()}
    return [found[each] for each in which]


def _is_estimated(tracks: Sequence[EnrichedTrack]) -> NDArray[np.bool_]:
    def flags(track: EnrichedTrack) -> list[bool] | None:
        return [track.is_imputed(feature) for feature in SOUND_FEATURES] if track.has_estimates else None

    found = np.zeros((len(tracks), len(SOUND_FEATURES)), dtype=np.bool_)
    for row, estimated in enumerate(once_for_each_provenance(tracks, flags)):
        if estimated is not None:
            found[row] = estimated
    return found
