"""Learn the constants of imputation from measured playlists and write them into the package.

    python -m benchmarks.learn_imputation

learns from all listeners and writes `services/analysis/imputation/constants.json`. Deterministic: same data,
same file. About a minute.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from benchmarks.hidden_tracks import (
    CACHES,
    LARGEST,
    SMALLEST,
    Cache,
    Hide,
    Rows,
    Shelf,
    cache_rows,
    hide_all_but,
    hide_share,
    load_shelf,
)
from benchmarks.listeners import SHARED_DATA
from services.analysis.imputation.expectation import (
    BREADTH_WEIGHT,
    PRIOR_ROWS,
    back_off,
    describe,
    expected,
    raw_errors,
    to_raw,
)
from services.analysis.imputation.neighbourhoods import LEVELS, gather, ties_of
from services.analysis.imputation.recordings import RelatedTracks, find_same_recordings
from services.analysis.imputation.shapes import CONSTANTS_FILE, Constants, FloatArray, raw_matrix, to_shape
from services.domain.features import SOUND_FEATURES

WIDTH = len(SOUND_FEATURES)
WITHIN = 0.9
"""Share of a playlist's mean taken off before the prior is fitted: mostly it corrects inside playlists."""
RIDGE = 80.0
SMALLEST_LEARNED = 12
STRANGER = 0.1
"""What a listener never seen adds to the log variance where no playlist is known: left out one by one, their
tracks were 10 % (in one case 38 %) farther from the prior than the others let expect."""
CORRELATION_KEPT = 0.95
"""Share of the errors' correlation that a listener never seen may be trusted to have, too: with all of
it, 95 % intervals of partial gaps covered 92 %."""
FEW_KNOWN = (0, 1, 2, 3, 5, 8)
SHRINKAGE_PULL = 3e-4
SLOPE_PULL = 2e-3
"""How hard one feature's parameters are pulled to those of all features together (losses are about 1)."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Hidden tracks with what their related tracks say and what is true; `n` over all simulated playlists."""

    sums: FloatArray
    """(n_levels, n, 18)"""
    truth: FloatArray
    """(n, 9) true residuals."""
    breadth: FloatArray
    """(n, 9) variance of the known residuals of the playlist, as sums of squares."""
    known: FloatArray
    """(n,) number of known tracks of the playlist."""
    prior: FloatArray
    """(n, 9)"""
    weight: FloatArray
    """(n,) sums to 1; listeners count by the root of their size."""


def learn(shelf: Shelf, listeners: Sequence[str], *, thin: int = 1, seed: int = 0) -> Constants:
    """Learn everything from some listeners, as if the others had never been seen.

    With `thin` only every so-many-th playlist is simulated: quicker, a little rougher.
    """
    rng = np.random.default_rng(seed)
    constants = _population(shelf, listeners)
    hidden = _simulate(shelf, listeners, constants, thin, rng)
    breadth = np.average(
        hidden.breadth[hidden.known >= 10], axis=0, weights=hidden.weight[hidden.known >= 10]
    )
    constants = replace(constants, breadth=breadth, shrinkage=_learn_shrinkage(hidden))
    return _learn_errors(hidden, constants)


def _population(shelf: Shelf, listeners: Sequence[str]) -> Constants:
    """Learn scale and prior."""
    rows = shelf.rows_of(listeners)
    place = {row: i for i, row in enumerate(rows.tolist())}
    shape = to_shape(raw_matrix([shelf.features[row] for row in rows]))
    centre, spread = np.nanmean(shape, axis=0), np.nanstd(shape, axis=0)
    standard = np.nan_to_num((shape - centre) / spread)
    labels = describe([shelf.tracks[row] for row in rows])
    prior_centre = np.nanmean(labels, axis=0)
    labels = np.nan_to_num(labels - prior_centre)
    gram, target = RIDGE * np.eye(labels.shape[1]), np.zeros((labels.shape[1], WIDTH))
    for (listener, _), members in shelf.playlists.items():
        if listener in listeners and len(members) >= SMALLEST_LEARNED:
            inside = [place[row] for row in members.tolist()]
            x = labels[inside] - WITHIN * labels[inside].mean(axis=0)
            gram += x.T @ x
            target += x.T @ (standard[inside] - WITHIN * standard[inside].mean(axis=0))
    return Constants(
        centre=centre,
        spread=spread,
        prior_centre=prior_centre,
        prior_table=np.asarray(np.linalg.solve(gram, target), dtype=np.float64),
        shrinkage=np.ones((len(LEVELS), WIDTH)),
        breadth=np.ones(WIDTH),
        variance_base=np.zeros(WIDTH),
        variance_slopes=np.zeros((len(LEVELS) + 1, WIDTH)),
        correlation=np.eye(WIDTH),
        error_scale=np.ones(WIDTH),
    )


