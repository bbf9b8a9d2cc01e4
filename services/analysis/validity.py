"""Ask whether groups are real: whether there are any at all, and whether a resampled playlist has the same.

Structure: silhouettes cannot tell groups from one cloud that any clustering would cut somewhere. Distances
relative to those in structureless clouds can (gap statistic, Tibshirani et al. 2001, with the list's own
features under a Gaussian copula in place of a uniform null): in groups neighbours are nearer (Clark & Evans
1954), and in short lists, where ten neighbours are most of a group, k-means leaves less distance inside.
Stability: refits on bootstrap samples are compared with the fit in question.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from services.analysis.kmeans import Float, assign_all, lloyd, place_seeds
from services.domain.report import FEWEST_TRACKS, LEAST_GAP, LEAST_GAP_Z, ONE_ALBUM

_NORMAL = NormalDist()
_WIDEST, _FINENESS = 4.0, 512
_RANKS = np.array(
    [_NORMAL.cdf(step / _FINENESS - _WIDEST) for step in range(int(2 * _WIDEST * _FINENESS) + 1)]
)
"""Share of a normal population below each step from `-_WIDEST` to `_WIDEST`, `_FINENESS` of them to the unit:
looking a value up takes a fifth of the time of interpolating.
"""

NULL_DRAWS = 24
"""All playlists of one size meet the same draws. With 10, an unlucky set of too small a spread found
structure in 11 % of the clouds of one size.
"""

MOST_NULL_DRAWS, CERTAIN = 96, 2.0
"""As many more are drawn, up to here, until the verdict is this many standard errors away from its limits."""

TESTABLE_TRACKS = 75
"""Below, the structure test finds so few true groups that a "no" would mean nothing."""

NEIGHBOUR = 10
"""Which neighbour of a point is looked at from there on: nearer ones are mostly of one album. So 87 % of the
mixtures of 3 x 50 tracks are found and by k-means 82 %, of 2 x 100 82 and 61 %, but of 3 x 20 46 and 51 %.
"""

MOST_OF_ALBUM = 3
"""Tracks of an album that count where groups have to be more than albums. Of 120 clouds of 15 albums of ten
tracks, which correlate by .6, 5 % pass so and 40 % where all count; with 2, too few mixtures of 3 x 50.
"""

TESTED_POINTS = 400
"""Drawn from longer lists: they show a gap that is worth speaking of, and 1,000 take six times as long."""

TESTED_GROUPS = (2, 4)
"""Groups that k-means looks for in short lists."""

GAP_RESTARTS = 4
"""Restarts of each fit, the same for the playlist and for the null draws, so that neither has better luck."""

FITTED_AT_ONCE = 16_384
"""Points of all clouds that are fitted together: short lists save calls, and long ones stay in the cache."""


@dataclass(frozen=True, slots=True)
class Gap:
    """How much shorter distances are than in structureless clouds."""

    gap: float
    """Difference of the logarithms of squared distances, in parts of the mean one from the middle."""
    z: float
    """That difference in standard deviations of the null draws."""
    of_albums: bool = False
    """Whether it is real, but not among few tracks of each album: those of one are alike, and that is all."""


@dataclass(frozen=True, slots=True)
class Margins:
    """What points were projected from: the null draws keep how each feature is distributed in this list."""

    scores: NDArray[np.float64]
    """Shape (n, features), one row for each point."""
    projection: NDArray[np.float64]
    """Shape (features, d): scores times this are the points."""
    albums: NDArray[np.intp] | None = None
    """The same number for rows of one album, or any other `Unit`, shape (n,); None where that is unknown."""

    def of(self, rows: NDArray[np.intp]) -> Margins:
        """Keep some rows, in this order."""
        albums = None if self.albums is None else self.albums[rows]
        return Margins(self.scores[rows], self.projection, albums)

    def few_of_each_album(self) -> NDArray[np.intp]:
        """Return the first `MOST_OF_ALBUM` rows of each album, in their order."""
        if self.albums is None:
            return np.arange(len(self.scores))
        by_album = np.argsort(self.albums, kind="stable")
        begins = np.searchsorted(self.albums[by_album], self.albums[by_album])
        return np.sort(by_album[np.arange(len(by_album)) - begins < MOST_OF_ALBUM])

    def are_albums(self, labels: NDArray[np.intp]) -> bool:
        """Whether each of some groups, one label for each row, is mostly one album, and each another."""
        if self.albums is None:
            return False
        groups = [np.bincount(self.albums[labels == group]) for group in range(labels.max() + 1)]
        mostly = {int(own.argmax()) for own in groups if own.max() >= ONE_ALBUM * own.sum()}
        return len(mostly) == len(groups)


def structure_gap(
    points: NDArray[np.float32], rng: np.random.Generator, margins: Margins | None = None
) -> Gap:
    """Compare distances among `points`, shape (n, d), with those in clouds without groups.

    Where `margins` know the albums, a gap that is real is looked for once more among few tracks of each.

    Of several gaps the largest is returned, of those that are real if any is. With `margins` the clouds have
    the list's own features, each distributed as it is here, and only as much dependence between them as their
    rank correlations say (a Gaussian copula): skewed features alone make no groups. Without, the clouds get
    exactly the mean and covariance of the points; given these two, a Gaussian sample does not depend on
    anything unknown. Points that are all the same have no shape to compare with: gap and z are 0.
    """
    found = _largest_gap(points, rng, margins)
    if margins is None or not is_real(found) or len(few := margins.few_of_each_album()) == len(points):
        return found
    (apart,) = rng.spawn(1)  # albums change no later draw
    is_more = len(few) >= FEWEST_TRACKS and is_real(_largest_gap(points[few], apart, margins.of(few)))
    return replace(found, of_albums=not is_more)


def _largest_gap(points: NDArray[np.float32], rng: np.random.Generator, margins: Margins | None) -> Gap:
    """Return the largest gap of several, of those that are real if any is."""
    if len(points) > TESTED_POINTS:
        some = np.sort(rng.choice(len(points), TESTED_POINTS, replace=False))
        points, margins = points[some], None if margins is None else margins.of(some)
    centred = (points - points.mean(axis=0, dtype=np.float64)).astype(Float)
    if float(centred.var(axis=0).max()) <= 1e-9:
        return Gap(0.0, 0.0)
    measures: list[Callable[[NDArray[np.float32]], list[float]]] = [_neighbour_distances]
    if len(points) < TESTABLE_TRACKS:
        measures = [partial(_log_inertia_ratios, k=k, rng=rng) for k in TESTED_GROUPS]
    found: list[list[float]] = [[] for _ in measures]
    gaps: list[Gap] = []
    while len(found[0]) <= MOST_NULL_DRAWS and not (gaps and _is_decided(gaps, len(found[0]) - 1)):
        clouds = _gaussian_clouds(centred, rng) if margins is None else _copula_clouds(margins, rng)
        everything = clouds if gaps else np.concatenate([centred[None], clouds])
        for values, measure in zip(found, measures, strict=True):
            values.extend(measure(everything))
        gaps = [_gap(*values) for values in found]
    return max(gaps, key=lambda tested: (is_real(tested), tested.gap))


def is_real(tested: Gap) -> bool:
    """Whether a gap is not chance, and worth speaking of."""
    return tested.z >= LEAST_GAP_Z and tested.gap >= LEAST_GAP


def _is_decided(gaps: Sequence[Gap], drawn: int) -> bool:
    """Whether more null draws would hardly say otherwise about any groups (as Gandy 2009 stops a test)."""
    sides = []
    for tested in gaps:
        error = CERTAIN * math.sqrt((1 + tested.z**2 / 2) / drawn)
        spread = CERTAIN * tested.gap / (tested.z or 1.0) / math.sqrt(drawn)
        short = min(tested.z + error - LEAST_GAP_Z, tested.gap + spread - LEAST_GAP)
        sure = min(tested.z - error - LEAST_GAP_Z, tested.gap - spread - LEAST_GAP)
        sides.append(1 if sure >= 0 else -1 if short < 0 else 0)
    return max(sides) == 1 or max(sides) == -1


def _gap(own: float, *null: float) -> Gap:
    gap = float(np.mean(null)) - own
    return Gap(gap, gap / max(float(np.std(null, ddof=1)), 1e-6))


def _gaussian_clouds(centred: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    covariance = np.cov(centred, rowvar=False, dtype=np.float64)
    return _normal_draws(len(centred), covariance, rng).astype(Float)


def _copula_clouds(margins: Margins, rng: np.random.Generator) -> NDArray[np.float32]:
    ordered = np.sort(margins.scores, axis=0)
    # A feature that never varies is nothing to be drawn, and its correlation would be 0 / 0.
    varies = np.flatnonzero(ordered[-1] > ordered[0])
    n = len(ordered)
    normal = np.array([_NORMAL.inv_cdf((rank + 0.5) / n) for rank in range(n)])
    ranked = np.stack([normal_ranks(margins.scores[:, column], normal) for column in varies], axis=1)
    correlation = np.atleast_2d(np.corrcoef(ranked, rowvar=False))
    # What each feature is at each step of a normal score: a draw is looked up, not interpolated.
    place = np.clip(_RANKS * n - 0.5, 0, n - 1)
    below = np.minimum(place.astype(np.intp), n - 2)
    low, high = ordered[below][:, varies], ordered[below + 1][:, varies]
    table = (low + (place - below)[:, None] * (high - low)).ravel()
    step = np.clip((_normal_draws(n, correlation, rng) + _WIDEST) * _FINENESS, 0, len(_RANKS) - 1)
    entry = step.round().astype(np.intp) * len(varies) + np.arange(len(varies))
    clouds: NDArray[np.float64] = table[entry] @ margins.projection[varies]
    clouds -= clouds.mean(axis=1, keepdims=True)
    return clouds.astype(Float)


def normal_ranks(values: NDArray[np.float64], normal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the normal score of each value's rank among the others; equal values share their mean.

    Parameters
    ----------
    values : shape (n,)
    normal : shape (n,)
        Normal scores of the ranks, ascending.
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    sums = np.concatenate([[0.0], np.cumsum(normal)])
    means = (sums[ends] - sums[ends - counts]) / counts
    scores: NDArray[np.float64] = means[place]
    return scores


def _normal_draws(n: int, covariance: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw `NULL_DRAWS` samples of n with a mean of 0 and exactly this covariance, if n is large enough."""
    variances, directions = np.linalg.eigh(covariance)
    shape = directions * np.sqrt(np.maximum(variances, 0))
    noise = rng.standard_normal((NULL_DRAWS, n, len(shape)))
    noise -= noise.mean(axis=1, keepdims=True)
    if n > len(shape):
        roots = np.linalg.cholesky(np.swapaxes(noise, 1, 2) @ noise / (n - 1))
        shape = shape @ np.linalg.inv(roots)
    draws: NDArray[np.float64] = noise @ np.swapaxes(shape, -1, -2)
    return draws


