"""The compatibility score of two people, 0..100, with its error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.analysis.comparison.distance import resampled_weights, spread_between, spread_inside
from services.analysis.comparison.listening import Listening, artists_of
from services.analysis.comparison.overlap import Repertoire, artist_overlap
from services.analysis.comparison.rules import load_rules
from services.domain.scoring import ScoreRules

DRAWS = 200
"""Bootstrap samples of a person's tracks: the ends of the band are exact to about a point."""

LOW_PERCENTILE, HIGH_PERCENTILE = 5.0, 95.0
"""Ends of the range of the samples: it holds nine of ten."""

TRACKS_OF_ONE_WORD = 4.0
"""Tagged tracks that tell as much about genres as one would alone: those of an artist carry the same ones.

Between two draws of 15 to 100 tracks from one listener the affinity has 1 to 4 times the variance of single
tracks; with 4 the range holds nine of ten scores at all these sizes.
"""

UNSEEN = 0.1
"""What is added to the counts of shared and of other artists (or genres): none seen is not none there."""

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
        artist = artists_of((*listening.measured.entries, *listening.guessed.entries))
        drawn = resampled_weights(weights, artist, DRAWS, np.random.default_rng(listening.seed))
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
    genres_counted: float
    """What they count, in parts of their full weight, 0..1."""
    again: Float
    """Scores that other tracks of the same two may have, shape (DRAWS,). In one draw a person has the same
    tracks in all pairs."""
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
    genres: float = 1.0,
    genres_again: Float | float = 1.0,
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
        Of their genre words, where both sides know any.
    tagged : int
        Tracks with genres of the side that has fewer of them.
    genres : float
        What genre words count in parts of their full weight, 0..1.
    genres_again : array of shape (DRAWS,) or float
        What they would count with other tracks.
    """
    rules = rules or load_rules()
    energy = (
        2 * spread_between(a.listening.points, a.weights, b.listening.points, b.weights) - a.inside - b.inside
    )
    apart = np.sqrt(np.maximum(energy, 0.0))
    sounds = sound_score(apart, rules)
    overlap = artist_overlap(*repertoires)
    value = float(combine(sounds[0], overlap, rules, affinity, genres))
    rng = np.random.default_rng(a.listening.seed ^ b.listening.seed)
    artists = max(round(min(math.fsum(each.chances.values()) for each in repertoires)), 1)
    overlaps = _drawn_again(overlap, artists, rng)
    affinities = _drawn_again(affinity, max(round(tagged / TRACKS_OF_ONE_WORD), 1), rng)
    others = combine(_heard_again(sounds), overlaps, rules, affinities, genres_again)
    low, high = np.percentile(others, (LOW_PERCENTILE, HIGH_PERCENTILE))
    return Score(
        value=value,
        low=max(min(float(low), value), 0.0),
        high=min(max(float(high), value), 100.0),
        sound=float(sounds[0]),
        overlap=overlap,
        affinity=affinity if genres else None,
        genres_counted=genres,
        again=others,
        distance=float(apart[0]),
    )


def sound_score(apart: Float, rules: ScoreRules) -> Float:
    """Put distances on the calibrated scale: 100 for none, 50 at `sound_scale`."""
    scale: Float = 100.0 * np.exp2(-((apart / rules.sound_scale) ** rules.sound_power))
    return scale


def combine(
    sounds: Float,
    overlaps: Float | float | None,
    rules: ScoreRules,
    affinities: Float | float | None = None,
    genres: Float | float = 1.0,
) -> Float:
    """Add the parts for artists and for genre words, as far as these count; what is not known is left out."""
    score = sounds
    if overlaps is not None:
        artists = 100.0 * np.sqrt(np.minimum(overlaps / rules.overlap_full, 1.0))
        score = rules.sound_part * sounds + (1 - rules.sound_part) * artists
    if affinities is not None:
        weight = rules.genre_part * genres
        score = (1 - weight) * score + weight * 100.0 * affinities
    return score


def _heard_again(sounds: Float) -> Float:
    """Return the sound score of other tracks: those at hand have the error of a draw, and so have they."""
    errors = sounds[1:] - sounds[0]
    again: Float = np.clip(sounds[0] + errors + np.roll(errors, DRAWS // 2), 0.0, 100.0)
    return again


def _drawn_again(share: float | None, count: int, rng: np.random.Generator) -> Float | None:
    """Draw shares that other tracks may have, of which a share of `count` was seen (beta-binomial)."""
    if share is None:
        return None
    seen = min(share, 1.0) * count
    drawn: Float = rng.binomial(count, rng.beta(seen + UNSEEN, count - seen + 1 - UNSEEN, size=DRAWS)) / count
    return drawn
