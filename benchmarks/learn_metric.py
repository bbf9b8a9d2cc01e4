"""Learn the reference constants of `services/analysis/reference.py` from measured libraries.

    python -m benchmarks.learn_metric [DATA_FOLDER] [--write]

Deterministic: the same files give the same constants. Two things are learned: per feature the quantiles of
the reference tracks, and a linear map from nine normal scores to six dimensions in which playlists of one
person lie as far apart as possible, measured in the spread inside playlists (linear discriminant analysis; a
playlist is a class; what differs between listeners is taken out first).

What was tried, in adjusted Rand index at the true k on 160 mixtures of each of three listeners left out of
the learning, and on mixtures of 2020 editorial subgenres (`benchmarks/clustering.py` repeats the first and
the third row on mixtures of its own):

    z-scores in the playlist, no learning               .215   editorial .117
    normal scores, no learning                          .21    editorial .14
    chosen                                              .278   editorial .203
    ... every listener weighs alike in the quantiles    .274             .196
    ... between-scatter over all listeners              .278             .199
    ... axes not weighted by their power                .274             .193
    ... themed playlists up to 400 tracks only          .277             .195
    ... axes weighted by power ** .2 / .3 / .5          .265 .254 .235   (at 400 tracks)
    ... shrinkage .05 / .1 / .3, smallest playlist 8..40, clip 2 % / 5 %, tanh: within .003, or worse
    ... ranks uniform instead of normal                 .269
    ... squares / products of scores as inputs          .224 / .174
    ... softmax over playlist centres, by gradient      .272 .. .275
    ... circular tempo as two more inputs, 6 dimensions .277   editorial .210
    ... the same, 11 dimensions                         .284   editorial .231
    ... 9 dimensions                                    .281   editorial .201

The last three are not taken: they cost dimensions that every stored centre and every distance would carry.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from benchmarks.listeners import SHARED_DATA, Library, load_libraries
from services.analysis import reference
from services.domain.features import SOUND_FEATURES

TABLE_POINTS = 199
"""Quantiles kept per feature: steps of half a percent."""

SMALLEST_PLAYLIST = 20
"""Playlists with fewer tracks say more about chance than about a theme."""

LARGEST_PLAYLIST = 1000
"""Larger ones are whole libraries ("liked songs"), not a theme."""

AXIS_POWER = 0.1
"""Axes are weighted by (their between/within variance) to this power: weak ones add mostly noise."""

CONSTANTS = Path(reference.__file__).parent / "constants" / "reference.json"


def quantile_table(values: NDArray[np.float64]) -> dict[str, list[float]]:
    """Summarise a sample as distinct values with their mid-ranks.

    Tied values share the middle of the ranks they cover, so a mass (a third of all tracks have an
    instrumentalness of 0) becomes one score and not an accident of sorting.
    """
    distinct, counts = np.unique(values, return_counts=True)
    mass = counts / counts.sum()
    upper = np.cumsum(mass)
    middle = upper - mass / 2
    steps = np.arange(1, TABLE_POINTS + 1) / (TABLE_POINTS + 1)
    chosen = np.unique(np.searchsorted(upper, steps).clip(0, len(distinct) - 1))
    return {
        "values": [float(f"{value:.6g}") for value in distinct[chosen]],
        "ranks": [float(f"{rank:.5f}") for rank in middle[chosen]],
    }


def themed_playlists(library: Library) -> list[tuple[str, NDArray[np.intp]]]:
    """List listener and tracks of the playlists that are neither too short nor whole libraries."""
    return [
        (listener, rows)
        for (listener, _), rows in sorted(library.playlists.items())
        if SMALLEST_PLAYLIST <= len(rows) <= LARGEST_PLAYLIST
    ]


def learn_projection(scores: NDArray[np.float64], library: Library) -> NDArray[np.float64]:
    """Learn the map from normal scores (n_tracks, 9) to the sound space, shape (9, 6).

    It is scaled such that a playlist has variance 6 around its mean on average, 1 per dimension.
    """
    themed = themed_playlists(library)
    labels = np.repeat(np.arange(len(themed)), [len(rows) for _, rows in themed])
    points = np.concatenate([scores[rows] for _, rows in themed])
    listeners = np.repeat([listener for listener, _ in themed], [len(rows) for _, rows in themed])
    for listener in np.unique(listeners):
        points[listeners == listener] -= points[listeners == listener].mean(axis=0)
    lda = LinearDiscriminantAnalysis(solver="eigen").fit(points, labels)
    power = np.asarray(lda.explained_variance_ratio_)[: reference.SOUND_DIMENSIONS]
    axes = np.asarray(lda.scalings_, dtype=np.float64)[:, : reference.SOUND_DIMENSIONS]
    axes = axes * (power / power[0]) ** AXIS_POWER
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    mapped = points @ axes
    means = np.stack([np.bincount(labels, column) / np.bincount(labels) for column in mapped.T], axis=1)
    inside = ((mapped - means[labels]) ** 2).sum() / len(mapped)
    scaled: NDArray[np.float64] = axes * np.sqrt(reference.SOUND_DIMENSIONS / inside)
    return scaled


def learn_constants(library: Library, *, leave_out: Collection[str] = ()) -> dict[str, Any]:
    """Learn all constants from every listener but those left out."""
    kept = library.without(leave_out)
    rows = np.unique(np.concatenate(list(kept.playlists.values())))
    raw = library.features.copy()
    for feature, decimals in reference.ROUNDED_TO.items():
        column = SOUND_FEATURES.index(feature)
        raw[:, column] = np.round(raw[:, column], decimals)
    constants: dict[str, Any] = {
        "provenance": {
            "script": "benchmarks/learn_metric.py",
            "source": "Spotify audio features in CSV exports that their owners published on GitHub",
            "listeners": list(kept.listeners),
            "tracks": len(rows),
            "playlists": sum(
                SMALLEST_PLAYLIST <= len(m) <= LARGEST_PLAYLIST for m in kept.playlists.values()
            ),
            "playlist_sizes": [SMALLEST_PLAYLIST, LARGEST_PLAYLIST],
            "method": "mid-rank quantiles of distinct tracks; linear discriminant analysis with playlists as "
            "classes, listeners centred, axes weighted by power ** 0.1",
        },
        "features": [feature.value for feature in SOUND_FEATURES],
        "medians": {},
        "quantiles": {},
        "projection": np.zeros((len(SOUND_FEATURES), reference.SOUND_DIMENSIONS)).tolist(),
    }
    for column, feature in enumerate(SOUND_FEATURES):
        constants["quantiles"][feature.value] = quantile_table(raw[rows, column])
        constants["medians"][feature.value] = float(f"{np.median(raw[rows, column]):.6g}")
    scores = reference.read_reference(constants).normal_scores(library.features)
    constants["projection"] = [[round(float(x), 5) for x in row] for row in learn_projection(scores, kept)]
    return constants


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--write", action="store_true", help="replace the constants of the package")
    options = parser.parse_args()
    constants = learn_constants(load_libraries(options.folder))
    print(json.dumps(constants["provenance"], indent=1))
    if options.write:
        lines = ",\n".join(f' "{key}": {json.dumps(value)}' for key, value in constants.items())
        CONSTANTS.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
        print(f"wrote {CONSTANTS.name}, {CONSTANTS.stat().st_size} bytes")


if __name__ == "__main__":
    main()
