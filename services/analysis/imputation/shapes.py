"""On which scale features are averaged: shape space, where their distributions are roughly symmetric.

Loudness is clipped, speechiness and liveness become logarithms, acousticness and instrumentalness
logits, tempo octaves; the rest stays. Columns follow `SOUND_FEATURES`, absent values are NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from services.domain.features import FEATURE_RANGES, SOUND_FEATURES, AudioFeatures, Feature

FloatArray = NDArray[np.float64]

FLOOR = 0.02
"""Below this a speechiness or liveness is noise; logits are shrunk by as much from both ends."""
QUIETEST_DB, LOUDEST_DB = -40.0, 0.0
SLOWEST_BPM, FASTEST_BPM = 40.0, 240.0

_row_of = attrgetter(*(feature.value for feature in SOUND_FEATURES))
_LOUDNESS = SOUND_FEATURES.index(Feature.LOUDNESS)
_TEMPO = SOUND_FEATURES.index(Feature.TEMPO)
_LOGS = [SOUND_FEATURES.index(f) for f in (Feature.SPEECHINESS, Feature.LIVENESS)]
_LOGITS = [SOUND_FEATURES.index(f) for f in (Feature.ACOUSTICNESS, Feature.INSTRUMENTALNESS)]
_LOW = np.array([FEATURE_RANGES[f][0] for f in SOUND_FEATURES])
_HIGH = np.array([FEATURE_RANGES[f][1] for f in SOUND_FEATURES])


def raw_matrix(features: Sequence[AudioFeatures]) -> FloatArray:
    """Lay the sound features out as an `(n, 9)` matrix in their own units, NaN where unknown."""
    rows = [
        (
            f.danceability,
            f.energy,
            f.loudness,
            f.speechiness,
            f.acousticness,
            f.instrumentalness,
            f.liveness,
            f.valence,
            f.tempo,
        )
        for f in features
    ]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(SOUND_FEATURES))


def to_shape(raw: FloatArray) -> FloatArray:
    """Map raw values `(n, 9)` to shape space `(n, 9)`; NaN stays NaN."""
    shape = np.array(raw, dtype=np.float64)
    shape[:, _LOUDNESS] = np.clip(shape[:, _LOUDNESS], QUIETEST_DB, LOUDEST_DB)
    shape[:, _LOGS] = np.log(np.maximum(shape[:, _LOGS], FLOOR))
    shrunk = FLOOR + (1 - 2 * FLOOR) * np.clip(shape[:, _LOGITS], 0.0, 1.0)
    shape[:, _LOGITS] = np.log(shrunk / (1 - shrunk))
    shape[:, _TEMPO] = np.log2(np.clip(shape[:, _TEMPO], SLOWEST_BPM, FASTEST_BPM))
    return shape


def from_shape(shape: FloatArray) -> FloatArray:
    """Map shape space `(n, 9)` back to raw values `(n, 9)`, clamped to `FEATURE_RANGES`."""
    raw = np.array(shape, dtype=np.float64)
    raw[:, _LOGS] = np.exp(np.minimum(raw[:, _LOGS], 0.0))
    probability = 1 / (1 + np.exp(-np.clip(raw[:, _LOGITS], -30.0, 30.0)))
    raw[:, _LOGITS] = (probability - FLOOR) / (1 - 2 * FLOOR)
    raw[:, _TEMPO] = np.exp2(np.clip(raw[:, _TEMPO], np.log2(SLOWEST_BPM), np.log2(FASTEST_BPM)))
    clamped: FloatArray = np.clip(raw, _LOW, _HIGH)
    return clamped
