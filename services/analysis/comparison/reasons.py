"""Say why two people fit or do not, in sentences with the numbers in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.analysis.comparison.differences import is_worth_a_word
from services.analysis.comparison.listening import Listening
from services.analysis.comparison.score import Score
from services.domain.comparison import (
    FEWEST_MEASURED,
    FeatureDifference,
    SharedArtist,
    SharedGroup,
    SharedTrack,
)
from services.domain.features import Feature
from services.domain.scoring import ARTIST_DRAW
from services.domain.vocabulary import share_words

_MOST_FEATURES = 3
_MOST_NAMES = 3
_WORTH_WARNING = 0.2
"""Part of somebody's tracks that are estimated, from which it is said."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that two people have in common and what sets them apart."""

    a: Listening
    b: Listening
    score: Score | None
    differences: tuple[FeatureDifference, ...]
    artists: tuple[SharedArtist, ...]
    tracks: tuple[SharedTrack, ...]
    groups: tuple[SharedGroup, ...]
    overlap: float | None


def reasons(evidence: Evidence, *, to: Listening | None = None) -> tuple[str, ...]:
    """Say the reasons, the most telling first.

    Parameters
    ----------
    to : Listening, optional
        One of the two, who is then addressed as "you".
    """
    together = "You" if to is not None else "They"
    return (
        *_data_lines(evidence, to),
        *([_sound_line(evidence, to)] if evidence.score is not None else []),
        *_genres_lines(evidence),
        _artists_line(evidence, together),
        _songs_line(evidence, together),
        *([_groups_line(evidence, together, to)] if evidence.score is not None else []),
        *_estimates_lines(evidence, to),
    )


def _data_lines(evidence: Evidence, to: Listening | None) -> list[str]:
    """Say whose data are not enough for a score."""
    lines = []
    for person in (evidence.a, evidence.b):
        if not person.is_scored:
            name, has = ("you", "have") if person is to else (person.person.name, "has")
            count = person.measured_count
            tracks = "measured track" if count == 1 else "measured tracks"
            lines.append(f"Not enough data: {name} {has} {count} {tracks}; a score takes {FEWEST_MEASURED}.")
    return lines


def _sound_line(evidence: Evidence, to: Listening | None) -> str:
    """Name the features that set the two apart: from the view of `to`, or of the first of the two."""
    seen_from_b = to is evidence.b
    one, other = (evidence.b, evidence.a) if seen_from_b else (evidence.a, evidence.b)
    subject, verb = ("You", "are") if to is not None else (one.person.name, "is")
    telling = [entry for entry in evidence.differences if is_worth_a_word(entry)][:_MOST_FEATURES]
    # the tempo comes first, where it is said at all: it is the number that everybody can picture
    telling.sort(key=lambda entry: entry.feature is not Feature.TEMPO)
    words = [entry.b_words if seen_from_b else entry.a_words for entry in telling]
    if words:
        return f"{subject} {verb} {_listed(words)} than {other.person.name}."
    if to is not None:
        return f"I hear no clear difference between you and {other.person.name}."
    return f"I hear no clear difference between {one.person.name} and {other.person.name}."


def _genres_lines(evidence: Evidence) -> list[str]:
    if evidence.score is None:
        return []
    if evidence.score.affinity is None:
        return ["Genre words are not in the score: somebody here has no track with any."]
    alike = f"Genre words: {share_words(evidence.score.affinity)} alike"
    if evidence.score.genres_counted < 1:
        return [f"{alike}; they count less, as somebody here has them for few tracks."]
    return [f"{alike}."]


def _artists_line(evidence: Evidence, together: str) -> str:
    if evidence.overlap is None:
        return "Nothing is known about the artists of one side, so they are not in the score."
    count = len(evidence.artists)
    if not count:
        return f"{together} share no artist."
    names = _listed([artist.name for artist in evidence.artists[:_MOST_NAMES]])
    share = f"{share_words(evidence.overlap)} of {_out_of(evidence)}"
    if count == 1:
        return f"{together} share one artist, {names} ({share})."
    first = "among them " if count > _MOST_NAMES else ""
    return f"{together} share {count:,} artists ({share}), {first}{names}."


def _out_of(evidence: Evidence) -> str:
    """Say what the overlap is a part of: longer lists are thinned, and share more artists than that."""
    longest = max(len(person.entries) for person in (evidence.a, evidence.b))
    return (
        f"the artists of up to {ARTIST_DRAW} tracks each"
        if longest > ARTIST_DRAW
        else "the smaller collection"
    )


def _songs_line(evidence: Evidence, together: str) -> str:
    count = len(evidence.tracks)
    if not count:
        return f"{together} share no song."
    if count == 1:
        return f"{together} share one song: {evidence.tracks[0].label}."
    return f"{together} share {count:,} songs."


def _groups_line(evidence: Evidence, together: str, to: Listening | None) -> str:
    if not evidence.groups:
        return "No corner of music in common yet."
    people = (evidence.b, evidence.a) if to is evidence.b else (evidence.a, evidence.b)
    whose = ["your tracks" if person is to else f"{person.person.name}'s" for person in people]
    said = []
    for group in evidence.groups[:2]:
        shares = (group.b_share, group.a_share) if to is evidence.b else (group.a_share, group.b_share)
        first, second = (
            f"{share_words(share)} of {theirs}" for share, theirs in zip(shares, whose, strict=True)
        )
        said.append(f"{group.name} ({first}, {second})")
    return f"{together} overlap in {_listed(said)}."


def _estimates_lines(evidence: Evidence, to: Listening | None) -> list[str]:
    lines = []
    for person in (evidence.a, evidence.b):
        total = person.measured_count + person.guessed_count
        if person.is_scored and person.guessed_count > _WORTH_WARNING * total:
            whose = "your" if person is to else f"{person.person.name}'s"
            tracks = f"{person.guessed_count:,} of {whose} {total:,} tracks"
            lines.append(f"The sound of {tracks} is estimated and not in the score.")
    return lines


def _listed(items: Sequence[str]) -> str:
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else items[0]
