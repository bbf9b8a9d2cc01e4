"""Find tracks anywhere in JSON whose shape nobody knows, and cut long lists into their objects."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.domain.errors.playlists import TooManyRowsError
from services.domain.music import Playlist, Track
from services.imports import cells
from services.imports.documents import has_names, read_row, title_of
from services.imports.entries import Entries, text_of
from services.imports.formats import JSON_ROWS, MAX_ROWS
from services.imports.links import find_links, may_hold_link
from services.imports.tally import Budget

_FIRST_KEY = re.compile(r'\s*\[\s*(\{\s*"\w+"\s*:)')
_BETWEEN = re.compile(r"\s*,\s*")
_decoder = json.JSONDecoder()


def cut(text: str) -> Sequence[str] | None:
    """Return the JSON text of each object of a list, or None where that can't be told without parsing.

    The objects have to begin with the same key and to be written in the same way, as a program writes them.
    What lies between two of them then holds a quotation mark that no text inside quotation marks can hold
    without a backslash, so it is found nowhere else. Only the first and the last object are known to be
    valid JSON.
    """
    head = _FIRST_KEY.match(text)
    if head is None:
        return None
    begin, key = head.start(1), head[1]
    try:
        _, end = _decoder.raw_decode(text, begin)
        gap = _BETWEEN.match(text, end)
        between = f"{gap[0]}{key}" if gap else ""
        if not gap or not text.startswith(between, end):
            return None
        pieces = text[begin:].split(between)
        last = key + pieces[-1]
        _, end = _decoder.raw_decode(last)
    except (ValueError, RecursionError):
        return None
    if last[end:].strip() != "]":
        return None
    return [pieces[0], *(key + piece for piece in pieces[1:-1]), last[:end]]


_DEEPEST = 40
"""Levels that are looked into; what programs write has ten at most."""
_INSIDE = frozenset({"track", "item", "attributes"})
_OF_OTHER_THINGS = frozenset(
    {"album", "albums", "artist", "artists", "artist-credit", "creator", "owner", "user", "release"}
)
"""Under these names stand things with a name and an artist that are no tracks."""
_CREDITED = re.compile(
    r'"(?:[A-Za-z_]{0,20}(?:[Aa]rtist|[Ss]inger|performer)|band_name|grandparentTitle|ar")'
)
_SEARCHES = frozenset({"searchQuery", "searchInteractionURIs"})
"""What somebody looked for is nobody's list."""


def may_name_tracks(text: str) -> bool:
    """Whether JSON text holds links, or names of fields that credit somebody: most other files do not."""
    return "spotify" in text or _CREDITED.search(text) is not None


def read_nested(document: object, name: str, budget: Budget) -> Playlist | None:
    """Return all tracks of a document in its order, or None if it names none.

    Raises
    ------
    TooManyRowsError
        There are more than are read.
    """
    found: list[Track] = []
    _gather(document, _DEEPEST, found)
    entries = Entries(budget)
    for track in found:
        entries.add(track)
    return entries.playlist(title_of(document) or name, JSON_ROWS) if found else None


def _gather(value: object, depth: int, found: list[Track], *, is_row: bool = True) -> None:
    if len(found) > MAX_ROWS:
        raise TooManyRowsError(limit=MAX_ROWS)
    if not depth:
        return
    if isinstance(value, str):
        if may_hold_link(value):
            is_one = value.isprintable() and " " not in value
            identity = cells.track_id(value) if is_one else None
            found.extend(([Track(id=identity)] if identity else []) if is_one else find_links(value)[0])
    elif isinstance(value, list):
        for each in value:
            _gather(each, depth - 1, found, is_row=is_row)
    elif isinstance(value, dict) and not _SEARCHES & value.keys():
        track = _read(value) if is_row and _may_be_row(value) else None
        if track is not None and track.id:
            found.append(track)
            return
        before = len(found)
        for key, each in value.items():
            _gather(each, depth - 1, found, is_row=key not in _OF_OTHER_THINGS)
        if track is not None and len(found) == before:
            found.append(track)


def _may_be_row(value: Mapping[str, Any]) -> bool:
    """Whether a thing is worth reading as a row: by its names, a link, or what is called a track in it."""
    if has_names(value) or not _INSIDE.isdisjoint(value):
        return True
    return any(isinstance(each, str) and may_hold_link(each) for each in value.values())


def _read(row: Mapping[str, Any]) -> Track | None:
    """Return the track that a row surely is: one with its link, or with title and artist."""
    track = read_row(row)
    if not isinstance(track, Track):
        return None
    is_named = bool(track.title and track.artists) and "creator" not in row
    has_link = any(may_hold_link(text_of(each)) for each in row.values())
    return track if is_named or (track.id and has_link) else None
