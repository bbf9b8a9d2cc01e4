"""Unpack a ZIP in memory without trusting anything that it says about itself."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from services.domain.errors.playlists import ArchiveRefusedError, DamagedFileError
from services.domain.messages import Damage, Fault, Look
from services.imports.formats import (
    CHUNK_BYTES,
    MAX_COMPRESSION_RATIO,
    MAX_MEMBER_BYTES,
    MAX_MEMBERS,
    MAX_UNPACKED_BYTES,
    RATIO_FREE_BYTES,
    ZIP,
)
from services.imports.text import clean_text, is_zip, other_archive

_ENTRY = b"PK\x01\x02"
_LOCAL_BYTES = 30
"""Size of what stands before each file in the archive; it ends with the lengths of two more fields."""
_LOCAL_LENGTHS = 26
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    OverflowError,
)
"""Whatever the standard library raises when an archive contradicts itself."""
_OFFICE = {
    "xl/workbook.xml": Look.EXCEL,
    "word/document.xml": Look.WORD,
    "ppt/presentation.xml": Look.POWERPOINT,
    "META-INF/MANIFEST.MF": Look.PROGRAM,
    "AndroidManifest.xml": Look.PROGRAM,
    "mimetype": Look.OPEN_DOCUMENT,
}


_PACKED_ALONE = re.compile(r"\.(json|csv)\.zip$", re.IGNORECASE)
"""What Apple's privacy export packs once more, inside its archive."""
_PACKED_WHOLE = re.compile(r"Apple[ _]Media[ _]Services[^/\\]{0,60}\.zip", re.IGNORECASE)
"""That archive itself, as it lies in the download."""


class Member(NamedTuple):
    """One unpacked file of an archive."""

    name: str
    """Its last path element, cleaned; never used as a path."""
    content: bytes


def office_kind(names: list[str]) -> Look | None:
    """Say which kind of document an archive really is, or None for a plain ZIP."""
    return next((kind for name, kind in _OFFICE.items() if name in names), None)


def open_archive(content: bytes) -> zipfile.ZipFile:
    """Open a ZIP after checks that cost nothing.

    Raises
    ------
    ArchiveRefusedError
        It has too many entries, two of them share bytes, it is protected by a password, or packed in an
        unusual way.
    DamagedFileError
        Its directory is missing or contradicts itself, as in an unfinished download.
    """
    if content.count(_ENTRY) > MAX_MEMBERS:  # counted before the directory is built in memory
        raise ArchiveRefusedError(Damage(Fault.TOO_MANY_FILES, count=MAX_MEMBERS))
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _BROKEN:
        archive = None
    if archive is None:
        raise DamagedFileError(ZIP, Damage(Fault.NO_CONTENTS))
    if _share_bytes(archive.infolist(), content):
        raise ArchiveRefusedError(Damage(Fault.SHARED_BYTES))
    for entry in archive.infolist():
        if entry.flag_bits & _ENCRYPTED:
            raise ArchiveRefusedError(Damage(Fault.PROTECTED))
        if not entry.is_dir() and entry.compress_type not in _METHODS:
            raise ArchiveRefusedError(Damage(Fault.PACKING))
    return archive


def _share_bytes(entries: list[zipfile.ZipInfo], content: bytes) -> bool:
    """Whether one file, or a piece of it, would be unpacked more than once: a few kilobytes name gigabytes.

    Python looks at this in some versions, at some of it in others, and not at all in the oldest.
    """
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        begin = entry.header_offset
        if begin < end:
            return True
        lengths = content[begin + _LOCAL_LENGTHS : begin + _LOCAL_BYTES]
        if begin < 0 or len(lengths) < _LOCAL_BYTES - _LOCAL_LENGTHS:
            continue  # it points nowhere: unpacking will say so
        end = begin + _LOCAL_BYTES + sum(struct.unpack("<HH", lengths)) + entry.compress_size
    return False


def members(archive: zipfile.ZipFile) -> Iterator[Member]:
    """Unpack one file after the other; folders and the leftovers of macOS are passed over.

    Raises
    ------
    ArchiveRefusedError
        A file unpacks to more than is accepted, or is an archive itself. Only what Apple packs is unpacked:
        its archive in the download, and in it the files that are packed one by one (`Tracks.json.zip`),
        each of the two one level deep, all within the same limits.
    DamagedFileError
        A file cannot be unpacked, or its checksum is wrong.
    """
    yield from _members(archive, _Room(), (_PACKED_WHOLE, _PACKED_ALONE))


@dataclass(slots=True)
class _Room:
    """What may still be unpacked of an archive and of those in it, together."""

    left_bytes: int = field(default_factory=lambda: MAX_UNPACKED_BYTES)
    entries: int = 0


def _members(archive: zipfile.ZipFile, room: _Room, opened: tuple[re.Pattern[str], ...]) -> Iterator[Member]:
    """Unpack an archive, and those in it that a name in `opened` knows; in these only later names count."""
    room.entries += len(archive.infolist())
    if room.entries > MAX_MEMBERS:
        raise ArchiveRefusedError(Damage(Fault.TOO_MANY_FILES, count=MAX_MEMBERS))
    for entry in archive.infolist():
        name = clean_text(re.split(r"[/\\]", entry.filename.rstrip("/\\"))[-1], 200)
        if entry.is_dir() or name.startswith(("._", ".DS_Store")) or "__MACOSX" in entry.filename:
            continue
        content = _unpack(archive, entry, name, room.left_bytes)
        room.left_bytes -= len(content)
        depth = next((depth for depth, known in enumerate(opened, start=1) if known.search(name)), 0)
        if is_zip(content) and depth:
            yield from _members(open_archive(content), room, opened[depth:])
            continue
        if is_zip(content) or other_archive(content):
            raise ArchiveRefusedError(Damage(Fault.INNER_ARCHIVE))
        yield Member(name, content)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, left: int) -> bytes:
    """Unpack in bounded steps: the declared size may lie, so the bytes themselves are counted."""
    chunks: list[bytes] = []
    size = 0
    suspicious = max(RATIO_FREE_BYTES, entry.compress_size * MAX_COMPRESSION_RATIO)
    try:
        with archive.open(entry) as source:
            while chunk := source.read(CHUNK_BYTES):
                size += len(chunk)
                if size > min(MAX_MEMBER_BYTES, left) or size > suspicious:
                    break
                chunks.append(chunk)
            else:
                return b"".join(chunks)
    except _BROKEN:
        damaged = True
    else:
        damaged = False
    if damaged:
        raise DamagedFileError(ZIP, Damage(Fault.CANNOT_UNPACK, names=(name,)))
    if size > suspicious:
        raise ArchiveRefusedError(Damage(Fault.UNPACKS_TOO_FAR))
    raise ArchiveRefusedError(Damage(Fault.TOO_LARGE))
