"""Learn the constants of `services/analysis/style.py`: the space of style and era.

    python -m benchmarks.learn_style [DATA_FOLDER] [--write]

Deterministic: the same files give the same constants. Learned as the sound space is (`learn_metric.py`), with
the year of the edition as a tenth input: a linear discriminant analysis with playlists as classes, what
differs between listeners taken out first, axes weighted by power ** 0.1. The year is the negative logarithm
of its age, standardised over the learning tracks.

What was tried, in adjusted Rand index on 24 mixtures of each of three listeners who were left out of all
learning, lists with more than 40 % of one artist left out (`benchmarks/style.py` repeats the chosen row):

    at true k / end to end / distance of k to the true k
    chosen, without genre words                          .427 .414 1.36
    ... with genre words                                 .456 .425 1.39
    ... rarity sqrt(ln((n + 1) / df) + .1) of each word  .457 .429 1.28
    ... words as they are spelt                          .458 .449 1.22
    ... weight of all words bounded by 1 in every list   .458 .433 1.24
    every listener weighs alike in the year's scale      .424 .402 1.44
    every listener weighs alike in both scatters         .401 .394 1.56
    ... with genre words                                 .437 .414 1.51

With k chosen, rows that differ by less than .02 differ by chance: one mixture cut otherwise moves them so.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from benchmarks.hidden_tracks import Shelf, load_shelf
from benchmarks.learn_metric import (
    AXIS_POWER,
    LARGEST_PLAYLIST,
    SMALLEST_PLAYLIST,
    learn_by_command,
    learn_constants,
    themed_playlists,
)
from benchmarks.listeners import Library, load_libraries
from services.analysis import style
from services.analysis.reference import REFERENCE, Reference, read_reference
from services.domain.features import SOUND_FEATURES

NOW = 2026.5
"""From when ages are counted. To be moved only together with a new space: centres are stored."""

SHRINKAGE = 0.05
ARTIST_WEIGHT, WORD_WEIGHT, MOST_WORD_WEIGHT = 0.5, 0.1, 1.0
INSIDE = 6.0
"""Mean variance inside a playlist, as in the sound space."""

CONSTANTS = Path(style.__file__).parent / "constants" / "style.json"


def years_of(shelf: Shelf) -> NDArray[np.float64]:
    """Return the year of each track's edition, NaN where unknown."""
    return np.array([track.release_year or np.nan for track in shelf.tracks], dtype=np.float64)


def learn_style(
    library: Library,
    years: NDArray[np.float64],
    reference: Reference,
    *,
    leave_out: Collection[str] = (),
) -> dict[str, Any]:
    """Learn the constants from every listener but those left out.

    Parameters
    ----------
    years : array of shape (n_tracks,)
        Year of each track of the library, NaN where unknown.
    reference : Reference
        Learned from the same listeners.
    """
    kept = library.without(leave_out)
    mean, deviation = _year_scale(kept, years)
    constants: dict[str, Any] = {
        "provenance": {
            "script": "benchmarks/learn_style.py",
            "source": "Spotify audio features and release years in CSV exports that their owners published",
            "listeners": list(kept.listeners),
            "playlists": len(themed_playlists(kept)),
            "playlist_sizes": [SMALLEST_PLAYLIST, LARGEST_PLAYLIST],
            "method": "linear discriminant analysis with playlists as classes, listeners centred, "
            f"shrinkage {SHRINKAGE}, axes weighted by power ** {AXIS_POWER}",
        },
        "inputs": [*(feature.value for feature in SOUND_FEATURES), "year"],
        "now": NOW,
        "year_mean": round(mean, 5),
        "year_deviation": round(deviation, 5),
        "artist_weight": ARTIST_WEIGHT,
        "word_weight": WORD_WEIGHT,
        "most_word_weight": MOST_WORD_WEIGHT,
        "projection": np.zeros((len(SOUND_FEATURES) + 1, style.STYLE_DIMENSIONS)).tolist(),
    }
    year = style.read_constants(constants).years(years)
    inputs = np.column_stack([reference.normal_scores(library.features), year])
    constants["projection"] = [[round(float(x), 5) for x in row] for row in _projection(inputs, kept)]
    return constants


def _year_scale(library: Library, years: NDArray[np.float64]) -> tuple[float, float]:
    """Return mean and deviation of the logarithms of age over the different tracks."""
    rows = np.unique(np.concatenate(list(library.playlists.values())))
    age = -np.log(np.maximum(NOW - years[rows], style.YOUNGEST_YEARS))
    age = np.clip(age, style.OLDEST, style.YOUNGEST)
    return float(np.nanmean(age)), float(np.nanstd(age))


def _projection(inputs: NDArray[np.float64], library: Library) -> NDArray[np.float64]:
    themed = themed_playlists(library)
    sizes = [len(rows) for _, rows in themed]
    labels = np.repeat(np.arange(len(themed)), sizes)
    points = np.concatenate([inputs[rows] for _, rows in themed])
    listeners = np.repeat([listener for listener, _ in themed], sizes)
    for listener in np.unique(listeners):
        points[listeners == listener] -= points[listeners == listener].mean(axis=0)
    lda = LinearDiscriminantAnalysis(solver="eigen", shrinkage=SHRINKAGE).fit(points, labels)
    power = np.asarray(lda.explained_variance_ratio_)[: style.STYLE_DIMENSIONS]
    axes = np.asarray(lda.scalings_, dtype=np.float64)[:, : style.STYLE_DIMENSIONS]
    axes = axes * (power / power[0]) ** AXIS_POWER
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    mapped = points @ axes
    means = np.stack([np.bincount(labels, column) / np.bincount(labels) for column in mapped.T], axis=1)
    inside = ((mapped - means[labels]) ** 2).sum() / len(mapped)
    scaled: NDArray[np.float64] = axes * np.sqrt(INSIDE / inside)
    return scaled


def held_out(library: Library, shelf: Shelf, listener: str) -> tuple[Reference, style.StyleConstants]:
    """Learn both spaces from everybody but one listener."""
    reference = read_reference(learn_constants(library, leave_out=[listener]))
    learned = learn_style(library, years_of(shelf), reference, leave_out=[listener])
    return reference, style.read_constants(learned)


def learn_everything(folder: Path) -> dict[str, Any]:
    """Learn from all libraries of a folder."""
    return learn_style(load_libraries(folder), years_of(load_shelf(folder)), REFERENCE)


if __name__ == "__main__":
    learn_by_command(__doc__, learn_everything, CONSTANTS)
