"""The wanted course of a list: how high each place of it is to be, and how high each track stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.analysis.ordering.cost import ESTIMATED_TRUST
from services.domain.features import Feature
from services.domain.ordering import Goal
from services.domain.report import EnrichedTrack

Floats = NDArray[np.float64]

PULL = 4.0
"""Cost of the squared distance from the arc, in heights of the whole arc, against the cost of a step."""
TEMPO_PULL = 100.0
"""Somebody who wants the tempo to rise will check the numbers."""
LOUDNESS_SHARE = 0.3
"""Of the height on the arc; the rest is energy."""

WAVE_TRACKS = 24
"""About an hour and a half from crest to crest."""
FEWEST_WAVES, MOST_WAVES = 2, 8
RIPPLE_TRACKS = 8
"""A steady list goes through all it has in every so many tracks."""


@dataclass(frozen=True, slots=True)
class Arc:
    """What a goal wants of the places of a list."""

    heights: Floats
    """(n,) how high each track stands, 0..1 by rank among these tracks; NaN unknown."""
    targets: Floats
    """(n,) how high each place is to be: the same heights, sorted into the wanted shape."""
    pulls: Floats
    """(n,) how much each track minds: 0 where its height is unknown, less where it is estimated."""

    def costs(self, order: NDArray[np.intp]) -> Floats:
        """Return what each place of an order costs."""
        heights = np.nan_to_num(self.heights[order], nan=0.0)
        costs: Floats = self.pulls[order] * (heights - self.targets) ** 2
        return costs


def compute_arc(tracks: Sequence[EnrichedTrack], goal: Goal) -> Arc | None:
    """Return the arc of a goal for these tracks; None where only neighbours matter."""
    if not goal.has_arc:
        return None
    if goal is Goal.TEMPO_UP:
        features: tuple[Feature, ...] = (Feature.TEMPO,)
        heights, pull = _ranks(_values(tracks, Feature.TEMPO)), TEMPO_PULL
    else:
        features = (Feature.ENERGY, Feature.LOUDNESS)
        energy, loudness = (_ranks(_values(tracks, feature)) for feature in features)
        # A track without a loudness is as loud as it is energetic.
        loudness = np.where(np.isnan(loudness), energy, loudness)
        heights, pull = _ranks((1 - LOUDNESS_SHARE) * energy + LOUDNESS_SHARE * loudness), PULL
    trust = [ESTIMATED_TRUST if any(map(entry.is_imputed, features)) else 1.0 for entry in tracks]
    pulls = pull * np.where(np.isnan(heights), 0.0, np.array(trust))
    return Arc(heights, shape(goal, len(tracks)), pulls)


def shape(goal: Goal, tracks: int) -> Floats:
    """Return the wanted height of each place: evenly spread values in the order that the goal asks for."""
    along = (np.arange(tracks) + 0.5) / max(tracks, 1)
    match goal:
        case Goal.WARM_UP | Goal.TEMPO_UP:
            course = along
        case Goal.COOL_DOWN:
            course = -along
        case Goal.WAVE:
            waves = int(np.clip(round(tracks / WAVE_TRACKS), FEWEST_WAVES, MOST_WAVES))
            course = _waves(along * waves)
        case _:
            course = _waves(along * max(FEWEST_WAVES + 1, round(tracks / RIPPLE_TRACKS)))
    return _ranks(course)


def _waves(turns: Floats) -> Floats:
    """Go up and down once a turn, starting and ending low."""
    return 1 - np.abs(2 * (turns % 1) - 1)


def _values(tracks: Sequence[EnrichedTrack], feature: Feature) -> Floats:
    values = [entry.features.get(feature) for entry in tracks]
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _ranks(values: Floats) -> Floats:
    """Return the rank of each value in 0..1, equal ones sharing theirs; NaN stays NaN."""
    ranks = np.full(len(values), np.nan)
    known = np.flatnonzero(np.isfinite(values))
    if len(known):
        _, where, counts = np.unique(values[known].round(9), return_inverse=True, return_counts=True)
        middles = np.cumsum(counts) - counts / 2
        ranks[known] = middles[where] / len(known)
    return ranks
