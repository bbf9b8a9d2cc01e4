"""`analyze`, `stats`, `drift`, `optimize`, `compare` and `blend`: playlists in the terminal."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.markup import escape

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
    split_file,
    told_of,
)
from bot.commands.terminal import print_blend, print_comparison, print_numbers, print_report
from bot.config import Settings
from cogs.words.messages import note_lines
from cogs.words.ordering import (
    cost_lines,
    gain_words,
    goal_words,
    kept_line,
    step_reason,
    transition_words,
)
from cogs.words.people import comparison_words
from cogs.words.portrait import eras_line, since_line
from cogs.words.report import report_words
from cogs.words.text import plural
from services.domain.analysis import Analysis, AnalysisOptions, LastGroups
from services.domain.charts import Chart, ChartKind
from services.domain.comparison import PersonKey
from services.domain.errors import TastemapError
from services.domain.grouping import Grouping
from services.domain.groups import FEWEST, MOST, BlendMode, distinct_names
from services.domain.messages import OnProgress
from services.domain.music import Playlist
from services.domain.ordering import Lock, OrderOptions, OrderResult, Transition
from services.domain.portrait import Since
from services.domain.report import AnalysisReport
from services.domain.stats import PlaylistStats
from services.sources.clock import utc_now
from services.workflows import tasks
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.compare import Brought, CompareWorkflow, blend_json, comparison_json
from services.workflows.export import order_json, report_json, stats_json
from services.workflows.list_export import groups_of
from services.workflows.optimize import (
    describe_transitions,
    draw_order,
    order_tracks,
    ordered_list,
    read_locks,
)
from services.workflows.reports import count_numbers, draw_posters, earlier_sound

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
        # Without a service that finds names only what has an id can be asked for.
        asks = settings.listenbrainz_labs_url or any(
            track.id or track.isrc for track in report.playlist.tracks
        )
        if options.offline and asks and not report.evidence:
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


async def optimize_file(settings: Settings, options: argparse.Namespace) -> int:
    """Order one file and print the result."""
    hints: tuple[str, ...] = ()
    try:
        async with open_workflow(settings, offline=options.offline) as workflow:
            playlist = await read_playlist(
                workflow, options.file, wanted=options.playlist, how="--playlist NAME"
            )
            locks = read_locks(playlist.tracks, start=options.start, end=options.end, lock=options.lock)
            with Console(stderr=True).status("Ordering…") as status:
                analysis = await workflow.run(
                    playlist, AnalysisOptions(), offline=options.offline, say=shown_on(status)
                )
                report = analysis.report
                wish = OrderOptions(goal=options.goal, seed=options.seed, locks=locks)
                result = await order_tracks(workflow.compute, report.tracks, wish)
                steps = await describe_transitions(workflow.compute, report.tracks, result)
                if options.charts:
                    chart = await draw_order(workflow.compute, report, result)
                    await asyncio.to_thread(save_charts, [chart], options.charts)
                if options.export:
                    lists = [ordered_list(report, result)]
                    reasons = [step_reason(step) for step in steps]
                    hints = await asyncio.to_thread(save_lists, lists, options.export, "order", reasons)
    except (BadInputError, TastemapError) as error:
        raise told_of(options.file, error) from error
    if options.json:
        sys.stdout.write(order_json(report, result, steps, transition_words).decode() + "\n")
    else:
        print_order(report, result, steps, locks, Console())
        print_hints(hints, Console())
    return EXIT_OK


def print_order(
    report: AnalysisReport,
    result: OrderResult,
    steps: Sequence[Transition],
    locks: Sequence[Lock],
    console: Console,
) -> None:
    """Print what the order gains and costs, the whole list with the reason of each step, and the roughest."""
    console.print(f"\n[bold]{escape(report.playlist.name)}[/bold]  {goal_words(result.goal, report.tracks)}")
    console.print(escape(kept_line(result, report.tracks, locks) or gain_words(result.before, result.after)))
    for line in cost_lines(result, locks):
        console.print(f"[dim]{escape(line)}[/dim]")
    console.print()
    reasons = {step.position + 1: step_reason(step) for step in steps}
    for place, row in enumerate(result.order):
        moved = "" if row == place else f"  [dim]was {row + 1:,}[/dim]"
        why = f"  [dim]{escape(reasons[place])}[/dim]" if place in reasons else ""
        console.print(f"{place + 1:>5}  {escape(report.tracks[row].track.label)}{moved}{why}")
    console.print("\n[bold]Roughest steps left[/bold]")
    for step in result.roughest:
        console.print(
            f"  {step.position + 1} → {step.position + 2}: {escape(transition_words(step))} ({step.cost:.2f})"
        )
    console.print()


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


_Action = Callable[[CompareWorkflow, Sequence[Brought], argparse.Namespace, OnProgress], Awaitable[None]]


async def compare_files(settings: Settings, options: argparse.Namespace) -> int:
    """Compare the people behind some files."""
    return await _with_people(settings, options, _compare)


async def blend_files(settings: Settings, options: argparse.Namespace) -> int:
    """Mix a playlist for the people behind some files."""
    return await _with_people(settings, options, _blend)


async def _with_people(settings: Settings, options: argparse.Namespace, action: _Action) -> int:
    files: Sequence[str] = options.files
    if not FEWEST <= len(files) <= MOST:
        raise BadInputError(f"Give {FEWEST} to {MOST} files, one for each person.")
    at_fault = ""
    try:
        async with open_workflow(settings, offline=options.offline) as workflow:
            with Console(stderr=True).status("Reading…") as status:
                people: list[Brought] = []
                names = distinct_names([_person_name(file) for file in files])
                for number, (file, name) in enumerate(zip(files, names, strict=True)):
                    at_fault = file
                    how = f"{split_file(file)[0].name}#NAME"
                    playlist = await read_playlist(workflow, file, how=how)
                    people.append(Brought(PersonKey(f"{Path(file).name} {number:02d}"), name, playlist))
                compare = CompareWorkflow(analyze=workflow, words=comparison_words, offline=options.offline)
                at_fault = ""
                await action(compare, people, options, shown_on(status))
    except (BadInputError, TastemapError) as error:
        raise told_of(at_fault, error) from error
    return EXIT_OK


def _person_name(file: str) -> str:
    path, wanted = split_file(file)
    return wanted or path.stem or path.name


async def _compare(
    compare: CompareWorkflow, people: Sequence[Brought], options: argparse.Namespace, say: OnProgress
) -> None:
    found = await compare.compare(people, say=say)
    if options.charts:
        await asyncio.to_thread(save_charts, await compare.draw(found), options.charts)
    if options.json:
        sys.stdout.write(
            comparison_json(found, [person.key for person in people], comparison_words(found)) + "\n"
        )
    else:
        print_comparison(found, Console(), charts=options.charts)


async def _blend(
    compare: CompareWorkflow, people: Sequence[Brought], options: argparse.Namespace, say: OnProgress
) -> None:
    mode = BlendMode(options.mode)
    found = await compare.blend(people, size=options.size, mode=mode, say=say)
    if options.json:
        sys.stdout.write(blend_json(found, note_lines(found.notes)) + "\n")
    else:
        print_blend(found, Console())


ON_FILES: Mapping[str, Callable[[Settings, argparse.Namespace], Coroutine[Any, Any, int]]] = {
    "analyze": analyze_file,
    "stats": count_file,
    "drift": look_back_at_files,
    "compare": compare_files,
    "blend": blend_files,
    "optimize": optimize_file,
}
"""The commands on playlist files."""
