"""How related tracks suggest that a track sounds: empirical-Bayes means from the playlist down to the song.

Each level pulls the estimate towards its own mean, the harder the more tracks it has:
`estimate = (1 - w) * estimate + w * mean` with `w = n / (n + k)`; k is learned per level and feature.
Estimates are then corrected by their errors on the features that the track does have.
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
        `1 - w` of each level, in (0, 1]: the share of doubt that its related tracks leave.
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


POOLED_WEIGHT = 60.0
"""Tracks that the pooled correlation counts for beside the playlist's own."""


def playlist_correlation(residuals: FloatArray, pooled: FloatArray) -> FloatArray:
    """Estimate how features go together in this playlist, shrunk towards the pooled correlation `(9, 9)`.

    Parameters
    ----------
    residuals : (n_tracks, 9)
        Evidence of the playlist in spreads, NaN where unknown; only complete rows are used.
    """
    complete = residuals[np.isfinite(residuals).all(axis=1)]
    n = len(complete)
    if n < 3:
        return pooled
    centred = complete - complete.mean(axis=0)
    deviations = np.maximum(centred.std(axis=0), 1e-6)
    own = (centred / deviations).T @ (centred / deviations)
    mixed: FloatArray = (own + POOLED_WEIGHT * pooled) / (n + POOLED_WEIGHT)
    # A feature that never varies would otherwise fall out of the diagonal.
    np.fill_diagonal(mixed, 1.0)
    return mixed


def condition(
    estimate: FloatArray, variance: FloatArray, observed: FloatArray, correlation: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Correct estimates by the errors they make on the features that are known.

    Parameters
    ----------
    estimate, variance : (n, 9)
        Of the back-off, for every feature, made without the track itself.
    observed : (n, 9)
        True residuals where known, NaN elsewhere.
    correlation : (9, 9)
        Of the back-off's errors.

    Returns
    -------
    tuple of (n, 9)
        Conditional mean and variance; meaningful where `observed` is NaN.
    """
    known = np.isfinite(observed)
    deviation = np.sqrt(variance)
    covariance = correlation * deviation[:, :, None] * deviation[:, None, :]
    both = known[:, :, None] & known[:, None, :]
    inner = np.where(both, covariance, np.eye(estimate.shape[1]))
    across = np.where(known[:, :, None], covariance, 0.0)
    surprise = np.where(known, observed - estimate, 0.0)
    solved = np.linalg.solve(inner, np.concatenate([surprise[:, :, None], across], axis=2))
    shift = np.einsum("nkf,nk->nf", across, solved[:, :, 0])
    explained = np.einsum("nkf,nkf->nf", across, solved[:, :, 1:])
    return estimate + shift, np.maximum(variance - explained, 0.05 * variance)
