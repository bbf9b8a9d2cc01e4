"""Read genre words: one spelling for one genre, the words in it, and the family it belongs to.

Spellings and families are plain data (`constants/genres.json`), to be kept by hand, and so is what artists
are commonly known for (`constants/artists.tsv`). Genre words are quoted from files, data sets, sources and
that table; nothing here infers them from sound.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType

from services.analysis.titles import lead_artist
from services.domain.known_tracks import FEWEST_TRACKS, FILES, GenreClaim, mark_of
from services.domain.music import Track

LONGEST = 60
"""Letters of a genre; longer ones are something else that stands in the column."""

MOST_CLAIMS = 3_000
"""Pairs of artist and genre that are remembered of one list, those on most tracks first."""

_NOBODY = (
    "various", "various artists", "various artist", "various composers", "unknown", "unknown artist",
    "[unknown]", "va", "v.a.", "v/a", "traditional", "soundtrack", "original cast", "varios artistas",
    "varios", "vários artistas", "vários intérpretes", "artisti vari", "artistes divers", "divers",
    "verschiedene", "verschiedene interpreten", "diverse", "różni wykonawcy", "разные исполнители",
    "ヴァリアス・アーティスト",
)  # fmt: skip
NOBODY = frozenset({"", *_NOBODY, *(lead_artist((name,)) for name in _NOBODY)})
"""Names that stand for no artist."""

_NO_GENRES = frozenset(
    {
        "default", "favorites", "favourites", "genre", "misc", "miscellaneous", "n a", "no genre", "none",
        "not specified", "null", "other", "other genre", "others", "seen live", "uncategorized", "undefined",
        "unclassified", "unknown", "unknown genre", "<unknown>", "unspecified", "various",
    }
)  # fmt: skip
"""What programs and people write where they know none."""

_BREAKS = re.compile(r"[\s_\-‐‑–—/]+")
_AND = re.compile(r"\b(?:and|n|'n'|’n’|'n|n')\b|'n'|’n’")

_LONGEST_NAMEABLE, _IN_NAMES = 30, frozenset("&'’+/.- ")

_PARTS_ALONE = frozenset(
    {"age", "bass", "beat", "core", "music", "scene", "sound", "standards", "step", "wave"}
)
"""Ends of genres that are no genre which contains them."""

_RAP = frozenset({"rap", "hip hop"})
"""Two words for one genre."""

OF_MANY_KINDS = frozenset(
    {
        "funk & disco", "middle eastern", "r&b & soul", "religious", "seasonal", "south asian", "spoken",
        "stage & screen",
    }
)  # fmt: skip
"""Families that nobody would call their music by who hears one kind of it alone."""

MOSTLY_ONE_KIND = 0.6
"""Share of the tracks of such a family that are of one kind, from which it is called by that."""

_NO_KIND = frozenset({"witch house"})
"""Genres that are not of the kind that their last word names."""

_AFTERWARDS = frozenset({"anti", "post", "proto"})
"""What turns the rest of a genre into another: post-punk is no punk."""


@lru_cache(maxsize=1)
def _kept() -> tuple[Mapping[str, str], Mapping[str, str], frozenset[str]]:
    """Return spellings of whole genres, families by word or genre, and the genres that are shown."""
    text = resources.files("services.analysis").joinpath("constants", "genres.json").read_text("utf-8")
    data = json.loads(text)
    families = {word: family for family, words in data["families"].items() for word in words}
    known = frozenset(data["vocabulary"]) | frozenset(families) | frozenset(data["families"])
    return MappingProxyType(data["spellings"]), MappingProxyType(families), known


@lru_cache(maxsize=1)
def _well_known() -> Mapping[str, str]:
    """Return what artists are commonly known for, by lead artist.

    A line holds a name, its genres, and the lead artist where that is not the name in small letters: to make
    those of all names takes thirty times as long as to read them, in each of many processes.
    """
    text = resources.files("services.analysis").joinpath("constants", "artists.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    shared: dict[str, str] = {}  # one of equal texts
    return {
        (other[0] if other else name.casefold()): shared.setdefault(genres, genres)
        for name, genres, *other in rows
    }


def commonly_known(leads: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return what those of some lead artists are known for who are in the table."""
    known = _well_known()
    return {lead: tuple(known[lead].split("; ")) for lead in leads if lead in known}


@lru_cache(maxsize=8192)
def normal_genre(genre: str) -> str:
    """Write a genre in the one way that all its spellings share: "Hip-Hop", "hiphop" -> "hip hop".

    Empty for what is no genre: nothing, a number, "Other", or a text of more than `LONGEST` letters.
    """
    folded = _BREAKS.sub(" ", unicodedata.normalize("NFKC", genre).casefold()).strip(" .,;:'\"!?()[]{}#*")
    if len(folded) > LONGEST or folded in _NO_GENRES or not any(letter.isalpha() for letter in folded):
        return ""
    joined = " ".join(_AND.sub("&", folded).split())
    spellings, _, _ = _kept()
    return spellings.get(joined, joined)


def genre_words(genres: Iterable[str]) -> tuple[str, ...]:
    """Return the different words of some genres in the order in which they first come."""
    return tuple(
        dict.fromkeys(word for genre in genres for word in normal_genre(genre).split() if word != "&")
    )


@lru_cache(maxsize=8192)
def family_of(genre: str) -> str | None:
    """Return the family of a genre: its own entry, else that of its last word that has one; None if unknown.

    The last word is what the others describe: "progressive rock" is rock, "rock opera" is opera.
    """
    normal = normal_genre(genre)
    _, families, _ = _kept()
    if normal in families:
        return families[normal]
    words = normal.split()
    for length in (2, 1):
        for end in range(len(words), length - 1, -1):
            if (found := families.get(" ".join(words[end - length : end]))) is not None:
                return found
    return None


