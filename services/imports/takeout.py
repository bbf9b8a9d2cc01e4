"""Read YouTube Takeout: library (names), playlists (ids of videos only), and the page of what was watched."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.imports.account import AccountData
from services.imports.columns import normal
from services.imports.entries import make_track
from services.imports.formats import MAX_LISTED, YOUTUBE
from services.imports.history import WATCHED
from services.imports.lengths import duration_ms
from services.imports.tables import first_records, rows_below
from services.imports.tally import Budget
from services.imports.watched import is_watch_page, plays_of_page

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
