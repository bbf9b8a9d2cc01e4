"""Tell valid identifiers and feature values from everything else that people and services send."""

from __future__ import annotations

import re
from collections.abc import Mapping

from services.domain.features import AudioFeatures, Feature, accepted
from services.domain.music import TrackId

_TRACK_ID = re.compile(r"[0-9A-Za-z]{22}", re.ASCII)
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}", re.ASCII)


def valid_track_id(text: str | None) -> TrackId | None:
    """Return `text` if it has the form of a Spotify track id."""
    return TrackId(text) if text and _TRACK_ID.fullmatch(text) else None


def valid_isrc(text: str | None) -> str | None:
    """Return `text` as an upper-case ISRC without hyphens, if it is one.

    Examples
    --------
    "gb-abc-24-00123" -> "GBABC2400123"
    """
    compact = (text or "").replace("-", "").strip().upper()
    return compact if _ISRC.fullmatch(compact) else None


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