def is_nameable(genre: str) -> bool:
    """Whether a genre reads like one: some words, without what else people write into that column."""
    are_words = all(char in _IN_NAMES or unicodedata.category(char)[0] in "LMN" for char in genre)
    starts = genre[:1].isalnum() and any(map(str.isalpha, genre))
    return are_words and starts and 1 < len(genre) <= _LONGEST_NAMEABLE and "//" not in genre


def is_known(genre: str) -> bool:
    """Whether a genre is of the fixed vocabulary: only those are shown to people who did not bring them."""
    normal = normal_genre(genre)
    _, _, known = _kept()
    return normal in known


def claims_of(tracks: Iterable[Track], source: str, person: int | None = None) -> list[GenreClaim]:
    """Count which genres a list gives its artists: only known genres, of recordings that have been released.

    A track without id and ISRC may be anybody's own; its artist is nobody else's business.

    Parameters
    ----------
    person
        Who brought the list; None for whoever works at the terminal.
    """
    carried: dict[tuple[str, str], set[str]] = {}
    for track in tracks:
        if not track.genres or not (track.id or track.isrc):
            continue
        lead = lead_artist(track.artists)
        if lead and lead not in NOBODY:
            for genre in known_genres(track.genres):
                carried.setdefault((lead, genre), set()).add(track.key)
    enough = sorted((-len(keys), *pair) for pair, keys in carried.items() if len(keys) >= FEWEST_TRACKS)
    return [
        GenreClaim(lead, genre, source, -count, mark_of(person, lead) if source == FILES else 0)
        for count, lead, genre in enough[:MOST_CLAIMS]
    ]


def known_genres(genres: Iterable[str]) -> tuple[str, ...]:
    """Return those of the fixed vocabulary, each once in its one spelling."""
    return tuple(dict.fromkeys(normal_genre(genre) for genre in genres if is_known(genre)))


def has_genre(track: Track) -> bool:
    """Whether a track came with a genre, and not merely with "Other" or a number in its place."""
    return bool(normal_words(track.genres))


def dressed(track: Track, known: Mapping[str, tuple[str, ...]]) -> Track:
    """Return a track with the genres that are known of its artist, where it came without any.

    Parameters
    ----------
    known
        By lead artist, as `lead_artist` writes it.
    """
    if not known or has_genre(track):
        return track
    genres = known.get(lead_artist(track.artists), ())
    return replace(track, genres=genres) if genres else track


@lru_cache(maxsize=8192)
def normal_words(genres: tuple[str, ...]) -> frozenset[str]:
    """Return genres, each in the one way that all its spellings share."""
    return frozenset(filter(None, map(normal_genre, genres)))


@lru_cache(maxsize=8192)
def genres_of(genres: tuple[str, ...]) -> frozenset[str]:
    """Return genres as they are told apart: rap is hip hop."""
    words = normal_words(genres)
    return words if "rap" not in words else words - {"rap"} | {"hip hop"}


def is_kind_of(genre: str, other: str) -> bool:
    """Whether a genre is a kind of another by its words: "melodic rap" of "rap", and of "hip hop"."""
    return genre.endswith(f" {other}") or (other == "hip hop" and genre.endswith(" rap"))


@lru_cache(maxsize=2)
def families(tagged: frozenset[tuple[str, ...]]) -> Callable[[tuple[str, ...]], frozenset[str]]:
    """Return what yields the genres of a track, and the more general ones that these end with.

    More general ones are those that some track is tagged with: "new age" is no kind of "age".

    Parameters
    ----------
    tagged
        The genres of all tracks.
    """
    named = frozenset(word for genres in tagged for word in normal_words(genres)) - _PARTS_ALONE
    said = named if named.isdisjoint(_RAP) else named | {"hip hop"}

    @cache
    def of(words: frozenset[str]) -> frozenset[str]:
        ends = {
            " ".join(parts[at:])
            for word in words
            for parts in [[word] if word in _NO_KIND else word.split()]
            for at in range(len(parts))
            if not at or parts[at - 1] not in _AFTERWARDS
        }
        if not ends.isdisjoint(_RAP):
            ends = ends - {"rap"} | {"hip hop"}  # whoever tags one might as well have said the other
        return frozenset(filter(is_nameable, ends & said))

    return lambda genres: of(normal_words(genres))


@lru_cache(maxsize=8192)
def families_of(genres: tuple[str, ...]) -> frozenset[str]:
    """Return the families that some genres belong to."""
    return frozenset(family for genre in genres if (family := family_of(genre)) is not None)


def families_as_said(
    tagged: Mapping[tuple[str, ...], int],
) -> Callable[[tuple[str, ...]], frozenset[str]]:
    """Return what yields the families of a track, those of many kinds called by the kind that most are of.

    Parameters
    ----------
    tagged
        The genres of all tracks, and how many have just these.
    """
    of_family: dict[str, Counter[str]] = {}
    sizes: Counter[str] = Counter()
    for genres, number in tagged.items():
        for family in families_of(genres) & OF_MANY_KINDS:
            sizes[family] += number
            of_family.setdefault(family, Counter()).update(
                {word: number for word in normal_words(genres) if family_of(word) == family}
            )
    said = {}
    for family, counts in of_family.items():
        word, number = min(counts.items(), key=lambda each: (-each[1], -len(each[0]), each[0]))
        if number >= MOSTLY_ONE_KIND * sizes[family]:
            said[family] = word
    return lambda genres: frozenset(said.get(family, family) for family in families_of(genres))
