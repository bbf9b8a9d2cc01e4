"""Read genre words: one spelling for one genre, the words in it, and the family it belongs to.

Spellings and families are plain data (`constants/genres.json`), to be kept by hand. Genre words are quoted
from files, data sets and sources; nothing here infers them from sound.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from services.analysis.titles import lead_artist
from services.domain.known_tracks import FEWEST_TRACKS, FILES, GenreClaim, mark_of
from services.domain.music import Track

LONGEST = 60
"""Letters of a genre; longer ones are something else that stands in the column."""

MOST_CLAIMS = 3_000
"""Pairs of artist and genre that are remembered of one list, those on most tracks first."""

NOBODY = frozenset({"", "various", "various artists", "unknown", "unknown artist", "[unknown]"})
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


@lru_cache(maxsize=1)
def _kept() -> tuple[Mapping[str, str], Mapping[str, str], frozenset[str]]:
    """Return spellings of whole genres, families by word or genre, and the genres that are shown."""
    text = resources.files("services.analysis").joinpath("constants", "genres.json").read_text("utf-8")
    data = json.loads(text)
    families = {word: family for family, words in data["families"].items() for word in words}
    known = frozenset(data["vocabulary"]) | frozenset(families) | frozenset(data["families"])
    return MappingProxyType(data["spellings"]), MappingProxyType(families), known


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
    return any(map(normal_genre, track.genres))


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
