"""Which tracks of a playlist somebody may want to take out, each with the reason in words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.analysis.duplicates import keeping_reason
from services.analysis.titles import version_tags
from services.domain.music import Track
from services.domain.report import AnalysisReport, Duplicate, DuplicateKind
from services.domain.tidying import Certainty, Finding

_REMASTERED = re.compile(r"\bre-?master|\bremaste?ri[sz]|リマスター", re.IGNORECASE)
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
_REASONS = {
    DuplicateKind.SAME_ID: "the same track once more",
    DuplicateKind.SAME_RECORDING: "the same recording from another release",
    DuplicateKind.SAME_SONG: "the same song from another release",
}


def find_tidying(report: AnalysisReport) -> tuple[Finding, ...]:
    """List what could be tidied: what is there twice for certain, what may be, and what stands out.

    Each row is asked about once. Of a group of doubles every row but the suggested keeper is a
    finding; live, remixed and remastered versions are a "maybe". A double that also stands out is
    asked about as a double.
    """
    tracks = [entry.track for entry in report.tracks]
    found: list[Finding] = []
    asked: set[int] = set()
    for duplicate in report.duplicates:
        for row in duplicate.tracks:
            if row != duplicate.keep and row not in asked:
                asked.add(row)
                found.append(_double(tracks, duplicate, row))
    found += [
        Finding(row=outlier.track, certainty=Certainty.OPINION, reason=outlier.reason)
        for outlier in report.outliers
        if outlier.track not in asked
    ]
    order = list(Certainty)
    return tuple(sorted(found, key=lambda finding: order.index(finding.certainty)))


def _double(tracks: Sequence[Track], duplicate: Duplicate, row: int) -> Finding:
    track, keeper = tracks[row], tracks[duplicate.keep]
    is_version = duplicate.kind is DuplicateKind.OTHER_VERSION
    is_maybe = is_version or (
        duplicate.kind is DuplicateKind.SAME_SONG and _differ_in_remaster(track, keeper)
    )
    return Finding(
        row=row,
        certainty=Certainty.MAYBE if is_maybe else Certainty.SURE,
        reason=_version(track, keeper) if is_maybe else _REASONS[duplicate.kind],
        keeper=duplicate.keep,
        keeper_reason=keeping_reason(
            keeper, track, is_original=is_version and not version_tags(keeper.title)
        ),
    )


def _version(track: Track, keeper: Track) -> str:
    """Say in which way a track is another version than its keeper."""
    own, others = version_tags(track.title), version_tags(keeper.title)
    for tags, which in ((own - others, "this one"), (others - own, "the other one")):
        if named := sorted(tag for tag in tags if ":" not in tag and tag != "version"):
            return f"{which} is {_with_article(named[0])}"
    if own == others and _differ_in_remaster(track, keeper):
        return f"{'this one' if _is_remaster(track) else 'the other one'} is a remaster"
    return "another version of the same song"


def _is_remaster(track: Track) -> bool:
    return bool(_REMASTERED.search(track.title))


def _differ_in_remaster(one: Track, other: Track) -> bool:
    return _is_remaster(one) != _is_remaster(other)


def _with_article(tag: str) -> str:
    """Put a version tag behind "is": "live", "a remix", "an edit"."""
    if tag in _ADJECTIVES:
        return tag
    return f"{'an' if tag[0] in 'aeiou' else 'a'} {tag}"
