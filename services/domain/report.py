"""What an analysis of a playlist found."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.domain.features import SOUND_FEATURES, AudioFeatures, Coverage, Feature, Origin, Provenance
from services.domain.grouping import Basis, Grouping, GroupName, SceneKind
from services.domain.messages import Note, ReportWords
from services.domain.music import Playlist, Track
from services.domain.portrait import Outlier, Portrait, Since, SoundRow

_ALPHABET = string.ascii_letters + string.digits
_ID_LENGTH = 14
"""62^14 is more than 2^83: an id can't be guessed, and it fits every custom id."""


def new_id() -> str:
    """Make an id that nobody can guess."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))


_NO_MODE = frozenset({Origin.IMPUTED, Origin.SOUND})


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichedTrack:
    """A track with the best known value of each feature and where each value came from."""

    track: Track
    features: AudioFeatures
    provenance: Mapping[Feature, Provenance]
    """One entry for each feature that has a value."""
    standard_errors: AudioFeatures | None = None
    """For imputed values, in the unit of the feature; None where nothing is imputed."""
    others: tuple[tuple[AudioFeatures, Provenance], ...] = ()
    """What further sources say about a track whose sound was measured."""

    @property
    def has_estimates(self) -> bool:
        """Whether any value is an estimate."""
        return Origin.IMPUTED in [entry.origin for entry in self.provenance.values()]

    def is_imputed(self, feature: Feature) -> bool:
        """Whether the value of `feature` is an estimate."""
        provenance = self.provenance.get(feature)
        return provenance is not None and provenance.origin is Origin.IMPUTED

    @property
    def is_major(self) -> bool | None:
        """Whether it is in a major key; None where nobody knows: sound hardly tells C major from A minor."""
        mode = self.features.mode
        provenance = self.provenance.get(Feature.MODE)
        if mode is None or (provenance is not None and provenance.origin in _NO_MODE):
            return None
        return mode > 0.5

    @property
    def real_sound(self) -> SoundRow:
        """The nine sound features in their order, without estimates."""
        if not self.has_estimates:
            return self.features.sound
        return tuple(
            None if self.is_imputed(feature) else value
            for feature, value in zip(SOUND_FEATURES, self.features.sound, strict=True)
        )


FEWEST_TRACKS = 12
"""Different tracks with evidence that it takes to look for groups."""

FEWEST_KEPT = 10
"""Those that it takes to go on with groups of an earlier report: a track or two less end nobody's map."""

FEWEST_TO_STAND_OUT = 20
"""Tracks with evidence below which none stands out: ten neighbours are most of the playlist."""


ONE_ALBUM = 2 / 3
"""Share of a group from which it is called one album."""

LEAST_GAP, LEAST_GAP_Z = 0.02, 2.25
"""A gap that is worth speaking of, and one that is not chance.

Of 900 clouds with a real list's own features and no groups 1.2 % pass, of 450 Gaussian ones 1.1 %; of 180
mixtures of 3 x 50 tracks 87 %, of 180 of 3 x 100 all.
"""


class Unit(StrEnum):
    """Of what tracks are alike that are no group for that: what the test of groups keeps apart."""

    ALBUM = "album"
    ARTIST = "artist"
    """Albums are not named."""
    UNKNOWN = "unknown"
    """Artists are not named either, or too few for a test among few tracks of each."""


class Verdict(StrEnum):
    """How far the groups of a playlist may be believed."""

    CLEAR = "clear"
    """The tracks fall into groups that a resampling finds again."""
    LOOSE = "loose"
    """There are groups, with blurred borders."""
    NONE = "none"
    """The sound alone separates no groups; those there are, are a way to cut the list."""
    UNTESTABLE = "untestable"
    """Enough tracks to draw groups, too few to tell whether they are real."""
    TOO_FEW = "too few"
    """Too few tracks with evidence: no groups at all."""


@dataclass(frozen=True, slots=True)
class Structure:
    """The evidence behind a verdict."""

    verdict: Verdict
    k: int
    stability: float | None
    """Mean adjusted Rand index between the clustering and its bootstrap refits, 0..1. By style and era that
    of the groups by sound, and None where the sound has no structure.
    """
    gap: float | None
    """How much shorter distances are than in clouds of the same features without groups, as a difference of
    logarithms of their squares."""
    gap_z: float | None
    """That gap in standard deviations of the null draws."""
    forced: bool = False
    """Whether the person asked for a number of groups: nobody looked for the one that fits best."""
    asked: int | None = None
    """That number, which may be more than the tracks allow; None in reports of older versions too."""
    estimated: tuple[Feature, ...] = ()
    """Sound features that are estimated for a good part of the tracks that decide; one a track at most."""
    witnesses: tuple[SceneKind, ...] = ()
    """Where the sound does not separate the groups: what else does, by a test."""
    of_albums: bool = False
    """Whether the sound separates albums, or `unit`, and no more; groups found all the same are those."""
    unit: Unit = Unit.ALBUM
    is_one_genre: bool = False
    """Whether the sound does not separate the groups, and all are surely of one and the same genre."""

    @property
    def is_split(self) -> bool:
        """Whether the test found more than one kind of sound, however many groups could be formed."""
        return (
            not self.of_albums
            and self.gap is not None
            and self.gap_z is not None
            and self.gap >= LEAST_GAP
            and self.gap_z >= LEAST_GAP_Z
        )


