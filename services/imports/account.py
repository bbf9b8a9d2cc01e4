"""Read the JSON files of a Spotify account data export; only the track fields are ever looked at."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from services.domain.errors.uploads import DamagedFileError, TooManyRowsError, UnknownFormatError
from services.domain.music import Playlist, SkipReason, Track
from services.imports import cells
from services.imports.cleaning import clean_text
from services.imports.formats import ACCOUNT_DATA, JSON
from services.imports.history import BASIC, EXTENDED, History
from services.imports.limits import MAX_JSON_VALUES, MAX_NAME_CHARS, MAX_ROWS
from services.imports.rows import reason_of_link
from services.imports.tally import Tally

_TELLTALE = re.compile(r'"(playlists|tracks|msPlayed|ms_played|trackName|master_metadata_track_name)"')
_TELLTALE_CHARS = 65_536
_NAMED_FIELDS = 6


@dataclass(slots=True)
class AccountData:
    """What the files of an export held so far; history files continue each other."""

    playlists: list[Playlist] = field(default_factory=list)
    basic: History = field(default_factory=lambda: History(BASIC))
    extended: History = field(default_factory=lambda: History(EXTENDED))

    def all_playlists(self) -> tuple[Playlist, ...]:
        """Return the playlists in file order, the counted histories last."""
        histories = (self.basic.playlist(), self.extended.playlist())
        return (*self.playlists, *(history for history in histories if history is not None))


def may_hold_tracks(text: str) -> bool:
    """Whether a JSON text names a field of a track file near its start; other files are never parsed."""
    return _TELLTALE.search(text, 0, _TELLTALE_CHARS) is not None


def read_account_file(text: str, into: AccountData) -> None:
    """Add one file, recognised by its fields, to what is known of an export.

    Raises
    ------
    DamagedFileError
        The JSON breaks off or is malformed.
    UnknownFormatError
        The JSON holds no tracks in a known way.
    TooManyRowsError
        A playlist is longer than `MAX_ROWS`, or the JSON would fill the memory.
    """
    document = _parse(text)
    if isinstance(document, dict):
        playlists, library = document.get("playlists"), document.get("tracks")
        if _are_objects(playlists) and any("items" in entry for entry in playlists):
            into.playlists.extend(_read_playlist(entry) for entry in playlists)
            return
        if isinstance(playlists, list) and not playlists and set(document) == {"playlists"}:
            return
        if _are_objects(library) and all("track" in entry or "uri" in entry for entry in library):
            into.playlists.append(_read_library(library))
            return
    if _are_objects(document) and document:
        first = document[0]
        if "ms_played" in first or EXTENDED.title in first:
            into.extended.add(document)
            return
        if "msPlayed" in first:
            into.basic.add(document)
            return
    raise UnknownFormatError(looks_like=_describe(document))


def _parse(text: str) -> Any:
    """Parse JSON; errors keep no piece of the text, which may hold addresses and other private things."""
    if sum(text.count(mark) for mark in "{[,") > MAX_JSON_VALUES:
        raise TooManyRowsError(limit=MAX_ROWS)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        at = f"line {error.lineno:,}, column {error.colno:,}"
        ended = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        problem = f"the file breaks off at {at}" if ended else f"{at}: this is no valid JSON"
    except RecursionError:
        problem = "it is nested too deeply"
    except ValueError:
        problem = "it holds a number that is too long"
    raise DamagedFileError(format=ACCOUNT_DATA if may_hold_tracks(text) else JSON, problem=problem)


def _are_objects(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def _read_playlist(entry: Mapping[str, Any]) -> Playlist:
    items = entry.get("items")
    tracks: list[Track] = []
    tally = Tally()
    for item in items if isinstance(items, list) else []:
        result = _read_item(item)
        if isinstance(result, Track):
            tracks.append(result)
            if len(tracks) > MAX_ROWS:
                raise TooManyRowsError(limit=MAX_ROWS)
        else:
            tally.add(result, _item_name(item))
    return Playlist(
        name=clean_text(_text(entry, "name"), MAX_NAME_CHARS) or "Unnamed playlist",
        tracks=tuple(tracks),
        format=ACCOUNT_DATA,
        skipped=tally.skipped(),
    )


def _read_item(item: object) -> Track | SkipReason:
    if not isinstance(item, dict):
        return SkipReason.UNREADABLE
    track = item.get("track")
    if isinstance(track, dict):
        return _track(
            title=_text(track, "trackName"),
            artist=_text(track, "artistName"),
            album=_text(track, "albumName"),
            uri=_text(track, "trackUri"),
            added_at=_text(item, "addedDate"),
        )
    if item.get("localTrack"):
        return SkipReason.LOCAL_FILE
    if item.get("episode"):
        return SkipReason.EPISODE
    if item.get("audiobook"):
        return SkipReason.AUDIOBOOK
    return SkipReason.UNAVAILABLE if "track" in item else SkipReason.UNREADABLE


def _item_name(item: object) -> str:
    if not isinstance(item, dict):
        return ""
    for kind, title in (("episode", "episodeName"), ("audiobook", "audiobookName"), ("localTrack", "uri")):
        if isinstance(item.get(kind), dict):
            return _text(item[kind], title)
    return ""


def _read_library(entries: Sequence[Mapping[str, Any]]) -> Playlist:
    if len(entries) > MAX_ROWS:
        raise TooManyRowsError(limit=MAX_ROWS)
    tracks: list[Track] = []
    tally = Tally()
    for entry in entries:
        result = _track(
            title=_text(entry, "track"),
            artist=_text(entry, "artist"),
            album=_text(entry, "album"),
            uri=_text(entry, "uri"),
        )
        if isinstance(result, Track):
            tracks.append(result)
        else:
            tally.add(result, _text(entry, "track"))
    return Playlist(name="Liked Songs", tracks=tuple(tracks), format=ACCOUNT_DATA, skipped=tally.skipped())


def _track(*, title: str, artist: str, album: str, uri: str, added_at: str = "") -> Track | SkipReason:
    identity = cells.track_id(uri)
    if identity is None:
        reason = reason_of_link(uri)
        if reason is not None:
            return reason
    title, artist = clean_text(title), clean_text(artist)
    if not (identity or title):
        return SkipReason.NO_TITLE
    return Track(
        id=identity,
        title=title,
        artists=(artist,) if artist else (),
        album=clean_text(album) or None,
        added_at=clean_text(added_at, 40) or None,
    )


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _describe(document: object) -> str:
    """Name the fields of foreign JSON, never a value."""
    first = document[0] if isinstance(document, list) and document else document
    if not isinstance(first, dict) or not first:
        return "a JSON file without tracks"
    named = [clean_text(name, 30) for name in first]
    more = f" and {len(named) - _NAMED_FIELDS} more" if len(named) > _NAMED_FIELDS else ""
    return f"a JSON file with the fields {', '.join(named[:_NAMED_FIELDS])}{more}"
