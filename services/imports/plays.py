"""Read tables of plays, in which each row counts, and those of YouTube Takeout, with ids of videos."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from services.domain.messages import Note, NoteKind
from services.imports.account import AccountData
from services.imports.cells import tells_moment
from services.imports.columns import FEATURE_COLUMNS, Column, normal
from services.imports.dialects import GENERIC
from services.imports.entries import make_track, split_words
from services.imports.formats import MAX_LISTED, YOUTUBE
from services.imports.history import APPLE_PLAYS, EXTENDED, LOGGED, SCROBBLES, WATCHED
from services.imports.tables import DELIMITERS, Header, find_header, first_records, rows_below
from services.imports.tally import Budget
from services.imports.units import duration_ms
from services.imports.watched import is_watch_page, plays_of_page

_TIMES = (
    *("uts", "utc time", "listened at", "played at", "timems"),
    *("scrobble time", "scrobbled at", "scrobble date"),
)
_DATES = (
    "event end timestamp",
    "event start timestamp",
    "date",
    "time",
    "datetime",
    "date time",
    "date/time",
    "timestamp",
    "ts",
    "datum",
    "fecha",
    "data",
    "dato",
)
"""What may as well be the day on which somebody added a track: then tracks must come again and again."""
_IDS = frozenset({"uri", "track uri", "spotify uri", "spotify id", "spotify track uri", "track id", "url"})
_DESCRIPTION = "track description"
_APPLE_TIME, _APPLE_COUNT = "date played", "play count"
_APPLE_LAST = frozenset({"track name", "last played date", "is user initiated"})
"""Another table of Apple's: `Artist - Title` stands in the column of the name."""
_HEADLESS_COLUMNS = ("artist", "album", "track", "time")
_MOST_OF_TEN = 7
_PLAYER_LOG = "#AUDIOSCROBBLER/"
"""So begin the logs of portable players: artist, album, title, number, length, rating, time."""
_RATING_AT = 5
_LONGEST = 2_000
_LOOKED_AT = 2_000
"""Rows in which tracks must come again."""


def read_plays(text: str, into: AccountData) -> bool:
    """Add a table of plays to what is known; False if it is some other text.

    Read are the exports of Last.fm, with and without a header, and the play histories of Apple's privacy
    export. Tables with ids of tracks are none.

    Raises
    ------
    DamagedFileError
        A cell is absurdly long: a quote is never closed.
    TooManyRowsError
        There are more plays than are counted.
    """
    if text.startswith(_PLAYER_LOG):
        into.history(LOGGED).add(_logged(line) for line in text.splitlines() if line[:1] not in {"", "#"})
        return True
    header = find_header(text, _score_of_history)
    if header is not None:
        names = [normal(cell) for cell in header.cells]
        at = {field: _position(names, known) for field, known in _HISTORY.items()}
        rows = rows_below(header.text, header.delimiter, header.record + 1, SCROBBLES.format)
        into.history(EXTENDED).add(_fields(row, at) for row in rows)
        return True
    header = find_header(text, _score) or _repeating(find_header(text, _score_of_dates))
    if header is not None:
        names = _names(header.cells)
        rows = rows_below(header.text, header.delimiter, header.record + 1, SCROBBLES.format)
        if _DESCRIPTION in names or set(names) >= _APPLE_LAST:
            described = names.index(_DESCRIPTION if _DESCRIPTION in names else "track name")
            counted = names.index(_APPLE_COUNT) if _APPLE_COUNT in names else None
            into.history(APPLE_PLAYS).add(_apple(row, described, counted) for row in rows)
        else:
            found = GENERIC.match(header.cells)
            at = {field: found.get(column) for field, column in _FIELDS.items()}
            into.history(SCROBBLES).add(_fields(row, at) for row in rows)
        return True
    delimiter = next((each for each in DELIMITERS if _has_no_header(text, each)), None)
    if delimiter is not None:
        history = into.history(SCROBBLES)
        history.notes.append(Note(NoteKind.NO_HEADER, names=_HEADLESS_COLUMNS))
        at = {"artist": 0, "album": 1, "track": 2}
        rows = rows_below(text, delimiter, 0, SCROBBLES.format)
        history.add(_fields(row, at) if _is_headless(row) else None for row in rows)
        return True
    return False


