"""The rules of the compatibility score, published: what it is made of, and what its numbers mean."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Where 5, 50 and 95 of a hundred scores lie."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the score says about pairs whose truth is known, at one number of tracks a person."""

    tracks: int
    same: Percentiles
    """Two lists of one person without a common track."""
    different: Percentiles
    """Lists of two people."""
    auc: float
    """How often a pair of one person scores higher than a pair of two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRules:
    """The numbers of the formula.

    sound = 100 · 2^−(s / `sound_scale`)^`sound_power`, where s is the square root of the energy distance;
    score = `sound_part` · sound + (1 − `sound_part`) · 100 · √min(1, overlap / `overlap_full`).
    """

    sound_scale: float
    sound_power: float
    sound_part: float
    overlap_full: float
    """Shared artists in parts of the smaller set from which more of them change nothing."""
    imputed_weight: float
    """What a track with estimated sound counts, where a measured one counts 1."""
    calibration: tuple[Calibration, ...]
    """By number of tracks, ascending."""
    learned_from: str
    """Where the numbers come from, in words."""
