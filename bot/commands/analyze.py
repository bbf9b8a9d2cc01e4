"""`analyze FILE…` and `stats FILE…`: a playlist in the terminal, as a map or in numbers."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from rich.console import Console

from bot.commands import EXIT_OK, BadInputError
from bot.commands.files import (
    open_workflow,
    paths_of,
    print_hints,
    read_playlist,
    read_sounds,
    save_charts,
    save_lists,
    shown_on,
    told_of,
)
from bot.commands.terminal import print_numbers, print_report
from bot.config import Settings
from cogs.words.report import report_words
from services.domain.analysis import AnalysisOptions
from services.domain.charts import Chart, ChartKind
from services.domain.errors import TastemapError
from services.domain.grouping import Grouping
from services.domain.messages import OnProgress
from services.domain.music import Playlist
from services.domain.report import AnalysisReport
from services.domain.stats import PlaylistStats
from services.sources.clock import utc_now
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.export import report_json, stats_json
from services.workflows.list_export import groups_of
from services.workflows.reports import count_numbers, draw_posters

_CHARTS = (ChartKind.MAP, ChartKind.PROFILES, ChartKind.JOURNEY, ChartKind.DISTRIBUTIONS)

Result = TypeVar("Result")
Use = Callable[[AnalyzeWorkflow, Playlist, OnProgress], Awaitable[Result]]


async def analyze_file(settings: Settings, options: argparse.Namespace) -> int:
    """Analyse a list, or sound files, and print the result."""
    by = AnalysisOptions(groups=options.groups, by=Grouping(options.by))

    async def draw(
        workflow: AnalyzeWorkflow, playlist: Playlist, say: OnProgress
    ) -> tuple[AnalysisReport, tuple[str, ...]]:
        hints: tuple[str, ...] = ()
        kinds = _CHARTS if options.charts else ()
        await workflow.learn_genres(playlist)
        analysis = await workflow.run(playlist, by, offline=options.offline, draw=kinds, say=say)
        if options.charts:
            posters = await draw_posters(workflow.compute, analysis.report, utc_now().date())
            await asyncio.to_thread(save_charts, (*analysis.charts, *posters), options.charts)
        if options.export:
            lists = groups_of(analysis.report)
            hints = await asyncio.to_thread(save_lists, lists, options.export, "groups")
        return analysis.report, hints

    report, hints = await _with_files(settings, options, draw)
    if options.json:
        sys.stdout.write(report_json(report, report_words(report)).decode() + "\n")
    else:
        print_report(report, Console(), charts=options.charts)
        if options.offline and not report.evidence:
            print_hints(("Without --offline, services are asked for what is not known.",), Console())
        print_hints(hints, Console())
    return EXIT_OK


async def count_file(settings: Settings, options: argparse.Namespace) -> int:
    """Count what is in a list and print it."""

    async def count(
        workflow: AnalyzeWorkflow, playlist: Playlist, say: OnProgress
    ) -> tuple[AnalysisReport, PlaylistStats, Chart]:
        analysis = await workflow.run(playlist, AnalysisOptions(), offline=options.offline, say=say)
        stats, chart = await count_numbers(workflow.compute, analysis.report)
        if options.charts:
            await asyncio.to_thread(save_charts, [chart], options.charts)
        return analysis.report, stats, chart

    report, stats, chart = await _with_files(settings, options, count)
    if options.json:
        sys.stdout.write(stats_json(report, stats).decode() + "\n")
    else:
        print_numbers(report, stats, chart, Console())
    return EXIT_OK


async def _with_files(settings: Settings, options: argparse.Namespace, use: Use[Result]) -> Result:
    """Read what is meant and use it."""
    try:
        async with open_workflow(settings, offline=options.offline) as workflow:
            with Console(stderr=True).status("Analysing…") as status:
                say = shown_on(status)
                paths = paths_of(options.files)
                if paths is None:
                    playlist = await read_playlist(
                        workflow, options.files[0], wanted=options.playlist, how="--playlist NAME"
                    )
                else:
                    playlist = await read_sounds(workflow, paths, say)
                return await use(workflow, playlist, say)
    except (BadInputError, TastemapError) as error:
        raise told_of(" ".join(options.files[:3]), error) from error
