"""The lists whose names, examples and odd ones are measured: playlists, libraries, and files of people."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.listeners import Library
from services.analysis.clustering import Partition, fit_clusters
from services.analysis.reference import REFERENCE, TYPICAL
from services.domain.features import SOUND_FEATURES
from services.domain.music import Track, TrackId
from services.domain.report import FEWEST_TRACKS
from services.imports.upload import read_upload

SMALLEST = 40
SIZES, SEED = (40, 60, 80, 100, 150, 200, 300, 500, 800), 4711
"""Tracks of the lists that are drawn."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """What the libraries say about a track beside its sound."""

    track: Track
    genres: frozenset[str]


@dataclass(frozen=True, slots=True)
class Case:
    """One playlist grouped in one way."""

    rows: NDArray[np.intp]
    raw: Floats
    z: Floats
    points: Floats
    partition: Partition
    words: list[Row] | None
    """Titles and genres of the rows; None for the editorial playlists."""


def read_words(folder: Path) -> list[Row]:
    with gzip.open(folder / "libraries" / "tracks.csv.gz", "rt", encoding="utf-8", newline="") as handle:
        return [
            Row(
                Track(
                    id=TrackId(line["track_id"]),
                    title=line["title"],
                    artists=tuple(line["artists"].split(";")),
                    duration_ms=int(float(line["duration_ms"])),
                    genres=tuple(genre for genre in line["genres"].split(";") if genre),
                    release_year=int(float(line["year"])) if line["year"] else None,
                ),
                frozenset(genre for genre in line["genres"].split(";") if genre),
            )
            for line in csv.DictReader(handle)
        ]


def build_cases(library: Library, editorial: Library, words: list[Row], *, quick: bool) -> list[Case]:
    lists = [(library, rows) for rows in library.playlists.values() if len(rows) >= SMALLEST]
    lists += [(library, library.rows_of(listener)) for listener in library.listeners]
    lists += [(editorial, rows) for rows in editorial.playlists.values() if len(rows) >= SMALLEST]
    cases = []
    for source, rows in lists[:: 4 if quick else 1]:
        known = [words[index] for index in rows] if source is library else None
        cases += _grouped(source, rows, known)
    return cases


def drawn_cases(library: Library, *, quick: bool) -> list[Case]:
    """Draw lists of several sizes from whole libraries."""
    rng = np.random.default_rng(SEED)
    drawn = [
        rng.choice(own, size, replace=False)
        for listener in library.listeners
        for own in [library.rows_of(listener)]
        for size in SIZES
        if size <= len(own)
    ]
    return [case for rows in drawn[:: 4 if quick else 1] for case in _grouped(library, rows, None)]


def _grouped(source: Library, rows: NDArray[np.intp], words: list[Row] | None) -> list[Case]:
    """Group a list with k chosen, and into five."""
    raw = source.features[rows]
    points = REFERENCE.sound_space(raw)
    return [
        Case(rows, raw, TYPICAL.normal_scores(raw), points, fit_clusters(points, groups=groups), words)
        for groups in (None, 5)
    ]


def real_playlists(folder: Path, most_tracks: int = 20_000) -> list[Case]:
    """Read the playlists of the folder as they came, with k chosen; rows without features are left out."""
    cases = []
    for file in sorted((folder / "playlists").glob("real-*.csv")):
        words, values = [], []
        for track in read_upload(file.read_bytes(), filename=file.name)[0].tracks:
            sound = [track.uploaded.get(f) if track.uploaded else None for f in SOUND_FEATURES]
            if None not in sound:
                words.append(Row(track, frozenset(track.genres)))
                values.append(sound)
        if not FEWEST_TRACKS <= len(words) <= most_tracks:
            continue
        raw = np.array(values, dtype=np.float64)
        points = REFERENCE.sound_space(raw)
        cases.append(
            Case(np.arange(len(raw)), raw, TYPICAL.normal_scores(raw), points, fit_clusters(points), words)
        )
    return cases
