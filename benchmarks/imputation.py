"""Measure imputation on playlists whose listener it has never seen, against simpler methods.

    python -m benchmarks.imputation            # under ten minutes
    python -m benchmarks.imputation --quick    # every eighth playlist, under two

Constants are learned anew without the listener who is judged. Accuracy is the RMSE over nine features in
spreads of the reference population (shape space), divided by the RMSE of the playlist mean on the same rows.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer

from benchmarks.hidden_tracks import (
    CACHES,
    Cache,
    Rows,
    Shelf,
    cache_rows,
    hide_all_but,
    hide_share,
    load_shelf,
)
from benchmarks.imputation_table import COLD_STARTS, Findings, print_line, report
from benchmarks.imputed_clusters import agreement, true_groups
from benchmarks.learn_imputation import learn
from benchmarks.listeners import SHARED_DATA
from services.analysis.imputation import (
    Estimate,
    RelatedTracks,
    Relation,
    estimate_gaps,
    impute,
)
from services.analysis.imputation.shapes import Constants, FloatArray, raw_matrix, to_shape
from services.domain.features import SOUND_FEATURES, AudioFeatures, Origin, Provenance
from services.domain.report import EnrichedTrack

MEASURED = Provenance(Origin.MEASURED, "spotify")
SHARES = (0.1, 0.3, 0.6)
WIDTH = len(SOUND_FEATURES)


def enriched(shelf: Shelf, row: int, hidden: Sequence[int] | None = None) -> EnrichedTrack:
    """Present a track with the sound features at `hidden` (None: everything) unknown; `()` hides nothing."""
    features = shelf.features[row]
    if hidden is None:
        features = AudioFeatures()
    elif hidden:
        features = AudioFeatures.of(
            {f: features.get(f) for f in features.known if f not in {SOUND_FEATURES[j] for j in hidden}}
        )
    return EnrichedTrack(
        track=shelf.tracks[row], features=features, provenance=dict.fromkeys(features.known, MEASURED)
    )


class Fold:
    """The playlists of one listener, judged with constants learned from the others."""

    def __init__(self, shelf: Shelf, listener: str, *, quick: bool) -> None:
        self.shelf, self.listener = shelf, listener
        self.playlists = shelf.judged(listener)[:: 8 if quick else 1]
        self.constants = learn(
            shelf, [name for name in shelf.listeners if name != listener], thin=6 if quick else 2
        )
        self.raw = raw_matrix(shelf.features)
        self.truth = self.standard(self.raw)

    def standard(self, raw: FloatArray) -> FloatArray:
        """Map raw values to the scale that errors are counted in."""
        standard: FloatArray = (to_shape(raw) - self.constants.centre) / self.constants.spread
        return standard

    def cache(self, name: str, shelf: Shelf) -> Cache:
        """Fill one of `CACHES`, the same every time."""
        rng = np.random.default_rng(7)
        return Cache(shelf, cache_rows(shelf, name, self.listener, shelf.listeners, rng), self.constants)


def hidden_rows(rows: Rows, share: float, salt: int) -> set[int]:
    """Choose positions to hide, the same ones for every cache and method."""
    return set(hide_share(share)(len(rows), np.random.default_rng([salt, len(rows), int(rows[0])])).tolist())


def judge(fold: Fold, found: Findings, shares: Sequence[float]) -> None:
    """Hide whole tracks, impute them through the public door, compare."""
    for words, shelf in (("", fold.shelf.without_genres()), (" + genres", fold.shelf)):
        for name in CACHES:
            cache = fold.cache(name, shelf)
            for salt, rows in enumerate(fold.playlists):
                with cache.without(rows) as related_tracks:
                    for share in shares:
                        hidden = hidden_rows(rows, share, salt)
                        _judge_one(
                            fold,
                            shelf,
                            rows,
                            hidden,
                            related_tracks=related_tracks,
                            found=found,
                            name=f"{name}{words} {share:.0%}",
                        )


def _judge_one(
    fold: Fold,
    shelf: Shelf,
    rows: Rows,
    hidden: set[int],
    *,
    related_tracks: RelatedTracks,
    found: Findings,
    name: str,
) -> None:
    tracks = [enriched(shelf, row, None if i in hidden else ()) for i, row in enumerate(rows.tolist())]
    estimates = estimate_gaps(tracks, related_tracks)
    asked = sorted(hidden)
    known = sorted(set(range(len(rows))) - hidden)
    truth = fold.truth[rows[asked]]
    mean = np.nanmean(fold.truth[rows[known]], axis=0)
    guess = fold.standard(raw_matrix([estimates[i].track.features for i in asked]))
    found.tallies[name].add(guess - truth, mean - truth)
    found.tallies[f"{name} {fold.listener}"].add(guess - truth, mean - truth)
    for i, g, t in zip(asked, guess, truth, strict=True):
        relation = str(estimates[i].relation)
        found.tallies[f"{name} by {relation}"].add((g - t)[None], (mean - t)[None])
    _check_intervals(fold, [estimates[i] for i in asked], rows[asked], found, name)


def _check_intervals(
    fold: Fold, estimates: Sequence[Estimate], rows: Rows, found: Findings, name: str
) -> None:
    for estimate, row in zip(estimates, rows.tolist(), strict=True):
        if estimate.relation is Relation.SAME_RECORDING or estimate.track.standard_errors is None:
            continue
        value = raw_matrix([estimate.track.features])[0]
        error = raw_matrix([estimate.track.standard_errors])[0]
        wrong = np.abs(value - fold.raw[row]) / error
        found.covered[f"80 {name}"].append((wrong <= 1.2816).astype(float))
        found.covered[f"95 {name}"].append((wrong <= 1.96).astype(float))
        if name == "20k 30%":
            found.covered[f"80 {name} by {estimate.relation}"].append((wrong <= 1.2816).astype(float))


Method = Callable[[FloatArray, FloatArray], FloatArray]
"""Fills the NaN rows of a playlist `(n, 9)` given its numeric labels `(n, m)`."""


def _with_labels(imputer: object) -> Method:
    def fill(values: FloatArray, labels: FloatArray) -> FloatArray:
        scaled = (labels - labels.mean(axis=0)) / np.maximum(labels.std(axis=0), 1e-9)
        filled: FloatArray = imputer.fit_transform(np.concatenate([values, scaled], axis=1))[:, :WIDTH]  # type: ignore[attr-defined]
        return filled

    return fill


def judge_rivals(fold: Fold, found: Findings) -> None:
    """Measure the methods that everybody would try first, on the playlist alone, 30 % hidden."""
    rivals: dict[str, Method] = {
        "global mean": lambda values, _: np.nan_to_num(values),
        "KNNImputer (features + numeric labels)": _with_labels(KNNImputer(n_neighbors=5)),
        "IterativeImputer (features + numeric labels)": _with_labels(
            IterativeImputer(max_iter=5, random_state=0, sample_posterior=False)
        ),
    }
    for salt, rows in enumerate(fold.playlists):
        hidden = sorted(hidden_rows(rows, 0.3, salt))
        values = np.nan_to_num(fold.truth[rows])
        truth = values[hidden].copy()
        values[hidden] = np.nan
        mean = np.nanmean(values, axis=0)
        tracks = [fold.shelf.tracks[row] for row in rows]
        labels = np.array(
            [
                [t.release_year or 2010, np.log(t.duration_ms or 2e5), bool(t.explicit), t.popularity or 0]
                for t in tracks
            ]
        )
        for name, method in rivals.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                found.tallies[name].add(method(values.copy(), labels)[hidden] - truth, mean - truth)


def judge_partial(fold: Fold, found: Findings, caches: Sequence[str]) -> None:
    """Hide one to three features of 30 % of the tracks."""
    for name in caches:
        cache = fold.cache(name, fold.shelf.without_genres())
        for salt, rows in enumerate(fold.playlists):
            rng = np.random.default_rng([salt, int(rows[0])])
            holes = {
                i: sorted(rng.permutation(WIDTH)[: int(rng.integers(1, 4))].tolist())
                for i in hidden_rows(rows, 0.3, salt)
            }
            tracks = [enriched(fold.shelf, row, holes.get(i, ())) for i, row in enumerate(rows.tolist())]
            with cache.without(rows) as related_tracks:
                filled = impute(tracks, related_tracks)
            mask = np.zeros((len(rows), WIDTH), dtype=bool)
            for i, columns in holes.items():
                mask[i, columns] = True
            truth = np.where(np.isnan(fold.truth[rows]), 0.0, fold.truth[rows])
            known = np.where(mask, np.nan, truth)
            mean = np.nanmean(known, axis=0)
            guess = fold.standard(raw_matrix([track.features for track in filled]))
            found.tallies[f"partial {name}"].add((guess - truth)[mask], (mean - truth)[mask])
            error = raw_matrix([track.standard_errors or AudioFeatures() for track in filled])
            estimated = mask & np.isfinite(error)
            wrong = np.abs(raw_matrix([track.features for track in filled]) - fold.raw[rows]) / error
            found.covered["80 partial"].append((wrong[estimated] <= 1.2816).astype(float))
            found.covered["95 partial"].append((wrong[estimated] <= 1.96).astype(float))
            if name == "cold":
                for rival, imputer in (
                    ("partial KNNImputer", KNNImputer(n_neighbors=5)),
                    ("partial IterativeImputer", IterativeImputer(max_iter=5, random_state=0)),
                ):
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore", ConvergenceWarning)
                        found.tallies[rival].add(
                            (imputer.fit_transform(known) - truth)[mask], (mean - truth)[mask]
                        )


def judge_cold_starts(fold: Fold, found: Findings) -> None:
    """Leave a playlist only a few known tracks and no cache."""
    for known in COLD_STARTS:
        for salt, rows in enumerate(fold.playlists):
            hidden = set(hide_all_but(known)(len(rows), np.random.default_rng(salt)).tolist()[:60])
            hidden_all = set(hide_all_but(known)(len(rows), np.random.default_rng(salt)).tolist())
            kept = [i for i in range(len(rows)) if i not in hidden_all or i in hidden]
            tracks = [enriched(fold.shelf, int(rows[i]), None if i in hidden else ()) for i in kept]
            estimates = estimate_gaps(tracks, RelatedTracks(fold.constants))
            asked = [place for place, i in enumerate(kept) if i in hidden]
            truth = fold.truth[[rows[kept[place]] for place in asked]]
            guess = fold.standard(raw_matrix([estimates[place].track.features for place in asked]))
            found.errors[f"start {known}"].append(((guess - truth) ** 2).ravel())
            _check_intervals(
                fold,
                [estimates[p] for p in asked],
                np.array([rows[kept[p]] for p in asked]),
                found,
                f"start {known}",
            )


def judge_clusters(fold: Fold, found: Findings) -> None:
    """Fit clusters on measured tracks, place imputed ones after, compare with the clusters of the truth."""
    for name in ("cold", "20k"):
        cache = fold.cache(name, fold.shelf.without_genres())
        for salt, rows in enumerate(fold.playlists):
            if np.isnan(fold.raw[rows]).any():
                continue
            whole = [enriched(fold.shelf, row, ()) for row in rows.tolist()]
            truth = true_groups(whole)
            with cache.without(rows) as related_tracks:
                for share in SHARES:
                    hidden = hidden_rows(rows, share, salt)
                    tracks = [
                        enriched(fold.shelf, row, None if i in hidden else ())
                        for i, row in enumerate(rows.tolist())
                    ]
                    reached = agreement(truth, tracks, impute(tracks, related_tracks))
                    found.errors[f"ari {name} {share:.0%}"].append(np.array([reached]))
                    if name == "cold":
                        ceiling = agreement(truth, tracks, whole)
                        found.errors[f"ceiling {share:.0%}"].append(np.array([ceiling]))


def measure_speed(shelf: Shelf, constants: Constants) -> Iterator[tuple[str, str, str]]:
    """Time 50 unknown tracks against a cache of everything there is (best of 20, processor time)."""
    started = time.process_time()
    related_tracks = RelatedTracks.of(zip(shelf.tracks, shelf.features, strict=True), constants=constants)
    built = time.process_time() - started
    rows = np.random.default_rng(0).permutation(len(shelf.tracks))[:150]
    for row in rows[:50]:
        related_tracks.discard(shelf.tracks[row])
    for words, chosen in (("50 unknown tracks", rows[:50]), ("50 unknown among 150", rows)):
        tracks = [enriched(shelf, row, None if i < 50 else ()) for i, row in enumerate(chosen.tolist())]
        spent = []
        for _ in range(20):
            started = time.process_time()
            impute(tracks, related_tracks)
            spent.append(time.process_time() - started)
        yield (
            f"{words}, cache of {len(related_tracks):,}",
            "5 ms",
            f"{1e3 * min(spent):.1f} ms (first {1e3 * spent[0]:.1f})",
        )
    yield "building that cache", "", f"{built:.1f} s, {1e6 * built / len(related_tracks):.0f} µs a track"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED_DATA)
    parser.add_argument("--quick", action="store_true", help="every eighth playlist, 30 % hidden only")
    options = parser.parse_args()
    shelf, found = load_shelf(options.data), Findings()
    listeners = [name for name in shelf.listeners if shelf.judged(name)]
    constants = None
    for listener in listeners:
        fold = Fold(shelf, listener, quick=options.quick)
        constants = fold.constants
        judge(fold, found, (0.3,) if options.quick else SHARES)
        judge_rivals(fold, found)
        judge_partial(fold, found, ("cold", "20k"))
        judge_cold_starts(fold, found)
        judge_clusters(fold, found)
        print(f"listener {listener}: {len(fold.playlists)} playlists", flush=True)
    report(found, listeners)
    assert constants is not None
    for line in measure_speed(shelf, constants):
        print_line(*line)


if __name__ == "__main__":
    main()
