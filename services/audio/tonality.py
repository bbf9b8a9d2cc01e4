"""Key of a piece: the pitch classes of its spectral peaks, in its own tuning, against 24 profiles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import maximum_filter1d

from services.audio.decoding import Samples
from services.audio.framing import Frames
from services.domain.sound import KeyReading

RATE_HZ = 11_025
_WINDOW, _HOP = 8_192, 4_096
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 2_200.0
_NEIGHBOURS = 5
_WIDTH_SEMITONES, _MIDDLE, _SPREAD = 0.2, 62.0, 16.0
_MAJOR = (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400)
_MINOR = (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330)
"""Temperley's profiles (Kostka-Payne corpus)."""


class Pitches:
    """How much sounds at each frequency, from samples at `RATE_HZ` that come in blocks."""

    def __init__(self, rate_hz: float) -> None:
        bins = np.arange(_WINDOW // 2 + 1) * rate_hz / _WINDOW
        self._used = (bins >= _LOWEST_HZ) & (bins <= _HIGHEST_HZ)
        self._notes = 69 + 12 * np.log2(bins[self._used] / 440.0)
        self._frames = Frames(_WINDOW, _HOP)
        self._weights = np.zeros(len(self._notes))

    def feed(self, block: Samples) -> None:
        """Take in the next samples, shape (n,)."""
        frames = self._frames.take(block)
        if not len(frames):
            return
        spectrum = np.abs(fft.rfft(frames, axis=1))
        peaks = (spectrum == maximum_filter1d(spectrum, _NEIGHBOURS, axis=1))[:, self._used]
        self._weights += np.sqrt(np.where(peaks, spectrum[:, self._used], 0.0)).sum(axis=0)

    def key(self) -> KeyReading | None:
        """Read the key; None where there is no tone at all."""
        weights, notes = self._weights, self._notes
        if weights.sum() <= 0:
            return None
        off = notes - np.round(notes)
        tuning = float(np.angle((weights * np.exp(2j * np.pi * off)).sum()) / (2 * np.pi))
        tuned = notes - tuning
        nearest = np.round(tuned)
        parts = (
            weights
            * np.exp(-(((tuned - nearest) / _WIDTH_SEMITONES) ** 2) / 2)
            * np.exp(-(((tuned + tuning - _MIDDLE) / _SPREAD) ** 2) / 2)
        )
        classes: NDArray[np.float64] = np.bincount(nearest.astype(int) % 12, parts, minlength=12).astype(
            float
        )
        if np.ptp(classes) <= 1e-9 * classes.max():
            return None
        fits = _fits(classes)
        order = np.argsort(-fits, kind="stable")
        best = int(order[0])
        return KeyReading(best % 12, best < 12, float(fits[best] - fits[order[1]]))


def _fits(classes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlate pitch classes, shape (12,), with the 12 major and then the 12 minor keys."""
    profiles = np.array([np.roll(profile, tonic) for profile in (_MAJOR, _MINOR) for tonic in range(12)])
    centred = profiles - profiles.mean(axis=1, keepdims=True)
    own = classes - classes.mean()
    found: NDArray[np.float64] = (centred @ own) / (np.linalg.norm(centred, axis=1) * np.linalg.norm(own))
    return found
