"""Place feature values in a fixed reference population, and say how far from the ordinary they are heard.

A value becomes its rank among the reference tracks, the rank becomes a normal score ("spreads" in the
texts for people), and a learned linear map turns nine scores into the six-dimensional sound space in which
distances say what people put on different playlists. `benchmarks/learn_metric.py` learns the constants;
nothing here is fitted to the playlist at hand. What is said in words is measured against a table of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from statistics import NormalDist
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.domain.features import SOUND_FEATURES, Feature

CLIP = 0.01
"""Ranks end at 1 % and 99 %: beyond, a rank says more about the reference than about the track."""

ROUNDED_TO = MappingProxyType({Feature.INSTRUMENTALNESS: 3})
"""Decimals before ranking. Instrumentalness 0 and 0.00001 sound the same and must not be ranks apart."""

SOUND_DIMENSIONS = 6


@dataclass(frozen=True, slots=True)
class Population:
    """How a population of tracks is distributed: quantile tables and medians."""

    knots: tuple[NDArray[np.float64], ...]
    """Per feature: increasing raw values."""
    knot_scores: tuple[NDArray[np.float64], ...]
    """Per feature: the normal score of each knot."""
    medians: Mapping[Feature, float]
    """In the unit of each feature."""

    def normal_scores(self, matrix: ArrayLike) -> NDArray[np.float64]:
        """Return the rank of each value in the population as a normal score, -2.33..2.33.

        Parameters
        ----------
        matrix : array of shape (n, 9)
            Raw values in the order of `SOUND_FEATURES`; NaN stays NaN.
        """
        raw = np.asarray(matrix, dtype=np.float64)
        if raw.ndim != 2 or raw.shape[1] != len(SOUND_FEATURES):
            msg = f"expected a matrix of shape (n, {len(SOUND_FEATURES)}), got {raw.shape}"
            raise ValueError(msg)
        scores = np.empty_like(raw)
        for column, feature in enumerate(SOUND_FEATURES):
            values = raw[:, column]
            if feature in ROUNDED_TO:
                values = np.round(values, ROUNDED_TO[feature])
            order = np.argsort(values)  # one after the other they are looked up in a tenth of the time
            scores[order, column] = np.interp(values[order], self.knots[column], self.knot_scores[column])
        return scores

    def quantile(self, feature: Feature, share: float) -> float:
        """Return the value below which a share of the population lies, 0..1 exclusive."""
        column = SOUND_FEATURES.index(feature)
        score = NormalDist().inv_cdf(share)
        return float(np.interp(score, self.knot_scores[column], self.knots[column]))


@dataclass(frozen=True, slots=True)
class Reference(Population):
    """The tracks that the sound space was learned from, the learned map into it, and typical music."""

    projection: NDArray[np.float64]
    """Shape (9, 6): normal scores times this are points of the sound space."""
    typical: Population
    """In which every listener weighs alike, whatever the size of their library: levels, words and typical
    values are said against it. Distances are not: its tracks cost the sound space .004 of agreement."""
    provenance: Mapping[str, Any]
    """What the constants were learned from, by which script and when."""

    def sound_space(self, matrix: ArrayLike) -> NDArray[np.float64]:
        """Return the points of raw feature rows in the sound space, shape (n, 6); a NaN makes its row NaN."""
        return self.points_of(self.normal_scores(matrix))

    def points_of(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the points of rows that are already normal scores, shape (n, 9) to (n, 6)."""
        # not a matrix product: BLAS may round a row differently in another position of the playlist
        points: NDArray[np.float64] = (scores[:, :, None] * self.projection).sum(axis=1)
        return points


