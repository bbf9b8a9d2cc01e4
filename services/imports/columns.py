"""Know which column of a table means what, by its header."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from enum import StrEnum
from functools import lru_cache

from services.domain.features import Feature


class Column(StrEnum):
    """What a column can mean to Tastemap; the features have the names they have everywhere."""

    URI = "uri"
    TITLE = "title"
    ARTISTS = "artists"
    JOINED = "artist and title"
    """`Artist - Title` in one cell, perhaps as the name of a sound file."""
    ARTIST_IDS = "artist ids"
    ALBUM = "album"
    ALBUM_URI = "album uri"
    ALBUM_ARTISTS = "album artists"
    RELEASE = "release"
    DURATION = "duration"
    DURATION_MS = "duration ms"
    DURATION_S = "duration s"
    POPULARITY = "popularity"
    EXPLICIT = "explicit"
    ISRC = "isrc"
    ADDED_AT = "added at"
    GENRES = "genres"
    PLAYLIST = "playlist"
    TYPE = "type"
    PLATFORM = "platform"
    URL = "url"
    CAMELOT = "camelot"
    DANCEABILITY = Feature.DANCEABILITY.value
    ENERGY = Feature.ENERGY.value
    LOUDNESS = Feature.LOUDNESS.value
    SPEECHINESS = Feature.SPEECHINESS.value
    ACOUSTICNESS = Feature.ACOUSTICNESS.value
    INSTRUMENTALNESS = Feature.INSTRUMENTALNESS.value
    LIVENESS = Feature.LIVENESS.value
    VALENCE = Feature.VALENCE.value
    TEMPO = Feature.TEMPO.value
    KEY = Feature.KEY.value
    MODE = Feature.MODE.value


FEATURE_COLUMNS: Mapping[Feature, Column] = {feature: Column(feature.value) for feature in Feature}
"""Which column holds which feature."""

_SPACING = re.compile(r"[\s_\-.]+")
"""Between the words of a header; R writes a point for every blank and bracket."""
_NO_LETTERS = re.compile(r"[\s()\[\]{}<>/:;,'’\"*]+")
_ASIDE = re.compile(
    r"\s*[(\[](?:e?s|n|e|en|in|innen|ms|s|secs?|seconds|sek|seg|sek\w*|min|m{1,2}:ss|min:sec|h{0,2}:?mm:ss|camelot"
    r"|bpm|db|hz)[)\]]$"
)
"""A plural or a unit in brackets behind a name."""
_LONGEST_NAME = 200
_PERCENT = re.compile(r"\s*(?:[(\[]\s*(?:%|0[\s–-]+100|percent)\s*[)\]]|%|\bpercent\b|\bpct\b)$")


def normal(header: str) -> str:
    """Reduce a header to what it says: case, underscores, hyphens, points and a percent mark do not count."""
    return _normal(header[:_LONGEST_NAME])


@lru_cache(maxsize=4096)
def _normal(header: str) -> str:
    words = _SPACING.sub(" ", header.strip().strip("\ufeff\"'").casefold()).strip()
    return _PERCENT.sub("", words).strip()


def says_percent(header: str) -> bool:
    """Whether a header states that its values run from 0 to 100."""
    return _PERCENT.search(_SPACING.sub(" ", header.strip().casefold())) is not None


def names(**columns: str) -> Mapping[str, Column]:
    """Build a header map from `COLUMN="first name|second name"`."""
    return {normal(name): Column[column] for column, listed in columns.items() for name in listed.split("|")}


FEATURE_NAMES = names(**{feature.name: feature.value for feature in Feature})
"""The features under their own names."""


def by_letters(known: Mapping[str, Column]) -> Mapping[str, str]:
    """Return each known name under its letters alone, unless names of two meanings share them."""
    found: dict[str, list[str]] = {}
    for name in known:
        found.setdefault(_letters(name), []).append(name)
    return {
        letters: told[0]
        for letters, told in found.items()
        if letters and len({known[name] for name in told}) == 1
    }


def as_known(header: str, known: Container[str], letters: Mapping[str, str]) -> str:
    """Return a header as one of the known names, where it is another spelling: `TrackName`, `Track name (s)`.

    Parameters
    ----------
    letters
        The known names `by_letters`.
    """
    name = normal(header)
    if name in known:
        return name
    return letters.get(_letters(name)) or letters.get(_letters(_ASIDE.sub("", name))) or name


@lru_cache(maxsize=4096)
def _letters(name: str) -> str:
    return _NO_LETTERS.sub("", name.replace(" ", ""))
