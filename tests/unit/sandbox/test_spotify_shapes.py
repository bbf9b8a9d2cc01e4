"""The invented Spotify says all that the public contract requires, but for what the real one leaves out."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.sample_catalogue import sample_catalogue
from sandbox.spotify_library import rows_of
from sandbox.spotify_shapes import Shape, page_json, row_json

LINKED = {"external_urls", "href", "id", "type", "uri"}
OF_PAGES = {"href", "items", "limit", "next", "offset", "previous", "total"}
OF_ALBUMS = {
    *LINKED,
    *("album_type", "artists", "images", "name", "release_date", "release_date_precision", "total_tracks"),
}
OF_OPEN_ALBUMS = OF_ALBUMS | {"available_markets"}
"""New apps get fewer fields: so the changelog of February 2026 says."""


@pytest.mark.parametrize("shape", Shape)
def test_answers_have_what_the_contract_requires(shape: Shape) -> None:
    tracks = [known.track for known in sample_catalogue().tracks[:8]]
    rows = [row_json(row, shape, place=place) for place, row in enumerate(rows_of(tracks))]
    page = page_json(rows, total=8, offset=0, limit=50, href="/v1/playlists/1/items", following=None)
    assert page.keys() >= OF_PAGES
    for row in rows:
        assert row is not None
        assert row["added_by"].keys() >= LINKED
        item: Any = row.get("item") or row["track"]
        assert item.keys() >= LINKED | {"artists", "disc_number", "duration_ms", "explicit", "name"}
        assert item["album"].keys() >= (OF_OPEN_ALBUMS if shape.is_open else OF_ALBUMS)
        for artist in (*item["artists"], *item["album"]["artists"]):
            assert artist.keys() >= LINKED | {"name"}
