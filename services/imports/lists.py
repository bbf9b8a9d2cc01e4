"""Read the lists that players write: M3U, PLS and cue sheets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from typing import NamedTuple

from services.domain.errors.playlists import UnknownFormatError
from services.domain.messages import Look, Note, Shape
from services.domain.music import Playlist, SkipReason, Track
from services.imports.entries import (
    Entries,
    file_name,
    make_track,
    number_of,
    split_words,
    words_of_path,
)
from services.imports.formats import CUE, M3U, PLS
from services.imports.lines import count_up
from services.imports.links import spotify_link
from services.imports.tally import Budget

_HEAD_CHARS = 65_536
_M3U = re.compile(r"(?:\A\s*|^)#EXTM3U\b|^#EXT(?:INF|VDJ):", re.MULTILINE | re.IGNORECASE)
_STREAM = re.compile(r"^#EXT-X-", re.MULTILINE | re.IGNORECASE)
_EXTINF = re.compile(
    r"""#EXTINF:\s*(-?\d{1,9}(?:\.\d{1,9})?)?((?:\s+[\w-]{1,50}=(?:"[^"]{0,500}"|'[^']{0,500}'|[^\s"',]{1,500}))*)\s*,(.*)""",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""\sartist=["']([^"']{1,300})""", re.IGNORECASE)
_VDJ_TAG = re.compile(r"<(artist|title|songlength)>([^<]{0,500})</", re.IGNORECASE)
_PLS = re.compile(r"\s*(?:[;#][^\n]{0,200}\n\s*){0,20}\[playlist\]\s*$", re.MULTILINE | re.IGNORECASE)
_PLS_LINE = re.compile(r"(file|title|length)(\d{1,6})\s*=(.*)", re.IGNORECASE)
_CUE = re.compile(r"^[ \t]*TRACK[ \t]+\d\d[ \t]+AUDIO\b", re.MULTILINE | re.IGNORECASE)
_CUE_LINE = re.compile(r"(track|title|performer|isrc)\s+(\S.*)", re.IGNORECASE)
_LONGEST_LINE = 4_000
_WEB = re.compile(r"(?:https?|mms|rtsp|icy)://", re.IGNORECASE)


def read_list(text: str, name: str, budget: Budget, notes: Iterable[Note] = ()) -> Playlist | None:
    """Read an M3U or PLS list or a cue sheet, or None if the text is none of them.

    Raises
    ------
    UnknownFormatError
        It is the list of a stream: pieces of one recording.
    TooManyRowsError
        It is longer than is read.
    """
    head = text[:_HEAD_CHARS]
    if _M3U.search(head):
        if _STREAM.search(head):
            raise UnknownFormatError(Shape(Look.STREAM))
        return _read_m3u(text, name, budget, notes)
    if _PLS.match(head):
        return _read_pls(text, name, budget, notes)
    return _read_cue(text, name, budget, notes) if _CUE.search(head) else None


class _Row(NamedTuple):
    """What a list says of one piece."""

    path: str = ""
    words: str = ""
    length_ms: float | None = None
    artist: str = ""
    """Where the words are the title alone."""
    album: str = ""


def _read_m3u(text: str, name: str, budget: Budget, notes: Iterable[Note]) -> Playlist:
    rows: list[_Row] = []
    title, album, row, is_counted = "", "", _Row(), False
    for line in _lines(text):
        told = _row_of(line)
        tag, _, words = line.partition(":")
        if told is not None:
            if row.words:  # the one before never got its path
                rows.append(row._replace(album=row.album or album))
            budget.take_rows()
            above = "" if row.words else row.artist
            row, is_counted = told._replace(artist=told.artist or above), True
        elif not line.startswith("#"):
            budget.take_rows(0 if is_counted else 1)
            rows.append(row._replace(path=line, album=row.album or album))
            row, is_counted = _Row(), False
        elif tag.casefold() == "#playlist":
            title = words.strip()
        elif tag.casefold() == "#extart":
            row = row._replace(artist=row.artist or words.strip())
        elif tag.casefold() == "#extalb":
            row, album = (row._replace(album=words.strip()), album) if row.words else (row, words.strip())
    if row.words:
        rows.append(row._replace(album=row.album or album))
    return _listed(rows, title or name, M3U, notes)


