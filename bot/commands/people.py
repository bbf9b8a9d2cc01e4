"""`compare A B …` and `blend A B …`: playlists of several people in the terminal."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from rich.console import Console

from bot.commands import EXIT_OK, BadInputError
from bot.commands.files import open_workflow, read_playlist, save_charts, shown_on, split_file, told_of
from bot.commands.terminal import print_blend, print_comparison
from bot.config import Settings
from cogs.words.comparison import comparison_words
from cogs.words.messages import note_lines
from services.domain.comparison import BlendMode, PersonKey
from services.domain.errors import TastemapError
from services.domain.groups import FEWEST, MOST, distinct_names
from services.domain.messages import OnProgress
from services.workflows.compare import Brought, CompareWorkflow, blend_json, comparison_json

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
