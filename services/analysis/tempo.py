"""Which tempo a listener would tap, whatever octave the measurement fell into."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

SLOWEST_BPM = 70.0
"""Folded tempi lie in [70, 140): the octave in which most people tap along."""


def fold_tempo(bpm: ArrayLike) -> NDArray[np.float64]:
    """Halve or double tempi until they lie in [70, 140) BPM.

    Trackers often report double or half of the felt tempo (175 for 87.5), so this is for display and
    never for grouping: folding also moves a true 69 next to 138.

    Parameters
    ----------
    bpm : array-like
        Tempi in beats per minute. NaN, infinite, zero and negative values become NaN.
    """
    tempo = np.asarray(bpm, dtype=np.float64)
    real = np.where(np.isfinite(tempo) & (tempo > 0), tempo, np.nan)
    folded = SLOWEST_BPM * np.exp2(np.mod(np.log2(real / SLOWEST_BPM), 1.0))
    # Rounding may land exactly on the excluded end, and 70 itself may come back as 139.99….
    return np.where(folded >= 2 * SLOWEST_BPM - 1e-9, SLOWEST_BPM, folded)


def median_tempo(bpm: ArrayLike) -> float | None:
    """Return the median folded tempo, or None where no tempo is known."""
    folded = fold_tempo(bpm)
    known = folded[np.isfinite(folded)]
    return float(np.median(known)) if known.size else None
