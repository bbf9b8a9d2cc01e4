"""A feature of all tracks as arrays, with what is estimated kept apart from what is known."""

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
