"""Count what is known about a playlist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import IntEnum

from services.domain.features import (
    MOST_ESTIMATED,
    SOUND_FEATURES,
    Coverage,
    Feature,
    Origin,
    PartlyKnown,
    Provenance,
)
from services.domain.music import Track
from services.domain.report import EnrichedTrack
from services.enrichment.gaps import describe_gaps


class Standing(IntEnum):
    """How well the sound of one track is known; the weakest of its nine values decides."""

    MEASURED = 0
    HEARD = 1
    UPLOADED = 2
    BORROWED = 3
    IMPUTED = 4
    UNKNOWN = 5


_SOUND = frozenset(SOUND_FEATURES)

_STANDING = {
    Origin.MEASURED: Standing.MEASURED,
    # Somebody looked at a real value and halved or doubled it: that is no weaker than measuring.
    Origin.CORRECTED: Standing.MEASURED,
    Origin.SOUND: Standing.HEARD,
    Origin.CLIP: Standing.HEARD,
    Origin.UPLOADED: Standing.UPLOADED,
    Origin.BORROWED: Standing.BORROWED,
    Origin.IMPUTED: Standing.IMPUTED,
}


def _weakest(provenance: Mapping[Feature, Provenance]) -> Standing:
    if not provenance.keys() >= _SOUND:
        return Standing.UNKNOWN
    return max(_STANDING[provenance[feature].origin] for feature in SOUND_FEATURES)


def compute_coverage(tracks: Sequence[EnrichedTrack]) -> Coverage:
    """Count `tracks` by standing, source and feature, and find what the gaps have in common."""
    # Most tracks share their provenance with many others: each different one is read once.
    number = Counter(id(track.provenance) for track in tracks)
    different = {id(track.provenance): track.provenance for track in tracks}
    weakest = {key: _weakest(provenance) for key, provenance in different.items()}
    standings = [
        Standing.UNKNOWN if None in track.features.sound else weakest[id(track.provenance)]
        for track in tracks
    ]
    counts = Counter(standings)
    sources: Counter[str] = Counter()
    features: Counter[Feature] = Counter()
    for key, provenance in different.items():
        for name in {entry.source for entry in provenance.values()}:
            sources[name] += number[key]
        for feature, entry in provenance.items():
            features[feature] += number[key] if entry.origin is not Origin.IMPUTED else 0
    gaps: list[Track] = []
    evidence: list[Track] = []
    for track, rank in zip(tracks, standings, strict=True):
        (gaps if rank >= Standing.IMPUTED else evidence).append(track.track)
    return Coverage(
        total=len(tracks),
        measured=counts[Standing.MEASURED],
        heard=counts[Standing.HEARD],
        uploaded=counts[Standing.UPLOADED],
        borrowed=counts[Standing.BORROWED],
        imputed=counts[Standing.IMPUTED],
        unknown=counts[Standing.UNKNOWN],
        by_source=dict(sorted(sources.items(), key=lambda item: (-item[1], item[0]))),
        by_feature={feature: features[feature] for feature in Feature},
        gap=describe_gaps(gaps, evidence),
        partly=_partly_known(tracks, standings),
    )


def _partly_known(tracks: Sequence[EnrichedTrack], standings: Sequence[Standing]) -> PartlyKnown | None:
    """Sum up the tracks of which some features are real and others are not."""
    known: Counter[Feature] = Counter()
    origins: set[Origin] = set()
    counts: Counter[Standing] = Counter()
    deciding = 0
    for track, rank in zip(tracks, standings, strict=True):
        if rank < Standing.IMPUTED:
            continue
        real = {name: entry.origin for name, entry in track.provenance.items() if not track.is_imputed(name)}
        if not real.keys() - {Feature.MODE}:
            continue
        counts[rank] += 1
        known.update(real.keys())
        origins.update(real.values())
        missing = len(SOUND_FEATURES) - len(real.keys() & set(SOUND_FEATURES))
        deciding += rank is Standing.IMPUTED and missing <= MOST_ESTIMATED
    if not counts:
        return None
    return PartlyKnown(
        estimated=counts[Standing.IMPUTED],
        unknown=counts[Standing.UNKNOWN],
        deciding=deciding,
        known={feature: known[feature] for feature in Feature if known[feature]},
        origin=origins.pop() if len(origins) == 1 else None,
    )
