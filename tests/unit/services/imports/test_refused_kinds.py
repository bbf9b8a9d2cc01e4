"""What is no list of tracks is refused by its kind, with what to do next."""

from __future__ import annotations

import json

import pytest

from cogs.words.errors import sentence
from services.domain.errors.playlists import UploadError
from services.imports.upload import read_upload

from .samples import watched


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            json.dumps([["Artist", "Title"], *[["Ann", f"{n}"] for n in range(20_001)]]),
            "more than 20,000 rows",
        ),
        (json.dumps({"artist": ["Ann"] * 20_001, "title": ["x"] * 20_001}), "more than 20,000 rows"),
        ("[]", "has no rows in it"),
        (json.dumps([watched("Watched a film", header="YouTube")]), "Upload a playlist with songs in it"),
        (json.dumps([{"Title": "x", "Playlist Item Identifiers": [1]}]), "“Apple Music Library Tracks.json”"),
        (
            "Playlist ID,Title\nPLx,Mix\n\nVideo ID,Time Added\nabcDEF-1_gh,2020-01-01 00:00:00 UTC\n",
            "“music library songs.csv”",
        ),
        (
            "https://a.bandcamp.com/track/x\nhttps://b.bandcamp.com/track/y\n",
            "links to a.bandcamp.com. I read no",
        ),
        (
            "Catalog#,Artist,Title,Released,release_id\nX,Ann,An Album,2001,1\n",
            "the columns Catalog#, Artist",
        ),
        ("Anna Gruber,Wien\nBert Huber,Graz\nCarla Maier,Linz\n", "the columns Anna Gruber, Wien"),
        ("Anna: hi there, how are you?\nBert: fine, and you?\nAnna: Good!\n", "call its columns “Title”"),
        ("2024-01-02 03:04:05 - INFO - a\n2024-01-02 03:04:06 - INFO - b\n", "like “Artist - Title”"),
        ("Kunde;Ort\nAnna Gruber;Bad Ischl\nBert Huber;Sankt Gilgen\n", "the columns Kunde, Ort"),
        ("a1b2c3d - Mend it\nb2c3d4e - Add it\n", "like “Artist - Title”"),
        ('<?xml version="1.0"?><b><book><title>One</title><author>Ann</author></book></b>', "an XML file"),
        ("Flour: 500 g\nSugar: 100 g\nFresh eggs: 3\n", "like “Artist - Title”"),
        ('{"title": "One", "artist": "Ann"}\n{"title": "Two', "begins on line 2 is no valid JSON"),
    ],
)
def test_what_is_no_list_is_refused_by_its_kind_with_the_next_step(content: str, says: str) -> None:
    with pytest.raises(UploadError) as caught:
        read_upload(content.encode())
    assert says in sentence(caught.value)
