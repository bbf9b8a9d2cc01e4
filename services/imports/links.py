"""Find Spotify track links in any text, and the names that stand beside them; no link is ever opened."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote_plus

from services.domain.errors.playlists import (
    FOREIGN_SERVICES,
    EmptyFileError,
    FileTooLargeError,
    NoTracksError,
    TooManyRowsError,
    UnknownFormatError,
)
from services.domain.inputs import MAX_UPLOAD_BYTES
from services.domain.messages import Look, Shape
from services.domain.music import Playlist, PlaylistSource, SkipReason, Track, TrackId, valid_track_id
from services.imports.cells import OTHER_KINDS
from services.imports.entries import split_words
from services.imports.formats import MAX_NAME_CHARS, MAX_ROWS, TRACK_LINKS
from services.imports.tally import Budget, Tally
from services.imports.text import clean_text

_BEFORE_CHARS, _AFTER_CHARS = 600, 200
"""So much of a line is looked at on both sides of its link."""
_LEAD = re.compile(r"[<(\[\"']*(?:https?://)?$", re.IGNORECASE)
"""What may stand between a name and the part of a link that was found."""
_MARKDOWN = re.compile(r"\[([^\[\]]{1,300})\]\(\s*<?(?:https?://)?$", re.IGNORECASE)
_ADDRESS_REST = re.compile(r"^\S*\s*")
_TAIL = re.compile(r"\S*[\s)>\].,;]*")
NUMBERING = re.compile(
    r"^\s*(?:(?:\(\d{1,2}|\[?\d{1,4})[.)\]]\s+|#\d{1,4}[.:)]?\s+|n[or]\.\s?\d{1,4}[.:)]\s+"
    r"|(?:[-–*+>•·‣▪●○◦▶►♪♫🎵🎶]\s+){1,3}(?:\[[ xX]?\]\s+)?)",
    re.IGNORECASE,
)
"""What may stand before a row of a list."""
_ANCHOR = re.compile(r"<a\s([^<>]{1,1000})>([^<]{1,300})</a>", re.IGNORECASE)
_HREF = re.compile(r"""href\s?=\s?["']?([^"'\s<>]{1,500})""", re.IGNORECASE)
_LEAST = 2
"""One name alone may be part of a sentence."""


class Named(NamedTuple):
    """What is called beside a link, each empty where nothing is told."""

    title: str = ""
    artist: str = ""
    album: str = ""


def spread_anchors(text: str) -> str:
    """Write each link of a web page as `[name](link)` on a line of its own."""
    return _ANCHOR.sub(_spread, text)


def _spread(anchor: re.Match[str]) -> str:
    address = _HREF.search(anchor[1])
    return f"\n[{anchor[2].strip()}]({address[1]})\n" if address else anchor[0]


def names_beside(text: str, spans: Sequence[tuple[int, int]]) -> list[Named]:
    """Return a name for each link that stands alone in its line, and an empty one for all others.

    Names count only as a list: at least two, for half of the lone links, and mostly different, so
    that neither a sentence around a link nor a hundred times "listen here" becomes a title.

    Parameters
    ----------
    text
        In which the links were found.
    spans
        Begin and end of each, in their order.
    """
    joined = [text.find("\n", end, begin) < 0 for (_, end), (begin, _) in pairwise(spans)]
    lone = (
        [not (before or after) for before, after in zip([False, *joined], [*joined, False], strict=True)]
        if spans
        else []
    )
    names = [_name(text, *span) if alone else Named() for span, alone in zip(spans, lone, strict=True)]
    told = [name for name in names if name.title]
    if len(told) < _LEAST or 2 * len(told) < sum(lone) or 2 * len(set(told)) < len(told):
        return [Named()] * len(spans)
    return names


def _name(text: str, begin: int, end: int) -> Named:
    above, _, before = text[max(0, begin - _BEFORE_CHARS) : begin].rpartition("\n")
    if begin > _BEFORE_CHARS and not above:
        return Named()  # the line is longer than any row of a list
    markdown = _MARKDOWN.search(before)
    if markdown:
        artist, title = split_words(markdown[1])
        return Named() if "://" in title else Named(title, artist)
    words = NUMBERING.sub("", _LEAD.sub("", before), count=1)
    cells = [cell.strip() for cell in words.split("\t")]
    if len(cells) >= 3 and cells[0] and cells[1]:
        return Named(*cells[:3])
    after = text[end : end + _AFTER_CHARS].partition("\n")[0]
    if not words.strip():
        words, after = _ADDRESS_REST.sub("", after, count=1), ""
    if not _TAIL.fullmatch(after):
        return Named()
    artist, title = split_words(words.strip().strip(":|–—-#").strip())
    return Named(title, artist) if artist else Named()


_LINK = re.compile(
    r"""
    (?:
        spotify(?:-action)?:(?://)?(?:user[:/][^\s:/]{1,100}[:/])?(?P<uri_kind>[a-z]{3,12})[:/]
        (?P<uri_id>[^\s<>"'()\[\],;|]{1,200})
      | (?:open|play)\.spotify\.com/(?:intl-[a-z]{2,5}(?:-[a-z]{2,5})?/)?(?:embed/)?
        (?:user/[^\s/]{1,100}/)?(?P<kind>[a-z]{3,12})/(?P<id>[0-9A-Za-z]{1,64})
      | api\.spotify\.com/v1/(?P<api_kind>[a-z]{3,12}?)s/(?P<api_id>[0-9A-Za-z]{1,64})
      | (?:song\.link|odesli\.co)/s/(?P<other_id>[0-9A-Za-z]{22})
      | (?P<short>(?:spotify\.(?:link|app\.link)|spoti\.fi)/[0-9A-Za-z]{1,40})
      | ^[ \t]*(?P<bare>(?=[A-Za-z]{0,21}\d)[0-9A-Za-z]{22})[ \t]*\r?$
    )
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_MAY_BE_LINK = re.compile(r"spotify[:%/.]|spoti\.fi", re.IGNORECASE)
_ESCAPES = {
    "%3a": ":",
    "%2f": "/",
    "%3f": "?",
    "%3d": "=",
    "%26": "&",
    "%25": "%",
    "\\/": "/",
    "\\u002f": "/",
    "&amp;": "&",
}
_ESCAPE = re.compile("|".join(map(re.escape, _ESCAPES)), re.IGNORECASE)
_TIMES_ESCAPED = 2
"""A link inside a link is escaped twice."""
_FOREIGN_HOSTS = dict(
    zip(("you", "apple", "d(?:ee)?z(?:e)?r", "tidal", "soundcloud", "amazon"), FOREIGN_SERVICES, strict=True)
)
_PARTS_OF_HOSTS = ("youtu", "apple.com/", "deezer.", "dzr.", "tidal.com/", "soundcloud.com/", "amazon.")
"""Looked for first, which is far quicker."""
_FOREIGN = re.compile(
    r"\b((?:music\.)?youtube\.com|youtu\.be|(?:music|itunes)\.apple\.com|deezer\.(?:com|page\.link)"
    r"|dzr\.page\.link|tidal\.com|soundcloud\.com|music\.amazon\.[a-z.]{2,6}|amazon\.[a-z.]{2,6}/music)/",
    re.IGNORECASE,
)
_HEAD_CHARS = 1_024
_ADDRESS, _LOOKED_AT_CHARS = re.compile(r"https?://(?:www\.)?([a-z0-9.-]{3,60})(?:[/?#]|$)"), 8_192
_CONTEXT = "context="
"""What follows in a link says where it was copied, not what it leads to."""


def find_links(text: str, budget: Budget | None = None) -> tuple[tuple[Track, ...], Tally]:
    """Return the linked tracks in their order, repeats included, and what other links there were.

    Links in every spelling count: URIs, `intl-de` paths, embeds, `?si=` tails, angle brackets, and
    bare ids that stand alone on a line. Short links (spotify.link) hide their track; they are
    counted, because finding out would mean opening them.

    Raises
    ------
    TooManyRowsError
        More than `MAX_ROWS` tracks, or more links than `budget` has left.
    """
    tracks: list[Track] = []
    tally = Tally()
    budget = budget or Budget()
    text = _unescaped(text)
    lines, text = text, spread_anchors(text)
    spans: list[tuple[int, int]] = []
    at: list[int] = []
    for found in _LINK.finditer(text):
        if text.endswith(_CONTEXT, 0, found.start()):
            continue
        budget.take_rows()
        spans.append(found.span())
        kind = (found["uri_kind"] or found["kind"] or found["api_kind"] or "track").casefold()
        if found["short"]:
            tally.add(SkipReason.SHORT_LINK, found["short"])
        elif kind != "track":
            tally.add(OTHER_KINDS.get(kind, SkipReason.UNREADABLE), local_label(found[0]))
        else:
            identity = _identity(found)
            if identity is None:
                tally.add(SkipReason.UNREADABLE, found[0])
                continue
            if len(tracks) >= MAX_ROWS:
                raise TooManyRowsError(limit=MAX_ROWS)
            at.append(len(spans) - 1)
            tracks.append(Track(id=identity))
    if tracks and "<html" not in text[:_HEAD_CHARS].casefold():
        _count_foreign(lines, tally)
    names = names_beside(text, spans)
    return tuple(_named(track, names[index]) for track, index in zip(tracks, at, strict=True)), tally


def _count_foreign(text: str, tally: Tally) -> None:
    """Count the lines that lead to another service and to no track on Spotify."""
    at = 0
    while found := _FOREIGN.search(text, at):
        begin, end = text.rfind("\n", 0, found.start()) + 1, text.find("\n", found.end())
        at = end if end >= 0 else len(text)
        line = text[begin:at]
        if _LINK.search(line) is None:
            tally.add(SkipReason.OTHER_SERVICE, line)


def local_label(uri: str) -> str:
    """Say a local file as `Artist – Title`, from `spotify:local:artist:album:title:seconds`."""
    parts = uri.split(":")
    if len(parts) < 5 or parts[1] != "local":
        return uri
    artist, title = unquote_plus(parts[2]), unquote_plus(parts[4])
    return " – ".join(part for part in (artist, title) if part) or uri


def foreign_links(text: str) -> str | None:
    """Name the other service that the links in a text lead to, or None.

    Services that nobody knows here count by the name of their host, where there is nothing but links.
    """
    small = text.casefold()
    found = _FOREIGN.search(text) if any(part in small for part in _PARTS_OF_HOSTS) else None
    if found is None:
        lines = [line.strip() for line in small[:_LOOKED_AT_CHARS].splitlines() if line.strip()]
        hosts = [address[1] for line in lines if (address := _ADDRESS.match(line))]
        return hosts[0] if hosts and len(hosts) == len(lines) else None
    host = found[1].casefold()
    return next(name for mark, name in _FOREIGN_HOSTS.items() if re.search(mark, host))


def may_hold_link(text: str) -> bool:
    """Whether it is worth looking for links in a text."""
    return _MAY_BE_LINK.search(text) is not None


def spotify_link(words: str) -> str:
    """Return the first Spotify link in some words as a URI, or nothing."""
    found = _LINK.search(_unescaped(words))
    if found is None or found["bare"] or found["short"]:
        return ""
    identity = _identity(found)
    kind = (found["uri_kind"] or found["kind"] or found["api_kind"] or "track").casefold()
    return f"spotify:{kind}:{identity or ''}"


def _unescaped(text: str) -> str:
    for _ in range(_TIMES_ESCAPED):
        if not _ESCAPE.search(text):
            break
        text = _ESCAPE.sub(lambda found: _ESCAPES[found[0].casefold()], text)
    return text


def _named(track: Track, name: Named) -> Track:
    if not name.title:
        return track
    return replace(
        track,
        title=clean_text(unescape(name.title)),
        artists=(clean_text(unescape(name.artist)),) if name.artist else (),
        album=clean_text(unescape(name.album)) or None,
    )


def _identity(found: re.Match[str]) -> TrackId | None:
    told = (
        found["bare"]
        or found["id"]
        or found["api_id"]
        or found["other_id"]
        or re.split(r"[?/#&:]", found["uri_id"] or "")[0].rstrip(".!:*_~")
    )
    return valid_track_id(told)


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
            raise NoTracksError(format=TRACK_LINKS, skipped=(tally.skipped(),))
        raise UnknownFormatError(Shape(Look.NO_LINK))
    return Playlist(
        name=clean_text(name, MAX_NAME_CHARS) or "Pasted links",
        tracks=tracks,
        source=PlaylistSource.LINKS,
        format=TRACK_LINKS,
        skipped=tally.skipped(),
    )
