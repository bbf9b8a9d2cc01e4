"""Audio features, and where each single value came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter


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
        value: float | None = getattr(self, feature)
        return value

    @property
    def values(self) -> tuple[float | None, ...]:
        """List all values in the order of `Feature`."""
        values: tuple[float | None, ...] = values_of(self)
        return values

    @property
    def sound(self) -> tuple[float | None, ...]:
        """List the values of `SOUND_FEATURES`, in their order."""
        values: tuple[float | None, ...] = _sound_of(self)
        return values

    @property
    def known(self) -> tuple[Feature, ...]:
        """List the features that have a value."""
        return tuple(
            feature for feature, value in zip(_FEATURES, values_of(self), strict=True) if value is not None
        )

    @property
    def is_empty(self) -> bool:
        """Whether no feature at all is known."""
        return not self.known

    @staticmethod
    def of(values: Mapping[Feature, float | None]) -> AudioFeatures:
        """Build features from a mapping."""
        return AudioFeatures(**{feature._value_: value for feature, value in values.items()})

    def accepted(self) -> AudioFeatures:
        """Return only what can be true, each value as `accepted` would have it."""
        values = values_of(self)
        kept = tuple(map(accepted, _FEATURES, values))
        return self if kept == values else AudioFeatures(**dict(zip(FIELDS, kept, strict=True)))


_FEATURES = tuple(Feature)
FIELDS = tuple(feature.value for feature in Feature)
"""Names of the features, as fields and as columns."""
values_of = attrgetter(*FIELDS)
"""Returns the values of anything that has these fields, in their order."""
_sound_of = attrgetter(*(feature.value for feature in SOUND_FEATURES))


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
    SOUND = "measured from the sound"
    """Measured here, from the samples of the person's own file."""
    CLIP = "measured by ReccoBeats from a clip"
    """Measured there, from pieces of the person's own file; whether on the catalogue's scale is unknown."""
    UPLOADED = "uploaded"
    """Carried by the uploaded file."""
    BORROWED = "borrowed"
    """Measured on the same recording under another id."""
    CORRECTED = "corrected"
    """Halved or doubled by the person who looked at it."""
    IMPUTED = "imputed"
    """Estimated from related tracks; has a standard error and decides nothing."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where one value came from: the kind of knowledge and the source by name."""

    origin: Origin
    source: str
    """`reccobeats`, `file:exportify`, `spotify`, `imputation`, ..."""


class GapKind(StrEnum):
    """What tracks without evidence may have in common."""

    NO_ID = "no id"
    YEARS = "years"
    COUNTRY = "country"
    SCRIPT = "script"
    GENRE = "genre"
    ARTIST = "artist"


@dataclass(frozen=True, slots=True)
class Gap:
    """What most tracks without evidence have in common, and others have not."""

    kind: GapKind
    name: str = ""
    """A country by the two letters of its ISRCs, a script, a genre or an artist."""
    first: int = 0
    last: int = 0
    """Years of release, inclusive."""


MOST_ESTIMATED = 1
"""Sound features of a track that may be estimated without costing it its say about groups.

With one of nine lost in all tracks the groups agree with those of all nine by .65 (acousticness) to .94
(liveness); with three lost by .37 (adjusted Rand index, 40 lists; another seed of the same fit: .98).
"""


@dataclass(frozen=True, slots=True)
class PartlyKnown:
    """Tracks with real values of some features and not of all nine; each is imputed or unknown as well."""

    estimated: int
    """Of them, those whose other features are estimated."""
    unknown: int
    """Of them, those whose other features nobody knows."""
    deciding: int
    """Of them, those of which so little is estimated (`MOST_ESTIMATED`) that they may decide groups."""
    known: Mapping[Feature, int]
    """How many of them have a real value, by feature; key and mode are among them."""
    origin: Origin | None = None
    """What kind of knowledge all these values are; None for several."""

    @property
    def tracks(self) -> int:
        """How many there are."""
        return self.estimated + self.unknown


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many tracks of a playlist are known, by the best origin of their sound features.

    A track counts as measured, heard, uploaded or borrowed when all nine sound features have such an
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
    """Tracks per source name that gave at least one value, most first."""
    by_feature: Mapping[Feature, int]
    """Tracks with real (not imputed) evidence per feature."""
    gap: Gap | None = None
    """What the tracks without evidence have in common."""
    heard: int = 0
    """Tracks with values that were measured from the sound of a file, here or by ReccoBeats."""
    partly: PartlyKnown | None = None
    """The tracks of which some features are really known; None where there are none."""

    @property
    def main_source(self) -> str:
        """The source that gave values to most tracks; empty where none did."""
        return next(iter(self.by_source), "")

    @property
    def real_share(self) -> float:
        """Share of the nine values of all tracks that are not estimates, 0..1."""
        values = len(SOUND_FEATURES) * self.total
        return sum(self.by_feature.get(feature, 0) for feature in SOUND_FEATURES) / values if values else 0.0
