"""Invented point clouds with a known grouping."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]


def cloud(n: int, seed: int = 0) -> Float:
    """Return one structureless Gaussian cloud, longer in some directions than in others."""
    return np.random.default_rng(seed).standard_normal((n, 6)) * np.array([1.6, 1.3, 1.1, 1.0, 0.9, 0.8])


def islands(*sizes: int, apart: float = 6.0, seed: int = 0) -> tuple[Float, NDArray[np.intp]]:
    """Return well separated round clouds of the given sizes and the cloud of each point, shuffled."""
    rng = np.random.default_rng(seed)
    middles = np.vstack([np.zeros(6), apart * np.eye(6), -apart * np.eye(6)])[: len(sizes)]
    labels = np.repeat(np.arange(len(sizes)), sizes)
    points = middles[labels] + rng.standard_normal((len(labels), 6))
    order = rng.permutation(len(labels))
    return points[order], labels[order]
