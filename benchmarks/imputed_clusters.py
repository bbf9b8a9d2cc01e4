"""How far imputed tracks move the groups of a playlist."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from services.analysis.clustering import fit_clusters
from services.analysis.imputation.estimation import measured_matrix
from services.analysis.imputation.shapes import raw_matrix
from services.analysis.membership import assign
from services.analysis.reference import REFERENCE
from services.domain.report import EnrichedTrack


def true_groups(tracks: Sequence[EnrichedTrack]) -> NDArray[np.intp]:
    """Group the tracks by their true features."""
    return fit_clusters(REFERENCE.sound_space(raw_matrix([track.features for track in tracks]))).labels


def agreement(
    truth: NDArray[np.intp], measured: Sequence[EnrichedTrack], filled: Sequence[EnrichedTrack]
) -> float:
    """Compute the adjusted Rand index between true groups and groups fitted on measured and borrowed values.

    Tracks with an estimated value, and those that `measured` lacks otherwise, go to the nearest centre after.
    """
    points = REFERENCE.sound_space(raw_matrix([track.features for track in filled]))
    evidence = np.isfinite(measured_matrix(filled)).all(axis=1)
    if evidence.all():
        evidence = np.isfinite(measured_matrix(measured)).all(axis=1)
    partition = fit_clusters(points[evidence], placed_later=int((~evidence).sum()))
    if not partition.k:
        return 0.0
    return float(adjusted_rand_score(truth, assign(points, partition.centres)))
