"""What is measured from files of known tempo, key, loudness and length."""

from __future__ import annotations

import io
import math
from functools import cache
from importlib.util import find_spec

import numpy as np
import pytest
import soundfile

from sandbox.sounds import Piece, encode, render, the_set
from services.audio.decoding import open_stream
from services.audio.measuring import measure
from services.domain.errors.playlists import (
    DamagedSoundError,
    NotSoundError,
    SilentSoundError,
    TooShortSoundError,
    UnusualSoundError,
)
from services.domain.sound import LONGEST_SOUND_S, SoundKind
from tests.depth import at_night, cases

RATES_HZ = [8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000]
KINDS = {
    "wav": SoundKind.WAV,
    "float wav": SoundKind.WAV,
    "rf64": SoundKind.WAV,
    "aiff": SoundKind.AIFF,
    "flac": SoundKind.FLAC,
    "ogg": SoundKind.VORBIS,
    "opus": SoundKind.OPUS,
    "mp3": SoundKind.MP3,
}
WITH_AN_EXTRA = pytest.param(
    "m4a", marks=pytest.mark.skipif(not find_spec("av"), reason="needs the extra m4a")
)


def sine(level_db: float, seconds: float, *, rate_hz: int = 48_000, hz: float = 997.0) -> np.ndarray:
    return 10 ** (level_db / 20) * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate_hz)) / rate_hz)


def both(wave: np.ndarray) -> np.ndarray:
    return np.stack([wave, wave], axis=1)


def wav(samples: np.ndarray, rate_hz: int = 48_000) -> bytes:
    return encode(samples, rate_hz, "float wav")


@pytest.mark.parametrize(
    ("parts", "lufs"),
    [
        (((-23.0, 20.0),), -23.0),
        (((-33.0, 20.0),), -33.0),
        (((-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)), -23.0),
        (((-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)), -23.0),
        (((-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)), -23.0),
    ],
)
def test_reads_the_signals_of_the_standard_within_a_tenth(
    parts: tuple[tuple[float, float], ...], lufs: float
) -> None:
    wave = np.concatenate([sine(level, seconds, hz=1000.0) for level, seconds in parts])
    assert measure(wav(both(wave))).reading.loudness_lufs == pytest.approx(lufs, abs=0.1)


def test_one_channel_at_full_scale_reads_three_below_the_same_in_two() -> None:
    one = measure(wav(sine(0.0, 10.0)[:, None])).reading
    assert one.loudness_lufs == pytest.approx(-3.01, abs=0.05)
    assert measure(wav(both(sine(0.0, 10.0)))).reading.loudness_lufs == pytest.approx(0.0, abs=0.05)


def test_of_surround_the_sides_count_more_and_low_frequencies_not_at_all() -> None:
    silent = np.zeros(48_000 * 10)
    for place, lufs in ((0, -23.0 - 3.01), (3, None), (4, -23.0 - 3.01 + 1.49)):
        channels = [silent] * 6
        channels[place] = sine(-23.0, 10.0)
        file = wav(np.stack(channels, axis=1))
        if lufs is None:
            with pytest.raises(SilentSoundError):
                measure(file)
        else:
            assert measure(file).reading.loudness_lufs == pytest.approx(lufs, abs=0.06)


@pytest.mark.parametrize("rate_hz", cases(RATES_HZ, gate=[8_000, 96_000]))
def test_loudness_tempo_and_key_do_not_depend_on_the_rate(rate_hz: int) -> None:
    piece = Piece(style="dance", seed=1, bpm=124.0, tonic=9, is_major=True, length_s=24.0)
    reading = measure(encode(render(piece, rate_hz=rate_hz), rate_hz, "flac")).reading
    assert reading.tempo is not None
    assert reading.key is not None
    assert reading.tempo.bpm == pytest.approx(124.0, rel=0.01)
    assert {reading.key.name, reading.key.relative.name} == {"A major", "F♯ minor"}
    assert reading.length_s == pytest.approx(24.0, abs=0.01)
    tone = measure(wav(both(sine(-20.0, 6.0, rate_hz=rate_hz)), rate_hz)).reading
    assert tone.loudness_lufs == pytest.approx(-20.0, abs=0.06)


