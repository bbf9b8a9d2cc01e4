"""Which features set two people apart, in the features' own units and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from services.analysis.comparison.listening import Sound
from services.analysis.perception import audible
from services.domain.comparison import FeatureDifference
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.tempo import Tempo, tempo_of
from services.domain.vocabulary import COMPARATIVES

NOTICEABLE = 0.35
"""Spreads between two people from which a feature is worth a word, as in the texts about groups."""

QUANTILES = (np.arange(100) + 0.5) / 100
"""Where two distributions are held against each other."""

INSTRUMENTAL_FROM = 0.5
"""Instrumentalness from which a track counts as instrumental: medians say nothing, half of all are 0."""

_TRUST = MappingProxyType({Feature.TEMPO: 0.6, Feature.LIVENESS: 0.6, Feature.SPEECHINESS: 0.8})
"""As for groups: measured tempi double and halve, liveness is noisy."""


@dataclass(frozen=True, slots=True)
class _Measure:
    """How a difference is said: the smallest one worth saying, and the words for less and for more."""

    least: float
    less: str
    more: str
    number: str
    """With `amount`, `own` and `other`."""


_SHARE = "{word} ({own:.2f} against {other:.2f})"
_MEASURES: Mapping[Feature, _Measure] = MappingProxyType(
    {
        **{feature: _Measure(0.05, *COMPARATIVES[feature], _SHARE) for feature in SOUND_FEATURES},
        Feature.ACOUSTICNESS: _Measure(0.05, "less acoustic", "more acoustic", _SHARE),
        Feature.INSTRUMENTALNESS: _Measure(
            0.05,
            "less instrumental",
            "more instrumental",
            "{word} ({own:.0%} against {other:.0%} of the tracks)",
        ),
        Feature.SPEECHINESS: _Measure(0.02, *COMPARATIVES[Feature.SPEECHINESS], _SHARE),
        Feature.LOUDNESS: _Measure(
            1.0, "quieter", "louder", "{amount:.1f} dB {word} ({own:.1f} against {other:.1f} dB)"
        ),
        Feature.TEMPO: _Measure(
            3.0, "slower", "faster", "{amount:.0f} BPM {word} ({own:.0f} against {other:.0f})"
        ),
    }
)


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
            a_words=_words(feature, own, other, (a.tempo, b.tempo)),
            b_words=_words(feature, other, own, (b.tempo, a.tempo)),
            telling=_is_telling(feature, _amount(own, other), float(apart[column])),
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
    return trusted >= NOTICEABLE * 0.75 and abs(amount) >= _MEASURES[feature].least


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


def _words(feature: Feature, own: float, other: float, tempi: tuple[Tempo | None, Tempo | None]) -> str:
    measure = _MEASURES[feature]
    amount = own - other
    if not np.isfinite(amount):
        return f"of many kinds in {feature.value}"
    if abs(amount) < measure.least:
        return f"much the same in {feature.value}"
    word = measure.more if amount > 0 else measure.less
    mine, theirs = tempi
    if feature is Feature.TEMPO and mine and theirs and (mine.bpm is None or theirs.bpm is None):
        return f"{word} ({mine.words} against {theirs.words})"
    said = measure.number.format(amount=abs(amount), word=word, own=own, other=other)
    return said.replace("-", "−") if feature is Feature.LOUDNESS else said
