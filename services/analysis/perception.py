"""What a listener hears of a value: from where a feature is audible, and how far it is from the ordinary.

Ranks spread values evenly, also where nobody hears a difference: an instrumentalness of 0.003 is a third of
a spread above 0.0005, and both are ordinary singing. Texts for people compare what is left after such
values are brought up to the first one that is heard.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from services.analysis.reference import TYPICAL
from services.domain.features import SOUND_FEATURES, Feature

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
