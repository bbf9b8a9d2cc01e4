"""Read an uploaded file into playlists, whatever made it; the one door into this room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.domain.errors.uploads import (
    ArchiveRefusedError,
    DamagedFileError,
    EmptyFileError,
    FileTooLargeError,
    NoTracksError,
    PlaylistNotInFileError,
    TooManyRowsError,
    UnknownFormatError,
)
from services.domain.music import Playlist
from services.imports.account import AccountData, may_hold_tracks
from services.imports.archive import Member, members, office_kind, open_archive
from services.imports.cleaning import count_of, playlist_name, same_name
from services.imports.documents import read_document
from services.imports.formats import ACCOUNT_DATA, ZIP
from services.imports.kinds import is_zip, other_archive
from services.imports.limits import MAX_EXAMPLES, MAX_TOTAL_ROWS, MAX_UPLOAD_BYTES
from services.imports.tally import in_words

_JSON_HEAD = 65_536


@dataclass(frozen=True, slots=True)
class Upload:
    """What an uploaded file holds; with several playlists the person chooses."""

    playlists: tuple[Playlist, ...]
    """At least one, each with at least one track, in the file's order."""
    format: str
    """How the file was recognised, in words; several formats in one archive are listed."""


def read_upload(content: bytes, *, filename: str = "", wanted: str | None = None) -> Upload:
    """Read a file by what is in it; its name only ever serves to name a playlist that has no name.

    Parameters
    ----------
    content
        The file as it is.
    filename
        What the person called it. Never used as a path, never a hint at the format.
    wanted
        If given, only playlists of this name (in any case) are returned.

    Raises
    ------
    UploadError
        One of its subclasses, for every input that cannot be read in full: `FileTooLargeError`,
        `EmptyFileError`, `UnknownFormatError`, `DamagedFileError`, `ArchiveRefusedError`,
        `TooManyRowsError`, `NoTracksError`, `PlaylistNotInFileError`.
    """
    if len(content) > MAX_UPLOAD_BYTES:
        raise FileTooLargeError(size_bytes=len(content), limit_bytes=MAX_UPLOAD_BYTES)
    if not content.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise EmptyFileError
    archive_kind = other_archive(content)
    if archive_kind:
        raise ArchiveRefusedError(problem=f"it is a {archive_kind} archive; only ZIP is read")
    if is_zip(content):
        playlists, empty_format = _read_archive(content), ZIP
    else:
        account = AccountData()
        tables = read_document(content, playlist_name(filename), account)
        playlists, empty_format = (*tables, *account.all_playlists()), ACCOUNT_DATA
    return _choose(playlists, wanted, empty_format)


def _choose(playlists: tuple[Playlist, ...], wanted: str | None, empty_format: str) -> Upload:
    """Narrow to the wanted playlists and to those with tracks; say why if none is left."""
    if sum(len(playlist.tracks) for playlist in playlists) > MAX_TOTAL_ROWS:
        raise TooManyRowsError(limit=MAX_TOTAL_ROWS)
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
            full = _with_note(full, f"Left out because no track was found in them: {_listed(empty)}.")
        return Upload(full, ", ".join(dict.fromkeys(playlist.format for playlist in full)))
    format_name = playlists[0].format if playlists else empty_format
    skipped = "; ".join(in_words(playlist.skipped) for playlist in playlists if playlist.skipped)
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
        raise UnknownFormatError(looks_like=office)
    account = AccountData()
    tables: list[Playlist] = []
    foreign: list[str] = []
    damaged: list[str] = []
    first_damage: DamagedFileError | None = None
    for member in members(archive):
        try:
            if _is_private(member):
                foreign.append(member.name)
            elif member.content.strip():
                tables.extend(read_document(member.content, playlist_name(member.name), account))
        except UnknownFormatError:
            foreign.append(member.name)
        except DamagedFileError as error:
            damaged.append(f"{member.name} ({error.problem})")
            first_damage = first_damage or error
    playlists = (*tables, *account.all_playlists())
    if not any(playlist.tracks for playlist in playlists) and first_damage is not None:
        raise DamagedFileError(format=first_damage.format, problem=damaged[0])
    if not playlists and foreign:
        raise ArchiveRefusedError(problem=f"no file in it holds tracks ({_listed(foreign)})")
    if damaged:
        playlists = _with_note(playlists, f"Not read because damaged: {_listed(damaged)}.")
    if foreign:
        playlists = _with_note(
            playlists, f"{count_of(len(foreign), 'other file')} in the archive did not count."
        )
    return playlists


def _is_private(member: Member) -> bool:
    """Whether a JSON file names none of the track fields: payments, messages and the like stay unread."""
    head = member.content[:_JSON_HEAD]
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in {b"{", b"["}:
        return False
    return not may_hold_tracks(head.decode("utf-8", errors="replace"))


def _with_note(playlists: Iterable[Playlist], note: str) -> tuple[Playlist, ...]:
    return tuple(replace(playlist, notes=(*playlist.notes, note)) for playlist in playlists)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MAX_EXAMPLES} more" if len(names) > MAX_EXAMPLES else ""
    return ", ".join(names[:MAX_EXAMPLES]) + more
