"""`compare A B …` and `blend A B …`: playlists of several people in the terminal."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from rich.console import Console

from bot.cli import EXIT_BAD_INPUT, EXIT_OK
from bot.commands.files import BadInputError, only_playlist, open_workflow, read_input, save_charts
from bot.commands.people_terminal import print_blend, print_comparison
from bot.config import Settings
from cogs.sentences import sentence
from services.domain.blend import BlendMode
from services.domain.comparison import Person, PersonKey
from services.domain.errors import TastemapError
from services.domain.groups import FEWEST, MOST, distinct_names
from services.workflows.analyze import AnalyzeWorkflow, OnStage
from services.workflows.compare import CompareWorkflow, listen_to
from services.workflows.compare_export import blend_json, comparison_json

_Action = Callable[[CompareWorkflow, Sequence[Person], argparse.Namespace], Awaitable[None]]


async def compare_files(settings: Settings, options: argparse.Namespace) -> int:
    """Compare the people behind some files; bad input costs one line on standard error."""
    return await _with_people(settings, options, _compare)


async def blend_files(settings: Settings, options: argparse.Namespace) -> int:
    """Mix a playlist for the people behind some files; bad input costs one line on standard error."""
    return await _with_people(settings, options, _blend)


async def _with_people(settings: Settings, options: argparse.Namespace, action: _Action) -> int:
    files: Sequence[str] = options.files
    if not FEWEST <= len(files) <= MOST:
        print(f"Give {FEWEST} to {MOST} files, one for each person.", file=sys.stderr)  # noqa: T201
        return EXIT_BAD_INPUT
    at_work = ""
    try:
        async with open_workflow(settings, offline=options.offline) as workflow:
            with Console(stderr=True).status("Reading…") as status:
                people: list[Person] = []
                names = distinct_names([_person_name(file) for file in files])
                for number, (file, name) in enumerate(zip(files, names, strict=True)):
                    at_work = f"{file}: "

                    async def on_stage(line: str, name: str = name) -> None:
                        status.update(f"{name}: {line}")

                    key = PersonKey(f"{Path(file).name} {number:02d}")
                    people.append(
                        await _read_person(
                            workflow, file, key=key, name=name, offline=options.offline, on_stage=on_stage
                        )
                    )
                at_work = ""
                status.update("Comparing…")
                compare = CompareWorkflow(compute=workflow.compute)
                await action(compare, people, options)
    except BadInputError as error:
        print(f"{at_work}{error}", file=sys.stderr)  # noqa: T201
        return EXIT_BAD_INPUT
    except TastemapError as error:
        print(f"{at_work}{sentence(error)}", file=sys.stderr)  # noqa: T201
        return EXIT_BAD_INPUT
    return EXIT_OK


def _split(file: str) -> tuple[Path, str | None]:
    """Read `FILE` or `FILE#NAME OF A PLAYLIST`; a file that is really called so comes first."""
    if "#" not in file or Path(file).exists():
        return Path(file), None
    path, _, wanted = file.rpartition("#")
    return Path(path), wanted


def _person_name(file: str) -> str:
    path, wanted = _split(file)
    return wanted or path.stem or path.name


async def _read_person(
    workflow: AnalyzeWorkflow, file: str, *, key: PersonKey, name: str, offline: bool, on_stage: OnStage
) -> Person:
    path, wanted = _split(file)
    content = await asyncio.to_thread(read_input, path)
    playlists = await workflow.read_upload(content, path.name, wanted)
    playlist = only_playlist(playlists, f"{path.name}#NAME")
    return await listen_to(workflow, playlist, key=key, name=name, offline=offline, on_stage=on_stage)


async def _compare(compare: CompareWorkflow, people: Sequence[Person], options: argparse.Namespace) -> None:
    found = await compare.compare(people)
    if options.charts:
        await asyncio.to_thread(save_charts, await compare.draw(found), options.charts)
    if options.json:
        sys.stdout.write(comparison_json(found, [person.key for person in people]) + "\n")
    else:
        print_comparison(found, Console(), charts=options.charts)


async def _blend(compare: CompareWorkflow, people: Sequence[Person], options: argparse.Namespace) -> None:
    found = await compare.blend(people, size=options.size, mode=BlendMode(options.mode))
    if options.json:
        sys.stdout.write(blend_json(found) + "\n")
    else:
        print_blend(found, Console())
