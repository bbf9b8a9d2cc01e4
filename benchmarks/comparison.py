"""Measure the compatibility score: whether it knows people again, what its numbers mean, and how sure it is.

    python -m benchmarks.comparison [DATA_FOLDER] [--quick]

Truth are pairs of lists of one listener and of two (`people_pairs.py`), judged in a sound space that was
learned without them. The numbers of the score are those of the package. Blends are measured in
`benchmarks/blending.py`, the time of a whole comparison here.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.clustering import row
from benchmarks.learn_comparison import distance_of, score_of
from benchmarks.listeners import SHARED_DATA
from benchmarks.people_pairs import PROTOCOLS, Crowd, PairOfLists, auc, load_crowd
from services.analysis.comparison.compare import compare
from services.analysis.comparison.constants import load_rules
from services.analysis.comparison.distance import (
    energy_distance,
    resampled_weights,
    spread_between,
    spread_inside,
)
from services.analysis.comparison.score import DRAWS, HIGH_PERCENTILE, LOW_PERCENTILE, sound_score
from services.analysis.reference import normal_scores
from services.domain.comparison import Person, PersonKey
from services.domain.features import Origin, Provenance
from services.domain.report import EnrichedTrack

SIZES = (20, 50, 200)
REPEATS = 60

Float = NDArray[np.float64]
Measure = Callable[[PairOfLists], float]


def measures(crowd: Crowd) -> dict[str, Measure]:
    """Name the ways to say how alike two lists are."""
    raw, z, rules = crowd.library.features, normal_scores(crowd.library.features), load_rules()

    def cosine(table: Float) -> Measure:
        def measure(pair: PairOfLists) -> float:
            one, other = table[pair.first].mean(axis=0), table[pair.second].mean(axis=0)
            return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))

        return measure

    def plain_energy(pair: PairOfLists) -> float:
        return -energy_distance(z[pair.first], z[pair.second])

    return {
        "cosine of means (peers)": cosine(raw),
        "cosine of means of scores": cosine(z),
        "energy distance of scores, no learning": plain_energy,
        "energy distance, learned space": lambda pair: -distance_of(crowd, pair),
        "artist overlap alone": crowd.overlap,
        "compatibility score": lambda pair: score_of(crowd, pair, rules),
    }


def measure_separation(crowd: Crowd, repeats: int) -> None:
    """Print how well each measure tells pairs of one person from pairs of two."""
    for protocol in PROTOCOLS:
        drawn = {size: list(crowd.pairs(size, protocol, repeats, seed=201)) for size in SIZES}
        row(f"AUC, {protocol}; pairs of one person / of two", "", _counts(drawn))
        for name, measure in measures(crowd).items():
            found = [f"{auc(pairs, [measure(pair) for pair in pairs]):.3f}" for pairs in drawn.values()]
            target = ">= .98 at 20" if name == "compatibility score" and protocol == "random" else ""
            row(f"  {name}: 20 50 200 tracks", target, " ".join(found))


def _counts(drawn: dict[int, list[PairOfLists]]) -> str:
    return ", ".join(
        f"{sum(pair.is_same for pair in pairs)} / {sum(not pair.is_same for pair in pairs)}"
        for pairs in drawn.values()
    )


def measure_calibration(crowd: Crowd, repeats: int) -> None:
    """Print where the scores lie, and whether they are the same for short and long lists."""
    rules = load_rules()
    for size in SIZES:
        pairs = list(crowd.pairs(size, "random", repeats, seed=202))
        for name, wanted in (("one person", True), ("two people", False)):
            scores = [score_of(crowd, pair, rules) for pair in pairs if pair.is_same is wanted]
            told = " ".join(f"{value:.0f}" for value in np.percentile(scores, (5, 25, 50, 75, 95)))
            row(f"score of {name}, {size} tracks: 5 25 50 75 95 %", "", told)


def measure_band(crowd: Crowd, repeats: int) -> None:
    """Print how often the range of the sound score holds the score of the two whole libraries."""
    rules, rng = load_rules(), np.random.default_rng(203)
    for size in (20, 50):
        inside: list[bool] = []
        width: list[float] = []
        for pair in crowd.pairs(size, "random", max(repeats // 4, 5), seed=204):
            if pair.is_same:
                continue
            points = crowd.points(pair.listeners)
            whole = [points[_some(crowd.library.rows_of(name), rng)] for name in pair.listeners]
            truth = _sound(np.array([energy_distance(*whole)]))[0]
            weights = [resampled_weights(np.ones(size), DRAWS, rng) for _ in pair.listeners]
            one, other = points[pair.first], points[pair.second]
            energy = (
                2 * spread_between(one, weights[0], other, weights[1])
                - spread_inside(one, weights[0])
                - spread_inside(other, weights[1])
            )
            low, high = np.percentile(
                sound_score(np.sqrt(np.maximum(energy, 0)), rules), (LOW_PERCENTILE, HIGH_PERCENTILE)
            )
            inside.append(bool(low <= truth <= high))
            width.append(float(high - low))
        row(
            f"range of the sound score holds that of the whole libraries, {size} tracks",
            "90 %",
            f"{np.mean(inside):.0%} of {len(inside)}; mean width {np.mean(width):.0f} points",
        )


def _some(rows: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
    return rng.choice(rows, min(len(rows), 1500), replace=False)


def _sound(energy: Float) -> Float:
    return sound_score(np.sqrt(np.maximum(energy, 0.0)), load_rules())


def measure_speed(crowd: Crowd) -> None:
    """Print the processor time of a whole comparison."""
    rng = np.random.default_rng(205)
    for count, tracks, target in ((2, 300, ""), (10, 50, "<= .15 s"), (25, 300, "")):
        people = [person_of(crowd, f"person {n:02d}", rng, tracks) for n in range(count)]
        best = min(_seconds(partial(compare, people)) for _ in range(3))
        row(f"comparing {count} people with {tracks} tracks each, processor time", target, f"{best:.2f} s")


def person_of(crowd: Crowd, name: str, rng: np.random.Generator, tracks: int) -> Person:
    """Return somebody with tracks of one of the listeners."""
    listeners = crowd.library.listeners
    rows = crowd.library.rows_of(listeners[int(rng.integers(len(listeners)))])
    return list_of(crowd, name, rng.choice(rows, min(tracks, len(rows)), replace=False))


def list_of(crowd: Crowd, name: str, rows: NDArray[np.intp]) -> Person:
    """Return somebody with given tracks, all of them measured."""
    entries = []
    for index in rows:
        features = crowd.shelf.features[int(index)]
        origin = {feature: Provenance(Origin.MEASURED, "library") for feature in features.known}
        entries.append(
            EnrichedTrack(track=crowd.shelf.tracks[int(index)], features=features, provenance=origin)
        )
    return Person(key=PersonKey(name), name=name, tracks=tuple(entries))


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--quick", action="store_true", help="a fifth of the repetitions")
    options = parser.parse_args()
    crowd = load_crowd(options.folder)
    repeats = REPEATS // 5 if options.quick else REPEATS
    row("figure", "target", "reached")
    with threadpool_limits(1):
        measure_separation(crowd, repeats)
        measure_calibration(crowd, repeats)
        measure_band(crowd, repeats)
        measure_speed(crowd)


if __name__ == "__main__":
    main()