def _logged(line: str) -> dict[str, object] | None:
    """Return a line of a player's log; S stands for a track that was skipped."""
    cells = line.split("\t")
    if len(cells) <= _RATING_AT:
        return None
    names: dict[str, object] = dict(zip(("artist", "album", "title"), cells, strict=False))
    return names | {"plays": int(cells[_RATING_AT] != "S")}


_HISTORY = {
    EXTENDED.title: ("master metadata track name", "track name", "trackname", "track", "title"),
    EXTENDED.artist: ("master metadata album artist name", "artist name", "artistname", "artist"),
    EXTENDED.album: ("master metadata album album name", "album name", "albumname", "album"),
    EXTENDED.uri: ("spotify track uri", "trackuri", "track uri"),
    EXTENDED.played_ms: ("ms played", "msplayed"),
}
"""Columns of Spotify's histories where somebody made tables of them."""


def _score_of_history(cells: tuple[str, ...]) -> int:
    names = {normal(cell) for cell in cells}
    told = [not names.isdisjoint(_HISTORY[field]) for field in (EXTENDED.title, EXTENDED.played_ms)]
    other_ids = names & (_IDS | {"id"}) - {*_HISTORY[EXTENDED.uri]}
    return sum(told) if all(told) and not other_ids and _SOUND.isdisjoint(GENERIC.match(cells)) else 0


_SOUND = frozenset({*FEATURE_COLUMNS.values(), Column.CAMELOT})
"""What lists say of their tracks, and histories don't."""
_FIELDS = {"track": Column.TITLE, "artist": Column.ARTISTS, "album": Column.ALBUM}


def _names(cells: Iterable[str]) -> list[str]:
    """Return what columns are called; some programs write the name of the user behind it (`Date#ann`)."""
    return [normal(cell).partition("#")[0] for cell in cells]


def _repeating(header: Header | None) -> Header | None:
    """Return the header if its column of dates holds times of day, and its tracks come again and again."""
    if header is None:
        return None
    found = GENERIC.match(header.cells)
    time = _position(_names(header.cells), _DATES)
    artist, track = found.get(Column.ARTISTS), found.get(Column.TITLE)
    rows = plays = 0
    different = set()
    for row in rows_below(header.text, header.delimiter, header.record + 1, SCROBBLES.format):
        cells = [
            row[place].strip() if place is not None and place < len(row) else ""
            for place in (time, artist, track)
        ]
        rows += 1
        plays += tells_moment(cells[0])
        different.add((cells[1], cells[2]))
        if rows >= _LOOKED_AT:
            break
    is_history = 10 * plays >= _MOST_OF_TEN * rows and 10 * len(different) <= 9 * rows
    return header if rows and is_history else None


def _score_of_dates(cells: tuple[str, ...]) -> int:
    return _scored(cells, _DATES)


def _score(cells: tuple[str, ...]) -> int:
    names = set(_names(cells))
    if _DESCRIPTION in names:
        return len(names & {_DESCRIPTION, _APPLE_TIME, _APPLE_COUNT}) - 1
    if names >= _APPLE_LAST:
        return len(_APPLE_LAST)
    return _scored(cells, _TIMES)


def _scored(cells: tuple[str, ...], times: tuple[str, ...]) -> int:
    names, found = set(_names(cells)), GENERIC.match(cells)
    if names.isdisjoint(times) or names & _IDS or not _SOUND.isdisjoint(found):
        return 0
    return 3 if {Column.TITLE, Column.ARTISTS} <= found.keys() else 0


def _position(names: list[str], known: tuple[str, ...]) -> int | None:
    return next((names.index(name) for name in known if name in names), None)


def _fields(row: list[str], at: dict[str, int | None] | dict[str, int]) -> dict[str, object]:
    return {
        field: row[position][:_LONGEST].strip()
        for field, position in at.items()
        if position is not None and position < len(row)
    }


