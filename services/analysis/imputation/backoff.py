"""What a track's company expects it to sound like: empirical-Bayes means from the playlist down to the song.

Each level pulls the estimate towards its own mean, the harder the more tracks it has:
`estimate = (1 - w) * estimate + w * mean` with `w = n / (n + k)`; k is learned per level and feature.
"""

from __future__ import annotations

import numpy as np

from services.analysis.imputation.shapes import FloatArray


def back_off(sums: FloatArray, shrinkage: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Walk through the levels, from wide to narrow.

    Parameters
    ----------
    sums : (n_levels, n, 18)
        Weighted sums of residuals and of weights, as `levels.gather` returns them.
    shrinkage : (n_levels, 9)

    Returns
    -------
    estimate : (n, 9)
        Expected residual to the prior, in spreads.
    leftover : (n_levels, n, 9)
        `1 - w` of each level, in (0, 1]: the share of doubt that its company leaves.
    """
    width = sums.shape[2] // 2
    # Subtracting a track's own share leaves tiny remainders where nobody else is.
    counts = np.where(sums[:, :, width:] > 1e-6, sums[:, :, width:], 0.0)
    means = np.where(counts > 0, sums[:, :, :width] / np.maximum(counts, 1e-6), 0.0)
    leftover = shrinkage[:, None, :] / (counts + shrinkage[:, None, :])
    estimate = np.zeros((sums.shape[1], width))
    for mean, rest in zip(means, leftover, strict=True):
        estimate = rest * estimate + (1 - rest) * mean
    return estimate, leftover
