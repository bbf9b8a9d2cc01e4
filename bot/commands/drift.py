"""`drift FILE [FILE]`: what changed from one export of a list to the next, and by when tracks were added."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime

from rich.console import Console
from rich.markup import escape

from bot.commands import EXIT_OK, BadInputError
from bot.commands.files import open_workflow, read_playlist, save_charts, told_of
from bot.config import Settings
from cogs.words.drift import eras_line, since_line
from cogs.words.text import plural
from services.domain.analysis import Analysis, AnalysisOptions, LastGroups
from services.domain.drift import Since
from services.domain.errors import TastemapError
from services.workflows import tasks
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.reports import earlier_sound

_MOST_FILES = 2
NO_DAY = datetime.min.replace(tzinfo=UTC)
"""Files do not say when their list was so; it is named by the file."""


async def look_back_at_files(settings: Settings, options: argparse.Namespace) -> int:
    """Compare two exports of a list, or the eras of one."""
    given = " ".join(options.files[:3])
    if len(options.files) > _MOST_FILES:
        raise BadInputError(f"{given}: give one export of a list, or an earlier one and a later one.")
    try:
        async with open_workflow(settings, offline=options.offline) as workflow:
            *before, now = options.files
            first = await _analysis(workflow, before[0], AnalysisOptions(), options) if before else None
            latest = await _analysis(workflow, now, _after(first), options)
            course, charts = await workflow.compute.run(
                "look back", tasks.look_back, latest.report.playlist.name, latest.report, (), None
            )
            if options.charts:
                await asyncio.to_thread(save_charts, charts, options.charts)
    except (BadInputError, TastemapError) as error:
        raise told_of(given, error) from error
    console = Console()
    console.print(f"\n[bold]{escape(course.name)}[/bold]  {plural(len(latest.report.tracks), 'track')}")
    if before:
        console.print(escape(_since(latest.report.since, before[0])))
    eras = eras_line(course)
    unknown = "By when tracks were added, nothing can be said: there are too few days in the file."
    console.print(escape(f"{eras}." if eras else unknown))
    for chart in charts:
        console.print(f"\n{escape(chart.text)}")
    return EXIT_OK


async def _analysis(
    workflow: AnalyzeWorkflow, file: str, how: AnalysisOptions, options: argparse.Namespace
) -> Analysis:
    playlist = await read_playlist(workflow, file, how="FILE#NAME")
    return await workflow.run(playlist, how, offline=options.offline)


def _after(first: Analysis | None) -> AnalysisOptions:
    """Return what a later analysis goes on from."""
    if first is None:
        return AnalysisOptions()
    return AnalysisOptions(
        last_groups=LastGroups.of(first.report), last_sound=earlier_sound(first.report, NO_DAY)
    )


def _since(since: Since | None, file: str) -> str:
    return f"Since {file}: the same tracks." if since is None else f"{since_line(since, file)}."
