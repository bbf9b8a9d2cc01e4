"""Draw pairs of lists whose truth is known: two of one listener, or of two.

A sound space never judges a listener it was learned from: for each pair it is learned again from the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmarks.hidden_tracks import Shelf, load_shelf
from benchmarks.learn_metric import learn_constants
from benchmarks.listeners import SHARED_DATA, Library, load_libraries
from services.analysis.reference import read_reference
from services.analysis.titles import lead_artist

Rows = NDArray[np.intp]
Float = NDArray[np.float64]

PROTOCOLS = ("random", "early and late", "other playlists")
"""How two lists of one listener are drawn: from all tracks; from the beginning and the end of the longest
playlist; from two halves of the playlists, without what is in both."""


@dataclass(frozen=True, slots=True)
class PairOfLists:
    """Two lists of equally many tracks, none of them in both."""

    first: Rows
    second: Rows
    listeners: tuple[str, ...]
    """One name where both are of one listener."""

    @property
    def is_same(self) -> bool:
        """Whether both lists are of one person."""
        return len(self.listeners) == 1


@dataclass(frozen=True, slots=True)
class Crowd:
    """Measured listeners with all that a comparison looks at."""

    library: Library
    shelf: Shelf
    artists: tuple[frozenset[str], ...]
    """Of each track, in caseless words."""
    _spaces: dict[frozenset[str], Float] = field(default_factory=dict)

    def points(self, without: tuple[str, ...]) -> Float:
        """Return all tracks in a sound space that was learned without some listeners."""
        key = frozenset(without)
        if key not in self._spaces:
            reference = read_reference(learn_constants(self.library, leave_out=without))
            self._spaces[key] = reference.sound_space(self.library.features)
        return self._spaces[key]

    def overlap(self, pair: PairOfLists) -> float:
        """Return the overlap coefficient of the artists."""
        one, other = (
            {name for row in rows for name in self.artists[row]} for rows in (pair.first, pair.second)
        )
        return len(one & other) / max(min(len(one), len(other)), 1)

    def halves(self, listener: str, protocol: str, rng: np.random.Generator) -> tuple[Rows, Rows]:
        """Draw two disjoint pools of one listener."""
        if protocol == "random":
            rows = rng.permutation(self.library.rows_of(listener))
            return rows[: len(rows) // 2], rows[len(rows) // 2 :]
        own = [rows for (name, _), rows in self.shelf.playlists.items() if name == listener]
        if protocol == "early and late":
            longest = max(own, key=len)
            longest = longest[np.isfinite(self.library.features[longest]).all(axis=1)]
            return longest[: len(longest) // 2], longest[len(longest) // 2 :]
        order = rng.permutation(len(own))
        halves = (order[: len(own) // 2], order[len(own) // 2 :])
        first, second = (self._tracks_of([own[index] for index in half]) for half in halves)
        return np.setdiff1d(first, second), np.setdiff1d(second, first)

    def _tracks_of(self, playlists: list[Rows]) -> Rows:
        """Return the different tracks of some playlists whose sound is complete."""
        rows = np.unique(np.concatenate([np.array([], dtype=np.intp), *playlists]))
        complete: Rows = rows[np.isfinite(self.library.features[rows]).all(axis=1)]
        return complete

    def pairs(self, size: int, protocol: str, repeats: int, seed: int) -> Iterator[PairOfLists]:
        """Draw pairs of one listener `repeats` times each, and as many pairs of two in all."""
        rng = np.random.default_rng(seed)
        listeners = self.library.listeners
        same = 0
        for listener in listeners:
            for _ in range(repeats):
                first, second = self.halves(listener, protocol, rng)
                if min(len(first), len(second)) < size:
                    break
                same += 1
                yield PairOfLists(
                    rng.choice(first, size, replace=False),
                    rng.choice(second, size, replace=False),
                    (listener,),
                )
        couples = list(combinations(listeners, 2))
        for index in range(max(same, len(couples))):
            one, other = couples[index % len(couples)]
            first, second = (rng.permutation(self.library.rows_of(name)) for name in (one, other))
            second = np.setdiff1d(second, first[:size], assume_unique=True)
            yield PairOfLists(first[:size], rng.permutation(second)[:size], (one, other))


def load_crowd(folder: Path = SHARED_DATA) -> Crowd:
    """Read the measured listeners."""
    shelf = load_shelf(folder)
    artists = tuple(
        frozenset(words for name in track.artists if (words := lead_artist((name,))))
        for track in shelf.tracks
    )
    return Crowd(load_libraries(folder), shelf, artists)


def auc(pairs: Sequence[PairOfLists], likeness: ArrayLike) -> float:
    """Return how often a pair of one person is more alike than a pair of two (ties count half)."""
    values = np.asarray(likeness, dtype=np.float64)
    same = np.array([pair.is_same for pair in pairs])
    above = values[same][:, None] > values[~same][None, :]
    level = values[same][:, None] == values[~same][None, :]
    return float((above + level / 2).mean())
