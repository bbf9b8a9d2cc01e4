"""Measure the words: whether names are distinct, true and telling, and whether examples and odd ones are.

    python -m benchmarks.naming [DATA_FOLDER] [--quick]

Runs on every playlist of at least 40 tracks and on whole libraries, once with k chosen and once with five
groups. Takes about two minutes on one core, half a minute with --quick.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.listeners import SHARED_DATA, Library, load_editorial, load_libraries
from services.analysis.clustering import Partition, fit_clusters
from services.analysis.duplicates import find_duplicates
from services.analysis.naming import CONTRAST, name_clusters
from services.analysis.outliers import THRESHOLD, find_outliers, neighbour_distance, robust_z
from services.analysis.reference import REFERENCE_MEDIANS, normal_scores, sound_space
from services.analysis.titles import core_title, lead_artist, version_tags
from services.analysis.traits import blurb, describe_traits
from services.analysis.typical import typical_tracks
from services.analysis.vocabulary import CATALOGUE, COMPARATIVES, FALLBACK
from services.domain.features import SOUND_FEATURES
from services.domain.music import Track, TrackId
from services.domain.report import DuplicateKind

SMALLEST = 40
MODIFIER_WEIGHT = 0.5
COMMON_SHARE, LIFT = 0.05, 2.0
PLANTED = 0.03

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """What the libraries say about a track beside its sound."""

    track: Track
    genres: frozenset[str]


@dataclass(frozen=True, slots=True)
class Case:
    """One playlist grouped in one way."""

    rows: NDArray[np.intp]
    raw: Floats
    z: Floats
    points: Floats
    partition: Partition
    words: list[Row] | None
    """Titles and genres of the rows; None for the editorial playlists."""


def row(figure: str, target: str, reached: str) -> None:
    print(f"{figure:58s} {target:>12s}   {reached}", flush=True)


def read_words(folder: Path) -> list[Row]:
    with gzip.open(folder / "libraries" / "tracks.csv.gz", "rt", encoding="utf-8", newline="") as handle:
        return [
            Row(
                Track(
                    id=TrackId(line["track_id"]),
                    title=line["title"],
                    artists=tuple(line["artists"].split(";")),
                    duration_ms=int(float(line["duration_ms"])),
                ),
                frozenset(genre for genre in line["genres"].split(";") if genre),
            )
            for line in csv.DictReader(handle)
        ]


def build_cases(library: Library, editorial: Library, words: list[Row], *, quick: bool) -> list[Case]:
    lists = [(library, rows) for rows in library.playlists.values() if len(rows) >= SMALLEST]
    lists += [(library, library.rows_of(listener)) for listener in library.listeners]
    lists += [(editorial, rows) for rows in editorial.playlists.values() if len(rows) >= SMALLEST]
    cases = []
    for source, rows in lists[:: 4 if quick else 1]:
        raw = source.features[rows]
        points = sound_space(raw)
        known = [words[index] for index in rows] if source is library else None
        for groups in (None, 5):
            partition = fit_clusters(points, groups=groups)
            cases.append(Case(rows, raw, normal_scores(raw), points, partition, known))
    return cases


def direction_of(name: str) -> Floats:
    """Return what a name alone tells about the sound of its group."""
    base, _, modifier = name.partition(" · ")
    told = np.zeros(len(SOUND_FEATURES))
    for entry in CATALOGUE:
        if entry.words == base:
            told[:] = [entry.weights.get(feature, 0.0) for feature in SOUND_FEATURES]
            told /= np.linalg.norm(told)
    for column, feature in enumerate(SOUND_FEATURES):
        if modifier in COMPARATIVES[feature]:
            told[column] += MODIFIER_WEIGHT * (1 if modifier == COMPARATIVES[feature][1] else -1)
    return told


def measure_names(cases: Sequence[Case]) -> None:
    given: Counter[str] = Counter()
    distinct, modified, guessed, majority, spent = [], [], [], [], []
    for case in cases:
        labels = case.partition.labels
        start = time.perf_counter()
        names = name_clusters(case.z, case.raw, labels)
        spent.append(time.perf_counter() - start)
        given.update(name.partition(" · ")[0] for name in names)
        distinct.append(len(set(names)) == len(names))
        modified += [" · " in name for name in names]
        emphasised = case.z + CONTRAST * (case.z - case.z.mean(axis=0))
        guess = (emphasised @ np.array([direction_of(name) for name in names]).T).argmax(axis=1)
        guessed.append(np.mean(guess == labels))
        majority.append(np.bincount(labels).max() / len(labels))
    total = given.total()
    name, count = given.most_common(1)[0]
    row("playlists x (auto k, k=5); groups", "", f"{len(cases)}; {total}")
    row("playlists whose names are distinct", "100 %", f"{np.mean(distinct):.1%}")
    row("names that need a modifier", "5.8 %", f"{np.mean(modified):.1%}")
    row("fallback name", "<= 1 %", f"{given[FALLBACK.words] / total:.2%}")
    row("commonest name; names in use", "8 %", f"{count / total:.1%} ({name}); {len(given)}")
    row("group of a track guessed from names alone (majority)", ".67 (.38)",
        f"{np.mean(guessed):.2f} ({np.mean(majority):.2f})")  # fmt: skip
    row(
        "time per playlist, median / slowest", "", f"{np.median(spent) * 1e3:.1f} / {max(spent) * 1e3:.1f} ms"
    )


def marking_genres(case: Case, members: NDArray[np.intp]) -> set[str]:
    """Return the genres that are clearly commoner in a group than in the rest of its playlist."""
    words = case.words or []
    inside = Counter(genre for index in members for genre in words[index].genres)
    outside = Counter(genre for word in words for genre in word.genres)
    outside.subtract(inside)
    rest = max(1, len(words) - len(members))
    shares = {genre: (count / len(members), outside[genre] / rest) for genre, count in inside.items()}
    return {genre for genre, (own, other) in shares.items() if own >= COMMON_SHARE and own >= LIFT * other}


def measure_typical(cases: Sequence[Case]) -> None:
    rng = np.random.default_rng(0)
    carried: dict[str, list[float]] = {"margin": [], "medoids": [], "random": []}
    artists_differ, spent = [], []
    for case in cases:
        if case.words is None or case.partition.k < 2:
            continue
        labels, centres = case.partition.labels, case.partition.centres
        credits_ = [word.track.artists for word in case.words]
        start = time.perf_counter()
        chosen = typical_tracks(case.points, labels, centres, credits_)
        spent.append(time.perf_counter() - start)
        for cluster, typical in enumerate(chosen):
            members = np.flatnonzero(labels == cluster)
            marks = marking_genres(case, members)
            described = np.array([index for index in members if case.words[index].genres], dtype=np.intp)
            artists_differ.append(len({lead_artist(credits_[index]) for index in typical}) == len(typical))
            if not marks or len(described) < 10:
                continue
            distance = np.linalg.norm(case.points[described] - centres[cluster], axis=1)
            picks = {
                "margin": [index for index in typical if case.words[index].genres],
                "medoids": list(described[np.argsort(distance)[:3]]),
                "random": list(rng.choice(described, 3, replace=False)),
            }
            for method, rows in picks.items():
                carried[method] += [bool(case.words[index].genres & marks) for index in rows]
    for method, hits in carried.items():
        target = {"margin": "51 %", "medoids": "37 %", "random": "35 %"}[method]
        row(
            f"typical tracks that carry the group's genres: {method}",
            target,
            f"{np.mean(hits):.1%} of {len(hits)}",
        )
    row("groups whose typical tracks are by different artists", "", f"{np.mean(artists_differ):.1%}")
    row(
        "time per playlist, median / slowest", "", f"{np.median(spent) * 1e3:.1f} / {max(spent) * 1e3:.1f} ms"
    )


def area_under_curve(scores: Floats, truth: NDArray[np.bool_]) -> float:
    ranks = np.argsort(np.argsort(scores))
    positives = int(truth.sum())
    negatives = len(truth) - positives
    return float((ranks[truth].sum() - positives * (positives - 1) / 2) / (positives * negatives))


def measure_outliers(library: Library, *, quick: bool) -> None:
    for n, target in ((50, ".876"), (200, ".815")):
        rng = np.random.default_rng(7)
        lists = [(key, rows) for key, rows in library.playlists.items() if 0.8 * n <= len(rows) <= 3 * n]
        areas, precision, found, flagged = [], [], [], []
        for _ in range(40 if quick else 200):
            key, rows = lists[rng.integers(len(lists))]
            own = rng.choice(rows, min(len(rows), n), replace=False)
            strangers = [other for other in library.playlists if other[0] != key[0]]
            planted = max(1, round(PLANTED * n))
            foreign = [
                rng.choice(library.playlists[strangers[rng.integers(len(strangers))]]) for _ in range(planted)
            ]
            truth = np.repeat([False, True], [len(own), planted])
            distance = neighbour_distance(sound_space(library.features[np.append(own, foreign)]))
            areas.append(area_under_curve(distance, truth))
            precision.append(truth[np.argsort(-distance)[:planted]].mean())
            found.append(np.mean(robust_z(distance)[truth] > THRESHOLD))
            own_distance = neighbour_distance(sound_space(library.features[own]))
            flagged.append(np.mean(robust_z(own_distance) > THRESHOLD))
        row(f"tracks planted from another listener, AUC at {n}", target, f"{np.mean(areas):.3f}")
        row("  found above the threshold / precision among the top m", ".26 / .37",
            f"{np.mean(found):.2f} / {np.mean(precision):.2f}")  # fmt: skip
        row("  flagged in untouched playlists", "1.7 %", f"{np.mean(flagged):.1%}")


def measure_duplicates(library: Library, words: list[Row]) -> None:
    kinds: Counter[DuplicateKind] = Counter()
    listed = 0
    for rows in library.playlists.values():
        listed += len(rows)
        for found in find_duplicates([words[index].track for index in rows]):
            kinds[found.kind] += len(found.tracks) - 1
    rates = ", ".join(f"{kind.value} {kinds[kind] / listed:.2%}" for kind in DuplicateKind if kinds[kind])
    row(f"extra rows per kind over {listed:,} rows of playlists", "", rates)
    exact = folded = 0
    seen = [word.track for word in words]
    groups = [found.tracks for found in find_duplicates(seen) if found.kind is DuplicateKind.SAME_SONG]
    for tracks in groups:
        labels = {(seen[index].title, seen[index].artists[:1]) for index in tracks}
        exact += len(labels) == 1
        folded += len({(title.casefold(), artist) for title, artist in labels}) == 1
    row("'same song' groups that exact / caseless titles would find", "",
        f"{exact / len(groups):.0%} / {folded / len(groups):.0%} of {len(groups)}")  # fmt: skip


def describe_all(z: Floats, raw: Floats, labels: NDArray[np.intp]) -> None:
    for cluster in range(int(labels.max()) + 1):
        describe_traits(z, raw, labels, cluster, REFERENCE_MEDIANS)
        blurb(z, raw, labels, cluster)


def timed(call: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best


def measure_time(library: Library, words: list[Row]) -> None:
    titles = [word.track.title for word in words]
    start = time.perf_counter()
    for word in words:
        core_title(word.track.title), version_tags(word.track.title), lead_artist(word.track.artists)
    row(
        "title, tags and artist, per track",
        "23 us",
        f"{(time.perf_counter() - start) / len(titles) * 1e6:.0f} us",
    )
    everything = np.unique(np.concatenate([library.rows_of(listener) for listener in library.listeners]))
    for n in (100, 1_000, 10_000):
        rows = everything[:n]
        raw = library.features[rows]
        z, points = normal_scores(raw), sound_space(raw)
        labels = np.arange(n) % 5
        names = name_clusters(z, raw, labels)
        tracks = [words[index].track for index in rows]
        parts: dict[str, Callable[[], object]] = {
            "names": partial(name_clusters, z, raw, labels),
            "outliers": partial(find_outliers, points, z, labels, names),
            "traits": partial(describe_all, z, raw, labels),
            "duplicates": partial(find_duplicates, tracks),
        }
        row(
            f"time at {n:,} tracks",
            "",
            ", ".join(f"{name} {timed(call) * 1e3:.1f} ms" for name, call in parts.items()),
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--quick", action="store_true", help="a quarter of the playlists")
    arguments = parser.parse_args()
    library, words = load_libraries(arguments.data), read_words(arguments.data)
    row("FIGURE", "TARGET", "REACHED")
    cases = build_cases(library, load_editorial(arguments.data), words, quick=arguments.quick)
    measure_names(cases)
    measure_typical(cases)
    measure_outliers(library, quick=arguments.quick)
    measure_duplicates(library, words)
    measure_time(library, words)


if __name__ == "__main__":
    main()
