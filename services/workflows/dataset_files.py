"""Open a dataset on the disk as lines of text: plain, packed (gzip, Zstandard), or in a tar archive."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from services.domain.errors.playlists import DatasetUnreadableError
from services.imports.text import foreign_kind, is_binary, is_zip, other_archive
from services.storage.frames import ZSTANDARD, zstd

_TABLES = (".csv", ".tsv", ".txt")
_GZIP = b"\x1f\x8b"
_DAMAGES = (EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError, zstd.ZstdError)
"""What a damaged archive raises."""
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SNIFFED_BYTES = 4096
_LONGEST_LINE = 1 << 20
"""Longer lines are cut: a file without line ends must not fill the memory."""
_FALLBACK = "tastemap-cp1252"
_SHOWN = 3


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are no UTF-8 as Windows-1252, without having to know the rest of the file."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_FALLBACK, _as_windows_1252)


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that is read as text while its place on the disk tells how far."""

    lines: Iterator[str]
    raw: IO[bytes]
    """The file itself, whose place tells how much of it was read."""
    size: int


@contextmanager
def readable(file: Path, *, member: str | None = None) -> Iterator[OpenFile]:
    """Open a file, packed or not, as lines of text; nothing is unpacked to the disk.

    Parameters
    ----------
    file
        On the disk.
    member
        How the name of the file ends that is wanted of a tar archive; None wants its only table.

    Raises
    ------
    DatasetUnreadableError
        Also for what goes wrong with the file inside the block.
    """
    try:
        with file.open("rb") as raw:
            content = _table(_unpacked(raw), member)
            head = content.read(_SNIFFED_BYTES)
            content.seek(-len(head), os.SEEK_CUR)
            is_utf16 = head.startswith(_UTF16)
            _refuse_foreign(head, is_utf16=is_utf16)
            text = io.TextIOWrapper(
                content,
                encoding="utf-16" if is_utf16 else "utf-8-sig",
                errors="replace" if is_utf16 else _FALLBACK,
                newline="",
            )
            try:
                lines = iter(lambda: text.readline(_LONGEST_LINE), "")
                yield OpenFile(lines, raw, size=os.fstat(raw.fileno()).st_size)
            finally:
                text.detach()
    except _DAMAGES as error:
        raise DatasetUnreadableError(problem="the archive is damaged or breaks off") from error
    except OSError as error:
        raise DatasetUnreadableError(problem=f"{file}: {error.strerror or error}") from error


def _unpacked(raw: IO[bytes]) -> IO[bytes]:
    magic = raw.read(len(ZSTANDARD))
    raw.seek(0)
    if magic.startswith(_GZIP):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=raw))
    if magic == ZSTANDARD:
        return cast("IO[bytes]", zstd.ZstdFile(raw))
    return raw


def _table(content: IO[bytes], member: str | None) -> IO[bytes]:
    """Return the wanted file of a tar archive, which is read where it stands; of anything else the whole."""
    is_tar = other_archive(content.read(tarfile.BLOCKSIZE)) == "tar"
    content.seek(0)
    if not is_tar:
        return content
    archive = tarfile.open(fileobj=content, mode="r:")  # noqa: SIM115  (closing it would close nothing)
    files = (each for each in archive if each.isfile() and not Path(each.name).name.startswith("."))
    endings = _TABLES if member is None else member
    tables = (each for each in files if each.name.casefold().endswith(endings))
    wanted = next(tables, None)
    if wanted is None:
        sought = "table" if member is None else f"file that ends in {member}"
        raise DatasetUnreadableError(problem=f"it is an archive without any {sought}")
    others = [each.name for each in tables] if member is None else []
    if others:
        named = ", ".join([wanted.name, *others][:_SHOWN])
        raise DatasetUnreadableError(
            problem=f"it is an archive of {len(others) + 1} tables ({named}); unpack it and give one of them"
        )
    return cast("IO[bytes]", archive.extractfile(wanted))


def _refuse_foreign(head: bytes, *, is_utf16: bool) -> None:
    if is_zip(head):
        raise DatasetUnreadableError(problem="it is a ZIP archive; unpack it and give the CSV inside")
    kind = foreign_kind(head)
    if kind:
        raise DatasetUnreadableError(problem=f"it is {kind}")
    if not is_utf16 and is_binary(head):
        raise DatasetUnreadableError(problem="it is no text")
