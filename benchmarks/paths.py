"""Count the code that a request runs through in the process that holds the gateway.

    python -m benchmarks.paths [--list]

The real bot of the demo is driven by a simulated Discord, beside a loopback Spotify and ReccoBeats. From
the interaction to the answer every call that runs code of bot, cogs or services is noted, in all threads;
worker processes are not looked into. Another checkout is measured by running this file by its path from the
root of that checkout: `cd ../other && python ../here/benchmarks/paths.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOT = Path.cwd()
if __name__ == "__main__":
    sys.path[0] = str(ROOT)

from bot.config import Settings  # noqa: E402
from bot.demo.world import World, open_world  # noqa: E402
from sandbox.playlists import load  # noqa: E402
from sandbox.spotify_samples import MIKA  # noqa: E402

ROOMS = ("bot", "cogs", "services")
GOALS = {"/analyze playlist:": (40, 200), "Compare": (35, 170)}
"""At most so many files and functions."""

_BESIDE = ("bot/demo/", "bot/web/", "services/maintenance.py")
"""What goes on meanwhile whether somebody asks or not, and who drives the bot here."""

Pair = tuple[str, str]


@dataclass(slots=True)
class Recorder:
    """Notes what is called while it is switched on, in every thread that began after `install`."""

    codes: set[CodeType] = field(default_factory=set)
    calls: set[tuple[CodeType, CodeType]] = field(default_factory=set)
    is_on: bool = False

    def install(self) -> None:
        """Watch this thread, and all that are started from here on."""
        threading.setprofile(self._note)
        sys.setprofile(self._note)

    def _note(self, frame: FrameType, event: str, _argument: object) -> None:
        if self.is_on and event == "call":
            self.codes.add(frame.f_code)
            if frame.f_back is not None:
                self.calls.add((frame.f_back.f_code, frame.f_code))

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Begin anew, and note what is called inside the block."""
        self.codes, self.calls, self.is_on = set(), set(), True
        try:
            yield
        finally:
            self.is_on = False


@dataclass(frozen=True, slots=True)
class Passage:
    """What one request ran through."""

    functions: frozenset[Pair]
    """File and qualified name of each; lambdas and comprehensions count like any other."""
    both_ways: tuple[Pair, ...]
    """Modules of which each calls the other."""

    @property
    def files(self) -> Counter[str]:
        """Functions by file."""
        return Counter(file for file, _ in self.functions)


def file_of(code: CodeType) -> str | None:
    """Return the path of the file below the root, None for other people's code."""
    path = Path(code.co_filename)
    if not path.is_absolute() or not path.is_relative_to(ROOT):
        return None
    inside = path.relative_to(ROOT)
    is_ours = inside.parts[0] in ROOMS and not inside.as_posix().startswith(_BESIDE)
    return inside.as_posix() if is_ours else None


def passage(recorder: Recorder) -> Passage:
    """Sum up what was noted."""
    functions = {
        (file, code.co_qualname)
        for code in recorder.codes
        if code.co_name != "<module>" and (file := file_of(code)) is not None
    }
    calls = {(file_of(caller), file_of(called)) for caller, called in recorder.calls}
    between = {
        (str(caller), str(called)) for caller, called in calls if caller and called and caller != called
    }
    both = sorted(pair for pair in between if pair[0] < pair[1] and pair[::-1] in between)
    return Passage(frozenset(functions), tuple(both))


async def analyze(world: World, recorder: Recorder) -> Passage:
    """Let Mika have a playlist of hers analysed, after the songs in it were heard in another one."""
    await world.mika.slash(world.channel, "analyze", playlist="Liked Songs")
    own = world.spotify.library.library_of(MIKA)[-1]
    with recorder.recording():
        url = f"https://open.spotify.com/playlist/{own.id}"
        answer = (await world.mika.slash(world.channel, "analyze", playlist=url)).response
    return _answered(answer, recorder)


async def compare(world: World, recorder: Recorder) -> Passage:
    """Let three people who have brought their files press *Compare*."""
    people = {world.you: "late-drive.csv", world.mika: "mika.csv", world.noor: "noor.csv"}
    card = (await world.you.slash(world.together, "group start")).response
    for person, filename in people.items():
        if person is not world.you:
            await person.click(card, label="Join")
        form = await person.click(card, label="Choose source")
        await person.submit_modal(form, {"file": (filename, load(filename))})
    with recorder.recording():
        answer = (await world.you.click(card, label="Compare")).response
    return _answered(answer, recorder)


def _answered(answer: Any, recorder: Recorder) -> Passage:
    if answer is None or not answer.attachments:
        raise RuntimeError("no picture came, so this is not the way to an answer")
    return passage(recorder)


async def measure() -> dict[str, Passage]:
    """Let each request be served by a bot that has served hardly anybody before."""
    recorder = Recorder()
    recorder.install()
    async with open_world(Settings(_env_file=None)) as world:
        return {name: await request(world, recorder) for name, request in REQUESTS.items()}


REQUESTS = {"/analyze playlist:": analyze, "Compare": compare}


def size() -> tuple[int, int]:
    """Count Python files and their lines in the three rooms."""
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return len(files), sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--list", action="store_true", help="also name the files and functions")
    options = parser.parse_args()
    files, lines = size()
    print(f"{', '.join(ROOMS)}: {files} files, {lines:,} lines", flush=True)
    for name, found in asyncio.run(measure()).items():
        most_files, most_functions = GOALS[name]
        print(
            f"{name:20} {len(found.files):3} files (goal {most_files}), "
            f"{len(found.functions):3} functions (goal {most_functions})"
        )
        if options.list:
            for file, count in sorted(found.files.items()):
                names = sorted(function for where, function in found.functions if where == file)
                print(f"    {file} ({count}): {', '.join(names)}")
        for one, other in found.both_ways:
            print(f"    both ways: {one} <-> {other}")


if __name__ == "__main__":
    main()
