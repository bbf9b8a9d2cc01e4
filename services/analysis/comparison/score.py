"""The compatibility score of two people, 0..100, with its error and the constants that it is made of.

`benchmarks/learn_comparison.py` writes the constants, with a word about where they come from.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.analysis.comparison.distance import resampled_weights, spread_between, spread_inside
from services.analysis.comparison.listening import Listening
from services.analysis.comparison.overlap import Repertoire, artist_overlap
from services.domain.scoring import Calibration, Curve, Percentiles, ScoreRules

CONSTANTS_FILE = Path(__file__).with_name("constants.json")


def read_rules(values: Mapping[str, Any]) -> ScoreRules:
    """Build the rules from the plain values of a constants file; raises `KeyError` where one is missing."""
    return ScoreRules(
        sound_scale=float(values["sound_scale"]),
        sound_power=float(values["sound_power"]),
        sound_part=float(values["sound_part"]),
        overlap_full=float(values["overlap_full"]),
        genre_part=float(values["genre_part"]),
        imputed_weight=float(values["imputed_weight"]),
        calibration=tuple(
            Calibration(
                int(row["tracks"]), Percentiles(*row["same"]), Percentiles(*row["different"]), row["auc"]
            )
            for row in values["calibration"]
        ),
        curves=_curves(values["curves"]),
        curves_without_genres=_curves(values["curves_without_genres"]),
        learned_from=str(values["provenance"]),
    )


def _curves(rows: Sequence[Mapping[str, Any]]) -> tuple[Curve, ...]:
    return tuple(
        Curve(int(row["tracks"]), tuple(map(float, row["shares"])), float(row["same_median"])) for row in rows
    )


@cache
def load_rules() -> ScoreRules:
    """Load the rules that ship with the package."""
    return read_rules(json.loads(CONSTANTS_FILE.read_text(encoding="utf-8")))


DRAWS = 200
"""Bootstrap samples of a person's tracks: the ends of the band are exact to about a point."""

LOW_PERCENTILE, HIGH_PERCENTILE = 5.0, 95.0
"""Ends of the range of the samples: it holds nine of ten."""

TWO_DRAWS = 2**0.5
"""The samples have the error of one draw of tracks; another draw has its own, and the two differ by this."""

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sampled:
    """A person's tracks with the bootstrap samples of them; made once, used in every pair."""

    listening: Listening
    weights: Float
    """Shape (1 + DRAWS, n): the tracks as they are, then the samples."""
    inside: Float
    """Mean distance between two tracks of the person, shape (1 + DRAWS,)."""

    @staticmethod
    def of(listening: Listening, rules: ScoreRules) -> Sampled:
        """Draw the samples; a pure function of the tracks."""
        weights = listening.weights(rules.imputed_weight)
        drawn = resampled_weights(weights, DRAWS, np.random.default_rng(listening.seed))
        rows = np.concatenate([weights[None, :], drawn])
        return Sampled(listening, rows, spread_inside(listening.points, rows))


@dataclass(frozen=True, slots=True)
class Score:
    """A compatibility score and its parts."""

    value: float
    low: float
    high: float
    sound: float
    """0..100."""
    overlap: float | None
    """Share of the smaller set of artists, 0..1."""
    affinity: float | None
    """How alike the genre words are, 0..1."""
    distance: float
    """Square root of the energy distance, in the unit of the sound space."""


def score_pair(
    a: Sampled,
    b: Sampled,
    repertoires: Sequence[Repertoire],
    rules: ScoreRules | None = None,
    *,
    affinity: float | None = None,
    tagged: int = 0,
) -> Score:
    """Score two people who both have enough measured tracks.

    Parameters
    ----------
    a, b : Sampled
        Swapping them changes nothing beyond the last digits of a float.
    repertoires : sequence of two
        The artists of `a` and of `b`.
    rules : ScoreRules, optional
        Those of the package by default.
    affinity : float, optional
        Of their genre words, where both sides know enough.
    tagged : int
        Tracks with genres of the side that has fewer of them.
    """
    rules = rules or load_rules()
    energy = (
        2 * spread_between(a.listening.points, a.weights, b.listening.points, b.weights) - a.inside - b.inside
    )
    apart = np.sqrt(np.maximum(energy, 0.0))
    sounds = sound_score(apart, rules)
    overlap = artist_overlap(*repertoires)
    overlaps = _resampled_overlap(overlap, repertoires, a.listening.seed ^ b.listening.seed)
    affinities = _resampled_affinity(affinity, tagged, a.listening.seed ^ b.listening.seed)
    values = combine(sounds, overlaps, rules, affinities)
    value = float(values[0])
    low, high = np.percentile(values[1:], (LOW_PERCENTILE, HIGH_PERCENTILE))
    low, high = (value + TWO_DRAWS * (end - value) for end in (low, high))
    return Score(
        value=value,
        low=max(min(float(low), value), 0.0),
        high=min(max(float(high), value), 100.0),
        sound=float(sounds[0]),
        overlap=overlap,
        affinity=affinity,
        distance=float(apart[0]),
    )


def sound_score(apart: Float, rules: ScoreRules) -> Float:
    """Put distances on the calibrated scale: 100 for none, 50 at `sound_scale`."""
    scale: Float = 100.0 * np.exp2(-((apart / rules.sound_scale) ** rules.sound_power))
    return scale


def combine(
    sounds: Float, overlaps: Float | None, rules: ScoreRules, affinities: Float | None = None
) -> Float:
    """Add the parts for shared artists and for genre words; what is not known is left out."""
    score = sounds
    if overlaps is not None:
        artists = 100.0 * np.sqrt(np.minimum(overlaps / rules.overlap_full, 1.0))
        score = rules.sound_part * sounds + (1 - rules.sound_part) * artists
    if affinities is not None:
        score = (1 - rules.genre_part) * score + rules.genre_part * 100.0 * affinities
    return score


def _resampled_overlap(overlap: float | None, repertoires: Sequence[Repertoire], seed: int) -> Float | None:
    """Draw overlaps as if the artists of the smaller set had been drawn again."""
    if overlap is None:
        return None
    smaller = min(math.fsum(each.chances.values()) for each in repertoires)
    count = max(round(smaller), 1)
    drawn = np.random.default_rng(seed).binomial(count, min(overlap, 1.0), size=DRAWS) / count
    return np.concatenate([[overlap], drawn])


def _resampled_affinity(affinity: float | None, tagged: int, seed: int) -> Float | None:
    """Draw affinities as if the tagged tracks of the side with fewer had been drawn again."""
    if affinity is None:
        return None
    count = max(tagged, 1)
    drawn = np.random.default_rng(seed + 1).binomial(count, min(affinity, 1.0), size=DRAWS) / count
    return np.concatenate([[affinity], drawn])
