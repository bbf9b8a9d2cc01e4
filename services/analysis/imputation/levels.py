"""Which company speaks for a track: sums of residuals per level, from the whole playlist to its own song."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from services.analysis.imputation.circles import CIRCLES, Circles, Tie, contributions, own_weights
from services.analysis.imputation.shapes import FloatArray
from services.domain.music import Track

YEAR_REACH = 3.0
"""Years after which a track of the same playlist counts 1/e."""

LEVELS = ("playlist", "playlist year", *(circle.value for circle in CIRCLES))
"""Names of the levels, from wide to narrow."""


def _same_years(asking: FloatArray, years: FloatArray, rows: FloatArray) -> FloatArray:
    """Sum the playlist's `rows (n, 18)` for each asking year, weighted by closeness; year 0 is unknown."""
    distinct, where = np.unique(years, return_inverse=True)
    per_year = np.zeros((len(distinct), rows.shape[1]))
    np.add.at(per_year, where, rows)
    nearness = np.exp(-np.abs(asking[:, None] - distinct) / YEAR_REACH)
    nearness *= (asking > 0)[:, None] * (distinct > 0)
    total: FloatArray = nearness @ per_year
    return total


def gather(
    asking: Sequence[int],
    tracks: Sequence[Track],
    ties: Sequence[Sequence[Tie]],
    residuals: FloatArray,
    sources: Sequence[Circles],
) -> FloatArray:
    """Sum up the company of some tracks of a playlist, never counting a track as its own company.

    Parameters
    ----------
    asking : indices into `tracks`
    ties : per track, what `ties_of` says
    residuals : (n_tracks, 9)
        Evidence of the whole playlist, NaN where nothing is measured.
    sources : circles whose sums add up
        Together they must hold each measured track of the playlist exactly once.

    Returns
    -------
    (n_levels, n_asking, 18)
        Per level and feature the weighted sum of residuals, then the sum of weights.
    """
    rows = contributions(residuals)
    own = rows[list(asking)]
    asked = [ties[i] for i in asking]
    years = np.array([float(track.release_year or 0) for track in tracks])
    mine = years[list(asking)]
    playlist = rows.sum(axis=0) - own
    same_years = _same_years(mine, years, rows) - (mine > 0)[:, None] * own
    circles = np.sum([source.gather(asked) for source in sources], axis=0) - own_weights(asked) * own
    return np.concatenate([playlist[None], same_years[None], circles])
