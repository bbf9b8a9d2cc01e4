"""Take feature values out of what a service sent, believing none of them."""

from __future__ import annotations

from collections.abc import Mapping

from services.domain.features import AudioFeatures, Feature, accepted

_WHOLE = (Feature.KEY, Feature.MODE)


def read_features(entry: Mapping[str, object]) -> tuple[AudioFeatures, int]:
    """Take the feature values out of a row, and count those that can't be true.

    A null is no value. Text, booleans, fractions of a key and numbers outside the feature's range
    are dropped singly; the rest of the row stays.
    """
    values: dict[Feature, float | None] = {}
    impossible = 0
    for feature in Feature:
        raw = entry.get(feature.value)
        value = _number(feature, raw)
        impossible += value is None and raw is not None and not _means_unknown(feature, raw)
        values[feature] = value
    return AudioFeatures.of(values), impossible


def _number(feature: Feature, raw: object) -> float | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    if feature in _WHOLE and isinstance(raw, float) and not raw.is_integer():
        return None
    value = accepted(feature, raw)
    return None if value is None else float(value)


def _means_unknown(feature: Feature, raw: object) -> bool:
    return (feature is Feature.TEMPO and raw == 0) or (feature is Feature.KEY and raw == -1)
