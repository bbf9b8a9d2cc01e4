"""Say in one sentence how far the groups of a playlist may be believed."""

from __future__ import annotations

from collections.abc import Sequence

from services.domain.report import Structure, Verdict

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


def verdict_sentence(
    structure: Structure, names: Sequence[str], *, mood: str, tracks: int, evidence: int, fewest: int
) -> str:
    """Word the verdict.

    Parameters
    ----------
    structure
        The evidence for groups.
    names
        Names of the groups, largest first.
    mood
        The whole playlist in a few lower-case words.
    tracks
        Rows of the playlist.
    evidence
        Distinct tracks with features that are not estimates.
    fewest
        How many of those it takes to look for groups.
    """
    count = len(names)
    listed = _join(names)
    match structure.verdict:
        case Verdict.TOO_FEW if evidence == 0:
            return f"No audio features are known for {_tracks(tracks)}, so there is nothing to compare yet."
        case Verdict.TOO_FEW:
            known = "All" if evidence == tracks else f"{evidence} of"
            have = "has" if evidence == 1 else "have"
            return (
                f"{known} {_tracks(tracks)} {have} audio features; it takes {fewest} different ones to look "
                f"for groups. Together they sound like this: {mood}."
            )
        case Verdict.CLEAR:
            return f"{_groups(count, 'clear')}: {listed}."
        case Verdict.LOOSE:
            return f"{_groups(count, 'loose')} with blurred borders: {listed}."
        case Verdict.UNTESTABLE if count < 2:
            return (
                f"{evidence} tracks are too few to tell groups apart. Together they sound like this: {mood}."
            )
        case Verdict.UNTESTABLE:
            return (
                f"Sorted into {_WORDS[count]} groups, {listed}; but {evidence} tracks are too few to tell "
                "whether they are more than chance."
            )
        case Verdict.NONE if count < 2:
            return f"One continuous mood: {mood}."
        case Verdict.NONE:
            return (
                f"No clear groups here: one continuous mood, {mood}. "
                f"The {_WORDS[count]} below are shades of it."
            )


def _groups(count: int, how: str) -> str:
    return f"{_WORDS[count].capitalize()} {how} {'group' if count == 1 else 'groups'}"


def _tracks(count: int) -> str:
    return "the only track" if count == 1 else f"these {count:,} tracks" if count else "an empty playlist"


def _join(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
