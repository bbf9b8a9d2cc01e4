"""Loudness by ITU-R BS.1770-4: K-weighted, gated twice, in LUFS; and the true peak."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin, sosfilt

from services.audio.decoding import Samples
from services.domain.sound import SoundKind

_SHELF_HZ, _SHELF_Q, _SHELF_DB, _SHELF_BAND = (
    1681.974450955533,
    0.7071752369554196,
    3.999843853973347,
    0.4996667741545416,
)
_HIGH_PASS_HZ, _HIGH_PASS_Q = 38.13547087602444, 0.5003270373238773
"""The filters of the standard for any rate; at 48 kHz they are those of its tables."""
_OFFSET_DB = -0.691
_ABSOLUTE_GATE, _RELATIVE_GATE = -70.0, -10.0
_STEPS_PER_S, _STEPS_PER_BLOCK = 10, 4
"""Blocks of 400 ms, one every 100 ms."""
_SURROUND = 1.41
_WEIGHTS: dict[int, Sequence[float]] = {
    4: (1, 1, _SURROUND, _SURROUND),
    5: (1, 1, 1, _SURROUND, _SURROUND),
    6: (1, 1, 1, 0, _SURROUND, _SURROUND),
    7: (1, 1, 1, 0, 1, _SURROUND, _SURROUND),
    8: (1, 1, 1, 0, 1, 1, _SURROUND, _SURROUND),
}
"""By channels, in the order of WAV: low frequencies alone do not count, the sides count more."""
_XIPH_WEIGHTS: dict[int, Sequence[float]] = {
    5: (1, 1, 1, _SURROUND, _SURROUND),
    6: (1, 1, 1, _SURROUND, _SURROUND, 0),
    7: (1, 1, 1, _SURROUND, _SURROUND, 1, 0),
    8: (1, 1, 1, _SURROUND, _SURROUND, 1, 1, 0),
}
"""The order of Vorbis and Opus."""

_OVERSAMPLING, _TAPS = 4, 48
_CANDIDATE, _MOST_CANDIDATES = 0.7, 4_000
"""Between samples a wave rises above its largest ones: only around these it is looked at."""


class Loudness:
    """The meter of one file, fed block by block."""

    def __init__(self, rate_hz: int, channels: int, kind: SoundKind) -> None:
        table = _XIPH_WEIGHTS if kind in {SoundKind.VORBIS, SoundKind.OPUS} else _WEIGHTS
        self._weights = np.array(table.get(channels, (1.0,) * channels))
        self._rate_hz = rate_hz
        self._filters = _k_weighting(rate_hz)
        self._state = np.zeros((len(self._filters), 2, channels))
        self._frames = 0
        self._open = 0.0
        """Power of the step that is not full yet."""
        self._steps: list[NDArray[np.float64]] = []
        self._peaks = _TruePeak(channels)

    def feed(self, block: Samples) -> None:
        """Take in the next samples, shape (frames, channels)."""
        self._peaks.feed(block)
        weighted, self._state = sosfilt(self._filters, block, axis=0, zi=self._state)
        powers = np.square(weighted, out=weighted) @ self._weights
        first, last = self._frames, self._frames + len(block)
        self._frames = last
        begin, end = (self._step_at(frame) for frame in (first, last))
        edges = np.array([self._frame_at(step) for step in range(begin + 1, end + 1)]) - first
        if not len(edges):
            self._open += float(powers.sum())
            return
        sums = np.add.reduceat(powers, np.concatenate([[0], edges[:-1]]))
        sums[-1] = powers[edges[-2] if len(edges) > 1 else 0 : edges[-1]].sum()
        sums[0] += self._open
        self._open = float(powers[edges[-1] :].sum())
        self._steps.append(sums)

    def _frame_at(self, step: int) -> int:
        return round(step * self._rate_hz / _STEPS_PER_S)

    def _step_at(self, frame: int) -> int:
        """Count the steps that are full after so many frames."""
        step = int(frame * _STEPS_PER_S / self._rate_hz) + 1
        while self._frame_at(step) > frame:
            step -= 1
        return step

    @property
    def lufs(self) -> float:
        """Integrated loudness; minus infinity where every block is below the gate."""
        if not self._steps:
            return -math.inf
        steps = np.concatenate(self._steps)
        if len(steps) < _STEPS_PER_BLOCK:
            return -math.inf
        totals = np.convolve(steps, np.ones(_STEPS_PER_BLOCK), "valid")
        powers = totals * _STEPS_PER_S / (_STEPS_PER_BLOCK * self._rate_hz)
        powers = powers[powers > _power_of(_ABSOLUTE_GATE)]
        if not len(powers):
            return -math.inf
        kept = powers[powers > _power_of(_lufs_of(float(powers.mean())) + _RELATIVE_GATE)]
        return _lufs_of(float(kept.mean()))

    @property
    def true_peak_db(self) -> float:
        """Largest value of the wave between the samples, in dBTP."""
        return 20 * math.log10(self._peaks.largest) if self._peaks.largest > 0 else -math.inf


class _TruePeak:
    """The largest value of a wave four times as finely as it was sampled."""

    def __init__(self, channels: int) -> None:
        taps = firwin(_OVERSAMPLING * _TAPS + 1, 1 / _OVERSAMPLING, window=("kaiser", 8.0)) * _OVERSAMPLING
        self._phases = np.stack([taps[phase : phase + _OVERSAMPLING * _TAPS : _OVERSAMPLING][::-1]
                                 for phase in range(1, _OVERSAMPLING)]).T.astype(np.float32)  # fmt: skip
        self._tail = np.zeros((_TAPS, channels), dtype=np.float32)
        self.largest = 0.0

    def feed(self, block: Samples) -> None:
        whole = np.concatenate([self._tail, block])
        self._tail = whole[-_TAPS:]
        largest = float(np.abs(block).max(initial=0.0))
        self.largest = max(self.largest, largest)
        if len(whole) <= _TAPS or largest < _CANDIDATE * self.largest:
            return
        for channel in whole.T:
            self._look(np.ascontiguousarray(channel))

    def _look(self, wave: Samples) -> None:
        size = np.abs(wave)
        inner = size[_TAPS // 2 : len(size) - _TAPS // 2]
        at = np.flatnonzero(inner >= _CANDIDATE * self.largest)
        if len(at) > _MOST_CANDIDATES:
            at = at[np.argpartition(inner[at], -_MOST_CANDIDATES)[-_MOST_CANDIDATES:]]
        if not len(at):
            return
        # Before and after a large sample: the wave may rise on either side.
        begins = np.unique(np.concatenate([at, np.maximum(at - 1, 0)]))
        windows = np.lib.stride_tricks.sliding_window_view(wave, _TAPS)[begins]
        self.largest = max(self.largest, float(np.abs(windows @ self._phases).max()))


def _k_weighting(rate_hz: int) -> NDArray[np.float64]:
    k = math.tan(math.pi * min(_SHELF_HZ / rate_hz, 0.49))
    high = 10 ** (_SHELF_DB / 20)
    band = high**_SHELF_BAND
    scale = 1 + k / _SHELF_Q + k * k
    shelf = [
        (high + band * k / _SHELF_Q + k * k) / scale,
        2 * (k * k - high) / scale,
        (high - band * k / _SHELF_Q + k * k) / scale,
        1.0,
        2 * (k * k - 1) / scale,
        (1 - k / _SHELF_Q + k * k) / scale,
    ]
    k = math.tan(math.pi * _HIGH_PASS_HZ / rate_hz)
    scale = 1 + k / _HIGH_PASS_Q + k * k
    high_pass = [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / scale, (1 - k / _HIGH_PASS_Q + k * k) / scale]
    return np.array([shelf, high_pass])


def _lufs_of(power: float) -> float:
    return _OFFSET_DB + 10 * math.log10(power)


def _power_of(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET_DB) / 10))
