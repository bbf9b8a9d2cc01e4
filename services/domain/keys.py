"""Musical keys in every notation, and how often each was measured in a playlist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from services.domain.features import Feature
from services.domain.report import AnalysisReport, EnrichedTrack
from services.domain.sound import NOTE_NAMES


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


@dataclass(frozen=True, slots=True)
class KeyCounts:
    """How often each key was measured, and how many tracks have no measured key."""

    counts: Mapping[Key, int]
    unknown: int

    @property
    def known(self) -> int:
        """Tracks with a measured key."""
        return sum(self.counts.values())

    @property
    def major_share(self) -> float:
        """Share of major keys among the known ones, 0..1; 0 where none is known."""
        return sum(n for key, n in self.counts.items() if key.major) / self.known if self.known else 0.0

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
    found = Counter(map(_pitch_and_mode, report.tracks))
    counts = {key: found[key.pitch, key.major] for key in ALL_KEYS}
    return KeyCounts(counts, found[None])
