"""Measure invented pieces of known tempo, key and loudness, and print what was right and what it cost.

    python -m benchmarks.sound [--quick] [--failures]

Beside librosa and essentia where they are installed (never dependencies: essentia is AGPL). The pieces are
made here, seeded; figures of other sets are not comparable. A minute and a half, with `--quick` half of one.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.rows import figure, head
from sandbox.sounds import Piece, encode, render, the_set
from services.audio.measuring import measure
from services.domain.sound import KeyReading

TEMPO_GOALS, KEY_GOAL, LOUDNESS_GOAL_LU, CPU_GOAL_S, MEMORY_GOAL_MB = (0.80, 0.98), 0.80, 0.3, 1.2, 250
_CLOSE = 0.04
_OCTAVES = (1.0, 0.5, 2.0, 1 / 3, 3.0)
_RATE_HZ = 44_100
_SIGNALS = {
    "-23 for 20 s": (((-23.0, 20.0),), -23.0),
    "-36, -23, -36": (((-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)), -23.0),
    "-72, -36, -23, -36, -72": (
        ((-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)),
        -23.0,
    ),
    "-26, -20, -26": (((-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)), -23.0),
}
"""EBU Tech 3341: levels in dBFS with their seconds, and what has to be read."""

Answer = tuple[float, int, bool]
"""Tempo, pitch class, whether major."""
Method = Callable[[NDArray[np.float64]], Answer]


@dataclass(frozen=True, slots=True)
class Scores:
    """How well one method did on one set."""

    exact: float
    octave: float
    key: float
    cpu_s: float


_PARTS: tuple[tuple[str, Callable[[Scores], float], float | None], ...] = (
    ("tempo within 4 %", attrgetter("exact"), TEMPO_GOALS[0]),
    ("tempo within 4 % or an octave of it", attrgetter("octave"), TEMPO_GOALS[1]),
    ("key, MIREX score", attrgetter("key"), KEY_GOAL),
    ("CPU-s each", attrgetter("cpu_s"), None),
)
_NO_KEY = "librosa", _PARTS[2][1]
"""It has a beat tracker alone."""


def is_tempo(piece: Piece, bpm: float, octaves: Sequence[float] = (1.0,)) -> bool:
    """Whether a tempo is within 4 % of the true one, or of an octave of it."""
    return any(abs(bpm * octave / piece.bpm - 1) <= _CLOSE for octave in octaves)


def mirex(piece: Piece, pitch_class: int, *, is_major: bool) -> float:
    """Score a key: 1 exact, .5 a fifth away, .3 relative, .2 parallel."""
    apart = (pitch_class - piece.tonic) % 12
    if is_major == piece.is_major:
        return {0: 1.0, 5: 0.5, 7: 0.5}.get(apart, 0.0)
    if apart == (9 if piece.is_major else 3):
        return 0.3
    return 0.2 if apart == 0 else 0.0


def ours(wave: NDArray[np.float64]) -> Answer:
    """Measure as the product does."""
    reading = measure(encode(wave, _RATE_HZ)).reading
    key = reading.key or KeyReading(0, True, 0.0)
    return (reading.tempo.bpm if reading.tempo else 1.0), key.pitch_class, key.is_major


def librosas(wave: NDArray[np.float64]) -> Answer:
    """Measure with librosa: its beat tracker, and no key."""
    import librosa  # noqa: PLC0415

    tempo, _ = librosa.beat.beat_track(y=wave.mean(axis=1).astype(np.float32), sr=_RATE_HZ)
    return float(np.atleast_1d(tempo)[0]), 0, True


def essentias(wave: NDArray[np.float64]) -> Answer:
    """Measure with essentia: RhythmExtractor2013 and the `edma` profile."""
    import essentia.standard as es  # noqa: PLC0415

    mono = wave.mean(axis=1).astype(np.float32)
    names = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
    key, scale, _ = es.KeyExtractor(profileType="edma")(mono)
    return float(es.RhythmExtractor2013()(mono)[0]), names.index(key), scale == "major"


def run(
    method: Callable[[NDArray[np.float64]], Answer], pieces: Sequence[Piece], *, failures: bool
) -> Scores:
    """Measure a set with one method."""
    exact = octave = cpu_s = 0.0
    keys = []
    for piece in pieces:
        wave = render(piece)
        began = time.process_time()
        bpm, pitch_class, is_major = method(wave)
        cpu_s += time.process_time() - began
        is_right, key = is_tempo(piece, bpm), mirex(piece, pitch_class, is_major=is_major)
        exact += is_right
        octave += is_tempo(piece, bpm, _OCTAVES)
        keys.append(key)
        if failures and (not is_right or key < 1):
            both = ((piece.tonic, piece.is_major), (pitch_class, is_major))
            truth, heard = (KeyReading(*each, 0.0).name for each in both)
            print(f"    {piece.label}: {piece.bpm} BPM heard as {bpm:.1f}; {truth} heard as {heard}")
    count = len(pieces)
    return Scores(exact / count, octave / count, float(np.mean(keys)), cpu_s / count)


def loudness_error() -> float:
    """Return the largest error on the signals of the standard, in LU."""
    worst = 0.0
    for parts, lufs in _SIGNALS.values():
        wave = np.concatenate(
            [
                10 ** (level / 20) * np.sin(2 * np.pi * 1000 * np.arange(int(seconds * 48_000)) / 48_000)
                for level, seconds in parts
            ]
        )
        found = measure(encode(np.stack([wave, wave], axis=1), 48_000, "float wav")).reading.loudness_lufs
        worst = max(worst, abs(found - lufs))
    return worst


def cost_of_three_minutes() -> tuple[float, float]:
    """Measure three minutes of stereo MP3 in a process of its own: CPU seconds and megabytes at the peak."""
    piece = Piece(style="rock", seed=1, bpm=120.0, tonic=0, is_major=True, length_s=180.0)
    content = encode(render(piece), _RATE_HZ, "mp3")
    child = subprocess.run(
        [sys.executable, "-m", "benchmarks.sound", "--child"], input=content, capture_output=True, check=True
    )
    cpu_s, memory_mb = map(float, child.stdout.split())
    return cpu_s, memory_mb


def be_child() -> None:
    """Measure what comes in, and print what it took beyond the imports, and the peak with them."""
    content, spent = sys.stdin.buffer.read(), math.inf
    for _ in range(3):  # the least of three: on a machine that others use, too
        began = time.process_time()
        measure(content)
        spent = min(spent, time.process_time() - began)
    peak_kb = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
    print(spent, int(peak_kb) / 1024)  # of this program alone: what a process inherits would count too


def main() -> int:
    """Print the tables; the exit code counts missed goals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a third of the pieces")
    parser.add_argument("--failures", action="store_true", help="list what was wrong")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        be_child()
        return 0
    others = {"librosa": librosas, "essentia": essentias}
    there = {name: each for name, each in others.items() if importlib.util.find_spec(name) is not None}
    methods: dict[str, Method] = {"tastemap": ours, **there}
    missed = 0
    head("Sound files")
    for title, hard in (("straight pieces", False), ("pieces with one thing each that is hard", True)):
        pieces = list(the_set(hard=hard))[:: 3 if options.quick else 1]
        scores = {name: run(method, pieces, failures=options.failures) for name, method in methods.items()}
        mine, count = scores.pop("tastemap"), f"{len(pieces)} {title}"
        for name, part, goal in _PARTS:
            peers = [
                f"{other} {part(each):.2f}" for other, each in scores.items() if (other, part) != _NO_KEY
            ]
            wanted = "" if hard or goal is None else f"{goal:.2f}"
            figure(f"{name}, {count}", f"{part(mine):.2f}", peers=", ".join(peers), goal=wanted)
            missed += bool(wanted) and part(mine) < (goal or 0.0)
    error, (cpu_s, memory_mb) = loudness_error(), cost_of_three_minutes()
    figure(
        "loudness of the standard's signals, off by at most", f"{error:.2f} LU", goal=f"{LOUDNESS_GOAL_LU} LU"
    )
    figure("three minutes of stereo MP3, processor time", f"{cpu_s:.2f} s", goal=f"{CPU_GOAL_S} s")
    figure("the same, memory at the peak", f"{memory_mb:.0f} MB", goal=f"{MEMORY_GOAL_MB} MB")
    missed += error > LOUDNESS_GOAL_LU
    return missed + (cpu_s > CPU_GOAL_S) + (memory_mb > MEMORY_GOAL_MB)


if __name__ == "__main__":
    sys.exit(main())
