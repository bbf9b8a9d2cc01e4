"""Text for charts: what a feature's ends mean, counts, and descriptions of limited length."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.charts.lettering import plain
from services.domain.features import Feature
from services.domain.grouping import Grouping
from services.domain.report import AnalysisReport, Cluster, MapAxes, Verdict
from services.domain.vocabulary import FEATURE_WORDS

ALT_LIMIT = 1024
"""Characters that Discord accepts as the description of an attachment."""
_NAME_LIMIT = 40


_FOUND: Mapping[Verdict, str] = {
    Verdict.CLEAR: "clear groups",
    Verdict.LOOSE: "loose groups, blurred borders",
    Verdict.NONE: "groups not separated by sound",
    Verdict.UNTESTABLE: "groups, too few tracks to test them",
    Verdict.TOO_FEW: "too few known tracks for groups",
}
_UNDIVIDED: Mapping[Verdict, str] = {
    Verdict.NONE: "not separated by sound",
    Verdict.UNTESTABLE: "too few tracks to tell groups apart",
}
"""Where there are no two groups."""


def found_words(report: AnalysisReport) -> str:
    """Say in a few words what was found; clear are only groups whose number was found as well."""
    verdict = report.structure.verdict
    if len(report.clusters) < 2:
        return _UNDIVIDED.get(verdict, _FOUND[verdict])
    if report.basis.grouping is Grouping.STYLE:
        return "groups by style and era"
    if report.structure.forced and verdict is Verdict.CLEAR:
        return "groups, as many as asked for"
    return _FOUND[verdict]


def axes_sentence(axes: MapAxes | None) -> str:
    """Say in a sentence what the directions of a map mean, if they mean anything."""
    if axes is None:
        return ""
    return f"From left to right {axes.left} to {axes.right}, from bottom to top {axes.bottom} to {axes.top}."


def axes_lines(axes: MapAxes | None) -> list[str]:
    """Say the same in the line of a text twin."""
    if axes is None:
        return []
    return [f"Left {axes.left}, right {axes.right}; bottom {axes.bottom}, top {axes.top}"]


_CLEARLY = 0.35
"""Spreads from typical music below which a group counts as typical, as in its blurb."""
_VERY = 1.0


def leaning(feature: Feature, z: float) -> str:
    """Say in one or two words where `z` spreads from typical music lies: "very calm", "typical"."""
    if abs(z) <= _CLEARLY:
        return "typical"
    ends = FEATURE_WORDS[feature]
    word, very = (ends.high, ends.very_high) if z > 0 else (ends.low, ends.very_low)
    return (very or f"very {word}") if abs(z) > _VERY else word


def in_unit(feature: Feature, value: float) -> str:
    """Say a raw value with its unit; a tempo is never exact, so it is "about"."""
    if feature is Feature.TEMPO:
        return f"about {value:.0f} BPM"
    if feature is Feature.LOUDNESS:
        return f"{value:.1f} dB".replace("-", "−")
    return f"{value:.2f}"


def count(number: int, singular: str, plural: str = "") -> str:
    """Say a number with its noun: "1 track", "10,000 tracks"."""
    noun = singular if number == 1 else plural or f"{singular}s"
    return f"{number:,} {noun}"


def playlist_name(report: AnalysisReport, limit: int = _NAME_LIMIT) -> str:
    """Return the playlist's name on one line, or a stand-in where it has none."""
    return plain(report.playlist.name, limit) or "Untitled playlist"


def track_name(report: AnalysisReport, index: int, limit: int = 60) -> str:
    """Return `Artist – Title` of a track for texts, or its position where it has no words."""
    return plain(report.tracks[index].track.label_within(limit), limit) or f"track {index + 1}"


def cluster_name(cluster: Cluster, limit: int = _NAME_LIMIT) -> str:
    """Return a group's name on one line."""
    return plain(cluster.name, limit) or "unnamed group"


def listed(items: Iterable[str]) -> str:
    """Join items as people do: "a, b and c"."""
    parts = list(items)
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def describe(sentences: Iterable[str], limit: int = ALT_LIMIT) -> str:
    """Join sentences to a description of at most `limit` characters; the later ones give way."""
    said = ""
    for sentence in sentences:
        if not sentence:
            continue
        longer = f"{said} {sentence}".strip()
        if len(longer) > limit:
            if not said:
                said = plain(sentence, limit)
            break
        said = longer
    return said
