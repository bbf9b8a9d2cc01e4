"""`features import` and `features stats`: fill the cache of audio features, and show what is in it."""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot.commands import EXIT_BAD_INPUT, EXIT_OK
from bot.config import Settings
from cogs.words.messages import note_line
from services.domain.errors.storage import DatabaseInUseError
from services.domain.installation import PROGRAM
from services.imports.open_dumps import OpenDump
from services.sources.clock import utc_now
from services.storage.backups import default_folder
from services.storage.bulk import ImportProgress
from services.storage.connections import parse_address
from services.storage.database import Database
from services.storage.doctor import SOUND_SQLITE
from services.storage.features import FeatureStats, FeatureStore
from services.storage.leases import Lease
from services.storage.recordings import RecordingStore
from services.workflows.datasets import DatasetReport, DatasetStep, DumpReport, import_dataset, source_name
from services.workflows.open_dumps import import_dump

_SHARE_PER_LINE = 5
"""Per cent of the file between two lines where there is no terminal."""


async def import_features(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    """Load one CSV file; stopped at any moment, the same command goes on where it was.

    Raises
    ------
    DatasetError, StorageError
        What the person has to be told.
    """
    if options.file is None:
        return await _import_dump(settings, options, console)
    source = source_name(options.file, options.source)
    refuse_second_writer(settings.database_url)
    began = time.monotonic()
    async with open_database(settings, bulk=True) as database:
        with _resumable(), _Display(console) as display:
            report = await import_dataset(
                database,
                options.file,
                source=source,
                now=utc_now(),
                on_start=display.start,
                on_step=display.step,
            )
    _print_report(report, console, seconds=time.monotonic() - began)
    return EXIT_OK if report.rows_saved else EXIT_BAD_INPUT


async def _import_dump(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    """Load a dump of MetaBrainz; stopped at any moment, the same command goes on where it was."""
    kind = OpenDump.ACOUSTICBRAINZ if options.acousticbrainz else OpenDump.CANONICAL
    refuse_second_writer(settings.database_url)
    began = time.monotonic()
    async with open_database(settings, bulk=True) as database:
        with _resumable(), _Display(console) as display:
            report = await import_dump(
                database,
                options.acousticbrainz or options.musicbrainz_canonical,
                kind,
                now=utc_now(),
                on_start=display.start,
                on_step=display.step,
            )
        readings, names = await RecordingStore(database).count()
    _print_dump(report, console, readings=readings, names=names, seconds=time.monotonic() - began)
    return EXIT_OK if report.rows_saved else EXIT_BAD_INPUT


@contextmanager
def _resumable() -> Iterator[None]:
    """Say how an import that is stopped goes on."""
    try:
        yield
    except asyncio.CancelledError:
        print("Stopped. Run the same command to go on from here.", file=sys.stderr)  # noqa: T201
        raise


async def show_stats(settings: Settings, console: Console) -> int:
    """Print how many tracks the cache knows, by release year and source."""
    async with open_database(settings, read_only=True) as database:
        stats = await FeatureStore(database).stats()
        where = str(database.address)
    if not stats.counts and not stats.absences:
        console.print(f"No audio features are cached in {escape(where)} yet.")
        console.print(f"Load a public dataset with `{PROGRAM} features import FILE`.")
        return EXIT_OK
    console.print(f"Audio features in {escape(where)}, in tracks")
    console.print(_stats_table(stats))
    for source, tracks in stats.absences.items():
        console.print(f"{escape(source)} is known not to have {tracks:,} other tracks.")
    return EXIT_OK


def open_database(
    settings: Settings, *, bulk: bool = False, read_only: bool = False
) -> AbstractAsyncContextManager[Database]:
    """Open the database; should its tables be old, the copy from before goes where `migrate` puts it."""
    url = settings.database_url
    return Database.open(url, backups=default_folder(url), bulk=bulk, read_only=read_only)


def refuse_second_writer(url: str) -> None:
    """Refuse to write beside a running bot where SQLite itself could damage the file by that.

    Raises
    ------
    DatabaseInUseError
        Another process has the database open, and this SQLite is older than `SOUND_SQLITE`.
    """
    file = parse_address(url).file
    if file is None or not file.exists() or sqlite3.sqlite_version_info >= SOUND_SQLITE:
        return
    lease = Lease(file)
    try:
        if not lease.try_exclusive():
            raise DatabaseInUseError(database=str(file))
    finally:
        lease.release()


class _Display(AbstractContextManager["_Display"]):
    """Show an import: a bar on a terminal, else a line now and then."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said = 0
        self._bar = (
            Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(),
                TextColumn("{task.fields[rows]}"),
                TimeRemainingColumn(),
                console=console,
            )
            if console.is_terminal
            else None
        )
        self._task = self._bar.add_task("Reading the file", total=None, rows="") if self._bar else None

    def __enter__(self) -> _Display:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._bar:
            self._bar.stop()

    def start(self, before: ImportProgress, columns: Mapping[str, str]) -> None:
        """Say what was recognised, and whether this is the rest of an earlier import."""
        named = ", ".join(
            meaning if meaning == name.casefold() else f"{meaning} (“{name}”)"
            for meaning, name in columns.items()
        )
        self._console.print(f"Columns: {escape(named)}.")
        if before.rows_read and not before.finished:
            self._console.print(f"Going on after row {before.rows_read:,}, where the last import stopped.")

    def step(self, step: DatasetStep) -> None:
        """Show how far it is."""
        rows = f"{step.rows_read:,} rows read, {step.rows_saved:,} saved"
        if self._bar is not None and self._task is not None:
            self._bar.update(
                self._task,
                description="Loading",
                completed=step.bytes_read,
                total=max(step.bytes_total, 1),
                rows=rows,
            )
            return
        share = 100 * step.bytes_read // max(step.bytes_total, 1)
        if share >= self._said + _SHARE_PER_LINE:
            self._said = share
            self._console.print(f"{rows} ({share}%)")
            self._console.file.flush()


def _print_report(report: DatasetReport, console: Console, *, seconds: float) -> None:
    source = escape(report.source)
    if report.was_complete:
        console.print(
            f"This file is loaded already as {source}: "
            f"{report.rows_read:,} rows read, {report.rows_saved:,} saved. Nothing to do."
        )
        return
    console.print(
        f"Loaded {source}: {report.rows_saved:,} of {report.rows_read:,} rows saved; "
        f"the cache now has {report.tracks:,} different tracks from it."
    )
    for reason, count in sorted(report.unusable.items(), key=lambda item: (-item[1], item[0])):
        console.print(f"Left out: {count:,} × {reason.value}")
    if report.out_of_range:
        console.print(
            f"Left out of rows that count otherwise: {report.out_of_range:,} values that can't be true."
        )
    for note in report.notes:
        console.print(escape(note_line(note)))
    _print_pace(report, console, seconds)


def _print_pace(report: DumpReport, console: Console, seconds: float) -> None:
    if not report.rows_saved:
        console.print("No row could be used. Check the columns above against the file.")
    elif seconds > 1:
        console.print(f"{(report.rows_read - report.rows_before) / seconds:,.0f} rows a second.")


def _print_dump(report: DumpReport, console: Console, *, readings: int, names: int, seconds: float) -> None:
    read, saved = f"{report.rows_read:,} rows read", f"{report.rows_saved:,} saved"
    if report.was_complete:
        console.print(f"This file is loaded already: {read}, {saved}. Nothing to do.")
        return
    console.print(f"{read}, {saved}.")
    console.print(
        f"The database now has tempo or key of {readings:,} recordings, and {names:,} names of recordings."
    )
    _print_pace(report, console, seconds)
    if not (readings and names):
        lacks = "--musicbrainz-canonical" if readings else "--acousticbrainz"
        console.print(
            f"Tracks get tempo and key from here once both are loaded: the other one with `{lacks} FILE`. "
            "Tracks whose own file names their recording need no names."
        )


def _stats_table(stats: FeatureStats) -> Table:
    sources = list(stats.by_source)
    tracks = {(count.source, count.year): count.tracks for count in stats.counts}
    # Newest first: that is where tracks are missing.
    years: list[int | None] = [*sorted({count.year for count in stats.counts if count.year}, reverse=True)]
    if any(count.year is None for count in stats.counts):
        years.append(None)
    table = Table(box=None, pad_edge=False, header_style="bold", show_footer=True, footer_style="bold")
    table.add_column("Year", footer="all")
    for source in sources:
        table.add_column(
            escape(source), footer=f"{stats.by_source[source]:,}", justify="right", overflow="fold"
        )
    for year in years:
        cells = (tracks.get((source, year), 0) for source in sources)
        table.add_row(str(year or "unknown"), *(f"{count:,}" if count else "·" for count in cells))
    return table
