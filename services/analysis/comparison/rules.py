"""Load the constants that the compatibility score is made of, without what computes it.

`benchmarks/learn_comparison.py` writes them, with a word about where they come from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from services.domain.scoring import Calibration, Curve, Percentiles, ScoreRules

CONSTANTS_FILE = Path(__file__).with_name("constants.json")


def read_rules(values: Mapping[str, Any]) -> ScoreRules:
    """Build the rules from the plain values of a constants file; raises `KeyError` where one is missing."""
    return ScoreRules(
        sound_scale=float(values["sound_scale"]),
        sound_power=float(values["sound_power"]),
        sound_part=float(values["sound_part"]),
        overlap_full=float(values["overlap_full"]),
        overlap_unit=float(values["overlap_unit"]),
        genre_part=float(values["genre_part"]),
        genre_full=float(values["genre_full"]),
        explicit_part=float(values["explicit_part"]),
        explicit_usual=float(values["explicit_usual"]),
        imputed_weight=float(values["imputed_weight"]),
        calibration=_calibration(values["calibration"]),
        calibration_without_genres=_calibration(values["calibration_without_genres"]),
        curves=_curves(values["curves"]),
        curves_without_genres=_curves(values["curves_without_genres"]),
        learned_from=str(values["provenance"]),
    )


def _calibration(rows: Sequence[Mapping[str, Any]]) -> tuple[Calibration, ...]:
    return tuple(
        Calibration(int(row["tracks"]), Percentiles(*row["same"]), Percentiles(*row["different"]), row["auc"])
        for row in rows
    )


def _curves(rows: Sequence[Mapping[str, Any]]) -> tuple[Curve, ...]:
    return tuple(
        Curve(int(row["tracks"]), tuple(map(float, row["shares"])), float(row["same_median"])) for row in rows
    )


@cache
def load_rules() -> ScoreRules:
    """Load the rules that ship with the package."""
    return read_rules(json.loads(CONSTANTS_FILE.read_text(encoding="utf-8")))
