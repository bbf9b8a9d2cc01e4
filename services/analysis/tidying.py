"""Which tracks of a playlist somebody may want to take out, each with the reason in words."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from services.analysis.duplicates import keeping_reason
from services.analysis.titles import version_tags
from services.domain.features import Feature
from services.domain.music import Track
from services.domain.report import AnalysisReport, Duplicate, DuplicateKind, EnrichedTrack
from services.domain.tidying import Certainty, Finding

_EDITIONS = (
    ("a remaster", re.compile(r"\bre-?master|\bremaste?ri[sz]|リマスター", re.IGNORECASE)),
    ("a mono mix", re.compile(r"[(\[-][^(\[-]*\bmono\b", re.IGNORECASE)),
)
"""What release wording tells of the sound: a title with one of them may be another recording."""
_ADJECTIVES = frozenset(
    {
        "a cappella",
        "acoustic",
        "extended",
        "instrumental",
        "live",
        "mixed",
        "orchestral",
        "re-recorded",
        "slowed",
        "sped up",
    }
)
"""Version tags that need no article."""
_NEEDS_A_NOUN = frozenset({"karaoke"})
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
_REASONS = {
    DuplicateKind.SAME_ID: "the same track once more",
    DuplicateKind.SAME_RECORDING: "the same recording from another release",
    DuplicateKind.SAME_SONG: "the same song from another release",
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
        Finding(row=outlier.track, certainty=Certainty.OPINION, reason=outlier.reason)
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
        reason=_REASONS[duplicate.kind] if doubt is None else doubt,
        keeper=duplicate.keep,
        keeper_reason=keeping_reason(
            keeper, track, is_original=is_version and not version_tags(keeper.title)
        ),
    )


def _doubt(entry: EnrichedTrack, kept: EnrichedTrack) -> str | None:
    """Say why two rows of one title and artist may be different music; None where they seem one."""
    track, keeper = entry.track, kept.track
    if edition := _differing_edition(track, keeper):
        return edition
    if differing := _differing_sound(entry, kept):
        feature, own, other = differing
        return f"it sounds different: {feature.value} {_number(feature, own)} / {_number(feature, other)}"
    if None not in (track.explicit, keeper.explicit) and track.explicit != keeper.explicit:
        return f"{'the other one' if track.explicit else 'this one'} is the clean version"
    if not track.duration_ms and not keeper.duration_ms:
        return "the same title and artist; the lengths of both are unknown"
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


def _number(feature: Feature, value: float) -> str:
    return f"{value:.0f}" if feature is Feature.TEMPO else f"{value:.2f}"


def _version(track: Track, keeper: Track) -> str:
    """Say in which way a track is another version than its keeper."""
    own, others = version_tags(track.title), version_tags(keeper.title)
    for tags, which in ((own - others, "this one"), (others - own, "the other one")):
        if named := sorted(tag for tag in tags if ":" not in tag and tag != "version"):
            return f"{which} is {_with_article(named[0])}"
    edition = _differing_edition(track, keeper) if own == others else None
    return edition or "another version of the same song"


def _differing_edition(track: Track, keeper: Track) -> str | None:
    """Say which of two releases is a remaster or a mono mix, where one of them alone is."""
    for words, pattern in _EDITIONS:
        own, other = bool(pattern.search(track.title)), bool(pattern.search(keeper.title))
        if own != other:
            return f"{'this one' if own else 'the other one'} is {words}"
    return None


def _with_article(tag: str) -> str:
    """Put a version tag behind "is": "live", "a remix", "an edit", "a karaoke version"."""
    if tag in _ADJECTIVES:
        return tag
    if tag in _NEEDS_A_NOUN:
        return f"a {tag} version"
    return f"{'an' if tag[0] in 'aeiou' else 'a'} {tag}"
