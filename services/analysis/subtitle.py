"""Say what a group is by what came with its tracks: genre words, years and artists.

These decide no group; they are quoted, never inferred from sound.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TypeVar

from services.analysis.genres import NOBODY, family_of, normal_genre
from services.analysis.name_rules import implied_by
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

FEW_TAGGED = 0.4
"""Share of the tracks of which something has to be known at least: of fewer than `TAGGED` the more have to
have it in common, so that as large a part of the whole group surely has it.
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


Words = frozenset[str]
Counted = TypeVar("Counted")


@dataclass(frozen=True, slots=True)
class Tally:
    """Tracks, counted by what came with them: most share that with many others."""

    size: int
    genres: Counter[tuple[str, ...]]
    artists: Counter[tuple[str, ...]]
    years: Counter[int | None]

    @staticmethod
    def of(tracks: Sequence[Track]) -> Tally:
        """Count tracks."""
        return Tally(
            len(tracks),
            Counter([track.genres for track in tracks]),
            Counter([track.artists for track in tracks]),
            Counter([track.release_year for track in tracks]),
        )

    def without(self, some: Tally) -> Tally:
        """Take away some of the tracks."""
        return Tally(
            self.size - some.size,
            _difference(self.genres, some.genres),
            _difference(self.artists, some.artists),
            _difference(self.years, some.years),
        )


def _difference(whole: Counter[Counted], part: Counter[Counted]) -> Counter[Counted]:
    """Return `whole - part` without a look at what the part has none of."""
    rest = whole.copy()
    for each, number in part.items():
        if rest[each] > number:
            rest[each] -= number
        else:
            del rest[each]
    return rest


Read = Callable[[Tally], Iterable[tuple[Words, int]]]
"""Yields words, and how many tracks have just these."""


def subtitle_of(group: Tally, rest: Tally) -> Subtitle:
    """Return what distinguishes the tracks of a group from those of the other groups.

    Where its genres agree only on their family, that: "christian", "ccm" and "worship" are religious.
    """
    genres, genre_share = _genres(group, rest, _normal)
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


def scene_of(group: Tally, rest: Tally) -> Scene | None:
    """Return what a group may be called by beside its sound, or None where nothing holds for most of it.

    An artist who made most of it, else its genre, else the family of its genres, else its decade. A genre
    speaks for its kinds too: "classic country" is country.
    """
    return (
        _most_have(group, rest, _leads, SceneKind.ARTIST, MOST_BY_FAR)
        or _most_have(group, rest, _by_genres(_kinds_in(group, rest)), SceneKind.GENRE, HELD)
        or _most_have(group, rest, _by_genres(families_of), SceneKind.GENRE, HELD)
        or _early(_most_have(group, rest, _decades, SceneKind.DECADE, MOST_BY_FAR))
    )


def grounded(name: GroupName, group: Tally, rest: Tally) -> GroupName:
    """Say first what most of a group is, though the rest may be so too, where its name says little.

    "Sunnier tracks" are "Rock, sunnier", "Cheerful tracks" are "Rock, cheerful".
    """
    if name.scene is not None or not _says_little(name):
        return name
    scene = _most_have(group, rest, _by_genres(_kinds_in(group, rest)), SceneKind.GENRE, HELD, times=0.0)
    scene = scene or _most_have(group, rest, _by_genres(families_of), SceneKind.GENRE, HELD, times=0.0)
    if name.differs is not None and not implied_by(scene).isdisjoint(name.leans):
        # "Hip hop, wordy & calmer" says the same twice.
        return replace(name, scene=scene, leans=(name.differs,), compared=True, differs=None)
    return replace(name, scene=scene)


