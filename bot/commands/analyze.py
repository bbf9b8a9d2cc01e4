"""`analyze FILE`: the whole analysis in the terminal."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from rich.console import Console

from bot.cli import EXIT_BAD_INPUT, EXIT_OK
from bot.commands.files import BadInputError, only_playlist, open_workflow, read_input, save_charts
from bot.commands.terminal import print_report
from bot.config import Settings
from cogs.sentences import sentence
from services.domain.charts import ChartKind
from services.domain.errors import TastemapError
from services.domain.report import AnalysisOptions, AnalysisReport
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.export import report_json


async def analyze_file(settings: Settings, options: argparse.Namespace) -> int:
    """Analyse one file and print the result; bad input costs one line on standard error."""
    console = Console(stderr=True)
    try:
        content = read_input(options.file)
        async with open_workflow(settings, offline=options.offline) as workflow:
            playlists = await workflow.read_upload(content, options.file.name, options.playlist)
            playlist = only_playlist(playlists, "--playlist NAME")
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


async def _write_charts(workflow: AnalyzeWorkflow, report: AnalysisReport, folder: Path) -> None:
    kinds = (ChartKind.MAP, ChartKind.PROFILES, ChartKind.JOURNEY, ChartKind.DISTRIBUTIONS)
    charts = await workflow.draw(report, kinds)
    await asyncio.to_thread(save_charts, charts, folder)
