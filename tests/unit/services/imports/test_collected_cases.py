"""The collected files of many programs, each read whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.domain.features import Feature
from services.imports.upload import read_upload

from .samples import known

CASES = {
    "account-history.jsonl": (16, 16, 0, 0),
    "apple-media-services-small.zip": (13, 0, 0, 0),
    "apple-music-playlist-german.txt": (24, 0, 0, 0),
    "apple-privacy-play-history.csv": (24, 0, 0, 0),
    "csv-bom-shown-as-letters.csv": (24, 0, 0, 0),
    "csv-concatenated-exports.csv": (18, 18, 18, 18),
    "csv-european-excel-cp1252.csv": (18, 18, 18, 18),
    "csv-excel-ate-the-decimal-point.csv": (18, 18, 0, 18),
    "csv-russian-excel-cp1251.csv": (18, 18, 18, 18),
    "csv-saved-from-column-a.csv": (24, 24, 24, 24),
    "csv-spaces-after-commas.csv": (19, 0, 0, 0),
    "csv-user-prefixed-uris.csv": (16, 16, 0, 0),
    "dj-camelot-leading-zero.csv": (18, 0, 18, 18),
    "dj-key-column-camelot.csv": (18, 0, 18, 18),
    "dj-key-column-notes.csv": (18, 0, 18, 18),
    "features-all-zero-rows.csv": (18, 18, 12, 12),
    "features-exportify-percent-signs.csv": (18, 18, 18, 18),
    "features-units-in-cells.csv": (18, 0, 18, 0),
    "itunes-library-playlist.xml": (13, 0, 5, 0),
    "kaggle-spotify-2023.csv": (24, 0, 24, 24),
    "lastfm-no-header.csv": (24, 0, 0, 0),
    "lastfm-scrobbles-with-header.csv": (24, 0, 0, 0),
    "links-all-spellings.txt": (16, 16, 0, 0),
    "links-in-html.html": (16, 16, 0, 0),
    "links-markdown-first-line.txt": (16, 16, 0, 0),
    "listenbrainz-listens.json": (24, 24, 0, 0),
    "listenbrainz-playlist.jspf": (24, 24, 0, 0),
    "m3u-files.m3u8": (24, 0, 0, 0),
    "m3u-with-spotify-uris.m3u8": (24, 24, 0, 0),
    "mixed-in-key.csv": (24, 0, 24, 24),
    "organize-your-music-long.csv": (24, 0, 24, 0),
    "playlist.xspf": (24, 24, 0, 0),
    "rekordbox-playlist-alphanumeric.txt": (24, 0, 24, 24),
    "rekordbox.xml": (24, 0, 24, 24),
    "serato-history.csv": (24, 0, 0, 0),
    "shazam-quotes-in-quotes.csv": (24, 0, 0, 0),
    "sort-your-music-pasted.tsv": (24, 0, 24, 0),
    "spotify-backup.txt": (24, 24, 0, 0),
    "spotify-web-api.json": (24, 24, 0, 0),
    "table-markdown.txt": (18, 0, 0, 0),
    "text-artist-title-lines.txt": (24, 0, 0, 0),
    "traktor-playlist.nml": (14, 0, 14, 14),
    "youtube-takeout-library.csv": (24, 0, 0, 0),
    "youtube-takeout-small.zip": (24, 0, 0, 0),
}
"""Tracks, ids, tempi and keys of the first playlist."""


def test_reads_the_collected_cases() -> None:
    shared = os.environ.get("TASTEMAP_SHARED_DATA")
    folder = (Path(shared).parent if shared else Path(__file__).parents[5] / "shared") / "cases"
    if not folder.is_dir():
        pytest.skip("the collection of cases lies beside the project; it is not there")
    found = {}
    for name in CASES:
        playlist = read_upload((folder / name).read_bytes(), filename=name)[0]
        ids = sum(track.id is not None for track in playlist.tracks)
        found[name] = len(playlist.tracks), ids, known(playlist, Feature.TEMPO), known(playlist, Feature.MODE)
    assert found == CASES