@cache
def the_same_piece(rate_hz: int) -> np.ndarray:
    return render(
        Piece(style="rock", seed=2, bpm=120.0, tonic=0, is_major=True, length_s=16.0), rate_hz=rate_hz
    )


@cache
def straight_loudness_lufs(rate_hz: int) -> float:
    return measure(encode(the_same_piece(rate_hz), rate_hz, "wav")).reading.loudness_lufs


@pytest.mark.parametrize("kind", cases([*KINDS, WITH_AN_EXTRA], gate=["aiff", "mp3", "opus", WITH_AN_EXTRA]))
def test_every_kind_is_told_by_its_bytes_and_measured_alike(kind: str) -> None:
    rate_hz = 48_000
    sound = measure(encode(the_same_piece(rate_hz), rate_hz, kind))
    reading = sound.reading
    assert sound.kind is KINDS.get(kind, SoundKind.MP4)
    assert (reading.rate_hz, reading.channels) == (rate_hz, 2)
    assert reading.length_s == pytest.approx(16.0, abs=0.1)
    assert reading.tempo is not None
    assert reading.tempo.bpm == pytest.approx(120.0, rel=0.01)
    assert reading.loudness_lufs == pytest.approx(straight_loudness_lufs(rate_hz), abs=0.3)


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_measures_any_number_of_channels(channels: int) -> None:
    piece = Piece(style="waltz", seed=0, bpm=150.0, tonic=7, is_major=True, length_s=15.0)
    reading = measure(encode(render(piece, channels=channels), 44_100)).reading
    assert reading.channels == channels
    assert reading.tempo is not None
    assert any(reading.tempo.bpm == pytest.approx(150.0 * octave, rel=0.01) for octave in (0.5, 1, 2))


def test_the_peak_between_the_samples_is_found() -> None:
    seconds = np.arange(44_100 * 6) / 44_100
    wave = 0.5 * np.sin(2 * np.pi * 11_025 * seconds + np.pi / 4)  # every sample at 0.707 of the peak
    assert measure(wav(both(wave), 44_100)).reading.true_peak_db == pytest.approx(
        20 * math.log10(0.5), abs=0.1
    )


def test_blocks_join_without_a_seam() -> None:
    """The same piece, cut into blocks at other places by silence before it, has the same tempo and key."""
    piece = Piece(style="hip hop", seed=0, bpm=92.0, tonic=2, is_major=True, length_s=45.0)
    wave = render(piece)
    late = np.concatenate([np.zeros((44_100 * 3 + 17, 2)), wave])
    one, other = (measure(encode(each, 44_100)).reading for each in (wave, late))
    assert one.tempo is not None
    assert other.tempo is not None
    assert one.tempo.bpm == pytest.approx(other.tempo.bpm, abs=0.1)
    assert one.key is not None
    assert other.key is not None
    assert one.key.name == other.key.name


EASY = {piece.label: piece for piece in the_set()}


@pytest.mark.parametrize(
    ("label", "octave"),
    cases(
        [
            ("dance 0", 1.0), ("rock 0", 1.0), ("hip hop 1", 1.0), ("bossa 0", 1.0), ("waltz 1", 1.0),
            ("ballad 1", 2.0), ("drum and bass 0", 0.5), ("drum and bass 1", 0.5),
        ],
        gate=[("waltz 1", 1.0), ("ballad 1", 2.0), ("drum and bass 0", 0.5)],
    ),
)  # fmt: skip
def test_the_octave_of_each_of_these_pieces_is_as_published(label: str, octave: float) -> None:
    piece = EASY[label]
    tempo = measure(encode(render(piece), 44_100)).reading.tempo
    assert tempo is not None
    assert tempo.bpm == pytest.approx(piece.bpm * octave, rel=0.01)
    if octave != 1.0:
        assert tempo.other_share > 0.65  # so that both are named, or nearly


