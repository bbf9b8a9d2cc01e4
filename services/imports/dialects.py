"""Describe how each exporter writes its tables, and recognise one by its header alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from services.imports.cells import (
    SplitArtists,
    split_any,
    split_commas,
    split_escaped_commas,
    split_semicolons,
)
from services.imports.columns import FEATURE_NAMES, Column, as_known, by_letters, names, normal, usual_names
from services.imports.formats import (
    CHOSIC,
    EXPORTIFY,
    EXPORTIFY_APP,
    GENERIC_CSV,
    SOUNDIIZ,
    TASTEMAP,
    TUNEMYMUSIC,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One exporter's way of writing a table of tracks."""

    format: str
    """The name for people, from `formats`."""
    columns: Mapping[str, Column]
    """Normalised header to meaning."""
    recognises: Callable[[Mapping[Column, int], frozenset[str]], bool]
    """Takes the matched columns and all normalised headers."""
    split_artists: SplitArtists = split_any
    guesses_scale: bool = False
    """Whether single features may come on a scale of their own; else all of them or none, as edits do."""
    kept_types: frozenset[str] | None = None
    """If set, the lower-case values of the type column that stand for tracks; an empty cell always does."""
    joins_artist_and_title: bool = False
    """Whether rows without an artist may hold `Artist - Title` in the title."""
    _letters: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Prepare to know the columns by their letters."""
        object.__setattr__(self, "_letters", by_letters(self.columns))

    def named(self, header: Iterable[str]) -> tuple[str, ...]:
        """Return headers as this exporter spells them, normalised where it has none of that name."""
        return tuple(as_known(cell, self.columns, self._letters) for cell in header)

    def match(self, header: Iterable[str]) -> dict[Column, int]:
        """Return the position of each known column; of two alike the first counts."""
        found: dict[Column, int] = {}
        for position, name in enumerate(self.named(header)):
            if name in self.columns:
                found.setdefault(self.columns[name], position)
        return found


_APP_HEADERS = "exportify_app_headers.json"

_NET_COLUMNS = {
    **FEATURE_NAMES,
    **names(
        URI="Track URI|Spotify ID|Track ID|Spotify Track ID",
        TITLE="Track Name",
        ARTISTS="Artist Name(s)",
        ARTIST_IDS="Artist IDs|Artist URI(s)|Artist ID(s)",
        ALBUM="Album Name",
        ALBUM_URI="Album URI|Album ID",
        RELEASE="Release Date|Album Release Date",
        DURATION_MS="Duration (ms)|Track Duration (ms)",
        POPULARITY="Popularity",
        EXPLICIT="Explicit",
        ISRC="ISRC",
        ADDED_AT="Added At",
        GENRES="Genres",
    ),
}


@cache
def _app_columns() -> Mapping[str, Column]:
    """Read the translated headers; no header means two things, not even across languages."""
    table = json.loads(resources.files(__package__).joinpath(_APP_HEADERS).read_text(encoding="utf-8"))
    meanings = [Column.DURATION_MS if name == "duration" else Column(name) for name in table["columns"]]
    return {
        normal(header): meaning
        for headers in table["headers"].values()
        for header, meaning in zip(headers, meanings, strict=True)
    }


def _is_app(found: Mapping[Column, int], _headers: frozenset[str]) -> bool:
    return {Column.URI, Column.TITLE, Column.ARTISTS} <= found.keys() and not found.keys().isdisjoint(
        {Column.ALBUM_URI, Column.ALBUM_ARTISTS, Column.DURATION_MS}
    )


def _is_net(found: Mapping[Column, int], headers: frozenset[str]) -> bool:
    return {Column.TITLE, Column.ARTISTS} <= found.keys() and not headers.isdisjoint(
        {"track uri", "spotify id", "track id", "artist ids", "duration (ms)"}
    )


@cache
def exportify_app() -> Dialect:
    r"""Describe exportify.app (watsonbox): twelve languages, `\,` for a comma inside an artist's name."""
    return Dialect(
        format=EXPORTIFY_APP,
        columns=_app_columns(),
        recognises=_is_app,
        split_artists=split_escaped_commas,
    )


