"""Measure the structure test: how often it claims groups where there are none, and finds those there are.

    python -m benchmarks.structure [DATA_FOLDER] [--quick]

Clouds without groups are of two kinds: Gaussian ones with the covariance of a real list, and such with the
list's own features under a Gaussian copula. Both are drawn here by themselves, not by the code under test; so
are Gaussian ones of albums, whose tracks correlate.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.hidden_tracks import Shelf, load_shelf
from benchmarks.learn_metric import learn_constants
from benchmarks.listeners import SHARED_DATA, Library, load_libraries
from benchmarks.mixtures import mixtures
from benchmarks.rows import figure, head
from services.analysis.clustering import Partition, fit_clusters
from services.analysis.facts import albums_of, leads_of, numbered
from services.analysis.imputation import RelatedTracks, impute
from services.analysis.matrix import feature_matrix
from services.analysis.reference import REFERENCE, Reference, read_reference
from services.analysis.validity import Margins, agreement, is_real, structure_gap
from services.compute.worker import COLLECT_AFTER
from services.domain.analysis import AnalysisOptions, LookedUp
from services.domain.features import SOUND_FEATURES, AudioFeatures, Feature, Origin, Provenance
from services.domain.grouping import Grouping
from services.domain.music import Playlist, Track
from services.domain.report import EnrichedTrack, Verdict
from services.enrichment.assembly import from_upload
from services.workflows import tasks

CLOUD_SIZES = (80, 120, 300)
MIXED = ("P1", "P2", "P3")

ALBUMS, WITHIN_ALBUMS = ((15, 10), (8, 15), (4, 40)), 0.6
"""Albums and their tracks, and how much the tracks of one correlate, as those of real ones do in energy."""

Float = NDArray[np.float64]
Rows = NDArray[np.intp]


def claims(scores: Float, reference: Reference = REFERENCE, albums: Rows | None = None) -> bool:
    """Return whether rows of normal scores are said to fall into groups that are no albums."""
    points = reference.points_of(scores).astype(np.float32)
    margins = Margins(scores, reference.projection, albums)
    found = structure_gap(points, np.random.default_rng(0), margins)
    return is_real(found) and not found.of_albums


def fit_scores(scores: Float, albums: Rows | None = None) -> Partition:
    """Group rows of normal scores as the analysis does."""
    return fit_clusters(REFERENCE.points_of(scores), margins=Margins(scores, REFERENCE.projection, albums))


def gaussian_cloud(scores: Float, size: int, rng: np.random.Generator) -> Float:
    """Draw normal scores with the mean and covariance of a list."""
    return rng.multivariate_normal(scores.mean(axis=0), np.cov(scores, rowvar=False), size)


def album_cloud(scores: Float, albums: Rows, rng: np.random.Generator) -> Float:
    """Draw normal scores with the mean and covariance of a list, of which albums share `WITHIN_ALBUMS`."""
    covariance, middle = np.cov(scores, rowvar=False), np.zeros(scores.shape[1])
    common = rng.multivariate_normal(middle, covariance, int(albums.max()) + 1)[albums]
    own = rng.multivariate_normal(middle, covariance, len(albums))
    cloud: Float = scores.mean(axis=0) + np.sqrt(WITHIN_ALBUMS) * common + np.sqrt(1 - WITHIN_ALBUMS) * own
    return cloud


def copula_cloud(scores: Float, size: int, rng: np.random.Generator) -> Float:
    """Draw normal scores with the marginals of a list and its rank correlations, and no groups."""
    normal, n = NormalDist(), len(scores)
    ranks = np.stack([(column[:, None] > column).sum(axis=1) for column in scores.T], axis=1)
    ties = np.stack([(column[:, None] == column).sum(axis=1) for column in scores.T], axis=1)
    ranked = np.vectorize(normal.inv_cdf)((ranks + ties / 2) / n)
    spread = ranked.std(axis=0)
    ranked = ranked + 1e-9 * rng.standard_normal(ranked.shape) * (spread == 0)
    drawn = rng.multivariate_normal(np.zeros(scores.shape[1]), np.corrcoef(ranked, rowvar=False), size)
    places = np.vectorize(normal.cdf)(drawn)
    return np.stack([np.quantile(column, place) for column, place in zip(scores.T, places.T, strict=True)], 1)


def measure_claims(library: Library, albums: Rows, repeats: int) -> None:
    """Print how often groups are claimed in clouds that have none, and found in mixtures that have some."""
    rng = np.random.default_rng(311)
    lists = [rows for rows in library.playlists.values() if 60 <= len(rows) <= 400]
    found: dict[str, list[bool]] = {}
    kinds: tuple[tuple[str, Callable[[Float, int, np.random.Generator], Float]], ...] = (
        ("clouds with a list's own features", copula_cloud),
        ("Gaussian clouds", gaussian_cloud),
    )
    for name, draw in kinds:
        found[name] = []
        for size in CLOUD_SIZES:
            for _ in range(repeats):
                rows = lists[int(rng.integers(len(lists)))]
                scores = REFERENCE.normal_scores(library.features[rows])
                found[name].append(claims(draw(scores, size, rng)))
    for count, each in ALBUMS:
        name = f"clouds of {count} albums of {each}"
        found[name], found[f"{name} of unknown names"] = [], []
        of_album = np.repeat(np.arange(count), each)
        for _ in range(repeats):
            rows = lists[int(rng.integers(len(lists)))]
            cloud = album_cloud(REFERENCE.normal_scores(library.features[rows]), of_album, rng)
            found[name].append(claims(cloud, albums=of_album))
            found[f"{name} of unknown names"].append(claims(cloud))
    held_out = {name: read_reference(learn_constants(library, leave_out=[name])) for name in MIXED}
    for size in (50, 100):
        name = f"mixtures of 3 x {size}"
        found[name] = []
        for listener, reference in held_out.items():
            for mixture in mixtures(library, listener, repeats // 2, seed=312, playlists=(3, 3), tracks=size):
                scores = reference.normal_scores(library.features[mixture.rows])
                found[name].append(claims(scores, reference, albums[mixture.rows]))
    told = {
        "clouds with a list's own features": ("18 %", "1.5 %", "0 %"),
        "Gaussian clouds": ("0 %", "2 %", "0 %"),
        "mixtures of 3 x 50": ("83 %", "80 %", "100 %"),
        "mixtures of 3 x 100": ("100 %", "97 %", "100 %"),
    }
    for name, claimed in found.items():
        before, goal, ceiling = told.get(name, ("", "", "0 %"))
        figure(
            f"groups claimed in {name} ({len(claimed)})",
            f"{np.mean(claimed):.1%}",
            before=before,
            goal=goal,
            ceiling=ceiling,
        )


def measure_single_lists(library: Library, albums: Rows) -> None:
    """Print what is said of single lists, which mostly have one theme."""
    lists = [rows for rows in library.playlists.values() if 75 <= len(rows) <= 300]
    found = [fit_scores(REFERENCE.normal_scores(library.features[rows]), albums[rows]) for rows in lists]
    verdicts = [partition.verdict for partition in found]
    told = ", ".join(f"{verdict} {np.mean([v is verdict for v in verdicts]):.0%}" for verdict in Verdict)
    figure(f"verdicts of {len(verdicts)} single lists of 75-300 tracks", told)
    figure("of them no more than albums", f"{np.mean([each.structure.of_albums for each in found]):.0%}")


LOST = {
    Feature.LIVENESS: ".94", Feature.TEMPO: ".87", Feature.ENERGY: ".75", Feature.VALENCE: ".72",
    Feature.SPEECHINESS: ".69", Feature.INSTRUMENTALNESS: ".68", Feature.DANCEABILITY: ".67",
    Feature.LOUDNESS: ".66", Feature.ACOUSTICNESS: ".65",
}  # fmt: skip
"""Agreement with the groups of all nine that the sheet of figures asks for, by the feature that is lost."""


def measure_partial(library: Library, count: int) -> None:
    """Print how far groups of eight features, the ninth estimated, are those of all nine."""
    rng = np.random.default_rng(314)
    lists = [rows for rows in library.playlists.values() if 60 <= len(rows) <= 300]
    chosen = [lists[index] for index in rng.permutation(len(lists))[:count]]
    found: dict[Feature, list[float]] = {feature: [] for feature in LOST}
    for rows in chosen:
        raw = library.features[rows]
        scores = REFERENCE.normal_scores(raw)
        whole = fit_scores(scores)
        if whole.k < 2:
            continue
        for feature, agreements in found.items():
            column = SOUND_FEATURES.index(feature)
            estimated = _estimated(raw, column)
            partial = fit_clusters(REFERENCE.sound_space(estimated), groups=whole.k)
            agreements.append(agreement(whole.labels, partial.labels))
    for feature, agreements in found.items():
        figure(
            f"ARI with the groups of all nine, {feature.value} lost in all rows ({len(agreements)} lists)",
            f"{np.mean(agreements):.2f}",
            before="refused",
            goal=LOST[feature],
            ceiling=".98",
        )


def _estimated(raw: Float, column: int) -> Float:
    """Return rows with one column lost and estimated from the others, without any related tracks."""
    tracks = []
    for index, row in enumerate(raw):
        values = {
            feature: float(row[place]) for place, feature in enumerate(SOUND_FEATURES) if place != column
        }
        origin = dict.fromkeys(values, Provenance(Origin.UPLOADED, "file"))
        track = Track(title=f"Track {index}")
        tracks.append(EnrichedTrack(track=track, features=AudioFeatures.of(values), provenance=origin))
    return feature_matrix(impute(tracks, RelatedTracks()))


SPEEDS = ((100, "<= 60 ms"), (1000, "<= 250 ms"), (10_000, "<= 500 ms"))


def measure_speed(library: Library) -> None:
    """Print the processor time of a whole fit."""
    rng = np.random.default_rng(313)
    for size, goal in SPEEDS:
        rows = rng.choice(len(library.features), size, replace=False)
        fit = partial(fit_scores, REFERENCE.normal_scores(library.features[rows]))
        figure(f"grouping {size:,} tracks, processor time", f"{quickest_ms(fit):.0f} ms", goal=goal)


def measure_analysis(library: Library, shelf: Shelf) -> None:
    """Print the processor time of all that a worker does about a list with genres, but for its picture.

    As in a worker, what is loaded by now is never looked through for garbage.
    """
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    complete = np.flatnonzero(np.isfinite(library.features).all(axis=1))
    everything = np.random.default_rng(315).permutation(complete)
    for size, goal in SPEEDS:
        long_enough = [rows for rows in library.playlists.values() if len(rows) >= size]
        rows = min(long_enough, key=len, default=everything)[:size]
        tracks = tuple(
            replace(
                shelf.tracks[row],
                uploaded=AudioFeatures.of(
                    dict(zip(SOUND_FEATURES, library.features[row].tolist(), strict=True))
                ),
            )
            for row in rows
        )
        playlist, found = Playlist(name="list", tracks=tracks), LookedUp(tracks=from_upload(tracks, "file"))
        for by in Grouping:
            analyze = partial(tasks.analyze, playlist, found, AnalysisOptions(by=by))
            figure(
                f"analysing {size:,} tracks with genres by {by}, processor time",
                f"{quickest_ms(analyze):.0f} ms",
                goal=goal,
            )


def quickest_ms(call: Callable[[], object]) -> float:
    """Return the least processor time of four calls; the first also reads what later ones remember."""
    times = []
    for _ in range(4):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--quick", action="store_true", help="a third of the repetitions")
    options = parser.parse_args()
    library, shelf = load_libraries(options.folder), load_shelf(options.folder)
    albums = numbered(albums_of(shelf.tracks, leads_of(shelf.tracks)))
    head("Structure")
    with threadpool_limits(1):
        measure_claims(library, albums, 48 if options.quick else 120)
        measure_single_lists(library, albums)
        measure_partial(library, 8 if options.quick else 40)
        measure_speed(library)
        measure_analysis(library, shelf)


if __name__ == "__main__":
    main()
