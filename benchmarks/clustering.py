"""Measure the grouping: whether it finds known groups, is honest, steady and fast.

    python -m benchmarks.clustering [DATA_FOLDER] [--quick]

Truth is made by mixing real playlists of one listener, whom the metric has not seen (`mixtures.py`). Every
comparison runs on the same mixtures. Speed is given as a ratio to scikit-learn in the same run, because the
milliseconds of a shared machine say little. Takes about four minutes on one core, half a minute with --quick.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.learn_metric import learn_constants
from benchmarks.listeners import SHARED_DATA, Library, load_editorial, load_libraries
from benchmarks.mixtures import Mixture, mixtures
from services.analysis.clustering import MOST_GROUPS, Partition, fit_clusters
from services.analysis.reference import REFERENCE, Reference, read_reference
from services.analysis.validity import agreement
from services.domain.report import Verdict

LISTENERS = ("P1", "P2", "P3")
"""Those with enough themed playlists. The nine playlists of P4 are yearly charts: no method beats chance."""

FOUND = {Verdict.CLEAR, Verdict.LOOSE}

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bench:
    """What all measurements share."""

    library: Library
    editorial: Library
    held_out: dict[str, Reference]
    """Per listener: a reference learned from the others."""
    quick: bool

    def count(self, full: int) -> int:
        """Scale a number of repetitions down for a quick run."""
        return max(4, full // 5) if self.quick else full

    def points(self, mixture: Mixture) -> Points:
        """Return a mixture in the sound space of a reference that has not seen its listener."""
        if mixture.listener == "editorial":
            return REFERENCE.sound_space(self.editorial.features[mixture.rows])
        return self.held_out[mixture.listener].sound_space(self.library.features[mixture.rows])

    def peers(self, mixture: Mixture) -> Points:
        """Return a mixture as most other projects have it: z-scores of the raw features in the playlist."""
        source = self.editorial if mixture.listener == "editorial" else self.library
        raw = source.features[mixture.rows]
        scaled: Points = (raw - raw.mean(axis=0)) / np.maximum(raw.std(axis=0), 1e-9)
        return scaled


def row(figure: str, target: str, reached: str) -> None:
    print(f"{figure:62s} {target:>14s}   {reached}", flush=True)


def measure_quality(bench: Bench) -> None:
    """Print the adjusted Rand index at the true and at the chosen k."""
    own_true, peer_true, own_free, peer_free, k_error = [], [], [], [], []
    for listener in LISTENERS:
        drawn = mixtures(bench.library, listener, bench.count(60), seed=101)
        truth = [mixture.truth for mixture in drawn]
        spaces = [bench.points(mixture) for mixture in drawn]
        peers = [bench.peers(mixture) for mixture in drawn]
        free = [fit_clusters(space) for space in spaces]
        forced = [fit_clusters(space, groups=mixture.k) for space, mixture in zip(spaces, drawn, strict=True)]
        own_true.append(_mean_agreement(truth, [fit.labels for fit in forced]))
        own_free.append(_mean_agreement(truth, [fit.labels for fit in free]))
        peer_true.append(
            _mean_agreement(
                truth, [_sklearn(space, mixture.k) for space, mixture in zip(peers, drawn, strict=True)]
            )
        )
        peer_free.append(_mean_agreement(truth, [silhouette_choice(space) for space in peers]))
        k_error.append(float(np.mean([abs(fit.k - m.k) for fit, m in zip(free, drawn, strict=True)])))
    row("ARI at true k, listener left out (P1 P2 P3: mean)", ">= .28", _spread(own_true))
    row("  peers: z-score in the playlist + KMeans", "", _spread(peer_true))
    row("ARI end to end, k chosen", ">= .25", _spread(own_free))
    row("  peers: z-score + KMeans + best silhouette", "", _spread(peer_free))
    row("  mean |k - true k|", "<= 1.38", _spread(k_error))
    drawn = mixtures(bench.editorial, "editorial", bench.count(60), seed=102, playlists=(2, 5))
    truth = [mixture.truth for mixture in drawn]
    own = [fit_clusters(bench.points(mixture), groups=mixture.k).labels for mixture in drawn]
    other = [_sklearn(bench.peers(mixture), mixture.k) for mixture in drawn]
    row("ARI at true k, editorial subgenres (never learned from)", "", f"{_mean_agreement(truth, own):.3f}")
    row("  peers", "", f"{_mean_agreement(truth, other):.3f}")


def measure_honesty(bench: Bench) -> None:
    """Print how often structure is claimed where there is none, and found where there is."""
    rng = np.random.default_rng(103)
    themed = [
        REFERENCE.sound_space(bench.library.features[rows])
        for rows in bench.library.playlists.values()
        if 60 <= len(rows) <= 400
    ]
    for size in (30, 60, 120, 400):
        alarms = []
        for _ in range(bench.count(100)):
            shape = np.cov(themed[rng.integers(len(themed))], rowvar=False)
            cloud = rng.multivariate_normal(np.zeros(len(shape)), shape, size)
            alarms.append(fit_clusters(cloud).verdict in FOUND)
        row(f"structure claimed in a Gaussian cloud, n={size}", "<= 2 %", f"{np.mean(alarms):.1%}")
    for size, target in ((50, ""), (100, ">= 90 %")):
        found: list[bool] = []
        for listener in ("P1", "P3"):
            drawn = mixtures(
                bench.library, listener, bench.count(50), seed=104, playlists=(3, 3), tracks=size
            )
            found.extend(fit_clusters(bench.points(mixture)).verdict in FOUND for mixture in drawn)
        row(
            f"structure found in a mixture of 3x{size} tracks ({len(found)})", target, f"{np.mean(found):.0%}"
        )
    verdicts = [fit_clusters(points).verdict for points in themed[:: 5 if bench.quick else 1]]
    named = ", ".join(f"{verdict} {np.mean([v is verdict for v in verdicts]):.0%}" for verdict in Verdict)
    row(f"verdicts of {len(verdicts)} single playlists of 60-400 tracks", "", named)


def measure_steadiness(bench: Bench) -> None:
    """Print what row order, a seed and a few tracks less change."""
    rng = np.random.default_rng(105)
    same, kept_k, kept_groups, cold = [], [], [], []
    for listener in bench.library.listeners:
        rows = bench.library.rows_of(listener)
        for size in (300, 1000, 8000):
            points = REFERENCE.sound_space(
                bench.library.features[rng.choice(rows, min(size, len(rows)), replace=False)]
            )
            first = fit_clusters(points)
            shuffle = rng.permutation(len(points))
            again = fit_clusters(points[shuffle])
            same.append(np.array_equal(again.labels, first.labels[shuffle]) and _equal_centres(first, again))
            for _ in range(bench.count(5) // 4 if bench.quick else 5):
                stay = np.sort(rng.choice(len(points), round(0.98 * len(points)), replace=False))
                warm = fit_clusters(points[stay], previous_centres=first.centres)
                kept_k.append(warm.k == first.k)
                kept_groups.append(agreement(warm.labels, first.labels[stay]))
                cold.append(agreement(fit_clusters(points[stay]).labels, first.labels[stay]))
    row("identical under another row order", "100 %", f"{np.mean(same):.0%} of {len(same)}")
    row("k kept after removing 2 %, stored centres", "100 %", f"{np.mean(kept_k):.0%} of {len(kept_k)}")
    row("ARI after removing 2 %, stored centres: mean / worst", ">= .95", _mean_worst(kept_groups))
    row("  without stored centres", "", _mean_worst(cold))


def measure_speed(bench: Bench) -> None:
    """Print the time of a whole fit against scikit-learn's search of k by silhouette."""
    rng = np.random.default_rng(106)
    for size, target in ((100, "<= 60 ms"), (1000, "<= 250 ms"), (10_000, "<= 250 ms")):
        raw = bench.library.features[rng.choice(len(bench.library.features), size, replace=False)]
        points = REFERENCE.sound_space(raw)
        centres = fit_clusters(points).centres
        repeats = 3 if size == 10_000 else 7
        cold = _quickest(partial(fit_clusters, points), repeats)
        warm = _quickest(partial(fit_clusters, points, previous_centres=centres), repeats)
        peer_repeats = 1 if size == 10_000 else 3
        peer = (
            None
            if bench.quick and size == 10_000
            else _quickest(partial(silhouette_choice, points), peer_repeats)
        )
        versus = (
            ""
            if peer is None
            else f"; KMeans n_init=10 + full silhouette {1e3 * peer:.0f} ms, ratio {cold / peer:.2f}"
        )
        row(
            f"fit with choice of k, n={size}, processor time",
            target,
            f"{1e3 * cold:.0f} ms, stored centres {1e3 * warm:.0f} ms{versus}",
        )