_TASTEMAP_TELLTALE = frozenset({"playlist name", "spotify id", "open key", "energy (1 10)"})

EXPORTIFY_NET = Dialect(
    format=EXPORTIFY, columns=_NET_COLUMNS, recognises=_is_net, split_artists=split_commas
)
"""exportify.net (pavelkomarov). Old files join artists by commas, newer ones by semicolons."""


def net_artists(cells: list[str], headers: frozenset[str]) -> SplitArtists:
    """Tell from a whole file how exportify.net joined its artists.

    One semicolon anywhere, or a column that only the newer version writes, proves semicolons.
    """
    if "record label" in headers or any(";" in cell for cell in cells):
        return split_semicolons
    return split_commas


TASTEMAP_TABLE = Dialect(
    format=TASTEMAP,
    columns=names(
        PLAYLIST="Playlist name",
        TITLE="Track name",
        ARTISTS="Artist name(s)",
        ALBUM="Album name",
        ISRC="ISRC",
        URI="Spotify ID",
        URL="Link",
        DURATION="Duration",
        TEMPO="BPM",
        KEY="Key",
        CAMELOT="Camelot",
    ),
    recognises=lambda _found, headers: headers >= _TASTEMAP_TELLTALE,
    split_artists=split_commas,
)
"""The lists that Tastemap hands out itself; estimates in them are marked, and not read."""


_CHOSIC_COLUMNS = names(
    TITLE="Song",
    ARTISTS="Artist",
    TEMPO="BPM",
    CAMELOT="Camelot",
    ENERGY="Energy",
    ADDED_AT="Added At",
    DURATION="Duration|Time",
    POPULARITY="Popularity",
    GENRES="Genres",
    ALBUM="Album",
    RELEASE="Album Date",
    DANCEABILITY="Dance",
    ACOUSTICNESS="Acoustic",
    INSTRUMENTALNESS="Instrumental",
    VALENCE="Valence|Happy",
    SPEECHINESS="Speech",
    LIVENESS="Live",
    LOUDNESS="Loud (Db)|Loud",
    KEY="Key",
    URI="Spotify Track Id",
    ISRC="ISRC",
    EXPLICIT="Explicit",
)
_CHOSIC_TELLTALE = frozenset(
    {"camelot", "dance", "acoustic", "instrumental", "speech", "live", "spotify track id"}
)


def _is_chosic(found: Mapping[Column, int], headers: frozenset[str]) -> bool:
    return {Column.TITLE, Column.ARTISTS} <= found.keys() and len(headers & _CHOSIC_TELLTALE) >= 3


CHOSIC_TABLE = Dialect(format=CHOSIC, columns=_CHOSIC_COLUMNS, recognises=_is_chosic, guesses_scale=True)
"""Chosic rounds to whole percents; people edit its files, so the scale is looked at all the same."""


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


_GENERIC_COLUMNS = {**_app_columns(), **FEATURE_NAMES, **usual_names()}


_WITH_JOINED = {Column.TEMPO, Column.KEY, Column.CAMELOT, Column.ARTISTS, Column.DURATION}
"""What makes a list of files or descriptions a list of music."""


_OF_RELEASES = frozenset({"catalog#", "release id"})
"""In collections of Discogs, where each row is an album."""


def _is_tracks(found: Mapping[Column, int], headers: frozenset[str]) -> bool:
    """Ask for a title with an artist, or something that identifies: a lone `name` may be a guest list."""
    if headers >= _OF_RELEASES:
        return False
    named = Column.TITLE in found and not found.keys().isdisjoint({Column.ARTISTS, Column.ALBUM_ARTISTS})
    joined = Column.JOINED in found and not found.keys().isdisjoint(_WITH_JOINED)
    return named or joined or not found.keys().isdisjoint({Column.URI, Column.URL, Column.ISRC})


GENERIC = Dialect(
    format=GENERIC_CSV,
    columns=_GENERIC_COLUMNS,
    recognises=_is_tracks,
    guesses_scale=True,
)
"""Any table with usual names."""
