"""Read where a program keeps the file of a track."""

from __future__ import annotations

import re
from urllib.parse import unquote

_LONGEST = 1_000
"""Characters; a longer path is kept by no program."""
_FILE = re.compile(r"file://(?:localhost)?(?=/)", re.IGNORECASE)
_DRIVE = re.compile(r"/?([A-Za-z]:[\\/].*)", re.DOTALL)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:(?![\\/][^\\/])")
"""A scheme before its colon: `spotify:`, `https://`. One letter is a drive."""


def location_of(text: str) -> str | None:
    """Return a path from a path or a `file:` address; None for what is somewhere else.

    Examples
    --------
    `file://localhost/C:/Music/A%20B.mp3` -> `C:/Music/A B.mp3`, `spotify:track:…` -> None
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    address = _FILE.match(text)
    if address:
        text = unquote(text[address.end() :])
    elif _ADDRESS.match(text):
        return None
    drive = _DRIVE.fullmatch(text)
    path = drive[1] if drive else text
    return path if path.isprintable() else None