def read_reference(constants: Mapping[str, Any]) -> Reference:
    """Build a reference population from the plain values of a constants file.

    Raises
    ------
    ValueError
        If the constants were learned for other features or another number of dimensions.
    """
    if list(constants["features"]) != [feature.value for feature in SOUND_FEATURES]:
        msg = f"the reference constants are for the features {constants['features']}; learn them again"
        raise ValueError(msg)
    projection = np.array(constants["projection"], dtype=np.float64)
    if projection.shape != (len(SOUND_FEATURES), SOUND_DIMENSIONS):
        msg = (
            f"the projection has shape {projection.shape}; expected {(len(SOUND_FEATURES), SOUND_DIMENSIONS)}"
        )
        raise ValueError(msg)
    everything = read_population(constants)
    return Reference(
        knots=everything.knots,
        knot_scores=everything.knot_scores,
        medians=everything.medians,
        projection=projection,
        typical=read_population(constants["typical"]),
        provenance=MappingProxyType(dict(constants["provenance"])),
    )


def read_population(constants: Mapping[str, Any]) -> Population:
    """Build a population from its quantile tables and medians."""
    normal = NormalDist()
    knots: list[NDArray[np.float64]] = []
    knot_scores: list[NDArray[np.float64]] = []
    for feature in SOUND_FEATURES:
        table = constants["quantiles"][feature.value]
        ranks = np.clip(table["ranks"], CLIP, 1 - CLIP)
        knots.append(np.array(table["values"], dtype=np.float64))
        knot_scores.append(np.array([normal.inv_cdf(float(rank)) for rank in ranks]))
    medians = {feature: float(constants["medians"][feature.value]) for feature in SOUND_FEATURES}
    return Population(tuple(knots), tuple(knot_scores), MappingProxyType(medians))


def _packaged_constants() -> Mapping[str, Any]:
    path = resources.files("services.analysis").joinpath("constants", "reference.json")
    constants: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return constants


REFERENCE = read_reference(_packaged_constants())
"""The population that every analysis is placed in."""

TYPICAL = REFERENCE.typical
"""What words and typical numbers are said against."""

REFERENCE_MEDIANS = TYPICAL.medians
"""What is typical, per sound feature in its own unit."""


HEARD_FROM = MappingProxyType(
    {Feature.SPEECHINESS: 0.07, Feature.INSTRUMENTALNESS: 0.1, Feature.LIVENESS: 0.25}
)
"""In the unit of the feature. Below: no spoken words, singing throughout, no audience."""


WHOLE_WAY = MappingProxyType({Feature.INSTRUMENTALNESS: (0.85, 2.0)})
"""A value and the spreads it is heard as. Half of all music is sung throughout, so that ranks leave about
one spread for the whole way from singing to none, which nobody overhears."""


def _scores_of(values: Mapping[Feature, float], otherwise: float) -> NDArray[np.float64]:
    row = np.array([[values.get(feature, np.nan) for feature in SOUND_FEATURES]])
    scores = TYPICAL.normal_scores(np.nan_to_num(row))
    scores[np.isnan(row)] = otherwise
    first: NDArray[np.float64] = scores[0]
    return first


_FLOORS = _scores_of(HEARD_FROM, -np.inf)
_ZERO = _scores_of(HEARD_FROM, 0.0)
_STRETCH = np.ones(len(SOUND_FEATURES))
for _feature, (_value, _spreads) in WHOLE_WAY.items():
    _column = SOUND_FEATURES.index(_feature)
    _STRETCH[_column] = _spreads / (_scores_of({_feature: _value}, 0.0)[_column] - _ZERO[_column])


def audible(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far normal scores, shape (..., 9), are heard to lie from the ordinary, in spreads.

    0 is what nobody notices; features with a first audible value have no negative side.
    """
    heard: NDArray[np.float64] = (np.maximum(z, _FLOORS) - _ZERO) * _STRETCH
    return heard


def audible_tempo(bpm: float) -> tuple[float, float]:
    """Return the normal score of a tempo and how far it is heard to lie from the ordinary, in spreads."""
    column = SOUND_FEATURES.index(Feature.TEMPO)
    scores = _scores_of({Feature.TEMPO: bpm}, 0.0)
    return float(scores[column]), float(audible(scores)[column])