def _apple(row: list[str], described: int, counted: int | None) -> dict[str, object]:
    """Return a row of Apple's daily history: one track on one day, with how often it was played."""
    artist, title = split_words(row[described]) if described < len(row) else ("", "")
    told = row[counted].strip() if counted is not None and counted < len(row) else "1"
    plays = int(told) if told.isascii() and told.isdigit() and len(told) < 8 else 0
    return {"artist": artist, "title": title, "plays": plays}


def _has_no_header(text: str, delimiter: str) -> bool:
    """Whether the first row, and most of the next, are plays: four cells, of which the last is a time."""
    first = [row for _, row in first_records(text, delimiter)]
    plays = sum(map(_is_headless, first))
    return plays > 1 and _is_headless(first[0]) and 10 * plays >= _MOST_OF_TEN * len(first)


def _is_headless(row: list[str]) -> bool:
    return len(row) == len(_HEADLESS_COLUMNS) and tells_moment(row[-1])


_VIDEO = re.compile(r"[0-9A-Za-z_-]{11}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}\S{0,20}(?: UTC)?")
_LIBRARY_COLUMNS = 4
"""Video, title, album, first artist; further artists follow, and for uploads a length."""
_PLAYLIST_COLUMNS = 2
_NO_ARTIST = ("duration", "length", "dauer", "durée", "duración", "durata", "duração")
_SUFFIX = re.compile(
    r"(?: - |[- ])(?:videos?|vidéos|vídeos|video's|filmy|wideo|видео|відео|動画|影片|视频|동영상)$",
    re.IGNORECASE,
)


def read_takeout(text: str, name: str, into: AccountData, budget: Budget) -> bool:
    """Add a table or page of a Takeout to what is known of it; False if it is some other text.

    The header follows the account's language, so the ids in the first column tell the table.

    Raises
    ------
    TooManyRowsError
        There are more rows than are read.
    DamagedFileError
        A cell is absurdly long: a quote is never closed.
    """
    if is_watch_page(text):
        into.history(WATCHED).add(plays_of_page(text))
        return True
    records = [(number, row) for number, row in first_records(text, ",") if any(row)]
    above, header = 0, []  # type: tuple[int, list[str]]
    while records and not _VIDEO.fullmatch(records[0][1][0].strip()):
        above, header = records.pop(0)  # older Takeouts describe the playlist above its rows
    first = [row for _, row in records]
    if not (header and first and all(_VIDEO.fullmatch(row[0].strip()) for row in first)):
        return False
    rows = rows_below(text, ",", above + 1, YOUTUBE)
    if len(header) == _PLAYLIST_COLUMNS and all(_is_dated(row) for row in first):
        library = into.library(YOUTUBE, budget)
        library.add_list(_SUFFIX.sub("", name) or name, (row[0].strip() for row in rows))
        return True
    if len(header) >= _LIBRARY_COLUMNS and (_names_id(header[0]) or all(map(_is_id, first))):
        _read_library(header, rows, into, budget)
        return True
    return False


def _names_id(header: str) -> bool:
    return "id" in normal(header).split()


def _is_id(row: list[str]) -> bool:
    """Whether a row begins with what can be no word: letters of both cases, digits or signs among them."""
    cell = row[0].strip()
    return cell != cell.lower() and cell != cell.upper() and re.search(r"[0-9_-]", cell) is not None


def _read_library(header: list[str], rows: Iterator[list[str]], into: AccountData, budget: Budget) -> None:
    library = into.library(YOUTUBE, budget)
    artists_at = [
        position
        for position in range(_LIBRARY_COLUMNS - 1, min(len(header), MAX_LISTED))
        if not normal(header[position]).startswith(_NO_ARTIST)
    ]
    named = [normal(cell) for cell in header]
    length_at = next((at for at, name in enumerate(named) if name.startswith(_NO_ARTIST)), len(header))
    for row in rows:
        video, title, album = (*(cell.strip() for cell in row[:3]), "", "", "")[:3]
        artists = [row[position].strip() for position in artists_at if position < len(row)]
        length_ms = duration_ms(row[length_at].strip()) if length_at < len(row) else None
        track = make_track(title=title, artists=artists, album=album, duration_ms=length_ms)
        library.add(track, video, example=video)


def _is_dated(row: list[str]) -> bool:
    return len(row) == _PLAYLIST_COLUMNS and _TIME.fullmatch(row[1].strip()) is not None