def _row_of(line: str) -> _Row | None:
    """Return what a line of M3U says of the path below it: `#EXTINF`, or the tags of VirtualDJ."""
    told = _EXTINF.match(line)
    if told:
        artist = _ATTRIBUTE.search(told[2])
        return _Row(words=told[3].strip(), length_ms=_length_ms(told[1]), artist=artist[1] if artist else "")
    if not line.casefold().startswith("#extvdj:"):
        return None
    tags = {name.casefold(): unescape(value).strip() for name, value in _VDJ_TAG.findall(line)}
    return _Row(
        words=tags.get("title", ""),
        length_ms=_length_ms(tags.get("songlength")),
        artist=tags.get("artist", ""),
    )


def _listed(rows: Sequence[_Row], name: str, format: str, notes: Iterable[Note]) -> Playlist:  # noqa: A002
    entries = Entries(Budget())  # the rows were counted when they were found
    numbered = count_up(file_name(row.path) for row in rows if not row.words)
    for row in rows:
        entries.add(_entry(row, numbered=numbered), row.words or row.path)
    return entries.playlist(name, format, notes)


def _read_pls(text: str, name: str, budget: Budget, notes: Iterable[Note]) -> Playlist:
    rows: dict[int, dict[str, str]] = {}
    for line in _lines(text):
        told = _PLS_LINE.fullmatch(line)
        if told:
            number = int(told[2])
            if number not in rows:
                budget.take_rows()
                rows[number] = {}
            rows[number][told[1].casefold()] = told[3].strip()
    listed = [
        _Row(row.get("file", ""), row.get("title", ""), _length_ms(row.get("length")))
        for _, row in sorted(rows.items())
    ]
    return _listed(listed, name, PLS, notes)


def _read_cue(text: str, name: str, budget: Budget, notes: Iterable[Note]) -> Playlist:
    """Read a cue sheet; what stands above its first track is of the whole disc."""
    rows: list[dict[str, str]] = [{}]
    for line in _lines(text):
        told = _CUE_LINE.match(line)
        if not told:
            continue
        if told[1].casefold() == "track":
            budget.take_rows()
            rows.append({})
        rows[-1].setdefault(told[1].casefold(), told[2].strip().strip('"'))
    disc, *tracks = rows
    entries = Entries(Budget())  # the rows were counted when they were found
    for row in tracks:
        title, artist = row.get("title", ""), row.get("performer") or disc.get("performer", "")
        if not artist:
            artist, title = split_words(title)
        artists = (artist,) if artist else ()
        entries.add(make_track(title=title, artists=artists, isrc=row.get("isrc", "")), title)
    return entries.playlist(disc.get("title") or name, CUE, notes)


def _entry(row: _Row, *, numbered: bool) -> Track | SkipReason:
    """Return the track of a row: by its Spotify link, its words, or the name of its file."""
    link, is_web = spotify_link(row.path), _WEB.match(row.path)
    artist, title = split_words(row.words)
    if row.artist:
        title = title if artist.casefold() == row.artist.casefold() else row.words
        artist = row.artist
    if not (link or is_web or row.words):
        artist, title = words_of_path(row.path, row.artist, numbered=numbered)
    if is_web and not link and not artist:
        return SkipReason.NOT_A_TRACK  # a radio station
    return make_track(
        title=title,
        artists=(artist,) if artist else (),
        album=row.album,
        link=link,
        duration_ms=row.length_ms,
        location="" if link else row.path,
    )


def _length_ms(seconds: str | None) -> float | None:
    value = number_of(seconds)
    return value * 1000 if value is not None and value > 0 else None


def _lines(text: str) -> Iterator[str]:
    return (line.strip()[:_LONGEST_LINE] for line in text.splitlines() if line.strip())
