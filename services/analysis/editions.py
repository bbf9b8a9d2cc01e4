"""Tell whether the year of an edition says when the music is from: compilations and remasters are younger."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from services.analysis.genres import NOBODY
from services.analysis.titles import READ_AT_ONCE
from services.domain.music import UNKNOWN_UNTIL, Track

SURELY_OF_ITS_TIME = 1990
"""Before the compact disc hardly anything was brought out again; no edition is older than its music."""

A_GENERATION = 20
"""Years after the first edition of an artist in a list from which a later one may be of old recordings: who
made records in 1970 is on compilations of 2007, and anthologies of those who died carry any year.
"""

_BROUGHT_OUT_AGAIN = re.compile(
    r"re-?master|re-?issue|re-?release|anniversary|deluxe|expanded|legacy edition|collector"
    r"|\bbest of\b|\bgreatest\b|\bessentials?\b|\banthology\b|\bcollection\b|\bcollected\b|\bcomplete\b"
    r"|\bretrospective\b|\brarities\b|\bbox ?set\b|\bultimate\b|\bdefinitive\b|\boriginals\b|\blost tapes\b"
    r"|\ball[ -]time\b|\bclassics\b|\bsingles\b|\bhits\b|\barchives?\b|\bbootleg series\b",
    re.IGNORECASE,
)


def of_their_time(tracks: Sequence[Track], leads: Sequence[str]) -> list[Track]:
    """Return tracks, without a year where it says nothing: an edition may be younger than its music.

    Parameters
    ----------
    leads
        What `leads_of` says of them.
    """
    first = _first_years(tracks, leads)
    return [
        replace(track, release_year=None) if _says_nothing(track, first.get(lead)) else track
        for track, lead in zip(tracks, leads, strict=True)
    ]


def _first_years(tracks: Iterable[Track], leads: Iterable[str]) -> dict[str, int]:
    """Return the year of the first edition of each artist."""
    found: dict[str, int] = {}
    for track, lead in zip(tracks, leads, strict=True):
        year = track.release_year
        if year and UNKNOWN_UNTIL < year < found.get(lead, year + 1) and lead not in NOBODY:
            found[lead] = year
    return found


def _says_nothing(track: Track, first: int | None) -> bool:
    year = track.release_year
    if year is None or year < SURELY_OF_ITS_TIME:
        return year is not None and year <= UNKNOWN_UNTIL
    return (
        (first is not None and year >= first + A_GENERATION)
        or "remaster" in track.title.casefold()
        or (track.album is not None and _is_again(track.album))
    )


@lru_cache(maxsize=READ_AT_ONCE)
def _is_again(album: str) -> bool:
    return _BROUGHT_OUT_AGAIN.search(album) is not None
