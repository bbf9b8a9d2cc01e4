"""Count what is known about a playlist, and say it in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import IntEnum

from services.domain.features import (
    SOUND_FEATURES,
    AudioFeatures,
    Coverage,
    Feature,
    Origin,
    Provenance,
    accepted,
)
from services.domain.music import Track
from services.domain.report import EnrichedTrack
from services.enrichment.gaps import describe_gaps


class Standing(IntEnum):
    """How well the sound of one track is known; the weakest of its nine values decides."""

    MEASURED = 0
    UPLOADED = 1
    BORROWED = 2
    IMPUTED = 3
    UNKNOWN = 4


_STANDING = {
    Origin.MEASURED: Standing.MEASURED,
    # Somebody looked at a real value and halved or doubled it: that is no weaker than measuring.
    Origin.CORRECTED: Standing.MEASURED,
    Origin.UPLOADED: Standing.UPLOADED,
    Origin.BORROWED: Standing.BORROWED,
    Origin.IMPUTED: Standing.IMPUTED,
}

_WORDS = (
    ("measured", "measured"),
    ("uploaded", "from the file"),
    ("borrowed", "borrowed from the same recording"),
    ("imputed", "estimated"),
    ("unknown", "unknown"),
)


def standing(track: EnrichedTrack) -> Standing:
    """Name the weakest origin among the nine sound features of `track`."""
    weakest = Standing.MEASURED
    for feature in SOUND_FEATURES:
        provenance = track.provenance.get(feature)
        if provenance is None or track.features.get(feature) is None:
            return Standing.UNKNOWN
        weakest = max(weakest, _STANDING[provenance.origin])
    return weakest


def compute_coverage(tracks: Sequence[EnrichedTrack]) -> Coverage:
    """Count `tracks` by standing, source and feature, with a note on what the gaps have in common."""
    standings = [standing(track) for track in tracks]
    counts = Counter(standings)
    sources = Counter(
        name for track in tracks for name in {entry.source for entry in track.provenance.values()}
    )
    features = Counter(
        feature
        for track in tracks
        for feature, entry in track.provenance.items()
        if entry.origin is not Origin.IMPUTED
    )
    gaps: list[Track] = []
    evidence: list[Track] = []
    for track, rank in zip(tracks, standings, strict=True):
        (gaps if rank >= Standing.IMPUTED else evidence).append(track.track)
    return Coverage(
        total=len(tracks),
        measured=counts[Standing.MEASURED],
        uploaded=counts[Standing.UPLOADED],
        borrowed=counts[Standing.BORROWED],
        imputed=counts[Standing.IMPUTED],
        unknown=counts[Standing.UNKNOWN],
        by_source=dict(sorted(sources.items(), key=lambda item: (-item[1], item[0]))),
        by_feature={feature: features[feature] for feature in Feature},
        note=describe_gaps(gaps, evidence),
    )


def quality_line(coverage: Coverage) -> str:
    """Say the coverage in one sentence that hides nothing: every track is in exactly one of its numbers.

    Examples
    --------
    "64 of 106 tracks measured, 31 estimated, 11 unknown; mostly 2025-26 releases."
    """
    if coverage.total == 0:
        return "No tracks."
    noun = "track" if coverage.total == 1 else "tracks"
    named = [(getattr(coverage, field), words) for field, words in _WORDS if getattr(coverage, field)]
    if coverage.unknown == coverage.total:
        return f"Nothing is known about the sound of {_all_of(coverage.total)}."
    if len(named) == 1:
        count, words = named[0]
        opening = "All" if count > 1 else "The only"
        return f"{opening} {f'{count:,} ' if count > 1 else ''}{noun} {words}."
    (first, first_words), *rest = named
    sentence = f"{first:,} of {coverage.total:,} {noun} {first_words}"
    sentence += "".join(f", {count:,} {words}" for count, words in rest)
    return f"{sentence}; {coverage.note}." if coverage.note else f"{sentence}."


def _all_of(total: int) -> str:
    return "the only track" if total == 1 else f"these {total:,} tracks"


def from_upload(tracks: Sequence[Track], source: str) -> tuple[EnrichedTrack, ...]:
    """Take the values that the uploaded file itself carried, and nothing else.

    Parameters
    ----------
    tracks
        As an importer read them.
    source
        The name that each value carries from now on, such as `file:exportify`.
    """
    return tuple(_from_upload(track, Provenance(Origin.UPLOADED, source)) for track in tracks)


def _from_upload(track: Track, provenance: Provenance) -> EnrichedTrack:
    if track.uploaded is None:
        return EnrichedTrack(track=track, features=AudioFeatures(), provenance={})
    values = {feature: accepted(feature, track.uploaded.get(feature)) for feature in Feature}
    return EnrichedTrack(
        track=track,
        features=AudioFeatures.of(values),
        provenance={feature: provenance for feature, value in values.items() if value is not None},
    )
