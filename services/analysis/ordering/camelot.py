"""Place keys on the Camelot wheel, and say how well two of them follow each other."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.ordering import KeyStep

SAME, FITTING, DIAGONAL, WHOLE_TONE, FAR, CLASH = 0.0, 0.15, 0.35, 0.45, 0.75, 1.0
"""Cost of a step on the wheel; up to `FITTING` it counts as harmonic (scale after reklawdbox)."""

UNKNOWN_KEY = 0.5
"""An unknown key neither fits nor clashes."""


@dataclass(frozen=True, slots=True)
class Camelot:
    """A key as a place on the wheel: neighbours share all tones but one."""

    number: int
    """1..12; one further is a fifth up, seven further a semitone up."""
    letter: str
    """A minor, B major."""

    def __str__(self) -> str:
        """Write it as DJs do: `8A`."""
        return f"{self.number}{self.letter}"


def camelot(key: float | None, mode: float | None) -> Camelot | None:
    """Return the place of a pitch class (0 = C) in major (1) or minor (0); None where either is unknown.

    C major is 8B and A minor 8A; a key of -1 means that none was detected.
    """
    if key is None or mode is None or not 0 <= key <= 11 or mode not in {0, 1}:
        return None
    pitch = round(key)
    if mode == 1:
        return Camelot((7 * pitch + 7) % 12 + 1, "B")
    return Camelot((7 * pitch + 4) % 12 + 1, "A")


def turns(one: Camelot, other: Camelot) -> int:
    """Count the places on the wheel from one key to another, -5..6."""
    around = (other.number - one.number) % 12
    return around if around <= 6 else around - 12


def key_cost(one: Camelot | None, other: Camelot | None) -> float:
    """Return what a step between two keys costs, 0..1; the same in both directions."""
    if one is None or other is None:
        return UNKNOWN_KEY
    apart = abs(turns(one, other))
    if one.letter == other.letter:
        return (SAME, FITTING, WHOLE_TONE, FAR)[apart] if apart <= 3 else CLASH
    return (FITTING, DIAGONAL, FAR)[apart] if apart <= 2 else CLASH


def is_harmonic(cost: float) -> bool:
    """Whether a step of this cost counts as harmonic."""
    return cost <= FITTING


def relation(one: Camelot, other: Camelot) -> KeyStep:
    """Name the step between two keys."""
    steps = turns(one, other)
    if one.letter != other.letter:
        return {0: KeyStep.RELATIVE, 1: KeyStep.DIAGONAL, -1: KeyStep.DIAGONAL}.get(steps, KeyStep.DISTANT)
    return {
        0: KeyStep.SAME,
        1: KeyStep.FIFTH_UP,
        -1: KeyStep.FIFTH_DOWN,
        2: KeyStep.TONE_UP,
        -2: KeyStep.TONE_DOWN,
        # seven places on the wheel are one semitone, which is often mistaken for a fifth
        -5: KeyStep.SEMITONE_UP,
        5: KeyStep.SEMITONE_DOWN,
        6: KeyStep.OPPOSITE,
    }.get(steps, KeyStep.DISTANT)
