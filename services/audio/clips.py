"""Cut the clips that may be sent out: mono, at most 30 s each, with nothing of the file but its sound."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import soundfile

from services.audio.decoding import Resampler, Samples, mono_of, open_stream
from services.domain.sound import CLIP_S, LONGEST_SOUND_S, clip_starts

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
