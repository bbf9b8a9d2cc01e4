"""Find Spotify track links in any text; no link is ever opened."""

from __future__ import annotations

import re

from services.domain.errors.uploads import (
    EmptyFileError,
    FileTooLargeError,
    NoTracksError,
    TooManyRowsError,
    UnknownFormatError,
)
from services.domain.music import Playlist, PlaylistSource, SkipReason, Track, TrackId
from services.imports.cleaning import clean_text
from services.imports.formats import TRACK_LINKS
from services.imports.limits import MAX_NAME_CHARS, MAX_ROWS, MAX_UPLOAD_BYTES
from services.imports.tally import Tally, in_words

_LINK = re.compile(
    r"""
    (?:
        spotify:(?:user:[^\s:]{1,100}:)?(?P<uri_kind>[a-z]{3,12}):(?P<uri_id>[^\s<>"'()\[\],;|]{1,200})
      | (?:open|play)\.spotify\.com/(?:intl-[a-z]{2,5}(?:-[a-z]{2,5})?/)?(?:embed/)?
        (?:user/[^\s/]{1,100}/)?(?P<kind>[a-z]{3,12})/(?P<id>[0-9A-Za-z]{1,64})
      | (?P<short>spotify\.(?:link|app\.link)/[0-9A-Za-z]{1,40})
      | ^[ \t]*(?P<bare>(?=[A-Za-z]{0,21}\d)[0-9A-Za-z]{22})[ \t]*\r?$
    )
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_ID = re.compile(r"[0-9A-Za-z]{22}")
_OTHER_KINDS = {
    "episode": SkipReason.EPISODE,
    "show": SkipReason.EPISODE,
    "audiobook": SkipReason.AUDIOBOOK,
    "chapter": SkipReason.AUDIOBOOK,
    "local": SkipReason.LOCAL_FILE,
    "album": SkipReason.NOT_A_TRACK,
    "artist": SkipReason.NOT_A_TRACK,
    "playlist": SkipReason.NOT_A_TRACK,
    "user": SkipReason.NOT_A_TRACK,
    "collection": SkipReason.NOT_A_TRACK,
}


def find_links(text: str) -> tuple[tuple[Track, ...], Tally]:
    """Return the linked tracks in their order, repeats included, and what other links there were.

    Links in every spelling count: URIs, `intl-de` paths, embeds, `?si=` tails, angle brackets, and
    bare ids that stand alone on a line. Short links (spotify.link) hide their track; they are
    counted as unreadable, because finding out would mean opening them.

    Raises
    ------
    TooManyRowsError
        More than `MAX_ROWS` tracks.
    """
    tracks: list[Track] = []
    tally = Tally()
    for found in _LINK.finditer(text):
        kind = (found["uri_kind"] or found["kind"] or "track").casefold()
        if found["short"]:
            tally.add(SkipReason.UNREADABLE, found["short"])
        elif kind != "track":
            tally.add(_OTHER_KINDS.get(kind, SkipReason.UNREADABLE), found[0])
        else:
            identity = _identity(found)
            if identity is None:
                tally.add(SkipReason.UNREADABLE, found[0])
                continue
            if len(tracks) >= MAX_ROWS:
                raise TooManyRowsError(limit=MAX_ROWS)
            tracks.append(Track(id=identity))
    return tuple(tracks), tally


def _identity(found: re.Match[str]) -> TrackId | None:
    told = found["bare"] or found["id"] or re.split(r"[?/#]", found["uri_id"] or "")[0].rstrip(".!:*_~")
    return TrackId(told) if _ID.fullmatch(told) else None


def read_links(text: str, *, name: str = "Pasted links") -> Playlist:
    """Read the track links in a message into a playlist without titles.

    Raises
    ------
    EmptyFileError
        There is no text.
    NoTracksError
        There are Spotify links, and none of them is a track.
    UnknownFormatError
        There is no Spotify link at all.
    FileTooLargeError, TooManyRowsError
        The text is longer than any message, or holds too many tracks.
    """
    if len(text) > MAX_UPLOAD_BYTES:
        raise FileTooLargeError(size_bytes=len(text), limit_bytes=MAX_UPLOAD_BYTES)
    if not text.strip():
        raise EmptyFileError(format=TRACK_LINKS)
    tracks, tally = find_links(text)
    if not tracks:
        if tally.total:
            raise NoTracksError(format=TRACK_LINKS, skipped=in_words(tally.skipped()))
        raise UnknownFormatError(looks_like="text without any track link")
    return Playlist(
        name=clean_text(name, MAX_NAME_CHARS) or "Pasted links",
        tracks=tracks,
        source=PlaylistSource.LINKS,
        format=TRACK_LINKS,
        skipped=tally.skipped(),
    )
