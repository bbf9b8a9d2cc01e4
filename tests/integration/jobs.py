"""Work for worker processes, in a module that a worker can import without a test framework."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from services.domain.errors.playlists import DamagedFileError
from services.domain.known_tracks import TrackKeys, TrackWords
from services.domain.messages import Damage, Fault
from services.domain.music import Playlist


def double(value: int) -> int:
    return 2 * value


def process_id() -> int:
    return os.getpid()


def fail(kind: str) -> None:
    if kind == "domain":
        raise DamagedFileError("Exportify", Damage(Fault.QUOTES, line=12))
    if kind == "timeout":
        raise TimeoutError("of the job itself")
    raise ValueError("of the job itself")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def begin_and_wait(mark: str) -> None:
    """Leave a mark that work has begun, and never end."""
    _begin(mark)
    while True:
        signal.pause()


def wait_for(mark: str, end: str) -> int:
    """Leave a mark that work has begun, and end as soon as another one is there."""
    _begin(mark)
    while not Path(end).exists():
        time.sleep(0.01)
    return os.getpid()


def _begin(mark: str) -> None:
    unfinished = Path(mark).with_suffix(".new")
    unfinished.write_text(str(os.getpid()))
    unfinished.rename(mark)


SLOW_START_S = 2.0


def start_slowly() -> None:
    time.sleep(SLOW_START_S)


def spin() -> None:
    while True:
        pass


def hoard() -> None:
    held = []
    while True:
        held.append(b"x" * 2**20)


def die_first(folder: str) -> int:
    """Die as long as a file is left in the folder, taking one away each time; then answer."""
    if left := sorted(Path(folder).iterdir()):
        left[0].unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def imported(names: tuple[str, ...]) -> list[str]:
    return sorted(set(names) & {module.partition(".")[0] for module in sys.modules})


def settings_of_threads() -> tuple[str | None, int]:
    return os.environ.get("OMP_NUM_THREADS"), os.nice(0)


def read_or_die(
    content: bytes, filename: str, wanted: str | None = None
) -> tuple[tuple[Playlist, ...], dict[TrackWords, TrackKeys]]:
    """Read a file as a worker does, and die of a certain one."""
    if content.startswith(b"poison"):
        die()
    from services.workflows.tasks import read_with_keys

    return read_with_keys(content, filename, wanted)
