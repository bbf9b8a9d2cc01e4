"""Read the JSON files of a Spotify account data export; only the track fields are ever looked at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeGuard

from services.domain.errors.playlists import DamagedFileError, TooManyRowsError, UnknownFormatError
from services.domain.messages import Damage, Fault, Look, Note, Shape
from services.domain.music import Playlist, SkipReason, Track
from services.imports.documents import as_table, plays_in, read_rows, title_of
from services.imports.entries import Entries, Library, make_track, number_of, text_of
from services.imports.formats import (
    ACCOUNT_DATA,
    APPLE_EXPORT,
    GENERIC_CSV,
    JSON,
    JSON_ROWS,
    MAX_JSON_VALUES,
    MAX_ROWS,
)
from services.imports.history import BASIC, EXTENDED, LISTENS, SCROBBLES, WATCHED, History, HistoryFields
from services.imports.links import local_label
from services.imports.nested import cut, may_name_tracks, read_nested
from services.imports.spreadsheets import read_spreadsheet, recognise
from services.imports.tally import Budget
from services.imports.text import Decoded, clean_text, count_bytes
from services.imports.watched import is_watch_history, plays_of

_TELLTALE = re.compile(
    r'"(playlists|tracks?|msPlayed|ms_played|trackName|master_metadata_track_name|track_metadata|'
    r'Track Identifier|titleUrl|Playlist Item Identifiers)"'
)
_CREDIT = re.compile(r'"(artists?|creator|Artist|Artist Name\(s\))"\s*:')
"""Stands in lists of other programs."""
_TELLTALE_CHARS = 65_536
_DECODER, _BLANK = json.JSONDecoder(), re.compile(r"\s*")
_NAMED_FIELDS = 6


@dataclass(slots=True)
class AccountData:
    """What the files of an export held so far; history files continue each other."""

    playlists: list[Playlist] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    """How the files of histories and libraries had to be read."""
    _histories: dict[str, History] = field(default_factory=dict)
    _libraries: dict[str, Library] = field(default_factory=dict)

    def history(self, fields: HistoryFields) -> History:
        """Return the plays of one kind, which its files add to."""
        return self._histories.setdefault(fields.format, History(fields))

    def library(self, format: str, budget: Budget) -> Library:  # noqa: A002
        """Return the collection of one service, whose tracks and lists may stand in several files."""
        if format not in self._libraries:
            self._libraries[format] = Library(format, budget)
        return self._libraries[format]

    def all_playlists(self) -> tuple[Playlist, ...]:
        """Return the playlists in file order, the counted histories last."""
        libraries = [one for library in self._libraries.values() for one in library.playlists("Library")]
        ordered = sorted(self._histories.values(), key=lambda history: history.is_extended)
        histories = [history.playlist() for history in ordered]
        joined = (*libraries, *(history for history in histories if history is not None))
        notes = tuple(dict.fromkeys(self.notes))
        return (
            *self.playlists,
            *(replace(playlist, notes=(*playlist.notes, *notes)) for playlist in joined),
        )


def may_hold_tracks(text: str) -> bool:
    """Whether a JSON text names a field of a track file near its start; other files are never parsed."""
    return _is_account_data(text) or _CREDIT.search(text, 0, _TELLTALE_CHARS) is not None


def _is_account_data(text: str) -> bool:
    return _TELLTALE.search(text, 0, _TELLTALE_CHARS) is not None


def read_account_file(text: str, content: bytes, into: AccountData, budget: Budget, name: str = "") -> None:
    """Add one JSON file, recognised by its fields, to what is known of an export.

    `name` is the playlist's where the content tells none.

    `content` is what `text` was decoded from.

    Raises
    ------
    DamagedFileError
        The JSON breaks off or is malformed.
    UnknownFormatError
        The JSON holds no tracks in a known way.
    TooManyRowsError
        A playlist is longer than `MAX_ROWS`, all of them than `budget` allows, or
        the JSON would fill the memory.
    """
    if count_bytes(content, b"{[,") > MAX_JSON_VALUES and sum(map(text.count, "{[,")) > MAX_JSON_VALUES:
        raise TooManyRowsError(limit=MAX_ROWS)  # in no encoding has a text fewer of these bytes than marks
    if _skim_history(text, into):
        return
    document = _parse(text)
    if not document:
        return  # nothing is in it
    if isinstance(document, dict):
        playlists, library = document.get("playlists"), document.get("tracks")
        if _are_objects(playlists) and any("items" in entry for entry in playlists):
            into.playlists.extend(_read_playlist(entry, budget) for entry in playlists)
            return
        if not any(document.values()):
            return
        if _are_objects(library) and library and all(map(_is_saved, library)):
            into.playlists.append(_read_library(library, budget))
            return
    played = _plays(document)
    if played is not None:
        fields, plays = played
        into.history(fields).add(plays)
        return
    if _are_objects(document) and document and _is_apple(document[0]):
        _read_apple(document, into.library(APPLE_EXPORT, budget))
        return
    scrobbles = plays_in(document)
    if scrobbles is not None:
        into.history(SCROBBLES).add(scrobbles)
        return
    into.playlists.extend(_read_rows(document, name, budget, may_nest=may_name_tracks(text)))


def _read_rows(document: object, name: str, budget: Budget, *, may_nest: bool) -> tuple[Playlist, ...]:
    """Read rows as what they are: a table where there is nothing inside them, else one by one."""
    table = as_table(document)
    recognised = recognise(table) if table else None
    if table and recognised is not None:
        with suppress(UnknownFormatError):  # it has a column for ids, and no id in it
            tables = read_spreadsheet(recognised, Decoded(table), title_of(document) or name, budget)
            return tuple(
                replace(one, format=JSON_ROWS if one.format == GENERIC_CSV else one.format) for one in tables
            )
    playlists = read_rows(document, name, budget)
    nested = None if playlists or not may_nest else read_nested(document, name, budget)
    if not playlists and nested is None:
        raise UnknownFormatError(_describe(document))
    return playlists if nested is None else (nested,)


def _is_saved(entry: Mapping[str, Any]) -> bool:
    """Whether a row is one of Spotify's library, which calls titles `track`; other services' say `name`."""
    return (
        ("track" in entry or "uri" in entry)
        and "name" not in entry
        and not isinstance(entry.get("track"), dict)
    )


def _plays(document: object) -> tuple[HistoryFields, Iterable[object]] | None:
    """Return the plays of a history with what its fields are called, or None if it is none."""
    listens = _listens(document)
    if listens is not None:
        return LISTENS, (_flat(listen) for listen in listens)
    if isinstance(document, list) and is_watch_history(document):
        return WATCHED, plays_of(document)
    if not _are_objects(document) or not document:
        return None
    first = document[0]
    if "ms_played" in first or EXTENDED.title in first:
        return EXTENDED, document
    return (BASIC, document) if "msPlayed" in first else None


def _listens(document: object) -> list[Any] | None:
    """Return the listens of a ListenBrainz export or answer, or None if it is neither."""
    if isinstance(document, dict):
        payload = document.get("payload", document)
        alone = [document] if "track_metadata" in document else None
        document = payload.get("listens", alone) if isinstance(payload, dict) else None
    if isinstance(document, list) and document and isinstance(document[0], dict):
        return document if isinstance(document[0].get("track_metadata"), dict) else None
    return None


def _flat(listen: object) -> dict[str, object] | None:
    """Return the fields of a listen on one level; a link under another name counts as the Spotify id."""
    if not isinstance(listen, dict) or not isinstance(told := listen.get("track_metadata"), dict):
        return None
    more = told.get("additional_info")
    more = more if isinstance(more, dict) else {}
    mapping = told.get("mbid_mapping") or listen.get("mbid_mapping")
    mapped = mapping.get("recording_mbid") if isinstance(mapping, dict) else None
    seconds = number_of(more.get("duration"))
    return {
        **{name: told.get(name) for name in (LISTENS.title, LISTENS.artist, LISTENS.album)},
        LISTENS.uri: more.get("spotify_id") or more.get("origin_url"),
        "isrc": more.get("isrc"),
        "duration_ms": number_of(more.get("duration_ms")) or (seconds * 1000 if seconds else None),
        "recording": mapped or more.get("recording_mbid"),
    }


def _is_apple(row: Mapping[str, Any]) -> bool:
    return "Playlist Item Identifiers" in row or {"Title", "Track Identifier"} <= row.keys()


def _read_apple(rows: Sequence[Mapping[str, Any]], library: Library) -> None:
    """Add a file of Apple's privacy export: the tracks of the library, or its playlists."""
    for row in rows:
        listed = row.get("Playlist Item Identifiers")
        if isinstance(listed, list):
            library.add_list(text_of(row.get("Title")), (text_of(key) for key in listed))
        elif "Track Identifier" in row:
            title = text_of(row.get("Title"))
            track = make_track(
                title=title,
                artists=(row.get("Artist") or row.get("Album Artist"),),
                album=row.get("Album"),
                duration_ms=number_of(row.get("Track Duration")),
                year=row.get("Track Year"),
                genre=row.get("Genre"),
            )
            library.add(track, text_of(row["Track Identifier"]), example=title)


