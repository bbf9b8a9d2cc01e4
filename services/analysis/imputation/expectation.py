"""What to expect of a track: by its own label, then by means of related tracks, and how wrong that may be.

A release year, a duration, "live" in the title: each says a little. `describe` turns a track into a
short row; the ridge table of the constants turns rows into expected features.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from services.analysis.imputation.shapes import Constants, FloatArray, from_shape
from services.analysis.titles import READ_AT_ONCE, version_tags
from services.domain.music import Track

YEAR_KNOTS = (1955.0, 1968.0, 1980.0, 1990.0, 2000.0, 2010.0, 2020.0)
DURATION_KNOTS_S = (60.0, 120.0, 180.0, 240.0, 320.0, 480.0, 900.0)
_YEARS = np.array(YEAR_KNOTS)
_DURATIONS = np.log(np.array(DURATION_KNOTS_S))

_FORMS = r"sonatas?|concerto|symphon\w+|nocturnes?|pr[eé]ludes?|allegro|adagio|andante|largo|presto"
_TAGGED = ("live", "remix", "acoustic", "instrumental", "demo")
_WORDED = tuple(
    re.compile(pattern)
    for pattern in (
        r"remaster",
        r"\b(?:skit|intro|outro|interlude|interlud(?:e|io|ium))\b",
        r"\b(?:feat|ft|featuring)\b",
        r"\b(?:op\.? ?\d|bwv|k\. ?\d|no\. ?\d+ in|hwv|[a-g](?:[- ](?:flat|sharp))? (?:major|minor)|"
        + _FORMS
        + r")\b",
    )
)
_ALBUM_LIVE = re.compile(r"\b(?:live|unplugged|en vivo|ao vivo|in concert|koncert|concert)\b")
_ALBUM_SCORE = re.compile(r"soundtrack|motion picture|original score|\bost\b|music from")

PRIOR_ROWS: tuple[str, ...] = (
    *(f"year {knot:.0f}" for knot in YEAR_KNOTS),
    *(f"duration {knot:.0f} s" for knot in DURATION_KNOTS_S),
    "explicit",
    "artists",
    *_TAGGED,
    "remaster",
    "skit",
    "feat",
    "classical",
    "non-latin",
    "album live",
    "album score",
)
"""What each row of the ridge table stands for, in the column order of `describe`."""

_LAST_LATIN_LETTER = 0x24F
_MANY_ARTISTS = 8
BREADTH_WEIGHT = 10.0
"""Tracks that the average playlist counts for when the breadth of one playlist is judged."""


def ramps(values: FloatArray, knots: FloatArray) -> FloatArray:
    """Spread each of `values (n,)` over its two neighbouring knots, linearly: `(n, n_knots)`."""
    held = np.clip(values, knots[0], knots[-1])
    right = np.clip(np.searchsorted(knots, held), 1, len(knots) - 1)
    share = (held - knots[right - 1]) / (knots[right] - knots[right - 1])
    ramps = np.zeros((len(values), len(knots)))
    rows = np.arange(len(values))
    ramps[rows, right - 1], ramps[rows, right] = 1 - share, share
    ramps[np.isnan(values)] = np.nan
    return ramps


def _is_foreign_script(title: str) -> float:
    """Say 1.0 if most letters of `title` are outside the Latin alphabets."""
    if title.isascii():
        return 0.0
    letters = [character for character in title if character.isalpha()]
    foreign = sum(ord(character) > _LAST_LATIN_LETTER for character in letters)
    return float(2 * foreign > len(letters))


@lru_cache(maxsize=READ_AT_ONCE)
def _title_flags(title: str) -> tuple[float, ...]:
    """Read the title's flags; NaN where there is no title."""
    if not title:
        return (math.nan,) * (len(_TAGGED) + len(_WORDED) + 1)
    tags, folded = version_tags(title), title.casefold()
    tagged = [float(tag in tags) for tag in _TAGGED]
    worded = [float(bool(word.search(folded))) for word in _WORDED]
    return (*tagged, *worded, _is_foreign_script(title))


@lru_cache(maxsize=READ_AT_ONCE)
def _album_flags(album: str | None) -> tuple[float, ...]:
    if not album:
        return (math.nan, math.nan)
    folded = album.casefold()
    return float(bool(_ALBUM_LIVE.search(folded))), float(bool(_ALBUM_SCORE.search(folded)))


def _flags(track: Track) -> tuple[float, ...]:
    return (
        float(track.release_year or math.nan),
        math.log(track.duration_ms / 1000) if track.duration_ms and track.duration_ms > 0 else math.nan,
        math.nan if track.explicit is None else float(track.explicit),
        math.log(min(len(track.artists), _MANY_ARTISTS)) if track.artists else math.nan,
        *_title_flags(track.title),
        *_album_flags(track.album),
    )


def describe(tracks: Sequence[Track]) -> FloatArray:
    """Turn labels into rows `(n, n_rows)` for the ridge table, NaN where a label is silent.

    Columns are `PRIOR_ROWS`: interpolation weights over year and (log) duration knots, then flags.
    """
    flags = np.array([_flags(track) for track in tracks]).reshape(len(tracks), -1)
    return np.concatenate([ramps(flags[:, 0], _YEARS), ramps(flags[:, 1], _DURATIONS), flags[:, 2:]], axis=1)


def expected(tracks: Sequence[Track], centre: FloatArray, table: FloatArray) -> FloatArray:
    """Compute the expected features of `tracks` in standardised shape space, `(n, 9)`.

    Parameters
    ----------
    centre : (n_rows,)
        Mean row of the reference population: a silent column counts as average.
    table : (n_rows, 9)
        Ridge coefficients, in spreads per unit of the row.
    """
    if not tracks:
        return np.zeros((0, table.shape[1]))
    estimate: FloatArray = np.nan_to_num(describe(tracks) - centre) @ table
    return estimate


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
    cases, although most features are skewed.
    """
    above, below = to_raw(standard + deviation, constants), to_raw(standard - deviation, constants)
    errors: FloatArray = constants.error_scale * np.maximum(above - below, 1e-9) / 2
    return errors


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
