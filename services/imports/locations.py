"""Read where a program keeps the file of a track, and what its name is."""

from __future__ import annotations

import re
from urllib.parse import unquote

from services.imports.text import DASHES

_LONGEST = 1_000
"""Characters; a longer path is kept by no program."""
_FILE = re.compile(r"file://(?:localhost)?(?=/)", re.IGNORECASE)
_DRIVE = re.compile(r"/?([A-Za-z]:[\\/].*)", re.DOTALL)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:(?![\\/][^\\/])")
"""A scheme before its colon: `spotify:`, `https://`. One letter is a drive."""
SOUND_FILE = re.compile(r"\.(?:mp3|m4a|aac|flac|wav|aiff?|ogg|opus|wma|alac)$", re.IGNORECASE)
"""How the name of a file with sound ends."""
_FILE_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")
_WEB_ADDRESS = re.compile(r"[a-z]{3,10}://", re.IGNORECASE)
_LONGEST_NAMED = 2_000
"""Of a path so much of its end is looked at."""
_TRACK_NUMBER = re.compile(
    rf"^(?:(?:0?[1-9]|1[0-2])[ABabdm]\s+[{DASHES}]\s+(?:\d{{2,3}}(?:\.\d+)?\s+[{DASHES}]\s+)?(?=.*\s[{DASHES}]\s)"
    rf"|(?:\d{{1,3}}\s?[.)]\s+|(?:0\d{{1,2}}|\d{{1,2}})\s+[{DASHES}]\s+|\d-\d\d\s+|0\d\s+)"
    rf"(?:[{DASHES}]\s+)?(?=\S))"
)
"""Of an album, in front of the name of a file: `01 - `, `7. `, `1-07 `; a bare `50 ` may be of a name.

Mixed In Key writes key and tempo there: `8A - 126 - `."""
_ANY_NUMBER = re.compile(rf"^\d{{1,4}}[{DASHES}\s.)_]+(?=\S)")


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


def file_name(path: str) -> str:
    """Return the name of a file without its folder and ending."""
    path = path[-_LONGEST_NAMED:].rstrip("/\\")
    if "%20" in path or _WEB_ADDRESS.match(path):
        path = unquote(path)
    return _FILE_ENDING.sub("", re.split(r"[/\\]:?", path)[-1])


def without_number(name: str, *, in_list: bool = False) -> str:
    """Return the name of a file without the number of its track.

    Parameters
    ----------
    in_list
        Whether any number in front is one, because the files of a list count up.
    """
    return (_ANY_NUMBER if in_list else _TRACK_NUMBER).sub("", name, count=1)
