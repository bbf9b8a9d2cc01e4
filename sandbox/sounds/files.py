"""Write sound as files: every kind that is read, with tags where they matter."""

from __future__ import annotations

import io

import numpy as np
import soundfile
from numpy.typing import NDArray

_FORMATS = {
    "wav": ("WAV", "PCM_16"),
    "float wav": ("WAV", "FLOAT"),
    "rf64": ("RF64", "PCM_16"),
    "aiff": ("AIFF", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
}
_PIECE_S = 5
"""libsndfile 1.2.2 crashes when a long OGG is written in one call."""
_SUFFIXES = {"float wav": "wav", "rf64": "wav"}


def suffix(kind: str) -> str:
    """Return the usual end of the name of such a file."""
    return f".{_SUFFIXES.get(kind, kind)}"


def encode(
    samples: NDArray[np.float64], rate_hz: int, kind: str = "wav", *, level: float | None = None
) -> bytes:
    """Write samples, shape (frames, channels), as a file of one kind.

    Parameters
    ----------
    level
        Of compression, from 0 (best) to 1: 0.9 makes an MP3 of about 64 kbit/s.
    """
    if kind == "m4a":
        return encode_m4a(samples, rate_hz)
    container, coding = _FORMATS[kind]
    into = io.BytesIO()
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    options = {} if level is None else {"compression_level": level}
    with soundfile.SoundFile(
        into, "w", rate_hz, channels, format=container, subtype=coding, **options
    ) as file:
        for begin in range(0, len(samples), _PIECE_S * rate_hz):
            file.write(samples[begin : begin + _PIECE_S * rate_hz])
    return into.getvalue()


def encode_m4a(samples: NDArray[np.float64], rate_hz: int, **tags: str) -> bytes:
    """Write one or two channels as AAC in MP4, which the extra `m4a` reads; tags by FFmpeg's names for them.

    Raises
    ------
    ImportError
        The extra is not installed.
    """
    import av  # noqa: PLC0415

    channels = np.atleast_2d(samples.T).astype(np.float32)
    layout = "mono" if len(channels) == 1 else "stereo"
    into = io.BytesIO()
    with av.open(into, "w", format="ipod") as file:
        file.metadata.update(tags)
        stream = file.add_stream("aac", rate=rate_hz, layout=layout, bit_rate=192_000)
        for begin in range(0, channels.shape[1], _PIECE_S * rate_hz):
            piece = np.ascontiguousarray(channels[:, begin : begin + _PIECE_S * rate_hz])
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = rate_hz, begin
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return into.getvalue()


def tagged_mp3(mp3: bytes, **frames: str) -> bytes:
    """Put an ID3 tag before an MP3: frames by their four letters, `UFID` for the recording at MusicBrainz."""
    body = b""
    for name, value in frames.items():
        if name == "UFID":
            content = b"http://musicbrainz.org\x00" + value.encode("ascii")
        else:
            content = b"\x03" + value.encode("utf-8")
        body += name.encode("ascii") + _syncsafe(len(content)) + b"\x00\x00" + content
    return b"ID3\x04\x00\x00" + _syncsafe(len(body)) + body + mp3


def _syncsafe(size: int) -> bytes:
    return bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
