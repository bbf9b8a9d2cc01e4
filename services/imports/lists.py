"""Read lists of names: M3U, PLS, and lines that say `Artist - Title`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from services.domain.errors.playlists import UnknownFormatError
from services.domain.messages import Note
from services.domain.music import Playlist, SkipReason, Track
from services.imports.entries import (
    ARTIST_AND_TITLE,
    Entries,
    make_track,
    number_of,
    split_words,
    track_of_path,
    track_of_words,
)
from services.imports.formats import LINES, M3U, PLS
from services.imports.link_names import NUMBERING
from services.imports.links import spotify_link
from services.imports.tally import Budget

_HEAD_CHARS = 65_536
_M3U = re.compile(r"(?:\A\s*|^)#EXTM3U\b|^#EXTINF:", re.MULTILINE | re.IGNORECASE)
_STREAM = re.compile(r"^#EXT-X-", re.MULTILINE | re.IGNORECASE)
_EXTINF = re.compile(
    r"""#EXTINF:\s*(-?\d{1,9}(?:\.\d{1,9})?)?(?:\s+[\w-]{1,50}="[^"]{0,500}")*\s*,(.*)""", re.IGNORECASE
)
_PLS = re.compile(r"\s*\[playlist\]\s*$", re.MULTILINE | re.IGNORECASE)
_PLS_LINE = re.compile(r"(file|title|length)(\d{1,6})\s*=(.*)", re.IGNORECASE)
_WEB = re.compile(r"(?:https?|mms|rtsp|icy)://", re.IGNORECASE)
_SOUND_FILE = re.compile(r"\.(mp3|m4a|aac|flac|wav|aiff?|ogg|opus|wma|alac)$", re.IGNORECASE)
_CLOCK = re.compile(r"\s[\[(]?(\d{1,2}):([0-5]\d)[\])]?$")
_BARE_NUMBER = re.compile(r"\s*(\d{1,4})[\s:]+")
_LONGEST_LINE = 300
_LEAST_LINES = 2
_MOST_OF_TEN = 8
"""So many of ten lines must name artist and title; in prose a dash is rare."""


def read_list(text: str, name: str, budget: Budget, notes: Iterable[Note] = ()) -> Playlist | None:
    """Read an M3U or PLS list, or None if the text is neither.

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
            raise UnknownFormatError(looks_like="the pieces of a stream")
        return _read_m3u(text, name, budget, notes)
    if _PLS.match(head):
        return _read_pls(text, name, budget, notes)
    return None


def _read_m3u(text: str, name: str, budget: Budget, notes: Iterable[Note]) -> Playlist:
    entries = Entries(budget)
    words, length_ms, title = "", None, ""
    for line in _lines(text):
        told = _EXTINF.match(line)
        if told:
            words, length_ms = told[2].strip(), _length_ms(told[1])
        elif line.casefold().startswith("#playlist:"):
            title = line.partition(":")[2].strip()
        elif not line.startswith("#"):
            entries.add(_entry(line, words, length_ms), words or line)
            words, length_ms = "", None
    return entries.playlist(title or name, M3U, notes)


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
    entries = Entries(Budget())  # the rows were counted when they were found
    for number in sorted(rows):
        row = rows[number]
        words, path = row.get("title", ""), row.get("file", "")
        entries.add(_entry(path, words, _length_ms(row.get("length"))), words or path)
    return entries.playlist(name, PLS, notes)


def _entry(path: str, words: str, length_ms: float | None) -> Track | SkipReason:
    """Return the track of a row: by its Spotify link, its words, or the name of its file."""
    link = spotify_link(path)
    if link or words:
        artist, title = split_words(words)
        if _WEB.match(path) and not link and not artist:
            return SkipReason.NOT_A_TRACK  # a radio station
        artists = (artist,) if artist else ()
        return make_track(
            title=title, artists=artists, link=link, duration_ms=length_ms, location="" if link else path
        )
    if _WEB.match(path):
        return SkipReason.NOT_A_TRACK
    return track_of_path(path, duration_ms=length_ms, location=path)


def _length_ms(seconds: str | None) -> float | None:
    value = number_of(seconds)
    return value * 1000 if value is not None and value > 0 else None


def read_lines(text: str, name: str, budget: Budget, notes: Iterable[Note] = ()) -> Playlist | None:
    """Read lines or file names that say `Artist - Title`, numbered or not; None if most say something else.

    Raises
    ------
    TooManyRowsError
        There are more lines than are read.
    """
    lines = []
    for line in _lines(text):
        budget.take_rows()
        lines.append(line)
    lines = _without_numbers(lines)
    dashed = sum(1 for line in lines if len(line) <= _LONGEST_LINE and ARTIST_AND_TITLE.search(line))
    if dashed < _LEAST_LINES or 10 * dashed < _MOST_OF_TEN * len(lines):
        return None
    entries = Entries(Budget())  # the lines were counted when they were found
    for line in lines:
        entries.add(_track_of_line(line), line)
    return entries.playlist(name, LINES, notes)


def _track_of_line(line: str) -> Track | SkipReason:
    if len(line) > _LONGEST_LINE or not ARTIST_AND_TITLE.search(line):
        return SkipReason.UNREADABLE
    if _SOUND_FILE.search(line):
        return track_of_path(line)
    clock = _CLOCK.search(line)
    if clock is None:
        return track_of_words(line)
    length_ms = (int(clock[1]) * 60 + int(clock[2])) * 1000
    return track_of_words(line[: clock.start()].rstrip(" -–—"), duration_ms=length_ms)


def _without_numbers(lines: list[str]) -> list[str]:
    """Drop `1.` and bullets; a bare number goes only where they count up, since bands have numbers too."""
    bare = [_BARE_NUMBER.match(line) for line in lines]
    counted = [int(found[1]) for found in bare if found is not None]
    if lines and counted == list(range(1, len(lines) + 1)):
        return [line[found.end() :].strip() for line, found in zip(lines, bare, strict=True) if found]
    return [NUMBERING.sub("", line, count=1).strip() for line in lines]


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip())
