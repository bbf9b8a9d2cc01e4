"""Invented libraries: playlists with themes in energy and acousticness, laid out as the measured ones."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np

from benchmarks.listeners import Library
from services.domain.features import SOUND_FEATURES, Feature

COLUMN = {feature: index for index, feature in enumerate(SOUND_FEATURES)}


def invented_library(listeners: int = 3, playlists: int = 5, size: int = 60, seed: int = 0) -> Library:
    """Return listeners whose playlists have themes in energy and acousticness and nothing else."""
    rng = np.random.default_rng(seed)
    rows: list[np.ndarray] = []
    members: dict[tuple[str, str], np.ndarray] = {}
    for listener in range(listeners):
        for number in range(playlists):
            tracks = rng.uniform(0.2, 0.8, (size, len(SOUND_FEATURES)))
            tracks[:, COLUMN[Feature.LOUDNESS]] = rng.normal(-8, 3, size)
            tracks[:, COLUMN[Feature.TEMPO]] = rng.normal(120, 25, size)
            theme = (number + 0.5) / playlists
            tracks[:, COLUMN[Feature.ENERGY]] = np.clip(rng.normal(theme, 0.08, size), 0, 1)
            tracks[:, COLUMN[Feature.ACOUSTICNESS]] = np.clip(rng.normal(1 - theme, 0.2, size), 0, 1)
            silent = rng.random(size) < 0.4
            tracks[silent, COLUMN[Feature.INSTRUMENTALNESS]] = 0.0
            members[f"L{listener}", f"L{listener}-{number}"] = np.arange(
                len(rows) * size, (len(rows) + 1) * size
            )
            rows.append(tracks)
    return Library(np.concatenate(rows), members)


def write_library(library: Library, folder: Path) -> None:
    """Write a library as the two files of the measured ones."""
    (folder / "libraries").mkdir()
    with gzip.open(folder / "libraries" / "tracks.csv.gz", "wt", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow([feature.value for feature in SOUND_FEATURES])
        writer.writerows(["" if np.isnan(value) else value for value in row] for row in library.features)
    with gzip.open(folder / "libraries" / "playlists.csv.gz", "wt", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["user", "playlist", "position", "track"])
        for (listener, playlist), rows in library.playlists.items():
            writer.writerows((listener, playlist, position, row) for position, row in enumerate(rows))
