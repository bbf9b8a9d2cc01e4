"""Learn how loudness, tempo, key, length and tags tell the other features, on artists never seen.

    python -m benchmarks.learn_sound [DATA_FOLDER] [--print]

writes `services/analysis/constants/from_sound.json` (not with `--print`) and prints RMSE over spread beside
the estimate from length and tags alone, with a loudness that is off by 2.5 dB, of tracks with genres and of
those without. Deterministic. Some minutes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import warnings
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.listeners import SHARED_DATA
from services.analysis.from_sound import (
    CONSTANTS_FILE,
    LUFS_ERROR_DB,
    Heard,
    Mapping,
    design,
    predict,
    told_by,
)
from services.analysis.genres import genre_words
from services.analysis.imputation.shapes import FloatArray
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.music import Track

FOLDS = 5
HIDDEN = 0.4
"""Share of the years, and of the genres, that are hidden: many files have none."""
FEWEST_ARTISTS = 100
"""Whose genres have a word before it gets a column."""
HIDDEN_LAYERS, DECAY = (64, 32), 0.1
STEPS = ((2e-3, 16), (4e-4, 8))
"""Learning rates, and for how many passes over the tracks."""
LOUDNESS, TEMPO = SOUND_FEATURES.index(Feature.LOUDNESS), SOUND_FEATURES.index(Feature.TEMPO)


def load(folder: Path) -> tuple[FloatArray, Heard, NDArray[np.intp], tuple[str, ...]]:
    """Read tracks: features (n, 9), what is known of them, numbers of their artists (n,), words of genres."""
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
    year[np.random.default_rng(2).random(len(year)) < HIDDEN] = np.nan
    artists = [row["artists"].split(";")[0].casefold() for row in kept]
    numbers = {artist: number for number, artist in enumerate(sorted(set(artists)))}
    vocabulary = common_words(zip(artists, (row["genres"] for row in kept), strict=True))
    hidden = np.random.default_rng(3).random(len(kept)) < HIDDEN
    told = told_by(
        [
            Track(title=row["title"], genres=() if hides else tuple(row["genres"].split(";")))
            for row, hides in zip(kept, hidden, strict=True)
        ],
        vocabulary,
    )
    heard = Heard(features[:, LOUDNESS], features[:, TEMPO], key, mode, length / 1000, year, told)
    return features, heard, np.array([numbers[each] for each in artists]), vocabulary


def common_words(genres: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the words of genres that enough artists have, from artist and genres of each track."""
    artists: dict[str, set[str]] = {}
    for artist, listed in genres:
        for word in genre_words(listed.split(";")):
            artists.setdefault(word, set()).add(artist)
    return tuple(sorted(word for word, having in artists.items() if len(having) >= FEWEST_ARTISTS))


def fit(columns: FloatArray, features: FloatArray) -> Mapping:
    """Fit all features at once; deviation and vocabulary are left open."""
    centre, middle, spread = columns.mean(axis=0), features.mean(axis=0), features.std(axis=0)
    network = MLPRegressor(
        hidden_layer_sizes=HIDDEN_LAYERS,
        activation="tanh",
        alpha=DECAY,
        batch_size=256,
        random_state=0,
        warm_start=True,
        tol=0.0,
    )
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)
        for rate, passes in STEPS:
            network.set_params(learning_rate_init=rate, max_iter=passes, n_iter_no_change=passes)
            network.fit(columns - centre, (features - middle) / spread)
    *hidden, (weights, bias) = zip(network.coefs_, network.intercepts_, strict=True)
    layers = (*hidden, (weights * spread, bias * spread + middle))
    return Mapping(centre, layers, np.zeros((2, 9)), ())


def cross_predict(
    columns: FloatArray, features: FloatArray, folds: NDArray[np.intp], *others: FloatArray
) -> list[FloatArray]:
    """Predict each track from the tracks of other artists; by the same weights from other inputs as well."""
    out = [np.empty_like(features) for _ in range(1 + len(others))]
    for fold in range(FOLDS):
        held = folds == fold
        mapping = fit(columns[~held], features[~held])
        for predicted, inputs in zip(out, (columns, *others), strict=True):
            predicted[held] = predict(inputs[held], mapping)
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
    features, heard, artists, vocabulary = load(options.folder)
    folds = np.random.default_rng(0).permutation(artists.max() + 1)[artists] % FOLDS
    noise = np.random.default_rng(1).normal(0.0, LUFS_ERROR_DB, len(features))
    nothing = np.full(len(features), np.nan)
    deaf = replace(heard, loudness_db=nothing, tempo_bpm=nothing, key=nothing, mode=nothing)
    blurred = replace(heard, loudness_db=heard.loudness_db + noise)
    predicted, off = cross_predict(design(heard), features, folds, design(blurred))
    (by_tags,) = cross_predict(design(deaf), features, folds)
    table = {
        "tags": relative_error(features, by_tags),
        "and sound": relative_error(features, predicted),
        "+-2.5 dB": relative_error(features, off),
    }
    known = heard.told[:, -1] > 0
    table["no genre"], table["genres"] = (
        relative_error(features[rows], predicted[rows]) for rows in (~known, known)
    )
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
        "layers": [[weights.round(5).tolist(), bias.round(5).tolist()] for weights, bias in mapping.layers],
        "deviation": [(features - predicted)[rows].std(axis=0).round(6).tolist() for rows in (~known, known)],
        "vocabulary": vocabulary,
    }
    CONSTANTS_FILE.write_text(json.dumps(stored, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
