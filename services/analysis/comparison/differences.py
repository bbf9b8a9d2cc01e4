"""Which features set two people apart, in the features' own units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from services.analysis.comparison.listening import Sound
from services.analysis.reference import audible
from services.domain.comparison import FeatureDifference
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.tempo import Tempo, tempo_of

NOTICEABLE = 0.35
"""Spreads between two people from which a feature is worth a word, as in the texts about groups."""

QUANTILES = (np.arange(100) + 0.5) / 100
"""Where two distributions are held against each other."""

INSTRUMENTAL_FROM = 0.5
"""Instrumentalness from which a track counts as instrumental: medians say nothing, half of all are 0."""

_TRUST = MappingProxyType({Feature.TEMPO: 0.6, Feature.LIVENESS: 0.6, Feature.SPEECHINESS: 0.8})
"""As for groups: measured tempi double and halve, liveness is noisy."""


_LEAST_SHARE = 0.05
_LEAST: Mapping[Feature, float] = MappingProxyType(
    {Feature.SPEECHINESS: 0.02, Feature.LOUDNESS: 1.0, Feature.TEMPO: 3.0}
)
"""The smallest difference that is worth saying, in the unit of the feature."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a person's measured tracks are distributed in each feature; made once, used in every pair."""

    quantiles: NDArray[np.float64]
    """As they are heard, in spreads; shape (100, 9)."""
    typical: tuple[float, ...]
    """Of each feature in its own unit, see `typical_value`; of tempo the middle of `tempo`, NaN without."""
    tempo: Tempo | None = None

    @staticmethod
    def of(sound: Sound) -> Shape:
        """Measure the tracks; there has to be one at least."""
        tempo = tempo_of(sound.entries)
        typical = {feature: typical_value(sound.raw, feature) for feature in SOUND_FEATURES}
        typical[Feature.TEMPO] = tempo.middle_bpm if tempo else float("nan")
        return Shape(np.quantile(audible(sound.z), QUANTILES, axis=0), tuple(typical.values()), tempo)


def feature_differences(a: Shape, b: Shape) -> tuple[FeatureDifference, ...]:
    """Compare two people feature by feature, the most audible difference first."""
    # the one-dimensional Wasserstein distance is the mean distance between equal quantiles
    apart = np.abs(a.quantiles - b.quantiles).mean(axis=0)
    found = [
        FeatureDifference(
            feature=feature,
            amount=_amount(own, other),
            distance=float(apart[column]),
            telling=_is_telling(feature, _amount(own, other), float(apart[column])),
            a=_range(a, feature, own),
            b=_range(b, feature, other),
        )
        for column, (feature, own, other) in enumerate(zip(SOUND_FEATURES, a.typical, b.typical, strict=True))
    ]
    return tuple(
        sorted(
            found,
            key=lambda entry: (
                -round(entry.distance * _TRUST.get(entry.feature, 1.0), 9),
                SOUND_FEATURES.index(entry.feature),
            ),
        )
    )


def _is_telling(feature: Feature, amount: float, distance: float) -> bool:
    """Whether a difference is heard, and seen in the numbers that go with it."""
    trusted = distance * _TRUST.get(feature, 1.0)
    return trusted >= NOTICEABLE * 0.75 and abs(amount) >= _LEAST.get(feature, _LEAST_SHARE)


def typical_value(raw: NDArray[np.float64], feature: Feature) -> float:
    """Return the median of a feature in its own unit; for instrumentalness the share of such tracks."""
    values = raw[:, SOUND_FEATURES.index(feature)]
    if feature is Feature.INSTRUMENTALNESS:
        return float((values > INSTRUMENTAL_FROM).mean())
    return float(np.median(values))


def _amount(own: float, other: float) -> float:
    """Return the difference; 0 where one side has no typical value, so that nothing is said of it."""
    amount = own - other
    return amount if np.isfinite(amount) else 0.0


def _range(shape: Shape, feature: Feature, typical: float) -> tuple[float, float] | None:
    if feature is Feature.TEMPO:
        return shape.tempo.range_bpm if shape.tempo else None
    return typical, typical
