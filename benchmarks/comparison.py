"""Measure the compatibility score: whether it knows people again, what its numbers mean, and how sure it is.

    python -m benchmarks.comparison [DATA_FOLDER] [--quick]

Truth are pairs of lists of one listener and of two (`people_pairs.py`), judged in a sound space and with
shares of genres that were learned without them. The numbers of the score are those of the package, the curves
of the percentiles are learned again without the listener who is judged. Blends are measured in
`benchmarks/blending.py`, the time of a whole comparison here.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import combinations, product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.learn_comparison import Measured
from benchmarks.listeners import SHARED_DATA
from benchmarks.people_pairs import PROTOCOLS, WHOLE, Crowd, PairOfLists, load_crowd
from benchmarks.rows import figure, head
from services.analysis.comparison.compare import compare
from services.analysis.comparison.rules import load_rules
from services.analysis.comparison.score import combine
from services.analysis.reference import REFERENCE
from services.analysis.titles import lead_artist
from services.domain.comparison import Comparison, Pair, Person, PersonKey
from services.domain.features import Origin, Provenance
from services.domain.report import EnrichedTrack
from services.domain.scoring import Band

SIZES = (15, 20, 50, 200)
SCARCE = 0.25
"""Share of the tracks with genres where these are scarce."""
REPEATS = 60
TRUE_DRAWS = 16
DRAWS_OF_OTHERS = 8
MOST_OF_ONE = 5
"""Tracks of an artist in lists that come artist by artist."""
RANGES = {15: "77 %, 40", 20: "67 %, 36", 50: "72 %, 21"}
"""What the range held at commit b2b4575, and its width."""
BEFORE = {(20, "random"): ".974 (u)", (20, "early and late"): ".959 (u)"}
GOALS = {(20, "random"): ".974", (20, "early and late"): ".97"}

Float = NDArray[np.float64]


def measure_separation(crowd: Crowd, repeats: int) -> None:
    """Print how well the score tells pairs of one person from pairs of two."""
    rules = load_rules()
    raw = REFERENCE.normal_scores(crowd.library.features)
    by = {name: crowd.sorted_by(name) for name in crowd.library.listeners}
    figure(
        "lists that are sorted, and have no early and late",
        ", ".join(f"{name} by {column}" for name, column in by.items() if column) or "none",
    )
    for protocol in PROTOCOLS[:2]:
        for size in SIZES:
            known = Measured.of(crowd, crowd.pairs(size, protocol, repeats, seed=201))
            cosine = np.array([_cosine(raw, pair) for pair in known.pairs])
            scarce = Measured.of(crowd, known.pairs, SCARCE)
            of_artists = Measured.of(crowd, known.pairs, with_files=False)
            told = {
                "with genre words": known.auc(known.scores(rules)),
                f"for {SCARCE:.0%} of the tracks": known.auc(scarce.scores(rules)),
                "for no track but of its artist": of_artists.auc(of_artists.scores(rules)),
                "without": known.auc(known.scores(rules, genres=0.0)),
                "without explicit lyrics": known.auc(known.scores(rules, explicit=0.0)),
                "without both": known.auc(known.scores(rules, genres=0.0, explicit=0.0)),
            }
            if protocol == "early and late":
                drawn = crowd.pairs(size, protocol, repeats, seed=201, is_ordered=True)
                every = Measured.of(crowd, drawn)
                told["with sorted lists too"] = every.auc(every.scores(rules))
            error = _error_over_listeners(known, known.scores(rules))
            same = int(known.same.sum())
            figure(
                f"AUC at {size} tracks, {protocol} ({same} pairs of one, {len(known.same) - same} of two)",
                f"{', '.join(f'{area:.3f} {words}' for words, area in told.items())}; ± {error:.3f}",
                before=BEFORE.get((size, protocol), ""),
                peers=f"{known.auc(cosine):.3f} (cosine of mean features)",
                goal=GOALS.get((size, protocol), ""),
                ceiling=".98" if size == 20 else "",
            )


def _error_over_listeners(known: Measured, scores: Float) -> float:
    """Return the standard error of the AUC with genre words, each listener left out (jackknife)."""
    listeners = sorted({name for pair in known.pairs for name in pair.listeners})
    without = [
        known.auc(scores, np.array([name not in pair.listeners for pair in known.pairs]))
        for name in listeners
    ]
    return float(np.sqrt((len(without) - 1) * np.var(without)))


def _cosine(table: Float, pair: PairOfLists) -> float:
    one, other = table[pair.first].mean(axis=0), table[pair.second].mean(axis=0)
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def measure_growth(crowd: Crowd) -> None:
    """Print the artist part of libraries that are cut to 100 and 1,000 tracks, against all others."""
    rules, rng = load_rules(), np.random.default_rng(202)
    listeners = crowd.library.listeners
    large = sorted(listeners, key=lambda name: -len(crowd.library.rows_of(name)))[:3]
    for name in large:
        rows = crowd.library.rows_of(name)
        # the same draws of the others for all sizes, or these differ by more than the sizes do
        friends = [
            (other, rng.choice(theirs, min(100, len(theirs)), replace=False))
            for other in listeners
            if other != name
            for theirs in [crowd.library.rows_of(other)] * DRAWS_OF_OTHERS
        ]
        told = []
        for size in (100, 1_000, len(rows)):
            overlaps = []
            for other, friend in friends:
                drawn = rows if size == len(rows) else rng.choice(rows, size, replace=False)
                overlaps.append(crowd.overlap(PairOfLists(drawn, friend, (name, other))))
            told.append(f"{np.mean(combine(np.zeros(len(overlaps)), np.array(overlaps), rules)):.1f}")
        figure(
            f"artist part of {name}, 100 / 1,000 / {len(rows):,} tracks, against everybody's 100",
            " / ".join(told),
            before="10.9 / 16.5 / 19.0 (u)",
            goal="within 1 point",
            ceiling="11.3 / 11.3 / 11.5 (u)",
        )


def measure_calibration(crowd: Crowd) -> None:
    """Print where strangers' scores lie, and whether percentiles hold for a listener left out."""
    rules = load_rules()
    whole = Measured.of(crowd, crowd.strangers(WHOLE, 1, seed=203))
    scores = whole.scores(rules)
    spread = "/".join(f"{value:.0f}" for value in np.percentile(scores, (5, 25, 50, 75, 95)))
    figure(
        f"whole libraries of different people ({len(scores)} pairs): 5/25/50/75/95 %, share at 60 and more",
        f"{spread}, {np.mean(scores >= 60):.0%}",
        before="18/42/57/69/85, 45 % (u)",
    )
    for size in (20, 50, WHOLE):
        gaps: dict[float, list[float]] = {0.25: [], 0.5: [], 0.75: [], 0.9: []}
        drawn = Measured.of(crowd, crowd.strangers(size, 4, seed=204))
        mine = drawn.scores(rules)
        for name in crowd.library.listeners:
            judged = np.array([name in pair.listeners for pair in drawn.pairs])
            taught = np.sort(mine[~judged])
            for share, found in gaps.items():
                found.append(float((mine[judged] <= np.quantile(taught, share)).mean()) - share)
        told = ", ".join(f"{share:.0%}: {100 * np.mean(found):+.0f}" for share, found in gaps.items())
        each = max(abs(100 * gap) for found in gaps.values() for gap in found)
        figure(
            f"pairs below a percentile, listener left out, {size or 'all'} tracks: points off",
            f"{told}; worst listener {each:.0f}",
            goal="within 5",
        )


