"""Whether a track that a service found is the one that a row of a list names.

Precision comes before reach: what is not plainly the same is asked, never taken. Length alone decides
nothing, because a studio and a live recording can tie to the second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from enum import IntEnum
from functools import lru_cache

from services.analysis.genres import NOBODY
from services.analysis.titles import (
    artist_words,
    bare_title,
    core_title,
    fold,
    is_vague,
    version_tags,
)
from services.domain.music import Track
from services.domain.recordings import Certainty, NameKey, NameQuestion

SAME_LENGTH_MS = 5_000
"""Releases of one recording differ by up to 5 s of silence."""
FUZZY_LENGTH_MS = 15_000
"""Beyond it two tracks are not the same recording, however alike their names."""
LENGTH_STEP_MS = 2_000
MOST_QUESTIONS = 3
"""Spellings in which one name is asked for."""

_CLOSE_TITLE, _CLOSE_ARTIST = 0.86, 0.85
_SHORTEST_TYPO = 5
"""In shorter words one letter more or less is another word."""

_FEATURING = re.compile(
    r"\s(?:feat|ft|featuring)\b\.?\s|\s\((?:feat|ft|featuring|with)\b\.?\s", re.IGNORECASE
)
_JOINED = re.compile(r"\s*[&/,;+]\s*|\s(?:and|x|vs\.?|y|und|et|with)\s", re.IGNORECASE)
_NOBODY = NOBODY - {""} | {"n a"}
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
}
_LIVE_ALBUM = (
    r"\blive (?:at|in|from|on|with|und|\d)|\(live\)|^live\b|\blive$|\bin concert\b|\b(?:en|ao) vivo\b"
)
_COVER_ALBUM = (
    r"\btributes?\b|\bcovers\b|\bmade (?:famous|popular)\b|\bin the style of\b|\blullab|\brendition"
)
_ALBUM_TAGS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (tag, re.compile(pattern))
    for tag, pattern in (
        ("live", _LIVE_ALBUM),
        ("acoustic", r"\bunplugged\b|\bacoustic\b"),
        ("karaoke", r"\bkaraoke\b|\bsing[- ]?along\b|\bbacking tracks?\b"),
        ("instrumental", r"\binstrumentals?\b"),
        ("remix", r"\bremix(?:es|ed)?\b"),
        ("demo", r"\bdemos?\b"),
        ("session", r"\bsessions\b"),
        ("cover", _COVER_ALBUM),
    )
)
"""What an album says about all tracks on it, whatever their titles."""


class _Same(IntEnum):
    """How far two credits name the same people."""

    OTHER = 0
    PARTLY = 1
    SAME = 2


def name_key(track: Track) -> NameKey | None:
    """Return the key under which the answer for this name is remembered; None where it has no name."""
    core, artists = core_title(track.title), _wholes(track.artists)
    if not core or not artists:
        return None
    step = "" if not track.duration_ms else str(round(track.duration_ms / LENGTH_STEP_MS))
    return "|".join(("&".join(sorted(artists)), core, "+".join(sorted(_tags(track))), step))


def questions_of(track: Track) -> tuple[NameQuestion, ...]:
    """Return the spellings in which to ask for a name, the likeliest first.

    Services fold a name to its letters and compare for equality: all artists, and a title with or
    without its release wording, are different names to them.
    """
    credit, title = ", ".join(track.artists), bare_title(track.title)
    lead = _FEATURING.split(track.artists[0])[0].strip() if track.artists else ""
    parts = _JOINED.split(lead)
    asked = [
        NameQuestion(credit, track.title, track.album or ""),
        NameQuestion(credit, title),
        NameQuestion(lead, title),
        NameQuestion(parts[0].strip(), title),
    ]
    named = [each for each in asked if each.artist and each.title]
    return tuple({(each.artist, each.title): each for each in reversed(named)}.values())[::-1][
        :MOST_QUESTIONS
    ]


def judge(wanted: Track, candidate: Track) -> Certainty:
    """Say whether `candidate` is the recording that the names and the length of `wanted` mean."""
    people = _people(wanted.artists, candidate.artists)
    if people is _Same.OTHER:
        return Certainty.NONE
    apart = apart_ms(wanted, candidate)
    if apart is not None and apart > FUZZY_LENGTH_MS:
        return Certainty.NONE
    core, other = _countable(core_title(wanted.title)), _countable(core_title(candidate.title))
    if core != other:
        return Certainty.DOUBTFUL if _is_close_title(core, other) else Certainty.NONE
    same_length = _same_album(wanted, candidate) if apart is None else apart <= SAME_LENGTH_MS
    is_sure = people is _Same.SAME and _same_version(wanted, candidate) and same_length and not is_vague(core)
    return Certainty.SURE if is_sure else Certainty.DOUBTFUL


def same_words(wanted: Track, candidate: Track) -> bool:
    """Whether title, version and artists are the same, whatever the lengths."""
    return (
        _people(wanted.artists, candidate.artists) is _Same.SAME
        and _countable(core_title(wanted.title)) == _countable(core_title(candidate.title))
        and _same_version(wanted, candidate)
    )


def best_match(wanted: Track, candidates: Sequence[Track]) -> tuple[Certainty, Track | None]:
    """Choose among candidates; several sure ones that are different recordings make the best one doubtful."""
    judged = [(judge(wanted, each), each) for each in candidates]
    for certainty in (Certainty.SURE, Certainty.DOUBTFUL):
        alike = [each for verdict, each in judged if verdict is certainty]
        if not alike:
            continue
        best = min(alike, key=lambda each: _distance(wanted, each))
        if certainty is Certainty.SURE and apart_ms(wanted, best) is None and _are_several(alike):
            return Certainty.DOUBTFUL, best
        return certainty, best
    return Certainty.NONE, None


def _distance(wanted: Track, candidate: Track) -> tuple[int, float]:
    """Rank candidates: nearest length first in steps of a second, then the likest title as it is written."""
    apart = apart_ms(wanted, candidate)
    alike = SequenceMatcher(None, fold(wanted.title), fold(candidate.title)).ratio()
    return (SAME_LENGTH_MS if apart is None else apart // 1000, -alike)


def _are_several(tracks: Sequence[Track]) -> bool:
    lengths = [track.duration_ms for track in tracks if track.duration_ms]
    return bool(lengths) and max(lengths) - min(lengths) > SAME_LENGTH_MS


def apart_ms(one: Track, other: Track) -> int | None:
    """Compute how much the durations differ, or None where one is unknown."""
    if not one.duration_ms or not other.duration_ms:
        return None
    return abs(one.duration_ms - other.duration_ms)


def _same_album(one: Track, other: Track) -> bool:
    mine, theirs = core_title(one.album or ""), core_title(other.album or "")
    return bool(mine) and mine == theirs


def _same_version(one: Track, other: Track) -> bool:
    mine, theirs = _tags(one), _tags(other)
    if mine == theirs:
        return True
    # An album says "live" where the title says where: then the kind has to do.
    by_album = not version_tags(one.title) or not version_tags(other.title)
    return by_album and bool(mine) and bool(theirs) and _kinds(mine) == _kinds(theirs)


def _tags(track: Track) -> frozenset[str]:
    return version_tags(track.title) or _album_tags(track.album or "")


@lru_cache(maxsize=2048)
def _album_tags(album: str) -> frozenset[str]:
    words = fold(album)
    return frozenset(tag for tag, pattern in _ALBUM_TAGS if words and pattern.search(words))


def _kinds(tags: Iterable[str]) -> frozenset[str]:
    return frozenset(tag.partition(":")[0] for tag in tags)


def _countable(core: str) -> str:
    return " ".join(_NUMBERS.get(word, word) for word in core.split())


def _is_close_title(one: str, other: str) -> bool:
    mine, theirs = set(one.split()), set(other.split())
    if len(mine ^ theirs) == 1 and mine & theirs:
        return True
    long_enough = min(len(one), len(other)) >= _SHORTEST_TYPO
    return long_enough and SequenceMatcher(None, one, other).ratio() >= _CLOSE_TITLE


def _people(wanted: Sequence[str], found: Sequence[str]) -> _Same:
    """Compare two credits: names as they stand, the whole credit, and the names in a joined one.

    "Echo & the Bunnymen" is one name and "Bonobo & Joy Crookes" are two, and nothing but the other
    credit tells which; so where only a part of a joined name agrees, somebody has to look. So they have
    where one credit leads with somebody whom the other one does not name: guests make songs of their own.
    """
    mine, theirs = _wholes(wanted), _wholes(found)
    is_somebody = not mine <= _NOBODY and not theirs <= _NOBODY
    leads = _wholes(wanted[:1]) | _wholes(found[:1])
    if (leads and leads <= mine & theirs - _NOBODY) or (
        is_somebody and _letters(wanted) == _letters(found) != ""
    ):
        return _Same.SAME
    my_parts, their_parts = _parts(wanted), _parts(found)
    common = my_parts & their_parts - _NOBODY
    if my_parts == their_parts and common:
        return _Same.SAME
    if len(common) > 1 and common in (theirs, mine):
        return _Same.SAME
    if common or mine & _NOBODY or theirs & _NOBODY:
        return _Same.PARTLY
    return _Same.PARTLY if any(_is_typo(a, b) for a in mine for b in theirs) else _Same.OTHER


def _is_typo(one: str, other: str) -> bool:
    long_enough = min(len(one), len(other)) >= _SHORTEST_TYPO
    return long_enough and SequenceMatcher(None, one, other).ratio() >= _CLOSE_ARTIST


def _wholes(artists: Sequence[str]) -> set[str]:
    names = {artist_words(_FEATURING.split(artist)[0]) for artist in artists}
    return names - {""}


def _parts(artists: Sequence[str]) -> set[str]:
    guests = [part for artist in artists for part in _FEATURING.split(artist)]
    names = {artist_words(part.strip("() ")) for guest in guests for part in _JOINED.split(guest)}
    return names - {""}


def _letters(artists: Sequence[str]) -> str:
    return "".join(artist_words(artist).replace(" and ", "").replace(" ", "") for artist in artists)
