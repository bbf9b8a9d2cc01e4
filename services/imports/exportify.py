"""Read tables as exportify.net and exportify.app write them, old and new, in every language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

from services.imports.artists import SplitArtists, split_commas, split_escaped_commas, split_semicolons
from services.imports.columns import FEATURE_NAMES, Column, names, normal
from services.imports.dialects import Dialect
from services.imports.formats import EXPORTIFY, EXPORTIFY_APP

_TABLE = "exportify_app_headers.json"

_NET_COLUMNS = {
    **FEATURE_NAMES,
    **names(
        URI="Track URI|Spotify ID|Track ID|Spotify Track ID",
        TITLE="Track Name",
        ARTISTS="Artist Name(s)",
        ARTIST_IDS="Artist IDs|Artist URI(s)|Artist ID(s)",
        ALBUM="Album Name",
        ALBUM_URI="Album URI|Album ID",
        RELEASE="Release Date|Album Release Date",
        DURATION_MS="Duration (ms)|Track Duration (ms)",
        POPULARITY="Popularity",
        EXPLICIT="Explicit",
        ISRC="ISRC",
        ADDED_AT="Added At",
        GENRES="Genres",
    ),
}


@cache
def _app_columns() -> Mapping[str, Column]:
    """Read the translated headers; no header means two things, not even across languages."""
    table = json.loads(resources.files(__package__).joinpath(_TABLE).read_text(encoding="utf-8"))
    meanings = [Column.DURATION_MS if name == "duration" else Column(name) for name in table["columns"]]
    return {
        normal(header): meaning
        for headers in table["headers"].values()
        for header, meaning in zip(headers, meanings, strict=True)
    }


def _is_app(found: Mapping[Column, int], _headers: frozenset[str]) -> bool:
    return {Column.URI, Column.TITLE, Column.ARTISTS} <= found.keys() and not found.keys().isdisjoint(
        {Column.ALBUM_URI, Column.ALBUM_ARTISTS, Column.DURATION_MS}
    )


def _is_net(found: Mapping[Column, int], headers: frozenset[str]) -> bool:
    return {Column.TITLE, Column.ARTISTS} <= found.keys() and not headers.isdisjoint(
        {"track uri", "spotify id", "track id", "artist ids", "duration (ms)"}
    )


def exportify_app() -> Dialect:
    r"""Describe exportify.app (watsonbox): twelve languages, `\,` for a comma inside an artist's name."""
    return Dialect(
        format=EXPORTIFY_APP,
        columns=_app_columns(),
        recognises=_is_app,
        split_artists=split_escaped_commas,
    )


EXPORTIFY_NET = Dialect(
    format=EXPORTIFY, columns=_NET_COLUMNS, recognises=_is_net, split_artists=split_commas
)
"""exportify.net (pavelkomarov). Old files join artists by commas, newer ones by semicolons."""


def net_artists(cells: list[str], headers: frozenset[str]) -> SplitArtists:
    """Tell from a whole file how exportify.net joined its artists.

    One semicolon anywhere, or a column that only the newer version writes, proves semicolons.
    """
    if "record label" in headers or any(";" in cell for cell in cells):
        return split_semicolons
    return split_commas