def measure_range(crowd: Crowd, repeats: int) -> None:
    """Print how often the shown range holds the score of other tracks of the same two people."""
    rng = np.random.default_rng(205)
    couples = list(combinations(crowd.library.listeners, 2))
    orders: tuple[tuple[str, Callable[[NDArray[np.intp]], NDArray[np.intp]]], ...] = (
        ("tracks", rng.permutation),
        ("artists", lambda rows: _artist_by_artist(crowd, rows, rng)),
    )
    for size, (drawn, order) in product(SIZES[:3], orders):
        inside, width = [], []
        for index in range(repeats):
            names = couples[index % len(couples)]
            lists = [order(crowd.library.rows_of(name))[: 2 * size] for name in names]
            if min(map(len, lists)) < 2 * size:
                continue
            first, again = (
                _pair_of(crowd, names, [rows[part] for rows in lists])
                for part in (slice(0, size), slice(size, None))
            )
            if None in (first.score, first.low, first.high, again.score):
                continue
            inside.append(first.low <= again.score <= first.high)  # type: ignore[operator]
            width.append(first.high - first.low)  # type: ignore[operator]
        figure(
            f"the range holds the score of other {drawn} of the same two, {size} tracks each ({len(width)})",
            f"{np.mean(inside):.0%}, width {np.mean(width):.0f} points",
            before=f"{RANGES[size]} points" if drawn == "tracks" else "",
            goal="87-93 %",
            ceiling="90 %",
        )


