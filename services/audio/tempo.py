"""Tempo of a piece: autocorrelation of its onsets, with the octaves that are possible and how sure it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from services.audio.decoding import Samples
from services.audio.framing import Frames
from services.domain.sound import TempoReading

RATE_HZ = 22_050
_WINDOW, _HOP = 1_024, 220
_EDGES, _FIRST_BIN, _LAST_BIN = 41, 2, 512
_COMPRESSION = 1_000.0
_MEAN_FRAMES = 100
_SLOWEST_BPM, _FASTEST_BPM, _STEP_BPM = 50.0, 210.0, 0.25
_MULTIPLES = ((1.0, 1.0), (2.0, 0.8), (3.0, 0.3), (4.0, 0.6))
"""How much the autocorrelation at so many beats counts."""
_USUAL_BPM, _SPREAD_OCTAVES = 115.0, 0.75
_FINE_SHARE, _FINE_STEP_BPM = 0.015, 0.05
_FINE_MULTIPLES = (4.0, 8.0, 12.0, 16.0)
_LONGEST_LAG_S = 17.0
"""Sixteen beats at 57 BPM."""
_LEAST_S = 4.0

_Curve = NDArray[np.float64]


class Onsets:
    """How much begins at each moment, from samples at `RATE_HZ` that come in blocks."""

    def __init__(self, rate_hz: float) -> None:
        self._frames_per_s = rate_hz / _HOP
        edges = np.unique(np.round(np.geomspace(_FIRST_BIN, _LAST_BIN, _EDGES)).astype(int))
        self._edges = edges
        self._frames = Frames(_WINDOW, _HOP)
        self._before: Samples | None = None
        self._flux: list[Samples] = []

    def feed(self, block: Samples) -> None:
        """Take in the next samples, shape (n,)."""
        frames = self._frames.take(block)
        if not len(frames):
            return
        spectrum = np.abs(fft.rfft(frames, axis=1))[:, :_LAST_BIN]
        bands = np.add.reduceat(spectrum, self._edges[:-1], axis=1) / self._frames.weight
        loud = np.log1p(_COMPRESSION * bands)
        before = loud[:1] if self._before is None else self._before
        rise = np.diff(np.concatenate([before, loud]), axis=0)
        self._before = loud[-1:]
        self._flux.append(np.maximum(rise, 0.0).mean(axis=1))

    def tempo(self) -> TempoReading | None:
        """Read the tempo; None where nothing ever begins."""
        curve = np.concatenate(self._flux).astype(np.float64) if self._flux else np.zeros(0)
        if len(curve) < _LEAST_S * self._frames_per_s:
            return None
        correlation = _autocorrelation(_sharpened(curve), int(_LONGEST_LAG_S * self._frames_per_s))
        if correlation is None:
            return None
        return _read(correlation, self._frames_per_s)


def _sharpened(curve: _Curve) -> _Curve:
    """Take the mean of the last second away, and keep what stands out."""
    sums = np.concatenate([[0.0], np.cumsum(curve)])
    ends = np.arange(1, len(curve) + 1)
    begins = np.maximum(ends - _MEAN_FRAMES, 0)
    means = (sums[ends] - sums[begins]) / (ends - begins)
    sharpened: _Curve = np.maximum(curve - means, 0.0)
    return sharpened


def _autocorrelation(curve: _Curve, longest: int) -> _Curve | None:
    centred = curve - curve.mean()
    size = fft.next_fast_len(2 * len(centred), real=True)
    spectrum = fft.rfft(centred, size)
    correlation: _Curve = fft.irfft(np.abs(spectrum) ** 2, size)[: min(longest, len(centred) - 1) + 1]
    if correlation[0] <= 1e-12:
        return None
    scaled: _Curve = correlation / correlation[0]
    return scaled


def _read(correlation: _Curve, frames_per_s: float) -> TempoReading:
    lags = np.arange(len(correlation))

    def at(seconds: _Curve) -> _Curve:
        found: _Curve = np.interp(seconds * frames_per_s, lags, correlation, right=0.0)
        return found

    def score(bpm: _Curve) -> _Curve:
        beat = 60.0 / bpm
        total = sum(weight * at(multiple * beat) for multiple, weight in _MULTIPLES)
        likely = np.exp(-((np.log2(bpm / _USUAL_BPM) / _SPREAD_OCTAVES) ** 2) / 2)
        found: _Curve = total * likely
        return found

    tried = np.arange(_SLOWEST_BPM, _FASTEST_BPM + _STEP_BPM / 2, _STEP_BPM)
    best = float(tried[int(np.argmax(score(tried)))])
    near = np.arange(best * (1 - _FINE_SHARE), best * (1 + _FINE_SHARE), _FINE_STEP_BPM)
    fine = sum(at(multiple * 60.0 / near) for multiple in _FINE_MULTIPLES)
    bpm = float(near[int(np.argmax(fine))])
    own, half, double = score(np.array([bpm, bpm / 2, bpm * 2]))
    other_bpm, other = (bpm / 2, half) if half >= double else (bpm * 2, double)
    return TempoReading(
        bpm=round(bpm, 2),
        other_bpm=round(other_bpm, 2),
        other_share=float(np.clip(other / own, 0.0, 1.0)) if own > 0 else 1.0,
        salience=float(np.clip(at(np.array([60.0 / bpm]))[0], 0.0, 1.0)),
    )
