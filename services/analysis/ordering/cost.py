"""Say what it costs to go from one track to another: keys on the Camelot wheel, tempo, sound, loudness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from services.analysis.matrix import feature_matrix
from services.analysis.reference import REFERENCE, SOUND_DIMENSIONS
from services.analysis.titles import lead_artist
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.ordering import Goal, KeyStep
from services.domain.report import EnrichedTrack

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


Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

WIDEST_TEMPO = 0.15
"""Octaves (11 %) from which a change of tempo costs all it can; DJs call 9 % jarring."""
OCTAVE_JUMP = 0.2
"""What half or double time adds: it fits, but it is heard."""
UNKNOWN_TEMPO = 0.5
WIDEST_LOUDNESS_DB = 6.0
"""Decibels from which a change of loudness costs all it can."""
UNKNOWN_LOUDNESS = 0.5
WIDEST_SOUND = 1.5
TYPICAL_SOUND = 2 * SOUND_DIMENSIONS**0.5
"""Unit of distances in the sound space."""
UNKNOWN_SOUND = 0.7
"""About what two tracks of one playlist are apart in the sound space, in `TYPICAL_SOUND`."""
ESTIMATED_TRUST = 0.5
"""Weight of an estimated value against a measured one; two of them weigh a quarter."""
ARTIST_PENALTY = (0.6, 0.3, 0.15)
"""For the same artist 1, 2 and 3 places on."""

_WHEEL = tuple(Camelot(number, letter) for letter in "AB" for number in range(1, 13))
_NO_KEY = len(_WHEEL)
_KEY_COSTS = np.array(
    [[key_cost(one, other) for other in (*_WHEEL, None)] for one in (*_WHEEL, None)], dtype=np.float64
)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of a step counts; together 1."""

    key: float
    tempo: float
    sound: float
    loudness: float

    @property
    def each(self) -> tuple[float, float, float, float]:
        """Key, tempo, sound and loudness, in the order of `Parts.each`."""
        return self.key, self.tempo, self.sound, self.loudness


WEIGHTS: Mapping[Goal, Weights] = MappingProxyType(
    {goal: Weights(key=0.10, tempo=0.23, sound=0.42, loudness=0.25) for goal in Goal}
    | {Goal.HARMONIC: Weights(key=0.6, tempo=0.1, sound=0.2, loudness=0.1)}
)
"""How people order says little (`benchmarks/learn_order.py`, listener left out: per unit of its part tempo
.14 (.01 to .38), sound .32 (.26 to .45), loudness .09 (.05 to .15), key -.04 (-.08 to .09)): nobody's order
follows keys, so they weigh little unless they are asked for. Within these ranges the others are set so that
no part has much more than a third of what an order gains.
"""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the cost of several steps, each of the shape that was asked for."""

    key: Floats
    tempo: Floats
    sound: Floats
    loudness: Floats

    @property
    def each(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Key, tempo, sound and loudness, in the order of `Steps.trust`."""
        return self.key, self.tempo, self.sound, self.loudness

    def weighted(self, weights: Weights) -> Floats:
        """Add the parts up."""
        total: Floats = weights.key * self.key
        for weight, part in zip(weights.each[1:], self.each[1:], strict=True):
            total = total + weight * part
        return total


