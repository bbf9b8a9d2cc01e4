"""Learn the numbers of the compatibility score of `services/analysis/comparison` from measured listeners.

    python -m benchmarks.learn_comparison [DATA_FOLDER] [--write]

The shape of the formula and the scale of the sound part (half of it at a distance of 0.9, power 1.5, four
fifths of the score) were set on 19 listeners of whom 14 are kept aside for judging; they are not learned
again from the five at hand, whose ten pairs are too few to say where most people lie. Learned here:

- `overlap_full`, the share of common artists from which more of them change nothing: the largest that tells
  two lists of one person from lists of two people as well as the best (AUC, mean over protocols and lengths);
- `imputed_weight`, what an estimated track counts: half of the tracks of one side are hidden and estimated,
  and the sound score has to come as near as possible to the one of the measured tracks;
- the calibration: where the scores of pairs of one person and of two people lie.

Deterministic: the same files give the same constants.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.listeners import SHARED_DATA
from benchmarks.people_pairs import Crowd, PairOfLists, auc, load_crowd
from services.analysis.comparison.constants import CONSTANTS_FILE
from services.analysis.comparison.distance import energy_distance
from services.analysis.comparison.score import combine, sound_score
from services.analysis.imputation import Company, estimate_gaps
from services.analysis.matrix import evidence_mask, feature_matrix, known_mask
from services.analysis.reference import REFERENCE
from services.domain.features import AudioFeatures, Origin, Provenance
from services.domain.report import EnrichedTrack
from services.domain.scoring import ScoreRules

SCALE, POWER, SOUND_PART = 0.9, 1.5, 0.8
FULL = (0.4, 0.3, 0.2, 0.15, 0.1)
WEIGHTS = (0.0, 0.1, 0.25, 0.5, 1.0)
LENGTHS = (20, 50, 200)
REPEATS = 60
WORTH = 0.0025
"""Area under the curve that nobody would notice."""
SEED = 20261125

Float = NDArray[np.float64]


def rules_of(overlap_full: float) -> ScoreRules:
    """Return the rules with one number open."""
    return ScoreRules(
        sound_scale=SCALE,
        sound_power=POWER,
        sound_part=SOUND_PART,
        overlap_full=overlap_full,
        imputed_weight=0.0,
        calibration=(),
        learned_from="",
    )


def distance_of(crowd: Crowd, pair: PairOfLists) -> float:
    """Return the square root of the energy distance in a sound space that knows neither listener."""
    points = crowd.points(pair.listeners)
    return float(np.sqrt(max(energy_distance(points[pair.first], points[pair.second]), 0.0)))


def score_of(crowd: Crowd, pair: PairOfLists, rules: ScoreRules) -> float:
    """Return the compatibility score of two lists."""
    sound = sound_score(np.array([distance_of(crowd, pair)]), rules)
    return float(combine(sound, np.array([crowd.overlap(pair)]), rules)[0])


def learn_overlap_full(crowd: Crowd) -> tuple[float, dict[float, float]]:
    """Return the chosen point of saturation, and the mean AUC of all that were tried."""
    found: dict[float, list[float]] = {full: [] for full in FULL}
    for size in LENGTHS[:2]:
        for protocol in ("random", "early and late"):
            pairs = list(crowd.pairs(size, protocol, REPEATS, SEED))
            apart = np.array([distance_of(crowd, pair) for pair in pairs])
            overlap = np.array([crowd.overlap(pair) for pair in pairs])
            for full, values in found.items():
                rules = rules_of(full)
                values.append(auc(pairs, combine(sound_score(apart, rules), overlap, rules)))
    means = {full: float(np.mean(values)) for full, values in found.items()}
    good = [full for full, mean in means.items() if mean >= max(means.values()) - WORTH]
    return max(good), means


def learn_imputed_weight(crowd: Crowd) -> tuple[float, dict[float, float]]:
    """Return the weight with the least error of the sound score, and the error of all that were tried."""
    rng = np.random.default_rng(SEED)
    rules = rules_of(0.4)
    errors: dict[float, list[float]] = {weight: [] for weight in WEIGHTS}
    for pair in crowd.pairs(60, "other playlists", 20, SEED):
        hidden = np.zeros(60, dtype=np.bool_)
        hidden[rng.choice(60, 30, replace=False)] = True
        entries = [
            _entry(crowd, int(row), known=not gone) for row, gone in zip(pair.second, hidden, strict=True)
        ]
        filled = [estimate.track for estimate in estimate_gaps(entries, Company())]
        known, real = known_mask(filled), evidence_mask(filled)
        # the package's own space: what is learned is a weight, not a distance
        own = REFERENCE.sound_space(
            feature_matrix([f for f, is_known in zip(filled, known, strict=True) if is_known])
        )
        base = REFERENCE.sound_space(crowd.library.features[pair.first])
        truth = _sound(base, REFERENCE.sound_space(crowd.library.features[pair.second]), np.ones(60), rules)
        for weight in WEIGHTS:
            errors[weight].append(_sound(base, own, np.where(real[known], 1.0, weight), rules) - truth)
    spread = {weight: float(np.sqrt(np.mean(np.square(values)))) for weight, values in errors.items()}
    return min(spread, key=lambda weight: (round(spread[weight], 1), weight)), spread


def calibrate(crowd: Crowd, rules: ScoreRules) -> list[dict[str, Any]]:
    """Say where the scores of known pairs lie."""
    rows = []
    for size in LENGTHS:
        pairs = list(crowd.pairs(size, "random", REPEATS, SEED + 1))
        scores = {id(pair): score_of(crowd, pair, rules) for pair in pairs}
        row: dict[str, Any] = {"tracks": size}
        for name, wanted in (("same", True), ("different", False)):
            values = [scores[id(pair)] for pair in pairs if pair.is_same is wanted]
            row[name] = [round(float(value)) for value in np.percentile(values, (5, 50, 95))]
        row["auc"] = round(auc(pairs, [scores[id(pair)] for pair in pairs]), 3)
        rows.append(row)
    return rows


def _entry(crowd: Crowd, row: int, *, known: bool) -> EnrichedTrack:
    features = crowd.shelf.features[row] if known else AudioFeatures()
    return EnrichedTrack(
        track=crowd.shelf.tracks[row],
        features=features,
        provenance={feature: Provenance(Origin.MEASURED, "library") for feature in features.known},
    )


def _sound(first: Float, second: Float, weights: Float, rules: ScoreRules) -> float:
    apart = np.sqrt(max(energy_distance(first, second, None, weights), 0.0))
    return float(sound_score(np.array([apart]), rules)[0])


def learn(crowd: Crowd) -> dict[str, Any]:
    """Learn all numbers."""
    full, tried = learn_overlap_full(crowd)
    print("AUC by overlap_full:", {key: round(value, 4) for key, value in tried.items()})
    weight, errors = learn_imputed_weight(crowd)
    print(
        "error of the sound score by imputed_weight:", {key: round(value, 2) for key, value in errors.items()}
    )
    return {
        "provenance": (
            f"benchmarks/learn_comparison.py, from {len(crowd.library.listeners)} listeners who published"
            " their playlists; the scale of the sound part was set on 19 listeners"
        ),
        "sound_scale": SCALE,
        "sound_power": POWER,
        "sound_part": SOUND_PART,
        "overlap_full": full,
        "imputed_weight": weight,
        "calibration": calibrate(crowd, rules_of(full)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--write", action="store_true", help="replace the constants of the package")
    options = parser.parse_args()
    constants = learn(load_crowd(options.folder))
    for row in constants["calibration"]:
        print(row)
    if options.write:
        CONSTANTS_FILE.write_text(
            json.dumps(constants, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        print(f"wrote {CONSTANTS_FILE.name}")


if __name__ == "__main__":
    main()
