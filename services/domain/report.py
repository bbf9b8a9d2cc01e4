"""What an analysis of a playlist found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.domain.features import AudioFeatures, Coverage, Feature, Origin, Provenance
from services.domain.music import Playlist, Track


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichedTrack:
    """A track with the best known value of each feature and where each value came from."""

    track: Track
    features: AudioFeatures
    provenance: Mapping[Feature, Provenance]
    """One entry for each feature that has a value."""
    standard_errors: AudioFeatures | None = None
    """For imputed values, in the unit of the feature; None where nothing is imputed."""

    def is_imputed(self, feature: Feature) -> bool:
        """Whether the value of `feature` is an estimate."""
        provenance = self.provenance.get(feature)
        return provenance is not None and provenance.origin is Origin.IMPUTED


class Verdict(StrEnum):
    """How far the groups of a playlist may be believed."""

    CLEAR = "clear"
    """The tracks fall into groups that a resampling finds again."""
    LOOSE = "loose"
    """There are groups, with blurred borders."""
    NONE = "none"
    """One continuous mood; the groups are shades of it."""
    UNTESTABLE = "untestable"
    """Enough tracks to draw groups, too few to tell whether they are real."""
    TOO_FEW = "too few"
    """Fewer than 12 tracks with evidence: no groups at all."""


@dataclass(frozen=True, slots=True)
class Structure:
    """The evidence behind a verdict."""

    verdict: Verdict
    k: int
    stability: float | None
    """Mean adjusted Rand index between the clustering and its bootstrap refits, 0..1."""
    gap: float | None
    """Log-inertia gap against a Gaussian of the same covariance (largest over the tested k)."""
    gap_z: float | None
    """That gap in standard deviations of the null draws."""
    forced: bool = False
    """Whether the person asked for this number of groups."""


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing that sets a cluster apart, in words and numbers."""

    feature: Feature
    z: float
    """Mean of the cluster in spreads of the reference population."""
    contrast: float
    """Mean of the cluster minus mean of the rest of the playlist, in the same spreads."""
    value: float
    """Median of the cluster in the feature's own unit."""
    typical: float
    """Median of the reference population in the feature's own unit."""
    words: str
    """"very calm", "acoustic"."""
    numbers: str
    """"energy 0.21 (typical 0.65)"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A group of tracks that sound alike."""

    name: str
    blurb: str
    """The group in words, e.g. "very calm, acoustic, quiet · about 92 BPM · 70 % major"."""
    members: tuple[int, ...]
    """Indices of tracks with evidence that the group was fitted on."""
    likely: tuple[int, ...]
    """Indices of imputed tracks placed afterwards: a guess, shown as such."""
    traits: tuple[Trait, ...]
    """The two strongest first."""
    typical: tuple[int, ...]
    """Up to three indices of clearly belonging tracks by different artists."""
    top_artists: tuple[tuple[str, int], ...]
    centre: tuple[float, ...]
    """Centroid in the six-dimensional sound space; stored so that a later run keeps its groups."""
    profile: Mapping[Feature, float]
    """Mean of each sound feature in spreads of the reference population."""
    tempo_bpm: float | None
    """Median tempo folded to 70-140 BPM."""
    major_share: float | None
    """Share of tracks in a major key, 0..1, among those whose mode is known."""

    @property
    def size(self) -> int:
        """Tracks with evidence in this group."""
        return len(self.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where one track stands."""

    cluster: int | None
    confidence: float | None
    """1 - distance to its own centre / distance to the second nearest, 0..1. Below 0.1: between groups."""
    likely: bool
    """Whether the cluster is a guess from imputed values."""
    probability: float | None
    """Probability of that guess, 0..1; None for tracks with evidence."""
    x: float | None
    y: float | None
    """Position on the map; None without any position."""


@dataclass(frozen=True, slots=True)
class Outlier:
    """A track that stands out most from the others."""

    track: int
    reason: str
    """In words: "far livelier and louder than Mellow acoustic"."""
    score: float
    """Robust z of its log distance to its nearest neighbours."""
    features: tuple[Feature, ...]


class DuplicateKind(StrEnum):
    """How sure it is that several rows are one song."""

    SAME_ID = "same track"
    SAME_RECORDING = "same recording"
    SAME_SONG = "same song, other release"
    OTHER_VERSION = "other version"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Rows of a playlist that are the same music."""

    kind: DuplicateKind
    tracks: tuple[int, ...]
    keep: int
    """The index suggested for keeping."""


@dataclass(frozen=True, slots=True)
class MapAxes:
    """What the map's directions mean, in words."""

    left: str
    right: str
    bottom: str
    top: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisReport:
    """Everything that an analysis found; indices point into `tracks`, which keeps the playlist's order."""

    playlist: Playlist
    tracks: tuple[EnrichedTrack, ...]
    placements: tuple[Placement, ...]
    clusters: tuple[Cluster, ...]
    """Largest first."""
    structure: Structure
    axes: MapAxes | None
    outliers: tuple[Outlier, ...]
    duplicates: tuple[Duplicate, ...]
    coverage: Coverage
    sentence: str
    """The verdict as one sentence for people."""
    estimate_agreement: float | None = None
    """Adjusted Rand index between the groups as they are (evidence alone) and a clustering that trusts the
    estimates as well, over the tracks with evidence; None where there is nothing to compare."""
    quality_line: str = ""
    """How much of this is known, in one line."""
    notices: tuple[str, ...] = ()
    """What went wrong or was left out on the way, each as a sentence for people."""


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """A stored report in a list."""

    report_id: str
    name: str
    tracks: int
    created_at: datetime
    private: bool


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """What a person asked of an analysis."""

    groups: int | None = None
    """Wanted number of groups, 2..8; None chooses."""
    previous_centres: tuple[tuple[float, ...], ...] = ()
    """Centres of the last analysis of this playlist, to keep its groups stable."""
    measured_only: bool = False
    """Leave out whatever was not measured for exactly this track or carried by the file."""
