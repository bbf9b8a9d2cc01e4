"""Decode a sound file in blocks, believing nothing that its header says of its length, and resample it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import firwin, resample_poly

from services.domain.errors.playlists import (
    DamagedSoundError,
    NotSoundError,
    SoundFormatOffError,
    UnusualSoundError,
)
from services.domain.sound import LONGEST_SOUND_S, MOST_CHANNELS, SAMPLE_RATES_HZ, SoundKind, sound_kind

Samples = NDArray[np.float32]

BLOCK_S = 10.0
"""Ten seconds of stereo at 44.1 kHz are 3.5 MB."""
_MOST_SAMPLES = 4_000_000
"""Of all channels together: 16 MB. Eight channels at 192 kHz come in shorter blocks."""
_LOUDEST = 8.0
"""Samples of floating point may be anything; nothing recorded is 18 dB over full scale."""
_BROKEN = (soundfile.LibsndfileError, RuntimeError, ValueError, OSError, TypeError)


@dataclass(frozen=True, slots=True)
class Stream:
    """A file that is being decoded."""

    kind: SoundKind
    rate_hz: int
    channels: int
    blocks: Iterator[Samples]
    """Of shape (frames, channels), finite; ends at `LONGEST_SOUND_S`."""


def open_stream(content: bytes) -> Stream:
    """Open a file by what is in it.

    Raises
    ------
    NotSoundError
        It is no sound file.
    SoundFormatOffError
        Its kind is known, and what would decode it is not installed.
    UnusualSoundError
        It has more channels, or another sampling rate, than is measured.
    DamagedSoundError
        Nothing in it can be decoded.
    """
    kind = sound_kind(content)
    if kind is None:
        raise NotSoundError
    if kind is SoundKind.MP4:
        return _checked(*_open_mp4(content))
    try:
        file = soundfile.SoundFile(io.BytesIO(content))
    except _BROKEN as error:
        raise DamagedSoundError(kind) from error
    return _checked(kind, file.samplerate, file.channels, _blocks(file))


def _checked(kind: SoundKind, rate_hz: int, channels: int, blocks: Iterator[Samples]) -> Stream:
    low, high = SAMPLE_RATES_HZ
    if not low <= rate_hz <= high or not 1 <= channels <= MOST_CHANNELS:
        raise UnusualSoundError(rate_hz, channels)
    return Stream(kind, rate_hz, channels, _limited(blocks, rate_hz))


def _blocks(file: Any) -> Iterator[Samples]:
    """Read until nothing comes; what is broken in the middle ends the piece there, to half a second."""
    frames, at = int(min(BLOCK_S * file.samplerate, _MOST_SAMPLES / file.channels)), 0
    careful = False
    with file:
        while True:
            try:
                block: Samples = file.read(frames, dtype="float32", always_2d=True)
            except _BROKEN:
                if careful:
                    return
                # A block with an error in it is lost as a whole: read it again, in small pieces.
                careful, frames = True, file.samplerate // 2
                try:
                    file.seek(at)
                except _BROKEN:
                    return
                continue
            if not len(block):
                return
            at += len(block)
            yield block


def _limited(blocks: Iterator[Samples], rate_hz: int) -> Iterator[Samples]:
    """Pass on one frame more than is measured, so that a cut is seen; NaN and infinity are silence."""
    left = int(LONGEST_SOUND_S * rate_hz) + 1
    for block in blocks:
        some = block[:left]
        if not np.isfinite(np.sum(some, dtype=np.float64)):
            some = np.nan_to_num(some, nan=0.0, posinf=0.0, neginf=0.0)
        yield np.clip(some, -_LOUDEST, _LOUDEST, out=some)
        left -= len(some)
        if left <= 0:
            return


def mono_of(block: Samples) -> Samples:
    """Mix a block, shape (frames, channels), down to one channel."""
    channels = block.shape[1]
    mixed: Samples = block @ np.full(channels, 1 / channels, dtype=np.float32)
    return mixed


def _open_mp4(content: bytes) -> tuple[SoundKind, int, int, Iterator[Samples]]:
    try:
        import av  # noqa: PLC0415  (an extra: its wheel holds much that nothing else here needs)
    except ImportError:
        raise SoundFormatOffError(SoundKind.MP4) from None
    try:
        container = av.open(io.BytesIO(content))
        stream = container.streams.audio[0]
        rate_hz, channels = int(stream.rate), int(stream.channels)
    except (av.FFmpegError, IndexError, *_BROKEN) as error:
        raise DamagedSoundError(SoundKind.MP4) from error
    return SoundKind.MP4, rate_hz, channels, _mp4_blocks(av, container, rate_hz, channels)


def _mp4_blocks(av: Any, container: Any, rate_hz: int, channels: int) -> Iterator[Samples]:
    frames, held, count = int(BLOCK_S * rate_hz), [], 0
    to_planar = av.AudioResampler(format="fltp")
    try:
        for frame in container.decode(audio=0):
            for part in to_planar.resample(frame):
                samples = part.to_ndarray().T
                if samples.shape[1] != channels:
                    return
                held.append(samples)
                count += len(samples)
            if count >= frames:
                yield np.ascontiguousarray(np.concatenate(held), dtype=np.float32)
                held, count = [], 0
    except (av.FFmpegError, *_BROKEN):
        pass
    finally:
        container.close()
    if held:
        yield np.ascontiguousarray(np.concatenate(held), dtype=np.float32)


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
