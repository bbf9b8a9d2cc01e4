"""A feature of all tracks as arrays, known and estimated values apart, and how it runs along a playlist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from services.domain.features import Feature, Origin
from services.domain.report import AnalysisReport, EnrichedTrack

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MOST_DOTS = 400
"""Longer lists are drawn without a dot for each track, which would be thinner than a pixel."""
MOST_BINS = 120


@dataclass(frozen=True, slots=True)
class Series:
    """One feature along the playlist; NaN where nobody knows it."""

    measured: Floats
    """(n,) values with evidence: fetched, uploaded, borrowed or corrected."""
    imputed: Floats
    """(n,) estimated values: drawn hollow, never averaged."""

    @property
    def evidence(self) -> Floats:
        """The known values alone, in order."""
        return self.measured[~np.isnan(self.measured)]

    @property
    def estimates(self) -> int:
        """How many values are estimated."""
        return int((~np.isnan(self.imputed)).sum())

    @property
    def unknown(self) -> int:
        """How many tracks have neither."""
        return int((np.isnan(self.measured) & np.isnan(self.imputed)).sum())


def compute_series(tracks: Sequence[EnrichedTrack], feature: Feature) -> Series:
    """Collect `feature` of `tracks` in their order; values that are not finite count as unknown."""
    raw = [getattr(entry.features, feature.value) for entry in tracks]
    values: Any = np.array([np.nan if value is None else value for value in raw], dtype=np.float64)
    values[~np.isfinite(values)] = np.nan
    origins = [entry.provenance.get(feature) for entry in tracks]
    estimated = np.array(
        [known is not None and known.origin is Origin.IMPUTED for known in origins], dtype=bool
    )
    return Series(np.where(estimated, np.nan, values), np.where(estimated, values, np.nan))


def compute_groups(report: AnalysisReport) -> tuple[npt.NDArray[np.int64], Flags]:
    """Return each track's group (-1 for none) and whether that is a guess."""
    groups = np.array([-1 if p.cluster is None else p.cluster for p in report.placements], dtype=np.int64)
    return groups, np.array([p.likely for p in report.placements], dtype=bool)


_LEAST_SUPPORT = 0.2
"""Share of the kernel's weight that must lie on measured tracks for the line to go on."""


def smooth(values: Floats, width: float) -> Floats:
    """Average along the order with a Gaussian of `width` positions; NaN where too little is known nearby.

    Parameters
    ----------
    values
        (n,) with NaN where nothing was measured; these take no part.
    width
        Standard deviation of the kernel in positions.
    """
    if not len(values):
        return values.copy()
    positions = np.arange(len(values), dtype=np.float64)
    kernel = np.exp(-0.5 * ((positions[:, None] - positions[None, :]) / width) ** 2)
    known = ~np.isnan(values)
    support = kernel @ known
    total = kernel @ np.where(known, values, 0.0)
    enough = support > _LEAST_SUPPORT * kernel.sum(axis=1)
    return np.where(enough, total / np.where(enough, support, 1.0), np.nan)


@dataclass(frozen=True, slots=True)
class Bins:
    """A long list in equal stretches: the middle half of each, NaN where a stretch has no value."""

    edges: npt.NDArray[np.int64]
    """(bins + 1,) positions in the list."""
    low: Floats
    """Lower quartile."""
    middle: Floats
    """Median."""
    high: Floats
    """Upper quartile."""


def compute_bins(values: Floats, bins: int) -> Bins:
    """Summarise `values`, at least one per bin, in `bins` stretches of nearly equal length."""
    edges = np.linspace(0, len(values), bins + 1).round().astype(np.int64)
    longest = int(np.diff(edges).max(initial=1))
    # one row per bin; sorting puts the NaNs of gaps and of padding last
    where = np.minimum(edges[:-1, None] + np.arange(longest), max(len(values) - 1, 0))
    inside = np.arange(longest) < np.diff(edges)[:, None]
    table = np.sort(np.where(inside, values[where], np.nan), axis=1)
    known = (~np.isnan(table)).sum(axis=1)
    low, middle, high = (_row_quantile(table, known, share) for share in (0.25, 0.5, 0.75))
    return Bins(edges, low, middle, high)


def _row_quantile(table: Floats, known: npt.NDArray[np.int64], share: float) -> Floats:
    """Interpolate a quantile of the first `known` values of each sorted row; NaN for rows without any."""
    rank = np.maximum(known - 1, 0) * share
    below = np.floor(rank).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(known - 1, 0))
    rows = np.arange(len(table))
    quantile: Floats = table[rows, below] + (rank - below) * (table[rows, above] - table[rows, below])
    return quantile
