"""Hide tracks of measured playlists, so that imputation can be learned from them and measured on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.listeners import FIRST, SHARED_DATA, read_tables
from services.analysis.imputation.recordings import Member, RelatedTracks
from services.analysis.imputation.shapes import Constants
from services.domain.features import AudioFeatures, Feature, accepted
from services.domain.music import Track, TrackId

Rows = NDArray[np.intp]
SMALLEST, LARGEST = 30, 300
"""Sizes of the playlists that accuracy is judged on."""
CACHE_SIZE = 20_000
CACHES = ("cold", "20k", "foreign")
"""Nothing; tracks of everybody; tracks of other people only."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Measured tracks and the playlists of several listeners over them."""

    tracks: tuple[Track, ...]
    features: tuple[AudioFeatures, ...]
    playlists: dict[tuple[str, str], Rows]
    """Distinct rows in playlist order, by listener and playlist."""

    @property
    def listeners(self) -> tuple[str, ...]:
        """Name the listeners, sorted."""
        return tuple(sorted({listener for listener, _ in self.playlists}))

    def rows_of(self, listeners: Iterable[str]) -> Rows:
        """List the distinct rows that some listeners have."""
        wanted = set(listeners)
        rows = [members for (listener, _), members in self.playlists.items() if listener in wanted]
        return np.unique(np.concatenate(rows)) if rows else np.array([], dtype=np.intp)

    def judged(self, listener: str) -> list[Rows]:
        """List a listener's playlists of the sizes that accuracy is judged on."""
        return [
            r
            for (who, _), r in sorted(self.playlists.items())
            if who == listener and SMALLEST <= len(r) <= LARGEST
        ]

    def member(self, row: int) -> Member:
        """Return one track as a related track."""
        return Member(self.tracks[row], self.features[row], "cache")

    def without_genres(self) -> Shelf:
        """Forget the genres, as files without them would."""
        return Shelf(tuple(replace(track, genres=()) for track in self.tracks), self.features, self.playlists)


def _track(row: dict[str, str]) -> Track:
    return Track(
        id=TrackId(row["track_id"]),
        title=row["title"],
        artists=tuple(filter(None, row["artists"].split(";"))),
        album=row["album"] or None,
        album_id=row["album_id"] or None,
        duration_ms=int(row["duration_ms"]) if row["duration_ms"] else None,
        release_year=int(float(row["year"])) if row["year"] else None,
        explicit=float(row["explicit"]) > 0 if row["explicit"] else None,
        popularity=int(row["popularity"]) if row["popularity"] else None,
        genres=tuple(filter(None, row["genres"].split(";"))),
    )


def load_shelf(folder: Path = SHARED_DATA, files: Sequence[str] = (FIRST,)) -> Shelf:
    """Read `libraries/` below `folder`."""
    rows, listed = read_tables(folder, files)
    tracks = [_track(row) for row in rows]
    features = [
        AudioFeatures.of({f: accepted(f, float(row[f])) if row[f] else None for f in Feature}) for row in rows
    ]
    members: dict[tuple[str, str], dict[int, None]] = defaultdict(dict)
    for row in listed:
        members[row["user"], row["playlist"]][int(row["track"])] = None
    playlists = {key: np.array(list(rows), dtype=np.intp) for key, rows in sorted(members.items())}
    return Shelf(tuple(tracks), tuple(features), playlists)


class Cache:
    """Related tracks that can forget a playlist for a while, so that no hidden track is its own relative."""

    def __init__(self, shelf: Shelf, rows: Rows, constants: Constants) -> None:
        self.related_tracks = RelatedTracks(constants)
        self._shelf = shelf
        self._rows = set(rows.tolist())
        self.related_tracks.extend(shelf.member(row) for row in sorted(self._rows))

    @contextmanager
    def without(self, rows: Rows) -> Iterator[RelatedTracks]:
        """Take some tracks out for the length of a `with` block."""
        present = [row for row in rows.tolist() if row in self._rows]
        for row in present:
            self.related_tracks.discard(self._shelf.tracks[row])
        try:
            yield self.related_tracks
        finally:
            self.related_tracks.extend(self._shelf.member(row) for row in present)


def cache_rows(
    shelf: Shelf, cache: str, listener: str, listeners: Iterable[str], rng: np.random.Generator
) -> Rows:
    """Draw the rows of one of `CACHES` for a listener, out of the tracks of `listeners`."""
    if cache == "cold":
        return np.array([], dtype=np.intp)
    others = [name for name in listeners if cache == "20k" or name != listener]
    rows = shelf.rows_of(others)
    return rng.permutation(rows)[:CACHE_SIZE]


Hide = Callable[[int, np.random.Generator], Rows]
"""Chooses positions to hide among `n`."""


def hide_share(share: float) -> Hide:
    """Hide a share of a playlist, at least one track."""
    return lambda n, rng: rng.permutation(n)[: max(1, round(share * n))]


def hide_all_but(known: int) -> Hide:
    """Hide everything but a few tracks."""
    return lambda n, rng: rng.permutation(n)[min(known, n - 1) :]
