"""Empirical-Bayes means of related tracks from the playlist down to the song, and how wrong they may be."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from services.analysis.imputation.shapes import Constants, FloatArray, from_shape, load_constants, to_shape
from services.domain.features import SOUND_FEATURES, Feature

BREADTH_WEIGHT = 10.0
"""Tracks that the average playlist counts for when the breadth of one playlist is judged."""


def log_breadth(residuals: FloatArray, breadth: FloatArray) -> FloatArray:
    """Compare how wide a playlist is with the average one, as a log ratio of variances `(9,)`.

    Parameters
    ----------
    residuals : (n_tracks, 9)
        Evidence of the playlist in spreads, NaN where unknown. Few tracks give an answer near 0.
    """
    known = np.isfinite(residuals)
    n = known.sum(axis=0)
    values = np.where(known, residuals, 0.0)
    mean = values.sum(axis=0) / np.maximum(n, 1)
    squares = (np.where(known, residuals - mean, 0.0) ** 2).sum(axis=0)
    ratio: FloatArray = np.log((squares + BREADTH_WEIGHT * breadth) / ((n + BREADTH_WEIGHT) * breadth))
    return ratio


def predictive_variance(leftover: FloatArray, breadth: FloatArray, constants: Constants) -> FloatArray:
    """Compute the variance of the estimates' errors in squared spreads, `(n, 9)`.

    Parameters
    ----------
    leftover : (n_levels, n, 9)
        From `back_off`.
    breadth : (9,)
        From `log_breadth`.
    """
    slopes = constants.variance_slopes
    log_variance = (
        constants.variance_base + np.einsum("lnf,lf->nf", leftover - 1, slopes[:-1]) + breadth * slopes[-1]
    )
    variance: FloatArray = np.exp(log_variance)
    return variance


def to_raw(standard: FloatArray, constants: Constants) -> FloatArray:
    """Map standardised shape space `(n, 9)` to the features' own units, clamped to their ranges."""
    return from_shape(standard * constants.spread + constants.centre)


def raw_errors(standard: FloatArray, deviation: FloatArray, constants: Constants) -> FloatArray:
    """Express standard deviations of shape space in the features' own units, `(n, 9)`.

    Chosen so that `value ± 1.28 · error` covers the truth in about 80 % and `± 1.96` in about 95 % of the
    cases, although most features are skewed; `likely_range` gives the lopsided interval itself.
    """
    above, below = to_raw(standard + deviation, constants), to_raw(standard - deviation, constants)
    errors: FloatArray = constants.error_scale * np.maximum(above - below, 1e-9) / 2
    return errors


_HALVINGS = 40


def likely_range(
    feature: Feature,
    value: float,
    standard_error: float,
    coverage: float = 0.8,
    *,
    constants: Constants | None = None,
) -> tuple[float, float]:
    """Compute the central interval that covers the truth with probability `coverage`.

    Lopsided where the feature is: an acousticness of 0.1 may well be 0.5 but never -0.3. `value` and
    `standard_error` are those of an imputed value, in the feature's own unit.

    Raises
    ------
    ValueError
        If `feature` is not one of the sound features or `coverage` is not between 0 and 1.
    """
    c = constants or load_constants()
    if not 0 < coverage < 1:
        raise ValueError(f"coverage is a probability between 0 and 1, not {coverage}")
    column = SOUND_FEATURES.index(feature)
    raw = np.zeros((1, len(SOUND_FEATURES)))
    raw[0, column] = value
    middle = (to_shape(raw) - c.centre) / c.spread
    # The error grows with the deviation in shape space: halve until the deviation that made it is found.
    low, high = 0.0, 6.0
    for _ in range(_HALVINGS):
        guess = (low + high) / 2
        if raw_errors(middle, np.full_like(middle, guess), c)[0, column] < standard_error:
            low = guess
        else:
            high = guess
    reach = NormalDist().inv_cdf(0.5 + coverage / 2) * high
    return float(to_raw(middle - reach, c)[0, column]), float(to_raw(middle + reach, c)[0, column])


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
