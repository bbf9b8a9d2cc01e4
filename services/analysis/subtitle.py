"""Say below the name of a group what distinguishes it by what came with its tracks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

from services.analysis.claims import FEWEST_TAGGED
from services.analysis.tally import (
    A_LOT,
    FEWEST_OF_A_KIND,
    MOSTLY,
    Tally,
    by_genres,
    counted,
    families_of,
    leads,
    normal_words,
    spellings,
    told,
    total,
)
from services.analysis.told_by_titles import Words
from services.domain.music import Track
from services.domain.report import Subtitle

OVER_REPRESENTED = 0.1
"""Needed of q ln((q + .01) / (r + .01)), q the share of a genre in the group and r that outside of it."""

MOST_GENRES = 2

MORE_THAN_THE_REST = 1.5
"""How many times as large as elsewhere the share of a decade has to be."""


def subtitle_of(group: Tally, rest: Tally) -> Subtitle:
    """Return what distinguishes the tracks of a group from those of the other groups.

    Where its genres agree only on their family, that: "christian", "ccm" and "worship" are religious.
    """
    genres, genre_share = _genres(group, rest, normal_words)
    if not genres:
        genres, genre_share = _genres(group, rest, families_of)
    decade, decade_share = _decade(group, rest)
    artist, artist_share = _artist(group)
    return Subtitle(
        genres=genres,
        genre_share=genre_share,
        decade=decade,
        decade_share=decade_share,
        artist=artist,
        artist_share=artist_share,
    )


def carries(track: Track, subtitle: Subtitle) -> bool:
    """Whether a track has one of the genres that distinguish its group, or is of that family."""
    return bool(subtitle.genres) and _have_one_of(track.genres, subtitle.genres)


@lru_cache(maxsize=8192)
def _have_one_of(genres: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return not (normal_words(genres).isdisjoint(wanted) and families_of(genres).isdisjoint(wanted))


def _genres(
    group: Tally, rest: Tally, read: Callable[[tuple[str, ...]], Words]
) -> tuple[tuple[str, ...], float | None]:
    """Return the one or two genres that are commoner here than elsewhere, and the share that has them."""
    tagged = list(told(by_genres(read)(group)))
    if total(tagged) < FEWEST_TAGGED:
        return (), None
    here = counted(tagged)

    def weight(word: str, elsewhere: int) -> float:
        own, other = here[word] / group.size, elsewhere / max(rest.size, 1)
        return round(own * math.log((own + 0.01) / (other + 0.01)), 9)

    common = {w for w in here if here[w] >= FEWEST_OF_A_KIND and weight(w, 0) > OVER_REPRESENTED}
    if not common:
        return (), None
    there = counted((words & common, number) for words, number in by_genres(read)(rest))
    weights = {word: weight(word, there[word]) for word in common}
    telling = [word for word in common if weights[word] > OVER_REPRESENTED]
    chosen = sorted(telling, key=lambda word: (-weights[word], word))[:MOST_GENRES]
    share = sum(number for words, number in tagged if not words.isdisjoint(chosen)) / total(tagged)
    return (tuple(chosen), share) if share >= A_LOT else ((), None)


def _decade(group: Tally, rest: Tally) -> tuple[int | None, float | None]:
    here, there = _by_decade(group), _by_decade(rest)
    for decade, number in here.items():
        if number <= MOSTLY * group.size:
            continue
        # Elsewhere as far as years are known: what has none may be of any.
        elsewhere = there[decade] / max(there.total(), 1)
        if number / here.total() >= MORE_THAN_THE_REST * elsewhere:
            return decade, number / group.size
    return None, None


def _by_decade(tally: Tally) -> Counter[int]:
    found: Counter[int] = Counter()
    for year, number in tally.years.items():
        if year:
            found[year // 10 * 10] += number
    return found


def _artist(group: Tally) -> tuple[str | None, float | None]:
    led = counted(leads(group))
    if not led:
        return None, None
    lead, number = min(led.items(), key=lambda each: (-each[1], each[0]))
    share = number / group.size
    if number < FEWEST_OF_A_KIND or share < A_LOT:
        return None, None
    return spellings(group)[lead], share
