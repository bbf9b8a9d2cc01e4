"""`optimize FILE`: a better order of a playlist in the terminal."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from bot.commands import EXIT_OK, BadInputError
from bot.commands.files import (
    open_workflow,
    print_hints,
    read_playlist,
    save_charts,
    save_lists,
    shown_on,
    told_of,
)
from bot.config import Settings
from cogs.words.ordering import (
    cost_lines,
    gain_words,
    goal_words,
    kept_line,
    step_reason,
    transition_words,
)
from services.domain.analysis import AnalysisOptions
from services.domain.errors import TastemapError
from services.domain.ordering import OrderOptions, OrderResult, Transition
from services.domain.report import AnalysisReport
from services.workflows.export import order_json
from services.workflows.optimize import (
    describe_transitions,
    draw_order,
    order_tracks,
    ordered_list,
    read_locks,
)


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
        print_order(report, result, steps, Console())
        print_hints(hints, Console())
    return EXIT_OK


def print_order(
    report: AnalysisReport, result: OrderResult, steps: Sequence[Transition], console: Console
) -> None:
    """Print what the order gains and costs, the whole list with the reason of each step, and the roughest."""
    console.print(f"\n[bold]{escape(report.playlist.name)}[/bold]  {goal_words(result.goal, report.tracks)}")
    console.print(escape(kept_line(result, report.tracks) or gain_words(result.before, result.after)))
    for line in cost_lines(result):
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