def still_of(name: GroupName, group: Tally, rest: Tally) -> bool:
    """Whether the scene in a name that a group had before still holds for it.

    More than for the rest, unless the name says little beside it: see `grounded`.
    """
    scene = name.scene
    if scene is None:
        return True
    readers: dict[SceneKind, Read] = {SceneKind.ARTIST: _leads, SceneKind.DECADE: _decades}
    kinds = _kinds_in(group, rest)
    read = readers.get(scene.kind) or _by_genres(lambda genres: kinds(genres) | families_of(genres))
    if scene.kind is SceneKind.DECADE and _early(scene) is None:
        return False
    share, elsewhere = (_share_with(scene.words, list(_told(read(some)))) for some in (group, rest))
    return share >= HELD and (share > elsewhere or _says_little(name))


def _says_little(name: GroupName) -> bool:
    return name.compared or name.sound in SHRUGS or len(name.leans) == 1


def _most_have(
    group: Tally,
    rest: Tally,
    read: Read,
    kind: SceneKind,
    held: float,
    *,
    times: float = TIMES,
) -> Scene | None:
    here = list(_told(read(group)))
    tagged = _total(here)
    if tagged < max(FEWEST_TAGGED, FEW_TAGGED * group.size):
        return None
    held *= max(1.0, TAGGED * group.size / tagged)
    inside = _counted(here)
    shares = {word: count / tagged for word, count in inside.items() if count / tagged >= HELD}
    shares = {word: share for word, share in shares.items() if lower_end(inside[word], tagged) >= held}
    if not shares:
        return None
    there = list(_told(read(rest)))
    fitting = []
    for word, share in shares.items():
        elsewhere = _share_with(word, there)
        least = lower_end(inside[word], tagged)
        if least >= times * elsewhere or (least >= NEARLY_ALL and elsewhere <= RARER):
            weight = round(share * math.log((share + 0.01) / (elsewhere + 0.01)), 9)
            fitting.append((-weight, -len(word), word))
    return Scene(kind, min(fitting)[2]) if fitting else None


def _told(counted: Iterable[tuple[Words, int]]) -> Iterator[tuple[Words, int]]:
    """Leave out the tracks of which nothing is known."""
    return ((words, number) for words, number in counted if words)


def _total(counted: Iterable[tuple[Words, int]]) -> int:
    return sum(number for _, number in counted)


def _share_with(word: str, counted: Sequence[tuple[Words, int]]) -> float:
    return sum(number for words, number in counted if word in words) / max(_total(counted), 1)


def _counted(counted: Iterable[tuple[Words, int]]) -> Counter[str]:
    """Count the tracks with each word."""
    found: Counter[str] = Counter()
    for words, number in counted:
        for word in words:
            found[word] += number
    return found


def _early(decade: Scene | None) -> Scene | None:
    return decade if decade is not None and int(decade.words) <= LATEST_DECADE else None


def lower_end(count: int, total: int) -> float:
    """Return the lower end of the 95 % interval of a share (Wilson, 1927)."""
    share, square = count / total, _Z95**2 / total
    middle = share + square / 2
    return (middle - _Z95 * math.sqrt(share * (1 - share) / total + square / total / 4)) / (1 + square)


@lru_cache(maxsize=2)
def families(tagged: frozenset[tuple[str, ...]]) -> Callable[[tuple[str, ...]], Words]:
    """Return what yields the genres of a track, and the more general ones that these end with.

    More general ones are those that some track is tagged with: "new age" is no kind of "age".

    Parameters
    ----------
    tagged
        The genres of all tracks.
    """
    named = frozenset(word for genres in tagged for word in _normal(genres)) - _PARTS_ALONE

    @cache
    def of(words: Words) -> Words:
        ends = {
            " ".join(parts[at:]) for word in words for parts in [word.split()] for at in range(len(parts))
        }
        return frozenset(end for end in ends & named if _NAMEABLE.fullmatch(end))

    return lambda genres: of(_normal(genres))


def _kinds_in(group: Tally, rest: Tally) -> Callable[[tuple[str, ...]], Words]:
    return families(frozenset((*group.genres, *rest.genres)))