def _simulate(
    shelf: Shelf, listeners: Sequence[str], constants: Constants, thin: int, rng: np.random.Generator
) -> Hidden:
    """Hide tracks of every playlist, with every cache, half of the time without genres."""
    cases: list[tuple[str, FloatArray, FloatArray, FloatArray, int, FloatArray]] = []
    for listener in listeners:
        playlists = [
            r for (who, _), r in shelf.playlists.items() if who == listener and len(r) >= SMALLEST_LEARNED
        ]
        for name in CACHES:
            cache = Cache(shelf, cache_rows(shelf, name, listener, listeners, rng), constants)
            for rows in playlists[::thin]:
                sample = rng.permutation(rows)[:LARGEST]
                few = hide_all_but(int(rng.choice(FEW_KNOWN)))
                judged = len(sample) >= SMALLEST
                with cache.without(sample) as related_tracks:
                    for hide in (
                        (hide_share(0.1), hide_share(0.3), hide_share(0.6), few)
                        if judged
                        else (few, hide_share(0.3))
                    ):
                        case = _hide(shelf, sample, hide, related_tracks, rng)
                        cases.append((listener, *case))
    sizes = [len(case[2]) for case in cases]
    owner = np.repeat([case[0] for case in cases], sizes)
    weight = np.zeros(len(owner))
    for listener in listeners:
        mine = owner == listener
        weight[mine] = 1 / np.sqrt(max(mine.sum(), 1))
    return Hidden(
        sums=np.concatenate([case[1] for case in cases], axis=1),
        truth=np.concatenate([case[2] for case in cases]),
        breadth=np.repeat([case[3] for case in cases], sizes, axis=0),
        known=np.repeat([float(case[4]) for case in cases], sizes),
        prior=np.concatenate([case[5] for case in cases]),
        weight=weight / weight.sum(),
    )


def _hide(
    shelf: Shelf, rows: Rows, hide: Hide, related_tracks: RelatedTracks, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray, int, FloatArray]:
    """Hide some tracks of one playlist; the same recordings are left out, they will be borrowed."""
    tracks = [shelf.tracks[row] for row in rows]
    constants = related_tracks.constants
    prior = expected(tracks, constants.prior_centre, constants.prior_table)
    residuals = np.nan_to_num(
        related_tracks.standardised(raw_matrix([shelf.features[row] for row in rows])) - prior
    )
    hidden = sorted(hide(len(rows), rng).tolist())
    known = sorted(set(range(len(rows))) - set(hidden))
    own = RelatedTracks(constants)
    own.extend(shelf.member(int(rows[i])) for i in known)
    hidden = [
        i for i in hidden if not find_same_recordings(tracks[i], (own.recordings, related_tracks.recordings))
    ]
    evidence = np.full_like(residuals, np.nan)
    evidence[known] = residuals[known]
    ties = [ties_of(track) for track in tracks]
    sums = gather(hidden, tracks, ties, evidence, (related_tracks.neighbourhoods, own.neighbourhoods))
    if rng.random() < 0.5:
        sums[LEVELS.index("genre")] = 0.0
    breadth = residuals[known].var(axis=0) if known else np.zeros(WIDTH)
    return sums, residuals[hidden], breadth, len(known), prior[hidden]


def _learn_shrinkage(hidden: Hidden) -> FloatArray:
    """Fit k per level and feature; features with little to go by lean on what is typical of the level."""
    counts = hidden.sums[:, :, WIDTH:]
    means = np.where(counts > 1e-6, hidden.sums[:, :, :WIDTH] / np.maximum(counts, 1e-6), 0.0)
    counts = np.maximum(counts, 0.0)

    def fit(feature: int, start: FloatArray, pull: float) -> FloatArray:
        mean, count = means[:, :, feature], counts[:, :, feature]
        truth = hidden.truth[:, feature]

        def loss(log_k: FloatArray) -> tuple[float, FloatArray]:
            weights = count / (count + np.exp(log_k)[:, None])
            before, estimate = [], np.zeros(len(truth))
            for level, w in enumerate(weights):
                before.append(estimate)
                estimate = estimate + w * (mean[level] - estimate)
            error = estimate - truth
            slope, back = np.zeros(len(log_k)), 2 * hidden.weight * error
            for level in reversed(range(len(log_k))):
                w = weights[level]
                slope[level] = (back * (mean[level] - before[level]) * -w * (1 - w)).sum()
                back = back * (1 - w)
            away = log_k - start
            return float((hidden.weight * error**2).sum() + pull * (away**2).sum()), slope + 2 * pull * away

        bounds = [(-3.0, 6.0)] * len(start)
        found: FloatArray = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
        return found

    first = np.stack([fit(f, np.ones(len(LEVELS)), 1e-6) for f in range(WIDTH)], axis=1)
    typical = np.median(first, axis=1)
    return np.exp(np.stack([fit(f, typical, SHRINKAGE_PULL) for f in range(WIDTH)], axis=1))


