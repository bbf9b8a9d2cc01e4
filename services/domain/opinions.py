"""What two sources say about the same track, side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from services.domain.features import Feature, Origin, Provenance
from services.domain.report import EnrichedTrack

_SAME_TEMPO, _SAME_LOUDNESS_DB, _SAME_SHARE = 0.04, 2.0, 0.1
"""Up to so much two values are one: of a tempo 4 %, as where trackers are judged."""


@dataclass(frozen=True, slots=True)
class Opinions:
    """Two values of one feature of one track."""

    feature: Feature
    value: float
    source: Provenance
    other: float
    other_source: Provenance

    @property
    def differ(self) -> bool:
        """Whether the difference is more than two measurements of one thing have."""
        match self.feature:
            case Feature.TEMPO:
                return abs(math.log(self.value / self.other)) > math.log1p(_SAME_TEMPO)
            case Feature.KEY | Feature.MODE:
                return self.value != self.other
            case Feature.LOUDNESS:
                return abs(self.value - self.other) > _SAME_LOUDNESS_DB
            case _:
                return abs(self.value - self.other) > _SAME_SHARE

    @property
    def are_octaves(self) -> bool:
        """Whether one is a tempo of half or double the other."""
        octaves = abs(math.log2(self.value / self.other)) if self.feature is Feature.TEMPO else 0.0
        return self.differ and abs(octaves - 1) < math.log2(1 + _SAME_TEMPO)


def second_opinions(entry: EnrichedTrack) -> Iterator[Opinions]:
    """List the features of a track of which two sources know a value, as they stand in `Feature`."""
    for features, source in entry.others:
        for feature in Feature:
            value, own = entry.features.get(feature), entry.provenance.get(feature)
            other = features.get(feature)
            if value is None or other is None or own is None or own.origin is Origin.IMPUTED or own == source:
                continue
            yield Opinions(feature, value, own, other, source)