@dataclass(frozen=True, slots=True)
class Level:
    """How far to which side a group lies in a feature, as it is heard."""

    feature: Feature
    degree: int
    """From -3 ("very calm") to 3 ("very energetic"); 0 is average."""
    compared: bool = False
    """Whether that is beside the rest of the list ("calmer than the rest")."""


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing that sets a cluster apart."""

    feature: Feature
    z: float
    """The cluster in spreads of the reference population: the score of its median."""
    contrast: float
    """The same minus that of the rest of the playlist, as it is heard."""
    value: float
    """Median of the cluster in the feature's own unit."""
    typical: float
    """Median of the reference population in the feature's own unit."""
    words: str = ""
    """As an older version had worded `level`."""
    numbers: str = ""
    """As an older version had worded the numbers: "energy 0.21 (typical 0.65)"."""
    degree: int = 0
    compared: bool = False
    """As in `Level`."""
    range_bpm: tuple[float, float] | None = None
    """Of the tempo: from where to where most of the tracks lie; `value` is its middle."""
    without_singing: tuple[int, int] | None = None
    """Of instrumentalness: how many tracks, of how many."""

    @property
    def level(self) -> Level:
        """How far the cluster lies to which side."""
        return Level(self.feature, self.degree, self.compared)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtitle:
    """What came with the tracks of a group and distinguishes it; quoted, never inferred from sound."""

    genres: tuple[str, ...] = ()
    """At most two, commoner here than in the rest of the list, as the file spells them in lower case."""
    genre_share: float | None = None
    """Share of the tracks with genres that have one of them, from 0.25."""
    decade: int | None = None
    """First year of the decade of most tracks, by the year of the edition."""
    decade_share: float | None = None
    artist: str | None = None
    """Who made a quarter of the tracks or more."""
    artist_share: float | None = None
    album: str | None = None
    """Of which most of the tracks are, from `ONE_ALBUM`."""
    album_share: float | None = None
    of_artists: bool = False
    """Whether the genres are mostly those that are known of the artists, and not those of the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A group of tracks that sound alike."""

    name: str
    blurb: str = ""
    """As an older version had worded `levels`, tempo and mode."""
    levels: tuple[Level, ...] = ()
    """Up to three features in which it is far from typical, the farthest first; the tempo stays away."""
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
    """Centroid in the space of the grouping: six dimensions by sound, seven by style and era. Stored so that
    a later run of the same grouping keeps its groups."""
    profile: Mapping[Feature, float]
    """Mean of each sound feature in spreads of the reference population."""
    tempo_bpm: float | None
    """A tempo that most of the tracks have, up to octaves; None where there is none."""
    major_share: float | None
    """Share of tracks in a major key, 0..1, among those whose mode is known."""
    modes_known: int | None = None
    """How many those are; None in reports of older versions."""
    tempo_range_bpm: tuple[float, float] | None = None
    """From where to where at least half of the tempi lie; both ends are `tempo_bpm` where that is known."""
    called: GroupName | None = None
    """The values behind the name; None in reports of older versions."""
    letter: int | None = None
    """Place of its letter in the alphabet, from 0; None is its place among the groups."""
    colour: int | None = None
    """Place of its colour in the palette; None is that of its letter."""
    was: str = ""
    """Its name in the last report of this list, where that is no longer true of it."""
    subtitle: Subtitle = Subtitle()
    """Empty in reports of older versions."""

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
    """By letter: largest first in the first report of a list, and then as they were."""
    structure: Structure
    axes: MapAxes | None
    outliers: tuple[Outlier, ...]
    duplicates: tuple[Duplicate, ...]
    coverage: Coverage
    basis: Basis = field(default_factory=Basis)
    """Which way of grouping it is, and what that rests on."""
    mood: str = ""
    """The whole playlist in a few lower-case words."""
    evidence: int = 0
    """Different tracks with features that are not estimates."""
    estimate_agreement: float | None = None
    """Adjusted Rand index between the groups as they are (evidence alone) and a clustering that trusts the
    estimates as well, over the tracks with evidence; None where there is nothing to compare."""
    notices: tuple[Note, ...] = ()
    """What went wrong or was left out on the way."""
    since: Since | None = None
    """What changed since an earlier report of this list; None where there was none, or no track changed."""
    portrait: Portrait | None = None
    """What sets the list apart; None in reports of older versions."""
    stored_words: ReportWords | None = None
    """Set where an older version had stored sentences in place of the values behind them."""

    @property
    def is_single_sound(self) -> bool:
        """Whether it is about one sound file alone."""
        return len(self.tracks) == 1 and self.tracks[0].track.sound is not None

    @property
    def looked_for_outliers(self) -> bool:
        """Whether there were enough tracks with evidence to look for what stands out."""
        return sum(len(cluster.members) for cluster in self.clusters) >= FEWEST_TO_STAND_OUT

    @property
    def firmness(self) -> Verdict:
        """How firmly the groups may be drawn.

        A number that was asked for is no finding, and groups by style and era can't be tested.
        """
        if self.basis.grouping is Grouping.STYLE and self.clusters:
            return Verdict.UNTESTABLE
        is_asked = self.structure.forced and self.structure.verdict is Verdict.CLEAR
        return Verdict.LOOSE if is_asked else self.structure.verdict

    @property
    def names(self) -> list[str]:
        """Return what the groups are called."""
        return [cluster.name for cluster in self.clusters]


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """A stored report in a list."""

    report_id: str
    name: str
    tracks: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PostedMessage:
    """Where everybody can see a map."""

    channel_id: int
    message_id: int
    is_on_its_way: bool = False
    """Whether Discord has not named it yet; its id is that of the press that posts it."""


class Shows(StrEnum):
    """What a message shows of a report that is posted once in a channel."""

    CARD = "card"
    POSTER = "poster"
