"""How far apart two people are in how much of their music has explicit lyrics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.domain.music import Track

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Explicit:
    """The share of somebody's tracks that are explicit, as they are and in bootstrap samples of them."""

    known: float
    """Share of the tracks of which it is known whether they are, 0..1."""
    shares: Float
    """Of those, 0..1, shape (1 + draws,): of the tracks as they are, then of the samples."""
    chance: float
    """Variance of the share in so few tracks."""

    @staticmethod
    def of(flags: Float, weights: Float) -> Explicit:
        """Count explicit tracks.

        Parameters
        ----------
        flags : array of shape (n,)
            As `flags_of` gives them.
        weights : array of shape (1 + draws, n)
            How much each track counts, as it is and in the samples.
        """
        told = np.isfinite(flags)
        weighed = np.where(told, weights, 0.0)
        counts = weighed.sum(axis=1)
        if not counts[0]:
            return Explicit(0.0, np.zeros(len(weights)), 0.0)
        marked = weighed @ np.where(told, flags, 0.0)
        share = marked[0] / counts[0]
        # A sample may hold none of the tracks of which it is known.
        shares = np.divide(marked, counts, out=np.full(len(weights), share), where=counts > 0)
        tracks = counts[0] ** 2 / (weighed[0] ** 2).sum()
        return Explicit(
            known=float(counts[0] / weights[0].sum()),
            shares=shares,
            chance=float(share * (1 - share) / max(tracks - 1, 1.0)),
        )


def flags_of(tracks: Iterable[Track]) -> Float:
    """Return 1 for explicit tracks, 0 for others, NaN where that is not known."""
    return np.array([np.nan if track.explicit is None else float(track.explicit) for track in tracks])


def explicit_gap(a: Explicit, b: Explicit) -> float:
    """Return how far apart the shares of explicit tracks are, 0..1, beyond chance in few tracks."""
    return float(_beyond_chance(a.shares[:1] - b.shares[:1], a, b)[0])


def explicit_gap_again(a: Explicit, b: Explicit) -> Float:
    """Return gaps that other tracks of the same two may have, shape (draws,).

    The tracks at hand have the error of a draw, and so have the others.
    """
    apart = a.shares - b.shares
    errors = apart[1:] - apart[0]
    return _beyond_chance(np.clip(apart[0] + errors + np.roll(errors, len(errors) // 2), -1.0, 1.0), a, b)


def _beyond_chance(apart: Float, a: Explicit, b: Explicit) -> Float:
    """Take the expected square of an error off: what is left is an energy distance, as that of the sound."""
    return np.asarray(np.sqrt(np.maximum(apart**2 - a.chance - b.chance, 0.0)), dtype=np.float64)