def _artist_by_artist(crowd: Crowd, rows: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
    """Shuffle the artists of a list, and not their tracks, of which each keeps five at most."""
    leads = [lead_artist(crowd.shelf.tracks[row].artists) or str(row) for row in rows]
    _, artist = np.unique(leads, return_inverse=True)
    place = rng.permutation(int(artist.max()) + 1)[artist]
    order = np.argsort(place, kind="stable")
    first = np.searchsorted(place[order], place[order])
    return rows[order[np.arange(len(order)) - first < MOST_OF_ONE]]


AHEAD_OF = 5
"""People in a group of whom it is said who is ahead."""


def measure_sentences(crowd: Crowd, groups: int) -> None:
    """Print how often it is said who is ahead, or how alike two are beside strangers, and how often rightly.

    True is what the mean of many draws of so many tracks says.
    """
    rng, everybody = np.random.default_rng(206), crowd.library.listeners

    def draw(names: Sequence[str], size: int) -> Comparison:
        rows = [rng.permutation(crowd.library.rows_of(name))[:size] for name in names]
        return compare([list_of(crowd, name, own) for name, own in zip(names, rows, strict=True)])

    for size in SIZES[1:]:
        drawn = [pair for _ in range(TRUE_DRAWS) for pair in draw(everybody, size).pairs]
        true = {
            couple: float(np.mean([pair.score for pair in drawn if {pair.a, pair.b} == couple]))
            for couple in map(frozenset, combinations(everybody, 2))
        }
        ends: list[tuple[bool, bool]] = []
        bands: list[bool | None] = []
        for _ in range(groups):
            found = draw(rng.permutation(everybody)[:AHEAD_OF].tolist(), size)
            ends += _ends(found, true)
            bands += [_is_beside_strangers(pair, true) for pair in found.pairs]
        figure(
            f"who is ahead of {AHEAD_OF} people, {size} tracks: said / one name alone / true",
            f"{len(ends) / 4 / groups:.0%} / {sum(alone for alone, _ in ends) / 4 / groups:.0%}"
            f" / {np.mean([right for _, right in ends]):.0%}",
            goal="90 % true",
        )
        said = [right for right in bands if right is not None]
        figure(
            f"more or less alike than most strangers, {size} tracks: said / true",
            f"{len(said) / len(bands):.0%} / {np.mean(said):.0%}",
            goal="90 % true",
        )


def _ends(found: Comparison, true: Mapping[frozenset[str], float]) -> list[tuple[bool, bool]]:
    """Return of each end that is said whether it has one name, and whether the true one is among them."""
    people = {person.key for person in found.people}
    pairs = {couple: score for couple, score in true.items() if couple <= people}
    means = {
        key: float(np.mean([score for couple, score in pairs.items() if key in couple])) for key in people
    }
    ends: list[tuple[bool, bool]] = []
    for two, choose in ((found.most_alike, max), (found.most_different, min)):
        if two is not None:
            end = choose(pairs.values())
            ends.append((two.only is not None, end in [pairs[frozenset(couple)] for couple in two.pairs]))
    for one, choose in ((found.centre, max), (found.lone_wolf, min)):
        if one is not None:
            end = choose(means.values())
            ends.append((one.only is not None, end in [means[key] for key in one.keys]))
    return ends


def _is_beside_strangers(pair: Pair, true: Mapping[frozenset[str], float]) -> bool | None:
    """Return whether a band is true among pairs of others; None where it says nothing of strangers."""
    two = frozenset({pair.a, pair.b})
    below = float(np.mean([score < true[two] for couple, score in true.items() if couple.isdisjoint(two)]))
    match pair.band:
        case Band.FAR:
            return below <= 0.25
        case Band.APART:
            return below <= 0.5
        case Band.NEAR:
            return below >= 0.5
        case Band.CLOSE | Band.ONE:
            return below >= 0.75
    return None


def _pair_of(crowd: Crowd, names: tuple[str, ...], lists: list[NDArray[np.intp]]) -> Pair:
    people = [list_of(crowd, name, rows) for name, rows in zip(names, lists, strict=True)]
    return compare(people).pairs[0]


def measure_speed(crowd: Crowd) -> None:
    """Print the processor time of a whole comparison."""
    rng = np.random.default_rng(205)
    for count, tracks, target in ((2, 300, ""), (10, 50, "<= .15 s"), (25, 300, "")):
        people = [person_of(crowd, f"person {n:02d}", rng, tracks) for n in range(count)]
        best = min(_seconds(partial(compare, people)) for _ in range(3))
        figure(
            f"comparing {count} people with {tracks} tracks each, processor time",
            f"{best:.2f} s",
            goal=target,
        )


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
    parser.add_argument("--quick", action="store_true", help="a third of the repetitions")
    options = parser.parse_args()
    crowd = load_crowd(options.folder)
    repeats = REPEATS // 3 if options.quick else REPEATS
    head("Compatibility")
    with threadpool_limits(1):
        measure_separation(crowd, repeats)
        measure_growth(crowd)
        measure_calibration(crowd)
        measure_range(crowd, 110 if options.quick else 330)
        measure_sentences(crowd, 40 if options.quick else 120)
        measure_speed(crowd)


if __name__ == "__main__":
    main()