def _learn_errors(hidden: Hidden, constants: Constants) -> Constants:
    """Fit the predictive variance, the correlation of errors and the way into raw units."""
    estimate, leftover = back_off(hidden.sums, constants.shrinkage)
    error = estimate - hidden.truth
    known = hidden.known[:, None]
    breadth = np.log(
        (hidden.breadth * known + BREADTH_WEIGHT * constants.breadth)
        / ((known + BREADTH_WEIGHT) * constants.breadth)
    )
    design = np.concatenate([np.ones((1, *error.shape)), leftover - 1, breadth[None]])

    def fit(
        rows: FloatArray, squares: FloatArray, weight: FloatArray, start: FloatArray, pull: float
    ) -> FloatArray:
        def loss(theta: FloatArray) -> tuple[float, FloatArray]:
            log_variance = theta @ rows
            ratio = squares * np.exp(-log_variance)
            away = np.concatenate([[0.0], theta[1:] - start[1:]])
            value = (weight * (log_variance + ratio)).sum() + pull * (away**2).sum()
            return float(value), rows @ (weight * (1 - ratio)) + 2 * pull * away

        # More related tracks never make an estimate less sure, so no slope is negative.
        bounds = [(-5.0, 5.0)] + [(0.0, 3.0)] * (len(start) - 1)
        found: FloatArray = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
        return found

    weight = hidden.weight
    start = np.full(len(design), 0.2)
    pooled = fit(
        design.reshape(len(design), -1), (error**2).ravel(), np.repeat(weight, WIDTH) / WIDTH, start, 0.0
    )
    theta = np.stack(
        [fit(design[:, :, f], error[:, f] ** 2, weight, pooled, SLOPE_PULL) for f in range(WIDTH)], axis=1
    )
    theta[:2] += STRANGER
    constants = replace(constants, variance_base=theta[0], variance_slopes=theta[1:])
    variance = np.exp(np.einsum("lf,lnf->nf", theta, design))
    standardised = error / np.sqrt(variance)
    moments = (standardised * weight[:, None]).T @ standardised
    scale = np.sqrt(np.diag(moments))
    correlation = CORRELATION_KEPT * moments / np.outer(scale, scale)
    np.fill_diagonal(correlation, 1.0)
    constants = replace(constants, correlation=correlation)
    return replace(constants, error_scale=_learn_scale(hidden, estimate, variance, constants))


def _learn_scale(
    hidden: Hidden, estimate: FloatArray, variance: FloatArray, constants: Constants
) -> FloatArray:
    """Find the factors with which raw intervals of 95 % (and nearly those of 80 %) cover what they say."""
    standard = estimate + hidden.prior
    truth = to_raw(hidden.truth + hidden.prior, constants)
    wrong = np.abs(truth - to_raw(standard, constants)) / raw_errors(standard, np.sqrt(variance), constants)
    factors = []
    for f in range(WIDTH):
        order = np.argsort(wrong[:, f])
        share = np.cumsum(hidden.weight[order])
        at_80, at_95 = (wrong[order, f][np.searchsorted(share, level)] for level in (0.80, 0.95))
        factors.append((at_80 / 1.2816) ** 0.15 * (at_95 / 1.9600) ** 0.85)
    return np.array(factors)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED_DATA)
    parser.add_argument("--to", type=Path, default=CONSTANTS_FILE)
    options = parser.parse_args()
    shelf = load_shelf(options.data)
    constants = learn(shelf, shelf.listeners)
    provenance = (
        f"Learned by benchmarks/learn_imputation.py from {len(shelf.rows_of(shelf.listeners)):,} tracks "
        f"with Spotify's features in {len(shelf.playlists)} playlists of {len(shelf.listeners)} listeners "
        "who published them; no row of theirs is kept here. Columns follow SOUND_FEATURES, rows the names."
    )
    document = {"provenance": provenance, "levels": LEVELS, "prior_rows": PRIOR_ROWS, **constants.to_json()}
    lines = ",\n".join(
        f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in document.items()
    )
    options.to.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    print(f"wrote {options.to} ({options.to.stat().st_size / 1000:.1f} kB)")
    for level, row in zip(LEVELS, constants.shrinkage, strict=True):
        print(f"{level:>14}", *(f"{k:7.2f}" for k in row))


if __name__ == "__main__":
    main()