def _neighbour_distances(clouds: NDArray[np.float32]) -> list[float]:
    """Return the mean log of squared distances to a near neighbour in each of some centred clouds.

    They are in parts of the mean squared distance from the middle; `clouds` have the shape (clouds, n, d).
    """
    found = []
    for points in clouds:
        squares = np.einsum("nd,nd->n", points, points)
        apart = points @ (-2 * points.T)
        apart += squares
        apart += squares[:, None]
        np.maximum(apart, 0, out=apart)
        apart.view(np.int32).partition(NEIGHBOUR, axis=1)  # as bits, in half the time; the nearest is itself
        near = apart[:, NEIGHBOUR] / float(squares.mean(dtype=np.float64))
        found.append(float(np.log(np.maximum(near, 1e-9)).mean(dtype=np.float64)))
    return found


def _log_inertia_ratios(clouds: NDArray[np.float32], k: int, rng: np.random.Generator) -> list[float]:
    """Return log(W_k / W_1) of each of some clouds, shape (clouds, n, d)."""
    found: list[float] = []
    size = max(1, FITTED_AT_ONCE // (GAP_RESTARTS * clouds.shape[1]))
    for first in range(0, len(clouds), size):
        some = clouds[first : first + size]
        total = ((some - some.mean(axis=1, keepdims=True)) ** 2).sum(axis=(1, 2), dtype=np.float64)
        each = np.repeat(some, GAP_RESTARTS, axis=0)
        draws = np.concatenate([rng.random((k, GAP_RESTARTS)) for _ in some], axis=1)
        start = place_seeds(each, np.ones(each.shape[:2], dtype=Float), draws)
        inside = lloyd(each, start).best(GAP_RESTARTS).inertia
        found += np.log(np.maximum(inside, 1e-9 * total) / total).tolist()
    return found


FEWEST_REFITS, MOST_REFITS = 32, 128
REFITTED_POINTS = 12_800
"""Refits cost time by their points, and few points need more of them: the groups of a playlist without a
tenth of its tracks agree with its own by .63 where k was chosen from 32 refits and by .67 from 256.
"""

MANY_REFITS = 64


@dataclass(frozen=True, slots=True)
class Stability:
    """How well a grouping and its single groups survive a resampling."""

    agreement: float
    """Mean adjusted Rand index between the grouping and its bootstrap refits, 0..1."""
    found_again: float
    """Mean over all points of the Jaccard similarity of their group and the likest of each refit, 0..1.

    Hennig (2007).
    """
    gain: float
    """What the grouping takes off the mean squared distance of the points from their mean."""
    k: int
    smallest: int
    """Points in the smallest group."""


def adjusted_rand(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the adjusted Rand index of contingency tables, shape (..., a, b) to (...).

    Hubert & Arabie (1985). Two partitions that both put everything into one group agree fully: 1.
    """
    total = table.sum(axis=(-2, -1))
    pairs = _pairs(table).sum(axis=(-2, -1))
    rows = _pairs(table.sum(axis=-1)).sum(axis=-1)
    columns = _pairs(table.sum(axis=-2)).sum(axis=-1)
    expected = rows * columns / np.maximum(_pairs(total), 1)
    room = (rows + columns) / 2 - expected
    index: NDArray[np.float64] = np.where(room > 0, (pairs - expected) / np.where(room > 0, room, 1), 1.0)
    return index


def agreement(first: NDArray[np.intp], second: NDArray[np.intp]) -> float:
    """Return the adjusted Rand index of two labellings of the same rows: 1 the same groups, 0 chance."""
    table = np.zeros((int(first.max()) + 1, int(second.max()) + 1))
    np.add.at(table, (first, second), 1)
    return float(adjusted_rand(table))


def refits_for(n: int) -> tuple[int, int]:
    """Return how many bootstrap samples of n points to draw, and how often to start the fit to each."""
    refits = min(max(REFITTED_POINTS // max(n, 1), FEWEST_REFITS), MOST_REFITS)
    restarts = 4 if refits >= MANY_REFITS else 2
    return refits // restarts, restarts


@dataclass(frozen=True, slots=True)
class Resamples:
    """What is random in the bootstrap refits of k groups to n points."""

    counts: NDArray[np.float32]
    """How often each sample has each point, shape (samples, n)."""
    seeds: NDArray[np.float64]
    """Random numbers for the starts of all refits, shape (k, samples * restarts)."""

    @staticmethod
    def draw(n: int, k: int, rng: np.random.Generator) -> Resamples:
        """Draw samples of n points, and starts of k groups in them."""
        samples, restarts = refits_for(n)
        counts = rng.multinomial(n, np.full(n, 1 / n), size=samples).astype(Float)
        return Resamples(counts, rng.random((k, samples * restarts)))

    def split(self, samples: int) -> tuple[Resamples, Resamples]:
        """Return the first samples, and the others."""
        starts = samples * self.restarts
        return (
            Resamples(self.counts[:samples], self.seeds[:, :starts]),
            Resamples(self.counts[samples:], self.seeds[:, starts:]),
        )

    @property
    def restarts(self) -> int:
        """How often the fit to each sample is started."""
        return int(self.seeds.shape[1]) // len(self.counts)


def bootstrap_stability(
    points: NDArray[np.float32], centres: NDArray[np.float32], resamples: Resamples
) -> Stability:
    """Refit on bootstrap samples and compare both groupings of all points.

    Parameters
    ----------
    points : shape (n, d)
        Centred on their mean.
    centres : shape (k, d)
        The fit in question.
    resamples : Resamples
        Drawn for n points and k groups.
    """
    return stability_in(refit(points, centres, resamples), points, centres)


def refit(
    points: NDArray[np.float32], centres: NDArray[np.float32], resamples: Resamples
) -> NDArray[np.float64]:
    """Count the points that each group of a refit shares with each of the fit, shape (samples, k, k)."""
    n, k = len(points), len(centres)
    weights = np.repeat(resamples.counts, resamples.restarts, axis=0)
    refits = lloyd(points, place_seeds(points, weights, resamples.seeds), weights).best(resamples.restarts)
    own = assign_all(points, centres[None])[0].astype(Float)
    others = assign_all(points, refits.centres).astype(Float)
    shared: NDArray[np.float64] = (others.reshape(-1, n) @ own.T).reshape(-1, k, k).astype(np.float64)
    return shared


def stability_in(
    table: NDArray[np.float64], points: NDArray[np.float32], centres: NDArray[np.float32]
) -> Stability:
    """Say how well a fit survives in its refits, from what `refit` counts."""
    n, k = len(points), len(centres)
    own = assign_all(points, centres[None])[0].astype(Float)
    union = table.sum(axis=1, keepdims=True) + table.sum(axis=2, keepdims=True) - table
    found_again = (table / np.maximum(union, 1)).max(axis=1).mean(axis=0)
    sizes, sums = own.sum(axis=1), own @ points
    return Stability(
        agreement=float(adjusted_rand(table).mean()),
        found_again=float(found_again @ sizes / n),
        gain=float(((sums**2).sum(axis=1) / np.maximum(sizes, 1)).sum()) / n,
        k=k,
        smallest=int(sizes.min()),
    )


def _pairs(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    return counts * (counts - 1) / 2
