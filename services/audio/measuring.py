"""Measure one file in one pass, and cut the clips that may be sent out. Sound is never held as a whole."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import soundfile

from services.audio.decoding import Resampler, Samples, mono_of, open_stream
from services.audio.loudness import Loudness
from services.audio.tempo_and_key import ONSET_RATE_HZ, PITCH_RATE_HZ, Onsets, Pitches
from services.domain.errors.playlists import DamagedSoundError, SilentSoundError, TooShortSoundError
from services.domain.sound import (
    CLIP_S,
    LONGEST_SOUND_S,
    SHORTEST_SOUND_S,
    SILENCE_LUFS,
    Sound,
    SoundReading,
    clip_starts,
)


def measure(content: bytes) -> Sound:
    """Measure a file.

    Raises
    ------
    SoundError
        One of its subclasses: it is no sound, can't be decoded, is too short, or silent.
    """
    stream = open_stream(content)
    loudness = Loudness(stream.rate_hz, stream.channels, stream.kind)
    ears = _Ears(stream.rate_hz)
    digest, frames = hashlib.sha256(), 0
    most = int(LONGEST_SOUND_S * stream.rate_hz)
    is_cut = False
    for decoded in stream.blocks:
        block = decoded[: most - frames]
        is_cut = len(block) < len(decoded)
        if not len(block):
            break
        frames += len(block)
        mono = mono_of(block)
        digest.update(mono.data)
        loudness.feed(block)
        ears.feed(mono)
    if not frames:
        raise DamagedSoundError(stream.kind)
    length_s = frames / stream.rate_hz
    if length_s < SHORTEST_SOUND_S:
        raise TooShortSoundError(length_s)
    lufs = loudness.lufs
    if lufs <= SILENCE_LUFS:
        raise SilentSoundError
    ears.end()
    reading = SoundReading(
        digest=digest.hexdigest(),
        length_s=length_s,
        is_cut=is_cut,
        rate_hz=stream.rate_hz,
        channels=stream.channels,
        loudness_lufs=round(lufs, 2),
        true_peak_db=round(loudness.true_peak_db, 2),
        tempo=ears.onsets.tempo(),
        key=ears.pitches.key(),
    )
    return Sound(kind=stream.kind, reading=reading)


class _Ears:
    """What listens to the mean of the channels."""

    def __init__(self, rate_hz: int) -> None:
        self._to_onsets = Resampler(rate_hz, ONSET_RATE_HZ)
        self._to_pitches = Resampler(self._to_onsets.rate_hz, PITCH_RATE_HZ)
        self.onsets = Onsets(self._to_onsets.rate_hz)
        self.pitches = Pitches(self._to_pitches.rate_hz)

    def feed(self, mono: Samples) -> None:
        self._hear(self._to_onsets.feed(mono))

    def end(self) -> None:
        for rest in self._to_onsets.flush():
            self._hear(rest)
        for rest in self._to_pitches.flush():
            self.pitches.feed(rest)

    def _hear(self, mono: Samples) -> None:
        self.onsets.feed(mono)
        self.pitches.feed(self._to_pitches.feed(mono))


CLIP_RATE_HZ = 44_100
_PIECE_S = 5
"""libsndfile 1.2.2 crashes when a long OGG is written in one call."""


def digest_of(content: bytes) -> str:
    """Hash the decoded samples of a file, as far as they are measured."""
    stream = open_stream(content)
    digest, left = hashlib.sha256(), int(LONGEST_SOUND_S * stream.rate_hz)
    for block in stream.blocks:
        if left > 0:
            digest.update(mono_of(block[:left]).data)
        left -= len(block)
    return digest.hexdigest()


def cut_clips(content: bytes, length_s: float) -> tuple[str, tuple[bytes, ...]]:
    """Decode a file once more and cut its clips.

    Returns
    -------
    digest
        SHA-256 of the decoded samples: whether it is the file that was measured.
    clips
        WAV, mono, 16 bits, at most 44.1 kHz: at most 2.7 MB each.
    """
    stream = open_stream(content)
    rate = stream.rate_hz
    wanted = [(int(start * rate), int(start * rate) + int(CLIP_S * rate)) for start in clip_starts(length_s)]
    parts: list[list[Samples]] = [[] for _ in wanted]
    digest, at = hashlib.sha256(), 0
    most = int(LONGEST_SOUND_S * rate)
    for decoded in stream.blocks:
        block = decoded[: most - at]
        if not len(block):
            break
        mono = mono_of(block)
        digest.update(mono.data)
        for (begin, end), part in zip(wanted, parts, strict=True):
            piece = mono[max(begin - at, 0) : max(end - at, 0)]
            if len(piece):
                part.append(piece)
        at += len(block)
    return digest.hexdigest(), tuple(_write(np.concatenate(part), rate) for part in parts if part)


def shrink_clip(wav: bytes) -> bytes:
    """Write a clip as Ogg Vorbis, a tenth of the size."""
    samples, rate = soundfile.read(io.BytesIO(wav), dtype="float32")
    into = io.BytesIO()
    with soundfile.SoundFile(into, "w", rate, 1, format="OGG", subtype="VORBIS") as file:
        for begin in range(0, len(samples), _PIECE_S * rate):
            file.write(samples[begin : begin + _PIECE_S * rate])
    return into.getvalue()


def _write(mono: Samples, rate_hz: int) -> bytes:
    if rate_hz > CLIP_RATE_HZ:
        resampler = Resampler(rate_hz, CLIP_RATE_HZ)
        mono = np.concatenate([resampler.feed(mono), *resampler.flush()])
        rate_hz = CLIP_RATE_HZ
    into = io.BytesIO()
    soundfile.write(
        into, np.clip(mono[: int(CLIP_S * rate_hz)], -1.0, 1.0), rate_hz, format="WAV", subtype="PCM_16"
    )
    return into.getvalue()
