"""Measure one file in one pass: loudness, tempo, key and length. Sound is never held as a whole."""

from __future__ import annotations

import hashlib

from services.audio.decoding import Resampler, Samples, mono_of, open_stream
from services.audio.loudness import Loudness
from services.audio.tempo_and_key import ONSET_RATE_HZ, PITCH_RATE_HZ, Onsets, Pitches
from services.domain.errors.playlists import DamagedSoundError, SilentSoundError, TooShortSoundError
from services.domain.sound import LONGEST_SOUND_S, SHORTEST_SOUND_S, SILENCE_LUFS, Sound, SoundReading


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
