"""On which scale features are averaged: shape space, where their distributions are roughly symmetric.

Loudness is clipped, speechiness and liveness become logarithms, acousticness and instrumentalness
logits, tempo octaves; the rest stays. Columns follow `SOUND_FEATURES`, absent values are NaN.

`benchmarks/learn_imputation.py` writes the constants that were learned from measured playlists.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any

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
    rows = list(map(_row_of, features))
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


CONSTANTS_FILE = Path(__file__).with_name("constants.json")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Constants:
    """Learned numbers; columns follow `SOUND_FEATURES`, levels `neighbourhoods.LEVELS`."""

    centre: FloatArray
    """(9,) mean of the reference population in shape space."""
    spread: FloatArray
    """(9,) standard deviation there: the unit of every residual."""
    prior_centre: FloatArray
    """(n_rows,) mean label of the reference population, see `prior.PRIOR_ROWS`."""
    prior_table: FloatArray
    """(n_rows, 9) ridge coefficients from labels to standardised features."""
    shrinkage: FloatArray
    """(n_levels, 9) number of tracks at which a level's mean weighs as much as all that came before."""
    breadth: FloatArray
    """(9,) variance of the residuals inside an average playlist."""
    variance_base: FloatArray
    """(9,) log variance of a track without any related tracks."""
    variance_slopes: FloatArray
    """(n_levels + 1, 9) what the leftover of each level and the log breadth of the playlist add to that."""
    correlation: FloatArray
    """(9, 9) correlation of the back-off's errors."""
    error_scale: FloatArray
    """(9,) factor from half the central 68 % in raw units to an error fit for `value ± z · error`."""

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Constants:
        """Read constants; raises `KeyError` where one is missing. Text beside them is passed over."""
        return cls(**{field.name: np.array(values[field.name], dtype=np.float64) for field in fields(cls)})

    def to_json(self, digits: int = 4) -> dict[str, Any]:
        """Write constants as nested lists of short numbers."""
        return {field.name: np.round(getattr(self, field.name), digits).tolist() for field in fields(self)}


@cache
def load_constants() -> Constants:
    """Load the constants that ship with the package."""
    return Constants.from_json(json.loads(CONSTANTS_FILE.read_text(encoding="utf-8")))
