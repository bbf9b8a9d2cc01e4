"""Split the tracks of a list into those that decide, and those that are placed afterwards, as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.analysis.clustering import Partition
from services.analysis.facts import Facts, of_their_time
from services.analysis.genres import dressed
from services.analysis.matrix import FeatureTable, once_for_each_provenance
from services.analysis.placement import assignment_probability
from services.analysis.reference import REFERENCE
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.music import Track
from services.domain.report import EnrichedTrack
from services.domain.tempo import is_corrected

LEANING = 0.1
"""Share of the deciding tracks that may lack one feature before the groups are said to lean on estimates."""


@dataclass(frozen=True, slots=True)
class Sound:
    """The tracks that may decide something, as numbers."""

    rows: NDArray[np.intp]
    """Their places in the playlist, shape (n,)."""
    raw: NDArray[np.float64]
    """Shape (n, 9)."""
    z: NDArray[np.float64]
    """Normal scores that the points are made of, shape (n, 9)."""
    heard: NDArray[np.float64]
    """Normal scores against typical music, that words are made of; 0 where a feature is estimated."""
    points: NDArray[np.float64]
    """Shape (n, 6)."""
    corrected: NDArray[np.bool_]
    """Tracks whose tempo a person said, shape (n,)."""
    estimated: tuple[Feature, ...]
    """What is estimated for so many of the tracks that nothing may be said of it."""

    @property
    def timed(self) -> NDArray[np.float64]:
        """The raw values without an estimated tempo, which is no tempo of anything; shape (n, 9)."""
        if Feature.TEMPO not in self.estimated:
            return self.raw
        values = self.raw.copy()
        values[:, SOUND_FEATURES.index(Feature.TEMPO)] = 0.0
        return values

    @staticmethod
    def of(table: FeatureTable, tracks: Sequence[EnrichedTrack], typical: NDArray[np.float64]) -> Sound:
        """Take the rows with evidence; `typical` are normal scores of all against typical music."""
        rows = np.flatnonzero(table.is_evidence)
        raw = table.raw[rows]
        corrected = np.array(once_for_each_provenance(tracks, is_corrected), dtype=np.bool_)[rows]
        shares = table.is_estimated[rows].mean(axis=0) if len(rows) else np.zeros(len(SOUND_FEATURES))
        estimated = tuple(
            feature for feature, share in zip(SOUND_FEATURES, shares, strict=True) if share > LEANING
        )
        z, heard = REFERENCE.normal_scores(raw), typical[rows]
        heard[:, [SOUND_FEATURES.index(feature) for feature in estimated]] = 0.0
        return Sound(rows, raw, z, heard, REFERENCE.points_of(z), corrected, estimated)


@dataclass(frozen=True, slots=True)
class Guesses:
    """The tracks that are placed afterwards."""

    rows: NDArray[np.intp]
    points: NDArray[np.float64]
    labels: NDArray[np.intp]
    """Most likely group, -1 without groups."""
    probabilities: NDArray[np.float64]

    @staticmethod
    def of(table: FeatureTable, partition: Partition | None) -> Guesses:
        """Place them in groups by sound; None where other groups will do it."""
        rows = np.flatnonzero(table.is_known & ~table.is_evidence)
        raw = table.raw[rows]
        points = REFERENCE.sound_space(raw)
        if partition is None or not partition.k or not len(rows):
            return Guesses(rows, points, np.full(len(rows), -1, dtype=np.intp), np.zeros(len(rows)))
        chances = assignment_probability(raw, table.errors[rows], partition.centres)
        return Guesses(rows, points, chances.argmax(axis=1), chances.max(axis=1))

    def placed(self, chances: NDArray[np.float64]) -> Guesses:
        """Return them in other groups, from the probability of each, shape (m, k)."""
        if not chances.shape[1] or not len(self.rows):
            return replace(self, labels=np.full(len(self.rows), -1, dtype=np.intp))
        return replace(self, labels=chances.argmax(axis=1), probabilities=chances.max(axis=1))


@dataclass(frozen=True, slots=True)
class Music:
    """What came with the tracks, beside their sound."""

    came: Sequence[Track]
    dressed: Sequence[Track]
    """With the genres that are known of their artists."""
    facts: Facts
    """Of all."""
    deciding: Sequence[Track]
    """Those with evidence, dressed, with a year only where it says when the music is from."""
    own: Facts
    """Of them, with the years of all editions."""
    given: Sequence[bool]
    """Whether the genres of each of them are only known of its artist."""

    @staticmethod
    def of(came: Sequence[Track], rows: NDArray[np.intp], genres: Mapping[str, tuple[str, ...]]) -> Music:
        """Read tracks, of which those in `rows` decide, with what is known of `genres` by lead artist."""
        music = [dressed(track, genres) for track in came]
        facts = Facts.of(music)
        own = facts.take(rows)
        return Music(
            came=came,
            dressed=music,
            facts=facts,
            deciding=of_their_time([music[row] for row in rows.tolist()], own.leads),
            own=own,
            given=[music[row] is not came[row] for row in rows.tolist()],
        )
