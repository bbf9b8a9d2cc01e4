"""Load a public dataset of audio features into the cache, from plain, packed or archived files."""

from __future__ import annotations

import asyncio
import codecs
import gzip
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, cast

from services.analysis.genres import NOBODY, known_genres
from services.domain.errors.playlists import DatasetSourceError, DatasetUnreadableError
from services.domain.features import AudioFeatures
from services.domain.known_tracks import KnownTrack, words_of
from services.domain.messages import Note, Shape
from services.domain.music import Track
from services.domain.sources import FetchedFeatures
from services.imports.dataset import Dataset, Unusable
from services.imports.text import foreign_kind, is_binary, is_zip, other_archive
from services.storage.bulk import (
    ImportProgress,
    ImportRow,
    fingerprint_file,
    import_rows,
    load_progress,
    write_import_rows,
)
from services.storage.codec import ZSTANDARD, zstd
from services.storage.database import Database
from services.storage.features import FeatureStore
from services.workflows import tasks

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
        raise DatasetUnreadableError(looks_like=Shape(kind))
    if not is_utf16 and is_binary(head):
        raise DatasetUnreadableError(problem="it is no text")


_LONGEST_NAME = 60
_TAKEN = frozenset({"reccobeats", "spotify", "imputation", "file"})
"""Sources that say something themselves; a dataset under their name would be taken for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetStep:
    """How far the import of a dataset is."""

    rows_read: int
    """From the start of the file, earlier runs included."""
    rows_saved: int
    bytes_read: int
    """Position in the file on disk, compressed or not; the reader is a little ahead of the rows."""
    bytes_total: int

    @staticmethod
    def of(progress: ImportProgress, opened: OpenFile) -> DatasetStep:
        """Say how far the reading of a file is."""
        return DatasetStep(
            rows_read=progress.rows_read,
            rows_saved=progress.rows_saved,
            bytes_read=opened.size if progress.finished else opened.raw.tell(),
            bytes_total=opened.size,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpReport:
    """What the import of a dump did."""

    rows_read: int
    """From the start of the file, earlier runs included."""
    rows_saved: int
    rows_before: int
    """Rows that an earlier run had read."""
    was_complete: bool
    """Whether an earlier run had read the whole file, so that there was nothing left to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetReport(DumpReport):
    """What the import of a dataset did."""

    source: str
    tracks: int
    """Different tracks that the cache now has from this source."""
    unusable: Mapping[Unusable, int] = field(default_factory=dict)
    """Rows that gave nothing, from the start of the file; empty if there was nothing left to do."""
    out_of_range: int = 0
    notes: tuple[Note, ...] = ()


def source_name(file: Path, wanted: str | None) -> str:
    """Name the source of a dataset: as wanted, else after the file.

    Raises
    ------
    DatasetSourceError
        The name belongs to another source, or is none.
    """
    if wanted is None:
        stem = file.name.removesuffix(".gz").removesuffix(".zst")
        return f"dataset:{Path(stem).stem}"
    name = wanted.strip()
    if not name or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise DatasetSourceError(name=name, problem=f"it needs 1 to {_LONGEST_NAME} printable characters")
    if name.casefold().partition(":")[0] in _TAKEN:
        raise DatasetSourceError(name=name, problem="it belongs to another source of features")
    return name


async def import_dataset(
    database: Database,
    file: Path,
    *,
    source: str,
    now: datetime,
    on_start: Callable[[ImportProgress, Mapping[str, str]], None],
    on_step: Callable[[DatasetStep], None],
) -> DatasetReport:
    """Load a CSV file, going on where an earlier run with the same file and source stopped.

    Parameters
    ----------
    file
        CSV with any usual delimiter, UTF-8, UTF-16 or Windows-1252; packed or not, see `readable`.
    source
        From `source_name`.
    on_start
        Called once, with how far an earlier run came and the recognised columns.
    on_step
        Called after each chunk that is safely stored.

    Raises
    ------
    DatasetUnreadableError
        The file can't be opened or breaks off; what came before is stored.
    DatasetColumnsError
        It has no ids or no features; nothing is stored.
    StorageError
        The database refuses; what was reported before is stored.
    """
    with readable(file) as opened:
        dataset = await asyncio.to_thread(Dataset, opened.lines)
        fingerprint = await asyncio.to_thread(fingerprint_file, file)
        before = await load_progress(database, file_fingerprint=fingerprint, source=source)
        on_start(before, dataset.columns)
        after = await import_rows(
            database,
            _import_rows(dataset, source=source, now=now, done=before.rows_read),
            write=write_import_rows,
            file_fingerprint=fingerprint,
            source=source,
            now=now,
            on_progress=lambda progress: on_step(DatasetStep.of(progress, opened)),
        )
    stats = await FeatureStore(database).stats()
    return DatasetReport(
        source=source,
        rows_read=after.rows_read,
        rows_saved=after.rows_saved,
        rows_before=before.rows_read,
        was_complete=before.finished,
        tracks=stats.by_source.get(source, 0),
        unusable=dict(dataset.unusable),
        out_of_range=dataset.out_of_range,
        notes=dataset.notes,
    )


def _import_rows(dataset: Dataset, *, source: str, now: datetime, done: int) -> Iterator[ImportRow | None]:
    """Turn rows into what the cache keeps; those that are `done` only count, for their reasons."""
    for number, row in enumerate(dataset):
        if isinstance(row, Unusable) or number < done:
            yield None
        else:
            yield _import_row(row, source, now)


def _import_row(track: Track, source: str, now: datetime) -> ImportRow:
    if track.id is None:
        raise ValueError("a usable row of a dataset has an id")
    features = FetchedFeatures(
        track_id=track.id,
        source=source,
        features=track.uploaded or AudioFeatures(),
        fetched_at=now,
        isrc=track.isrc,
    )
    # Words without title or artist relate to nothing, and would overwrite better ones.
    is_named = track.title and track.artists
    known = KnownTrack(track, *tasks.track_keys([words_of(track)])) if is_named else None
    genres = known_genres(track.genres) if known and known.keys.lead_artist not in NOBODY else ()
    return ImportRow(features=features, known=known, genres=genres)
