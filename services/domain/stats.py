"""The numbers of a playlist: what it is made of, how it sounds beside typical music, and what is unknown."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.features import Feature
from services.domain.keys import KeyCounts
from services.domain.portrait import Portrait
from services.domain.tempo import Tempo

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