@lru_cache(maxsize=8192)
def families_of(genres: tuple[str, ...]) -> Words:
    """Return the families that some genres belong to."""
    return frozenset(family for genre in genres if (family := family_of(genre)) is not None)


def _by_genres(read: Callable[[tuple[str, ...]], Words]) -> Read:
    return lambda tally: ((read(genres), number) for genres, number in tally.genres.items())


def decade_of(track: Track) -> Iterable[str]:
    """Return the decade of a track by the year of its edition, or nothing."""
    return _decade_of(track.release_year)


@lru_cache(maxsize=512)
def _decade_of(year: int | None) -> frozenset[str]:
    return frozenset({str(year // 10 * 10)} if year else ())


def _decades(tally: Tally) -> Iterable[tuple[Words, int]]:
    return ((_decade_of(year), number) for year, number in tally.years.items())


def _leads(tally: Tally) -> Iterable[tuple[Words, int]]:
    return ((_lead_of(artists), number) for artists, number in tally.artists.items())


@lru_cache(maxsize=READ_AT_ONCE)
def _lead_of(artists: tuple[str, ...]) -> Words:
    lead = lead_artist(artists)
    is_name = lead and lead not in NOBODY and _NAMEABLE.fullmatch(artists[0])
    return frozenset({artists[0]} if is_name else ())


def carries(track: Track, subtitle: Subtitle) -> bool:
    """Whether a track has one of the genres that distinguish its group, or is of that family."""
    return bool(subtitle.genres) and _have_one_of(track.genres, subtitle.genres)


@lru_cache(maxsize=8192)
def _have_one_of(genres: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return not (_normal(genres).isdisjoint(wanted) and families_of(genres).isdisjoint(wanted))


def words_of(track: Track) -> frozenset[str]:
    """Return the genres of a track, each in the one way that all its spellings share."""
    return _normal(track.genres)


@lru_cache(maxsize=8192)
def _normal(genres: tuple[str, ...]) -> frozenset[str]:
    return frozenset(filter(None, map(normal_genre, genres)))


def _genres(
    group: Tally, rest: Tally, read: Callable[[tuple[str, ...]], Words]
) -> tuple[tuple[str, ...], float | None]:
    """Return the one or two genres that are commoner here than elsewhere, and the share that has them."""
    tagged = list(_told(_by_genres(read)(group)))
    if _total(tagged) < FEWEST_TAGGED:
        return (), None
    here = _counted(tagged)

    def weight(word: str, elsewhere: int) -> float:
        own, other = here[word] / group.size, elsewhere / max(rest.size, 1)
        return round(own * math.log((own + 0.01) / (other + 0.01)), 9)

    common = {w for w in here if here[w] >= FEWEST_OF_A_KIND and weight(w, 0) > OVER_REPRESENTED}
    if not common:
        return (), None
    there = _counted((words & common, number) for words, number in _by_genres(read)(rest))
    weights = {word: weight(word, there[word]) for word in common}
    telling = [word for word in common if weights[word] > OVER_REPRESENTED]
    chosen = sorted(telling, key=lambda word: (-weights[word], word))[:MOST_GENRES]
    share = sum(number for words, number in tagged if not words.isdisjoint(chosen)) / _total(tagged)
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
    leads: Counter[str] = Counter()
    for artists, number in group.artists.items():
        leads[lead_artist(artists)] += number
    for nobody in NOBODY:
        del leads[nobody]
    if not leads:
        return None, None
    lead, number = min(leads.items(), key=lambda counted: (-counted[1], counted[0]))
    share = number / group.size
    if number < FEWEST_OF_A_KIND or share < A_LOT:
        return None, None
    spelt: Counter[str] = Counter()
    for artists, times in group.artists.items():
        if lead_artist(artists) == lead:
            spelt[artists[0]] += times
    return min(spelt.items(), key=lambda counted: (-counted[1], counted[0]))[0], share
