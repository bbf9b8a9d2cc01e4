"""Say what a group is by what came with its tracks: genre words, years and artists.

These decide no group; they are quoted, never inferred from sound.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import chain

from services.analysis.genres import NOBODY, family_of, normal_genre
from services.analysis.titles import READ_AT_ONCE, lead_artist
from services.analysis.vocabulary import SHRUGS
from services.domain.group_names import GroupName, Scene, SceneKind
from services.domain.music import Track
from services.domain.report import Subtitle

FEWEST_TAGGED = 8
"""Tracks with genre words below which their shares mean little."""

FEWEST_OF_A_KIND = 3
"""Tracks that a genre or an artist needs in the group."""

OVER_REPRESENTED = 0.1
"""Needed of q ln((q + .01) / (r + .01)), q the share of a genre in the group and r that outside of it."""

MOST_GENRES = 2
A_LOT, MOSTLY = 0.25, 0.5
"""Shares of the tagged tracks from which genres are worth a word, and from which they are most of it."""

MORE_THAN_THE_REST = 1.5
"""How many times as large as elsewhere the share of a decade has to be."""

TAGGED, HELD, TIMES = 0.6, 0.4, 2.0
"""For a place in the name: share of the tracks of which something is known, share of those that have it in
common, and how many times as large as elsewhere that is. The lower end of the 95 % interval of the share has
to hold this as well.
"""

NEARLY_ALL, RARER = 0.8, 0.6
"""Lower end from which a genre is said though it is not rare elsewhere, and share that it may have there."""

MOST_BY_FAR = 0.5
"""The same for a decade and an artist: half of a group is too little to be called by them."""

_Z95 = 1.96

LATEST_DECADE = 1980
"""Years are those of the edition: no edition is older than its music, and later ones are often younger."""

_NAMEABLE = re.compile(r"[^\W\d_][\w&'’+/ .-]{1,22}")

_PARTS_ALONE = frozenset(
    {"age", "bass", "beat", "core", "music", "scene", "sound", "standards", "step", "wave"}
)
"""Ends of genres that are no genre which contains them."""


def subtitle_of(group: Sequence[Track], rest: Sequence[Track]) -> Subtitle:
    """Return what distinguishes the tracks of a group from those of the other groups.

    Where its genres agree only on their family, that: "christian", "ccm" and "worship" are religious.
    """
    genres, genre_share = _genres(group, rest, words_of)
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


def scene_of(group: Sequence[Track], rest: Sequence[Track]) -> Scene | None:
    """Return what a group may be called by beside its sound, or None where nothing holds for most of it.

    An artist who made most of it, else its genre, else the family of its genres, else its decade. A genre
    speaks for its kinds too: "classic country" is country.
    """
    return (
        _most_have(group, rest, _lead, SceneKind.ARTIST, MOST_BY_FAR)
        or _most_have(group, rest, families((*group, *rest)), SceneKind.GENRE, HELD)
        or _most_have(group, rest, families_of, SceneKind.GENRE, HELD)
        or _early(_most_have(group, rest, decade_of, SceneKind.DECADE, MOST_BY_FAR))
    )


def grounded(name: GroupName, group: Sequence[Track], rest: Sequence[Track]) -> GroupName:
    """Say first what most of a group is, though the rest may be so too, where its name says little.

    "Sunnier tracks" are "Rock, sunnier", "Cheerful tracks" are "Rock, cheerful".
    """
    if name.scene is not None or not _says_little(name):
        return name
    scene = _most_have(group, rest, families((*group, *rest)), SceneKind.GENRE, HELD, times=0.0)
    scene = scene or _most_have(group, rest, families_of, SceneKind.GENRE, HELD, times=0.0)
    return replace(name, scene=scene)


def still_of(name: GroupName, group: Sequence[Track], rest: Sequence[Track]) -> bool:
    """Whether the scene in a name that a group had before still holds for it.

    More than for the rest, unless the name says little beside it: see `grounded`.
    """
    scene = name.scene
    if scene is None:
        return True
    readers = {SceneKind.ARTIST: _lead, SceneKind.DECADE: decade_of}
    read = readers.get(scene.kind) or _kinds(families((*group, *rest)))
    if scene.kind is SceneKind.DECADE and _early(scene) is None:
        return False
    here, there = (
        [frozenset(words) for track in some if (words := frozenset(read(track)))] for some in (group, rest)
    )
    share = sum(scene.words in words for words in here) / max(len(here), 1)
    elsewhere = sum(scene.words in words for words in there) / max(len(there), 1)
    return share >= HELD and (share > elsewhere or _says_little(name))


def _says_little(name: GroupName) -> bool:
    return name.compared or name.sound in SHRUGS or len(name.leans) == 1


def _most_have(
    group: Sequence[Track],
    rest: Sequence[Track],
    read: Callable[[Track], Iterable[str]],
    kind: SceneKind,
    held: float,
    *,
    times: float = TIMES,
) -> Scene | None:
    here = [words for track in group if (words := frozenset(read(track)))]
    if len(here) < max(FEWEST_TAGGED, TAGGED * len(group)):
        return None
    inside = Counter(chain.from_iterable(here))
    shares = {word: count / len(here) for word, count in inside.items() if count / len(here) >= HELD}
    shares = {word: share for word, share in shares.items() if lower_end(inside[word], len(here)) >= held}
    if not shares:
        return None
    there = [words for track in rest if (words := frozenset(read(track)))]
    fitting = []
    for word, share in shares.items():
        elsewhere = sum(word in words for words in there) / max(len(there), 1)
        least = lower_end(inside[word], len(here))
        if least >= times * elsewhere or (least >= NEARLY_ALL and elsewhere <= RARER):
            weight = round(share * math.log((share + 0.01) / (elsewhere + 0.01)), 9)
            fitting.append((-weight, -len(word), word))
    return Scene(kind, min(fitting)[2]) if fitting else None


def _early(decade: Scene | None) -> Scene | None:
    return decade if decade is not None and int(decade.words) <= LATEST_DECADE else None


def lower_end(count: int, total: int) -> float:
    """Return the lower end of the 95 % interval of a share (Wilson, 1927)."""
    share, square = count / total, _Z95**2 / total
    middle = share + square / 2
    return (middle - _Z95 * math.sqrt(share * (1 - share) / total + square / total / 4)) / (1 + square)


def families(tracks: Sequence[Track]) -> Callable[[Track], Iterable[str]]:
    """Return what yields the genres of a track, and the more general ones that these end with.

    More general ones are those that some track is tagged with: "new age" is no kind of "age".
    """
    tagged = {track.genres for track in tracks}
    named = frozenset(word for genres in tagged for word in _normal(genres)) - _PARTS_ALONE

    @cache
    def of(words: frozenset[str]) -> frozenset[str]:
        ends = {
            " ".join(parts[at:]) for word in words for parts in [word.split()] for at in range(len(parts))
        }
        return frozenset(end for end in ends & named if _NAMEABLE.fullmatch(end))

    return lambda track: of(words_of(track))


def families_of(track: Track) -> frozenset[str]:
    """Return the families that the genres of a track belong to."""
    return _families_of(track.genres)


@lru_cache(maxsize=8192)
def _families_of(genres: tuple[str, ...]) -> frozenset[str]:
    return frozenset(family for genre in genres if (family := family_of(genre)) is not None)


def _kinds(read: Callable[[Track], Iterable[str]]) -> Callable[[Track], Iterable[str]]:
    return lambda track: (*read(track), *families_of(track))


def decade_of(track: Track) -> Iterable[str]:
    """Return the decade of a track by the year of its edition, or nothing."""
    return _decade_of(track.release_year)


@lru_cache(maxsize=512)
def _decade_of(year: int | None) -> frozenset[str]:
    return frozenset({str(year // 10 * 10)} if year else ())


def _lead(track: Track) -> Iterable[str]:
    return _lead_of(track.artists)


@lru_cache(maxsize=READ_AT_ONCE)
def _lead_of(artists: tuple[str, ...]) -> frozenset[str]:
    lead = lead_artist(artists)
    is_name = lead and lead not in NOBODY and _NAMEABLE.fullmatch(artists[0])
    return frozenset({artists[0]} if is_name else ())


def carries(track: Track, subtitle: Subtitle) -> bool:
    """Whether a track has one of the genres that distinguish its group, or is of that family."""
    own = subtitle.genres
    return bool(own) and not (words_of(track).isdisjoint(own) and families_of(track).isdisjoint(own))


def words_of(track: Track) -> frozenset[str]:
    """Return the genres of a track, each in the one way that all its spellings share."""
    return _normal(track.genres)


@lru_cache(maxsize=8192)
def _normal(genres: tuple[str, ...]) -> frozenset[str]:
    return frozenset(filter(None, map(normal_genre, genres)))


def _genres(
    group: Sequence[Track], rest: Sequence[Track], read: Callable[[Track], frozenset[str]]
) -> tuple[tuple[str, ...], float | None]:
    """Return the one or two genres that are commoner here than elsewhere, and the share that has them."""
    tagged = [words for track in group if (words := read(track))]
    if len(tagged) < FEWEST_TAGGED:
        return (), None
    here = Counter(chain.from_iterable(tagged))

    def weight(word: str, elsewhere: int) -> float:
        own, other = here[word] / len(group), elsewhere / max(len(rest), 1)
        return round(own * math.log((own + 0.01) / (other + 0.01)), 9)

    common = {w for w in here if here[w] >= FEWEST_OF_A_KIND and weight(w, 0) > OVER_REPRESENTED}
    if not common:
        return (), None
    there = Counter(chain.from_iterable(read(track) & common for track in rest))
    weights = {word: weight(word, there[word]) for word in common}
    telling = [word for word in common if weights[word] > OVER_REPRESENTED]
    chosen = sorted(telling, key=lambda word: (-weights[word], word))[:MOST_GENRES]
    share = sum(not words.isdisjoint(chosen) for words in tagged) / len(tagged)
    return (tuple(chosen), share) if share >= A_LOT else ((), None)


def _decade(group: Sequence[Track], rest: Sequence[Track]) -> tuple[int | None, float | None]:
    decades = Counter(track.release_year // 10 * 10 for track in group if track.release_year)
    for decade, number in decades.items():
        share = number / len(group)
        if share <= MOSTLY:
            continue
        elsewhere = sum((track.release_year or 0) // 10 * 10 == decade for track in rest) / max(len(rest), 1)
        if share >= MORE_THAN_THE_REST * elsewhere:
            return decade, share
    return None, None


def _artist(group: Sequence[Track]) -> tuple[str | None, float | None]:
    leads = Counter(lead for track in group if (lead := lead_artist(track.artists)) and lead not in NOBODY)
    if not leads:
        return None, None
    lead, number = min(leads.items(), key=lambda counted: (-counted[1], counted[0]))
    share = number / len(group)
    if number < FEWEST_OF_A_KIND or share < A_LOT:
        return None, None
    spelt = Counter(track.artists[0] for track in group if lead_artist(track.artists) == lead)
    return min(spelt.items(), key=lambda counted: (-counted[1], counted[0]))[0], share
