"""Learn the reference constants of `services/analysis/reference.py` from measured libraries.

    python -m benchmarks.learn_metric [DATA_FOLDER] [--write]

Deterministic: the same files give the same constants. Three things are learned: per feature the quantiles of
the reference tracks, the same of typical music, in which every listener weighs alike (words and typical
numbers are said against these), and a linear map from nine normal scores to six dimensions in which playlists
of one person lie as far apart as possible, measured in the spread inside playlists (linear discriminant
analysis; a playlist is a class; what differs between listeners is taken out first).

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
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from benchmarks.listeners import SHARED_DATA, Library, load_editorial, load_libraries, load_more_libraries
from services.analysis import reference
from services.domain.features import SOUND_FEATURES

TABLE_POINTS = 199
"""Quantiles kept per feature: steps of half a percent."""

SMALLEST_PLAYLIST = 20
"""Playlists with fewer tracks say more about chance than about a theme."""

LARGEST_PLAYLIST = 1000
"""Larger ones are whole libraries ("liked songs"), not a theme."""

EDITORIAL_LISTENERS = 5.0
"""For how many listeners the editorial playlists count in the table of typical music.

Mean score of a listener left out, in spreads, averaged over P1..P11, of the worst feature (all but the last
row: every listener alike):

    editorial at 0 / 1 / 2 / 3 / 5 / 11 listeners    .07 .09 .11 .14 .21 .33
    P1..P5 alone, editorial at 0 / 2 / 5             .26 .10 .20
    every track alike, P1..P5 (the metric's table)   .51

By these eleven alone editorial tracks need not count at all; but eleven libraries are few, and nine others
were livelier, louder and less acoustic than five of these with editorial tracks at five.
"""

AXIS_POWER = 0.1
"""Axes are weighted by (their between/within variance) to this power: weak ones add mostly noise."""

CONSTANTS = Path(reference.__file__).parent / "constants" / "reference.json"


def quantile_table(
    values: NDArray[np.float64], weights: NDArray[np.float64] | None = None
) -> dict[str, list[float]]:
    """Summarise a sample, whose values may weigh differently, as distinct values with their mid-ranks.

    Tied values share the middle of the ranks they cover, so a mass (a third of all tracks have an
    instrumentalness of 0) becomes one score and not an accident of sorting.
    """
    distinct, place = np.unique(values, return_inverse=True)
    mass = np.bincount(place, weights)
    mass = mass / mass.sum()
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


def _rounded(features: NDArray[np.float64]) -> NDArray[np.float64]:
    raw = features.copy()
    for feature, decimals in reference.ROUNDED_TO.items():
        column = SOUND_FEATURES.index(feature)
        raw[:, column] = np.round(raw[:, column], decimals)
    return raw


def learn_typical(
    people: Sequence[NDArray[np.float64]],
    editorial: NDArray[np.float64] | None = None,
    weight: float = EDITORIAL_LISTENERS,
) -> dict[str, Any]:
    """Learn the table of typical music: tracks of each listener, shape (n, 9), weigh 1 together."""
    weighted = [(rows, 1.0) for rows in people]
    if editorial is not None and weight > 0:
        weighted.append((editorial, weight))
    raw = _rounded(np.concatenate([rows for rows, _ in weighted]))
    weights = np.concatenate([np.full(len(rows), whole / len(rows)) for rows, whole in weighted])
    tables = {
        feature.value: quantile_table(raw[:, column], weights)
        for column, feature in enumerate(SOUND_FEATURES)
    }
    medians = {name: float(np.interp(0.5, table["ranks"], table["values"])) for name, table in tables.items()}
    return {"medians": {name: float(f"{value:.6g}") for name, value in medians.items()}, "quantiles": tables}


def listeners_left_out(
    people: Sequence[NDArray[np.float64]],
    editorial: NDArray[np.float64] | None = None,
    weight: float = EDITORIAL_LISTENERS,
) -> NDArray[np.float64]:
    """Return the mean score of each listener against typical music as the others define it, shape (n, 9)."""
    scores = []
    for left_out, rows in enumerate(people):
        others = [other for index, other in enumerate(people) if index != left_out]
        table = reference.read_population(learn_typical(others, editorial, weight))
        scores.append(table.normal_scores(rows).mean(axis=0))
    return np.array(scores)


def people_of(*libraries: Library) -> list[NDArray[np.float64]]:
    """Return the features of the distinct tracks of each listener."""
    return [library.features[library.rows_of(name)] for library in libraries for name in library.listeners]


def learn_constants(
    library: Library, typical: dict[str, Any] | None = None, *, leave_out: Collection[str] = ()
) -> dict[str, Any]:
    """Learn the metric from every listener but those left out, and from them typical music if not given."""
    kept = library.without(leave_out)
    if typical is None:
        typical = learn_typical(people_of(kept))
    rows = np.unique(np.concatenate(list(kept.playlists.values())))
    raw = _rounded(library.features)
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
        "typical": typical,
    }
    for column, feature in enumerate(SOUND_FEATURES):
        constants["quantiles"][feature.value] = quantile_table(raw[rows, column])
        constants["medians"][feature.value] = float(f"{np.median(raw[rows, column]):.6g}")
    scores = reference.read_reference(constants).normal_scores(library.features)
    constants["projection"] = [[round(float(x), 5) for x in row] for row in learn_projection(scores, kept)]
    return constants


def learn_everything(folder: Path = SHARED_DATA) -> dict[str, Any]:
    """Learn the constants of the package from all that is in a folder."""
    library, more, pool = load_libraries(folder), load_more_libraries(folder), load_editorial(folder)
    editorial = pool.features[pool.rows_of("editorial")]
    constants = learn_constants(library, learn_typical(people_of(library, more), editorial))
    constants["provenance"]["typical"] = {
        "listeners": [*library.listeners, *more.listeners],
        "editorial_tracks": len(editorial),
        "editorial_counts_as_listeners": EDITORIAL_LISTENERS,
    }
    return constants


def learn_by_command(
    description: str | None, learn: Callable[[Path], Mapping[str, Any]], constants_file: Path
) -> None:
    """Learn from a folder, say from what, and replace the constants of the package where that is wanted."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--write", action="store_true", help="replace the constants of the package")
    options = parser.parse_args()
    constants = learn(options.folder)
    print(json.dumps(constants["provenance"], indent=1))
    if options.write:
        lines = ",\n".join(f' "{key}": {json.dumps(value)}' for key, value in constants.items())
        constants_file.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
        print(f"wrote {constants_file.name}, {constants_file.stat().st_size} bytes")


if __name__ == "__main__":
    learn_by_command(__doc__, learn_everything, CONSTANTS)
