"""Mix real playlists of one listener, so that a clustering has a truth to be judged by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.listeners import Library

SMALLEST, LARGEST = 40, 400
"""Sizes of playlists that may be mixed: below, themes are thin; above, it is a library."""

MOST_TRACKS = 100
"""Tracks drawn from each playlist, so that one cannot swamp the others."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """Tracks of several playlists of one listener in one heap."""

    listener: str
    rows: NDArray[np.intp]
    """Track rows of the library, shuffled."""
    truth: NDArray[np.intp]
    """Which playlist each came from. A track on two of them keeps the first: no method can score 1."""

    @property
    def k(self) -> int:
        """Number of playlists mixed."""
        return int(self.truth.max()) + 1


def mixtures(
    library: Library,
    listener: str,
    count: int,
    *,
    seed: int,
    playlists: tuple[int, int] = (2, 6),
    tracks: int | None = None,
) -> list[Mixture]:
    """Draw mixtures of `playlists` playlists (inclusive range) of one listener.

    Parameters
    ----------
    tracks : int, optional
        Exactly so many distinct tracks of each playlist; by default all, up to `MOST_TRACKS`.
    """
    rng = np.random.default_rng(seed)
    least = max(SMALLEST, tracks or 0)
    pool = [
        rows
        for (name, _), rows in library.playlists.items()
        if name == listener and least <= len(rows) <= LARGEST
    ]
    drawn: list[Mixture] = []
    attempts = 0
    while len(drawn) < count and len(pool) >= playlists[0] and attempts < 50 * count:
        attempts += 1
        parts = int(rng.integers(playlists[0], min(playlists[1], len(pool)) + 1))
        taken: set[int] = set()
        groups: list[NDArray[np.intp]] = []
        for index in rng.choice(len(pool), parts, replace=False):
            fresh = np.array([row for row in pool[index] if int(row) not in taken], dtype=np.intp)
            size = min(len(fresh), tracks or MOST_TRACKS)
            chosen = rng.choice(fresh, size, replace=False) if size else fresh
            taken.update(int(row) for row in chosen)
            groups.append(chosen)
        smallest = min(len(group) for group in groups)
        if smallest < (tracks or SMALLEST // 2):
            continue  # two copies of one playlist are no mixture
        rows = np.concatenate(groups)
        truth = np.repeat(np.arange(parts), [len(group) for group in groups])
        order = rng.permutation(len(rows))
        drawn.append(Mixture(listener, rows[order], truth[order]))
    return drawn