@pytest.mark.parametrize(
    ("label", "key"),
    cases(
        [("dance 1", None), ("ballad 1", None), ("rock 1", "C major"), ("folk 0", "A major")],
        gate=[("dance 1", None), ("rock 1", "C major")],
    ),
)
def test_the_key_is_the_true_one_or_its_relative(label: str, key: str | None) -> None:
    """Minor pieces are heard as their relative major; both names are always shown."""
    piece = EASY[label]
    reading = measure(encode(render(piece), 44_100)).reading.key
    assert reading is not None
    named = {(each.pitch_class, each.is_major) for each in (reading, reading.relative)}
    assert (piece.tonic, piece.is_major) in named
    if key is not None:
        assert reading.name == key


def test_the_same_samples_have_the_same_digest_whatever_holds_them() -> None:
    wave = both(sine(-12.0, 6.0, rate_hz=44_100))
    wave, _rate = soundfile.read(io.BytesIO(encode(wave, 44_100)))  # as 16 bits have it
    one, other = (measure(encode(wave, 44_100, kind)).reading.digest for kind in ("wav", "flac"))
    assert one == other
    assert measure(encode(wave * 0.5, 44_100)).reading.digest != one


def test_not_a_number_and_infinity_are_silence() -> None:
    wave = both(sine(-12.0, 8.0))
    wave[1000:2000] = np.nan
    wave[5000:5100] = np.inf
    reading = measure(wav(wave)).reading
    assert math.isfinite(reading.loudness_lufs)
    assert reading.loudness_lufs == pytest.approx(-12.0, abs=0.2)


def test_refuses_what_is_short_silent_unusual_or_no_sound() -> None:
    with pytest.raises(TooShortSoundError) as short:
        measure(wav(both(sine(-12.0, 4.0))))
    assert short.value.length_s == pytest.approx(4.0)
    with pytest.raises(SilentSoundError):
        measure(wav(np.zeros((48_000 * 6, 2))))
    with pytest.raises(SilentSoundError):
        measure(wav(both(sine(-80.0, 6.0))))
    with pytest.raises(UnusualSoundError):
        measure(wav(sine(-12.0, 6.0, rate_hz=4_000)[:, None], 4_000))
    with pytest.raises(UnusualSoundError):
        measure(wav(np.stack([sine(-12.0, 1.0)] * 9, axis=1)))
    with pytest.raises(NotSoundError):
        measure(b"title,artist\nA,B\n")
    with pytest.raises(DamagedSoundError):
        measure(b"fLaC" + bytes(400))


def test_measures_what_there_is_of_a_file_that_breaks_off() -> None:
    whole = encode(both(sine(-12.0, 20.0, rate_hz=44_100)), 44_100, "flac")
    reading = measure(whole[: len(whole) // 2]).reading
    assert 5.0 < reading.length_s < 15.0


@at_night
def test_stops_after_twelve_minutes_whatever_the_file_says() -> None:
    rate_hz = 8_000
    wave = sine(-20.0, LONGEST_SOUND_S + 30.0, rate_hz=rate_hz)[:, None]
    reading = measure(encode(wave, rate_hz, "flac")).reading
    assert reading.is_cut
    assert reading.length_s == LONGEST_SOUND_S


def test_what_the_header_says_about_the_length_is_not_believed() -> None:
    content = bytearray(encode(both(sine(-12.0, 8.0, rate_hz=44_100)), 44_100))
    content[4:8] = content[40:44] = b"\xff\xff\xff\x7f"  # RIFF and data sizes
    assert measure(bytes(content)).reading.length_s == pytest.approx(8.0, abs=0.01)


def test_decodes_in_blocks_of_ten_seconds_at_most() -> None:
    stream = open_stream(wav(both(sine(-12.0, 25.0))))
    assert [len(block) / 48_000 for block in stream.blocks] == [10.0, 10.0, 5.0]


def test_soundfile_reads_what_the_sandbox_writes() -> None:
    samples, rate_hz = soundfile.read(io.BytesIO(encode(both(sine(-12.0, 6.0)), 48_000, "wav")))
    assert (samples.shape, rate_hz) == ((48_000 * 6, 2), 48_000)
