"""Read one file that is no archive: account data, a table, or a list of links."""

from __future__ import annotations

from dataclasses import replace

from services.domain.errors.uploads import UnknownFormatError
from services.domain.music import Playlist
from services.imports.account import AccountData, read_account_file
from services.imports.decode import decode
from services.imports.formats import TRACK_LINKS
from services.imports.links import find_links
from services.imports.spreadsheets import describe_columns, read_spreadsheet, recognise


def read_document(content: bytes, name: str, into: AccountData) -> tuple[Playlist, ...]:
    """Return the playlists of a table or link list; account data is added to `into` instead.

    `name` is the playlist's name where the content tells none.

    Raises
    ------
    UploadError
        `UnknownFormatError`, `DamagedFileError` or `TooManyRowsError`.
    """
    decoded = decode(content)
    text = decoded.text
    if text.lstrip()[:1] in {"{", "["}:
        before = len(into.playlists)
        read_account_file(text, into)
        into.playlists[before:] = [
            replace(playlist, notes=(*playlist.notes, *decoded.notes)) for playlist in into.playlists[before:]
        ]
        return ()
    recognised = recognise(text)
    if recognised is not None:
        return read_spreadsheet(recognised, decoded, name)
    tracks, tally = find_links(text)
    if not tracks and not tally.total:
        raise UnknownFormatError(looks_like=describe_columns(text))
    return (
        Playlist(name=name, tracks=tracks, format=TRACK_LINKS, skipped=tally.skipped(), notes=decoded.notes),
    )
