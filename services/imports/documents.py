"""Read JSON that names tracks row by row: pages of Spotify's Web API, JSPF, spotDL, and plain rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from services.domain.features import AudioFeatures, Feature, accepted
from services.domain.music import Playlist, SkipReason, Track
from services.imports import cells
from services.imports.entries import (
    Entries,
    make_track,
    number_of,
    split_words,
    text_of,
    track_of_words,
)
from services.imports.formats import JSON_ROWS, JSPF, MAX_LISTED, MAX_MEMBERS, MAX_ROWS
from services.imports.keys import read_key
from services.imports.links import spotify_link
from services.imports.tally import Budget
from services.imports.units import duration_ms

_TITLES: tuple[str, ...] = (
    *("title", "name", "track_name", "trackName", "song", "track", "Title", "Name", "trackTitle"),
    *("song_name", "songName", "songname", "item_title", "songTitle", "song_title"),
)
_ARTISTS: tuple[str, ...] = (
    *("artists", "artist", "creator", "artist_name", "artistName", "artist_names", "Artist", "Artists"),
    *("grandparentTitle", "band_name", "singer", "singers", "ar", "trackArtist", "performer", "artistNames"),
    "artist-credit",
)
_ALBUMS: tuple[str, ...] = (
    *("album", "album_name", "albumName", "release_name", "albumtitle", "Album", "albumTitle"),
    *("parentTitle", "album_title", "albumname", "al", "albumOfTrack", "release"),
)
_TITLE_FIELDS, _ARTIST_FIELDS = frozenset(_TITLES), frozenset(_ARTISTS)
_LINKS = ("uri", "url", "spotify_id", "spotify_url", "spotify_uri", "link", "track_uri", "trackUri")
_IDS = ("id", "song_id", "track_id")
_KEYS = ("key", "camelot", "initial_key", "musical_key", "tonality")
_SOUND_FIELDS = frozenset({*(feature.value for feature in Feature), "bpm", *_KEYS})
_MANY_LINKS = ("identifier", "location")
_YEARS = ("release_date", "year", "releaseDate")
_NAMED_SHAPES: tuple[str, ...] = (
    *("items", "tracks", "rows", "songs", "data", "track", "saved", "scrobbles", "audio_features"),
    *("list", "results", "songlist", "entry", "entries", "Items", "response", "favoriteTracks", "songList"),
    "recordings",
)
_WRAPPERS = ("playlist", "toptracks", "lovedtracks", "recenttracks")
"""What answers of services put around their rows."""
_NAMES = ("name", "title", "#text", "albumtitle")
"""Under which a thing inside a row has its name."""
_MILLISECONDS = ("duration_ms", "durationMs", "durationInMillis", "length_ms", "dt")
_LENGTHS = ("duration", "length", "duration_seconds", "interval")
_TIMES = ("played_at", "uts", "date", "time", "listened_at", "timestamp")
"""Under which a row says when it was played."""
_OTHER_TYPES = {
    "episode": SkipReason.EPISODE,
    "show": SkipReason.EPISODE,
    **dict.fromkeys(("album", "artist", "playlist", "user"), SkipReason.NOT_A_TRACK),
}
_MOST_COLUMNS = 500
_MOST_OF_TEN = 8
"""So many of ten bare texts must be tracks: any text may hold a dash."""


def read_rows(document: object, name: str, budget: Budget) -> tuple[Playlist, ...]:
    """Return the playlists in a JSON document; none if its rows name no tracks.

    Rows that are null, local files or episodes are counted; so are those that name nothing.

    Raises
    ------
    TooManyRowsError
        There are more rows than are read.
    """
    lists = _lists(document)
    if not any(_holds_tracks(rows) for _, rows, _ in lists):
        return ()
    return tuple(
        _gather(rows, budget, is_jspf=is_jspf).playlist(title or name, JSPF if is_jspf else JSON_ROWS)
        for title, rows, is_jspf in lists
    )


def _holds_tracks(rows: Sequence[object]) -> bool:
    if any(not isinstance(row, str) for row in rows):
        return any(map(_is_track, rows))
    return bool(rows) and 10 * sum(map(_is_track, rows)) >= _MOST_OF_TEN * len(rows)


def _holds_rows(told: _List) -> bool:
    """Whether a list under a name of its own surely is one of tracks: any text may hold a dash."""
    rows = told[1]
    return _holds_tracks(rows) and not any(isinstance(row, str) and not spotify_link(row) for row in rows)


_List = tuple[str, list[Any], bool]
"""The title of a list, its rows, and whether it is JSPF, which counts lengths in milliseconds."""


def _lists(document: object, depth: int = 2) -> list[_List]:
    """Find the lists: one, or several that each have a name; pages of one are joined."""
    if not depth:
        return []
    if isinstance(document, dict):
        several = document.get("playlists")
        if isinstance(several, list) and (
            found := [one for each in several for one in _lists(each, depth - 1)]
        ):
            saved = [
                (title, rows, False) for title in ("saved", "starred") if (rows := _under(document, title))
            ]
            return [*found, *saved]
        playlist = document.get("playlist")
        if isinstance(playlist, dict) and isinstance(playlist.get("track"), list):
            return [(_first(playlist, ("title",)), playlist["track"], True)]
        rows = _rows(document)
        if rows:
            return [(title_of(document), rows, False)]
        by_name = [(name, under, False) for name, under in document.items() if isinstance(under, list)]
        several = depth > 1 < len(by_name) <= MAX_MEMBERS and all(map(_holds_rows, by_name))
        return by_name if several else []
    if not isinstance(document, list):
        return []
    named = [
        one
        for each in document
        if isinstance(each, dict) and not _is_track(each)
        for one in _lists(each, depth - 1)
    ]
    if named and all(title for title, _, _ in named):
        joined: dict[tuple[str, bool], list[Any]] = {}
        for title, rows, is_jspf in named:
            joined.setdefault((title, is_jspf), []).extend(rows)
        return [(title, rows, is_jspf) for (title, is_jspf), rows in joined.items()]
    return [("", [row for _, rows, _ in named for row in rows] or document, False)]


def title_of(document: object) -> str:
    """Return what a document calls its list, if anything."""
    return _first(document, ("name", "title")) if isinstance(document, dict) else ""


def _under(document: Mapping[str, Any], shape: str) -> list[Any]:
    inner = document.get(shape)
    if isinstance(inner, dict):
        inner = next((inner[page] for page in ("items", "data") if page in inner), None)
    return inner if isinstance(inner, list) else []


def _rows(document: Mapping[str, Any]) -> list[Any]:
    """Find the rows under a usual name, at most two names deep."""
    inside = next((document[name] for name in _WRAPPERS if isinstance(document.get(name), dict)), document)
    return next((rows for shape in _NAMED_SHAPES if (rows := _under(inside, shape))), [])


def plays_in(document: object) -> list[dict[str, object]] | None:
    """Return the plays in rows that say when they were played, for a history; None if there are none.

    Where the name of the time may as well be of something else, tracks must come again and again.
    """
    rows = _rows(document) if isinstance(document, dict) else document
    if not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
        return None
    told = [
        row for row in rows if isinstance(row, dict) and any(_is_moment(row.get(name)) for name in _TIMES)
    ]
    if 10 * len(told) < 9 * len(rows):
        return None
    plays: list[dict[str, object]] = []
    for row in rows:
        track = read_row(row)
        if isinstance(track, Track):
            if track.uploaded is not None:
                return None  # a list of DJ software: a history says nothing of the sound
            artist = track.artists[0] if track.artists else ""
            plays.append(
                {"track": track.title, "artist": artist, "album": track.album, "spotify_uri": track.id}
            )
        else:
            plays.append({})
    different = {(play.get("spotify_uri") or play.get("artist"), play.get("track")) for play in plays}
    return plays if 10 * len(different) <= 9 * len(plays) else None


def _is_moment(value: object) -> bool:
    return cells.tells_moment(text_of(value.get("uts") if isinstance(value, dict) else value))


def as_table(document: object) -> str | None:
    """Return rows with nothing inside them as CSV, which they often were before; None if there are none.

    Nor where a row says that it is no track in a way that tables do not have. Of too many rows one more
    than is read comes along, so that the reader of tables refuses them.
    """
    rows = _by_columns(document) or (_rows(document) if isinstance(document, dict) else document)
    if not isinstance(rows, list) or not rows:
        return None
    rows = rows[: MAX_ROWS + 1]
    if not all(isinstance(row, dict) and not _is_no_track(row) for row in rows):
        return None
    names = list(dict.fromkeys(name for row in rows for name in row))
    flat = all(not isinstance(value, dict | list) for row in rows for value in row.values())
    if not flat or len(names) > _MOST_COLUMNS:
        return None
    written = io.StringIO(newline="")
    table = csv.writer(written)
    table.writerow(names)
    table.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return written.getvalue()


def _by_columns(document: object) -> list[dict[str, Any]] | None:
    """Return rows that were written as columns, as a header and lists, or as lists alone; else None."""
    header: object = None
    listed: object = None
    if isinstance(document, dict):
        header, listed = document.get("columns"), document.get("data")
        columns = [list(each.values()) if isinstance(each, dict) else each for each in document.values()]
        if header is None and len(columns) > 1 and all(isinstance(each, list) for each in columns):
            same = len({len(each) for each in columns}) == 1
            header, listed = (
                list(document),
                [list(row) for row in islice(zip(*columns, strict=True), MAX_ROWS + 1)] if same else None,
            )
    elif isinstance(document, list) and len(document) > 1:
        header, listed = document[0], document[1:]
    if not isinstance(header, list) or not isinstance(listed, list) or not listed:
        return None
    if not all(isinstance(name, str) for name in header) or not all(isinstance(row, list) for row in listed):
        return None
    return [dict(zip(header, row, strict=False)) for row in listed[: MAX_ROWS + 1]]


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _gather(rows: Iterable[object], budget: Budget, *, is_jspf: bool) -> Entries:
    entries = Entries(budget)
    for row in rows:
        told = _track_in(row)
        entries.add(_read(row, told, is_jspf=is_jspf), _first(told or {}, _TITLES))
    return entries


def _track_in(row: object) -> Mapping[str, Any] | None:
    """Return what describes the track of a row: the row itself, or what stands in it."""
    if not isinstance(row, dict):
        return None
    for inside in ("track", "item", "attributes"):
        if isinstance(row.get(inside), dict):
            return row[inside]  # type: ignore[no-any-return]
    gone = any(inside in row and row[inside] is None for inside in ("track", "item"))
    return None if gone else row


def _read(row: object, told: Mapping[str, Any] | None, *, is_jspf: bool = False) -> Track | SkipReason:
    if isinstance(row, str):
        link = spotify_link(row)
        return make_track(link=link) if link else track_of_words(row)
    if told is None:
        return SkipReason.UNAVAILABLE if row is None or isinstance(row, dict) else SkipReason.UNREADABLE
    other = _is_no_track(told) or (_is_no_track(row) if isinstance(row, dict) else None)
    if other is not None:
        return other
    added = row.get("added_at") if isinstance(row, dict) else None
    codes, album = told.get("external_ids"), told.get("album")
    title, artists = _first(told, _TITLES), tuple(_names(told))
    length_ms = _length_ms(told, is_jspf=is_jspf)
    if length_ms and not artists:  # a video, whose title often names the artist
        artist, title = split_words(title)
        artists = (artist,) if artist else ()
    return make_track(
        title=title,
        artists=artists,
        album=_first(told, _ALBUMS),
        link=_link(told),
        isrc=text_of(told.get("isrc") or (codes.get("isrc") if isinstance(codes, dict) else "")),
        duration_ms=length_ms,
        year=_first(told, _YEARS) or (_first(album, _YEARS) if isinstance(album, dict) else ""),
        added_at=added or told.get("added_at"),
        uploaded=_features(told),
        recording=_addresses(told),
    )


def has_names(row: Mapping[str, Any]) -> bool:
    """Whether a row has fields for a title and for an artist."""
    return not (_TITLE_FIELDS.isdisjoint(row) or _ARTIST_FIELDS.isdisjoint(row))


def read_row(row: Mapping[str, Any]) -> Track | SkipReason:
    """Return the track that a row describes by the usual names, or why it describes none."""
    return _read(row, _track_in(row))


def _is_no_track(told: Mapping[str, Any]) -> SkipReason | None:
    if told.get("is_local") is True:
        return SkipReason.LOCAL_FILE
    return _OTHER_TYPES.get(text_of(told.get("type")))


def _length_ms(told: Mapping[str, Any], *, is_jspf: bool) -> float | None:
    known = next((value for name in _MILLISECONDS if (value := number_of(told.get(name)))), None)
    if known or is_jspf:
        return known or number_of(told.get("duration"))
    listed = (text_of(told[name]) for name in _LENGTHS if told.get(name))
    return next(filter(None, map(duration_ms, listed)), None)


def _is_track(row: object) -> bool:
    """Whether a row is surely one of a list of tracks: a lone title may be of anything."""
    track = _read(row, _track_in(row))
    return isinstance(track, Track) and bool(track.id or track.isrc or (track.title and track.artists))


def _first(told: Mapping[str, Any], fields: Iterable[str]) -> str:
    """Return the first text under one of some names, or under the name of what stands there."""
    for field in fields:
        value = told.get(field)
        text = _name(value) if value else ""
        if text:
            return text
    return ""


def _name(value: object) -> str:
    """Return a text, or the name of what stands in its place."""
    if isinstance(value, dict) and isinstance(value.get("profile"), dict):
        value = value["profile"]
    if isinstance(value, dict):
        value = next((value[name] for name in _NAMES if value.get(name)), "")
    return text_of(value).strip()


def _names(told: Mapping[str, Any]) -> Iterator[str]:
    for field in _ARTISTS:
        if not told.get(field):
            continue
        value = _under(told, field) or told[field]
        listed = value[:MAX_LISTED] if isinstance(value, list) else [value]
        names = [_name(one) for one in listed]
        if any(names):
            yield from (name for name in names if name)
            return


def _link(told: Mapping[str, Any]) -> str:
    """Return what leads to the track on Spotify, or to what else the row is; other services' are passed over.

    A bare id counts where no address says what it is the id of.
    """
    addresses = told.get("external_urls")
    listed = [*(told.get(field) for field in _LINKS), *_addresses(told)]
    listed.append(addresses.get("spotify") if isinstance(addresses, dict) else None)
    words = [text_of(value).strip() for value in listed]
    links = [text for text in words if "spotify" in text.casefold()]
    bare = [
        text for text in (*words, *(text_of(told.get(field)).strip() for field in _IDS)) if "/" not in text
    ]
    is_track = (text for text in links if cells.track_id(text) is not None)
    is_other = (text for text in links if cells.reason_of_link(text) is not None)
    return next(chain(is_track, is_other, filter(cells.track_id, bare)), "")


def _addresses(told: Mapping[str, Any]) -> Sequence[object]:
    listed: list[object] = []
    for field in _MANY_LINKS:
        value = told.get(field)
        listed.extend(value[:MAX_LISTED] if isinstance(value, list) else [value])
    return listed


def _features(told: Mapping[str, Any]) -> AudioFeatures | None:
    inside = told.get("audio_features")
    source = inside if isinstance(inside, dict) else told
    if _SOUND_FIELDS.isdisjoint(source) and _SOUND_FIELDS.isdisjoint(told):
        return None
    values = {feature.value: accepted(feature, number_of(source.get(feature.value))) for feature in Feature}
    values[Feature.TEMPO.value] = values[Feature.TEMPO.value] or accepted(
        Feature.TEMPO, number_of(told.get("bpm"))
    )
    tonality = read_key(_first(told, _KEYS))
    if values[Feature.KEY.value] is None and tonality.mode is not None:
        values |= {Feature.KEY.value: tonality.key, Feature.MODE.value: tonality.mode}
    return AudioFeatures(**values) if any(value is not None for value in values.values()) else None
