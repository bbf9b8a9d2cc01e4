"""Estimate how a track sounds that no source knows, from the company it keeps.

    tracks = impute(tracks, Company.of(rows, source="reccobeats"))

The method is an empirical-Bayes back-off: a prior from the label (`prior`), then means of the playlist,
its tracks of the same years, genre, artist, album and song (`levels`, `backoff`), with a calibrated
error per value (`variance`). The same recording under another id is borrowed, not estimated (`twins`).
"""

from services.analysis.imputation.company import Company
from services.analysis.imputation.estimation import Estimate, Relation, estimate_gaps, impute
from services.analysis.imputation.intervals import likely_range

__all__ = ["Company", "Estimate", "Relation", "estimate_gaps", "impute", "likely_range"]
