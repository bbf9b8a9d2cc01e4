"""Unpack a ZIP in memory without trusting anything that it says about itself."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from services.domain.errors.uploads import ArchiveRefusedError, DamagedFileError
from services.imports.cleaning import clean_text
from services.imports.formats import ZIP
from services.imports.kinds import is_zip, other_archive
from services.imports.limits import (
    CHUNK_BYTES,
    MAX_COMPRESSION_RATIO,
    MAX_MEMBER_BYTES,
    MAX_MEMBERS,
    MAX_UNPACKED_BYTES,
    RATIO_FREE_BYTES,
)

_ENTRY = b"PK\x01\x02"
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
    "xl/workbook.xml": "an Excel workbook (save it as CSV first)",
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a PowerPoint presentation",
    "META-INF/MANIFEST.MF": "a program",
    "AndroidManifest.xml": "a program",
    "mimetype": "an OpenDocument file or e-book (save it as CSV first)",
}


class Member(NamedTuple):
    """One unpacked file of an archive."""

    name: str
    """Its last path element, cleaned; never used as a path."""
    content: bytes


def office_kind(names: list[str]) -> str | None:
    """Say which kind of document an archive really is, or None for a plain ZIP."""
    return next((kind for name, kind in _OFFICE.items() if name in names), None)


def open_archive(content: bytes) -> zipfile.ZipFile:
    """Open a ZIP after checks that cost nothing.

    Raises
    ------
    ArchiveRefusedError
        It has too many entries, is protected by a password, or is packed in an unusual way.
    DamagedFileError
        Its directory is missing or contradicts itself, as in an unfinished download.
    """
    if content.count(_ENTRY) > MAX_MEMBERS:  # counted before the directory is built in memory
        raise ArchiveRefusedError(problem=f"it holds more than {MAX_MEMBERS} files")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _BROKEN:
        archive = None
    if archive is None:
        raise DamagedFileError(
            format=ZIP, problem="its table of contents is missing or broken; download it again"
        )
    for entry in archive.infolist():
        if entry.flag_bits & _ENCRYPTED:
            raise ArchiveRefusedError(problem="it is protected by a password")
        if not entry.is_dir() and entry.compress_type not in _METHODS:
            raise ArchiveRefusedError(problem="it is packed in a way that is not read; use plain ZIP")
    return archive


def members(archive: zipfile.ZipFile) -> Iterator[Member]:
    """Unpack one file after the other; folders and the leftovers of macOS are passed over.

    Raises
    ------
    ArchiveRefusedError
        A file unpacks to more than is accepted, or is an archive itself.
    DamagedFileError
        A file cannot be unpacked, or its checksum is wrong.
    """
    left = MAX_UNPACKED_BYTES
    for entry in archive.infolist():
        name = clean_text(re.split(r"[/\\]", entry.filename.rstrip("/\\"))[-1], 200)
        if entry.is_dir() or name.startswith(("._", ".DS_Store")) or "__MACOSX" in entry.filename:
            continue
        content = _unpack(archive, entry, name, left)
        left -= len(content)
        if is_zip(content) or other_archive(content):
            raise ArchiveRefusedError(problem="it holds another archive; unpack that one first")
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
        raise DamagedFileError(format=ZIP, problem=f"{name or 'a file in it'} cannot be unpacked")
    if size > suspicious:
        raise ArchiveRefusedError(problem="it unpacks to far more than it should")
    raise ArchiveRefusedError(problem="it is too large when unpacked")