def silhouette_choice(points: Points) -> NDArray[np.intp]:
    """Cluster as peers do: KMeans n_init=10 for k = 2..8, the k of the best full silhouette."""
    best, score = np.zeros(len(points), dtype=np.intp), -2.0
    for k in range(2, MOST_GROUPS + 1):
        labels = _sklearn(points, k)
        value = float(silhouette_score(points, labels))
        if value > score:
            best, score = labels, value
    return best


def _sklearn(points: Points, k: int) -> NDArray[np.intp]:
    labels: NDArray[np.intp] = KMeans(k, n_init=10, random_state=0).fit_predict(points).astype(np.intp)
    return labels


def _mean_agreement(truth: list[NDArray[np.intp]], labels: list[NDArray[np.intp]]) -> float:
    return float(np.mean([agreement(a, b) for a, b in zip(truth, labels, strict=True)]))


def _equal_centres(first: Partition, second: Partition) -> bool:
    return np.array_equal(first.centres, second.centres) and first.structure == second.structure


def _quickest(work: Callable[[], object], repeats: int) -> float:
    work()
    times = []
    for _ in range(repeats):
        start = time.process_time()  # not the wall clock: others may be using the core
        work()
        times.append(time.process_time() - start)
    return min(times)


def _spread(values: list[float]) -> str:
    return f"{' '.join(f'{value:.3f}' for value in values)}: {np.mean(values):.3f}"


def _mean_worst(values: list[float]) -> str:
    return f"{np.mean(values):.3f} / {min(values):.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--quick", action="store_true", help="a fifth of the repetitions")
    options = parser.parse_args()
    library = load_libraries(options.folder)
    held_out = {name: read_reference(learn_constants(library, leave_out=[name])) for name in LISTENERS}
    bench = Bench(library, load_editorial(options.folder), held_out, options.quick)
    row("figure", "target", "reached")
    with threadpool_limits(1):  # threads that wait for each other on a busy machine would be timed as work
        measure_quality(bench)
        measure_honesty(bench)
        measure_steadiness(bench)
        measure_speed(bench)


if __name__ == "__main__":
    main()
