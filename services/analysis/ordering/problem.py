"""An ordering problem as the searches see it: numbers only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LOOKAHEAD = 3
"""Places over which the same artist costs something."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What an order of `len(self)` tracks costs, and which of them can't move."""

    costs: Floats
    """(n, n) cost of each step, symmetric; the same artist at once is in it."""
    artists: Sequence[int]
    """(n,) equal for tracks of one artist."""
    repeats: Floats
    """(2, n) what the same artist two and three places on costs."""
    heights: Sequence[float]
    """(n,) how high each track stands on the arc; 0 where unknown."""
    pulls: Sequence[float]
    """(n,) how much each track minds the squared distance from the arc; all 0 without one."""
    targets: Sequence[float]
    """(n,) how high each place of the arc is."""
    locks: Mapping[int, int]
    """Which track has to stand at a place."""

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self.costs)

    @property
    def has_arc(self) -> bool:
        """Whether any place asks for anything."""
        return any(self.pulls)

    @property
    def has_repeats(self) -> bool:
        """Whether an artist two or three places on can cost anything."""
        return bool(self.repeats.any()) and len(set(self.artists)) < len(self)

    @property
    def inner_locks(self) -> bool:
        """Whether places other than the first and the last are locked."""
        return any(0 < place < len(self) - 1 for place in self.locks)

    def cost(self, order: Sequence[int]) -> float:
        """Return the whole cost of an order."""
        rows = np.array(order, dtype=np.intp)
        total = float(self.costs[rows[:-1], rows[1:]].sum())
        artists = np.array(self.artists)[rows]
        for distance, penalties in zip((2, 3), self.repeats, strict=True):
            if len(rows) > distance:
                same = artists[:-distance] == artists[distance:]
                total += float(penalties[rows[:-distance]][same].sum())
        away = np.array(self.heights)[rows] - np.array(self.targets)
        return total + float((np.array(self.pulls)[rows] * away**2).sum())

    def respects(self, order: Sequence[int]) -> bool:
        """Whether every locked track is at its place."""
        return all(order[place] == row for place, row in self.locks.items())

    def with_locks(self, order: Sequence[int]) -> list[int]:
        """Put the locked tracks at their places and the others around them in the order given."""
        result = [-1] * len(self)
        for place, row in self.locks.items():
            result[place] = row
        locked = set(self.locks.values())
        rest = iter([row for row in order if row not in locked])
        return [next(rest) if row < 0 else row for row in result]
