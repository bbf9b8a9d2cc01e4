"""Which tracks of a playlist somebody may want to take out, each with the reason."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from services.analysis.duplicates import keeping_reason
from services.analysis.titles import version_tags
from services.domain.drafts import Certainty, Double, DoubleKind, Finding
from services.domain.features import Feature
from services.domain.music import Track
from services.domain.report import AnalysisReport, Duplicate, DuplicateKind, EnrichedTrack

_EDITIONS = (
    ("remaster", re.compile(r"\bre-?master|\bremaste?ri[sz]|リマスター", re.IGNORECASE)),
    ("mono mix", re.compile(r"[(\[-][^(\[-]*\bmono\b", re.IGNORECASE)),
)
"""What release wording tells of the sound: a title with one of them may be another recording."""
_TOLERANCES = {
    Feature.ENERGY: 0.1,
    Feature.DANCEABILITY: 0.1,
    Feature.ACOUSTICNESS: 0.25,
    Feature.TEMPO: 0.04,
}
"""How far two measurements of one recording lie apart at most; of tempo as a share of it."""
_PULSES = (1.0, 2.0, 3 / 2, 4 / 3)
"""Ratios in which trackers hear one and the same tempo."""
_FEWEST_DIFFERING = 2
_SURE = {
    DuplicateKind.SAME_ID: DoubleKind.SAME_TRACK,
    DuplicateKind.SAME_RECORDING: DoubleKind.SAME_RECORDING,
    DuplicateKind.SAME_SONG: DoubleKind.SAME_SONG,
}


def find_tidying(report: AnalysisReport) -> tuple[Finding, ...]:
    """List what could be tidied: what is there twice for certain, what may be, and what stands out.

    Each row is asked about once. Of a group of doubles every row but the suggested keeper is a
    finding; live, remixed and remastered versions are a "maybe", and so are rows of one title that
    were measured differently, of which one is clean, or whose lengths nobody knows. A double that
    also stands out is asked about as a double.
    """
    found: list[Finding] = []
    asked: set[int] = set()
    for duplicate in report.duplicates:
        for row in duplicate.tracks:
            if row != duplicate.keep and row not in asked:
                asked.add(row)
                found.append(_double(report.tracks, duplicate, row))
    found += [
        Finding(row=outlier.track, certainty=Certainty.OPINION, reason=outlier)
        for outlier in report.outliers
        if outlier.track not in asked
    ]
    order = list(Certainty)
    return tuple(sorted(found, key=lambda finding: order.index(finding.certainty)))


def _double(entries: Sequence[EnrichedTrack], duplicate: Duplicate, row: int) -> Finding:
    entry, kept = entries[row], entries[duplicate.keep]
    track, keeper = entry.track, kept.track
    is_version = duplicate.kind is DuplicateKind.OTHER_VERSION
    doubt = _version(track, keeper) if is_version else None
    if duplicate.kind is DuplicateKind.SAME_SONG:
        doubt = _doubt(entry, kept)
    return Finding(
        row=row,
        certainty=Certainty.SURE if doubt is None else Certainty.MAYBE,
        reason=doubt or Double(_SURE[duplicate.kind]),
        keeper=duplicate.keep,
        keeper_reason=keeping_reason(
            keeper, track, is_original=is_version and not version_tags(keeper.title)
        ),
    )


def _doubt(entry: EnrichedTrack, kept: EnrichedTrack) -> Double | None:
    """Return why two rows of one title and artist may be different music; None where they seem one."""
    track, keeper = entry.track, kept.track
    if edition := _differing_edition(track, keeper):
        return edition
    if differing := _differing_sound(entry, kept):
        feature, own, other = differing
        return Double(DoubleKind.SOUNDS_DIFFERENT, feature=feature, values=(own, other))
    if None not in (track.explicit, keeper.explicit) and track.explicit != keeper.explicit:
        return Double(DoubleKind.CLEAN, is_this=not track.explicit)
    if not track.duration_ms and not keeper.duration_ms:
        return Double(DoubleKind.LENGTHS_UNKNOWN)
    return None


def _differing_sound(entry: EnrichedTrack, kept: EnrichedTrack) -> tuple[Feature, float, float] | None:
    """Return the first of the measured features that differ, where two do; estimates prove nothing."""
    differing = []
    for feature, tolerance in _TOLERANCES.items():
        own, other = entry.features.get(feature), kept.features.get(feature)
        if own is None or other is None or entry.is_imputed(feature) or kept.is_imputed(feature):
            continue
        if feature is Feature.TEMPO:
            differs = not _is_one_pulse(own, other)
        else:
            differs = abs(own - other) > tolerance + 1e-9
        if differs:
            differing.append((feature, own, other))
    return differing[0] if len(differing) >= _FEWEST_DIFFERING else None


def _is_one_pulse(one: float, other: float) -> bool:
    return any(
        abs(math.log2(one / other * ratio)) <= math.log2(1 + _TOLERANCES[Feature.TEMPO])
        for step in _PULSES
        for ratio in (step, 1 / step)
    )


def _version(track: Track, keeper: Track) -> Double:
    """Return in which way a track is another version than its keeper."""
    own, others = version_tags(track.title), version_tags(keeper.title)
    for tags, is_this in ((own - others, True), (others - own, False)):
        if named := sorted(tag for tag in tags if ":" not in tag and tag != "version"):
            return Double(DoubleKind.VERSION, named[0], is_this=is_this)
    edition = _differing_edition(track, keeper) if own == others else None
    return edition or Double(DoubleKind.VERSION)


def _differing_edition(track: Track, keeper: Track) -> Double | None:
    """Return which of two releases is a remaster or a mono mix, where one of them alone is."""
    for tag, pattern in _EDITIONS:
        own, other = bool(pattern.search(track.title)), bool(pattern.search(keeper.title))
        if own != other:
            return Double(DoubleKind.VERSION, tag, is_this=own)
    return None
