"""Read the measured libraries that learning and benchmarks need; they are never part of the repository."""

from __future__ import annotations

import csv
import gzip
import os
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.domain.features import SOUND_FEATURES

SHARED_DATA = Path(os.environ.get("TASTEMAP_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
"""Where the measured playlists are, unless a script is told otherwise."""


@dataclass(frozen=True, slots=True)
class Library:
    """Playlists of several listeners over one table of tracks."""

    features: NDArray[np.float64]
    """Raw sound features, shape (n_tracks, 9)."""
    playlists: dict[tuple[str, str], NDArray[np.intp]]
    """Distinct track rows in ascending order, by listener and playlist."""

    @property
    def listeners(self) -> tuple[str, ...]:
        """Name the listeners, sorted."""
        return tuple(sorted({listener for listener, _ in self.playlists}))

    def of(self, listeners: Collection[str]) -> Library:
        """Keep only the playlists of some listeners."""
        return Library(
            self.features, {key: rows for key, rows in self.playlists.items() if key[0] in listeners}
        )

    def without(self, listeners: Collection[str]) -> Library:
        """Leave some listeners out, as if they had never been seen."""
        return self.of(set(self.listeners) - set(listeners))

    def rows_of(self, listener: str) -> NDArray[np.intp]:
        """Return the distinct tracks of one listener, ascending."""
        return np.unique(
            np.concatenate([rows for (name, _), rows in self.playlists.items() if name == listener])
        )


FIRST, MORE = "", "more-"
EVERYBODY = (FIRST, MORE)
"""Files of the listeners from whom the sound space was learned, and of those it has never seen."""


def load_more_libraries(folder: Path = SHARED_DATA) -> Library:
    """Read the whole libraries of further listeners; their rows are those of a table of their own."""
    return load_libraries(folder, (MORE,))


def read_tables(folder: Path, files: Sequence[str]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Read the rows of tracks and of playlists below `folder`; the row numbers of later files follow on."""
    tracks: list[dict[str, str]] = []
    members: list[dict[str, str]] = []
    for name in files:
        offset = len(tracks)
        for table, kept in (("tracks", tracks), ("playlists", members)):
            path = folder / "libraries" / f"{name}{table}.csv.gz"
            with gzip.open(path, "rt", encoding="utf-8", newline="") as handle:
                rows = list(csv.DictReader(handle))
            if table == "playlists":
                rows = [{**row, "track": str(int(row["track"]) + offset)} for row in rows]
            kept.extend(rows)
    return tracks, members


def load_libraries(folder: Path = SHARED_DATA, files: Sequence[str] = (FIRST,)) -> Library:
    """Read `libraries/` below `folder`, dropping tracks that miss a sound feature."""
    tracks, listed = read_tables(folder, files)
    features = np.array([[float(row[name.value] or "nan") for name in SOUND_FEATURES] for row in tracks])
    features[features[:, -1] == 0, -1] = np.nan  # a tempo of 0 means "not detected"
    complete = np.isfinite(features).all(axis=1)
    members: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in listed:
        track = int(row["track"])
        if complete[track]:
            members[row["user"], row["playlist"]].add(track)
    return Library(
        features, {key: np.array(sorted(rows), dtype=np.intp) for key, rows in sorted(members.items())}
    )


def load_editorial(folder: Path = SHARED_DATA, label: str = "subgenre") -> Library:
    """Read `editorial.csv.gz` as one listener named `editorial` whose playlists are the values of `label`."""
    with gzip.open(folder / "editorial.csv.gz", "rt", encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    features = np.array([[float(row[name.value] or "nan") for name in SOUND_FEATURES] for row in rows])
    members: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        if np.isfinite(features[index]).all():
            members["editorial", row[label]].append(index)
    return Library(features, {key: np.array(index, dtype=np.intp) for key, index in sorted(members.items())})
