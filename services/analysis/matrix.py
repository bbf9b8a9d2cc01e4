"""Turn enriched tracks into the number matrix that everything else is computed from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.domain.features import SOUND_FEATURES
from services.domain.report import EnrichedTrack


def feature_matrix(tracks: Sequence[EnrichedTrack]) -> NDArray[np.float64]:
    """Return the raw sound features, one row per track in the given order.

    Returns
    -------
    ndarray of shape (n_tracks, 9)
        Columns as in `SOUND_FEATURES`, each in its own unit (loudness dB, tempo BPM, the rest 0..1);
        NaN where nobody knows. Imputed values are included: `evidence_mask` tells them apart.
    """
    matrix = np.full((len(tracks), len(SOUND_FEATURES)), np.nan)
    for row, track in enumerate(tracks):
        for column, feature in enumerate(SOUND_FEATURES):
            value = track.features.get(feature)
            if value is not None:
                matrix[row, column] = value
    return matrix


def standard_error_matrix(tracks: Sequence[EnrichedTrack]) -> NDArray[np.float64]:
    """Return the standard errors of the imputed values in the unit of each feature, 0 for all others.

    Returns
    -------
    ndarray of shape (n_tracks, 9)
        Columns as in `SOUND_FEATURES`.
    """
    errors = np.zeros((len(tracks), len(SOUND_FEATURES)))
    for row, track in enumerate(tracks):
        if track.standard_errors is None:
            continue
        for column, feature in enumerate(SOUND_FEATURES):
            value = track.standard_errors.get(feature)
            if value is not None:
                errors[row, column] = value
    return errors


def known_mask(tracks: Sequence[EnrichedTrack]) -> NDArray[np.bool_]:
    """Tell which tracks have some value, measured or imputed, for all nine sound features.

    Returns
    -------
    ndarray of bool, shape (n_tracks,)
    """
    return np.array(
        [all(track.features.get(feature) is not None for feature in SOUND_FEATURES) for track in tracks],
        dtype=np.bool_,
    )


def evidence_mask(tracks: Sequence[EnrichedTrack]) -> NDArray[np.bool_]:
    """Tell which tracks may decide groups: all nine sound features known and none of them imputed.

    Returns
    -------
    ndarray of bool, shape (n_tracks,)
    """
    imputed = np.array(
        [any(track.is_imputed(feature) for feature in SOUND_FEATURES) for track in tracks], dtype=np.bool_
    )
    return known_mask(tracks) & ~imputed
