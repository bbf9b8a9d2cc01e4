"""Instruments made of nothing but sines and noise."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float64]

RATE_HZ = 22_050
"""Everything is played at this rate and resampled afterwards."""
_LONGEST_S = 4.0
_PARTIALS: dict[str, tuple[tuple[float, ...], float, float, float]] = {
    # amplitudes of the partials, decay per second, attack in s, stretching of the partials
    "keys": ((1.0, 0.5, 0.3, 0.18, 0.1, 0.06), 2.2, 0.004, 4e-4),
    "pluck": ((1.0, 0.6, 0.45, 0.3, 0.2, 0.12, 0.08), 4.0, 0.002, 1e-4),
    "strum": ((1.0, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2), 1.5, 0.006, 1e-4),
    "pad": ((1.0, 0.4, 0.25, 0.1, 0.05), 0.1, 0.25, 0.0),
    "bass": ((1.0, 0.7, 0.35, 0.15, 0.08), 1.2, 0.008, 0.0),
    "lead": ((1.0, 0.35, 0.4, 0.12, 0.1), 0.6, 0.03, 0.0),
}


def note(voice: str, midi: float, length_s: float, *, glide: float = 0.0) -> Wave:
    """Play one note; `glide` is by how many semitones it begins too low."""
    whole = _glided(voice, midi, glide) if glide else _struck(voice, midi)
    count = min(int(length_s * RATE_HZ), len(whole))
    played = whole[:count].copy()
    release = min(count, int(0.03 * RATE_HZ))
    if release:
        played[-release:] *= np.linspace(1.0, 0.0, release)
    return played


@lru_cache(maxsize=2_000)
def _struck(voice: str, midi: float) -> Wave:
    return _partials(voice, midi, np.zeros(int(_LONGEST_S * RATE_HZ)))


def _glided(voice: str, midi: float, glide: float) -> Wave:
    seconds = np.arange(int(_LONGEST_S * RATE_HZ)) / RATE_HZ
    vibrato = 0.35 * np.sin(2 * np.pi * 5.5 * seconds) * np.minimum(seconds / 0.4, 1.0)
    return _partials(voice, midi, -glide * np.exp(-seconds / 0.08) + vibrato)


def _partials(voice: str, midi: float, bend: Wave) -> Wave:
    amplitudes, decay, attack_s, stretch = _PARTIALS[voice]
    base_hz = 440.0 * 2 ** ((midi - 69) / 12)
    phase = 2 * np.pi * np.cumsum(base_hz * 2 ** (bend / 12)) / RATE_HZ
    seconds = np.arange(len(bend)) / RATE_HZ
    wave = np.zeros(len(bend))
    for number, amplitude in enumerate(amplitudes, start=1):
        factor = number * np.sqrt(1 + stretch * number * number)
        if base_hz * factor < 0.45 * RATE_HZ:
            wave += amplitude * np.exp(-decay * (1 + 0.3 * number) * seconds) * np.sin(factor * phase)
    return wave * np.minimum(seconds / attack_s, 1.0)


@lru_cache(maxsize=8)
def drum(kind: str) -> Wave:
    """Play a drum once."""
    seconds = np.arange(int(0.4 * RATE_HZ)) / RATE_HZ
    noise = np.random.default_rng(len(kind)).standard_normal(len(seconds))
    match kind:
        case "kick":
            sweep = 50 + 110 * np.exp(-seconds / 0.03)
            return np.sin(2 * np.pi * np.cumsum(sweep) / RATE_HZ) * np.exp(-seconds / 0.12) * 1.6
        case "snare":
            body = np.sin(2 * np.pi * 190 * seconds) * np.exp(-seconds / 0.05)
            return 0.5 * noise * np.exp(-seconds / 0.09) + 0.5 * body
        case "shaker":
            bright = np.diff(noise, prepend=0.0)
            return 0.12 * bright * np.minimum(seconds / 0.02, 1.0) * np.exp(-seconds / 0.03)
        case _:
            bright = np.diff(np.diff(noise, prepend=0.0), prepend=0.0)
            return 0.12 * bright * np.exp(-seconds / (0.03 if kind == "hat" else 0.12))
