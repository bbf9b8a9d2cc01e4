"""Invented playlists for orders."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from services.analysis.ordering.problem import Problem
from services.domain.features import AudioFeatures, Feature, Origin, Provenance
from services.domain.music import Track
from services.domain.report import EnrichedTrack


def track(
    row: int = 0, *, artist: str = "", imputed: Sequence[Feature] = (), **values: float | None
) -> EnrichedTrack:
    """Make a track whose features are all middling but for `values`."""
    middling: dict[str, float | None] = {
        "danceability": 0.6,
        "energy": 0.6,
        "loudness": -8.0,
        "speechiness": 0.06,
        "acousticness": 0.2,
        "instrumentalness": 0.0,
        "liveness": 0.15,
        "valence": 0.5,
        "tempo": 120.0,
        "key": 0.0,
        "mode": 1.0,
    }
    features = AudioFeatures(**{**middling, **values})
    provenance = {
        feature: Provenance(Origin.IMPUTED if feature in imputed else Origin.UPLOADED, "test")
        for feature in features.known
    }
    return EnrichedTrack(
        track=Track(title=f"Song {row}", artists=(artist or f"Artist {row}",)),
        features=features,
        provenance=provenance,
    )


def playlist(count: int, *, seed: int = 0, artists: int = 1_000, unknown: float = 0.0) -> list[EnrichedTrack]:
    """Make a playlist of all sorts of music by up to so many artists, some of it unknown."""
    rng = np.random.default_rng(seed)
    tracks = []
    for row in range(count):
        energy = float(rng.random())
        blank = rng.random() < unknown
        tracks.append(
            track(
                row,
                artist=f"Artist {rng.integers(artists)}",
                energy=None if blank else energy,
                loudness=None if blank else -20 + 16 * energy,
                valence=float(rng.random()),
                danceability=float(rng.random()),
                acousticness=float(rng.random()),
                tempo=None if blank else float(rng.uniform(70, 180)),
                key=None if blank else float(rng.integers(12)),
                mode=float(rng.integers(2)),
            )
        )
    return tracks


def problem(
    count: int, *, seed: int, arc: bool = False, artists: int = 4, locks: dict[int, int] | None = None
) -> Problem:
    """Make numbers only."""
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(count, 3))
    apart = 0.25 * np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    return Problem(
        costs=apart,
        artists=rng.integers(artists, size=count).tolist(),
        repeats=np.stack((np.full(count, 0.3), np.full(count, 0.15))),
        heights=rng.random(count).tolist(),
        pulls=[4.0 if arc else 0.0] * count,
        targets=((np.arange(count) + 0.5) / count).tolist(),
        locks=locks or {},
    )
