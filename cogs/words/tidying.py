"""Say what makes a track a double, and why one of two is suggested for keeping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.domain.drafts import Double, DoubleKind, Finding, Keeping
from services.domain.features import Feature
from services.domain.group_words import outlier_words
from services.domain.report import Outlier

_DOUBLES: Mapping[DoubleKind, str] = {
    DoubleKind.SAME_TRACK: "the same track once more",
    DoubleKind.SAME_RECORDING: "the same recording from another release",
    DoubleKind.SAME_SONG: "the same song from another release",
    DoubleKind.LENGTHS_UNKNOWN: "the same title and artist; the lengths of both are unknown",
    DoubleKind.VERSION: "another version of the same song",
}
_KEEPING: Mapping[str, str] = {
    Keeping.PLAYABLE: "it can be opened on Spotify",
    Keeping.MORE_SOUND: "it brings more sound data along",
    Keeping.MORE_POPULAR: "the more popular release",
    Keeping.MORE_COMPLETE: "its details are more complete",
    Keeping.EARLIER: "it was added first",
    Keeping.ORIGINAL: "the song itself",
    Keeping.FIRST: "it comes first",
}
_ADJECTIVES = frozenset((
    "a cappella", "acoustic", "extended", "instrumental", "live", "mixed", "orchestral", "re-recorded",
    "slowed", "sped up",
))  # fmt: skip
"""Version tags that need no article."""
_NEEDS_A_NOUN = frozenset({"karaoke"})


def finding_reason(finding: Finding, names: Sequence[str]) -> str:
    """Say why a track is asked about, beside groups of these names: "this one is live"."""
    match finding.reason:
        case Outlier():
            return outlier_words(finding.reason, names)
        case Double():
            return _double_words(finding.reason)
        case stored:
            return stored


def keeper_reason(finding: Finding) -> str:
    """Say why the other one is suggested for keeping: "the more popular release"."""
    return _KEEPING.get(finding.keeper_reason, finding.keeper_reason)


def _double_words(double: Double) -> str:
    which = "this one" if double.is_this else "the other one"
    if double.kind is DoubleKind.CLEAN:
        return f"{which} is the clean version"
    if double.feature is not None and double.values is not None:
        digits = 0 if double.feature is Feature.TEMPO else 2
        own, other = (f"{value:.{digits}f}" for value in double.values)
        return f"it sounds different: {double.feature.value} {own} / {other}"
    return f"{which} is {_with_article(double.tag)}" if double.tag else _DOUBLES[double.kind]


def _with_article(tag: str) -> str:
    """Put a version tag behind "is": "live", "a remix", "an edit", "a karaoke version"."""
    if tag in _ADJECTIVES:
        return tag
    if tag in _NEEDS_A_NOUN:
        return f"a {tag} version"
    return f"{'an' if tag[0] in 'aeiou' else 'a'} {tag}"
