"""Invented groups of tracks with a known sound."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.analysis.describe import describe
from services.analysis.reference import REFERENCE_MEDIANS, TYPICAL
from services.domain.analysis import AnalysisOptions
from services.domain.features import SOUND_FEATURES, AudioFeatures, Feature, Origin, Provenance
from services.domain.music import Playlist, Track
from services.domain.report import AnalysisReport, EnrichedTrack
from services.enrichment.coverage import compute_coverage

Float = NDArray[np.float64]

typical_scores = TYPICAL.normal_scores


def group(n: int = 20, seed: int = 0, **values: float) -> Float:
    """Return raw rows of shape (n, 9) around the reference medians, with some features given by name."""
    draws = np.random.default_rng(seed).normal(0.0, 1.0, size=(n, len(SOUND_FEATURES)))
    rows = np.empty_like(draws)
    for column, feature in enumerate(SOUND_FEATURES):
        middle = values.get(feature.value, REFERENCE_MEDIANS[feature])
        if feature is Feature.LOUDNESS:
            rows[:, column] = np.clip(middle + draws[:, column], -60.0, 0.0)
        elif feature is Feature.TEMPO:
            rows[:, column] = middle + 2.0 * draws[:, column]
        else:
            rows[:, column] = np.clip(middle * (1.0 + 0.05 * draws[:, column]), 0.0, 1.0)
    return rows


def playlist(*groups: Float) -> tuple[Float, Float, NDArray[np.intp]]:
    """Return normal scores, raw values and labels of groups laid end to end."""
    raw = np.concatenate(groups)
    labels = np.repeat(np.arange(len(groups)), [len(rows) for rows in groups])
    return typical_scores(raw), raw, labels


def tracks(rows: Float, origin: Origin = Origin.MEASURED, **known: object) -> tuple[EnrichedTrack, ...]:
    """Return rows as tracks of different artists; `known` goes into every track."""
    provenance = Provenance(origin, "a test")
    return tuple(
        EnrichedTrack(
            track=Track(title=f"Song {row}", artists=(f"Artist {row}",), **known),  # type: ignore[arg-type]
            features=AudioFeatures(
                **{feature.value: float(value) for feature, value in zip(SOUND_FEATURES, values, strict=True)}
            ),
            provenance=dict.fromkeys(SOUND_FEATURES, provenance),
        )
        for row, values in enumerate(rows)
    )


def report(entries: Sequence[EnrichedTrack], **options: int) -> AnalysisReport:
    """Analyse tracks as one playlist."""
    playlist = Playlist(name="A list", tracks=tuple(entry.track for entry in entries))
    return describe(
        playlist,
        entries,
        compute_coverage(entries),
        options=AnalysisOptions(**options),  # type: ignore[arg-type]
    )


QUIET = {"acousticness": 0.9, "energy": 0.2, "loudness": -16.0, "valence": 0.3, "instrumentalness": 0.0}
LOUD = {"energy": 0.95, "loudness": -4.0, "acousticness": 0.001, "danceability": 0.4, "valence": 0.4}
DANCE = {"danceability": 0.8, "valence": 0.8, "energy": 0.75, "loudness": -6.0, "acousticness": 0.05}
RAP = {"speechiness": 0.35, "danceability": 0.75, "instrumentalness": 0.0}
PIANO = {
    "instrumentalness": 0.92,
    "acousticness": 0.97,
    "energy": 0.1,
    "loudness": -22.0,
    "danceability": 0.35,
}
CROWD = {"liveness": 0.85, "energy": 0.7}
