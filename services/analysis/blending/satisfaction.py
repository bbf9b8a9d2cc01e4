"""How much a track meets somebody's taste: how much of their own music lies further from the rest of it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from services.analysis.comparison.distance import distances

Float = NDArray[np.float64]

FOREIGN = 0.1
"""Below this, a track lies further from somebody's taste than nine tenths of their own music."""

NEIGHBOURS_POWER = 0.5
"""A track is held against this power of the number of somebody's tracks: the nearest ones, since a taste of
two moods has its middle where nobody listens."""


class Taste:
    """A person's tracks, ready to say how much another track meets them."""

    def __init__(self, points: Float) -> None:
        self._points = points
        self._neighbours = max(1, round(math.pow(max(len(points) - 1, 1), NEIGHBOURS_POWER)))
        self._own = np.sort(self._nearness(points, with_itself=True)) if len(points) > 1 else np.zeros(0)

    def satisfaction(self, points: Float, *, own: bool = False) -> Float:
        """Return for each track which part of the person's own music lies further out, 0..1.

        Parameters
        ----------
        points : array of shape (n, 6)
        own : bool
            Whether these are tracks of the person, which are not to be compared with themselves.
        """
        if not len(self._own):
            return np.full(len(points), 0.5)
        near = self._nearness(points, with_itself=own)
        # ties count half, so that a person's own tracks have a mean of one half
        below = np.searchsorted(self._own, near, side="left")
        upto = np.searchsorted(self._own, near, side="right")
        part: Float = 1.0 - (below + upto) / (2 * len(self._own))
        return part

    def _nearness(self, points: Float, *, with_itself: bool) -> Float:
        apart = np.round(distances(points, self._points), 9)
        first = 1 if with_itself else 0
        count = min(self._neighbours, apart.shape[1] - first)
        nearest = np.partition(apart, first + count - 1, axis=1)[:, : first + count]
        near: Float = (nearest.sum(axis=1) - (nearest.min(axis=1) if first else 0.0)) / count
        return near
