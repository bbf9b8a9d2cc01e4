"""Read tables as the transfer services TuneMyMusic and Soundiiz write them; they hold no features."""

from __future__ import annotations

from collections.abc import Mapping

from services.imports.artists import split_commas
from services.imports.columns import Column, names
from services.imports.dialects import Dialect
from services.imports.formats import SOUNDIIZ, TUNEMYMUSIC

_TUNEMYMUSIC_COLUMNS = names(
    TITLE="Track name",
    ARTISTS="Artist name",
    ALBUM="Album",
    PLAYLIST="Playlist name",
    TYPE="Type",
    ISRC="ISRC",
    URI="Spotify - id",
)
_SOUNDIIZ_COLUMNS = names(
    TITLE="title",
    ARTISTS="artist",
    ALBUM="album",
    ISRC="isrc",
    PLATFORM="platform",
    URI="trackId",
    DURATION="duration",
    ADDED_AT="addedDate",
    URL="url",
)
_SOUNDIIZ_ALWAYS = frozenset({"title", "artist", "album", "isrc"})
_SOUNDIIZ_ALL = frozenset(_SOUNDIIZ_COLUMNS) | {"addedby"}


def _is_tunemymusic(found: Mapping[Column, int], _headers: frozenset[str]) -> bool:
    return {Column.TITLE, Column.ARTISTS, Column.PLAYLIST, Column.TYPE} <= found.keys()


def _is_soundiiz(_found: Mapping[Column, int], headers: frozenset[str]) -> bool:
    return headers >= _SOUNDIIZ_ALWAYS and headers <= _SOUNDIIZ_ALL


TUNEMYMUSIC_TABLE = Dialect(
    format=TUNEMYMUSIC,
    columns=_TUNEMYMUSIC_COLUMNS,
    recognises=_is_tunemymusic,
    split_artists=split_commas,
    kept_types=frozenset({"favorite", "favourite", "playlist", "track", "song"}),
    joins_artist_and_title=True,
)
"""TuneMyMusic: many playlists in one file; albums and artists that somebody follows are rows too."""

SOUNDIIZ_TABLE = Dialect(
    format=SOUNDIIZ, columns=_SOUNDIIZ_COLUMNS, recognises=_is_soundiiz, split_artists=split_commas
)
"""Soundiiz, and Roon, which writes the same four columns."""
