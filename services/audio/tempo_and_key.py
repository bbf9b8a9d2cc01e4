"""Tempo and key of a piece, from windows of samples that come in blocks.

The tempo is the autocorrelation of onsets, with the octaves that are possible and how sure it is; the key
is the pitch classes of spectral peaks, in their own tuning, against 24 profiles.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import maximum_filter1d

from services.audio.decoding import Samples
from services.domain.sound import KeyReading, TempoReading


class Frames:
    """Windows of `size` samples, one every `hop`; what is left of a block is carried into the next."""

    def __init__(self, size: int, hop: int) -> None:
        self._size, self._hop = size, hop
        self._taper = np.hanning(size + 1)[:-1].astype(np.float32)
        self._held: Samples = np.zeros(0, dtype=np.float32)

    @property
    def weight(self) -> float:
        """Sum of the Hann window."""
        return float(self._taper.sum())

    def take(self, block: Samples) -> Samples:
        """Return the windows that a block completes, under a Hann window: shape (n, size), n may be 0."""
        whole = np.concatenate([self._held, block])
        count = max(0, (len(whole) - self._size) // self._hop + 1)
        self._held = whole[count * self._hop :]
        if not count:
            return np.zeros((0, self._size), dtype=np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(whole, self._size)[:: self._hop][:count]
        return windows * self._taper


ONSET_RATE_HZ = 22_050
_ONSET_WINDOW, _ONSET_HOP = 1_024, 220
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
    """How much begins at each moment, from samples at `ONSET_RATE_HZ` that come in blocks."""

    def __init__(self, rate_hz: float) -> None:
        self._frames_per_s = rate_hz / _ONSET_HOP
        edges = np.unique(np.round(np.geomspace(_FIRST_BIN, _LAST_BIN, _EDGES)).astype(int))
        self._edges = edges
        self._frames = Frames(_ONSET_WINDOW, _ONSET_HOP)
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


PITCH_RATE_HZ = 11_025
_PITCH_WINDOW, _PITCH_HOP = 8_192, 4_096
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 2_200.0
_NEIGHBOURS = 5
_WIDTH_SEMITONES, _MIDDLE, _SPREAD = 0.2, 62.0, 16.0
_MAJOR = (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400)
_MINOR = (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330)
"""Temperley's profiles (Kostka-Payne corpus)."""


class Pitches:
    """How much sounds at each frequency, from samples at `PITCH_RATE_HZ` that come in blocks."""

    def __init__(self, rate_hz: float) -> None:
        bins = np.arange(_PITCH_WINDOW // 2 + 1) * rate_hz / _PITCH_WINDOW
        self._used = (bins >= _LOWEST_HZ) & (bins <= _HIGHEST_HZ)
        self._notes = 69 + 12 * np.log2(bins[self._used] / 440.0)
        self._frames = Frames(_PITCH_WINDOW, _PITCH_HOP)
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
