"""Learn how loudness, tempo, key, length and year tell the other features, on artists never seen.

    python -m benchmarks.learn_sound [DATA_FOLDER] [--print]

writes `services/analysis/imputation/from_sound.json` (not with `--print`) and prints RMSE over spread beside
the estimate without loudness, and with a loudness that is off by 2.5 dB. Deterministic. Some seconds.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.listeners import SHARED_DATA
from services.analysis.imputation.from_sound import (
    CONSTANTS_FILE,
    LUFS_ERROR_DB,
    Heard,
    Mapping,
    design,
    predict,
)
from services.analysis.imputation.shapes import FloatArray
from services.domain.features import SOUND_FEATURES, Feature

FOLDS = 5
HIDDEN_YEARS = 0.4
RIDGE = 30.0
LOUDNESS, TEMPO = SOUND_FEATURES.index(Feature.LOUDNESS), SOUND_FEATURES.index(Feature.TEMPO)


def load(folder: Path) -> tuple[FloatArray, Heard, NDArray[np.intp]]:
    """Read tracks: features (n, 9), what could be heard of them, and the number of each one's artist (n,)."""
    rows: dict[str, dict[str, str]] = {}
    for name in ("tracks.csv.gz", "more-tracks.csv.gz"):
        with gzip.open(folder / "libraries" / name, "rt", encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                rows.setdefault(row["track_id"], row)
    kept = [
        row
        for row in rows.values()
        if all(row[each.value] for each in SOUND_FEATURES) and float(row["tempo"]) > 0
    ]
    features = np.array([[float(row[each.value]) for each in SOUND_FEATURES] for row in kept])
    key, mode, length, year = (
        np.array([float(row[name] or "nan") for row in kept])
        for name in ("key", "mode", "duration_ms", "year")
    )
    year[year < 1900] = np.nan
    length[length <= 0] = np.nan
    # Half of the years are hidden: many files have none.
    year[np.random.default_rng(2).random(len(year)) < HIDDEN_YEARS] = np.nan
    artists = [row["artists"].split(";")[0].casefold() for row in kept]
    numbers = {artist: number for number, artist in enumerate(sorted(set(artists)))}
    heard = Heard(features[:, LOUDNESS], features[:, TEMPO], key, mode, length / 1000, year)
    return features, heard, np.array([numbers[each] for each in artists])


def fit(columns: FloatArray, features: FloatArray) -> Mapping:
    """Fit all features at once; the deviation is left open."""
    centre, intercept = columns.mean(axis=0), features.mean(axis=0)
    centred = columns - centre
    gram = centred.T @ centred + RIDGE * np.eye(columns.shape[1])
    return Mapping(centre, np.linalg.solve(gram, centred.T @ (features - intercept)), intercept, np.zeros(9))


def cross_predict(columns: FloatArray, features: FloatArray, folds: NDArray[np.intp]) -> FloatArray:
    """Predict each track from the tracks of other artists."""
    out = np.empty_like(features)
    for fold in range(FOLDS):
        held = folds == fold
        out[held] = predict(columns[held], fit(columns[~held], features[~held]))
    return out


def relative_error(truth: FloatArray, estimate: FloatArray) -> FloatArray:
    """Return RMSE over spread, by feature."""
    error: FloatArray = np.sqrt(np.mean((truth - estimate) ** 2, axis=0)) / truth.std(axis=0)
    return error


def main() -> None:
    """Learn, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--print", action="store_true", help="write nothing")
    options = parser.parse_args()
    features, heard, artists = load(options.folder)
    folds = np.random.default_rng(0).permutation(artists.max() + 1)[artists] % FOLDS
    noise = np.random.default_rng(1).normal(0.0, LUFS_ERROR_DB, len(features))
    deaf = replace(heard, loudness_db=np.full(len(features), np.nan))
    blurred = replace(heard, loudness_db=heard.loudness_db + noise)
    predicted = cross_predict(design(heard), features, folds)
    table = {
        "without": relative_error(features, cross_predict(design(deaf), features, folds)),
        "with": relative_error(features, predicted),
        "+-2.5 dB": relative_error(features, cross_predict(design(blurred), features, folds)),
    }
    seen = np.isfinite(heard.year)
    table["with year"] = relative_error(features[seen], predicted[seen])
    print(f"{len(features):,} tracks, {artists.max() + 1:,} artists unseen in turn; RMSE over spread")
    print(f"{'':18}" + "".join(f"{name:>10}" for name in table))
    for column, feature in enumerate(SOUND_FEATURES):
        if column not in {LOUDNESS, TEMPO}:
            print(f"{feature.value:18}" + "".join(f"{error[column]:10.2f}" for error in table.values()))
    if options.print:
        return
    mapping = fit(design(heard), features)
    stored = {
        "provenance": f"benchmarks/learn_sound.py, {len(features)} tracks of {artists.max() + 1} artists",
        "centre": mapping.centre.round(6).tolist(),
        "table": mapping.table.round(6).tolist(),
        "intercept": mapping.intercept.round(6).tolist(),
        "deviation": (features - predicted).std(axis=0).round(6).tolist(),
    }
    CONSTANTS_FILE.write_text(json.dumps(stored, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
