"""Audio features, and where each single value came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Feature(StrEnum):
    """The audio features of a track, named as Spotify and ReccoBeats name them."""

    DANCEABILITY = "danceability"
    ENERGY = "energy"
    LOUDNESS = "loudness"
    SPEECHINESS = "speechiness"
    ACOUSTICNESS = "acousticness"
    INSTRUMENTALNESS = "instrumentalness"
    LIVENESS = "liveness"
    VALENCE = "valence"
    TEMPO = "tempo"
    KEY = "key"
    MODE = "mode"


SOUND_FEATURES: tuple[Feature, ...] = (
    Feature.DANCEABILITY,
    Feature.ENERGY,
    Feature.LOUDNESS,
    Feature.SPEECHINESS,
    Feature.ACOUSTICNESS,
    Feature.INSTRUMENTALNESS,
    Feature.LIVENESS,
    Feature.VALENCE,
    Feature.TEMPO,
)
"""The nine features that describe sound, in the column order of every matrix. Key and mode never cluster."""

FEATURE_RANGES: Mapping[Feature, tuple[float, float]] = {
    Feature.DANCEABILITY: (0.0, 1.0),
    Feature.ENERGY: (0.0, 1.0),
    Feature.LOUDNESS: (-60.0, 5.0),
    Feature.SPEECHINESS: (0.0, 1.0),
    Feature.ACOUSTICNESS: (0.0, 1.0),
    Feature.INSTRUMENTALNESS: (0.0, 1.0),
    Feature.LIVENESS: (0.0, 1.0),
    Feature.VALENCE: (0.0, 1.0),
    Feature.TEMPO: (0.0, 250.0),
    Feature.KEY: (0.0, 11.0),
    Feature.MODE: (0.0, 1.0),
}
"""Accepted values, inclusive. A tempo of 0 and a key of -1 mean "not detected" and become None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFeatures:
    """Feature values of one track; None where nobody knows.

    Units: `loudness` dB (about -60..0), `tempo` beats per minute, `key` pitch class 0..11 (0 = C),
    `mode` 1 major / 0 minor, everything else 0..1.
    """

    danceability: float | None = None
    energy: float | None = None
    loudness: float | None = None
    speechiness: float | None = None
    acousticness: float | None = None
    instrumentalness: float | None = None
    liveness: float | None = None
    valence: float | None = None
    tempo: float | None = None
    key: float | None = None
    mode: float | None = None

    def get(self, feature: Feature) -> float | None:
        """Return the value of `feature`, or None."""
        value: float | None = getattr(self, feature.value)
        return value

    @property
    def known(self) -> tuple[Feature, ...]:
        """List the features that have a value."""
        return tuple(feature for feature in Feature if getattr(self, feature.value) is not None)

    @property
    def is_empty(self) -> bool:
        """Whether no feature at all is known."""
        return all(getattr(self, feature.value) is None for feature in Feature)

    @staticmethod
    def of(values: Mapping[Feature, float | None]) -> AudioFeatures:
        """Build features from a mapping."""
        return AudioFeatures(**{feature.value: value for feature, value in values.items()})


def accepted(feature: Feature, value: float | None) -> float | None:
    """Return `value` if it can be true of `feature`, else None: outside the range is no measurement.

    NaN and infinities, a tempo of 0 ("not detected") and a key of -1 ("no key") are all None.
    """
    if value is None:
        return None
    low, high = FEATURE_RANGES[feature]
    if not low <= value <= high:
        return None
    if feature is Feature.TEMPO and value == 0:
        return None
    return value


class Origin(StrEnum):
    """What kind of knowledge a value is."""

    MEASURED = "measured"
    """Fetched from a provider for exactly this track id."""
    UPLOADED = "uploaded"
    """Carried by the uploaded file."""
    BORROWED = "borrowed"
    """Measured on the same recording under another id."""
    CORRECTED = "corrected"
    """Halved or doubled by the person who looked at it."""
    IMPUTED = "imputed"
    """Estimated from the track's company; has a standard error and decides nothing."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where one value came from: the kind of knowledge and the source by name."""

    origin: Origin
    source: str
    """`reccobeats`, `file:exportify`, `spotify`, `imputation`, ..."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many tracks of a playlist are known, by the best origin of their sound features.

    A track counts as measured, uploaded or borrowed when all nine sound features have such an
    origin (the weakest of them names it), as imputed when any of the nine is imputed, and as
    unknown when it misses one altogether.
    """

    total: int
    measured: int
    uploaded: int
    borrowed: int
    imputed: int
    unknown: int
    by_source: Mapping[str, int]
    """Tracks per source name that gave at least one value."""
    by_feature: Mapping[Feature, int]
    """Tracks with real (not imputed) evidence per feature."""
    note: str = ""
    """What the tracks without evidence have in common, in words: "mostly 2025-26 releases"."""

    @property
    def evidence(self) -> int:
        """Tracks that may decide clusters: everything but imputed and unknown."""
        return self.measured + self.uploaded + self.borrowed
