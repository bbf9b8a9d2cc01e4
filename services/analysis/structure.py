"""Ask whether a playlist has groups at all, or is one cloud that any clustering would cut somewhere.

Silhouettes cannot tell. The log-inertia of k-means relative to Gaussian clouds of the same covariance can:
real groups leave less distance inside than a cloud of the same shape does (gap statistic, Tibshirani et al.
2001, with a Gaussian null in place of a uniform one).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.analysis.kmeans import Float, lloyd, seed_centres

NULL_DRAWS = 24
"""All playlists of one size meet the same draws. With 10, an unlucky set of too small a spread found
structure in 11 % of the clouds of one size.
"""

GAP_RESTARTS = 4
"""Restarts of each fit, the same for the playlist and for the null draws, so that neither has better luck."""


@dataclass(frozen=True, slots=True)
class Gap:
    """How much tighter k groups are than those of a structureless cloud."""

    k: int
    gap: float
    """Difference of log(W_k/W_1)."""
    z: float
    """That difference in standard deviations of the null draws."""


def gaussian_gaps(points: NDArray[np.float32], ks: Collection[int], rng: np.random.Generator) -> list[Gap]:
    """Compare k-means of `points`, shape (n, d), with that of Gaussian clouds, for each k in ascending order.

    The clouds get exactly the mean and covariance of the points. Given these two, a Gaussian sample does not
    depend on anything unknown, so the test is exact whatever the shape of the cloud. Points that are all the
    same have no shape to compare with: gap and z are 0.
    """
    n, dimensions = points.shape
    centred = (points - points.mean(axis=0, dtype=np.float64)).astype(Float)
    variances, directions = np.linalg.eigh(np.cov(centred, rowvar=False, dtype=np.float64))
    if variances.max() <= 1e-9:
        return [Gap(k, 0.0, 0.0) for k in sorted(set(ks))]
    shape = directions * np.sqrt(np.maximum(variances, 0))
    clouds = []
    for _ in range(NULL_DRAWS):
        noise = rng.standard_normal((n, dimensions))
        noise -= noise.mean(axis=0)
        root = np.linalg.cholesky(noise.T @ noise / (n - 1))
        clouds.append((np.linalg.solve(root, noise.T).T @ shape.T).astype(Float))
    gaps = []
    for k in sorted(set(ks)):
        own = _log_inertia_ratio(centred, k, rng)
        null = np.array([_log_inertia_ratio(cloud, k, rng) for cloud in clouds])
        gap = float(null.mean()) - own
        gaps.append(Gap(k, gap, gap / max(float(null.std(ddof=1)), 1e-6)))
    return gaps


def _log_inertia_ratio(points: NDArray[np.float32], k: int, rng: np.random.Generator) -> float:
    total = float(((points - points.mean(axis=0)) ** 2).sum(dtype=np.float64))
    start = seed_centres(points, k, np.ones((GAP_RESTARTS, len(points)), dtype=Float), rng)
    inside = float(lloyd(points, start).inertia.min())
    return float(np.log(max(inside, 1e-9 * total) / total))
