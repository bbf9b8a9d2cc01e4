"""Write and play pieces of nine styles in a known tempo and key, straight or made hard on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from sandbox.sounds.voices import RATE_HZ, Wave, drum, note

STYLES: dict[str, tuple[float, float]] = {
    "dance": (118.0, 132.0),
    "rock": (95.0, 165.0),
    "ballad": (58.0, 82.0),
    "hip hop": (76.0, 100.0),
    "folk": (80.0, 140.0),
    "drum and bass": (165.0, 178.0),
    "bossa": (110.0, 150.0),
    "waltz": (85.0, 180.0),
    "ambient": (60.0, 95.0),
}
"""Slowest and fastest tempo of each."""
PIECE_S = 59.0
_PER_STYLE = 3
_PROGRESSIONS = {
    True: ((0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 4, 4), (1, 4, 0, 0)),
    False: ((0, 5, 2, 6), (0, 3, 4, 0), (0, 6, 5, 4), (0, 3, 6, 2)),
}
_SCALES = {True: (0, 2, 4, 5, 7, 9, 11), False: (0, 2, 3, 5, 7, 8, 10)}
_RAISED = 0.7
"""How often the leading note of a minor key is raised on the fifth degree."""
_JITTER_S, _DRUM_JITTER_S = 0.006, 0.004

_DRUMS: dict[str, tuple[tuple[str, tuple[float, ...], float], ...]] = {
    # kind, beats within a bar, how loud
    "dance": (("kick", (0, 1, 2, 3), 1.0), ("hat", (0.5, 1.5, 2.5, 3.5), 0.9), ("snare", (1, 3), 0.6)),
    "rock": (("kick", (0, 2, 2.5), 1.0), ("snare", (1, 3), 1.0), ("hat", tuple(np.arange(8) / 2), 0.7)),
    "ballad": (("kick", (0, 2), 0.6), ("snare", (1, 3), 0.45), ("hat", (0, 1, 2, 3), 0.4)),
    "hip hop": (("kick", (0, 1.75, 2.5), 1.0), ("snare", (1, 3), 0.9), ("hat", tuple(np.arange(8) / 2), 0.5)),
    "folk": (),
    "drum and bass": (
        ("kick", (0, 2.5), 1.0),
        ("snare", (1, 3), 1.0),
        ("hat", tuple(np.arange(8) / 2), 0.7),
        ("snare", (1.75, 2.25), 0.3),
    ),
    "bossa": (
        ("kick", (0, 1.5, 2, 3.5), 0.5),
        ("shaker", tuple(np.arange(8) / 2), 0.9),
        ("snare", (1, 2.5), 0.2),
    ),
    "waltz": (("kick", (0,), 0.7), ("hat", (1, 2), 0.6)),
    "ambient": (),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece, and what makes it hard."""

    style: str
    seed: int
    bpm: float
    tonic: int
    is_major: bool
    length_s: float = PIECE_S
    swing: float = 0.0
    """By what share of a half beat the second half comes late."""
    jitter: float = 1.0
    drift: float = 0.0
    """By what share the beat wanders."""
    modulates: bool = False
    """Whether the last third stands two semitones higher."""
    speeds_up: bool = False
    """Whether the last fifth is a tenth faster."""
    intro_s: float = 0.0
    """So long nothing but a held chord is heard."""
    tuning_cents: float = 0.0
    glides: bool = False
    noise_db: float | None = None
    """Noise below the peak."""
    clipping: float = 1.0
    """By how much the wave is driven into the limit."""

    @property
    def label(self) -> str:
        """The piece in a few words, for tables."""
        hard = [name for name in ("modulates", "speeds_up", "glides") if getattr(self, name)]
        hard += [
            name for name in ("swing", "drift", "intro_s", "tuning_cents", "noise_db") if getattr(self, name)
        ]
        hard += ["clipping"] if self.clipping > 1 else []
        hard_words = f" ({', '.join(hard)})" if hard else ""
        return f"{self.style} {self.seed}{hard_words}"


def the_set(*, hard: bool = False) -> Iterator[Piece]:
    """List the pieces of the set: three of each style, or the same with one thing each that is hard."""
    twists: tuple[dict[str, object], ...] = (
        {"swing": 0.3}, {"drift": 0.03}, {"speeds_up": True}, {"modulates": True}, {"intro_s": 12.0},
        {"tuning_cents": -31.8}, {"glides": True}, {"clipping": 4.0}, {"noise_db": -20.0},
    )  # fmt: skip
    number = 0
    for style, (slow, fast) in STYLES.items():
        for seed in range(_PER_STYLE):
            dice = np.random.default_rng([seed, len(style), 7])
            piece = Piece(
                style=style,
                seed=seed,
                bpm=round(float(dice.uniform(slow, fast)), 1),
                tonic=int(dice.integers(12)),
                is_major=bool(dice.random() < 0.5),
            )
            yield replace(piece, **twists[number % len(twists)]) if hard else piece  # type: ignore[arg-type]
            number += 1


def render(piece: Piece, *, rate_hz: int = 44_100, channels: int = 2) -> Wave:
    """Play a piece; shape (frames, channels), peak 0.9."""
    dice = np.random.default_rng([piece.seed, len(piece.style), 11])
    bars = _Clock(piece)
    wave = np.zeros(int((piece.length_s + 5) * RATE_HZ))
    chords = _PROGRESSIONS[piece.is_major][int(dice.integers(4))]
    per_bar = 3 if piece.style == "waltz" else 4
    player = _Player(wave, piece, bars, dice, per_bar)
    for bar in range(10_000):
        if bars.at(bar * per_bar) >= piece.length_s:
            break
        chord = _chord(piece, chords[bar % 4], dice)
        up = 2 if piece.modulates and bars.at(bar * per_bar) > 2 * piece.length_s / 3 else 0
        player.play(bar * per_bar, [pitch + up for pitch in chord], up)
    wave = wave[: int(piece.length_s * RATE_HZ)]
    if piece.noise_db is not None:
        wave += np.abs(wave).max() * 10 ** (piece.noise_db / 20) * dice.standard_normal(len(wave))
    wave = np.clip(piece.clipping * wave / np.abs(wave).max(), -1.0, 1.0) * 0.9
    return _spread(wave, rate_hz, channels)


