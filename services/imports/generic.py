"""Read any other table of tracks by the column names that people and programs usually choose."""

from __future__ import annotations

from collections.abc import Mapping

from services.imports.columns import FEATURE_NAMES, Column, names
from services.imports.dialects import Dialect
from services.imports.formats import GENERIC_CSV

_COLUMNS = {
    **FEATURE_NAMES,
    **names(
        URI="uri|id|track id|trackid|track uri|spotify id|spotify uri|spotify track id|"
        "spotify track uri|spotify - id",
        URL="url|link|track url|track link|spotify url|spotify link|href|external url",
        TITLE="title|track|song|name|track name|song name|track title|song title|trackname|"
        "master_metadata_track_name",
        ARTISTS="artist|artists|artist name|artist names|artist name(s)|artist(s)|artistname|track artist|"
        "track artists|performer|singer|band|master_metadata_album_artist_name",
        ALBUM="album|album name|album title|albumname|track album name|release title",
        ALBUM_URI="album id|album uri|track album id|album url",
        RELEASE="year|release year|release date|released|album date|album release date|"
        "track album release date",
        DURATION_MS="duration ms|duration (ms)|durationms|track duration (ms)|length ms|length (ms)",
        DURATION="duration|length|time|track duration|duration (s)|duration s|duration sec|duration seconds",
        POPULARITY="popularity|track popularity",
        EXPLICIT="explicit",
        ISRC="isrc|isrc code",
        ADDED_AT="added at|date added|added|addedat",
        GENRES="genres|genre|track genre|artist genres",
        PLAYLIST="playlist|playlist name",
        CAMELOT="camelot|camelot key",
        DANCEABILITY="dance|danceable|dancability",
        ENERGY="energy level",
        LOUDNESS="loud|loud (db)|loudness (db)|loudness db|volume (db)",
        SPEECHINESS="speech",
        ACOUSTICNESS="acoustic|acousticity",
        INSTRUMENTALNESS="instrumental",
        LIVENESS="live",
        VALENCE="happy|happiness|positivity|positiveness",
        TEMPO="bpm|tempo (bpm)|tempo bpm|beats per minute",
        KEY="musical key|key signature",
    ),
}


def _is_tracks(found: Mapping[Column, int], _headers: frozenset[str]) -> bool:
    """Ask for a title with an artist, or something that identifies: a lone `name` may be a guest list."""
    named = {Column.TITLE, Column.ARTISTS} <= found.keys()
    return named or not found.keys().isdisjoint({Column.URI, Column.URL, Column.ISRC})


GENERIC = Dialect(
    format=GENERIC_CSV,
    columns=_COLUMNS,
    recognises=_is_tracks,
    guesses_scale=True,
)
"""Any table with usual names."""
