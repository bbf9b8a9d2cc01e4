"""Measure what outliers find: strangers planted in real lists, and flags in lists that were left alone.

    python -m benchmarks.outliers [DATA_FOLDER]

Lists of one listener of at least 60 tracks, cut to 50, with five tracks of somebody else in place of five of
their own: planted one by one from different lists, or all from one. AUC is how often a stranger ranks above
a track of the list. The sound space is that of all listeners: it was not learned for this. Each listener
counts once; `±` is the standard error over listeners. Takes about half a minute on one quiet core.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from benchmarks.hidden_tracks import load_shelf
from benchmarks.listeners import SHARED_DATA, load_libraries
from services.analysis.outliers import THRESHOLD, lone, neighbour_distance, robust_z
from services.analysis.reference import REFERENCE
from services.analysis.titles import lead_artist

SIZE, STRANGERS, SMALLEST, DRAWS = 50, 5, 60, 40
SEED = 604


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    options = parser.parse_args()
    library, shelf = load_libraries(options.folder), load_shelf(options.folder)
    points = REFERENCE.sound_space(library.features)
    leads = [lead_artist(track.artists) for track in shelf.tracks]
    rng = np.random.default_rng(SEED)
    pools = {
        listener: [
            rows for (who, _), rows in library.playlists.items() if who == listener and len(rows) >= SMALLEST
        ]
        for listener in library.listeners
    }
    pools = {listener: lists for listener, lists in pools.items() if lists}

    def score(rows: NDArray[np.intp], *, with_artists: bool) -> NDArray[np.float64]:
        artists = [leads[row] for row in rows] if with_artists else []
        return robust_z(neighbour_distance(points[rows]), extra=lone(artists))

    found: dict[tuple[str, bool], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    flags: dict[bool, dict[str, list[NDArray[np.float64]]]] = defaultdict(lambda: defaultdict(list))
    for listener, lists in pools.items():
        others = [rows for who, some in pools.items() if who != listener for rows in some]
        for _ in range(DRAWS):
            own = rng.choice(lists[rng.integers(len(lists))], SIZE, replace=False)
            one = others[rng.integers(len(others))]
            singly = [int(rng.choice(others[rng.integers(len(others))])) for _ in range(STRANGERS)]
            for way, strangers in (
                ("one by one", singly),
                ("from one list", rng.choice(one, STRANGERS, replace=False)),
            ):
                rows = np.concatenate([own[STRANGERS:], np.array(strangers, dtype=np.intp)])
                truth = np.arange(SIZE) >= SIZE - STRANGERS
                for with_artists in (False, True):
                    scores = score(rows, with_artists=with_artists)
                    found[way, with_artists][listener].append(float(roc_auc_score(truth, scores)))
            for with_artists in (False, True):
                flags[with_artists][listener].append(score(own, with_artists=with_artists))
    for (way, with_artists), by_listener in found.items():
        print(f"AUC at {SIZE}, {way}, {_named(with_artists)}: {_spread(list(by_listener.values()))}")
    for with_artists, scores_of in flags.items():
        every = np.concatenate([np.concatenate(scores) for scores in scores_of.values()])
        shares = ", ".join(
            f"{threshold:.2f}: {np.mean(every > threshold):.2%}" for threshold in np.arange(2.0, 3.01, 0.1)
        )
        print(
            f"flagged in lists left alone, {_named(with_artists)}, by threshold (now {THRESHOLD}): {shares}"
        )


def _named(with_artists: bool) -> str:
    return "distance and lone artists" if with_artists else "distance alone"


def _spread(by_listener: Sequence[Sequence[float]]) -> str:
    means = [float(np.mean(values)) for values in by_listener]
    error = np.std(means, ddof=1) / np.sqrt(len(means))
    return f"{' '.join(f'{mean:.3f}' for mean in means)}: {np.mean(means):.3f} ± {error:.3f}"


if __name__ == "__main__":
    main()
