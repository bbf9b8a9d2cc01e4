"""Load a large file of features into the cache: in bounded memory, and resumable.

Each chunk and the place in the file that it reaches are written in one transaction. A process
killed at any moment has therefore written exactly the rows before that place, and goes on there.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.known_tracks import GenreClaim, KnownTrack
from services.domain.sources import FetchedFeatures
from services.storage.database import Database
from services.storage.features import write_features
from services.storage.known_tracks import write_artist_genres, write_known_tracks
from services.storage.schema.music import import_progress
from services.storage.upserts import row_of, upsert

CHUNK_ROWS = 10_000
"""Some 30 MB of rows in memory, and half a second in which nobody else writes. Keys in random order
touch every page of an index once per chunk, so smaller chunks write the same pages more often."""

_READ_BYTES = 1 << 20

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row of a file: features, and the words about the track where the file has them."""

    features: FetchedFeatures
    known: KnownTrack | None = None
    genres: tuple[str, ...] = ()
    """Known genres of the track in their one spelling, which are given to its lead artist."""


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import came."""

    rows_read: int = 0
    """Rows of the file that are done with, unusable ones included."""
    rows_saved: int = 0
    """Rows that carried features."""
    finished: bool = False
    """Whether the end of the file was reached."""


def fingerprint_file(path: Path) -> str:
    """Name a file by its content, so that a resumed import is sure to read the same one. Blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
    return digest.hexdigest()


async def load_progress(database: Database, *, file_fingerprint: str, source: str) -> ImportProgress:
    """Read how far an import came; all zero for one that never began."""
    query = select(
        import_progress.c.rows_read, import_progress.c.rows_saved, import_progress.c.finished
    ).where(import_progress.c.file_fingerprint == file_fingerprint, import_progress.c.source == source)
    async with database.reading() as connection:
        row = (await connection.execute(query)).one_or_none()
    return ImportProgress() if row is None else ImportProgress(*row)


async def write_import_rows(connection: AsyncConnection, rows: Sequence[ImportRow]) -> None:
    """Write features and words about tracks, and the genres that these give to artists."""
    await write_features(connection, (row.features for row in rows))
    await write_known_tracks(connection, (row.known for row in rows if row.known))
    if rows:
        await write_artist_genres(connection, _claims(rows), now=rows[-1].features.fetched_at, adds=True)


async def import_rows(
    database: Database,
    rows: Iterable[Row | None],
    *,
    write: Callable[[AsyncConnection, Sequence[Row]], Awaitable[None]],
    file_fingerprint: str,
    source: str,
    now: datetime,
    chunk_rows: int = CHUNK_ROWS,
    on_progress: Callable[[ImportProgress], None] | None = None,
) -> ImportProgress:
    """Write the rows of a file, going on where an earlier import of the same file stopped.

    Parameters
    ----------
    rows
        Every row from the start of the file, the same ones in the same order each time; None for a
        row of no use, which only counts as read. Read in a worker thread, a chunk at a time.
    write
        Writes a chunk inside the transaction that also notes how far the import came.
    source
        The source name of the rows; one file may be imported under several.
    chunk_rows
        Rows held in memory and written together.
    on_progress
        Called after each chunk that is safely stored.

    Returns
    -------
    ImportProgress
        Counted from the start of the file, earlier runs included.
    """
    progress = await load_progress(database, file_fingerprint=file_fingerprint, source=source)
    if progress.finished:
        return progress
    remaining = islice(rows, progress.rows_read, None)
    while not progress.finished:
        chunk = await asyncio.to_thread(lambda: list(islice(remaining, chunk_rows)))
        usable = [row for row in chunk if row is not None]
        progress = replace(
            progress,
            rows_read=progress.rows_read + len(chunk),
            rows_saved=progress.rows_saved + len(usable),
            finished=len(chunk) < chunk_rows,
        )
        cursor = row_of(progress, file_fingerprint=file_fingerprint, source=source, updated_at=now)
        async with database.transaction(durable=False) as connection:
            await write(connection, usable)
            await upsert(connection, import_progress, [cursor])
        if on_progress:
            on_progress(progress)
    return progress


def _claims(rows: Iterable[ImportRow]) -> list[GenreClaim]:
    """Count the tracks of each artist that carry a genre, within one chunk."""
    carried: dict[tuple[str, str, str], set[str]] = {}
    for row in rows:
        if row.known is not None and row.known.keys.lead_artist:
            for genre in row.genres:
                key = (row.known.keys.lead_artist, genre, row.features.source)
                carried.setdefault(key, set()).add(row.features.track_id)
    return [GenreClaim(*key, len(tracks)) for key, tracks in carried.items()]
