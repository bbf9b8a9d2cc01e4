"""Find tracks anywhere in JSON whose shape nobody knows: rows that name them, and links in any text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.domain.music import Playlist, Track
from services.imports.documents import read_row, title_of
from services.imports.entries import Entries, text_of
from services.imports.formats import JSON_ROWS
from services.imports.links import find_links, may_hold_link
from services.imports.tally import Budget

_DEEPEST = 40
"""Levels that are looked into; what programs write has ten at most."""
_OF_OTHER_THINGS = frozenset({"album", "albums", "artist", "artists", "creator", "owner", "user", "release"})
"""Under these names stand things with a name and an artist that are no tracks."""
_SEARCHES = frozenset({"searchQuery", "searchInteractionURIs"})
"""What somebody looked for is nobody's list."""


def read_nested(document: object, name: str, budget: Budget) -> Playlist | None:
    """Return all tracks of a document in its order, or None if it names none.

    Raises
    ------
    TooManyRowsError
        There are more than are read.
    """
    entries = Entries(budget)
    for track in _tracks(document, _DEEPEST):
        entries.add(track)
    return entries.playlist(title_of(document) or name, JSON_ROWS) if entries.tracks else None


def _tracks(value: object, depth: int, *, is_row: bool = True) -> Iterator[Track]:
    if not depth:
        return
    if isinstance(value, str):
        if may_hold_link(value):
            yield from find_links(value)[0]
    elif isinstance(value, list):
        for each in value:
            yield from _tracks(each, depth - 1, is_row=is_row)
    elif isinstance(value, dict) and not _SEARCHES & value.keys():
        track = _read(value) if is_row else None
        if track is not None and track.id:
            yield track
            return
        inside = [
            found
            for key, each in value.items()
            for found in _tracks(each, depth - 1, is_row=key not in _OF_OTHER_THINGS)
        ]
        yield from inside or ([track] if track is not None else [])


def _read(row: Mapping[str, Any]) -> Track | None:
    """Return the track that a row surely is: one with its link, or with title and artist."""
    track = read_row(row)
    if not isinstance(track, Track):
        return None
    is_named = bool(track.title and track.artists) and "creator" not in row
    has_link = any(may_hold_link(text_of(each)) for each in row.values())
    return track if is_named or (track.id and has_link) else None
