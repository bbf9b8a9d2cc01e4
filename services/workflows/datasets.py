"""Load a public dataset of audio features into the cache, so that a new installation starts warm."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from services.analysis.genres import NOBODY, known_genres
from services.domain.errors.playlists import DatasetSourceError
from services.domain.features import AudioFeatures
from services.domain.known_tracks import KnownTrack, words_of
from services.domain.messages import Note
from services.domain.music import Track
from services.domain.sources import FetchedFeatures
from services.imports.dataset import Dataset, Unusable
from services.storage.bulk import ImportProgress, ImportRow, fingerprint_file, import_rows, load_progress
from services.storage.database import Database
from services.storage.features import FeatureStore
from services.workflows import tasks
from services.workflows.dataset_files import readable

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


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetReport:
    """What the import of a dataset did."""

    source: str
    rows_read: int
    rows_saved: int
    rows_before: int
    """Rows that an earlier run had read."""
    was_complete: bool
    """Whether an earlier run had read the whole file, so that there was nothing left to do."""
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
    database
        Where to.
    file
        CSV with any usual delimiter, UTF-8, UTF-16 or Windows-1252; packed or not, see `readable`.
    source
        From `source_name`.
    now
        When this happens, aware.
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
            file_fingerprint=fingerprint,
            source=source,
            now=now,
            on_progress=lambda progress: on_step(
                DatasetStep(
                    rows_read=progress.rows_read,
                    rows_saved=progress.rows_saved,
                    bytes_read=opened.size if progress.finished else opened.raw.tell(),
                    bytes_total=opened.size,
                )
            ),
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
