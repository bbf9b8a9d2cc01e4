"""The numbers that imputation learned from measured playlists.

`benchmarks/learn_imputation.py` writes them, with a word about where they come from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from services.analysis.imputation.shapes import FloatArray

CONSTANTS_FILE = Path(__file__).with_name("constants.json")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Constants:
    """Learned numbers; columns follow `SOUND_FEATURES`, levels `levels.LEVELS`."""

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
    """(9,) log variance of a track without any company."""
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
