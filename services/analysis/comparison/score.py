"""The compatibility score of two people, 0..100, with how far it would move with other tracks of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.analysis.comparison.constants import load_rules
from services.analysis.comparison.distance import resampled_weights, spread_between, spread_inside
from services.analysis.comparison.listening import Listening
from services.analysis.comparison.overlap import Repertoire, artist_overlap
from services.domain.scoring import ScoreRules

DRAWS = 200
"""Bootstrap samples of a person's tracks: the ends of the band are exact to about a point."""

LOW_PERCENTILE, HIGH_PERCENTILE = 5.0, 95.0
"""Ends of the band: it holds nine of ten samples."""

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
    distance: float
    """Square root of the energy distance, in the unit of the sound space."""


def score_pair(
    a: Sampled, b: Sampled, repertoires: Sequence[Repertoire], rules: ScoreRules | None = None
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
    """
    rules = rules or load_rules()
    energy = (
        2 * spread_between(a.listening.points, a.weights, b.listening.points, b.weights) - a.inside - b.inside
    )
    apart = np.sqrt(np.maximum(energy, 0.0))
    sounds = sound_score(apart, rules)
    overlap = artist_overlap(*repertoires)
    overlaps = _resampled_overlap(overlap, repertoires, a.listening.seed ^ b.listening.seed)
    values = combine(sounds, overlaps, rules)
    value = float(values[0])
    low, high = np.percentile(values[1:], (LOW_PERCENTILE, HIGH_PERCENTILE))
    return Score(
        value=value,
        low=min(float(low), value),
        high=max(float(high), value),
        sound=float(sounds[0]),
        overlap=overlap,
        distance=float(apart[0]),
    )


def sound_score(apart: Float, rules: ScoreRules) -> Float:
    """Put distances on the calibrated scale: 100 for none, 50 at `sound_scale`."""
    scale: Float = 100.0 * np.exp2(-((apart / rules.sound_scale) ** rules.sound_power))
    return scale


def combine(sounds: Float, overlaps: Float | None, rules: ScoreRules) -> Float:
    """Add the part for shared artists; where artists are not known, sound is all there is."""
    if overlaps is None:
        return sounds
    artists = 100.0 * np.sqrt(np.minimum(overlaps / rules.overlap_full, 1.0))
    both: Float = rules.sound_part * sounds + (1 - rules.sound_part) * artists
    return both


def _resampled_overlap(overlap: float | None, repertoires: Sequence[Repertoire], seed: int) -> Float | None:
    """Draw overlaps as if the artists of the smaller set had been drawn again."""
    if overlap is None:
        return None
    smaller = min(len(repertoire.artists) for repertoire in repertoires)
    drawn = np.random.default_rng(seed).binomial(smaller, overlap, size=DRAWS) / smaller
    return np.concatenate([[overlap], drawn])
