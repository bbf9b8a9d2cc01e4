"""Estimate from related tracks how a track sounds that no source knows.

    tracks = impute(tracks, RelatedTracks.of(rows, source="reccobeats"))

The method is an empirical-Bayes back-off: a prior from the label (`expectation`), then means of the
playlist, its tracks of the same years, genre, artist, album and song (`neighbourhoods`, `expectation`), with
a calibrated error per value. The same recording under another id is borrowed, not estimated (`recordings`).
"""

from services.analysis.imputation.estimation import Estimate, Relation, estimate_gaps, impute
from services.analysis.imputation.recordings import RelatedTracks

__all__ = ["Estimate", "RelatedTracks", "Relation", "estimate_gaps", "impute"]
