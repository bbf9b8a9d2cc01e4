"""Know which column of a table means what, by its header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

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

_SPACING = re.compile(r"[\s_\-]+")
_PERCENT = re.compile(r"\s*(?:\(\s*(?:%|0[\s–-]+100|percent)\s*\)|%|\bpercent\b|\bpct\b)$")


def normal(header: str) -> str:
    """Reduce a header to what it says: case, underscores, hyphens and a percent mark do not count."""
    return _PERCENT.sub("", _SPACING.sub(" ", header.strip().strip("\ufeff\"'").casefold()).strip()).strip()


def says_percent(header: str) -> bool:
    """Whether a header states that its values run from 0 to 100."""
    return _PERCENT.search(_SPACING.sub(" ", header.strip().casefold())) is not None


def names(**columns: str) -> Mapping[str, Column]:
    """Build a header map from `COLUMN="first name|second name"`."""
    return {normal(name): Column[column] for column, listed in columns.items() for name in listed.split("|")}


FEATURE_NAMES = names(**{feature.name: feature.value for feature in Feature})
"""The features under their own names."""


def match(header: Iterable[str], known: Mapping[str, Column]) -> dict[Column, int]:
    """Return the position of each known column; of two alike the first counts."""
    found: dict[Column, int] = {}
    for position, cell in enumerate(header):
        column = known.get(normal(cell))
        if column is not None:
            found.setdefault(column, position)
    return found
