"""Read JSON that names tracks row by row: pages of Spotify's Web API, JSPF, spotDL, and plain rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.domain.features import AudioFeatures, Feature, accepted
from services.domain.music import Playlist, SkipReason, Track
from services.imports import cells
from services.imports.entries import Entries, make_track, number_of, text_of
from services.imports.formats import JSON_ROWS, JSPF
from services.imports.lengths import duration_ms
from services.imports.limits import MAX_LISTED
from services.imports.tally import Budget

_TITLES = ("title", "name", "track_name", "trackName", "song", "track", "Title", "Name")
_ARTISTS = ("artists", "artist", "creator", "artist_name", "artistName", "artist_names", "Artist")
_ALBUMS = ("album", "album_name", "albumName", "release_name", "Album")
_LINKS = ("uri", "url", "spotify_id", "spotify_url", "spotify_uri", "link", "track_uri", "trackUri")
_IDS = ("id", "song_id", "track_id")
_MANY_LINKS = ("identifier", "location")
_YEARS = ("release_date", "year", "releaseDate")
_NAMED_SHAPES = ("items", "tracks", "rows", "songs", "data")


def read_rows(document: object, name: str, budget: Budget) -> Playlist | None:
    """Return the playlist in a JSON document, or None if its rows name no tracks.

    Rows that are null, local files or episodes are counted; so are those that name nothing.

    Raises
    ------
    TooManyRowsError
        There are more rows than are read.
    """
    title = text_of(document.get("name") or document.get("title")) if isinstance(document, dict) else ""
    playlist = document.get("playlist") if isinstance(document, dict) else None
    if isinstance(playlist, dict) and isinstance(playlist.get("track"), list):
        return _gather(playlist["track"], budget).playlist(text_of(playlist.get("title")) or name, JSPF)
    rows = _rows(document)
    if not rows or not any(_is_track(row) for row in rows):
        return None
    return _gather(rows, budget).playlist(title or name, JSON_ROWS)


def _rows(document: object) -> list[Any]:
    """Find the rows: a list, or one under a usual name, at most two names deep; pages are joined."""
    if isinstance(document, list):
        pages = [_rows(page) for page in document if isinstance(page, dict) and not _is_track(page)]
        joined = [row for page in pages for row in page]
        return joined or document
    if not isinstance(document, dict):
        return []
    for shape in _NAMED_SHAPES:
        inner = document.get(shape)
        if isinstance(inner, dict):
            inner = inner.get("items")
        if isinstance(inner, list):
            return inner
    return []


def _gather(rows: Iterable[object], budget: Budget) -> Entries:
    entries = Entries(budget)
    for row in rows:
        told = _track_in(row)
        entries.add(_read(row, told), _first(told or {}, _TITLES))
    return entries


def _track_in(row: object) -> Mapping[str, Any] | None:
    """Return what describes the track of a row: the row itself, or what stands in it."""
    if not isinstance(row, dict):
        return None
    for inside in ("track", "item"):
        if isinstance(row.get(inside), dict):
            return row[inside]  # type: ignore[no-any-return]
    gone = any(inside in row and row[inside] is None for inside in ("track", "item"))
    return None if gone else row


def _read(row: object, told: Mapping[str, Any] | None) -> Track | SkipReason:
    if told is None:
        return SkipReason.UNAVAILABLE if row is None or isinstance(row, dict) else SkipReason.UNREADABLE
    if told.get("is_local") is True or (isinstance(row, dict) and row.get("is_local") is True):
        return SkipReason.LOCAL_FILE
    if told.get("type") in {"episode", "show"}:
        return SkipReason.EPISODE
    title, artists = _first(told, _TITLES), list(_names(told))
    link = next(_links(told), "")
    if not (link or told.get("isrc") or (title and artists)):
        return SkipReason.NO_TITLE
    added = row.get("added_at") if isinstance(row, dict) else None
    length = told.get("duration_ms", told.get("durationMs"))
    codes = told.get("external_ids")
    return make_track(
        title=title,
        artists=artists,
        album=_first(told, _ALBUMS),
        link=link,
        isrc=text_of(told.get("isrc") or (codes.get("isrc") if isinstance(codes, dict) else "")),
        duration_ms=number_of(length) or duration_ms(text_of(told.get("duration"))),
        year=_first(told, _YEARS),
        added_at=added or told.get("added_at"),
        uploaded=_features(told),
    )


def _is_track(row: object) -> bool:
    told = _track_in(row)
    return told is not None and not isinstance(_read(row, told), SkipReason)


def _first(told: Mapping[str, Any], fields: Iterable[str]) -> str:
    """Return the first text under one of some names, or under the name of what stands there."""
    for field in fields:
        value = told.get(field)
        text = text_of(value.get("name") if isinstance(value, dict) else value).strip()
        if text:
            return text
    return ""


def _names(told: Mapping[str, Any]) -> Iterator[str]:
    for field in _ARTISTS:
        value = told.get(field)
        listed = value[:MAX_LISTED] if isinstance(value, list) else [value]
        names = [text_of(one.get("name") if isinstance(one, dict) else one).strip() for one in listed]
        if any(names):
            yield from (name for name in names if name)
            return


def _links(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield what leads to the track on Spotify; ids and addresses of other services are passed over."""
    listed: list[object] = [told.get(field) for field in (*_LINKS, *_IDS)]
    for field in _MANY_LINKS:
        value = told.get(field)
        listed.extend(value[:MAX_LISTED] if isinstance(value, list) else [value])
    addresses = told.get("external_urls")
    listed.append(addresses.get("spotify") if isinstance(addresses, dict) else None)
    for value in listed:
        text = text_of(value).strip()
        if cells.track_id(text) is not None and ("/" not in text or "spotify" in text.casefold()):
            yield text


def _features(told: Mapping[str, Any]) -> AudioFeatures | None:
    inside = told.get("audio_features")
    source = inside if isinstance(inside, dict) else told
    values = {feature.value: accepted(feature, number_of(source.get(feature.value))) for feature in Feature}
    return AudioFeatures(**values) if any(value is not None for value in values.values()) else None
