"""Resample a signal that comes in blocks, as if it had come in one piece."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from scipy.signal import firwin, resample_poly

from services.audio.decoding import Samples

_FINEST = 480
"""Largest factor: rates that no common ratio reaches are met to some parts in a million."""
_HALF_LENGTH = 6
"""Periods of the filter on each side: beats and keys need no more, and it is most of the work."""


class Resampler:
    """From one rate to another, block by block: each block sees its neighbours through the filter."""

    def __init__(self, rate_hz: float, wanted_hz: float) -> None:
        ratio = Fraction(wanted_hz / rate_hz).limit_denominator(_FINEST)
        self._up, self._down = ratio.numerator, ratio.denominator
        self.rate_hz = rate_hz * self._up / self._down
        """What comes out, in Hz."""
        widest = max(self._up, self._down, 2)
        self._taps = firwin(2 * _HALF_LENGTH * widest + 1, 1.0 / widest, window=("kaiser", 5.0)).astype(
            np.float32
        )
        reach = -(-(_HALF_LENGTH * widest) // self._up) + 1
        self._margin = -(-reach // self._down) * self._down
        self._held = np.zeros(self._margin, dtype=np.float32)

    def feed(self, block: Samples) -> Samples:
        """Take in samples, shape (n,), and return those that are certain by now."""
        if self._up == self._down:
            return block
        whole = np.concatenate([self._held, block])
        ready = (len(whole) - 2 * self._margin) // self._down * self._down
        if ready <= 0:
            self._held = whole
            return np.zeros(0, dtype=np.float32)
        self._held = whole[ready:]
        return self._convert(whole[: ready + 2 * self._margin], ready)

    def flush(self) -> Iterator[Samples]:
        """Return what is left when the signal has ended."""
        if self._up == self._down:
            return
        left = len(self._held) - self._margin
        if left > 0:
            padded = -(-left // self._down) * self._down
            silence = np.zeros(padded - left + self._margin, dtype=np.float32)
            yield self._convert(np.concatenate([self._held, silence]), padded)

    def _convert(self, samples: Samples, count: int) -> Samples:
        out = resample_poly(samples, self._up, self._down, window=self._taps)
        begin = self._margin // self._down * self._up
        resampled: Samples = out[begin : begin + count // self._down * self._up]
        return resampled