class _Clock:
    """When each beat falls."""

    def __init__(self, piece: Piece) -> None:
        count = int(piece.length_s * piece.bpm / 60 * 1.3) + 32
        beats = np.arange(count)
        pace = np.full(count, piece.bpm)
        if piece.drift:
            pace *= 1 + piece.drift * np.sin(2 * np.pi * beats / 48)
        if piece.speeds_up:
            pace[int(0.8 * piece.length_s * piece.bpm / 60) :] *= 1.1
        self._times = np.concatenate([[0.0], np.cumsum(60.0 / pace)])

    def at(self, beat: float) -> float:
        return float(np.interp(beat, np.arange(len(self._times)), self._times))


def _chord(piece: Piece, degree: int, dice: np.random.Generator) -> list[float]:
    scale = _SCALES[piece.is_major]
    pitches = [scale[(degree + step) % 7] + 12 * ((degree + step) // 7) for step in (0, 2, 4)]
    if not piece.is_major and degree == 4 and dice.random() < _RAISED:
        pitches[1] += 1
    return [piece.tonic + pitch + piece.tuning_cents / 100 for pitch in pitches]


@dataclass(frozen=True, slots=True)
class _Player:
    """Plays bars into a wave."""

    wave: Wave
    piece: Piece
    clock: _Clock
    dice: np.random.Generator
    beats: int

    def play(self, first: int, chord: list[float], up: int) -> None:
        piece, dice, beats = self.piece, self.dice, self.beats

        def add(beat: float, sound: Wave, gain: float, jitter_s: float = _JITTER_S) -> None:
            self._add(first, beat, gain * sound, jitter_s)

        beat_s = 60.0 / piece.bpm
        is_intro = self.clock.at(first) < piece.intro_s
        style = "ambient" if is_intro else piece.style
        for kind, places, gain in () if is_intro else _DRUMS[style]:
            for place in places:
                add(float(place), drum(kind), gain, _DRUM_JITTER_S)
        for beat, voice, length in _chord_pattern(style, beats):
            which = chord if length > 0 else [chord[int(beat * 2) % 3]]
            for pitch in which:
                add(beat, note(voice, 60 + pitch % 12, abs(length) * beat_s), 0.18)
        every = beats if style == "ambient" else 1 if style in {"dance", "rock", "drum and bass"} else 2
        for beat in range(0, beats, every):
            add(beat, note("bass", 36 + chord[0] % 12, every * beat_s * 0.9), 0.5)
        beat = 0.0
        while beat < beats:
            length = float(dice.choice([2, 3, 4] if style == "ambient" else [0.5, 1, 1, 2]))
            if dice.random() > 0.2:
                scale = [
                    piece.tonic + up + step + piece.tuning_cents / 100 for step in _SCALES[piece.is_major]
                ]
                pitch = float(dice.choice(chord if dice.random() < 0.6 else scale))
                glide = 2.0 if piece.glides else 0.0
                add(beat, note("lead", 72 + pitch % 12, length * beat_s * 0.95, glide=glide), 0.22)
            beat += length

    def _add(self, first: int, beat: float, sound: Wave, jitter_s: float) -> None:
        late = self.piece.swing / 2 if beat % 1 == 0.5 else 0.0
        at = self.clock.at(first + beat + late) + self.piece.jitter * jitter_s * self.dice.standard_normal()
        begin = max(int(at * RATE_HZ), 0)
        end = min(begin + len(sound), len(self.wave))
        if end > begin:
            self.wave[begin:end] += sound[: end - begin]


def _chord_pattern(style: str, beats: int) -> list[tuple[float, str, float]]:
    """List when chords sound, on what, and for how many beats; less than none for one note of it."""
    match style:
        case "rock":
            return [(half / 2, "strum", 0.5) for half in range(2 * beats)]
        case "folk":
            return [(half / 2, "pluck", -1.0) for half in range(2 * beats)]
        case "bossa":
            return [(place, "pluck", 0.6) for place in (0.0, 1.0, 1.5, 2.5, 3.5)]
        case "waltz":
            return [(1.0, "keys", 0.8), (2.0, "keys", 0.8)]
        case "ambient":
            return [(0.0, "pad", float(beats))]
        case "dance" | "drum and bass":
            return [(0.0, "pad", float(beats))]
        case _:
            return [(0.0, "keys", beats / 2), (beats / 2, "keys", beats / 2)]


def _spread(mono: Wave, rate_hz: int, channels: int) -> Wave:
    if rate_hz != RATE_HZ:
        from scipy.signal import resample_poly  # noqa: PLC0415  (only what makes sound pays for it)

        common = int(np.gcd(rate_hz, RATE_HZ))
        mono = np.clip(resample_poly(mono, rate_hz // common, RATE_HZ // common), -1.0, 1.0)
    if channels == 1:
        return mono[:, None]
    # Channels differ a little, as those of records do.
    late = [np.concatenate([np.zeros(7 * place), mono])[: len(mono)] for place in range(channels)]
    return np.stack(late, axis=1) * np.where(np.arange(channels) % 2, 0.9, 1.0)
