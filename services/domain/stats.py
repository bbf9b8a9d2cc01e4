"""The numbers of a playlist: what it is made of, in which keys, how it sounds beside typical music."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.domain.features import Feature
from services.domain.portrait import Portrait
from services.domain.report import AnalysisReport, EnrichedTrack
from services.domain.sound import NOTE_NAMES
from services.domain.tempo import Tempo


@dataclass(frozen=True, slots=True)
class Key:
    """A musical key: pitch class 0..11 (0 = C) and whether it is major."""

    pitch: int
    major: bool

    @property
    def hour(self) -> int:
        """Position on the Camelot wheel, 1..12 like the hours of a clock.

        A step clockwise is a fifth up; C major is 8B, A minor 8A (Mark Davis, 1991).
        """
        return (7 * self.pitch + (7 if self.major else 4)) % 12 + 1

    @property
    def code(self) -> str:
        """Camelot code: "8B"."""
        return f"{self.hour}{'B' if self.major else 'A'}"

    @property
    def open_key(self) -> str:
        """Open Key code, as Traktor and Beatport write it: "1d"."""
        return f"{(self.hour + 4) % 12 + 1}{'d' if self.major else 'm'}"

    @property
    def name(self) -> str:
        """Name of the key: "C major"."""
        return f"{NOTE_NAMES[self.pitch]} {'major' if self.major else 'minor'}"

    @property
    def relative(self) -> Key:
        """The key with the same notes: A minor for C major."""
        return Key((self.pitch + (9 if self.major else 3)) % 12, not self.major)


@dataclass(frozen=True, slots=True)
class KeyCounts:
    """How often each key was measured, and how many tracks have no measured key."""

    counts: Mapping[Key, int]
    unknown: int
    open: Mapping[Key, int] = field(default_factory=dict)
    """Those of them that may as well be the relative key, as far as anybody can hear."""

    @property
    def known(self) -> int:
        """Tracks with a measured key."""
        return sum(self.counts.values())

    @property
    def modes_known(self) -> int:
        """Tracks of which it is known whether their key is major or minor."""
        return self.known - sum(self.open.values())

    @property
    def major_share(self) -> float | None:
        """Share of major keys among those whose mode is known, 0..1; None without any."""
        major = sum(n - self.open.get(key, 0) for key, n in self.counts.items() if key.major)
        return major / self.modes_known if self.modes_known else None

    def meant_by(self, key: Key) -> tuple[Key, ...]:
        """Return a key, and its relative where all tracks in it may as well be in that."""
        return (key, key.relative) if 0 < self.counts[key] == self.open.get(key, 0) else (key,)

    def name_of(self, key: Key) -> str:
        """Say a key: "C major", or "C major or A minor"."""
        return " or ".join(each.name for each in self.meant_by(key))

    def code_of(self, key: Key) -> str:
        """Say a key as on the Camelot wheel: "8B", or "8B or 8A"."""
        return " or ".join(each.code for each in self.meant_by(key))

    def most_common(self, limit: int) -> list[tuple[Key, int]]:
        """List the commonest keys; ties in the order of the wheel."""
        present = [(key, number) for key, number in self.counts.items() if number]
        return sorted(present, key=lambda pair: (-pair[1], pair[0].hour, pair[0].major))[:limit]


ALL_KEYS: tuple[Key, ...] = tuple(Key(pitch, major) for major in (True, False) for pitch in range(12))


def key_of(entry: EnrichedTrack) -> Key | None:
    """Return the key of a track; one that is missing, estimated or no pitch class is unknown."""
    known = _pitch_and_mode(entry)
    return None if known is None else Key(*known)


def _pitch_and_mode(entry: EnrichedTrack) -> tuple[int, bool] | None:
    pitch, mode = entry.features.key, entry.features.mode
    if (
        pitch is None
        or pitch not in range(12)
        or mode not in (0, 1)
        or entry.is_imputed(Feature.KEY)
        or entry.is_imputed(Feature.MODE)
    ):
        return None
    return int(pitch), mode == 1


def count_keys(report: AnalysisReport) -> KeyCounts:
    """Count the keys of a playlist that somebody measured."""
    written = [(entry.features.key, entry.features.mode, id(entry.provenance)) for entry in report.tracks]
    found: Counter[tuple[int, bool] | None] = Counter()
    heard: Counter[tuple[int, bool] | None] = Counter()
    alike = dict(zip(written, report.tracks, strict=True))  # what is read depends on nothing else
    for which, number in Counter(written).items():
        key = _pitch_and_mode(alike[which])
        found[key] += number
        heard[key] += number if alike[which].is_major is None else 0
    counts, of_open = ({key: some[key.pitch, key.major] for key in ALL_KEYS} for some in (found, heard))
    return KeyCounts(counts, found[None], {key: number for key, number in of_open.items() if number})


Counted = tuple[tuple[str, int], ...]
"""Names with how many tracks have them, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Known:
    """How many tracks stand behind a number. Estimates are counted and decide nothing."""

    real: int
    """Measured, from the file, borrowed from the same recording, or corrected."""
    estimated: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        """All tracks."""
        return self.real + self.estimated + self.unknown


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of a sample and its middle half: median and quartiles."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureStats:
    """One feature of the tracks beside typical music, in which every listener weighs alike."""

    feature: Feature
    known: Known
    own: Spread | None
    """In the unit of the feature, from real values alone; None where there is none."""
    typical: Spread
    """Of typical music, in the same unit."""
    percentiles: Spread | None
    """Where the three values of `own` lie in typical music, 1..99."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistStats:
    """Everything that is counted; each number with how many tracks stand behind it."""

    tracks: int
    length_ms: int
    """Of the tracks whose length is known."""
    with_length: Known
    artists: Counted
    """All main artists, each in its commonest spelling."""
    with_artist: Known
    decades: tuple[tuple[int, int], ...]
    """First years of decades with their tracks, by the year of the edition, the oldest first."""
    with_year: Known
    genres: Counted
    """A track may have several."""
    with_genres: Known
    genres_of_artists: float
    """Share of all tracks that have none, but whose artists have: names of groups use those, 0..1."""
    explicit: int
    with_explicit: Known
    """Tracks of which it is known whether they are explicit."""
    tempo: Tempo | None
    """None where the tempi have nothing in common, or none is known."""
    tempo_takes_octaves: bool
    """Whether most tracks have its one number only with halved and doubled ones counted in."""
    with_tempo: Known
    keys: KeyCounts
    with_key: Known
    features: tuple[FeatureStats, ...]
    """In the order of `SOUND_FEATURES`."""
    portrait: Portrait
    """What sets the list apart."""

    @property
    def with_sound(self) -> Known | None:
        """What stands behind every feature alike; None where they differ."""
        known = {each.known for each in self.features}
        return known.pop() if len(known) == 1 else None

    def standing_out(self) -> tuple[FeatureStats, ...]:
        """List the two features whose median lies outside typical music's middle half, the farthest first."""
        far = [
            (abs(each.percentiles.median - 50), each)
            for each in self.features
            if each.percentiles is not None and not 25 <= each.percentiles.median <= 75
        ]
        return tuple(each for _, each in sorted(far, key=lambda pair: -pair[0])[:2])
