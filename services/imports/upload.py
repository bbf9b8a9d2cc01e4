"""Read an uploaded file into playlists, whatever made it. The only entry to this room."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from services.domain.errors.playlists import (
    ArchiveRefusedError,
    DamagedFileError,
    EmptyFileError,
    FileTooLargeError,
    NoTracksError,
    PlaylistNotInFileError,
    UnknownFormatError,
)
from services.domain.inputs import MAX_UPLOAD_BYTES
from services.domain.messages import Damage, Fault, Look, Note, NoteKind, Shape
from services.domain.music import Playlist
from services.imports.account import AccountData, may_hold_tracks, read_account_file
from services.imports.archive import Member, members, office_kind, open_archive
from services.imports.formats import ACCOUNT_DATA, MAX_EXAMPLES, TRACK_LINKS, ZIP
from services.imports.libraries import read_library
from services.imports.lines import read_lines
from services.imports.links import find_links, foreign_links
from services.imports.lists import read_list
from services.imports.markup import holds_wiki_table, is_xml, page_text, wiki_text
from services.imports.plays import read_plays, read_takeout
from services.imports.spreadsheets import describe_columns, read_spreadsheet, recognise
from services.imports.tally import Budget
from services.imports.text import (
    Decoded,
    decode,
    is_zip,
    markup_kind,
    other_archive,
    plain_name,
    playlist_name,
    same_name,
)

_JSON_HEAD = 65_536
_JSON = re.compile(
    r"\s*(?:\{\s*(?:[\"'}]|$)"
    r'|\[\s*(?:[\[{"]|\](?=\s*$)|-?\d[\d.eE+-]{0,30}\s*(?:,|\]\s*$)|null\b|true\b|false\b|$))'
)
"""An object, or a list that begins with a value; `[1] ` and `[03:45] ` number the lines of a list."""

_PAGE = re.compile(r"\s*<(?:table|ol|ul|div|p|h[1-6])\b", re.IGNORECASE)
"""A piece of a web page."""
_HEAD_CHARS = 4_096
_ALIGNED = re.compile(r"(?<=\S) {2,}(?=\S)")


def read_upload(content: bytes, *, filename: str = "", wanted: str | None = None) -> tuple[Playlist, ...]:
    """Read a file by what is in it; its name only ever serves to name a playlist that has no name.

    Parameters
    ----------
    content
        The file as it is.
    filename
        What the person called it. Never used as a path, never a hint at the format.
    wanted
        If given, only playlists of this name (in any case) are returned.

    Returns
    -------
    tuple of Playlist
        At least one, each with at least one track, in the file's order.

    Raises
    ------
    UploadError
        One of its subclasses, for every input that cannot be read in full: `FileTooLargeError`,
        `EmptyFileError`, `UnknownFormatError`, `DamagedFileError`, `ArchiveRefusedError`,
        `TooManyRowsError`, `TooManyNamesError`, `NoTracksError`, `PlaylistNotInFileError`.
    """
    if len(content) > MAX_UPLOAD_BYTES:
        raise FileTooLargeError(size_bytes=len(content), limit_bytes=MAX_UPLOAD_BYTES)
    if not content.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise EmptyFileError
    archive_kind = other_archive(content)
    if archive_kind:
        raise ArchiveRefusedError(Damage(Fault.OTHER_ARCHIVE, names=(archive_kind,)))
    if is_zip(content):
        playlists, empty_format = _read_archive(content), ZIP
    else:
        account, budget = AccountData(), Budget()
        tables = read_document(content, playlist_name(filename), account, budget)
        playlists, empty_format = (*tables, *account.all_playlists()), ACCOUNT_DATA
    return _choose(_numbered(playlists), wanted, empty_format)


def _numbered(playlists: Iterable[Playlist]) -> tuple[Playlist, ...]:
    """Give each playlist a name of its own: of several called `Mix` the second is `Mix (2)`."""
    taken: set[str] = set()
    numbered: list[Playlist] = []
    following: dict[str, int] = {}
    for playlist in playlists:
        name, base = playlist.name, plain_name(playlist.name)
        while plain_name(name) in taken:
            following[base] = following.get(base, 1) + 1
            name = f"{playlist.name} ({following[base]})"
        taken.add(plain_name(name))
        numbered.append(playlist if name == playlist.name else replace(playlist, name=name))
    return tuple(numbered)


def _choose(playlists: tuple[Playlist, ...], wanted: str | None, empty_format: str) -> tuple[Playlist, ...]:
    """Narrow to the wanted playlists and to those with tracks; say why if none is left."""
    if wanted is not None and wanted.strip():
        chosen = tuple(playlist for playlist in playlists if same_name(playlist.name, wanted))
        if not chosen and playlists:
            raise PlaylistNotInFileError(
                wanted=wanted, available=tuple(playlist.name for playlist in playlists)
            )
        playlists = chosen
    full = tuple(playlist for playlist in playlists if playlist.tracks)
    if full:
        empty = [playlist.name for playlist in playlists if not playlist.tracks]
        if empty:
            full = _with_note(full, _named(NoteKind.EMPTY_PLAYLISTS, empty))
        return full
    format_name = playlists[0].format if playlists else empty_format
    skipped = tuple(playlist.skipped for playlist in playlists if playlist.skipped)
    if skipped:
        raise NoTracksError(format=format_name, skipped=skipped)
    raise EmptyFileError(format=format_name)


def _read_archive(content: bytes) -> tuple[Playlist, ...]:
    """Read every file of a ZIP that holds tracks; the others are counted in a note, never in silence.

    A damaged file among readable ones is named in the notes of all playlists. If nothing could be
    read, its error is the answer.
    """
    archive = open_archive(content)
    office = office_kind(archive.namelist())
    if office:
        raise UnknownFormatError(Shape(office))
    account, budget = AccountData(), Budget()
    tables: list[Playlist] = []
    foreign: list[str] = []
    damaged: list[Damage] = []
    first_damage: DamagedFileError | None = None
    for member in members(archive):
        try:
            if _is_private(member):
                foreign.append(member.name)
            elif member.content.strip():
                tables.extend(read_document(member.content, playlist_name(member.name), account, budget))
        except UnknownFormatError:
            foreign.append(member.name)
        except DamagedFileError as error:
            damaged.append(replace(error.damage, file=member.name))
            first_damage = first_damage or error
    playlists = (*tables, *account.all_playlists())
    if not any(playlist.tracks for playlist in playlists) and first_damage is not None:
        raise DamagedFileError(first_damage.format, damaged[0])
    if not playlists and foreign:
        first = tuple(foreign[:MAX_EXAMPLES])
        raise ArchiveRefusedError(Damage(Fault.NO_TRACKS, names=first, count=len(foreign)))
    if damaged:
        playlists = _with_note(
            playlists,
            Note(NoteKind.DAMAGED_FILES, count=len(damaged), damages=tuple(damaged[:MAX_EXAMPLES])),
        )
    if foreign:
        playlists = _with_note(playlists, Note(NoteKind.OTHER_FILES, count=len(foreign)))
    return playlists


def _is_private(member: Member) -> bool:
    """Whether a JSON file names none of the track fields: payments, messages and the like stay unread."""
    head = member.content[:_JSON_HEAD]
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in {b"{", b"["}:
        return False
    return not may_hold_tracks(head.decode("utf-8", errors="replace"))


def _with_note(playlists: Iterable[Playlist], note: Note) -> tuple[Playlist, ...]:
    return tuple(replace(playlist, notes=(*playlist.notes, note)) for playlist in playlists)


def _named(kind: NoteKind, names: list[str]) -> Note:
    return Note(kind, count=len(names), names=tuple(names[:MAX_EXAMPLES]))


def _shape_of(text: str) -> Shape:
    """Say what holds no tracks: a web page, links to another service, a table by its columns, or text."""
    if markup := markup_kind(text):
        return Shape(markup)
    service = foreign_links(text)
    return Shape(Look.LINKS, (service,)) if service else describe_columns(text)


def _is_json(text: str) -> bool:
    """Whether a text begins as JSON does; Markdown links and the sections of PLS begin with `[`, too."""
    return _JSON.match(text) is not None


def read_document(content: bytes, name: str, into: AccountData, budget: Budget) -> tuple[Playlist, ...]:
    """Return the playlists of a table or link list; account data is added to `into` instead.

    `name` is the playlist's name where the content tells none; `budget` is what its upload may still hold.

    Raises
    ------
    UploadError
        `UnknownFormatError`, `DamagedFileError`, `TooManyRowsError` or `TooManyNamesError`.
    """
    decoded = decode(content)
    text = decoded.text
    if _is_json(text):
        before = len(into.playlists)
        read_account_file(text, content, into, budget, name)
        into.playlists[before:] = [
            replace(playlist, notes=(*playlist.notes, *decoded.notes)) for playlist in into.playlists[before:]
        ]
        return ()
    if is_xml(text):
        return read_library(text, name, budget, decoded.notes)
    if read_takeout(text, name, into, budget) or read_plays(text, into):
        into.notes.extend(decoded.notes)
        return ()
    listed = read_list(text, name, budget, decoded.notes)
    if listed is not None:
        return (listed,)
    recognised = None if markup_kind(text) else recognise(text)
    if recognised is not None:
        return read_spreadsheet(recognised, decoded, name, budget)
    tracks, tally = find_links(text, budget)
    if not tracks and not tally.total:
        playlists = _read_shown(text, decoded, name, budget)
        if playlists is None:
            raise UnknownFormatError(_shape_of(text))
        return playlists
    return (
        Playlist(name=name, tracks=tracks, format=TRACK_LINKS, skipped=tally.skipped(), notes=decoded.notes),
    )


def _read_shown(text: str, decoded: Decoded, name: str, budget: Budget) -> tuple[Playlist, ...] | None:
    """Read a table or lines as people see them: on a web page, or between columns of blanks."""
    if markup_kind(text) == Look.WEB_PAGE or _PAGE.match(text):
        text = page_text(text)
        recognised = recognise(text)
    elif holds_wiki_table(text):
        text = wiki_text(text)
        recognised = recognise(text)
    else:
        head = _ALIGNED.sub("\t", text[:_HEAD_CHARS].rpartition("\n")[0])
        aligned = _ALIGNED.sub("\t", text) if "\t" in head and _have_same_cells(head) else ""
        recognised = recognise(aligned) if aligned and _have_same_cells(aligned) else None
    if recognised is not None:
        return read_spreadsheet(recognised, decoded, name, budget)
    listed = read_lines(text, name, budget, decoded.notes)
    return None if listed is None else (listed,)


def _have_same_cells(text: str) -> bool:
    return len({line.count("\t") for line in text.splitlines() if line.strip()}) == 1
