"""Say what a group is called by beside its sound: an artist, a genre or a decade that most of it shares."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from services.analysis.genres import OF_MANY_KINDS, families_of, family_of, genres_of
from services.analysis.in_common import (
    FEWEST_PAIRED,
    HELD,
    OF_ALL,
    SPANS,
    TIMES,
    TOO_BROAD,
    Together,
    commoner,
    era_of,
    few_have,
    most_have,
    of_few_known,
    span_of,
)
from services.analysis.name_rules import WORTH_SAYING
from services.analysis.tally import (
    A_LOT,
    Read,
    Tally,
    by_genres,
    by_titles,
    decades,
    families_in,
    kinds_in,
    leads,
    once_of_both,
)
from services.analysis.titles import lead_artist
from services.analysis.told_by_titles import NOTHING, OTHER_LETTERS, Words
from services.analysis.vocabulary import SHRUGS
from services.domain.features import Feature
from services.domain.grouping import (
    MORE,
    MORE_SUNG,
    OTHERS,
    GroupName,
    Language,
    Lean,
    Recording,
    Scene,
    SceneKind,
    SoundName,
)

MOST_BY_FAR, TIMES_BY_FAR = 0.5, 2.0
"""Lower end and times for a decade and an artist: half of a group is too little to be called by them."""

HALF, HALF_SURELY = 0.5, 0.33
"""Share of an artist from which a group is called by them where its sound says little, and its lower end."""

LATEST_DECADE = 1980
"""Years are those of the edition: no edition is older than its music, and later ones are often younger."""

_OCCASIONS = frozenset(
    {
        Recording.CHRISTMAS, Recording.CLASSICAL, Recording.KARAOKE, Recording.LULLABIES, Recording.MUSICALS,
        Recording.SOUNDTRACKS,
    }
)  # fmt: skip
"""Kinds of recording that say more than the genre of what is recorded, though the whole list be so."""

TOLD_SURELY = 0.25
"""Lower end for the language of titles in Latin letters: few words tell it, and many titles have none."""

STILL = 0.8
"""Part of what two genres of few tracks need for a place in a name, from which they keep it."""

MOST, ALL_BY_ONE = 0.6, 0.7
"""Shares of an artist from which a group is called by them before anything else, and though the rest be by
them as well: their genres tell no group of it from another.
"""

_OF_ANY_KIND = SHRUGS | {
    SoundName.BIG_ANTHEMIC,
    SoundName.BRIGHT_UPBEAT,
    SoundName.HIGH_SPIRITED_LOUD,
    SoundName.POLISHED_PUNCHY,
    SoundName.SUNNY_EASY_GOING,
}
"""Names that tell the mood and not the kind of music: pop from anywhere is "polished & punchy"."""

_GENRES = frozenset({SoundName.RAP_SPOKEN_WORD, SoundName.PUNCHY_WORDPLAY, SoundName.MOSTLY_SPOKEN})
"""Names that tell the kind of music already."""

_RAP_FAMILY = "hip hop"

_INDIE = frozenset({"bedroom pop", "lo fi rock", "college rock"})
_KINDS_OF_INDIE = frozenset({"indie folk", "indie pop", "indie rock"})
"""What is indie music without that word, and what of it has a name."""

_NO_KIND = frozenset({"", MORE, OTHERS})
"""What stands in a scene in place of one more of its kind."""

_IMPLIED: Mapping[Lean, frozenset[str]] = MappingProxyType(
    {
        Lean(Feature.ACOUSTICNESS, high=False): frozenset(
            {"electronic", "electronica", "edm", "idm", "electro", "house", "techno", "trance", "electric"}
        ),
        Lean(Feature.ACOUSTICNESS, high=True): frozenset({"acoustic"}),
        Lean(Feature.SPEECHINESS, high=True): frozenset({"rap", "hip", "spoken"}),
        Lean(Feature.DANCEABILITY, high=True): frozenset(
            {"dance", "disco", "house", "techno", "club", "reggaeton", "dancehall"}
        ),
        Lean(Feature.INSTRUMENTALNESS, high=True): frozenset({"instrumental", "karaoke"}),
        Lean(Feature.LIVENESS, high=True): frozenset({"live"}),
        MORE_SUNG: frozenset(
            {
                "americana", "blues", "chanson", "christian", "country", "drill", "emo", "folk", "funk",
                "gospel", "grunge", "hip", "indie", "latin", "metal", "motown", "musicals", "pop", "punk",
                "r&b", "rap", "reggae", "reggaeton", "religious", "rock", "songwriter", "soul", "trap",
                "worship",
            }
        ),
    }
)  # fmt: skip
"""What goes without saying after a word of a genre or a kind of recording."""

_SAID = frozenset(Language) - {Language.CYRILLIC}
"""Languages, and letters of which it is known whose they are: no reader nodded at "Cyrillic titles"."""

_TWO_ARTISTS = Together(2, each=0.2, share=OF_ALL, surely=MOST_BY_FAR, times=TIMES_BY_FAR)
_AND_OTHERS = Together(1, each=HELD, share=HELD, surely=0.2, times=TIMES, before=(OTHERS,))
_TWO_GENRES = Together(2, each=0.15, share=OF_ALL, surely=HELD, times=TIMES)
_TWO_TELLING = Together(2, each=0.15, share=A_LOT, surely=HALF_SURELY, times=TIMES)
_TWO_FAMILIES = Together(2, each=0.25, share=OF_ALL, surely=HELD, times=1.0)
_TWO_LOOSELY = Together(2, each=0.2, share=0.33, surely=0.3, times=1.0)
_THREE_FAMILIES = Together(3, each=0.15, share=HALF, surely=0.6, times=1.2)
_TWO_OF_MANY = Together(2, each=0.15, share=A_LOT, surely=A_LOT, times=0.8)
ONE_HINTED = Together(1, each=0.2, share=0.2, surely=0.1, times=1.0, fewest=FEWEST_PAIRED)
TWO_HINTED = Together(2, each=0.1, share=0.2, surely=0.15, times=1.0, fewest=FEWEST_PAIRED)
TWO_KINDS_HINTED = replace(TWO_HINTED, share=0.15, added=0.08, times=0.5)


def scene_of(group: Tally, rest: Tally) -> Scene | None:
    """Return what a group may be called by beside its sound, or None where nothing holds for most of it.

    An artist who made most of it, else what kind of recording its titles tell, its genre, two of them, what
    they are kinds of ("classic country" is country), their family, the language of its titles or its decade.
    """
    everything, genres = all_kinds_in(group, rest), by_genres(genres_of)
    families = by_genres(families_in(group, rest))
    telling = most_have(group, rest, genres, SceneKind.GENRE, HELD, beside=everything) or few_have(
        group, rest, genres, SceneKind.GENRE, _TWO_GENRES
    )
    return (
        most_have(group, rest, leads, SceneKind.ARTIST, HALF_SURELY, times=TIMES_BY_FAR, share=MOST)
        or _by_one(group, rest)
        or most_have(group, rest, by_genres(_staged), SceneKind.GENRE, HELD, times=0.0)
        or most_have(group, rest, by_titles(_OCCASIONS), SceneKind.RECORDING, HELD, times=0.0)
        or commoner(telling, group, rest, genres)
        or most_have(group, rest, by_genres(kinds_in(group, rest)), SceneKind.GENRE, HELD, beside=everything)
        or commoner(most_have(group, rest, families, SceneKind.GENRE, HELD), group, rest, families)
        or most_have(group, rest, by_titles(Recording), SceneKind.RECORDING, HELD)
        or _language(group, rest, times=TIMES)
        or early(most_have(group, rest, decades, SceneKind.DECADE, MOST_BY_FAR, times=TIMES_BY_FAR))
    )


def _by_one(group: Tally, rest: Tally) -> Scene | None:
    """Return who made nearly all of a group, though the rest be theirs as well."""
    return most_have(group, rest, leads, SceneKind.ARTIST, MOST_BY_FAR, times=0.0, share=ALL_BY_ONE)


def _kinds_of_rap(genres: tuple[str, ...]) -> Words:
    """Return those of some genres that say which rap it is: "french rap", "g funk"."""
    words = genres_of(genres)
    said = frozenset(word for word in words if family_of(word) == _RAP_FAMILY) - {_RAP_FAMILY}
    return said or (NOTHING if words else words)


def no_families(genres: tuple[str, ...]) -> Words:
    """Return those of some genres that are no whole family; a track has some."""
    words = genres_of(genres)
    return frozenset(word for word in words if family_of(word) != word) or (NOTHING if words else words)


def _staged(genres: tuple[str, ...]) -> Words:
    """Return whether some genres say musicals, whose albums call themselves soundtracks; a track has some."""
    words = genres_of(genres)
    return words & {"musicals"} or (NOTHING if words else words)


def implied_by(scene: Scene | None) -> frozenset[Lean]:
    """Return what nobody has to be told of a genre: "Electronic, electric" says one thing twice."""
    if scene is None or scene.kind is SceneKind.DECADE:
        return frozenset()
    if scene.kind not in {SceneKind.GENRE, SceneKind.RECORDING}:
        return frozenset({MORE_SUNG})
    parts = [set(said.split()) for said in (scene.words, scene.also, scene.third) if said not in _NO_KIND]
    implied = (
        lean
        for lean, implying in _IMPLIED.items()
        # One dances to rock & disco no more than to rock.
        if (all if lean.feature is Feature.DANCEABILITY else any)(
            not implying.isdisjoint(part) for part in parts
        )
    )
    return frozenset(implied)


def ground_of(name: GroupName, group: Tally, rest: Tally) -> Scene | None:
    """Return what most of a group is: a genre, an artist, two of them, or an early decade; else who is in it.

    What says less only where the name says little. Beside rap, rap is called by its kinds or its artists.
    """
    kinds, families = by_genres(kinds_in(group, rest)), by_genres(families_in(group, rest))
    genres = by_genres(genres_of)
    artist = _by_one(group, rest)
    if artist is not None:
        return artist
    two = commoner(few_have(group, rest, genres, SceneKind.GENRE, _TWO_TELLING), group, rest, genres)
    if name.sound in _GENRES:
        return two or most_have(group, rest, by_genres(_kinds_of_rap), SceneKind.GENRE, HELD)
    has_no_sound = name.sound is SoundName.ALL_ROUNDERS or (
        name.compared and WORTH_SAYING.isdisjoint(name.beside)
    )
    return (
        two
        or commoner(most_have(group, rest, kinds, SceneKind.GENRE, HELD, times=0.0), group, rest, kinds)
        or most_have(group, rest, families, SceneKind.GENRE, HELD, times=0.0)
        or most_have(group, rest, leads, SceneKind.ARTIST, HALF_SURELY, times=1.0, share=HALF)
        or few_have(group, rest, leads, SceneKind.ARTIST, _TWO_ARTISTS)
        or few_have(group, rest, families, SceneKind.GENRE, _TWO_FAMILIES)
        or most_have(group, rest, families, SceneKind.GENRE, HALF_SURELY, times=0.0, share=HALF)
        or most_have(group, rest, by_titles(Recording), SceneKind.RECORDING, HELD, times=0.0)
        or early(era_of(group, rest, range(1, len(SPANS) + 1)))
        or _language(group, rest, times=0.0)
        or few_have(group, rest, families, SceneKind.GENRE, _THREE_FAMILIES)
        or few_have(group, rest, families, SceneKind.GENRE, _TWO_LOOSELY)
        or few_have(group, rest, by_genres(no_families), SceneKind.GENRE, TWO_HINTED)
        or few_have(group, rest, by_genres(no_families), SceneKind.GENRE, ONE_HINTED)
        or few_have(group, rest, leads, SceneKind.ARTIST, _AND_OTHERS)
        or of_few_known(group, rest, (by_genres(no_families), families))
        or most_have(group, rest, leads, SceneKind.ARTIST, HELD, times=0.0, share=MOST)
        or (era_of(group, rest, [1, 2]) if has_no_sound else None)
        or (_of_little(group, rest, families) if _says_little(name) else None)
    )


def _of_little(group: Tally, rest: Tally, families: Read) -> Scene | None:
    """Return what says little of a group: two families among others, or decades in a row."""
    return few_have(group, rest, families, SceneKind.GENRE, _TWO_OF_MANY) or era_of(
        group, rest, [*range(1, len(SPANS) + 1), 0]
    )


def _language(group: Tally, rest: Tally, *, times: float) -> Scene | None:
    """Return the language of most titles: of those in letters of their own nothing else is one."""
    letters, latin = map(by_titles, (_SAID & OTHER_LETTERS, _SAID - OTHER_LETTERS))
    return most_have(
        group, rest, letters, SceneKind.LANGUAGE, MOST_BY_FAR, times=times, share=MOST
    ) or most_have(group, rest, latin, SceneKind.LANGUAGE, TOLD_SURELY, times=times)


def still_of(name: GroupName, group: Tally, rest: Tally) -> bool:
    """Whether the scene in a name that a group had before still holds for it, whatever the rest is like."""
    scene = name.scene
    if scene is None:
        return True
    if scene.era and group.read(decades).share_with(span_of(scene.era[0], scene.era[-1])) < HALF:
        return False
    readers: dict[SceneKind, Read] = {
        SceneKind.ARTIST: leads,
        SceneKind.DECADE: decades,
        SceneKind.RECORDING: by_titles(Recording),
        SceneKind.LANGUAGE: by_titles(_SAID),
    }
    read = readers.get(scene.kind) or all_kinds_in(group, rest)
    said = frozenset({scene.words, scene.also, scene.third} - {""})
    if MORE in said or scene.third == OTHERS:
        return False  # as older versions said of little: of 22 such names readers nodded at one
    words = said - {OTHERS}
    if scene.kind is SceneKind.ARTIST:
        words = frozenset(lead_artist((artist,)) for artist in words)
    if scene.kind is SceneKind.DECADE:
        words = said = span_of(min(said), max(said))
    if group.read(read).share_with(words) >= (HELD if len(said) == 1 else A_LOT):
        return True
    return scene.kind is SceneKind.GENRE and _is_still_hinted(said, group)


def _is_still_hinted(words: Collection[str], group: Tally) -> bool:
    """Whether genres that were said of fewer tracks are still of nearly as many, read as they were then."""
    wanted, here = ONE_HINTED if len(words) == 1 else TWO_KINDS_HINTED, group.read(hints_in(group))
    return (
        min(here.counts[word] for word in words) >= STILL * wanted.each * here.total
        and here.number_with(words) >= STILL * wanted.share * group.size
    )


def all_kinds_in(group: Tally, rest: Tally) -> Read:
    """Read genres, those that they are kinds of and their families: shoegaze is rock where that is said."""
    kinds = kinds_in(group, rest)
    return once_of_both(
        group, rest, all_kinds_in, lambda: by_genres(lambda genres: kinds(genres) | families_of(genres))
    )


def hints_in(group: Tally) -> Read:
    """Read the kinds of music that make up a group, and the families that a quarter of it is of.

    Of indie music there are many genres of few tracks each: they count together.
    """
    families = group.read(by_genres(families_of))
    large = {family for family in families.counts if families.share_with({family}) >= A_LOT}
    return by_genres(_hints_of(frozenset(large - TOO_BROAD - OF_MANY_KINDS)))


@lru_cache(maxsize=8)  # each holds up to 2.5 MB, and a list has few
def _hints_of(large: frozenset[str]) -> Callable[[tuple[str, ...]], Words]:
    @lru_cache(maxsize=8192)
    def read(genres: tuple[str, ...]) -> Words:
        words = genres_of(genres)
        indie = frozenset(word for word in words if word in _INDIE or "indie" in word.split())
        of_indie = frozenset(f"indie {family_of(word)}" for word in indie) & _KINDS_OF_INDIE
        kinds = frozenset(word for word in words - indie if family_of(word) != word)
        return kinds | of_indie | (families_of(genres) & large) or (words and NOTHING)

    return read


def _says_little(name: GroupName) -> bool:
    """Whether a name is made of plain words, or is one that fits most music."""
    return name.sound is None or name.sound in _OF_ANY_KIND


def early(decade: Scene | None) -> Scene | None:
    """Return a span of decades that no edition is younger than, or None."""
    return decade if decade is not None and int(decade.also or decade.words) <= LATEST_DECADE else None
