"""Measure what outliers find: strangers planted in real lists, and flags in lists that were left alone.

    python -m benchmarks.outliers [DATA_FOLDER]

Lists of one listener of at least 60 tracks, cut to 50, with five tracks of somebody else in place of five of
their own: planted one by one from different lists, or all from one. AUC is how often a stranger ranks above
a track of the list. The sound space is that of all listeners, not learned for this; what artists, genre words
and years count are three numbers, chosen by logistic regression over the same eleven listeners. Each listener
counts once; `±` is the standard error over those of whom there are playlists. Peers see the nine features as
standard scores, in a quarter of the draws. Takes two minutes on one quiet core.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import LocalOutlierFactor
from sklearn.preprocessing import StandardScaler

from benchmarks.hidden_tracks import load_shelf
from benchmarks.listeners import EVERYBODY, SHARED_DATA, load_libraries
from benchmarks.rows import figure, head
from services.analysis.facts import Facts, years_of_their_time
from services.analysis.outliers import THRESHOLD, Loneliness
from services.analysis.reference import REFERENCE
from services.domain.music import Track

Rows = NDArray[np.intp]
Floats = NDArray[np.float64]

SIZE, STRANGERS, SMALLEST, DRAWS = 50, 5, 60, 40
SEED = 604
OF_LISTS = ("P1", "P2", "P3", "P4", "P5")
"""Listeners of whom there are playlists; of the others there is one whole library each."""
KNOWN = (
    "sound",
    "sound, artists",
    "sound, artists, genre words",
    "sound, artists, years",
    "sound, artists, genre words, years",
)
PEERS: dict[str, Callable[[Floats], Floats]] = {
    "local outlier factor": lambda z: -LocalOutlierFactor(10).fit(z).negative_outlier_factor_,
    "isolation forest": lambda z: -IsolationForest(random_state=0).fit(z).score_samples(z),
}
GOALS = {("one by one", KNOWN[-1]): ".88"}
BEFORE = {("one by one", "sound"): ".808", ("from one list", "sound"): ".796"}


def facts_of(music: Sequence[Track], known: str) -> Facts | None:
    """Return what is known of tracks beside their sound, or a part of it."""
    if known == "sound":
        return None
    facts = Facts.of(music)
    years = [year or np.nan for year in years_of_their_time(music, facts.leads)]
    nothing = tuple(() for _ in music)
    return replace(
        facts,
        words=facts.words if "genre words" in known else nothing,
        years=np.array(years if "years" in known else [np.nan] * len(music)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    options = parser.parse_args()
    library, shelf = load_libraries(options.folder, EVERYBODY), load_shelf(options.folder, EVERYBODY)
    points = REFERENCE.sound_space(library.features)
    rng = np.random.default_rng(SEED)
    pools = {
        listener: [
            rows for (who, _), rows in library.playlists.items() if who == listener and len(rows) >= SMALLEST
        ]
        for listener in library.listeners
    }

    def scores(rows: Rows, known: str) -> Floats:
        return Loneliness.of(points[rows], facts_of([shelf.tracks[row] for row in rows], known)).scores()

    found: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    flagged: dict[str, list[float]] = defaultdict(list)
    told: dict[str, list[float]] = defaultdict(list)
    for listener, lists in pools.items():
        others = [rows for who, some in pools.items() if who != listener for rows in some]
        for draw in range(DRAWS):
            own = rng.choice(lists[rng.integers(len(lists))], SIZE, replace=False)
            one = others[rng.integers(len(others))]
            singly = [int(rng.choice(others[rng.integers(len(others))])) for _ in range(STRANGERS)]
            for way, strangers in (
                ("one by one", singly),
                ("from one list", rng.choice(one, STRANGERS, replace=False)),
            ):
                rows = np.concatenate([own[STRANGERS:], np.array(strangers, dtype=np.intp)])
                truth = np.arange(SIZE) >= SIZE - STRANGERS
                for known in KNOWN:
                    strange = scores(rows, known)
                    found[way, known][listener].append(float(roc_auc_score(truth, strange)))
                    if way == "one by one":
                        told[known].append(float(np.mean(strange[truth] > THRESHOLD)))
                z = StandardScaler().fit_transform(library.features[rows])
                for peer, rank in PEERS.items() if draw % 4 == 0 else ():
                    found[way, peer][listener].append(float(roc_auc_score(truth, rank(z))))
            for known in KNOWN:
                flagged[known].append(float(np.mean(scores(own, known) > THRESHOLD)))
    head(f"{STRANGERS} strangers among {SIZE} tracks")
    for way in ("one by one", "from one list"):
        peers = ", ".join(f"{_of_lists(found[way, peer])[0]:.3f} {peer}" for peer in PEERS)
        for known in KNOWN:
            mean, error = _of_lists(found[way, known])
            everybody = np.mean([np.mean(values) for values in found[way, known].values()])
            figure(
                f"AUC, {way}, by {known}",
                f"{mean:.3f} ± {error:.3f} in lists; {everybody:.3f} with whole libraries",
                before=BEFORE.get((way, known), ""),
                goal=GOALS.get((way, known), ""),
                peers=peers if known == "sound" else "",
            )
    for known in KNOWN:
        figure(
            f"flagged in lists left alone / of strangers one by one, by {known}",
            f"{np.mean(flagged[known]):.1%} / {np.mean(told[known]):.0%}",
        )


def _of_lists(by_listener: Mapping[str, Sequence[float]]) -> tuple[float, float]:
    """Return the mean and its error over the listeners of whom there are playlists."""
    means = [np.mean(values) for listener, values in by_listener.items() if listener in OF_LISTS]
    return float(np.mean(means)), float(np.std(means, ddof=1) / np.sqrt(len(means)))


if __name__ == "__main__":
    main()