@dataclass(frozen=True, slots=True)
class Steps:
    """What has to be known about tracks to price the steps between them."""

    places: tuple[Camelot | None, ...]
    keys: Rows
    """Rows of the table of key costs."""
    octaves: Floats
    """Base-2 logarithm of the tempo in BPM; NaN unknown."""
    points: Floats
    """(n, 6) in the sound space; NaN unknown."""
    loudness: Floats
    """Decibels; NaN unknown."""
    trust: Floats
    """(4, n) weight of each track's key, tempo, sound, loudness: 1 measured, less estimated, 0 unknown."""
    artists: tuple[int, ...]
    """Equal for tracks of one lead artist; every track without one has its own."""
    penalties: Floats
    """(3, n) what the same artist 1, 2 and 3 places on costs: 0 where the list has too many of them."""

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self.keys)

    def bpm_jumps(self, order: Rows) -> Floats:
        """Return by how many BPM each step jumps, up to octaves; NaN where not both tempi are measured.

        Estimates lie near each other, whatever the music does.
        """
        bpm = np.where(self.trust[1, order] == 1.0, np.exp2(self.octaves[order]), np.nan)
        jumps: Floats = np.min([np.abs(bpm[1:] * factor - bpm[:-1]) for factor in (0.5, 1.0, 2.0)], axis=0)
        return jumps

    def key_costs(self, order: Rows) -> Floats:
        """Return what the keys of each step cost, whoever vouches for them; NaN where one is unknown."""
        before, after = self.keys[order[:-1]], self.keys[order[1:]]
        costs: Floats = np.where((before < _NO_KEY) & (after < _NO_KEY), _KEY_COSTS[before, after], np.nan)
        return costs

    def parts(self, before: Rows, after: Rows) -> Parts:
        """Price the steps between rows; both arrays are broadcast against each other."""
        trust = self.trust[:, before] * self.trust[:, after]
        key = _KEY_COSTS[self.keys[before], self.keys[after]]
        jump = np.abs(self.octaves[before] - self.octaves[after])
        tempo = np.fmin(jump / WIDEST_TEMPO, np.abs(jump - 1) / WIDEST_TEMPO + OCTAVE_JUMP)
        squares = np.zeros(key.shape)
        for coordinate in self.points.T:  # one at a time: a whole (n, n, 6) would be 48 MB for 1,000 tracks
            squares += (coordinate[before] - coordinate[after]) ** 2
        apart = np.sqrt(squares) / TYPICAL_SOUND
        change = np.abs(self.loudness[before] - self.loudness[after])
        return Parts(
            key=_trusted(key, trust[0], UNKNOWN_KEY),
            tempo=_trusted(np.minimum(tempo, 1.0), trust[1], UNKNOWN_TEMPO),
            sound=_trusted(np.minimum(apart, WIDEST_SOUND), trust[2], UNKNOWN_SOUND),
            loudness=_trusted(np.minimum(change / WIDEST_LOUDNESS_DB, 1.0), trust[3], UNKNOWN_LOUDNESS),
        )

    def matrix(self, weights: Weights) -> Floats:
        """Return the cost of every step, (n, n) and symmetric, the same artist at once included."""
        rows = np.arange(len(self), dtype=np.intp)
        costs = self.parts(rows[:, None], rows[None, :]).weighted(weights)
        artists = np.array(self.artists)
        costs += np.where(artists[:, None] == artists[None, :], self.penalties[0][:, None], 0.0)
        np.fill_diagonal(costs, 0.0)
        return costs

    def of(self, rows: Sequence[int]) -> Steps:
        """Keep some tracks, in this order."""
        chosen = np.array(rows, dtype=np.intp)
        return Steps(
            places=tuple(self.places[row] for row in rows),
            keys=self.keys[chosen],
            octaves=self.octaves[chosen],
            points=self.points[chosen],
            loudness=self.loudness[chosen],
            trust=self.trust[:, chosen],
            artists=tuple(self.artists[row] for row in rows),
            penalties=self.penalties[:, chosen],
        )

    def along(self, order: Rows, weights: Weights) -> Floats:
        """Return the cost of each step of an order, the penalty for the same artist at once included."""
        costs = self.parts(order[:-1], order[1:]).weighted(weights)
        return costs + self.repeats(order, 1)

    def repeats(self, order: Rows, distance: int) -> Floats:
        """Return the penalty of each track for one by the same artist `distance` places on."""
        artists = np.array(self.artists)[order]
        same = artists[:-distance] == artists[distance:]
        penalty: Floats = np.where(same, self.penalties[distance - 1][order[:-distance]], 0.0)
        return penalty


def compute_steps(tracks: Sequence[EnrichedTrack]) -> Steps:
    """Collect what prices the steps between `tracks`."""
    places = tuple(camelot(entry.features.key, entry.features.mode) for entry in tracks)
    matrix = feature_matrix(tracks)
    tempo = matrix[:, SOUND_FEATURES.index(Feature.TEMPO)]
    loudness = matrix[:, SOUND_FEATURES.index(Feature.LOUDNESS)]
    points = REFERENCE.sound_space(matrix)
    octaves = np.log2(np.where(tempo > 0, tempo, np.nan))
    artists = _artists(tracks)
    return Steps(
        places=places,
        keys=np.array([_NO_KEY if place is None else _WHEEL.index(place) for place in places], dtype=np.intp),
        octaves=octaves,
        points=points,
        loudness=loudness,
        trust=np.stack(
            (
                _trust(
                    tracks, (Feature.KEY, Feature.MODE), np.array([place is not None for place in places])
                ),
                _trust(tracks, (Feature.TEMPO,), np.isfinite(octaves)),
                _trust(tracks, SOUND_FEATURES, np.asarray(np.isfinite(points).all(axis=1))),
                _trust(tracks, (Feature.LOUDNESS,), np.isfinite(loudness)),
            )
        ),
        artists=artists,
        penalties=_penalties(artists),
    )


def _trusted(costs: Floats, trust: Floats, neutral: float) -> Floats:
    """Pull costs towards neutral as far as their values are not to be trusted."""
    pulled: Floats = np.where(trust > 0, neutral + trust * (costs - neutral), neutral)
    return pulled


def _trust(tracks: Sequence[EnrichedTrack], features: Sequence[Feature], known: NDArray[np.bool_]) -> Floats:
    estimated = np.array([any(map(entry.is_imputed, features)) for entry in tracks], dtype=np.bool_)
    trust: Floats = np.where(known, np.where(estimated, ESTIMATED_TRUST, 1.0), 0.0)
    return trust


def _artists(tracks: Sequence[EnrichedTrack]) -> tuple[int, ...]:
    numbers: dict[str, int] = {}
    return tuple(
        numbers.setdefault(lead_artist(entry.track.artists) or f"\0{row}", len(numbers))
        for row, entry in enumerate(tracks)
    )


def _penalties(artists: Sequence[int]) -> Floats:
    """Ask of each artist only the distance that can be had: all of an album can't be kept apart."""
    counts = Counter(artists)
    tracks = len(artists)
    possible = np.array([(tracks - 1) // max(counts[artist] - 1, 1) for artist in artists])
    distances = np.arange(1, len(ARTIST_PENALTY) + 1)
    penalties: Floats = np.where(
        distances[:, None] < possible[None, :], np.array(ARTIST_PENALTY)[:, None], 0.0
    )
    return penalties
