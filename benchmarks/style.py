"""Measure the grouping by style and era beside that by sound and beside what other projects do.

    python -m benchmarks.style [DATA_FOLDER] [--quick]

Mixtures of lists of one listener, who is left out of all that is learned; lists of which one artist has more
than 40 % are left out. Every figure is given by listener, because two of them gain much and one hardly
anything; `±` is one standard error of the paired differences to the grouping by sound over all mixtures.
Then the time of the whole grouping, and whether another order of the tracks changes it. Takes about three
minutes on one quiet core, less than one with --quick.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.clustering import LISTENERS, silhouette_choice
from benchmarks.hidden_tracks import Shelf, load_shelf
from benchmarks.learn_style import held_out
from benchmarks.listeners import SHARED_DATA, Library, load_libraries
from benchmarks.mixtures import Mixture, mixtures
from benchmarks.rows import figure, head
from services.analysis.clustering import MOST_GROUPS, fit_clusters
from services.analysis.facts import Facts
from services.analysis.genres import commonly_known, dressed
from services.analysis.reference import REFERENCE, Reference
from services.analysis.style import StyleConstants, draw, packaged
from services.analysis.titles import lead_artist
from services.analysis.validity import agreement
from services.domain.music import Track

ONE_ARTIST = 0.4
SEED = 601
_WEIGHTS = np.array([1.0, 1.2, 0.8, 0.8, 1.0, 1.0, 0.4, 1.2, 0.6])
"""Of the nine features in the recipe of an existing optimiser: z-scores weighted by hand."""

Points = NDArray[np.float64]
Labels = NDArray[np.intp]


def style_points(scores: Points, facts: Facts, constants: StyleConstants | None = None) -> Points:
    """Return tracks as points of the space of style and era, shape (n, 9) to (n, 7)."""
    base = (constants or packaged()).points(scores, facts.years)
    drawn, _ = draw(base, facts, constants=constants)
    return drawn.apply(base)


@dataclass(frozen=True, slots=True)
class Bench:
    """What all measurements share."""

    library: Library
    shelf: Shelf
    spaces: dict[str, tuple[Reference, StyleConstants]]
    """Per listener, learned from the others."""

    def sound(self, mixture: Mixture) -> Points:
        """Return a mixture in the sound space."""
        return self.spaces[mixture.listener][0].sound_space(self.library.features[mixture.rows])

    def style(self, mixture: Mixture, *, told: Callable[[Track], Track]) -> Points:
        """Return a mixture in the space of style and era."""
        reference, constants = self.spaces[mixture.listener]
        tracks = [self.shelf.tracks[row] for row in mixture.rows]
        facts = Facts.of(list(map(told, tracks)))
        return style_points(reference.normal_scores(self.library.features[mixture.rows]), facts, constants)

    def z_scores(self, mixture: Mixture) -> Points:
        """Return a mixture as most other projects have it."""
        raw = self.library.features[mixture.rows]
        scaled: Points = (raw - raw.mean(axis=0)) / np.maximum(raw.std(axis=0), 1e-9)
        return scaled


@dataclass(frozen=True, slots=True)
class Scores:
    """What one way of grouping reached, by listener and mixture; NaN where it has no such figure."""

    true_k: list[list[float]]
    chosen_k: list[list[float]]
    k_off: list[list[float]]


def mixtures_of(library: Library, shelf: Shelf, count: int) -> dict[str, list[Mixture]]:
    """Draw the mixtures of each listener, without lists that one artist makes."""

    def is_varied(rows: NDArray[np.intp]) -> bool:
        leads = Counter(lead_artist(shelf.tracks[row].artists) or str(row) for row in rows)
        return max(leads.values()) <= ONE_ARTIST * len(rows)

    varied = {key: rows for key, rows in library.playlists.items() if is_varied(rows)}
    pool = Library(library.features, varied)
    return {listener: mixtures(pool, listener, count, seed=SEED) for listener in LISTENERS}


def measure(
    drawn: dict[str, list[Mixture]],
    points: Callable[[Mixture], Points],
    free: Callable[[Points], Labels],
    given: Callable[[Points, int], Labels] | None,
) -> Scores:
    """Group each mixture with the true and with a chosen number of groups."""
    scores = Scores([], [], [])
    for some in drawn.values():
        spaces = [points(mixture) for mixture in some]
        chosen = [free(space) for space in spaces]
        scores.chosen_k.append([agreement(m.truth, c) for m, c in zip(some, chosen, strict=True)])
        scores.k_off.append([abs(len(np.unique(c)) - m.k) for m, c in zip(some, chosen, strict=True)])
        scores.true_k.append(
            [
                agreement(m.truth, given(space, m.k)) if given else np.nan
                for m, space in zip(some, spaces, strict=True)
            ]
        )
    return scores


def row(name: str, scores: Scores, sound: Scores) -> None:
    """Print one way of grouping."""
    cells = [_by_listener(scores.true_k), _by_listener(scores.chosen_k), _by_listener(scores.k_off, 2)]
    gain = np.concatenate(scores.chosen_k) - np.concatenate(sound.chosen_k)
    paired = f"{gain.mean():+.3f} ± {gain.std(ddof=1) / np.sqrt(len(gain)):.3f}"
    figure(f"{name}: ARI at true k / k chosen / k off; gain over sound", f"{' / '.join(cells)}; {paired}")


def _by_listener(values: Sequence[Sequence[float]], digits: int = 3) -> str:
    means = [float(np.mean(own)) for own in values]
    if np.isnan(means).any():
        return "-"
    return f"{' '.join(f'{mean:.{digits}f}' for mean in means)}: {np.mean(means):.{digits}f}"


def kmeans(points: Points, k: int) -> Labels:
    """Fit as scikit-learn does."""
    labels: Labels = KMeans(k, n_init=10, random_state=0).fit_predict(points).astype(np.intp)
    return labels


def mixture_by_bic(points: Points) -> Labels:
    """Fit Gaussian mixtures of full covariance, and take the number of parts with the best BIC."""
    fits = [
        GaussianMixture(k, n_init=2, random_state=0, reg_covar=1e-3).fit(points)
        for k in range(1, MOST_GROUPS + 1)
    ]
    labels: Labels = min(fits, key=lambda fit: float(fit.bic(points))).predict(points).astype(np.intp)
    return labels


def density(points: Points) -> Labels:
    """Run HDBSCAN as it comes, but for a smallest group of ten; its noise is one more group."""
    found = HDBSCAN(min_cluster_size=10, copy=True).fit_predict(points)
    labels: Labels = np.unique(found, return_inverse=True)[1].astype(np.intp)
    return labels


def composite(points: Points) -> Labels:
    """Choose k by the mean rank of four figures on hand-weighted z-scores."""
    weighted = points * _WEIGHTS
    fits = [kmeans(weighted, k) for k in range(2, MOST_GROUPS + 1)]
    figures = np.array(
        [
            (
                silhouette_score(weighted, labels),
                calinski_harabasz_score(weighted, labels),
                -davies_bouldin_score(weighted, labels),
                np.bincount(labels).min() / len(labels),
            )
            for labels in fits
        ]
    )
    return fits[int(figures.argsort(axis=0).argsort(axis=0).mean(axis=1).argmax())]


def measure_speed(bench: Bench) -> None:
    """Print the processor time of the grouping by style and era, and the share of it that is the space."""
    rng = np.random.default_rng(602)
    complete = np.flatnonzero(np.isfinite(bench.library.features).all(axis=1))
    for size, target_ms in ((100, 60), (1_000, 250), (10_000, 500)):
        rows = rng.choice(complete, size, replace=False)
        tracks = [bench.shelf.tracks[index] for index in rows]
        scores = REFERENCE.normal_scores(bench.library.features[rows])
        whole, space = [], []
        points = style_points(scores, Facts.of(tracks))
        for _ in range(3):
            start = time.process_time()
            points = style_points(scores, Facts.of(tracks))
            placed = time.process_time()
            fit_clusters(points, tests_structure=False)
            whole.append(time.process_time() - start)
            space.append(placed - start)
        order = rng.permutation(size)
        again = style_points(scores[order], Facts.of([tracks[index] for index in order]))
        same = "the same" if np.array_equal(again, points[order]) else "NOT the same"
        print(
            f"{size:6,} tracks: {1e3 * min(whole):.0f} ms of processor time (target {target_ms}), the space "
            f"{1e3 * min(space):.0f} ms; {same} in another order"
        )


def _untagged(track: Track) -> Track:
    return replace(track, genres=())


def _of_artists(track: Track) -> Track:
    return dressed(_untagged(track), commonly_known([lead_artist(track.artists)]))


def _as_tagged(track: Track) -> Track:
    return track


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--quick", action="store_true", help="a third of the mixtures")
    options = parser.parse_args()
    library, shelf = load_libraries(options.folder), load_shelf(options.folder)
    bench = Bench(library, shelf, {name: held_out(library, shelf, name) for name in LISTENERS})
    drawn = mixtures_of(library, shelf, 8 if options.quick else 24)

    def own(points: Points) -> Labels:
        return fit_clusters(points, tests_structure=False).labels

    def own_given(points: Points, k: int) -> Labels:
        return fit_clusters(points, groups=k, tests_structure=False).labels

    head("Mixtures of lists: each of P1, P2 and P3, then their mean")
    with threadpool_limits(1):
        sound = measure(drawn, bench.sound, own, own_given)
        row("by sound", sound, sound)
        for name, told in (
            ("no genres", _untagged),
            ("no genres but those artists are commonly known for", _of_artists),
            ("genre words", _as_tagged),
        ):
            row(
                f"by style and era, {name}",
                measure(drawn, partial(bench.style, told=told), own, own_given),
                sound,
            )
        for name, free, given in (
            ("peers: z-scores, KMeans, silhouette", silhouette_choice, kmeans),
            ("peers: Gaussian mixture by BIC", mixture_by_bic, None),
            ("peers: HDBSCAN", density, None),
            ("peers: hand weights, four figures", composite, None),
        ):
            row(name, measure(drawn, bench.z_scores, free, given), sound)
        measure_speed(bench)


if __name__ == "__main__":
    main()
