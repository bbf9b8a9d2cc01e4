"""`optimize FILE`: a better order of a playlist in the terminal."""

from __future__ import annotations

import argparse
import asyncio
import sys

from rich.console import Console
from rich.markup import escape

from bot.cli import EXIT_BAD_INPUT, EXIT_OK
from bot.commands.files import BadInputError, only_playlist, open_workflow, read_input, save_charts
from bot.config import Settings
from cogs.sentences import sentence
from services.domain.errors import TastemapError
from services.domain.ordering import OrderOptions, OrderResult
from services.domain.report import AnalysisOptions, AnalysisReport
from services.workflows.export import order_json
from services.workflows.optimize import describe_transitions, draw_order, order_tracks, read_locks


async def optimize_file(settings: Settings, options: argparse.Namespace) -> int:
    """Order one file and print the result; bad input costs one line on standard error."""
    console = Console(stderr=True)
    try:
        content = read_input(options.file)
        async with open_workflow(settings, offline=options.offline) as workflow:
            playlists = await workflow.read_upload(content, options.file.name, options.playlist)
            playlist = only_playlist(playlists, "--playlist NAME")
            locks = read_locks(playlist.tracks, start=options.start, end=options.end, lock=options.lock)
            with console.status("Ordering…") as status:

                async def on_stage(line: str) -> None:
                    status.update(line)

                report = await workflow.run(
                    playlist, AnalysisOptions(), offline=options.offline, on_stage=on_stage
                )
                wish = OrderOptions(goal=options.goal, seed=options.seed, locks=locks)
                result = await order_tracks(workflow.compute, report.tracks, wish)
                steps = await describe_transitions(workflow.compute, report.tracks, result)
                if options.charts:
                    chart = await draw_order(workflow.compute, report, result)
                    await asyncio.to_thread(save_charts, [chart], options.charts)
    except BadInputError as error:
        print(f"{options.file}: {error}", file=sys.stderr)  # noqa: T201
        return EXIT_BAD_INPUT
    except TastemapError as error:
        print(f"{options.file}: {sentence(error)}", file=sys.stderr)  # noqa: T201
        return EXIT_BAD_INPUT
    if options.json:
        sys.stdout.write(order_json(report, result, steps).decode() + "\n")
    else:
        print_order(report, result, Console())
    return EXIT_OK


def print_order(report: AnalysisReport, result: OrderResult, console: Console) -> None:
    """Print what the order costs, where it is still rough, and the whole list."""
    costs = result.costs
    console.print(f"\n[bold]{escape(report.playlist.name)}[/bold]  {result.goal.words}")
    console.print(
        f"Mean cost of a step: {costs.original:.3f} before, {costs.random_mean:.3f} in a random order, "
        f"{costs.optimized:.3f} now; no order can be below {costs.lower_bound:.3f}.\n"
    )
    for place, row in enumerate(result.order, 1):
        moved = "" if row + 1 == place else f"  [dim]was {row + 1:,}[/dim]"
        console.print(f"{place:>5}  {escape(report.tracks[row].track.label)}{moved}")
    console.print("\n[bold]Roughest steps left[/bold]")
    for step in result.roughest:
        console.print(f"  {step.position + 1} → {step.position + 2}: {escape(step.words)} ({step.cost:.2f})")
    console.print()
