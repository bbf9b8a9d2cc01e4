"""The file formats by the names that people know, and by the names that provenance carries."""

from __future__ import annotations

import re

EXPORTIFY = "Exportify"
EXPORTIFY_APP = "Exportify.app"
CHOSIC = "Chosic"
TUNEMYMUSIC = "TuneMyMusic"
SOUNDIIZ = "Soundiiz"
ACCOUNT_DATA = "Spotify account data"
HISTORY = "Spotify listening history"
EXTENDED_HISTORY = "Spotify extended listening history"
TRACK_LINKS = "Track links"
GENERIC_CSV = "CSV table"
ZIP = "ZIP archive"
JSON = "JSON"
TEXT = "text file"


def source_slug(format: str) -> str:  # noqa: A002 - the field of Playlist has this name
    """Name a format as provenance does: `Exportify` becomes `file:exportify`.

    Stable for every name in this module, because stored feature values carry it.
    """
    return "file:" + (re.sub(r"[^a-z0-9]+", "-", format.casefold()).strip("-") or "unknown")
