"""Cut samples that come in blocks into windows that overlap, as if they had come in one piece."""

from __future__ import annotations

import numpy as np

from services.audio.decoding import Samples


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