def _skim_history(text: str, into: AccountData) -> bool:
    """Count the plays of a history that names its tracks, where it is written as Spotify writes it.

    Building an object for each play is most of what the longest histories cost.
    """
    if f'"{EXTENDED.uri}"' not in text[:_TELLTALE_CHARS] or (pieces := cut(text)) is None:
        return False
    try:
        if EXTENDED.played_ms not in json.loads(pieces[0]):
            return False
        into.history(EXTENDED).add_texts(pieces)
    except (ValueError, RecursionError):
        return False  # parsed as a whole, which says where it is damaged
    return True


def _parse(text: str) -> Any:
    """Parse JSON; errors keep no piece of the text, which may hold addresses and other private things."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg.startswith("Extra data") and "\n" in text[: error.pos] and text[error.pos] in "{[":
            return list(_one_after_the_other(text))
        ended = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        fault = Fault.BREAKS_OFF if ended else Fault.INVALID_JSON
        damage = Damage(fault, line=error.lineno, column=error.colno)
    except RecursionError:
        damage = Damage(Fault.TOO_DEEP)
    except ValueError:
        damage = Damage(Fault.LONG_NUMBER)
    raise DamagedFileError(ACCOUNT_DATA if _is_account_data(text) else JSON, damage)


def _one_after_the_other(text: str) -> Iterator[Any]:
    """Yield what a file of several documents holds, one on each line or each on several.

    Raises
    ------
    DamagedFileError
        One of them is no valid JSON.
    """
    at = 0
    while (begin := _BLANK.match(text, at).end()) < len(text):  # type: ignore[union-attr]
        try:
            value, at = _DECODER.raw_decode(text, begin)
        except (ValueError, RecursionError):
            line = text.count("\n", 0, begin) + 1
        else:
            yield from value if isinstance(value, list) else (value,)
            continue
        damage = Damage(Fault.INVALID_PART, line=line)
        raise DamagedFileError(ACCOUNT_DATA if _is_account_data(text) else JSON, damage)


def _are_objects(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


_OTHER_ITEMS = (
    ("localTrack", "uri", SkipReason.LOCAL_FILE),
    ("episode", "episodeName", SkipReason.EPISODE),
    ("audiobook", "audiobookName", SkipReason.AUDIOBOOK),
)
"""What a playlist holds beside tracks, and under which name it has its own."""


def _read_playlist(entry: Mapping[str, Any], budget: Budget) -> Playlist:
    items = entry.get("items")
    entries = Entries(budget)
    budget.take_rows()  # an empty playlist costs something, too
    for item in items if isinstance(items, list) else []:
        entries.add(*_read_item(item))
    return entries.playlist(_text(entry, "name"), ACCOUNT_DATA)


def _read_item(item: object) -> tuple[Track | SkipReason, str]:
    """Return the track of an item, or why there is none and what it is called."""
    if not isinstance(item, dict):
        return SkipReason.UNREADABLE, ""
    track = item.get("track")
    if isinstance(track, dict):
        title, artist = _text(track, "trackName"), _text(track, "artistName")
        read = make_track(
            title=title,
            artists=(artist,),
            album=_text(track, "albumName"),
            link=_text(track, "trackUri"),
            added_at=_text(item, "addedDate"),
        )
        return read, ""
    for kind, name, reason in _OTHER_ITEMS:
        if item.get(kind):
            return reason, local_label(_text(item[kind], name)) if isinstance(item[kind], dict) else ""
    return SkipReason.UNAVAILABLE if "track" in item else SkipReason.UNREADABLE, ""


def _read_library(rows: Sequence[Mapping[str, Any]], budget: Budget) -> Playlist:
    entries = Entries(budget)
    for row in rows:
        title, artist = _text(row, "track"), _text(row, "artist")
        track = make_track(title=title, artists=(artist,), album=_text(row, "album"), link=_text(row, "uri"))
        entries.add(track, title)
    return entries.playlist("Liked Songs", ACCOUNT_DATA)


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _describe(document: object) -> Shape:
    """Name the fields of foreign JSON, never a value."""
    first = document[0] if isinstance(document, list) and document else document
    if not isinstance(first, dict) or not first:
        return Shape(Look.JSON)
    named = [clean_text(name, 30) for name in first]
    return Shape(Look.FIELDS, tuple(named[:_NAMED_FIELDS]), len(named))
