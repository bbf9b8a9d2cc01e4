"""`analyze FILE`: the whole analysis in the terminal."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from rich.console import Console

from bot.app import new_pool
from bot.cli import EXIT_BAD_INPUT, EXIT_OK
from bot.commands.terminal import print_report
from bot.config import Settings
from bot.enrichment import open_enricher
from cogs.sentences import sentence
from services.domain.charts import Chart, ChartKind
from services.domain.errors import TastemapError
from services.domain.errors.uploads import FileTooLargeError
from services.domain.music import Playlist
from services.domain.report import AnalysisOptions, AnalysisReport
from services.storage.addresses import parse_address
from services.storage.backups import default_folder
from services.storage.database import Database
from services.storage.known_tracks import KnownTrackStore
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.company import CompanyWorkflow
from services.workflows.export import report_json
from services.workflows.uploads import UPLOAD_LIMIT_BYTES


async def analyze_file(settings: Settings, options: argparse.Namespace) -> int:
    """Analyse one file and print the result; bad input costs one line on standard error."""
    console = Console(stderr=True)
    try:
        content = read_input(options.file)
        async with _open_workflow(settings, offline=options.offline) as workflow:
            playlists = await workflow.read_upload(content, options.file.name, options.playlist)
            playlist = _only(playlists)
            with console.status("Analysing…") as status:

                async def on_stage(line: str) -> None:
                    status.update(line)

                report = await workflow.run(
                    playlist,
                    AnalysisOptions(groups=options.groups),
                    offline=options.offline,
                    on_stage=on_stage,
                )
                if options.charts:
                    await _write_charts(workflow, report, options.charts)
    except BadInputError as error:
        print(f"{options.file}: {error}", file=sys.stderr)  # noqa: T201
        return EXIT_BAD_INPUT
    except TastemapError as error:
        print(f"{options.file}: {sentence(error)}", file=sys.stderr)  # noqa: T201
        return EXIT_BAD_INPUT
    if options.json:
        sys.stdout.write(report_json(report).decode() + "\n")
    else:
        print_report(report, Console(), charts=options.charts)
    return EXIT_OK


class BadInputError(Exception):
    """The file can't be used from the terminal; the message is for the person."""


def read_input(path: Path) -> bytes:
    """Read a file that is to be analysed.

    Raises
    ------
    BadInputError
        It is not there or may not be read.
    FileTooLargeError
        It is larger than the bot accepts.
    """
    try:
        size = path.stat().st_size
        if size > UPLOAD_LIMIT_BYTES:
            raise FileTooLargeError(size, UPLOAD_LIMIT_BYTES)
        return path.read_bytes()
    except OSError as error:
        raise BadInputError(f"can't be read: {error.strerror or error}.") from error


def _only(playlists: tuple[Playlist, ...]) -> Playlist:
    if len(playlists) == 1:
        return playlists[0]
    names = ", ".join(f"“{playlist.name}” ({len(playlist.tracks)})" for playlist in playlists[:20])
    raise BadInputError(f"holds {len(playlists)} playlists; choose one with --playlist NAME: {names}")


@asynccontextmanager
async def _open_workflow(settings: Settings, *, offline: bool) -> AsyncIterator[AnalyzeWorkflow]:
    """Open what the terminal needs: no Discord, and the cache only where one exists or would be filled."""
    async with AsyncExitStack() as stack:
        database: Database | None = None
        file = parse_address(settings.database_url).file
        if not offline or (file is not None and file.is_file()):
            database = await stack.enter_async_context(
                Database.open(settings.database_url, backups=default_folder(settings.database_url))
            )
        compute = new_pool(1)
        stack.push_async_callback(compute.aclose)
        company = CompanyWorkflow(compute=compute, known=KnownTrackStore(database) if database else None)
        enricher = await stack.enter_async_context(
            open_enricher(settings, database, company, offline=offline)
        )
        yield AnalyzeWorkflow(compute=compute, enricher=enricher, company=company)


async def _write_charts(workflow: AnalyzeWorkflow, report: AnalysisReport, folder: Path) -> None:
    kinds = (ChartKind.MAP, ChartKind.PROFILES, ChartKind.JOURNEY, ChartKind.DISTRIBUTIONS)
    charts = await workflow.draw(report, kinds)
    await asyncio.to_thread(_save_charts, charts, folder)


def _save_charts(charts: Sequence[Chart], folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for chart in charts:
            (folder / chart.filename).write_bytes(chart.png)
            text = f"{chart.title}\n\n{chart.alt_text}\n\n{chart.text}\n"
            (folder / chart.filename).with_suffix(".txt").write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"the charts can't be written to {folder}: {error.strerror or error}.") from error
