"""Read tables as Chosic's playlist analyser writes them: 0 to 100, note names, Camelot codes."""

from __future__ import annotations

from collections.abc import Mapping

from services.imports.columns import Column, names
from services.imports.dialects import Dialect
from services.imports.formats import CHOSIC

_COLUMNS = names(
    TITLE="Song",
    ARTISTS="Artist",
    TEMPO="BPM",
    CAMELOT="Camelot",
    ENERGY="Energy",
    ADDED_AT="Added At",
    DURATION="Duration|Time",
    POPULARITY="Popularity",
    GENRES="Genres",
    ALBUM="Album",
    RELEASE="Album Date",
    DANCEABILITY="Dance",
    ACOUSTICNESS="Acoustic",
    INSTRUMENTALNESS="Instrumental",
    VALENCE="Valence|Happy",
    SPEECHINESS="Speech",
    LIVENESS="Live",
    LOUDNESS="Loud (Db)|Loud",
    KEY="Key",
    URI="Spotify Track Id",
    ISRC="ISRC",
    EXPLICIT="Explicit",
)
_TELLTALE = frozenset({"camelot", "dance", "acoustic", "instrumental", "speech", "live", "spotify track id"})


def _is_chosic(found: Mapping[Column, int], headers: frozenset[str]) -> bool:
    return {Column.TITLE, Column.ARTISTS} <= found.keys() and len(headers & _TELLTALE) >= 3


CHOSIC_TABLE = Dialect(format=CHOSIC, columns=_COLUMNS, recognises=_is_chosic, guesses_scale=True)
"""Chosic rounds to whole percents; people edit its files, so the scale is looked at all the same."""
