"""Learn how the means of playlists are distributed: `services/analysis/constants/playlists.json`.

    python -m benchmarks.learn_playlists [DATA_FOLDER] [--print]

The playlists of 20 to 1,000 tracks of the first five listeners, none of whom weighs more than another: one
has 152 of the 238. Who has fewer than ten weighs less, since one playlist is no distribution. Of each the
mean of every sound feature, in spreads of typical music; of these the weighted quantiles. Whole libraries of
further listeners are no playlists, so they are left out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.listeners import SHARED_DATA, load_libraries
from services.analysis import portrait
from services.analysis.reference import TYPICAL
from services.domain.features import SOUND_FEATURES

SIZES = (20, 1_000)
FEWEST = 10
"""Playlists from which a listener has a full weight."""
RANKS = (0.01, *np.arange(0.05, 0.96, 0.05).round(2).tolist(), 0.99)
CONSTANTS = Path(portrait.__file__).parent / "constants" / "playlists.json"


def weighted_quantiles(values: NDArray[np.float64], weights: NDArray[np.float64]) -> list[float]:
    """Return the values at `RANKS`, each value standing in the middle of its weight."""
    order = np.argsort(values)
    ranks = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    return [round(float(each), 4) for each in np.interp(RANKS, ranks, values[order])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--print", action="store_true", help="write nothing")
    options = parser.parse_args()
    library = load_libraries(options.folder)
    scores = TYPICAL.normal_scores(library.features)
    kept = [(who, rows) for (who, _), rows in library.playlists.items() if SIZES[0] <= len(rows) <= SIZES[1]]
    means = np.array([scores[rows].mean(axis=0) for _, rows in kept])
    counts = {who: sum(name == who for name, _ in kept) for who in library.listeners}
    weights = np.array([1 / max(counts[who], FEWEST) for who, _ in kept])
    stored = {
        "provenance": "benchmarks/learn_playlists.py",
        "playlists": len(kept),
        "listeners": len(counts),
        "ranks": list(RANKS),
        "means": {
            feature.value: weighted_quantiles(means[:, column], weights)
            for column, feature in enumerate(SOUND_FEATURES)
        },
    }
    print(f"{len(kept)} playlists: {counts}")
    for feature, values in stored["means"].items():  # type: ignore[attr-defined]
        print(f"{feature:18}{values[5]:8.2f}{values[10]:8.2f}{values[15]:8.2f}")
    if not options.print:
        CONSTANTS.write_text(json.dumps(stored, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
