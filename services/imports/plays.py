"""Read tables of plays: each row is a play, so the tracks are counted, most played first."""

from __future__ import annotations

from collections.abc import Iterable

from services.domain.messages import Note, NoteKind
from services.imports.account import AccountData
from services.imports.cells import tells_moment
from services.imports.columns import FEATURE_COLUMNS, Column, normal
from services.imports.dialects import GENERIC
from services.imports.entries import split_words
from services.imports.history import APPLE_PLAYS, EXTENDED, LOGGED, SCROBBLES
from services.imports.tables import DELIMITERS, Header, find_header, first_records, rows_below

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
