"""Load the open dumps of MetaBrainz: tempo and key of recordings, and the index of their names."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.errors.playlists import DatasetUnreadableError
from services.imports.open_dumps import DumpRows, OpenDump
from services.storage.bulk import (
    CHUNK_ROWS,
    ImportProgress,
    fingerprint_file,
    import_rows,
    load_progress,
)
from services.storage.database import Database
from services.storage.recordings import write_names, write_readings
from services.workflows.datasets import DatasetStep, DumpReport, readable

Row = TypeVar("Row")


async def import_dump(
    database: Database,
    file: Path,
    kind: OpenDump,
    *,
    now: datetime,
    on_start: Callable[[ImportProgress, Mapping[str, str]], None],
    on_step: Callable[[DatasetStep], None],
    chunk_rows: int = CHUNK_ROWS,
) -> DumpReport:
    """Load one CSV of a dump, going on where an earlier run with the same file stopped.

    Parameters
    ----------
    file
        The dump as it is downloaded, or the CSV in it.
    on_start
        Called once, with how far an earlier run came and the columns that are read.
    on_step
        Called after each chunk that is safely stored.
    chunk_rows
        Rows held in memory and written together.

    Raises
    ------
    DatasetUnreadableError
        The file can't be opened or breaks off; what came before is stored. Or its SHA-256 is not the one that
        MetaBrainz publishes, where that lies beside it.
    DatasetColumnsError
        It is another table.
    StorageError
        The database refuses; what was reported before is stored.
    """
    with readable(file, member=kind.file_ending) as opened:
        rows = await asyncio.to_thread(DumpRows, opened.lines)
        fingerprint = await asyncio.to_thread(fingerprint_file, file)
        _compare_digests(file, fingerprint)
        before = await load_progress(database, file_fingerprint=fingerprint, source=kind.value)

        async def load(
            content: Iterable[Row | None],
            write: Callable[[AsyncConnection, Sequence[Row]], Awaitable[None]],
        ) -> ImportProgress:
            return await import_rows(
                database,
                content,
                write=write,
                file_fingerprint=fingerprint,
                source=kind.value,
                now=now,
                chunk_rows=chunk_rows,
                on_progress=lambda progress: on_step(DatasetStep.of(progress, opened)),
            )

        if kind is OpenDump.ACOUSTICBRAINZ:
            readings = rows.readings()
            on_start(before, rows.used)
            after = await load(readings, write_readings)
        else:
            names = rows.names()
            on_start(before, rows.used)
            after = await load(names, write_names)
    return DumpReport(
        rows_read=after.rows_read,
        rows_saved=after.rows_saved,
        rows_before=before.rows_read,
        was_complete=before.finished,
    )


def _compare_digests(file: Path, digest: str) -> None:
    """Refuse a file that was damaged on its way, as `FILE.sha256` or `sha256sums` in its folder tells."""
    for sums in (file.with_name(f"{file.name}.sha256"), file.with_name("sha256sums")):
        lines = sums.read_text(encoding="utf-8", errors="replace").splitlines() if sums.is_file() else []
        for line in lines:
            told, _, name = line.partition(" ")
            if name.strip(" *") == file.name and told.casefold() != digest:
                raise DatasetUnreadableError(
                    problem=f"its SHA-256 is not the one in {sums.name}; download it again"
                )
