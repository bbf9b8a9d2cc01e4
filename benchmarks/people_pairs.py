"""Draw pairs of lists whose truth is known: two of one listener, or of two.

A sound space never judges a listener it was learned from, and neither do shares of genres: for each pair they
are learned again from the others.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import spearmanr

from benchmarks.hidden_tracks import Shelf, load_shelf
from benchmarks.learn_metric import learn_constants
from benchmarks.listeners import EVERYBODY, SHARED_DATA, Library, load_libraries
from services.analysis.comparison.explicit import Explicit, explicit_gap, flags_of
from services.analysis.comparison.listening import MOST_COMPARED
from services.analysis.comparison.pairs import Palette, expected_artists, genre_affinity
from services.analysis.comparison.score import energy_distance
from services.analysis.genres import commonly_known, dressed, normal_words
from services.analysis.reference import read_reference
from services.analysis.titles import lead_artist
from services.domain.features import SOUND_FEATURES
from services.domain.music import Track

Rows = NDArray[np.intp]
Float = NDArray[np.float64]

PROTOCOLS = ("random", "early and late", "other playlists")
"""How two lists of one listener are drawn: from all tracks; from the beginning and the end of the longest
playlist, where it is in the order of adding; from two halves of the playlists, without what is in both."""

SORTED = 0.9
"""Rank correlation with the place in a list from which it is sorted by how its tracks sound or by their year,
length or popularity: taste moves too, by years up to .8."""
SORTED_BY_NAME = 0.5
"""The same for names and ids, along which no taste moves: it takes half of a list to be sorted."""

WHOLE = 0
"""In place of a number of tracks: the library as it is."""


@dataclass(frozen=True, slots=True)
class PairOfLists:
    """Two lists; of one listener they have no track in common."""

    first: Rows
    second: Rows
    listeners: tuple[str, ...]
    """One name where both are of one listener."""

    @property
    def is_same(self) -> bool:
        """Whether both lists are of one person."""
        return len(self.listeners) == 1

    @property
    def smaller(self) -> int:
        """Tracks of the shorter list."""
        return min(len(self.first), len(self.second))


@dataclass(frozen=True, slots=True)
class Parts:
    """What a score is made of, before any rule."""

    distance: float
    """Square root of the energy distance."""
    overlap: float
    affinity: float | None
    tagged: float
    """Share of the tracks with known genres of the list that has fewer of them."""
    gap: float
    """How far the shares of explicit tracks are apart, as far as they are known."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Measured listeners with all that a comparison looks at."""

    library: Library
    shelf: Shelf
    artists: tuple[frozenset[str], ...]
    """Of each track, in caseless words."""
    genres: tuple[frozenset[str], ...]
    """Of each track as a comparison has them: of the file, else what the artist is commonly known for."""
    taught: frozenset[str]
    """Listeners from whom the sound space is learned."""
    _spaces: dict[frozenset[str], Float] = field(default_factory=dict)
    _shares: dict[frozenset[str], dict[str, float]] = field(default_factory=dict)

    def points(self, without: tuple[str, ...]) -> Float:
        """Return all tracks in a sound space that was learned without some listeners."""
        key = frozenset(without) & self.taught
        if key not in self._spaces:
            teachers = self.library.of(self.taught)
            reference = read_reference(learn_constants(teachers, leave_out=sorted(key)))
            self._spaces[key] = reference.sound_space(self.library.features)
        return self._spaces[key]

    def genre_shares(self, without: Sequence[str] = ()) -> dict[str, float]:
        """Return how common genres are among the tagged tracks of a library, every listener alike."""
        key = frozenset(without)
        if key not in self._shares:
            names = [name for name in self.library.listeners if name not in key]
            shares: Counter[str] = Counter()
            for name in names:
                tagged = [genres for genres in self.genres_of(name) if genres]
                for genre, count in Counter(genre for genres in tagged for genre in genres).items():
                    shares[genre] += count / max(len(tagged), 1) / len(names)  # type: ignore[assignment]
            self._shares[key] = dict(shares)
        return self._shares[key]

    def genres_of(self, listener: str) -> list[frozenset[str]]:
        """Return the genres of each track of a listener."""
        return [self.genres[int(row)] for row in self.library.rows_of(listener)]

    def parts(
        self, pair: PairOfLists, rng: np.random.Generator, tags: float = 1.0, *, with_files: bool = True
    ) -> Parts:
        """Measure a pair in a space and with shares that know neither listener.

        Parameters
        ----------
        tags : float
            Genres are known for no more than this share of each list; they are forgotten artist by artist.
        with_files : bool
            Whether files say genres; else artists are known for theirs, and nothing else is.
        """
        points = self.points(pair.listeners)
        one, other = (_some(rows, rng) for rows in (pair.first, pair.second))
        shares = self.genre_shares(pair.listeners)
        lists = (pair.first, pair.second)
        tagged = [self._tagged(rows, tags, rng) for rows in lists]
        if not with_files:
            tagged = [[replace(track, genres=()) for track in tracks] for tracks in tagged]
        palettes = [Palette.of(tracks, shares) for tracks in tagged]
        return Parts(
            math.sqrt(max(energy_distance(points[one], points[other]), 0.0)),
            self.overlap(pair),
            genre_affinity(*palettes),
            min(palette.tagged / len(rows) for palette, rows in zip(palettes, lists, strict=True)),
            self._explicit_gap(one, other),
        )

    def _explicit_gap(self, *lists: Rows) -> float:
        one, other = (
            Explicit.of(flags_of(self.shelf.tracks[int(row)] for row in rows), np.ones((1, len(rows))))
            for rows in lists
        )
        return min(one.known, other.known) * explicit_gap(one, other)

    def _tagged(self, rows: Rows, tags: float, rng: np.random.Generator) -> list[Track]:
        """Return the tracks with known genres, or those of some artists, up to a share of all."""
        tagged = [self.shelf.tracks[int(row)] for row in rows if self.genres[int(row)]]
        if tags < 1:
            place = {name: rng.random() for name in sorted({lead_artist(track.artists) for track in tagged})}
            tagged.sort(key=lambda track: place[lead_artist(track.artists)])
        return tagged[: round(tags * len(rows))]

    def overlap(self, pair: PairOfLists) -> float:
        """Return the expected overlap coefficient of the artists, as the score has it."""
        mine, theirs = (
            expected_artists(Counter(name for row in rows for name in self.artists[row]), len(rows))
            for rows in (pair.first, pair.second)
        )
        shared = sum(chance * theirs[name] for name, chance in mine.items() if name in theirs)
        return shared / max(min(sum(mine.values()), sum(theirs.values())), 1e-9)

    def halves(
        self, listener: str, protocol: str, rng: np.random.Generator, *, is_ordered: bool = False
    ) -> tuple[Rows, Rows]:
        """Draw two disjoint pools of one listener; two empty ones where these would be no times of a life.

        Parameters
        ----------
        is_ordered : bool
            Take every list as if it were in the order of adding.
        """
        if protocol == "random":
            rows = rng.permutation(self.library.rows_of(listener))
            return rows[: len(rows) // 2], rows[len(rows) // 2 :]
        own = [rows for (name, _), rows in self.shelf.playlists.items() if name == listener]
        if protocol == "early and late":
            longest = self._complete(max(own, key=len))
            if not is_ordered and self.sorted_by(listener):
                return longest[:0], longest[:0]
            return longest[: len(longest) // 2], longest[len(longest) // 2 :]
        order = rng.permutation(len(own))
        halves = (order[: len(own) // 2], order[len(own) // 2 :])
        first, second = (self._tracks_of([own[index] for index in half]) for half in halves)
        return np.setdiff1d(first, second), np.setdiff1d(second, first)

    def _tracks_of(self, playlists: list[Rows]) -> Rows:
        """Return the different tracks of some playlists whose sound is complete."""
        return self._complete(np.unique(np.concatenate([np.array([], dtype=np.intp), *playlists])))

    def _complete(self, rows: Rows) -> Rows:
        complete: Rows = rows[np.isfinite(self.library.features[rows]).all(axis=1)]
        return complete

    def sorted_by(self, listener: str) -> str | None:
        """Say by what the longest playlist of a listener is sorted; None if it is not."""
        own = [rows for (name, _), rows in self.shelf.playlists.items() if name == listener]
        rows = self._complete(max(own, key=len))
        return sorted_by(self.library.features[rows], [self.shelf.tracks[int(row)] for row in rows])

    def pairs(
        self, size: int, protocol: str, repeats: int, seed: int, *, is_ordered: bool = False
    ) -> Iterator[PairOfLists]:
        """Draw pairs of one listener `repeats` times each, and as many pairs of two in all.

        Parameters
        ----------
        is_ordered : bool
            As in `halves`.
        """
        rng = np.random.default_rng(seed)
        listeners = self.library.listeners
        same = 0
        for listener in listeners:
            for _ in range(repeats):
                first, second = self.halves(listener, protocol, rng, is_ordered=is_ordered)
                if min(len(first), len(second)) < max(size, 1):
                    break
                same += 1
                yield PairOfLists(_drawn(first, size, rng), _drawn(second, size, rng), (listener,))
        couples = list(combinations(listeners, 2))
        for index in range(max(same, len(couples))):
            one, other = couples[index % len(couples)]
            first, second = (rng.permutation(self.library.rows_of(name)) for name in (one, other))
            mine = _drawn(first, size, rng)
            yield PairOfLists(mine, _drawn(np.setdiff1d(second, mine), size, rng), (one, other))

    def strangers(self, size: int, repeats: int, seed: int) -> Iterator[PairOfLists]:
        """Draw pairs of two listeners as people bring them: so many tracks beside as many, and beside all."""
        rng = np.random.default_rng(seed)
        for one, other in combinations(self.library.listeners, 2):
            rows = [self.library.rows_of(name) for name in (one, other)]
            if size == WHOLE:
                yield PairOfLists(rows[0], rows[1], (one, other))
                continue
            for repeat in range(repeats):
                first, second = (_drawn(own, size, rng) for own in rows)
                whole = (first, rows[1]) if repeat % 2 else (rows[0], second)
                yield PairOfLists(first, second, (one, other))
                yield PairOfLists(*whole, (one, other))


def _drawn(rows: Rows, size: int, rng: np.random.Generator) -> Rows:
    """Draw so many rows, or take all of them."""
    return rows if size == WHOLE or len(rows) <= size else rng.choice(rows, size, replace=False)


def _some(rows: Rows, rng: np.random.Generator) -> Rows:
    return _drawn(rows, MOST_COMPARED, rng)


def sorted_by(features: Float, tracks: Sequence[Track]) -> str | None:
    """Say by what a list is sorted, with the rank correlation; None if it is not.

    The halves of a sorted list are two moods or two halves of the alphabet, and no two times of a life.

    Parameters
    ----------
    features : array of shape (n_tracks, 9)
        In the order of the list, without gaps.
    tracks : sequence of Track
        The same tracks.
    """
    columns: dict[str, Float] = {
        feature.value: column for feature, column in zip(SOUND_FEATURES, features.T, strict=True)
    }
    facts = {
        "year": [track.release_year for track in tracks],
        "length": [track.duration_ms for track in tracks],
        "popularity": [track.popularity for track in tracks],
    }
    columns |= {
        name: np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        for name, values in facts.items()
    }
    names = {
        "title": [track.title.casefold() for track in tracks],
        "artist": [lead_artist(track.artists) for track in tracks],
        "album": [(track.album or "").casefold() for track in tracks],
        "id": [track.id or "" for track in tracks],
    }
    columns |= {
        name: np.unique(values, return_inverse=True)[1].astype(np.float64) for name, values in names.items()
    }
    for name, column in columns.items():
        places = np.flatnonzero(np.isfinite(column))
        if len(places) < 2 or len(np.unique(column[places])) < 2:
            continue
        correlation = abs(spearmanr(places, column[places]).statistic)
        if correlation >= (SORTED_BY_NAME if name in names else SORTED):
            return f"{name} ({correlation:.2f})"
    return None


def load_crowd(folder: Path = SHARED_DATA) -> Crowd:
    """Read all measured listeners."""
    shelf = load_shelf(folder, EVERYBODY)
    artists = tuple(
        frozenset(words for name in track.artists if (words := lead_artist((name,))))
        for track in shelf.tracks
    )
    known = commonly_known({lead_artist(track.artists) for track in shelf.tracks})
    genres = tuple(normal_words(dressed(track, known).genres) for track in shelf.tracks)
    taught = frozenset(load_libraries(folder).listeners)
    return Crowd(load_libraries(folder, EVERYBODY), shelf, artists, genres, taught)


def auc(pairs: Sequence[PairOfLists], likeness: ArrayLike) -> float:
    """Return how often a pair of one person is more alike than a pair of two (ties count half)."""
    values = np.asarray(likeness, dtype=np.float64)
    same = np.array([pair.is_same for pair in pairs])
    above = values[same][:, None] > values[~same][None, :]
    level = values[same][:, None] == values[~same][None, :]
    return float((above + level / 2).mean())
