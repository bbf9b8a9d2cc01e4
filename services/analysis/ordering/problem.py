"""An ordering problem as the searches see it: costs, locks, and how high each place and each track stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.analysis.ordering.cost import ESTIMATED_TRUST
from services.domain.features import Feature
from services.domain.ordering import Goal
from services.domain.report import EnrichedTrack

Floats = NDArray[np.float64]

LOOKAHEAD = 3
"""Places over which the same artist costs something."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What an order of `len(self)` tracks costs, and which of them can't move."""

    costs: Floats
    """(n, n) cost of each step, symmetric; the same artist at once is in it."""
    artists: Sequence[int]
    """(n,) equal for tracks of one artist."""
    repeats: Floats
    """(2, n) what the same artist two and three places on costs."""
    heights: Sequence[float]
    """(n,) how high each track stands on the arc; 0 where unknown."""
    pulls: Sequence[float]
    """(n,) how much each track minds the squared distance from the arc; all 0 without one."""
    targets: Sequence[float]
    """(n,) how high each place of the arc is."""
    locks: Mapping[int, int]
    """Which track has to stand at a place."""

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self.costs)

    @property
    def has_arc(self) -> bool:
        """Whether any place asks for anything."""
        return any(self.pulls)

    @property
    def has_repeats(self) -> bool:
        """Whether an artist two or three places on can cost anything."""
        return bool(self.repeats.any()) and len(set(self.artists)) < len(self)

    @property
    def inner_locks(self) -> bool:
        """Whether places other than the first and the last are locked."""
        return any(0 < place < len(self) - 1 for place in self.locks)

    def cost(self, order: Sequence[int]) -> float:
        """Return the whole cost of an order."""
        rows = np.array(order, dtype=np.intp)
        total = float(self.costs[rows[:-1], rows[1:]].sum())
        artists = np.array(self.artists)[rows]
        for distance, penalties in zip((2, 3), self.repeats, strict=True):
            if len(rows) > distance:
                same = artists[:-distance] == artists[distance:]
                total += float(penalties[rows[:-distance]][same].sum())
        away = np.array(self.heights)[rows] - np.array(self.targets)
        return total + float((np.array(self.pulls)[rows] * away**2).sum())

    def with_locks(self, order: Sequence[int]) -> list[int]:
        """Put the locked tracks at their places and the others around them in the order given."""
        result = [-1] * len(self)
        for place, row in self.locks.items():
            result[place] = row
        locked = set(self.locks.values())
        rest = iter([row for row in order if row not in locked])
        return [next(rest) if row < 0 else row for row in result]


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
    measured: NDArray[np.bool_]
    """(n,) whose height is known and not estimated."""

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
    guessed = np.array([any(map(entry.is_imputed, features)) for entry in tracks], dtype=np.bool_)
    pulls = pull * np.where(np.isnan(heights), 0.0, np.where(guessed, ESTIMATED_TRUST, 1.0))
    return Arc(heights, shape(goal, len(tracks)), pulls, np.isfinite(heights) & ~guessed)


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
